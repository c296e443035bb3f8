// SPDX-License-Identifier: GPL-3.0-or-later
// RRULE -> pattern.
#include "convert/recurrence.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::convert {
namespace {

using Frequency = RecurrenceRule::Frequency;
using Skip = RecurrenceRule::Skip;
using mapi::PatternType;
using mapi::RecurEnd;
using mapi::RecurFrequency;
using mapi::RecurrencePattern;
using std::chrono::days;

constexpr std::string_view kMissingDays = "that moves the days which a month lacks";

auto refuse(std::string_view why) { return fail(Errc::unsupported, fmt::format("Outlook has no recurrence {}", why)); }

std::uint32_t minutes_of(LocalDay day) { return outlook_minutes(LocalTime(day)); }

bool has(const std::vector<int>& list, int value) { return std::find(list.begin(), list.end(), value) != list.end(); }

// Whether BYMONTH, BYMONTHDAY and BYDAY (ordinals count in the month) allow that day.
bool allows(const RecurrenceRule& rule, LocalDay day) {
  const auto date = date_of(day);
  const int length = static_cast<int>(
      static_cast<unsigned>((std::chrono::year(date.year) / std::chrono::month(date.month) / std::chrono::last).day()));
  if (!rule.by_month.empty() && !has(rule.by_month, date.month)) return false;
  if (!rule.by_month_day.empty() && !has(rule.by_month_day, date.day) && !has(rule.by_month_day, date.day - length - 1))
    return false;
  if (rule.by_day.empty()) return true;
  const auto weekday = std::chrono::weekday(day).c_encoding();
  return std::any_of(rule.by_day.begin(), rule.by_day.end(), [&](const RecurrenceRule::Weekday& d) {
    if (d.weekday != weekday) return false;
    if (d.ordinal > 0) return (date.day - 1) / 7 + 1 == d.ordinal;
    return d.ordinal == 0 || (length - date.day) / 7 + 1 == -d.ordinal;
  });
}

// A pattern whose days include the rule's days.
struct Cover {
  RecurrencePattern pattern;
  bool exact = true;  // false: days that the rule does not allow must be deleted
  LocalDay phase;     // a day from which the periods count
};

struct Builder {
  RecurrenceRule rule;  // what DTSTART implies is filled in
  LocalTime start;
  LocalDay start_day;
  model::Date start_date;
  std::vector<int> months;  // by_month as the rule was given

  Builder(const RecurrenceRule& given, LocalTime at)
      : rule(given), start(at), start_day(std::chrono::floor<days>(at)), start_date(date_of(start_day)) {}

  Cover cover(RecurFrequency frequency, PatternType type, std::uint32_t period) const {
    Cover result;
    result.pattern.frequency = frequency;
    result.pattern.type = type;
    result.pattern.period = period;
    result.phase = start_day;
    return result;
  }

  std::uint32_t mask() const {
    std::uint32_t bits = 0;
    for (const auto& day : rule.by_day) bits |= 1U << day.weekday;
    return bits;
  }
  bool has_ordinals() const {
    return std::any_of(rule.by_day.begin(), rule.by_day.end(), [](const auto& d) { return d.ordinal != 0; });
  }

  Result<> check_clock() {
    const std::chrono::hh_mm_ss clock(start - start_day);
    const auto only = [](std::vector<int>& list, std::int64_t value) {
      if (!list.empty() && (list.size() != 1 || list.front() != value)) return false;
      list.clear();
      return true;
    };
    if (rule.frequency < Frequency::daily) return refuse("more often than daily");
    if (!only(rule.by_hour, clock.hours().count()) || !only(rule.by_minute, clock.minutes().count()) ||
        !only(rule.by_second, clock.seconds().count())) {
      return refuse("at several times of one day");
    }
    if (!rule.by_year_day.empty()) return refuse("on days counted in the year");
    if (!rule.by_week_number.empty()) return refuse("in numbered weeks");
    return {};
  }

  Cover weeks() const {
    auto result = cover(RecurFrequency::weekly, PatternType::week, 1);
    result.pattern.days_of_week = mask();
    return result;
  }

