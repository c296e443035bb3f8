// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/timezone_rules.h"

#include "base/text.h"

#include <fmt/format.h>
#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace oxb::convert {
namespace {

using std::chrono::days;
using std::chrono::seconds;

Instant year_start(int year, seconds offset) {
  const auto wall = LocalTime(LocalDay(std::chrono::year(year) / 1 / 1)).time_since_epoch() - offset;
  return Instant(std::chrono::duration_cast<Ticks>(wall));
}

// Changes whose wall-clock date, before the change, lies in that year.
std::vector<TimeZone::Change> changes_of_year(const TimeZone& zone, int year) {
  auto changes = zone.changes(year_start(year, seconds(86'400)), year_start(year + 1, seconds(-86'400)));
  std::erase_if(changes, [&](const TimeZone::Change& change) {
    const auto wall = LocalTime(std::chrono::floor<seconds>(change.at.time_since_epoch()) + change.before);
    return date_of(std::chrono::floor<days>(wall)).year != year;
  });
  return changes;
}

// The wall clock that is shown when the change happens.
LocalTime wall_before(const TimeZone::Change& change) {
  return LocalTime(std::chrono::floor<seconds>(change.at.time_since_epoch()) + change.before);
}

// Month, weekday and time of the moment before midnight, where a change happens at midnight: Windows has no 24:00, and
// 00:00 of the next day would belong to another weekday rule ("last Thursday 24:00").
struct Switch {
  unsigned month{}, weekday{}, day{}, days_in_month{};
  seconds clock{};
  bool before_midnight = false;
};

Switch switch_of(LocalTime wall, bool before_midnight) {
  const auto day = std::chrono::floor<days>(before_midnight ? wall - seconds(1) : wall);
  const std::chrono::year_month_day ymd(day);
  Switch result;
  result.month = static_cast<unsigned>(ymd.month());
  result.day = static_cast<unsigned>(ymd.day());
  result.weekday = std::chrono::weekday(day).c_encoding();
  result.days_in_month = static_cast<unsigned>((ymd.year() / ymd.month() / std::chrono::last).day());
  result.clock = wall - day;
  result.before_midnight = before_midnight;
  return result;
}

std::vector<unsigned> ordinals(const Switch& s) {
  std::vector<unsigned> result{(s.day - 1) / 7 + 1};
  if (s.day + 7 > s.days_in_month && result.front() != 5) result.push_back(5);
  return result;
}

SystemTime system_time(const Switch& s, unsigned ordinal) {
  SystemTime result;
  result.month = static_cast<std::uint16_t>(s.month);
  result.day_of_week = static_cast<std::uint16_t>(s.weekday);
  result.day = static_cast<std::uint16_t>(ordinal);
  if (s.before_midnight) {
    result.hour = 23;
    result.minute = 59;
    result.second = 59;
    result.milliseconds = 999;
    return result;
  }
  const std::chrono::hh_mm_ss clock(s.clock);
  result.hour = static_cast<std::uint16_t>(clock.hours().count());
  result.minute = static_cast<std::uint16_t>(clock.minutes().count());
  result.second = static_cast<std::uint16_t>(clock.seconds().count());
  return result;
}

// The change of another year that goes the same way.
std::optional<LocalTime> same_change(const TimeZone& zone, int year, const TimeZone::Change& model) {
  for (const auto& change : changes_of_year(zone, year))
    if (change.before == model.before && change.after == model.after) return wall_before(change);
  return std::nullopt;
}

// Of the ways to name one day ("fourth Sunday", "last Sunday"; "Friday 00:00", "Thursday 24:00"), the one that also
// names the days of the years that follow; for a change that never comes again any will do.
SystemTime describe_change(const TimeZone& zone, int year, const TimeZone::Change& change) {
  const auto wall = wall_before(change);
  const bool midnight = std::chrono::floor<days>(wall) == wall;
  SystemTime best;
  int best_votes = -1;
  for (const bool before : {false, true}) {
    if (before && !midnight) continue;
    const auto here = switch_of(wall, before);
    for (const unsigned ordinal : ordinals(here)) {
      int votes = 0;
      for (int y = year + 1; y <= year + 12; ++y) {
        const auto other = same_change(zone, y, change);
        if (!other) continue;
        const auto there = switch_of(*other, before);
        const auto choices = ordinals(there);
        if (there.month == here.month && there.weekday == here.weekday && there.clock == here.clock &&
            std::find(choices.begin(), choices.end(), ordinal) != choices.end()) {
          ++votes;
        }
      }
      if (votes > best_votes || (votes == best_votes && ordinal == 5 && !before)) {
        best_votes = votes;
        best = system_time(here, ordinal);
      }
    }
  }
  return best;
}

std::int32_t bias_of(seconds offset) {
  return -static_cast<std::int32_t>(std::chrono::floor<std::chrono::minutes>(offset).count());
}

// January 1, 00:00 of that year: stands for "from the start of the year" where a zone changed its offset for good.
SystemTime start_of_year(int year) {
  SystemTime result;
  result.month = 1;
  result.day_of_week =
      static_cast<std::uint16_t>(std::chrono::weekday(LocalDay(std::chrono::year(year) / 1 / 1)).c_encoding());
  result.day = 1;
  return result;
}

}  // namespace

