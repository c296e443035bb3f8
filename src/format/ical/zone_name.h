// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The names that peers give to time zones.
#include <span>
#include <string>
#include <string_view>

namespace oxb::ical {

// The IANA zone of a name: one of tzdata, a Windows registry key, or one of tzdata behind a vendor's prefix. Empty:
// unknown.
std::string zone_by_name(std::string_view name);
// The zone that a description in words most likely means ("(UTC+01:00) Amsterdam, Berlin"). Empty: unknown.
std::string zone_by_words(std::string_view words);
// The main IANA zone of a Windows key name; empty where unknown.
std::string iana_of_windows_name(std::string_view windows);

// One zone for every rule in use, in the order in which people are likely to mean them.
std::span<const char* const> common_zones();

}  // namespace oxb::ical
