// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/imap/mailbox_name.h"

#include "base/text.h"

#include <array>
#include <cstdint>

namespace oxb::imap {
namespace {

// Base64 with ',' in place of '/'.
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
constexpr std::string_view kRawMark = "=raw=";

bool is_direct(char c) { return c >= 0x20 && c <= 0x7e && c != '&'; }

void append_shifted(std::string& out, std::u16string_view units) {
  out.push_back('&');
  std::uint32_t bits = 0;
  int count = 0;
  for (const auto unit : units) {
    bits = bits << 16 | unit;
    count += 16;
    while (count >= 6) {
      count -= 6;
      out.push_back(kAlphabet[bits >> count & 63]);
    }
    bits &= (1U << count) - 1;
  }
  if (count > 0) out.push_back(kAlphabet[bits << (6 - count) & 63]);
  out.push_back('-');
}

// The text between '&' and '-'; false where it is no modified base64 of whole UTF-16 units.
bool decode_shifted(std::string_view text, std::u16string& out) {
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 16) {
      count -= 16;
      out.push_back(static_cast<char16_t>(bits >> count & 0xffff));
      bits &= (1U << count) - 1;
    }
  }
  return count < 6 && bits == 0;
}

}  // namespace

std::string encode_modified_utf7(std::string_view utf8) {
  std::string out;
  std::u16string shifted;
  const auto flush = [&] {
    if (!shifted.empty()) append_shifted(out, shifted);
    shifted.clear();
  };
  for (const char16_t unit : utf16_from_utf8(utf8)) {
    if (unit < 0x80 && is_direct(static_cast<char>(unit))) {
      flush();
      out.push_back(static_cast<char>(unit));
    } else if (unit == '&') {
      flush();
      out.append("&-");
    } else {
      shifted.push_back(unit);
    }
  }
  flush();
  return out;
}

std::string decode_modified_utf7(std::string_view wire) {
  std::string out;
  std::size_t at = 0;
  while (at < wire.size()) {
    const auto shift = wire.find('&', at);
    out.append(wire.substr(at, shift - at));
    if (shift == std::string_view::npos) break;
    const auto end = wire.find('-', shift);
    if (end == std::string_view::npos) {
      out.append(wire.substr(shift));
      break;
    }
    const auto inner = wire.substr(shift + 1, end - shift - 1);
    std::u16string units;
    if (inner.empty())
      out.push_back('&');
    else if (decode_shifted(inner, units))
      out.append(utf8_from_utf16(units));
    else
      out.append(wire.substr(shift, end - shift + 1));
    at = end + 1;
  }
  return out;
}

std::string name_from_wire(std::string_view wire, NameEncoding encoding) {
  std::string name = encoding == NameEncoding::utf8 ? std::string(wire) : decode_modified_utf7(wire);
  const bool reversible = is_valid_utf8(name) && (encoding == NameEncoding::utf8 || encode_modified_utf7(name) == wire);
  if (reversible && name.compare(0, kRawMark.size(), kRawMark) != 0) return name;
  return std::string(kRawMark).append(wire);
}

std::string name_to_wire(std::string_view name, NameEncoding encoding) {
  if (name.substr(0, kRawMark.size()) == kRawMark) return std::string(name.substr(kRawMark.size()));
  return encoding == NameEncoding::utf8 ? std::string(name) : encode_modified_utf7(name);
}

}  // namespace oxb::imap
