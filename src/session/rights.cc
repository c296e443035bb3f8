// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/rights.h"

#include "proto/mapi/tags.h"

namespace oxb::session {
namespace {

constexpr std::int32_t kModify = 0x01, kRead = 0x02, kDelete = 0x04, kCreateHierarchy = 0x08, kCreateContents = 0x10,
                       kCreateAssociated = 0x20;

}  // namespace

bool is_own(const Store& store, const replica::MessageRow& message) {
  const auto* creator = message.properties.get<Bytes>(mapi::tag::kCreatorEntryId);
  return creator != nullptr && *creator == store.owner_entry_id();
}

bool may_edit(const Store& store, const replica::FolderRow& folder, const replica::MessageRow& message) {
  return (message_access(store, folder.rights, message) & kModify) != 0;
}

bool may_delete(const Store& store, const replica::FolderRow& folder, const replica::MessageRow& message) {
  return (message_access(store, folder.rights, message) & kDelete) != 0;
}

std::int32_t access_of(std::uint32_t rights) {
  std::int32_t access = 0;
  if ((rights & (right::kEditAny | right::kOwner)) != 0) access |= kModify;
  if ((rights & right::kReadAny) != 0) access |= kRead;
  if ((rights & (right::kDeleteAny | right::kOwner)) != 0) access |= kDelete;
  if ((rights & (right::kCreateSubfolder | right::kOwner)) != 0) access |= kCreateHierarchy;
  if ((rights & right::kCreate) != 0) access |= kCreateContents;
  if ((rights & right::kOwner) != 0) access |= kCreateAssociated;
  return access;
}

std::int32_t message_access(const Store& store, std::uint32_t rights, const replica::MessageRow& message) {
  // What only the replica holds is the user's own, whoever owns the folder.
  if (message.kind == replica::ContentsKind::associated) return kModify | kRead | kDelete;
  std::int32_t access = access_of(rights) & (kModify | kRead | kDelete);
  const auto missing = ~access & (kModify | kDelete);
  if (missing == 0 || (rights & (right::kEditOwned | right::kDeleteOwned)) == 0 || !is_own(store, message))
    return access;
  if ((rights & right::kEditOwned) != 0) access |= kModify;
  if ((rights & right::kDeleteOwned) != 0) access |= kDelete;
  return access;
}

}  // namespace oxb::session
