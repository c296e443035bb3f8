// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Names that Outlook keeps for years, computed from installation + context + entity, so that they survive a lost store.
#include "base/guid.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oxb::directory {

enum class EntityKind : std::uint8_t { user = 0, group = 1, resource = 2 };

struct Entity {
  EntityKind kind = EntityKind::user;
  std::uint32_t context{};
  std::uint32_t id{};
  auto operator<=>(const Entity&) const = default;
};

class Installation {
 public:
  // key: configured, or derived from the backend's address; the same key gives the same names for ever.
  explicit Installation(std::string_view key);

  const Guid& guid() const { return guid_; }
  // "/o=Oxbridge/ou=<12 hex digits>/cn=Recipients/cn=<context>-u<id>"; compare case-insensitively.
  std::string legacy_dn(const Entity& entity) const;
  std::optional<Entity> entity_of(std::string_view legacy_dn) const;
  // 0x10 ... 0x7fffffff [MS-OXNSPI] 2.2.1.8. Unique in one context.
  static std::uint32_t minimal_id(const Entity& entity);
  // "<guid>@<domain>" of the MailboxId in URLs and of EXHTTP's Server; routes, never authorises.
  Guid mailbox_id(const Entity& entity) const;
  // Of the address list and the address-book server.
  Guid address_book_guid(std::uint32_t context) const;

 private:
  Guid guid_;
  std::string unit_;
};

}  // namespace oxb::directory
