// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/timezone.h"

#include "convert/timezone_rules.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace oxb::convert {
namespace {

using Kind = model::DateTime::Kind;

model::DateTime at(int year, unsigned month, unsigned day, unsigned hour = 0, unsigned minute = 0,
                   std::string zone = {}) {
  model::DateTime t;
  t.kind = zone.empty() ? Kind::utc : Kind::zoned;
  t.date = {static_cast<std::int16_t>(year), static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day)};
  t.hour = static_cast<std::uint8_t>(hour);
  t.minute = static_cast<std::uint8_t>(minute);
  t.zone = std::move(zone);
  return t;
}

std::string utc_text(const model::DateTime& t) {
  const auto instant = to_instant(t, *TimeZone::utc());
  if (!instant) return instant.error().what;
  const auto u = utc_date_time(*instant);
  std::ostringstream out;
  out << u.date.year << '-' << int{u.date.month} << '-' << int{u.date.day} << ' ' << int{u.hour} << ':'
      << int{u.minute};
  return out.str();
}

TEST(TimeZone, LocalTimesAreReadWithTheOffsetOfTheirDay) {
  EXPECT_EQ(utc_text(at(2026, 7, 1, 9, 0, "Europe/Berlin")), "2026-7-1 7:0");
  EXPECT_EQ(utc_text(at(2026, 12, 1, 9, 0, "Europe/Berlin")), "2026-12-1 8:0");
  EXPECT_EQ(utc_text(at(2026, 1, 15, 12, 0, "Australia/Sydney")), "2026-1-15 1:0");
  EXPECT_EQ(utc_text(at(2026, 7, 15, 12, 0, "Australia/Sydney")), "2026-7-15 2:0");
  EXPECT_EQ(utc_text(at(2080, 7, 1, 9, 0, "Europe/Berlin")), "2080-7-1 7:0") << "beyond the last explicit transition";
  EXPECT_EQ(utc_text(at(2080, 1, 15, 12, 0, "Australia/Sydney")), "2080-1-15 1:0");
  EXPECT_EQ(utc_text(at(1900, 1, 1, 12, 0, "Europe/Berlin")), "1900-1-1 11:0");
}

// RFC 5545 3.3.5
TEST(TimeZone, AmbiguousTimesAreTheFirstOneAndSkippedTimesUseTheOffsetBefore) {
  EXPECT_EQ(utc_text(at(2007, 11, 4, 1, 30, "America/New_York")), "2007-11-4 5:30");
  EXPECT_EQ(utc_text(at(2007, 3, 11, 2, 30, "America/New_York")), "2007-3-11 7:30");
}

