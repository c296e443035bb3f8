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
    for (const auto* candidate : ical::common_zones()) {
      const auto zone = TimeZone::find(candidate);
      if (zone && fits(**zone, hint.rules)) return candidate;
    }
    return {};
  }
  return ical::zone_by_words(hint.name);
}

}  // namespace oxb::convert
