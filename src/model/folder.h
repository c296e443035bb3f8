// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "model/common.h"

namespace oxb::model {

enum class FolderKind : std::uint8_t { mail, calendar, contacts, tasks, other };
enum class FolderScope : std::uint8_t { own, shared, everyone, system };  // everyone: the backend's public folders
enum class FolderRole : std::uint8_t {
  none, inbox, drafts, sent, trash, junk, archive, outbox, calendar, contacts, tasks, notes,
  collected_addresses, global_address_book, birthdays, mail_root, private_root, shared_root, public_root
};

// What one user or group may do. Levels as Open-Xchange has them; IMAP ACLs are mapped onto them.
struct Rights {
  enum class FolderLevel : std::uint8_t { none, visible, create_items, create_folders } folder = FolderLevel::none;
  enum class ItemLevel : std::uint8_t { none, own, all } read = ItemLevel::none, write = ItemLevel::none, remove = ItemLevel::none;
  bool admin = false;
  auto operator<=>(const Rights&) const = default;
};
Rights full_rights();

struct Permission {
  RemoteId entity;  // user or group id
  bool group = false;
  Rights rights;
  bool operator==(const Permission&) const = default;
};

struct Folder {
  RemoteId id;
  RemoteId parent;  // empty for a root
  std::string name;
  FolderKind kind = FolderKind::other;
  FolderScope scope = FolderScope::own;
  FolderRole role = FolderRole::none;
  Rights own_rights;
  std::vector<Permission> permissions;  // empty where the caller may not see them
  std::string owner_name;               // display name of the owner of a shared folder
  RemoteId owner;                       // user id of the owner, empty for own and system folders
  bool has_subfolders = false;
  bool selectable = true;               // false: holds folders only (IMAP \Noselect)
  bool subscribed = true;
  bool supports_changes = true;         // false: only full listings (an external or computed folder)
  std::optional<std::uint32_t> total, unread;
  std::optional<Instant> created, modified;
  Version version;                      // changes when name, parent or rights change; may be empty
  RawFields raw;
};

}  // namespace oxb::model
