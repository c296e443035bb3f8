// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// RRULE values, RFC 5545 3.3.10, with SKIP of RFC 7529.
#include "base/result.h"
#include "model/common.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::ical {

struct RecurrenceRule {
  enum class Frequency : std::uint8_t { secondly, minutely, hourly, daily, weekly, monthly, yearly };
  struct Weekday {
    int ordinal = 0;       // 0: every one; -1: the last
    unsigned weekday = 0;  // Sunday 0
    auto operator<=>(const Weekday&) const = default;
  };
  Frequency frequency = Frequency::daily;
  std::uint32_t interval = 1;
  std::optional<std::uint32_t> count;
  std::optional<model::DateTime> until;  // a date, UTC or floating; inclusive
  std::vector<Weekday> by_day;
  std::vector<int> by_month, by_month_day, by_year_day, by_week_number, by_set_position, by_hour, by_minute, by_second;
  unsigned week_start = 1;  // Monday
  // What becomes of days that a month or year lacks: left out, or moved to the day before or after.
  enum class Skip : std::uint8_t { omit, backward, forward } skip = Skip::omit;
  bool operator==(const RecurrenceRule&) const = default;
};

// malformed: no RRULE. unsupported: a calendar scale or part that the standard does not know.
Result<RecurrenceRule> parse_recurrence_rule(std::string_view text);
std::string to_text(const RecurrenceRule& rule);

}  // namespace oxb::ical