  Result<Cover> daily() const {
    if (!rule.by_set_position.empty() || has_ordinals()) return refuse("that picks from one day");
    if (rule.interval > 999) return refuse("with so long an interval");
    if (!rule.by_day.empty() && rule.interval == 1) {
      auto result = weeks();
      result.exact = rule.by_month.empty() && rule.by_month_day.empty();
      return result;
    }
    auto result = cover(RecurFrequency::daily, PatternType::day, rule.interval * 1440);
    result.exact = rule.by_day.empty() && rule.by_month.empty() && rule.by_month_day.empty();
    return result;
  }

  Result<Cover> weekly() {
    if (!rule.by_set_position.empty() || has_ordinals()) return refuse("that picks from a week's days");
    if (rule.interval > 99) return refuse("with so long an interval");
    if (rule.by_day.empty()) rule.by_day = {{0, std::chrono::weekday(start_day).c_encoding()}};
    auto result = weeks();
    result.pattern.period = rule.interval;
    result.pattern.first_day_of_week = rule.week_start;
    result.exact = rule.by_month.empty() && rule.by_month_day.empty();
    return result;
  }

  // What a yearly or monthly rule means when parts are left out.
  Result<> imply() {
    if (rule.frequency == Frequency::monthly) {
      if (rule.by_day.empty() && rule.by_month_day.empty()) rule.by_month_day = {start_date.day};
      return {};
    }
    if (rule.by_day.empty()) {
      if (rule.by_month.empty() && rule.by_month_day.empty()) rule.by_month = {start_date.month};
      if (rule.by_month_day.empty()) rule.by_month_day = {start_date.day};
      return {};
    }
    if (rule.by_month.empty() && rule.by_month_day.empty() && has_ordinals()) {  // counted in the year
      const int ordinal = rule.by_day.front().ordinal;
      if (rule.by_day.size() != 1 || ordinal > 4 || ordinal < -1) return refuse("on weekdays counted in the year");
      rule.by_month = {ordinal > 0 ? 1 : 12};
    }
    return {};
  }

  struct Grid {
    std::uint32_t period = 1;
    int first_month = 1;
    bool exact = true;
  };
  // The months in which something can happen.
  Result<Grid> grid() const {
    const bool yearly = rule.frequency == Frequency::yearly;
    if (rule.interval > 99) return refuse("with so long an interval");
    Grid result;
    result.first_month = start_date.month;
    if (rule.by_month.empty()) {
      if (yearly && rule.interval != 1) return refuse("in every month of some years");
      result.period = yearly ? 1 : rule.interval;
      return result;
    }
    const auto count = rule.by_month.size();
    if (count == 1) {
      const int month = rule.by_month.front();
      const auto interval = static_cast<int>(rule.interval);
      result.first_month = month;
      result.period = yearly ? 12 * rule.interval : 12;
      if (yearly || interval == 1) return result;
      if (12 % interval != 0 || (month - start_date.month) % interval != 0)
        return refuse("in one month of some cycles");
      return result;
    }
    if (rule.interval != 1) {
      if (yearly) return refuse("in several months of some years");
      result.period = rule.interval;
      result.exact = false;
      return result;
    }
    const auto gap = static_cast<int>(12 / count);
    bool even = 12 % count == 0;
    for (std::size_t i = 1; i < count; ++i) even = even && rule.by_month[i] - rule.by_month[i - 1] == gap;
    result.period = even ? static_cast<std::uint32_t>(gap) : 1;
    result.exact = even;
    if (even) result.first_month = rule.by_month.front();
    return result;
  }

  Cover on_grid(const Grid& grid, PatternType type) const {
    const auto frequency = grid.period % 12 == 0 ? RecurFrequency::yearly : RecurFrequency::monthly;
    auto result = cover(frequency, type, grid.period);
    result.exact = grid.exact;
    result.phase = LocalDay(std::chrono::year(start_date.year) / grid.first_month / 1);
    return result;
  }

  Cover on_day(const Grid& grid, int day) const {
    auto result = on_grid(grid, PatternType::month);
    result.pattern.day_of_month = static_cast<std::uint32_t>(day);
    return result;
  }

