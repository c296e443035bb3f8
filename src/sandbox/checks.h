// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <string_view>

namespace oxb::sandbox {

// "0x0001 is not a legal XML character" for the first control character that XML forbids; empty when there is none.
std::string illegal_character(std::string_view utf8);
std::size_t count_characters(std::string_view utf8);

}  // namespace oxb::sandbox
