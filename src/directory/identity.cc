// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/identity.h"

#include "base/text.h"

#include <fmt/format.h>

#include <charconv>

namespace oxb::directory {
namespace {

constexpr std::string_view kLetters = "ugr";

bool parse_number(std::string_view text, std::uint32_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

Installation::Installation(std::string_view key)
    : guid_(named_guid(fmt::format("oxbridge installation {}", key))), unit_(to_hex(ByteView(guid_.bytes.data(), 6))) {}

std::string Installation::legacy_dn(const Entity& entity) const {
  return fmt::format("/o=Oxbridge/ou={}/cn=Recipients/cn={}-{}{}", unit_, entity.context,
                     kLetters[static_cast<std::size_t>(entity.kind)], entity.id);
}

std::optional<Entity> Installation::entity_of(std::string_view legacy_dn) const {
  const auto dn = ascii_lower(legacy_dn);
  const auto prefix = fmt::format("/o=oxbridge/ou={}/cn=recipients/cn=", unit_);
  if (!dn.starts_with(prefix)) return std::nullopt;
  const auto rest = std::string_view(dn).substr(prefix.size());
  const auto dash = rest.find('-');
  if (dash == std::string_view::npos || dash + 2 > rest.size()) return std::nullopt;
  const auto kind = kLetters.find(rest[dash + 1]);
  Entity entity;
  if (kind == std::string_view::npos || !parse_number(rest.substr(0, dash), entity.context) ||
      !parse_number(rest.substr(dash + 2), entity.id))
    return std::nullopt;
  entity.kind = static_cast<EntityKind>(kind);
  return entity;
}

std::uint32_t Installation::minimal_id(const Entity& entity) {
  return 0x10 + (entity.id << 2 | static_cast<std::uint32_t>(entity.kind));
}

Guid Installation::mailbox_id(const Entity& entity) const {
  return named_guid(fmt::format("oxbridge mailbox {} {}", to_text(guid_), legacy_dn(entity)));
}

Guid Installation::address_book_guid(std::uint32_t context) const {
  return named_guid(fmt::format("oxbridge address book {} {}", to_text(guid_), context));
}

}  // namespace oxb::directory