  bool always_has(const Grid& grid, int day) const {
    if (day <= 28) return true;
    if (grid.period % 12 != 0 || grid.first_month == 2) return false;
    return day <= static_cast<int>(
                      static_cast<unsigned>((std::chrono::year(2025) / grid.first_month / std::chrono::last).day()));
  }

  Result<Cover> on_month_days(const Grid& grid) const {
    const auto& list = rule.by_month_day;
    const bool positive = list.front() > 0;
    if (rule.by_set_position.empty() && list.size() == 1) {
      if (list.front() == -1) return on_day(grid, 31);
      if (!positive) return refuse("on days counted from the month's end");
      auto result = on_day(grid, list.front());
      if (always_has(grid, list.front())) return result;
      // Taking the last day of a month that has no such day is Outlook's own way.
      if (rule.skip != Skip::omit && (rule.skip == Skip::forward || !result.exact)) return refuse(kMissingDays);
      if (rule.skip == Skip::omit) result.exact = false;
      return result;
    }
    // "28, 29, 30, the last of these" is what Outlook calls day 30.
    if (positive && rule.by_set_position == std::vector<int>{-1} && list.front() <= 28 && list.back() >= 28 &&
        list.back() - list.front() + 1 == static_cast<int>(list.size())) {
      return on_day(grid, list.back());
    }
    if (!rule.by_set_position.empty() || grid.period != 1) return refuse("on several days of a month");
    auto result = cover(RecurFrequency::daily, PatternType::day, 1440);
    result.exact = false;
    return result;
  }

  Result<Cover> on_nth_weekday(const Grid& grid, int nth, std::uint32_t days_of_week) const {
    auto result = on_grid(grid, PatternType::month_nth);
    result.pattern.days_of_week = days_of_week;
    result.pattern.nth = nth == -1 ? 5 : static_cast<std::uint32_t>(nth);
    if (nth == 5) result.exact = false;  // Outlook's fifth is the last one, also where that is the fourth
    return result;
  }

  Result<Cover> on_weeks(const Grid& grid, std::string_view otherwise) const {
    if (grid.period != 1) return refuse(otherwise);
    auto result = weeks();
    result.exact = grid.exact && rule.by_month.empty() && rule.by_month_day.empty() && !has_ordinals();
    return result;
  }

  Result<Cover> on_weekdays(const Grid& grid) const {
    const auto& positions = rule.by_set_position;
    if (!has_ordinals() && positions.size() == 1) {
      const int nth = positions.front();
      if ((nth >= 1 && nth <= 4) || nth == -1 || (nth == 5 && rule.by_day.size() == 1)) {
        // allows() knows nothing of positions, but a single weekday's position is its ordinal.
        return on_nth_weekday(grid, nth, mask());
      }
    }
    if (!positions.empty()) return refuse("that picks such weekdays");
    if (rule.by_day.size() == 1 && rule.by_day.front().ordinal != 0) {
      const int nth = rule.by_day.front().ordinal;
      if ((nth >= 1 && nth <= 5) || nth == -1) return on_nth_weekday(grid, nth, mask());
    }
    return on_weeks(grid, "on several weekdays of some months");
  }

  Result<Cover> on_weekdays_among_days(const Grid& grid) const {
    if (!rule.by_set_position.empty()) return refuse("that picks such weekdays");
    const auto& list = rule.by_month_day;
    const int first = list.front();
    if (rule.by_day.size() == 1 && !has_ordinals() && list.size() == 7 && first > 0 && first % 7 == 1 && first <= 22 &&
        list.back() == first + 6) {
      return on_nth_weekday(grid, first / 7 + 1, mask());
    }
    if (list.size() == 1 && first > 0) {
      auto result = on_day(grid, first);
      result.exact = false;
      return result;
    }
    return on_weeks(grid, "on such weekdays");
  }

