// SPDX-License-Identifier: GPL-3.0-or-later
// Which IANA zone a peer means.
#include "base/text.h"
#include "convert/timezone_rules.h"
#include "format/ical/zone_name.h"

#include <unicode/strenum.h>
#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>

namespace oxb::convert {
namespace {

// One zone for every rule in use, in the order in which people are likely to mean them.
constexpr std::array kCandidates = {
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Denver",
    "Europe/Helsinki",
    "Europe/Moscow",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "Australia/Sydney",
    "Australia/Brisbane",
    "Australia/Adelaide",
    "Australia/Perth",
    "Australia/Darwin",
    "Pacific/Auckland",
    "America/Sao_Paulo",
    "America/Halifax",
    "America/St_Johns",
    "America/Phoenix",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Mexico_City",
    "America/Bogota",
    "America/Caracas",
    "America/Argentina/Buenos_Aires",
    "America/Santiago",
    "America/Asuncion",
    "America/Havana",
    "America/Regina",
    "America/Nuuk",
    "Atlantic/Azores",
    "Atlantic/Cape_Verde",
    "Africa/Lagos",
    "Africa/Johannesburg",
    "Africa/Cairo",
    "Africa/Nairobi",
    "Africa/Casablanca",
    "Asia/Jerusalem",
    "Asia/Beirut",
    "Asia/Amman",
    "Asia/Gaza",
    "Europe/Chisinau",
    "Europe/Istanbul",
    "Asia/Tehran",
    "Asia/Dubai",
    "Asia/Kabul",
    "Asia/Karachi",
    "Asia/Kathmandu",
    "Asia/Dhaka",
    "Asia/Yangon",
    "Asia/Bangkok",
    "Asia/Singapore",
    "Asia/Seoul",
    "Australia/Eucla",
    "Australia/Lord_Howe",
    "Pacific/Guam",
    "Pacific/Noumea",
    "Pacific/Norfolk",
    "Pacific/Chatham",
    "Pacific/Tongatapu",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Marquesas",
    "Pacific/Pago_Pago",
    "America/Miquelon",
    "Pacific/Easter",
    "Antarctica/Troll",
    "Etc/UTC",
    "Etc/GMT+12",
    "Etc/GMT+11",
    "Etc/GMT+9",
    "Etc/GMT+8",
    "Etc/GMT+2",
    "Etc/GMT-1",
    "Etc/GMT-6",
};

bool fits(const TimeZone& zone, const std::vector<YearRule>& rules) {
  // The newest rule says what the zone is today; the older ones tell twins apart.
  const auto& newest = rules.back();
  const int year = newest.year < 1970 ? 2026 : newest.year;
  return rule_of_year(zone, year) == newest.rule;
}

}  // namespace

std::string best_zone(const ZoneHint& hint, std::string_view preferred) {
  if (auto zone = ical::zone_by_name(hint.name); !zone.empty()) return zone;
  if (!hint.rules.empty()) {
    if (!preferred.empty()) {
      const auto zone = TimeZone::find(preferred);
      if (zone && fits(**zone, hint.rules)) return std::string(preferred);
    }
    if (auto words = ical::zone_by_words(hint.name); !words.empty()) {
      const auto zone = TimeZone::find(words);
      if (zone && fits(**zone, hint.rules)) return words;
    }
    for (const auto* candidate : kCandidates) {
      const auto zone = TimeZone::find(candidate);
      if (zone && fits(**zone, hint.rules)) return candidate;
    }
    return {};
  }
  return ical::zone_by_words(hint.name);
}

}  // namespace oxb::convert