ZoneRule rule_of_year(const TimeZone& zone, int year) {
  const auto changes = changes_of_year(zone, year);
  ZoneRule rule;
  if (changes.empty()) {
    rule.bias = bias_of(zone.offset_at(year_start(year, seconds(0))));
    return rule;
  }
  const auto& first = changes.front();
  const auto& last = changes.back();
  if (changes.size() == 1) {
    const auto low = std::min(first.before, first.after), high = std::max(first.before, first.after);
    rule.bias = bias_of(low);
    rule.daylight_bias = -static_cast<std::int32_t>((high - low).count() / 60);
    auto& moved = first.after > first.before ? rule.daylight_date : rule.standard_date;
    auto& fixed = first.after > first.before ? rule.standard_date : rule.daylight_date;
    moved = describe_change(zone, year, first);
    fixed = start_of_year(year);
    return rule;
  }
  // The year's end decides the offsets where the changes do not go forth and back.
  const auto low = std::min(last.before, last.after), high = std::max(last.before, last.after);
  rule.bias = bias_of(low);
  rule.daylight_bias = -static_cast<std::int32_t>((high - low).count() / 60);
  const bool ends_low = last.after < last.before;
  const auto* opposite = &first;
  for (const auto& change : changes) {
    if ((change.after > change.before) == ends_low) {
      opposite = &change;
      break;
    }
  }
  (ends_low ? rule.standard_date : rule.daylight_date) = describe_change(zone, year, last);
  (ends_low ? rule.daylight_date : rule.standard_date) = describe_change(zone, year, *opposite);
  return rule;
}

std::vector<YearRule> rules_of_years(const TimeZone& zone, int first_year, int last_year) {
  constexpr std::size_t kMost = 64;
  std::vector<YearRule> result;
  first_year = std::clamp(first_year, 1601, 9999);
  last_year = std::clamp(last_year, first_year, std::min(first_year + 400, 9999));
  for (int year = first_year; year <= last_year && result.size() < kMost; ++year) {
    const auto rule = rule_of_year(zone, year);
    if (result.empty() || !(result.back().rule == rule)) result.push_back({static_cast<std::uint16_t>(year), rule});
  }
  return result;
}