TEST(TimeZone, UnknownNamesAndPathsAreNotFound) {
  for (const auto* name :
       {"", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe", "Europe/Berlin\n", "tzdata.zi"}) {
    const auto zone = TimeZone::find(name);
    ASSERT_FALSE(zone) << name;
    EXPECT_EQ(zone.error().code, Errc::not_found) << name;
  }
}

TEST(TimeZone, DamagedFilesAreMalformedAndNeverRead) {
  std::ifstream file("/usr/share/zoneinfo/Europe/Berlin", std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  const auto bytes = to_bytes(content.str());
  ASSERT_TRUE(TimeZone::parse("x", bytes));
  for (std::size_t size = 0; size + 1 < bytes.size(); size += 7) {
    const auto zone = TimeZone::parse("x", ByteView(bytes).first(size));
    if (zone) {  // only the footer may be missing
      EXPECT_GT(size + 40, bytes.size());
    } else {
      EXPECT_EQ(zone.error().code, Errc::malformed);
    }
  }
}

TEST(TimeZone, OutlookMinutesCountFrom1601) {
  EXPECT_EQ(outlook_minutes(local_time(at(2007, 4, 16))), 0x0CBC96A0U);  // [MS-OXOCAL] 4.1.1.2
  EXPECT_EQ(from_outlook_minutes(0x0CBC96A0U), local_time(at(2007, 4, 16)));
  EXPECT_EQ(outlook_minutes(local_time(at(1500, 1, 1))), 0U);
}

TEST(ZoneRule, OfOneYear) {
  const auto berlin = rule_of_year(**TimeZone::find("Europe/Berlin"), 2026);
  EXPECT_EQ(berlin.bias, -60);
  EXPECT_EQ(berlin.daylight_bias, -60);
  EXPECT_EQ(berlin.standard_date, (SystemTime{0, 10, 0, 5, 3}));
  EXPECT_EQ(berlin.daylight_date, (SystemTime{0, 3, 0, 5, 2}));
  const auto new_york = rule_of_year(**TimeZone::find("America/New_York"), 2026);
  EXPECT_EQ(new_york.bias, 300);
  EXPECT_EQ(new_york.standard_date, (SystemTime{0, 11, 0, 1, 2}));
  EXPECT_EQ(new_york.daylight_date, (SystemTime{0, 3, 0, 2, 2}));
  const auto new_york_2006 = rule_of_year(**TimeZone::find("America/New_York"), 2006);
  EXPECT_EQ(new_york_2006.standard_date, (SystemTime{0, 10, 0, 5, 2}));
  EXPECT_EQ(new_york_2006.daylight_date, (SystemTime{0, 4, 0, 1, 2}));
  const auto sydney = rule_of_year(**TimeZone::find("Australia/Sydney"), 2026);
  EXPECT_EQ(sydney.bias, -600);
  EXPECT_EQ(sydney.standard_date, (SystemTime{0, 4, 0, 1, 3}));
  EXPECT_EQ(sydney.daylight_date, (SystemTime{0, 10, 0, 1, 2}));
  const auto tokyo = rule_of_year(**TimeZone::find("Asia/Tokyo"), 2026);
  EXPECT_EQ(tokyo.bias, -540);
  EXPECT_FALSE(tokyo.has_daylight());
  // Irish "negative daylight saving" looks like everybody else's.
  const auto dublin = rule_of_year(**TimeZone::find("Europe/Dublin"), 2026);
  EXPECT_EQ(dublin.bias, 0);
  EXPECT_EQ(dublin.daylight_bias, -60);
  EXPECT_EQ(dublin.daylight_date, (SystemTime{0, 3, 0, 5, 1}));
  // Egypt ends on the last Thursday at 24:00.
  const auto cairo = rule_of_year(**TimeZone::find("Africa/Cairo"), 2026);
  EXPECT_EQ(cairo.standard_date, (SystemTime{0, 10, 4, 5, 23, 59, 59, 999}));
  EXPECT_EQ(cairo.daylight_date, (SystemTime{0, 4, 5, 5, 0}));
}

TEST(ZoneRule, AgreesWithTzdataThroughTheYear) {
  for (const auto* name : {"Europe/Berlin", "America/New_York", "Australia/Sydney", "America/St_Johns", "Africa/Cairo",
                           "Asia/Kolkata", "Europe/Dublin", "America/Winnipeg", "Pacific/Auckland", "Africa/Casablanca",
                           "America/Santiago", "Australia/Lord_Howe", "Asia/Jerusalem", "America/Nuuk", "Asia/Gaza"}) {
    const auto zone = *TimeZone::find(name);
    for (int year = 2024; year < 2040; ++year) {
      // Around Ramadan some years have three or four changes, which Windows cannot say.
      if (zone->changes(*to_instant(at(year, 1, 1), *zone), *to_instant(at(year + 1, 1, 1), *zone)).size() > 2)
        continue;
      const auto rule = rule_of_year(*zone, year);
      const auto begin = *to_instant(at(year, 1, 2), *zone);
      int wrong = 0;
      for (int hour = 0; hour < 363 * 24; hour += 3) {
        const auto instant = begin + std::chrono::hours(hour);
        if (to_local(rule, instant) != zone->to_local(instant)) ++wrong;
      }
      EXPECT_EQ(wrong, 0) << name << ' ' << year;
    }
  }
}

TEST(ZoneRule, RulesOfYearsMergeEqualNeighbours) {
  const auto rules = rules_of_years(**TimeZone::find("America/Los_Angeles"), 2005, 2026);
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0].year, 2005);
  EXPECT_EQ(rules[1].year, 2007);
}

