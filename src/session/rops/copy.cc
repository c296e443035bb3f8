// SPDX-License-Identifier: GPL-3.0-or-later
// Copying between objects of one kind [MS-OXCPRPT] 2.2.10, 2.2.11, 3.2.5.7, 3.2.5.8.
#include "proto/mapi/tags.h"
#include "session/attachment_source.h"
#include "session/draft.h"
#include "session/folder_source.h"
#include "session/properties.h"
#include "session/rops/handlers.h"

#include <algorithm>
#include <array>

namespace oxb::session {
namespace {

namespace tag = mapi::tag;

constexpr std::uint8_t kMove = 0x01, kNoOverwrite = 0x02;

using IsComputed = bool (*)(mapi::PropId);

// What stands behind a property tag, but is no value.
constexpr std::array kObjects = {tag::kMessageRecipients, tag::kMessageAttachments, tag::kContainerContents,
                                 tag::kContainerHierarchy, tag::kFolderAssociatedContents};

bool is_object(mapi::PropId id) {
  return std::any_of(kObjects.begin(), kObjects.end(), [id](mapi::PropTag t) { return t.id() == id; });
}

bool names(const std::vector<mapi::PropTag>& tags, mapi::PropTag wanted) {
  return std::any_of(tags.begin(), tags.end(), [&](mapi::PropTag t) { return t.id() == wanted.id(); });
}

// Follows from the lists and from saving; a copy has its own.
bool is_derived(mapi::PropId id) {
  for (const auto t : {tag::kHasAttachments, tag::kHasNamedProperties, tag::kDisplayTo, tag::kDisplayCc,
                       tag::kDisplayBcc, tag::kMessageSize, tag::kNativeBody})
    if (t.id() == id) return true;
  return false;
}

// Two objects of one kind, loaded.
struct Pair {
  std::shared_ptr<Object> from, to;
  IsComputed is_computed = nullptr;
  Message* from_message() const { return dynamic_cast<Message*>(from.get()); }
  Message* to_message() const { return dynamic_cast<Message*>(to.get()); }
  Attachment* from_attachment() const { return dynamic_cast<Attachment*>(from.get()); }
  Attachment* to_attachment() const { return dynamic_cast<Attachment*>(to.get()); }
};

Task<Answer<Pair>> pair_at(Call& call, rop::HandleIndex source, rop::HandleIndex destination, bool moves) {
  Pair pair;
  pair.from = call.find(source);
  pair.to = call.find(destination);
  if (!pair.from) co_return refuse(EcCode::null_object);
  if (!pair.to) co_return refuse(EcCode::dst_null_object);
  if (pair.from == pair.to) co_return refuse(EcCode::invalid_parameter);
  if (pair.from_message() != nullptr && pair.to_message() != nullptr) {
    pair.is_computed = is_computed_message_property;
    if (!pair.to_message()->writable) co_return refuse(EcCode::access_denied);
    if (moves && !pair.from_message()->writable) co_return refuse(EcCode::access_denied);
    OXB_CO_CHECK(co_await load_content(call, *pair.from_message()));
    OXB_CO_CHECK(co_await load_content(call, *pair.to_message()));
  } else if (pair.from_attachment() != nullptr && pair.to_attachment() != nullptr) {
    pair.is_computed = is_computed_attachment_property;
    if (!pair.to_attachment()->writable) co_return refuse(EcCode::access_denied);
    if (moves && !pair.from_attachment()->writable) co_return refuse(EcCode::access_denied);
    OXB_CO_CHECK(co_await load_content(call, *pair.from_attachment()->message));
    OXB_CO_CHECK(co_await load_content(call, *pair.to_attachment()->message));
  } else if (dynamic_cast<Folder*>(pair.from.get()) != nullptr && dynamic_cast<Folder*>(pair.to.get()) != nullptr) {
    pair.is_computed = is_computed_folder_property;
  } else {
    co_return refuse(EcCode::not_supported);
  }
  co_return pair;
}

// Takes the values out of the source, and those away that the destination shall keep.
Answer<std::vector<mapi::Property>> values_of(Call& call, const Pair& pair, const std::vector<mapi::PropTag>& tags,
                                              bool overwrites) {
  std::vector<mapi::Property> out;
  OXB_CHECK(with_properties(call, pair.from, [&](const PropertySource& source) -> Result<> {
    for (const auto t : tags) {
      const auto value = find_as(source, t, 1252);
      if (value) out.push_back({t.with(mapi::type_of(*value)), *value});
    }
    return {};
  }));
  if (overwrites) return out;
  OXB_CHECK(with_properties(call, pair.to, [&](const PropertySource& source) -> Result<> {
    std::erase_if(out, [&](const auto& property) { return static_cast<bool>(source.find(property.tag)); });
    return {};
  }));
  return out;
}

Answer<std::vector<mapi::PropTag>> all_tags(Call& call, const Pair& pair, const std::vector<mapi::PropTag>& excluded) {
  const bool is_folder = dynamic_cast<Folder*>(pair.from.get()) != nullptr;
  std::vector<mapi::PropTag> out;
  OXB_CHECK(with_properties(call, pair.from, [&](const PropertySource& source) -> Result<> {
    for (const auto t : source.tags()) {
      if (pair.is_computed(t.id()) || is_derived(t.id()) || names(excluded, t)) continue;
      // A folder's own fields: a copy of its properties is not another folder of that name.
      if (is_folder && (t.id() == tag::kDisplayName.id() || t.id() == tag::kContainerClass.id() ||
                        t.id() == tag::kAttributeHidden.id()))
        continue;
      out.push_back(t);
    }
    return {};
  }));
  return out;
}

struct Parts {
  bool recipients = false, attachments = false, embedded = false;
};

Answer<void> copy_parts(Call& call, const Pair& pair, const Parts& parts, std::uint8_t flags) {
  const bool overwrites = (flags & kNoOverwrite) == 0;
  if (auto* to = pair.to_message()) {
    if (parts.recipients && (overwrites || !to->content || to->content->recipients.empty()))
      OXB_CHECK(copy_recipients(call, *pair.from_message(), *to));
    if (parts.attachments && (overwrites || !to->content || to->content->attachments.empty()))
      OXB_CHECK(copy_attachments(call, *pair.from_message(), *to));
  }
  if (auto* to = pair.to_attachment(); to != nullptr && parts.embedded) {
    const auto* value = pair.from_attachment()->value();
    if (value == nullptr) return refuse(EcCode::object_deleted);
    if (value->embedded) {
      OXB_TRY(auto* draft, edit(call, *to, size_of(*value->embedded)));
      if (overwrites || !draft->embedded) draft->embedded = value->embedded;
      count(*to);
    }
  }
  return {};
}

Task<Answer<void>> remove_from_source(Call& call, const Pair& pair, const std::vector<mapi::Property>& moved,
                                      const Parts& parts) {
  PropertyChange change;
  for (const auto& property : moved) change.erase.push_back(property.tag);
  OXB_CO_CHECK(co_await change_properties(call, pair.from, std::move(change)));
  if (auto* from = pair.from_message()) {
    if (parts.recipients) OXB_CO_CHECK(remove_recipients(call, *from));
    if (parts.attachments)
      for (const auto number : std::vector<std::uint32_t>(from->attachment_numbers()))
        OXB_CO_CHECK(remove_attachment(call, *from, number));
  }
  co_return Answer<void>{};
}

// Copies, and says of which tags it could not be done.
Task<Answer<std::vector<rop::PropertyProblem>>> copy(Call& call, Pair pair, std::vector<mapi::PropTag> tags,
                                                     Parts parts, std::uint8_t flags) {
  OXB_CO_TRY(auto values, values_of(call, pair, tags, (flags & kNoOverwrite) == 0));
  PropertyChange change;
  change.set = values;
  OXB_CO_TRY(auto problems, co_await change_properties(call, pair.to, std::move(change)));
  OXB_CO_CHECK(copy_parts(call, pair, parts, flags));
  for (auto& problem : problems) {
    const auto at = std::find_if(tags.begin(), tags.end(), [&](auto t) { return t.id() == problem.tag.id(); });
    problem.index = static_cast<std::uint16_t>(at - tags.begin());
    std::erase_if(values, [&](const auto& property) { return property.tag.id() == problem.tag.id(); });
  }
  if ((flags & kMove) != 0) OXB_CO_CHECK(co_await remove_from_source(call, pair, values, parts));
  co_return problems;
}

}  // namespace

Reply<rop::CopyProperties> handle(Of<rop::CopyProperties>, Call& call, const rop::CopyProperties::Request& request) {
  OXB_CO_TRY(const auto pair,
             co_await pair_at(call, request.source, request.destination, (request.flags & kMove) != 0));
  const bool is_message = pair.to_message() != nullptr;
  Parts parts;
  std::vector<mapi::PropTag> tags;
  std::vector<rop::PropertyProblem> refused;
  for (std::size_t i = 0; i < request.tags.size(); ++i) {
    const auto t = request.tags[i];
    if (is_message && t.id() == tag::kMessageRecipients.id()) {
      parts.recipients = true;
    } else if (is_message && t.id() == tag::kMessageAttachments.id()) {
      parts.attachments = true;
    } else if (is_object(t.id())) {
      refused.push_back({static_cast<std::uint16_t>(i), t, EcCode::not_supported});
    } else if (pair.is_computed(t.id())) {
      refused.push_back({static_cast<std::uint16_t>(i), t, EcCode::computed});
    }
    if (t.id() == tag::kAttachDataBinary.id()) parts.embedded = true;
    tags.push_back(t);
  }
  auto wanted = tags;
  std::erase_if(wanted, [&](auto t) { return is_object(t.id()) || pair.is_computed(t.id()); });
  OXB_CO_TRY(auto problems, co_await copy(call, pair, std::move(wanted), parts, request.flags));
  for (auto& problem : problems) {
    const auto at = std::find_if(tags.begin(), tags.end(), [&](auto t) { return t.id() == problem.tag.id(); });
    problem.index = static_cast<std::uint16_t>(at - tags.begin());
    refused.push_back(problem);
  }
  co_return rop::PropertyProblems{std::move(refused)};
}

Reply<rop::CopyTo> handle(Of<rop::CopyTo>, Call& call, const rop::CopyTo::Request& request) {
  OXB_CO_TRY(const auto pair,
             co_await pair_at(call, request.source, request.destination, (request.flags & kMove) != 0));
  const bool is_folder = dynamic_cast<Folder*>(pair.to.get()) != nullptr;
  // What is in a folder is copied as folders and messages are.
  if (is_folder && request.sub_objects &&
      !(names(request.excluded, tag::kContainerContents) && names(request.excluded, tag::kContainerHierarchy)))
    co_return refuse(EcCode::not_supported);
  Parts parts;
  parts.recipients = request.sub_objects && !names(request.excluded, tag::kMessageRecipients);
  parts.attachments = request.sub_objects && !names(request.excluded, tag::kMessageAttachments);
  parts.embedded = request.sub_objects && !names(request.excluded, tag::kAttachDataObject);
  OXB_CO_TRY(auto tags, all_tags(call, pair, request.excluded));
  OXB_CO_TRY(auto problems, co_await copy(call, pair, std::move(tags), parts, request.flags));
  co_return rop::PropertyProblems{std::move(problems)};
}

}  // namespace oxb::session
