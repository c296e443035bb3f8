// SPDX-License-Identifier: GPL-3.0-or-later
#include "sync/upload.h"

#include "base/text.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"
#include "proto/mapi/value.h"

#include <algorithm>

namespace oxb::sync {
namespace {

namespace tag = mapi::tag;

bool is_one_of(mapi::PropId id, std::initializer_list<mapi::PropTag> tags) {
  return std::any_of(tags.begin(), tags.end(), [&](const auto t) { return t.id() == id; });
}

// Times and ids that differ between two attempts to save the same thing.
bool is_volatile(mapi::PropId id) {
  return is_one_of(id, {tag::kCreationTime, tag::kLastModificationTime, tag::kSearchKey, tag::kMessageSize,
                        tag::kMessageSizeExtended, tag::kClientSubmitTime, tag::kMessageDeliveryTime, tag::kChangeKey,
                        tag::kPredecessorChangeList, tag::kSourceKey, tag::kConversationIndex});
}

// What follows from the message itself and is never kept beside it.
bool is_computed(mapi::PropId id) {
  return is_volatile(id) || is_one_of(id, {tag::kMessageFlags, tag::kRead, tag::kHasAttachments, tag::kDisplayTo,
                                           tag::kDisplayCc, tag::kDisplayBcc, tag::kBody, tag::kHtml,
                                           tag::kRtfCompressed, tag::kRtfInSync, tag::kNativeBody, tag::kEntryId,
                                           tag::kParentEntryId, tag::kRecordKey, tag::kAccess, tag::kAccessLevel});
}

void add(Bytes& out, const mapi::PropertyBag& bag) {
  for (const auto& property : bag.all()) {
    if (is_volatile(property.tag.id())) continue;
    const auto bytes = mapi::property_bytes(property);
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
}

void add(Bytes& out, const mapi::Content& content) {
  add(out, content.properties);
  for (const auto& recipient : content.recipients) {
    out.push_back(std::byte{1});
    add(out, recipient.properties);
  }
  for (const auto& attachment : content.attachments) {
    out.push_back(std::byte{2});
    add(out, attachment.properties);
    if (attachment.embedded) add(out, *attachment.embedded);
  }
}

Result<> name(replica::ReadTx& tx, const mapi::PropertyBag& from, mapi::PropertyBag& properties,
              std::vector<mapi::NamedProperty>& named) {
  for (const auto& property : from.all()) {
    if (!property.tag.is_named()) {
      properties.set(property.tag, property.value);
      continue;
    }
    OXB_TRY(auto its_name, tx.property_name(property.tag.id()));
    if (its_name) named.push_back({*std::move(its_name), property.value});
  }
  return {};
}

std::vector<std::string> minus(const std::vector<std::string>& from, const std::vector<std::string>& what) {
  std::vector<std::string> out;
  for (const auto& each : from)
    if (std::none_of(what.begin(), what.end(), [&](const auto& w) { return ascii_iequals(w, each); }))
      out.push_back(each);
  return out;
}

std::vector<std::string> all_flags(const model::MailFlags& flags) {
  auto out = flags.keywords;
  if (flags.seen) out.emplace_back("\\Seen");
  if (flags.answered) out.emplace_back("\\Answered");
  if (flags.flagged) out.emplace_back("\\Flagged");
  if (flags.draft) out.emplace_back("\\Draft");
  return out;
}

}  // namespace

std::optional<Guid> mark_in(ByteView headers) {
  for (auto rest = as_text(headers); !rest.empty();) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (line.size() <= kMarkField.size() || line[kMarkField.size()] != ':') continue;
    if (!ascii_iequals(line.substr(0, kMarkField.size()), kMarkField)) continue;
    if (const auto token = parse_guid(trim(line.substr(kMarkField.size() + 1)))) return *token;
  }
  return std::nullopt;
}

Result<mapi::Content> with_names(replica::ReadTx& tx, const mapi::Content& content) {
  mapi::Content out;
  out.named = content.named;
  out.recipients = content.recipients;
  OXB_CHECK(name(tx, content.properties, out.properties, out.named));
  for (const auto& attachment : content.attachments) {
    auto& a = out.attachments.emplace_back();
    a.named = attachment.named;
    OXB_CHECK(name(tx, attachment.properties, a.properties, a.named));
    if (attachment.embedded) {
      OXB_TRY(auto inner, with_names(tx, *attachment.embedded));
      a.embedded = std::make_shared<const mapi::Content>(std::move(inner));
    }
  }
  return out;
}

std::string digest_of(const mapi::Content& content) {
  Bytes all;
  add(all, content);
  return to_text(named_guid(as_text(all)));
}

bool is_flag_property(replica::ReadTx& tx, mapi::PropId id) {
  if (is_one_of(id, {tag::kMessageFlags, tag::kRead, tag::kLastVerbExecuted, tag::kIconIndex, tag::kFlagStatus,
                     tag::kFollowupIcon, tag::kToDoItemFlags, tag::kLastVerbExecutionTime}))
    return true;
  const auto its_name = tx.property_name(id);
  return its_name && *its_name &&
         (**its_name == mapi::named::kKeywords.name() || **its_name == mapi::lid::kFlagRequest.name());
}

bool is_rewritten(replica::ReadTx& tx, const SavedMessage& message, const replica::MessageRow& stored) {
  constexpr std::int32_t kUnsent = 8;
  if (message.recipients_changed || message.attachments_changed) return true;
  const auto* flags = stored.properties.get<std::int32_t>(tag::kMessageFlags);
  const bool is_draft = flags != nullptr && (*flags & kUnsent) != 0;
  return std::any_of(message.changed.begin(), message.changed.end(), [&](const auto id) {
    if (is_one_of(id, {tag::kBody, tag::kHtml, tag::kRtfCompressed})) return true;
    return is_draft && id < 0x8000 && !is_computed(id) && !is_flag_property(tx, id);
  });
}

std::vector<mapi::Property> beside(replica::ReadTx& tx, const mapi::Content& saved, const mapi::Content& stored) {
  std::vector<mapi::Property> out;
  for (const auto& property : saved.properties.all()) {
    if (is_computed(property.tag.id())) continue;
    const auto* has = stored.properties.find(property.tag.id());
    if (has != nullptr && has->value == property.value) continue;
    // What the server's flags decide stays theirs, but for what they cannot say at all.
    if (has != nullptr && is_flag_property(tx, property.tag.id()) && property.tag != tag::kFlagStatus) continue;
    out.push_back(property);
  }
  return out;
}

FlagDifference difference(const model::MailFlags& from, const model::MailFlags& to) {
  const auto before = all_flags(from), after = all_flags(to);
  return {minus(after, before), minus(before, after)};
}

}  // namespace oxb::sync