namespace {

LocalTime switch_time(const SystemTime& s, int year) {
  using std::chrono::weekday;
  const auto clock =
      std::chrono::hours(s.hour) + std::chrono::minutes(s.minute) + seconds(s.second + (s.milliseconds >= 500 ? 1 : 0));
  const auto month =
      std::chrono::year(s.year != 0 ? s.year : year) / std::chrono::month(std::clamp<unsigned>(s.month, 1, 12));
  if (s.year != 0) return LocalTime(LocalDay(month / std::chrono::day(std::clamp<unsigned>(s.day, 1, 28)))) + clock;
  const weekday day(std::min<unsigned>(s.day_of_week, 6));
  if (s.day >= 5) return LocalTime(LocalDay(month / day[std::chrono::last])) + clock;
  return LocalTime(LocalDay(month / day[std::max<unsigned>(s.day, 1)])) + clock;
}

// No zone is a day away; a blob may say anything.
std::chrono::minutes bias(std::int32_t minutes) {
  constexpr std::int32_t kMost = 24 * 60;
  return std::chrono::minutes(std::clamp(minutes, -kMost, kMost));
}

bool is_daylight(const ZoneRule& rule, LocalTime standard_clock) {
  if (!rule.has_daylight()) return false;
  const int year = date_of(std::chrono::floor<days>(standard_clock)).year;
  // Both on the standard clock.
  const auto begin = switch_time(rule.daylight_date, year);
  const auto end = switch_time(rule.standard_date, year) + bias(rule.daylight_bias) - bias(rule.standard_bias);
  if (begin < end) return standard_clock >= begin && standard_clock < end;
  return standard_clock >= begin || standard_clock < end;
}

std::string icu_text(const icu::UnicodeString& text) {
  std::string result;
  text.toUTF8String(result);
  return result;
}

// Zones that the Windows mapping data of ICU 72 does not know, and the names they had before.
struct Override {
  std::string_view iana, windows;
};
constexpr std::array kOverrides = {
    Override{"America/Ciudad_Juarez", "Mountain Standard Time"},
    Override{"America/Coyhaique", "Magallanes Standard Time"},
    Override{"Antarctica/Troll", "Greenwich Standard Time"},
    Override{"Europe/Kyiv", "FLE Standard Time"},
    Override{"America/Nuuk", "Greenland Standard Time"},
    Override{"Pacific/Kanton", "Tonga Standard Time"},
    Override{"Asia/Qostanay", "West Asia Standard Time"},
    Override{"Asia/Almaty", "West Asia Standard Time"},
    Override{"UTC", "UTC"},
    Override{"Etc/UTC", "UTC"},
    Override{"Factory", "UTC"},
};

}  // namespace

LocalTime to_local(const ZoneRule& rule, Instant instant) {
  const auto utc = std::chrono::floor<seconds>(instant.time_since_epoch());
  const auto standard = LocalTime(utc - bias(rule.bias) - bias(rule.standard_bias));
  if (!is_daylight(rule, standard)) return standard;
  return LocalTime(utc - bias(rule.bias) - bias(rule.daylight_bias));
}

Instant to_utc(const ZoneRule& rule, LocalTime time) {
  const auto instant = [&](std::int32_t extra) {
    return Instant(std::chrono::duration_cast<Ticks>(time.time_since_epoch() + bias(rule.bias) + bias(extra)));
  };
  if (rule.has_daylight()) {
    const auto daylight = instant(rule.daylight_bias);
    if (to_local(rule, daylight) == time) return daylight;
  }
  return instant(rule.standard_bias);
}

std::string windows_zone_name(std::string_view iana) {
  for (const auto& o : kOverrides)
    if (o.iana == iana) return std::string(o.windows);
  icu::UnicodeString windows;
  UErrorCode status = U_ZERO_ERROR;
  icu::TimeZone::getWindowsID(icu::UnicodeString::fromUTF8(std::string(iana)), windows, status);
  if (U_SUCCESS(status) != 0 && !windows.isEmpty()) return icu_text(windows);
  // A zone without a name: any Windows zone that behaves the same this decade.
  const auto zone = TimeZone::find(iana);
  if (zone) {
    for (const int year : {2026, 2020}) {
      const auto twin = best_zone({"", {{static_cast<std::uint16_t>(year), rule_of_year(**zone, year)}}}, "");
      if (twin.empty() || twin == iana) continue;
      windows.remove();
      status = U_ZERO_ERROR;
      icu::TimeZone::getWindowsID(icu::UnicodeString::fromUTF8(twin), windows, status);
      if (U_SUCCESS(status) != 0 && !windows.isEmpty()) return icu_text(windows);
    }
  }
  return "UTC";
}

std::string describe_zone(const TimeZone& zone, Instant at) {
  const int year = date_of(std::chrono::floor<days>(zone.to_local(at))).year;
  const auto bias = -rule_of_year(zone, year).bias;
  return fmt::format("(UTC{}{:02}:{:02}) {}", bias < 0 ? '-' : '+', std::abs(bias) / 60, std::abs(bias) % 60,
                     zone.name());
}

}  // namespace oxb::convert
