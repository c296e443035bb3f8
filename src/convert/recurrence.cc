// SPDX-License-Identifier: GPL-3.0-or-later
// Patterns -> days.
#include "convert/recurrence.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::convert {
namespace {

using mapi::PatternType;
using mapi::RecurEnd;
using mapi::RecurFrequency;
using mapi::RecurrencePattern;
using std::chrono::days;

constexpr std::int64_t kDay = 1440;
constexpr std::int64_t kWeek = 7 * kDay;

std::int64_t minutes_of(LocalDay day) { return outlook_minutes(LocalTime(day)); }
LocalDay day_of(std::uint32_t minutes) { return std::chrono::floor<days>(from_outlook_minutes(minutes)); }

// Months since January 1601.
std::int64_t month_of(LocalDay day) {
  const auto date = date_of(day);
  return (date.year - 1601) * 12 + date.month - 1;
}
std::chrono::year_month year_month_of(std::int64_t month) {
  return std::chrono::year(static_cast<int>(1601 + month / 12)) /
         std::chrono::month(static_cast<unsigned>(month % 12 + 1));
}

unsigned weekday_bit(LocalDay day) { return 1U << std::chrono::weekday(day).c_encoding(); }

LocalDay week_start(LocalDay day, unsigned first_day_of_week) {
  const auto weekday = std::chrono::weekday(day).c_encoding();
  return day - days((weekday + 7 - first_day_of_week % 7) % 7);
}

Result<> validate(const RecurrencePattern& p) {
  if (p.type >= PatternType::hijri_month) return fail(Errc::unsupported, "recurrence in the Hijri calendar");
  if (p.period == 0) return fail(Errc::malformed, "recurrence with period 0");
  switch (p.type) {
    case PatternType::day:
      if (p.period % kDay != 0) return fail(Errc::malformed, "daily recurrence of broken days");
      break;
    case PatternType::week:
      if ((p.days_of_week & 0x7F) == 0) return fail(Errc::malformed, "weekly recurrence without a day");
      if (p.period > 1'000'000) return fail(Errc::malformed, "weekly recurrence beyond the calendar");
      break;
    case PatternType::month_nth:
      if ((p.days_of_week & 0x7F) == 0 || p.nth < 1 || p.nth > 5)
        return fail(Errc::malformed, "monthly recurrence without a day");
      break;
    case PatternType::month:
    case PatternType::month_end:
      if (p.day_of_month < 1 || p.day_of_month > 31) return fail(Errc::malformed, "monthly recurrence without a day");
      break;
    default:
      return fail(Errc::malformed, "unknown recurrence pattern");
  }
  const bool monthly =
      p.type == PatternType::month || p.type == PatternType::month_end || p.type == PatternType::month_nth;
  if (monthly && p.period > 12'000) return fail(Errc::malformed, "monthly recurrence beyond the calendar");
  if (p.first_day_of_week > 6) return fail(Errc::malformed, "recurrence with an unknown first day of the week");
  return {};
}

}  // namespace

std::uint32_t first_date_time(const RecurrencePattern& p) {
  const auto start = day_of(p.start_date);
  switch (p.type) {
    case PatternType::day:
      return static_cast<std::uint32_t>(minutes_of(start) % std::max<std::uint32_t>(p.period, 1));
    case PatternType::week:
      return static_cast<std::uint32_t>(minutes_of(week_start(start, p.first_day_of_week)) %
                                        (kWeek * std::max<std::uint32_t>(p.period, 1)));
    default:
      return outlook_minutes(LocalTime(
          LocalDay(year_month_of(month_of(start) % std::max<std::uint32_t>(p.period, 1)) / std::chrono::day(1))));
  }
}

PatternDays::PatternDays(const RecurrencePattern& pattern)
    : pattern_(pattern), at_(day_of(pattern.start_date)), last_(day_of(mapi::kNoEndDate)) {
  if (pattern_.end_type == RecurEnd::by_date) last_ = std::min(last_, day_of(pattern_.end_date));
  if (pattern_.end_type == RecurEnd::after_count) most_ = std::min<std::size_t>(most_, pattern_.occurrence_count);
}

Result<PatternDays> PatternDays::create(const RecurrencePattern& pattern) {
  OXB_CHECK(validate(pattern));
  return PatternDays(pattern);
}

LocalDay PatternDays::day_in_month(std::int64_t month) const {
  const auto ym = year_month_of(month);
  const auto last = LocalDay(ym / std::chrono::last);
  const auto first = LocalDay(ym / std::chrono::day(1));
  if (pattern_.type == PatternType::month_end) return last;
  if (pattern_.type == PatternType::month) return std::min(last, first + days(pattern_.day_of_month - 1));
  if (pattern_.nth == 5) {
    auto day = last;
    while ((weekday_bit(day) & pattern_.days_of_week) == 0) day -= days(1);
    return day;
  }
  auto day = first;
  for (std::uint32_t n = 0;; day += days(1))
    if ((weekday_bit(day) & pattern_.days_of_week) != 0 && ++n == pattern_.nth) return day;
}

LocalDay PatternDays::first_from(LocalDay day) const {
  const std::int64_t period = pattern_.period;
  const auto ahead = [](std::int64_t behind, std::int64_t step) {
    return (step - (behind % step + step) % step) % step;
  };
  if (pattern_.type == PatternType::day) {
    return day + days(ahead(minutes_of(day) - pattern_.first_date_time, period) / kDay);
  }
  if (pattern_.type == PatternType::week) {
    const auto phase = week_start(day_of(pattern_.first_date_time), pattern_.first_day_of_week);
    for (;; day = week_start(day, pattern_.first_day_of_week) + days(7)) {
      auto week = week_start(day, pattern_.first_day_of_week);
      if (const auto skip = ahead((week - phase).count() / 7, period); skip != 0) day = week += days(7 * skip);
      for (; day < week + days(7); day += days(1))
        if ((weekday_bit(day) & pattern_.days_of_week) != 0) return day;
      day -= days(1);
    }
  }
  const auto phase = month_of(day_of(pattern_.first_date_time));
  for (auto month = month_of(day);; ++month) {
    month += ahead(month - phase, period);
    if (const auto found = day_in_month(month); found >= day) return found;
  }
}

std::optional<LocalDay> PatternDays::next() {
  if (given_ >= most_ || at_ > last_) return std::nullopt;
  const auto day = first_from(at_);
  if (day > last_) {
    given_ = most_;
    return std::nullopt;
  }
  ++given_;
  at_ = day + days(1);
  return day;
}

Result<std::vector<LocalDay>> occurrence_days(const RecurrencePattern& pattern, LocalDay first, LocalDay last,
                                              std::size_t most) {
  OXB_TRY(auto all, PatternDays::create(pattern));
  auto deleted = pattern.deleted_dates;
  std::sort(deleted.begin(), deleted.end());
  std::vector<LocalDay> result;
  while (result.size() < most) {
    const auto day = all.next();
    if (!day || *day > last) break;
    if (*day < first) continue;
    if (std::binary_search(deleted.begin(), deleted.end(), static_cast<std::uint32_t>(minutes_of(*day)))) continue;
    result.push_back(*day);
  }
  return result;
}

Result<std::optional<LocalDay>> last_pattern_day(const RecurrencePattern& pattern) {
  OXB_TRY(auto all, PatternDays::create(pattern));
  if (pattern.end_type != RecurEnd::by_date && pattern.end_type != RecurEnd::after_count)
    return std::optional<LocalDay>();
  std::optional<LocalDay> last;
  while (const auto day = all.next()) last = day;
  return last;
}

namespace {

std::vector<RecurrenceRule::Weekday> weekdays_of(std::uint32_t mask, int ordinal) {
  std::vector<RecurrenceRule::Weekday> result;
  for (unsigned day = 0; day < 7; ++day)
    if ((mask >> day & 1U) != 0) result.push_back({ordinal, day});
  return result;
}

// "Day 31" of Outlook is the last day of a shorter month: BYMONTHDAY=28,29,30,31;BYSETPOS=-1, or simply -1.
void set_month_day(RecurrenceRule& rule, unsigned day) {
  const bool one_month = rule.by_month.size() == 1;
  const unsigned shortest =
      !one_month || rule.by_month.front() == 2
          ? 28
          : static_cast<unsigned>((std::chrono::year(2025) / rule.by_month.front() / std::chrono::last).day());
  if (day <= shortest) {
    rule.by_month_day = {static_cast<int>(day)};
  } else if (day == 31) {
    rule.by_month_day = {-1};
  } else {
    for (unsigned d = shortest; d <= day; ++d) rule.by_month_day.push_back(static_cast<int>(d));
    rule.by_set_position = {-1};
  }
}

}  // namespace

Result<RecurrenceRule> rule_from_pattern(const RecurrencePattern& p, std::uint32_t start_time_offset,
                                         const TimeZone& zone, SeriesKind kind) {
  OXB_CHECK(validate(p));
  using Frequency = RecurrenceRule::Frequency;
  RecurrenceRule rule;
  rule.interval = p.period;
  if (p.type == PatternType::day) {
    rule.frequency = Frequency::daily;
    rule.interval = static_cast<std::uint32_t>(p.period / kDay);
  } else if (p.type == PatternType::week) {
    rule.frequency = Frequency::weekly;
    rule.by_day = weekdays_of(p.days_of_week, 0);
    rule.week_start = p.period > 1 ? p.first_day_of_week : 1;
  } else {
    rule.frequency = Frequency::monthly;
    if (p.period % 12 == 0) {
      rule.frequency = Frequency::yearly;
      rule.interval = p.period / 12;
      rule.by_month = {date_of(day_of(p.start_date)).month};
    }
    if (p.type == PatternType::month_nth) {
      const int ordinal = p.nth == 5 ? -1 : static_cast<int>(p.nth);
      rule.by_day = weekdays_of(p.days_of_week, 0);
      if (rule.by_day.size() == 1)
        rule.by_day.front().ordinal = ordinal;
      else
        rule.by_set_position = {ordinal};
    } else {
      set_month_day(rule, p.type == PatternType::month_end ? 31 : p.day_of_month);
    }
  }
  if (p.end_type == RecurEnd::after_count) {
    rule.count = std::max<std::uint32_t>(p.occurrence_count, 1);
  } else if (p.end_type == RecurEnd::by_date && p.end_date != mapi::kNoEndDate) {
    const auto day = day_of(p.end_date);
    if (kind == SeriesKind::all_day) {
      rule.until = date_time(LocalTime(day), model::DateTime::Kind::date);
    } else {
      rule.until = utc_date_time(zone.to_utc(LocalTime(day) + std::chrono::minutes(start_time_offset)));
    }
  }
  return rule;
}

}  // namespace oxb::convert
