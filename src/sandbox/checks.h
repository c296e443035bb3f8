// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "format/oxjson/limits.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace oxb::sandbox {

// What a body is applied to: an object that it makes, or one that is there.
enum class Writing : std::uint8_t { create, change };

// "0x0001 is not a legal XML character" for the first control character that XML forbids; empty when there is none.
std::string illegal_character(std::string_view utf8);
using oxjson::count_characters;

}  // namespace oxb::sandbox
