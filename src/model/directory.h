// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "model/contact.h"

namespace oxb::model {

// One entry of the address book of a context.
struct DirectoryEntry {
  enum class Kind : std::uint8_t { user, group, resource } kind = Kind::user;
  std::uint32_t id{};                // user, group or resource id in the context
  std::string login;                 // login name where known; groups and resources: identifier
  std::string display_name;
  std::string email;                 // primary, empty for groups without one
  std::vector<std::string> aliases;  // other addresses
  std::string description;           // resources and groups
  std::vector<std::uint32_t> members;  // groups: user ids
  Contact details;                   // users: the global address book's contact
  std::optional<Instant> modified;
};

}  // namespace oxb::model
