// SPDX-License-Identifier: GPL-3.0-or-later
// What a VTIMEZONE says by itself, RFC 5545 3.6.5.
#include "format/ical/ical.h"
#include "format/ical/rule.h"
#include "format/ical/zone.h"
#include "format/ical/zone_name.h"

#include <algorithm>

namespace oxb::ical {
namespace {

using std::chrono::days;

bool names_weekday(const RecurrenceRule& rule, LocalDay day) {
  const std::chrono::year_month_day date{day};
  const auto weekday = std::chrono::weekday(std::chrono::sys_days(day.time_since_epoch())).c_encoding();
  const auto in_month = static_cast<unsigned>(date.day());
  const auto last = static_cast<unsigned>(
      std::chrono::year_month_day_last(date.year(), std::chrono::month_day_last(date.month())).day());
  const int from_start = static_cast<int>((in_month - 1) / 7 + 1);
  const int from_end = -static_cast<int>((last - in_month) / 7 + 1);
  return std::any_of(rule.by_day.begin(), rule.by_day.end(), [&](const auto& each) {
    return each.weekday == weekday && (each.ordinal == 0 || each.ordinal == from_start || each.ordinal == from_end);
  });
}

// The day of a yearly rule in a year.
std::optional<LocalDay> day_in_year(const RecurrenceRule& rule, const model::Date& start, int year) {
  const auto has = [](const std::vector<int>& list, unsigned value) {
    return std::find(list.begin(), list.end(), static_cast<int>(value)) != list.end();
  };
  for (LocalDay day = LocalDay(std::chrono::year(year) / 1 / 1); day < LocalDay(std::chrono::year(year + 1) / 1 / 1);
       day += days(1)) {
    const auto date = date_of(day);
    if (rule.by_month.empty() ? date.month != start.month : !has(rule.by_month, date.month)) continue;
    if (!rule.by_month_day.empty() && !has(rule.by_month_day, date.day)) continue;
    if (!rule.by_day.empty() && !names_weekday(rule, day)) continue;
    if (rule.by_month_day.empty() && rule.by_day.empty() && date.day != start.day) continue;
    return day;
  }
  return std::nullopt;
}

struct Onset {
  LocalTime at;
  std::int32_t offset{};
};

// The beginnings of the observances that matter in a year, in order.
std::vector<Onset> onsets(const ZoneDescription& zone, int year) {
  std::vector<Onset> result;
  for (const auto& observance : zone.observances) {
    if (!is_valid(observance.start)) continue;
    const auto start = local_time(observance.start);
    result.push_back({start, observance.offset_to});
    const auto rule = parse_recurrence_rule(observance.rule);
    if (observance.rule.empty() || !rule || rule->frequency != RecurrenceRule::Frequency::yearly) continue;
    const auto clock = start - std::chrono::floor<days>(start);
    for (const int y : {year - 1, year}) {
      const auto day = day_in_year(*rule, observance.start.date, y);
      if (!day || *day + clock <= start) continue;
      // UNTIL is UTC and the clock is not: a day more or less changes nothing for yearly rules.
      if (rule->until && *day + clock > local_time(*rule->until) + days(1)) continue;
      result.push_back({*day + clock, observance.offset_to});
    }
  }
  std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return result;
}

std::int32_t offset_at(const ZoneDescription& zone, const std::vector<Onset>& onsets, LocalTime wall) {
  const auto next = std::upper_bound(onsets.begin(), onsets.end(), wall,
                                     [](LocalTime time, const Onset& onset) { return time < onset.at; });
  if (next != onsets.begin()) return std::prev(next)->offset;
  const auto standard =
      std::find_if(zone.observances.begin(), zone.observances.end(), [](const auto& o) { return !o.daylight; });
  return (standard != zone.observances.end() ? *standard : zone.observances.front()).offset_to;
}

// One noon of each week tells the zones of the world apart.
std::vector<std::int32_t> offsets_of_year(const ZoneDescription& zone, LocalDay first) {
  const auto all = onsets(zone, date_of(first).year);
  std::vector<std::int32_t> offsets;
  for (int week = 0; week < 52; ++week)
    offsets.push_back(offset_at(zone, all, first + days(7 * week) + std::chrono::hours(12)));
  return offsets;
}

bool fits(std::string_view name, const std::vector<std::int32_t>& offsets, LocalDay first) {
  const auto zone = TimeZone::find(name);
  if (!zone) return false;
  for (std::size_t week = 0; week < offsets.size(); ++week) {
    const auto noon = first + days(7 * week) + std::chrono::hours(12);
    if ((*zone)->offset_at((*zone)->to_utc(noon)).count() != offsets[week]) return false;
  }
  return true;
}

}  // namespace

std::optional<std::int32_t> described_offset(const ZoneDescription& zone, const model::DateTime& wall) {
  if (!is_valid(wall) || zone.observances.empty()) return std::nullopt;
  return offset_at(zone, onsets(zone, wall.date.year), local_time(wall));
}

std::string find_zone_by_rules(const ZoneDescription& zone, std::string_view preferred) {
  if (auto found = find_zone_by_name(zone); !found.empty()) return found;
  if (zone.observances.empty()) return {};
  // Today's rules; else those before the United States changed theirs, which many programs still write.
  for (const int year : {2026, 2006}) {
    const LocalDay first(std::chrono::year(year) / 1 / 1);
    const auto offsets = offsets_of_year(zone, first);
    if (!preferred.empty() && fits(preferred, offsets, first)) return std::string(preferred);
    for (const auto* candidate : common_zones())
      if (fits(candidate, offsets, first)) return candidate;
  }
  return {};
}

}  // namespace oxb::ical
