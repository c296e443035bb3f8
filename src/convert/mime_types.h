// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Types of files by their extensions and back: one table.
#include <string_view>

namespace oxb::convert {

std::string_view extension_of_type(std::string_view type);       // ".dat" where unknown; type in lower case
std::string_view type_of_extension(std::string_view extension);  // with its dot, any case; empty where unknown

}  // namespace oxb::convert
