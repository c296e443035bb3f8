// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What the user may do in a folder [MS-OXCPERM] 2.2.7, asked before anything is asked of the backend.
#include "session/store.h"

namespace oxb::session {

namespace right {
inline constexpr std::uint32_t kReadAny = 0x1;
inline constexpr std::uint32_t kCreate = 0x2;
inline constexpr std::uint32_t kEditOwned = 0x8;
inline constexpr std::uint32_t kDeleteOwned = 0x10;
inline constexpr std::uint32_t kEditAny = 0x20;
inline constexpr std::uint32_t kDeleteAny = 0x40;
inline constexpr std::uint32_t kCreateSubfolder = 0x80;
inline constexpr std::uint32_t kOwner = 0x100;
}  // namespace right

inline bool has_right(const replica::FolderRow& folder, std::uint32_t any) { return (folder.rights & any) != 0; }

inline bool may_read(const replica::FolderRow& folder) { return has_right(folder, right::kReadAny); }
inline bool may_create(const replica::FolderRow& folder) { return has_right(folder, right::kCreate); }
inline bool may_create_folder(const replica::FolderRow& folder) {
  return has_right(folder, right::kCreateSubfolder | right::kOwner);
}
// Rename, move, delete, change of its properties.
inline bool may_administer(const replica::FolderRow& folder) { return has_right(folder, right::kOwner); }

// Whether the user made the message himself, as far as it says so.
bool is_own(const Store& store, const replica::MessageRow& message);
bool may_edit(const Store& store, const replica::FolderRow& folder, const replica::MessageRow& message);
bool may_delete(const Store& store, const replica::FolderRow& folder, const replica::MessageRow& message);

// Rights bits as PidTagAccess: of a folder [MS-OXCFOLD] 2.2.2.2.2.1, of a message [MS-OXCMSG] 2.2.1.1.
std::int32_t access_of(std::uint32_t rights);
std::int32_t message_access(const Store& store, std::uint32_t rights, const replica::MessageRow& message);

}  // namespace oxb::session
