// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <span>
#include <string_view>

namespace oxb::sandbox {

struct ErrorRow {
  std::string_view code;
  int category;
  std::string_view text;         // empty: the generic sentence
  std::string_view description;  // {0} {1} ... are the arguments
};

std::span<const ErrorRow> error_table();

}  // namespace oxb::sandbox
