// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Between RRULE and Outlook's recurrence patterns [MS-OXOCAL] 2.2.1.44.1.
//
// Outlook's patterns are less general than RRULE, and clamp where RRULE skips: "day 31" is the last day of a short
// month there. A rule whose days are a subset of some pattern's days becomes that pattern with the surplus days
// deleted, for endless series up to the end of kHorizonYear. What no pattern covers is refused with a reason
// (unsupported).
#include "convert/timezone.h"
#include "format/ical/rule.h"
#include "proto/mapi/recurrence.h"

#include <optional>
#include <string>
#include <vector>

namespace oxb::convert {

using ical::parse_recurrence_rule;
using ical::RecurrenceRule;

constexpr int kHorizonYear = 2050;
constexpr std::size_t kMostDeletions = 1000;  // surplus days of one rule
constexpr std::size_t kMostOccurrences = 50'000;

enum class SeriesKind : std::uint8_t { timed, all_day };

// start: DTSTART on the wall clock of the series, whose zone is needed for an UNTIL in UTC.
// The pattern's start_date is the first day of the rule on or after start. invalid: the rule never happens.
Result<mapi::RecurrencePattern> pattern_from_rule(const RecurrenceRule& rule, LocalTime start, const TimeZone& zone,
                                                  SeriesKind kind);

// The rule of a pattern as RRULE; deleted days are not part of it. kind decides the form of UNTIL.
// unsupported: Hijri patterns. malformed: values that no pattern may have.
Result<RecurrenceRule> rule_from_pattern(const mapi::RecurrencePattern& pattern, std::uint32_t start_time_offset,
                                         const TimeZone& zone, SeriesKind kind);

// The days of a pattern, in order, deleted ones included, as Outlook computes them from the stored values.
class PatternDays {
 public:
  // malformed or unsupported: see rule_from_pattern.
  static Result<PatternDays> create(const mapi::RecurrencePattern& pattern);
  // std::nullopt: the series is over, or kMostOccurrences days were given.
  std::optional<LocalDay> next();

 private:
  explicit PatternDays(const mapi::RecurrencePattern& pattern);
  LocalDay day_in_month(std::int64_t month) const;
  LocalDay first_from(LocalDay day) const;  // the first pattern day on or after it

  mapi::RecurrencePattern pattern_;
  LocalDay at_, last_;
  std::size_t given_ = 0, most_ = kMostOccurrences;
};

// The days of a pattern without the deleted ones, first <= day <= last, at most `most`.
Result<std::vector<LocalDay>> occurrence_days(const mapi::RecurrencePattern& pattern, LocalDay first, LocalDay last,
                                              std::size_t most);
// The last day, deleted or not. Nothing for endless series.
Result<std::optional<LocalDay>> last_pattern_day(const mapi::RecurrencePattern& pattern);

// Fills FirstDateTime from start_date, period and first_day_of_week [MS-OXOCAL] 2.2.1.44.1.
std::uint32_t first_date_time(const mapi::RecurrencePattern& pattern);

}  // namespace oxb::convert
