// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The backend's folder rights and those of Outlook's permission dialog [MS-OXCPERM] 2.2.7.
#include "model/folder.h"

#include <cstdint>
#include <string_view>

namespace oxb::convert {

namespace right {
constexpr std::uint32_t kReadAny = 0x1, kCreate = 0x2, kEditOwned = 0x8, kDeleteOwned = 0x10, kEditAny = 0x20,
                        kDeleteAny = 0x40, kCreateSubfolder = 0x80, kFolderOwner = 0x100, kFolderContact = 0x200,
                        kFolderVisible = 0x400, kFreeBusySimple = 0x800, kFreeBusyDetailed = 0x1000;
}

// PidTagMemberRights. Calendars have the free/busy bits as well; only reading of all items gives details.
std::uint32_t member_rights(const model::Rights& rights, model::FolderKind kind);
// The nearest rights of the backend that grant no more than the bits say. MAPI cannot say "read own items".
model::Rights rights_from_member_rights(std::uint32_t bits);
// The same without the free/busy bits.
std::uint32_t folder_rights(const model::Rights& rights);
// PidTagRights of the caller himself. Who may read his own items only can read everything that he sees there.
std::uint32_t effective_rights(const model::Rights& rights);
// PidTagAccess of a folder [MS-OXCPRPT] 2.2.1.1.
std::uint32_t folder_access(const model::Rights& rights);
// PidTagAccess of an item.
enum class Ownership : std::uint8_t { own, foreign };
std::uint32_t item_access(const model::Rights& rights, Ownership ownership);
// "Editor", "Publishing Author" ... or "Custom".
std::string_view role_name(std::uint32_t member_rights);

}  // namespace oxb::convert
