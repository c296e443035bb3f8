// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/writing.h"

#include "base/text.h"

#include <algorithm>

namespace oxb::backend {

bool is_header_name(std::string_view field) {  // RFC 5322 section 3.6.8
  return !field.empty() && std::all_of(field.begin(), field.end(), [](char c) {
    return c > 0x20 && c < 0x7f && c != ':' && c != '"' && c != '\\';
  });
}

bool is_folder_name(std::string_view name) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !name.empty() && std::none_of(name.begin(), name.end(), is_control) && is_valid_utf8(name);
}

}  // namespace oxb::backend
