// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace oxb::backend::ox {

// Replaces {name} by its value; an unknown name stays as it is.
std::string expand(std::string_view text, const std::map<std::string, std::string, std::less<>>& values);

// {login}, {local}, {domain} of a typed login.
std::map<std::string, std::string, std::less<>> login_values(std::string_view login);

}  // namespace oxb::backend::ox
