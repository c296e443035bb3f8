// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/timezone_ical.h"

#include "convert/recurrence.h"

#include <algorithm>

namespace oxb::convert {
namespace {

using Observance = ical::ZoneDescription::Observance;

// The newest observance of its kind.
const Observance* newest(const ical::ZoneDescription& description, bool daylight) {
  const Observance* result = nullptr;
  for (const auto& observance : description.observances) {
    if (observance.daylight != daylight) continue;
    if (result == nullptr || local_time(observance.start) >= local_time(result->start)) result = &observance;
  }
  return result;
}

std::optional<SystemTime> switch_of(const Observance& observance) {
  if (observance.rule.empty() || !is_valid(observance.start)) return std::nullopt;
  const auto rule = parse_recurrence_rule(observance.rule);
  if (!rule || rule->until) return std::nullopt;
  const auto start = local_time(observance.start);
  const auto pattern = pattern_from_rule(*rule, start, *TimeZone::utc(), SeriesKind::timed);
  if (!pattern || pattern->type != mapi::PatternType::month_nth || pattern->period != 12) return std::nullopt;
  SystemTime result;
  const auto first = std::chrono::floor<std::chrono::days>(from_outlook_minutes(pattern->start_date));
  result.month = date_of(first).month;
  while (result.day_of_week < 6 && (pattern->days_of_week >> result.day_of_week & 1U) == 0) ++result.day_of_week;
  result.day = static_cast<std::uint16_t>(pattern->nth);
  const std::chrono::hh_mm_ss clock(start - std::chrono::floor<std::chrono::days>(start));
  result.hour = static_cast<std::uint16_t>(clock.hours().count());
  result.minute = static_cast<std::uint16_t>(clock.minutes().count());
  return result;
}

std::vector<YearRule> rules_of(const ical::ZoneDescription& description) {
  const auto* standard = newest(description, false);
  const auto* daylight = newest(description, true);
  if (standard == nullptr) standard = daylight;
  if (standard == nullptr) return {};
  ZoneRule rule;
  rule.bias = -standard->offset_to / 60;
  if (daylight != nullptr && daylight->offset_to != standard->offset_to) {
    const auto to_daylight = switch_of(*daylight), to_standard = switch_of(*standard);
    if (to_daylight && to_standard) {
      rule.daylight_bias = -(daylight->offset_to - standard->offset_to) / 60;
      rule.daylight_date = *to_daylight;
      rule.standard_date = *to_standard;
    }
  }
  return {{0, rule}};  // a rule without end: today's
}

}  // namespace

std::string zone_of_description(const ical::ZoneDescription& description, std::string_view preferred) {
  if (auto name = ical::zone_by_name(description.id); !name.empty()) return name;
  if (auto name = ical::zone_by_name(description.location); !name.empty()) return name;
  return best_zone({description.id, rules_of(description)}, preferred);
}

ical::ReadOptions calendar_options(std::string default_zone) {
  ical::ReadOptions options;
  options.default_zone = default_zone;
  options.find_zone = [preferred = std::move(default_zone)](const ical::ZoneDescription& description) {
    return zone_of_description(description, preferred);
  };
  return options;
}

}  // namespace oxb::convert
