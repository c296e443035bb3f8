// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Folders and the rights on them.
#include "sandbox/call.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::sandbox {

// Five groups of a packed permission. Levels are ordered: each implies the smaller ones.
// folder: 1 see, 2 create objects, 4 create sub-folders, 64 all. The others: 1 own objects, 2 all objects, 64 all.
struct Rights {
  int folder = 0;
  int read = 0;
  int write = 0;
  int remove = 0;
  bool admin = false;

  static Rights unpack(std::int64_t bits);
  std::int64_t pack() const;
  Rights max(const Rights& other) const;
  bool sees() const { return folder >= 1; }
  bool creates() const { return folder >= 2; }
};
constexpr std::int64_t kOwnerBits = 403710016;

struct Permission {
  std::int64_t entity = 0;
  bool group = false;
  std::int64_t bits = 0;
};

enum class FolderType : std::uint8_t { private_folder = 1, public_folder = 2, shared = 3, system = 5, trash = 16 };

struct Folder {
  std::int64_t id = 0;
  std::int64_t parent = 0;
  std::string module;                            // system, contacts, calendar, tasks, infostore
  FolderType type = FolderType::private_folder;  // as stored: never shared
  std::string title;
  int standard = 0;  // standard folder type of the owner's default folder, else 0
  std::int64_t created_by = 0;
  std::int64_t created = 0;
  std::int64_t modified_by = 0;
  std::int64_t modified = 0;
  json::object data;
  std::vector<Permission> permissions;

  bool is_private() const { return type == FolderType::private_folder; }
  bool is_public() const { return type == FolderType::public_folder; }
  bool shared_for(std::int64_t user) const { return is_private() && created_by != user; }
  // The calendar user of a private folder; 0 in a public one.
  std::int64_t owner() const { return is_private() ? created_by : 0; }
};

// The id forms of the API: "31", "cal://0/31", "con://0/32", "u:3", "default0/INBOX".
struct FolderName {
  enum class Kind : std::uint8_t { plain, calendar, contacts, shared_by, mail, unknown } kind = Kind::unknown;
  std::int64_t account = 0;  // of cal:// and con://
  std::int64_t number = 0;
  static FolderName parse(std::string_view text);
};
std::string calendar_name(std::int64_t folder);  // "cal://0/31"
std::string address_book_name(std::int64_t folder);

std::optional<Folder> find_folder(Database& db, std::int64_t context, std::int64_t id);
// Every folder of one module (empty: of all), without regard to rights.
std::vector<Folder> folders_of_module(Database& db, std::int64_t context, std::string_view module);
std::vector<Folder> children_of(Database& db, std::int64_t context, std::int64_t parent);
Rights rights_on(Database& db, std::int64_t context, std::int64_t user, const Folder& folder);
// The user's own default folder of a module; 0 when there is none.
std::int64_t default_folder(Database& db, std::int64_t context, std::int64_t user, std::string_view module);
// Marks a folder as changed.
void touch_folder(Database& db, std::int64_t context, std::int64_t id, std::int64_t stamp);
void insert_folder(Database& db, std::int64_t context, const Folder& folder);
void store_permissions(Database& db, std::int64_t context, const Folder& folder);
// The number of the caller's birthday calendar account; 0 before it exists.
std::int64_t birthday_account(Database& db, std::int64_t context, std::int64_t user);

// Rendering: how one user sees one folder under one name.
struct FolderView {
  enum class Name : std::uint8_t { plain, composite } name = Name::plain;
  std::string parent;  // overrides the computed parent; used by `list`
};
json::value folder_column(const Call& call, const Folder& folder, const FolderView& view, int column);
json::array folder_row(const Call& call, const Folder& folder, const FolderView& view, const std::vector<int>& columns);
json::object folder_object(const Call& call, const Folder& folder, const FolderView& view);
std::string folder_id_text(const Folder& folder, const FolderView& view);
// The birthday calendar and the "u:<user>" nodes are no stored folders.
Folder birthday_folder(const Call& call);
Folder shared_by_folder(const Call& call, std::int64_t owner);
constexpr std::int64_t kBirthdays = -1;        // Folder::id of the former
constexpr std::int64_t kSharedByBase = -1000;  // Folder::id of the latter: base - owner

}  // namespace oxb::sandbox
