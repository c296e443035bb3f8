// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Time zones as Windows and Outlook have them: one pair of switch days per year, and a registry key name.
#include "convert/timezone.h"
#include "format/ical/zone_name.h"
#include "proto/mapi/zone_blob.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::convert {

using mapi::SystemTime;
using mapi::ZoneRule;

// The rule of one calendar year. Zones that switch more often than twice are approximated by the first and last change.
ZoneRule rule_of_year(const TimeZone& zone, int year);

// A rule and the first year it is valid for.
struct YearRule {
  std::uint16_t year{};
  ZoneRule rule;
  bool operator==(const YearRule&) const = default;
};
// The rules of first_year ... last_year, equal neighbours merged, at most 64; never empty.
std::vector<YearRule> rules_of_years(const TimeZone& zone, int first_year, int last_year);

// The wall clock under a rule, by itself: what Outlook computes from the blobs.
LocalTime to_local(const ZoneRule& rule, Instant instant);
Instant to_utc(const ZoneRule& rule, LocalTime time);

// Windows' registry key for a zone ("W. Europe Standard Time"). Every zone of tzdata has one; "UTC" where nothing fits.
std::string windows_zone_name(std::string_view iana);
using ical::iana_of_windows_name;

// What is known of a zone that a peer describes by name, rule or both.
struct ZoneHint {
  std::string name;             // a TZID, a Windows key, a display name; may be empty
  std::vector<YearRule> rules;  // may be empty
};
// The best IANA zone for a peer's description: the name where tzdata or Windows knows it (vendor prefixes are taken
// off), else a zone that has the same rule in that year, preferring `preferred`. Empty: nothing fits.
std::string best_zone(const ZoneHint& hint, std::string_view preferred);

// "(UTC+01:00) Europe/Berlin": PidLidTimeZoneDescription.
std::string describe_zone(const TimeZone& zone, Instant at);

}  // namespace oxb::convert