// F10: a city with rules of its own is not replaced by its region.
TEST(WindowsZone, F10EveryZoneOfTzdataHasAName) {
  std::ifstream table("/usr/share/zoneinfo/tzdata.zi");
  ASSERT_TRUE(table) << "package tzdata";
  int zones = 0;
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string kind, name;
    words >> kind >> name;
    if (kind == "L") words >> name;
    if (kind != "Z" && kind != "L") continue;
    if (!TimeZone::find(name)) continue;
    ++zones;
    const auto windows = windows_zone_name(name);
    EXPECT_FALSE(windows.empty()) << name;
    if (windows == "UTC") {
      EXPECT_EQ(rule_of_year(**TimeZone::find(name), 2026).bias, 0) << name;
    }
  }
  EXPECT_GT(zones, 400);
  EXPECT_EQ(windows_zone_name("Europe/Berlin"), "W. Europe Standard Time");
  EXPECT_EQ(windows_zone_name("Europe/Kyiv"), "FLE Standard Time");
  EXPECT_EQ(windows_zone_name("America/Winnipeg"), "Central Standard Time");
  EXPECT_EQ(windows_zone_name("America/Ciudad_Juarez"), "Mountain Standard Time");
  EXPECT_EQ(windows_zone_name("America/Coyhaique"), "Magallanes Standard Time");
  EXPECT_EQ(windows_zone_name("Asia/Kolkata"), "India Standard Time");
  EXPECT_EQ(windows_zone_name("US/Eastern"), "Eastern Standard Time");
}

TEST(BestZone, NamesThatPeersUse) {
  const auto named = [](std::string_view name) { return best_zone({std::string(name), {}}, "Asia/Tokyo"); };
  EXPECT_EQ(named("Europe/Berlin"), "Europe/Berlin");
  EXPECT_EQ(named("America/Winnipeg"), "America/Winnipeg");
  EXPECT_EQ(named("Europe/Kyiv"), "Europe/Kyiv");
  EXPECT_EQ(named("W. Europe Standard Time"), "Europe/Berlin");
  EXPECT_EQ(named("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin"), "Europe/Berlin");
  EXPECT_EQ(named("/mozilla.org/20050126_1/America/Argentina/Buenos_Aires"), "America/Argentina/Buenos_Aires");
  EXPECT_EQ(named("America-New_York"), "America/New_York");
  EXPECT_EQ(named("America/New York"), "America/New_York");
  EXPECT_EQ(named("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"), "Europe/Berlin");
  EXPECT_EQ(named("UTC"), "Etc/UTC");
  EXPECT_EQ(named("Customized Time Zone"), "");
  EXPECT_EQ(named("../../etc/passwd"), "");
}

// F9: a zone that is not known by name is found by its rules, not shown in UTC.
TEST(BestZone, F9UnknownNamesAreFoundByTheirRules) {
  const auto rule = [](std::string_view zone) {
    return std::vector<YearRule>{{2026, rule_of_year(**TimeZone::find(zone), 2026)}};
  };
  EXPECT_EQ(best_zone({"Customized Time Zone", rule("Europe/Berlin")}, ""), "Europe/Berlin");
  EXPECT_EQ(best_zone({"Customized Time Zone 1", rule("Europe/Vienna")}, "Europe/Vienna"), "Europe/Vienna");
  EXPECT_EQ(best_zone({"Office", rule("America/New_York")}, "Europe/Berlin"), "America/New_York");
  EXPECT_EQ(best_zone({"", rule("Asia/Kolkata")}, "Europe/Berlin"), "Asia/Kolkata");
}

}  // namespace
}  // namespace oxb::convert
