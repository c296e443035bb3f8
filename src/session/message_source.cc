// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/message_source.h"

#include "proto/mapi/tags.h"
#include "session/folder_source.h"
#include "sync/bodies.h"

#include <algorithm>

namespace oxb::session {
namespace {

using mapi::Eid;
using mapi::PropertyValue;
namespace tag = mapi::tag;

// PidTagMessageFlags [MS-OXCMSG] 2.2.1.6
constexpr std::int32_t kRead = 0x1;
constexpr std::int32_t kHasAttach = 0x10;
constexpr std::int32_t kFai = 0x40;
constexpr std::int32_t kComputedFlags = kRead | kHasAttach | kFai;
constexpr std::int32_t kMessageObject = 5;  // PidTagObjectType

Value integer(std::int64_t x) { return PropertyValue(static_cast<std::int32_t>(x)); }
Value binary(Bytes bytes) { return PropertyValue(std::move(bytes)); }
Value text(std::string utf8) { return PropertyValue(std::move(utf8)); }

}  // namespace

const mapi::Content* MessageSource::content() const {
  if (!content_ && tx_ != nullptr && row_.id.value != 0) {
    if (auto cached = tx_->content(row_.id)) {
      content_ = std::move(*cached);
      is_looked_up_ = content_ != nullptr;
    }
  }
  tx_ = nullptr;
  return content_.get();
}

Value MessageSource::stored(mapi::PropTag wanted) const {
  if (const auto* property = row_.properties.find(wanted.id())) {
    // PtypNull: the client deleted what the backend has.
    return std::holds_alternative<std::monostate>(property->value) ? Value() : Value(&property->value);
  }
  // A table asks for columns that no row has; only what can be long, or is local, is worth a look into the content.
  if (content_ == nullptr && row_.kind == replica::ContentsKind::normal && !sync::is_body_property(wanted.id()))
    return {};
  const auto* all = content();
  if (all == nullptr) return {};
  const auto* property = all->properties.find(wanted.id());
  return property != nullptr ? Value(&property->value) : Value();
}

std::int32_t MessageSource::flags() const {
  std::int32_t out = 0;
  if (const auto value = stored(tag::kMessageFlags))
    if (const auto* bits = std::get_if<std::int32_t>(&*value)) out = *bits;
  const bool had_attachments = (out & kHasAttach) != 0;
  out &= ~kComputedFlags;
  if (row_.read) out |= kRead;
  if (row_.kind == replica::ContentsKind::associated) out |= kFai;
  if (content_ ? !content_->attachments.empty() : had_attachments) out |= kHasAttach;
  if (!content_) {
    const auto has = stored(tag::kHasAttachments);
    if (const auto* yes = has ? std::get_if<bool>(&*has) : nullptr; yes != nullptr && *yes) out |= kHasAttach;
  }
  return out;
}

// Properties that do not depend on what a backend or client said.
Value MessageSource::computed(mapi::PropTag wanted) const {
  const bool saved = row_.id.value != 0;
  switch (wanted.id()) {
    case tag::kMessageFlags.id():
      return integer(flags());
    case tag::kRead.id():
      return PropertyValue(row_.read);
    case tag::kAssociated.id():
      return PropertyValue(row_.kind == replica::ContentsKind::associated);
    case tag::kAccess.id():
      return integer(access_);
    case tag::kAccessLevel.id():
      return integer(can_write_ ? 1 : 0);
    case tag::kObjectType.id():
      return integer(kMessageObject);
    case tag::kMappingSignature.id():
      return binary(store_.replica_guid());
    case tag::kStoreRecordKey.id():
      return binary(store_.mailbox_guid());
    case tag::kStoreEntryId.id():
      return binary(store_.store_entry_id());
    default:
      break;
  }
  if (!saved) return {};
  switch (wanted.id()) {
    case tag::kMid.id():
    case tag::kInstID.id():
      return PropertyValue(Eid::of(row_.id).property());
    case tag::kInstanceNum.id():
      return integer(0);
    case tag::kFolderId.id():
    case tag::kParentFolderId.id():
      return PropertyValue(Eid::of(row_.folder).property());
    case tag::kChangeNumber.id():
      return PropertyValue(Eid::of(row_.change).property());
    case tag::kEntryId.id():
    case tag::kLongTermEntryIdFromTable.id():
      return binary(store_.message_entry_id(row_.folder, row_.id));
    case tag::kParentEntryId.id():
      return binary(store_.folder_entry_id(row_.folder));
    case tag::kRecordKey.id():
    case tag::kSourceKey.id():
      return binary(store_.source_key(row_.id.value));
    case tag::kParentSourceKey.id():
      return binary(store_.source_key(row_.folder.value));
    case tag::kChangeKey.id():
      return binary(store_.change_key(row_.change));
    case tag::kPredecessorChangeList.id():
      return binary(store_.predecessors(row_.change));
    case tag::kLocalCommitTime.id():
      return PropertyValue(mapi::file_time(row_.modified));
    default:
      return {};
  }
}

Value MessageSource::find(mapi::PropTag wanted) const {
  if (auto value = computed(wanted)) return value;
  if (auto value = stored(wanted)) {
    // Two properties share this id [MS-OXCMSG] 2.2.1.7; whatever is stored, the asked form is given.
    if (wanted.id() != tag::kMessageSize.id()) return value;
    const auto* narrow = std::get_if<std::int32_t>(&*value);
    const auto* wide = std::get_if<std::int64_t>(&*value);
    const std::int64_t size = narrow != nullptr ? *narrow : (wide != nullptr ? *wide : 0);
    if (wanted.type() == mapi::PropType::integer64) return PropertyValue(size);
    return integer(std::min<std::int64_t>(size, 0x7FFF'FFFF));
  }
  if (sync::is_body_property(wanted.id()) && is_looked_up_) {
    // A search in a table looks for text, whatever form the message has.
    auto made = sync::body_property(content_->properties, wanted);
    return made ? Value(std::move(*made)) : Value();
  }
  switch (wanted.id()) {
    case tag::kMessageClass.id():
      return text("IPM.Note");  // a message without one is invisible in Outlook
    case tag::kHasAttachments.id():
      return PropertyValue((flags() & kHasAttach) != 0);
    case tag::kMessageStatus.id():
      return integer(0);
    case tag::kCreationTime.id():
      return PropertyValue(mapi::file_time(row_.created));
    case tag::kLastModificationTime.id():
      return PropertyValue(mapi::file_time(row_.modified));
    case tag::kHasNamedProperties.id():
      return PropertyValue(std::any_of(row_.properties.all().begin(), row_.properties.all().end(),
                                       [](const auto& property) { return property.tag.is_named(); }));
    case tag::kSubject.id(): {
      const auto prefix = stored(tag::kSubjectPrefix);
      const auto rest = stored(tag::kNormalizedSubject);
      if (!prefix && !rest) return {};
      std::string out;
      for (const auto* part : {&prefix, &rest})
        if (*part)
          if (const auto* utf8 = std::get_if<std::string>(&**part)) out += *utf8;
      return text(std::move(out));
    }
    case tag::kNormalizedSubject.id(): {
      const auto subject = stored(tag::kSubject);
      const auto prefix = stored(tag::kSubjectPrefix);
      const auto* whole = subject ? std::get_if<std::string>(&*subject) : nullptr;
      const auto* start = prefix ? std::get_if<std::string>(&*prefix) : nullptr;
      if (whole == nullptr) return {};
      return text(start != nullptr && whole->starts_with(*start) ? whole->substr(start->size()) : *whole);
    }
    default:
      return {};
  }
}

const std::vector<mapi::PropTag>& MessageSource::computed_tags() {
  static const std::vector<mapi::PropTag> all = {tag::kMessageFlags,
                                                 tag::kAccess,
                                                 tag::kAccessLevel,
                                                 tag::kObjectType,
                                                 tag::kMappingSignature,
                                                 tag::kStoreRecordKey,
                                                 tag::kStoreEntryId,
                                                 tag::kMid,
                                                 tag::kFolderId,
                                                 tag::kEntryId,
                                                 tag::kParentEntryId,
                                                 tag::kRecordKey,
                                                 tag::kSourceKey,
                                                 tag::kParentSourceKey,
                                                 tag::kChangeKey,
                                                 tag::kPredecessorChangeList,
                                                 tag::kChangeNumber,
                                                 tag::kHasAttachments,
                                                 tag::kHasNamedProperties,
                                                 tag::kMessageClass,
                                                 tag::kMessageStatus,
                                                 tag::kCreationTime,
                                                 tag::kLastModificationTime,
                                                 tag::kRead,
                                                 tag::kAssociated};
  return all;
}

bool is_computed_message_property(mapi::PropId id) {
  static const std::vector<mapi::PropId> own = {tag::kMessageClass.id(), tag::kCreationTime.id(),
                                                tag::kLastModificationTime.id(), tag::kMessageFlags.id(),
                                                tag::kMessageStatus.id()};
  if (std::find(own.begin(), own.end(), id) != own.end()) return false;
  const auto& all = MessageSource::computed_tags();
  return std::any_of(all.begin(), all.end(), [id](mapi::PropTag t) { return t.id() == id; });
}

std::vector<mapi::PropTag> MessageSource::tags() const {
  std::vector<mapi::PropTag> out = computed_tags();
  const auto add = [&out](const mapi::PropertyBag& bag) {
    for (const auto& property : bag.all()) {
      const auto same = [&](mapi::PropTag t) { return t.id() == property.tag.id(); };
      if (std::none_of(out.begin(), out.end(), same)) out.push_back(property.tag);
    }
  };
  add(row_.properties);
  if (const auto* all = content()) add(all->properties);
  std::erase_if(out, [this](mapi::PropTag t) { return !find(t); });
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<const mapi::PropertyBag*> MessageSource::children(mapi::PropTag which) const {
  std::vector<const mapi::PropertyBag*> out;
  const auto* all = content();
  if (all == nullptr) return out;
  if (which.id() == tag::kMessageRecipients.id())
    for (const auto& recipient : all->recipients) out.push_back(&recipient.properties);
  if (which.id() == tag::kMessageAttachments.id())
    for (const auto& attachment : all->attachments) out.push_back(&attachment.properties);
  return out;
}

}  // namespace oxb::session