  Result<Cover> monthly_or_yearly() {
    OXB_CHECK(imply());
    OXB_TRY(const auto months, grid());
    const bool one_day = rule.by_day.empty() && rule.by_set_position.empty() && rule.by_month_day.size() == 1;
    const bool may_lack =
        std::any_of(rule.by_month_day.begin(), rule.by_month_day.end(), [](int day) { return std::abs(day) > 28; });
    if (rule.skip != Skip::omit && !one_day && may_lack) return refuse(kMissingDays);
    OXB_TRY(auto result, rule.by_day.empty()         ? on_month_days(months)
                         : rule.by_month_day.empty() ? on_weekdays(months)
                                                     : on_weekdays_among_days(months));
    if (!result.exact && !rule.by_set_position.empty()) {
      if (rule.by_day.size() != 1) return refuse("that picks days in some months only");
      rule.by_day.front().ordinal = rule.by_set_position.front();  // so that allows() sees it
    }
    return result;
  }

  Result<Cover> build() {
    OXB_CHECK(check_clock());
    switch (rule.frequency) {
      case Frequency::daily:
        return daily();
      case Frequency::weekly:
        return weekly();
      default:
        return monthly_or_yearly();
    }
  }
};

// The last day on which an occurrence may begin.
std::optional<LocalDay> until_day(const RecurrenceRule& rule, LocalTime start, const TimeZone& zone, SeriesKind kind) {
  if (!rule.until) return std::nullopt;
  const auto day = local_day(rule.until->date);
  if (kind == SeriesKind::all_day || rule.until->kind == model::DateTime::Kind::date) return day;
  auto wall = local_time(*rule.until);
  if (rule.until->kind == model::DateTime::Kind::utc) wall = zone.to_local(TimeZone::utc()->to_utc(wall));
  const auto clock = start - std::chrono::floor<days>(start);
  const auto last = std::chrono::floor<days>(wall);
  return LocalTime(last) + clock > wall ? last - days(1) : last;
}

}  // namespace

Result<RecurrencePattern> pattern_from_rule(const RecurrenceRule& rule, LocalTime start, const TimeZone& zone,
                                            SeriesKind kind) {
  Builder builder(rule, start);
  OXB_TRY(const auto cover, builder.build());
  auto pattern = cover.pattern;
  pattern.start_date = minutes_of(cover.phase);
  pattern.first_date_time = first_date_time(pattern);
  pattern.start_date = minutes_of(builder.start_day);
  OXB_TRY(auto all, PatternDays::create(pattern));

  const auto until = until_day(rule, start, zone, kind);
  const auto horizon = LocalDay(std::chrono::year(std::max(kHorizonYear, builder.start_date.year + 25)) / 12 / 31);
  const bool endless = !until && !rule.count;
  std::optional<LocalDay> first, last;
  std::uint32_t days_given = 0, days_to_last = 0, allowed = 0;
  std::vector<std::uint32_t> surplus;
  std::size_t surplus_to_last = 0;
  while (const auto day = all.next()) {
    if ((until && *day > *until) || (endless && *day > horizon)) break;
    const bool good = cover.exact || allows(builder.rule, *day);
    if (!first && !good) continue;
    ++days_given;
    if (!good) {
      surplus.push_back(minutes_of(*day));
      if (surplus.size() > kMostDeletions) return refuse("that leaves out so many days");
      continue;
    }
    if (!first) first = day;
    last = day;
    days_to_last = days_given;
    surplus_to_last = surplus.size();
    ++allowed;
    if ((rule.count && allowed == *rule.count) || (endless && cover.exact)) break;
  }
  if (!first) return fail(Errc::invalid, "recurrence rule that never happens");
  if (rule.count && allowed < *rule.count) return refuse("with so many occurrences");
  pattern.start_date = minutes_of(*first);
  pattern.first_date_time = first_date_time(pattern);
  if (endless) {
    pattern.deleted_dates = std::move(surplus);
    return pattern;
  }
  surplus.resize(surplus_to_last);
  pattern.deleted_dates = std::move(surplus);
  pattern.end_type = rule.count ? RecurEnd::after_count : RecurEnd::by_date;
  pattern.occurrence_count = days_to_last;
  pattern.end_date = minutes_of(rule.count || !cover.exact ? *last : *until);
  if (pattern.end_date >= mapi::kNoEndDate) {
    pattern.end_type = RecurEnd::never;
    pattern.end_date = mapi::kNoEndDate;
    pattern.occurrence_count = 10;
  }
  return pattern;
}

}  // namespace oxb::convert
