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

}  // namespace oxb::sandbox
