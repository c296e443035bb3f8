// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/permission.h"

#include <array>
#include <utility>

namespace oxb::convert {
namespace {

using Folder = model::Rights::FolderLevel;
using Item = model::Rights::ItemLevel;

}  // namespace

std::uint32_t folder_rights(const model::Rights& rights) {
  std::uint32_t bits = 0;
  if (rights.folder >= Folder::visible) bits |= right::kFolderVisible;
  if (rights.folder >= Folder::create_items) bits |= right::kCreate;
  if (rights.folder >= Folder::create_folders) bits |= right::kCreateSubfolder;
  if (rights.read == Item::all) bits |= right::kReadAny;
  if (rights.write >= Item::own) bits |= right::kEditOwned;
  if (rights.write == Item::all) bits |= right::kEditAny;
  if (rights.remove >= Item::own) bits |= right::kDeleteOwned;
  if (rights.remove == Item::all) bits |= right::kDeleteAny;
  if (rights.admin) bits |= right::kFolderOwner | right::kFolderContact;
  return bits;
}

std::uint32_t effective_rights(const model::Rights& rights) {
  return folder_rights(rights) | (rights.read >= Item::own ? right::kReadAny : 0);
}

std::uint32_t member_rights(const model::Rights& rights, model::FolderKind kind) {
  auto bits = folder_rights(rights);
  if (kind == model::FolderKind::calendar && rights.folder >= Folder::visible) {
    bits |= right::kFreeBusySimple;
    if (rights.read == Item::all) bits |= right::kFreeBusyDetailed;
  }
  return bits;
}

model::Rights rights_from_member_rights(std::uint32_t bits) {
  const auto has = [&](std::uint32_t bit) { return (bits & bit) != 0; };
  model::Rights rights;
  // Levels of the backend imply the smaller ones: subfolders without items cannot be granted.
  if (has(right::kFolderVisible) || has(right::kReadAny) || has(right::kCreate)) rights.folder = Folder::visible;
  if (has(right::kCreate)) rights.folder = has(right::kCreateSubfolder) ? Folder::create_folders : Folder::create_items;
  if (has(right::kReadAny)) rights.read = Item::all;
  rights.write = has(right::kEditAny) ? Item::all : has(right::kEditOwned) ? Item::own : Item::none;
  rights.remove = has(right::kDeleteAny) ? Item::all : has(right::kDeleteOwned) ? Item::own : Item::none;
  rights.admin = has(right::kFolderOwner);
  return rights;
}

std::uint32_t folder_access(const model::Rights& rights) {
  constexpr std::uint32_t kModify = 1, kRead = 2, kDelete = 4, kHierarchy = 8, kContents = 0x10, kAssociated = 0x20;
  std::uint32_t access = 0;
  if (rights.folder >= Folder::visible || rights.read >= Item::own) access |= kRead;
  if (rights.folder >= Folder::create_items) access |= kContents;
  if (rights.folder >= Folder::create_folders) access |= kHierarchy;
  if (rights.admin) access |= kModify | kDelete | kAssociated;
  return access;
}

std::uint32_t item_access(const model::Rights& rights, Ownership ownership) {
  constexpr std::uint32_t kModify = 1, kRead = 2, kDelete = 4;
  const auto needed = ownership == Ownership::own ? Item::own : Item::all;
  std::uint32_t access = 0;
  if (rights.write >= needed) access |= kModify;
  if (rights.read >= needed) access |= kRead;
  if (rights.remove >= needed) access |= kDelete;
  return access;
}

std::string_view role_name(std::uint32_t member_rights) {
  static constexpr std::array<std::pair<std::uint32_t, std::string_view>, 13> kRoles = {{
      {0x7FB, "Owner"},
      {0x5FB, "Owner"},
      {0x4FB, "Publishing Editor"},
      {0x47B, "Editor"},
      {0x49B, "Publishing Author"},
      {0x41B, "Author"},
      {0x413, "Nonediting Author"},
      {0x401, "Reviewer"},
      {0x402, "Contributor"},
      {0x1800, "Free/Busy time, subject, location"},
      {0x800, "Free/Busy time"},
      {0x400, "Folder visible"},
      {0, "None"},
  }};
  for (const auto& [bits, name] : kRoles)
    if (bits == member_rights || (bits >= 0x400 && bits < 0x800 && bits == (member_rights & 0x7FF))) return name;
  return "Custom";
}

}  // namespace oxb::convert
