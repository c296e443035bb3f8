// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace oxb::sandbox {

// "day+3", "day-10 14:00", "mon+1 09:30" (Monday of next week) relative to a day -> the wall clock in ms, and whether a
// time was given.
struct RelativeTime {
  std::int64_t local = 0;
  bool timed = false;
};
std::optional<RelativeTime> parse_relative(std::string_view text, std::int64_t today);

}  // namespace oxb::sandbox
