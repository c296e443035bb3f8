// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/checks.h"

namespace oxb::sandbox {

std::string illegal_character(std::string_view utf8) {
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\t' && c != '\n' && c != '\r')
      return fmt::format("0x{:04X} is not a legal XML character", byte);
  }
  return {};
}

std::size_t count_characters(std::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

}  // namespace oxb::sandbox
