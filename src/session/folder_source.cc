// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/folder_source.h"

#include "proto/mapi/tags.h"
#include "session/rights.h"

#include <algorithm>
#include <array>

namespace oxb::session {
namespace {

using mapi::Eid;
using mapi::PropertyValue;
using replica::Special;
namespace tag = mapi::tag;

constexpr std::int32_t kFolderObject = 3;  // PidTagObjectType
constexpr std::int32_t kGenericFolder = 1, kSearchFolder = 2;
// Without the free/busy bits [MS-OXCFOLD] 2.2.2.2.2.8
constexpr std::uint32_t kRightsMask = 0x7FB;
// The server may change it, and holds its content itself [MS-OXCFOLD] PidTagFolderFlags: IPM 1, search 2, normal 4.
constexpr std::int32_t kFolderFlagIpm = 1, kFolderFlagSearch = 2, kFolderFlagNormal = 4;

Value integer(std::int64_t x) { return PropertyValue(static_cast<std::int32_t>(x)); }
Value binary(Bytes bytes) { return PropertyValue(std::move(bytes)); }
Value text(std::string utf8) { return PropertyValue(std::move(utf8)); }
Value boolean(bool x) { return PropertyValue(x); }
Value time(Instant t) { return PropertyValue(mapi::file_time(t)); }

struct Pointer {
  mapi::PropTag tag;
  Special which;
};
constexpr std::array kPointers = {
    Pointer{tag::kIpmAppointmentEntryId, Special::calendar}, Pointer{tag::kIpmContactEntryId, Special::contacts},
    Pointer{tag::kIpmJournalEntryId, Special::journal},      Pointer{tag::kIpmNoteEntryId, Special::notes},
    Pointer{tag::kIpmTaskEntryId, Special::tasks},           Pointer{tag::kIpmDraftsEntryId, Special::drafts},
};
// PidTagAdditionalRenEntryIds [MS-OXOSFLD] 2.2.4
constexpr std::array kAdditional = {Special::conflicts, Special::sync_issues, Special::local_failures,
                                    Special::server_failures, Special::junk};
constexpr std::array kStorePointers = {
    Pointer{tag::kIpmSubtreeEntryId, Special::ipm_subtree},
    Pointer{tag::kIpmOutboxEntryId, Special::outbox},
    Pointer{tag::kIpmWastebasketEntryId, Special::deleted_items},
    Pointer{tag::kIpmSentMailEntryId, Special::sent_items},
    Pointer{tag::kViewsEntryId, Special::views},
    Pointer{tag::kCommonViewsEntryId, Special::common_views},
    Pointer{tag::kFinderEntryId, Special::finder},
};

const std::vector<mapi::PropTag>& computed_folder_tags() {
  static const std::vector<mapi::PropTag> all = {tag::kFolderId,
                                                 tag::kParentFolderId,
                                                 tag::kEntryId,
                                                 tag::kRecordKey,
                                                 tag::kParentEntryId,
                                                 tag::kStoreEntryId,
                                                 tag::kStoreRecordKey,
                                                 tag::kMappingSignature,
                                                 tag::kSourceKey,
                                                 tag::kParentSourceKey,
                                                 tag::kChangeKey,
                                                 tag::kPredecessorChangeList,
                                                 tag::kChangeNumber,
                                                 tag::kDisplayName,
                                                 tag::kContainerClass,
                                                 tag::kFolderType,
                                                 tag::kContentCount,
                                                 tag::kContentUnreadCount,
                                                 tag::kAssociatedContentCount,
                                                 tag::kSubfolders,
                                                 tag::kAccess,
                                                 tag::kAccessLevel,
                                                 tag::kRights,
                                                 tag::kAttributeHidden,
                                                 tag::kAttributeSystem,
                                                 tag::kAttributeReadOnly,
                                                 tag::kDeletedCountTotal,
                                                 tag::kDeletedMessageCount,
                                                 tag::kDeletedFolderCount,
                                                 tag::kDeletedAssociatedMessageCount,
                                                 tag::kCreationTime,
                                                 tag::kLastModificationTime,
                                                 tag::kLocalCommitTime,
                                                 tag::kLocalCommitTimeMax,
                                                 tag::kHierarchyChangeNumber,
                                                 tag::kFolderFlags,
                                                 tag::kObjectType,
                                                 tag::kHasRules};
  return all;
}

const std::vector<mapi::PropTag>& computed_store_tags() {
  static const std::vector<mapi::PropTag> all = {tag::kDisplayName,
                                                 tag::kEntryId,
                                                 tag::kRecordKey,
                                                 tag::kStoreEntryId,
                                                 tag::kStoreRecordKey,
                                                 tag::kMappingSignature,
                                                 tag::kStoreProvider,
                                                 tag::kObjectType,
                                                 tag::kAccess,
                                                 tag::kAccessLevel,
                                                 tag::kRights,
                                                 tag::kUserEntryId,
                                                 tag::kMailboxOwnerEntryId,
                                                 tag::kMailboxOwnerName,
                                                 tag::kStoreState,
                                                 tag::kLocaleId,
                                                 tag::kSortLocaleId,
                                                 tag::kCodePageId,
                                                 tag::kSerializedReplidGuidMap,
                                                 tag::kValidFolderMask,
                                                 tag::kServerTypeDisplayName,
                                                 tag::kIpmSubtreeEntryId,
                                                 tag::kIpmOutboxEntryId,
                                                 tag::kIpmWastebasketEntryId,
                                                 tag::kIpmSentMailEntryId,
                                                 tag::kViewsEntryId,
                                                 tag::kCommonViewsEntryId,
                                                 tag::kFinderEntryId};
  return all;
}

bool has(const std::vector<mapi::PropTag>& tags, mapi::PropId id) {
  return std::any_of(tags.begin(), tags.end(), [id](mapi::PropTag t) { return t.id() == id; });
}

std::vector<mapi::PropTag> all_tags(const PropertySource& source, std::vector<mapi::PropTag> out,
                                    const mapi::PropertyBag& stored) {
  for (const auto& property : stored.all())
    if (!has(out, property.tag.id())) out.push_back(property.tag);
  std::erase_if(out, [&source](mapi::PropTag t) { return !source.find(t); });
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Result<SpecialFolders> special_folders(replica::ReadTx& tx) {
  SpecialFolders out;
  for (auto i = 0; i < static_cast<int>(Special::none); ++i) {
    const auto which = static_cast<Special>(i);
    auto row = tx.special(which);
    if (row) {
      out.emplace(which, row->id);
    } else if (row.error().code != Errc::not_found) {
      return tl::unexpected(std::move(row).error());
    }
  }
  return out;
}

Result<ForeignReplicas> foreign_replicas(replica::ReadTx& tx) {
  constexpr std::uint16_t kFirst = 5;  // lower ones are never given to others
  constexpr std::size_t kMost = 1000;
  ForeignReplicas out;
  for (std::uint16_t id = kFirst; out.size() < kMost; ++id) {
    OXB_TRY(const auto guid, tx.replica_guid_of(id));
    if (!guid) break;
    out.emplace_back(id, *guid);
  }
  return out;
}

bool is_computed_folder_property(mapi::PropId id) {
  // Name, class and the hidden flag are the folder's own: a client may set them.
  if (id == tag::kDisplayName.id() || id == tag::kContainerClass.id() || id == tag::kAttributeHidden.id()) return false;
  return has(computed_folder_tags(), id);
}
bool is_computed_store_property(mapi::PropId id) { return has(computed_store_tags(), id); }

std::optional<Bytes> FolderSource::entry_id_of(Special which) const {
  const auto at = specials_->find(which);
  if (at == specials_->end()) return std::nullopt;
  return store_.folder_entry_id(at->second);
}

// Members that the client keeps there itself stay as they are.
Value FolderSource::counted_pointers() const {
  std::vector<Bytes> ids;
  if (const auto* stored = row_.properties.get<std::vector<Bytes>>(tag::kAdditionalRenEntryIds)) ids = *stored;
  if (ids.size() < kAdditional.size()) ids.resize(kAdditional.size());
  for (std::size_t i = 0; i < kAdditional.size(); ++i)
    if (auto id = entry_id_of(kAdditional[i])) ids[i] = std::move(*id);
  return PropertyValue(std::move(ids));
}

Value FolderSource::free_busy_pointers() const {
  constexpr std::size_t kFolderIndex = 3;  // [MS-OXOSFLD] 2.2.6
  std::vector<Bytes> ids;
  if (const auto* stored = row_.properties.get<std::vector<Bytes>>(tag::kFreeBusyEntryIds)) ids = *stored;
  if (ids.size() <= kFolderIndex) ids.resize(kFolderIndex + 1);
  auto id = entry_id_of(Special::freebusy_data);
  if (!id) return {};
  ids[kFolderIndex] = std::move(*id);
  return PropertyValue(std::move(ids));
}

Value FolderSource::pointer(mapi::PropTag wanted) const {
  if (specials_ == nullptr || (row_.special != Special::inbox && row_.special != Special::root)) return {};
  if (wanted.id() == tag::kAdditionalRenEntryIds.id()) return counted_pointers();
  if (wanted.id() == tag::kFreeBusyEntryIds.id()) return free_busy_pointers();
  for (const auto& p : kPointers) {
    if (p.tag.id() != wanted.id()) continue;
    if (auto id = entry_id_of(p.which)) return binary(std::move(*id));
  }
  return {};
}

Value FolderSource::computed(mapi::PropTag wanted) const {
  switch (wanted.id()) {
    case tag::kFolderId.id():
      return PropertyValue(Eid::of(row_.id).property());
    case tag::kParentFolderId.id():
      return PropertyValue(Eid::of(row_.parent.value == 0 ? row_.id : row_.parent).property());
    case tag::kEntryId.id():
      return binary(store_.folder_entry_id(row_.id));
    case tag::kParentEntryId.id():
      return binary(store_.folder_entry_id(row_.parent.value == 0 ? row_.id : row_.parent));
    case tag::kStoreEntryId.id():
      return binary(store_.store_entry_id());
    case tag::kStoreRecordKey.id():
      return binary(store_.mailbox_guid());
    case tag::kMappingSignature.id():
      return binary(store_.replica_guid());
    case tag::kRecordKey.id():
    case tag::kSourceKey.id():
      return binary(store_.source_key(row_.id.value));
    case tag::kParentSourceKey.id():
      return binary(row_.parent.value == 0 ? Bytes{} : store_.source_key(row_.parent.value));
    case tag::kChangeKey.id():
      return binary(store_.change_key(row_.change));
    case tag::kPredecessorChangeList.id():
      return binary(store_.predecessors(row_.change));
    case tag::kChangeNumber.id():
    case tag::kHierarchyChangeNumber.id():
      if (wanted.type() == mapi::PropType::integer32)
        return integer(static_cast<std::int64_t>(row_.change.value & 0x7FFF'FFFF));
      return PropertyValue(Eid::of(row_.change).property());
    case tag::kDisplayName.id():
      return text(row_.name);
    case tag::kContainerClass.id():
      return row_.container_class.empty() ? Value() : text(row_.container_class);
    case tag::kFolderType.id():
      if (row_.special == Special::root) return integer(0);
      return integer(row_.source == replica::Source::search ? kSearchFolder : kGenericFolder);
    case tag::kContentCount.id():
      return integer(row_.total);
    case tag::kContentUnreadCount.id():
      return integer(row_.unread);
    case tag::kAssociatedContentCount.id():
      return integer(row_.associated);
    case tag::kSubfolders.id():
      return boolean(row_.has_subfolders);
    case tag::kAccess.id():
      return integer(access_of(row_.rights));
    case tag::kAccessLevel.id():
      return integer((row_.rights & (right::kEditAny | right::kOwner)) != 0 ? 1 : 0);
    case tag::kRights.id():
      return integer(row_.rights & kRightsMask);
    case tag::kAttributeHidden.id():
      return boolean(row_.hidden);
    case tag::kAttributeSystem.id():
    case tag::kAttributeReadOnly.id():
    case tag::kHasRules.id():
      return boolean(false);
    case tag::kDeletedCountTotal.id():
    case tag::kDeletedMessageCount.id():
    case tag::kDeletedFolderCount.id():
    case tag::kDeletedAssociatedMessageCount.id():
      return integer(0);
    case tag::kCreationTime.id():
      return time(row_.created);
    case tag::kLastModificationTime.id():
    case tag::kLocalCommitTime.id():
    case tag::kLocalCommitTimeMax.id():
      return time(row_.modified);
    case tag::kFolderFlags.id():
      return integer(kFolderFlagIpm | (row_.source == replica::Source::search ? kFolderFlagSearch : kFolderFlagNormal));
    case tag::kObjectType.id():
      return integer(kFolderObject);
    case tag::kDepth.id():
      return depth_ > 0 ? integer(depth_) : Value();
    default:
      return {};
  }
}

Value FolderSource::find(mapi::PropTag wanted) const {
  if (auto value = computed(wanted)) return value;
  if (auto value = pointer(wanted)) return value;
  const auto* property = row_.properties.find(wanted.id());
  if (property != nullptr) return &property->value;
  return wanted.id() == tag::kComment.id() ? text("") : Value();
}

std::vector<mapi::PropTag> FolderSource::tags() const {
  auto out = computed_folder_tags();
  if (row_.special == Special::inbox || row_.special == Special::root) {
    for (const auto& p : kPointers) out.push_back(p.tag);
    out.push_back(tag::kAdditionalRenEntryIds);
    out.push_back(tag::kFreeBusyEntryIds);
  }
  return all_tags(*this, std::move(out), row_.properties);
}

Value StoreSource::folder(Special which) const {
  const auto at = specials_.find(which);
  return at != specials_.end() ? binary(store_.folder_entry_id(at->second)) : Value();
}

Value StoreSource::computed(mapi::PropTag wanted) const {
  constexpr std::int32_t kStoreObject = 1;      // PidTagObjectType
  constexpr std::int32_t kValidFolders = 0xFF;  // PidTagValidFolderMask: every special folder exists
  constexpr std::int32_t kEverything = 0x3F;    // PidTagAccess
  switch (wanted.id()) {
    case tag::kDisplayName.id():
      return text(store_.owner().display_name);
    case tag::kEntryId.id():
    case tag::kStoreEntryId.id():
      return binary(store_.store_entry_id());
    case tag::kRecordKey.id():
    case tag::kStoreRecordKey.id():
      return binary(store_.mailbox_guid());
    case tag::kMappingSignature.id():
      return binary(store_.replica_guid());
    case tag::kStoreProvider.id(): {
      // muidPrivateStore, in wire order [MS-OXCDATA] 2.2.4.3
      const auto guid = Guid::of(0x20FA551B, 0x66AA, 0xCD11, {0x9B, 0xC8, 0x00, 0xAA, 0x00, 0x2F, 0xC4, 0x5A});
      return binary(Bytes(guid.bytes.begin(), guid.bytes.end()));
    }
    case tag::kObjectType.id():
      return integer(kStoreObject);
    case tag::kAccess.id():
      return integer(kEverything);
    case tag::kAccessLevel.id():
      return integer(1);
    case tag::kRights.id():
      return integer(kRightsMask);
    case tag::kUserEntryId.id():
    case tag::kMailboxOwnerEntryId.id():
      return binary(store_.owner_entry_id());
    case tag::kMailboxOwnerName.id():
      return text(store_.owner().display_name);
    case tag::kStoreState.id():
      return integer(0);
    case tag::kLocaleId.id():
    case tag::kSortLocaleId.id():
      return integer(locale_);
    case tag::kCodePageId.id():
      return integer(code_page_);
    case tag::kSerializedReplidGuidMap.id(): {
      // Replid 1 is the database GUID; the client cannot work without this entry.
      Bytes map;
      const auto add = [&map](std::uint16_t id, const Guid& guid) {
        map.push_back(static_cast<std::byte>(id & 0xFFU));
        map.push_back(static_cast<std::byte>(id >> 8U));
        map.insert(map.end(), guid.bytes.begin(), guid.bytes.end());
      };
      add(mapi::kOwnReplica, store_.identity().replica);
      for (const auto& [id, guid] : replicas_) add(id, guid);
      return binary(std::move(map));
    }
    case tag::kValidFolderMask.id():
      return integer(kValidFolders);
    case tag::kServerTypeDisplayName.id():
      return text("Oxbridge");
    default:
      break;
  }
  for (const auto& p : kStorePointers)
    if (p.tag.id() == wanted.id()) return folder(p.which);
  return {};
}

Value StoreSource::find(mapi::PropTag wanted) const {
  if (auto value = computed(wanted)) return value;
  const auto* property = stored_.find(wanted.id());
  if (property != nullptr) return &property->value;
  // Limits in KiB; the backend has the last word on both [MS-OXCSTOR] 2.2.2.1.1
  if (wanted.id() == tag::kMaximumSubmitMessageSize.id()) return integer(100 * 1024);
  if (wanted.id() == tag::kOutOfOfficeState.id()) return boolean(false);
  return {};
}

std::vector<mapi::PropTag> StoreSource::tags() const { return all_tags(*this, computed_store_tags(), stored_); }

}  // namespace oxb::session
