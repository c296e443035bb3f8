// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "base/bytes.h"

#include <array>
#include <compare>
#include <string>

namespace oxb {

// 16 bytes in wire order: the first three fields are little endian, as in [MS-DTYP] 2.3.4.2.
struct Guid {
  std::array<std::byte, 16> bytes{};
  auto operator<=>(const Guid&) const = default;

  // From the fields as they are printed: {00062008-0000-0000-C000-000000000046}.
  static constexpr Guid of(std::uint32_t a, std::uint16_t b, std::uint16_t c, std::array<std::uint8_t, 8> d) {
    Guid g;
    for (unsigned i = 0; i < 4; ++i) g.bytes[i] = static_cast<std::byte>(a >> (8 * i) & 255U);
    for (unsigned i = 0; i < 2; ++i) g.bytes[4 + i] = static_cast<std::byte>(b >> (8 * i) & 255);
    for (unsigned i = 0; i < 2; ++i) g.bytes[6 + i] = static_cast<std::byte>(c >> (8 * i) & 255);
    for (unsigned i = 0; i < 8; ++i) g.bytes[8 + i] = static_cast<std::byte>(d[i]);
    return g;
  }
  bool is_zero() const { return *this == Guid{}; }
};

// "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", lower case.
std::string to_text(const Guid& guid);
// Accepts braces and either case.
Result<Guid> parse_guid(std::string_view text);
// A version 4 GUID from the system's random source.
Guid random_guid();
// A version 5 style GUID computed from a text: the same text gives the same GUID for ever.
Guid named_guid(std::string_view text);

}  // namespace oxb

template <>
struct std::hash<oxb::Guid> {
  std::size_t operator()(const oxb::Guid& g) const {
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(g.bytes.data()), g.bytes.size()});
  }
};
