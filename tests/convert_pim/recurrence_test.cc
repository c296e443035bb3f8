// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/recurrence.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libical/ical.h>

#include <random>

namespace oxb::convert {
namespace {

using mapi::PatternType;
using mapi::RecurEnd;
using mapi::RecurFrequency;

LocalTime at(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  return LocalTime(LocalDay(std::chrono::year(year) / month / day)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute);
}

Result<mapi::RecurrencePattern> pattern(std::string_view rule, LocalTime start,
                                        std::string_view zone = "Europe/Berlin") {
  OXB_TRY(const auto parsed, parse_recurrence_rule(rule));
  return pattern_from_rule(parsed, start, **TimeZone::find(zone), SeriesKind::timed);
}

std::string text(LocalDay day) {
  const auto d = date_of(day);
  return fmt::format("{:04}{:02}{:02}", d.year, d.month, d.day);
}

std::vector<std::string> days(const mapi::RecurrencePattern& p, std::size_t most) {
  std::vector<std::string> result;
  const auto all = occurrence_days(p, LocalDay(std::chrono::year(1601) / 1 / 1),
                                   LocalDay(std::chrono::year(kHorizonYear) / 12 / 31), most);
  for (const auto day : *all) result.push_back(text(day));
  return result;
}

// What libical makes of the same rule.
std::vector<std::string> oracle(std::string_view rule, LocalTime start, std::size_t most) {
  std::vector<std::string> result;
  const auto day = std::chrono::floor<std::chrono::days>(start);
  const std::chrono::hh_mm_ss clock(start - day);
  const auto stamp = fmt::format("{}T{:02}{:02}00", text(day), clock.hours().count(), clock.minutes().count());
  const auto parsed = icalrecurrencetype_from_string(std::string(rule).c_str());
  auto* iterator = icalrecur_iterator_new(parsed, icaltime_from_string(stamp.c_str()));
  if (iterator == nullptr) return {"refused"};
  while (result.size() < most) {
    const auto t = icalrecur_iterator_next(iterator);
    if (icaltime_is_null_time(t) || t.year > kHorizonYear) break;
    result.push_back(fmt::format("{:04}{:02}{:02}", t.year, t.month, t.day));
  }
  icalrecur_iterator_free(iterator);
  return result;
}

// [MS-OXOCAL] 4.1.1.1
TEST(Recurrence, WeeklyExampleOfTheSpecification) {
  const auto p = pattern("FREQ=WEEKLY;COUNT=12;BYDAY=MO,TH,FR;WKST=SU", at(2007, 3, 26, 10));
  ASSERT_TRUE(p) << p.error().what;
  mapi::AppointmentRecurrence series;
  series.pattern = *p;
  series.start_time_offset = 600;
  series.end_time_offset = 630;
  EXPECT_EQ(
      to_hex(*mapi::encode(series)),
      "043004300b2001000000c0210000010000000000000032000000222000000c0000000000000000000000000000008020bc0c20adbc0c"
      "0630000009300000580200007602000000000000000000000000");
}

// [MS-OXOCAL] 4.1.1.3
TEST(Recurrence, DailyExampleOfTheSpecification) {
  auto p = pattern("FREQ=DAILY;INTERVAL=3;UNTIL=20110504T120000Z", at(2011, 4, 7, 8), "America/Los_Angeles");
  ASSERT_TRUE(p) << p.error().what;
  EXPECT_EQ(p->end_date, outlook_minutes(at(2011, 5, 3))) << "05:00 in Los Angeles is before 08:00";
  p = pattern("FREQ=DAILY;INTERVAL=3;UNTIL=20110504T150000Z", at(2011, 4, 7, 8), "America/Los_Angeles");
  p->deleted_dates = {outlook_minutes(at(2011, 4, 19)), outlook_minutes(at(2011, 4, 22))};
  mapi::AppointmentRecurrence series;
  series.pattern = *p;
  series.start_time_offset = 480;
  series.end_time_offset = 510;
  EXPECT_EQ(
      to_hex(*mapi::encode(series)),
      "043004300a2000000000a0050000e010000000000000212000000a0000000000000002000000a0c1dc0c80d2dc0c00000000207edc0c"
      "0016dd0c0630000009300000e0010000fe01000000000000000000000000");
}

TEST(Recurrence, MonthlyAndYearlyForms) {
  auto p = *pattern("FREQ=MONTHLY;BYMONTHDAY=6;UNTIL=20261231", at(2026, 7, 6, 9));
  EXPECT_EQ(p.frequency, RecurFrequency::monthly);
  EXPECT_EQ(p.type, PatternType::month);
  EXPECT_EQ(p.first_date_time, 0U);
  EXPECT_EQ(p.occurrence_count, 6U);
  EXPECT_EQ(p.end_date, outlook_minutes(at(2026, 12, 31)));
  p = *pattern("FREQ=MONTHLY;BYDAY=-1FR", at(2026, 1, 1, 9));
  EXPECT_EQ(p.type, PatternType::month_nth);
  EXPECT_EQ(p.nth, 5U);
  EXPECT_EQ(p.days_of_week, 0x20U);
  EXPECT_EQ(p.start_date, outlook_minutes(at(2026, 1, 30)));
  p = *pattern("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", at(2026, 1, 1, 9));
  EXPECT_EQ(p.days_of_week, 0x3EU);
  EXPECT_EQ(p.nth, 5U);
  p = *pattern("FREQ=YEARLY;BYMONTH=8;BYMONTHDAY=15", at(2026, 8, 15, 9));
  EXPECT_EQ(p.frequency, RecurFrequency::yearly);
  EXPECT_EQ(p.period, 12U);
  EXPECT_EQ(p.first_date_time, 305280U);  // August 1, 1601
  p = *pattern("FREQ=YEARLY", at(2026, 8, 15, 9));
  EXPECT_EQ(p.day_of_month, 15U);
  EXPECT_EQ(p.end_type, RecurEnd::never);
  EXPECT_EQ(p.end_date, 0x5AE980DFU);
  EXPECT_EQ(p.occurrence_count, 10U);
  p = *pattern("FREQ=YEARLY;BYMONTH=1,4,7,10;BYDAY=1MO", at(2026, 1, 5, 9));
  EXPECT_EQ(p.frequency, RecurFrequency::monthly);
  EXPECT_EQ(p.period, 3U);
  p = *pattern("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", at(2026, 1, 3, 9));
  EXPECT_EQ(p.type, PatternType::week);
  EXPECT_EQ(p.days_of_week, 0x3EU);
  EXPECT_EQ(p.start_date, outlook_minutes(at(2026, 1, 5)));
  p = *pattern("FREQ=MONTHLY;BYMONTHDAY=-1", at(2026, 1, 31, 9));
  EXPECT_EQ(p.day_of_month, 31U);
  EXPECT_TRUE(p.deleted_dates.empty());
}

// RRULE skips months that have no such day, Outlook takes their last day: that one is deleted.
TEST(Recurrence, ShortMonthsAreDeletedNotClamped) {
  auto p = *pattern("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=5", at(2026, 1, 31, 9));
  EXPECT_EQ(days(p, 99), (std::vector<std::string>{"20260131", "20260331", "20260531", "20260731", "20260831"}));
  EXPECT_EQ(p.occurrence_count, 8U);
  EXPECT_EQ(p.deleted_dates.size(), 3U);
  p = *pattern("FREQ=YEARLY", at(2024, 2, 29));
  EXPECT_EQ(days(p, 3), (std::vector<std::string>{"20240229", "20280229", "20320229"}));
  p = *pattern("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", at(1997, 9, 2, 9));
  EXPECT_EQ(days(p, 3), (std::vector<std::string>{"19980213", "19980313", "19981113"}));
}

// RFC 7529: SKIP says what becomes of missing days. BACKWARD is Outlook's own way, so that nothing is deleted. This is
// the rule of an Open-Xchange birthday, which leaves out RSCALE.
TEST(Recurrence, MissingDaysMoveBackwardAsInOutlook) {
  auto p = *pattern("FREQ=YEARLY;SKIP=BACKWARD", at(2024, 2, 29));
  EXPECT_EQ(days(p, 5), (std::vector<std::string>{"20240229", "20250228", "20260228", "20270228", "20280229"}));
  EXPECT_TRUE(p.deleted_dates.empty());
  p = *pattern("RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD;COUNT=3", at(2026, 1, 31, 9));
  EXPECT_EQ(days(p, 99), (std::vector<std::string>{"20260131", "20260228", "20260331"}));
  p = *pattern("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD", at(2026, 3, 31));
  EXPECT_EQ(days(p, 2), (std::vector<std::string>{"20260331", "20270331"}));
  EXPECT_FALSE(pattern("FREQ=YEARLY;SKIP=FORWARD", at(2024, 2, 29)));
  EXPECT_FALSE(pattern("FREQ=MONTHLY;BYMONTHDAY=30,31;SKIP=BACKWARD", at(2026, 1, 31, 9)));
  EXPECT_FALSE(pattern("FREQ=MONTHLY;INTERVAL=2;BYMONTH=1,2,5;BYMONTHDAY=31;SKIP=BACKWARD", at(2026, 1, 31, 9)));
  EXPECT_FALSE(parse_recurrence_rule("FREQ=YEARLY;SKIP=SIDEWAYS"));
  EXPECT_EQ(parse_recurrence_rule("RSCALE=CHINESE;FREQ=YEARLY").error().code, Errc::unsupported);
  EXPECT_EQ(to_text(*parse_recurrence_rule("FREQ=YEARLY;SKIP=BACKWARD")), "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD");
  EXPECT_EQ(to_text(*parse_recurrence_rule("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=OMIT")), "FREQ=YEARLY");
}

TEST(Recurrence, WhatOutlookCannotSayIsRefusedWithAReason) {
  for (const auto* rule : {"FREQ=HOURLY", "FREQ=MINUTELY;INTERVAL=15", "FREQ=YEARLY;BYYEARDAY=100",
                           "FREQ=YEARLY;BYWEEKNO=20", "FREQ=DAILY;BYHOUR=9,12", "FREQ=MONTHLY;BYMONTHDAY=1,15",
                           "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO", "FREQ=YEARLY;BYDAY=20MO", "FREQ=MONTHLY;BYMONTHDAY=-3",
                           "FREQ=DAILY;INTERVAL=5000", "FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=1,3"}) {
    const auto p = pattern(rule, at(2026, 1, 5, 9));
    ASSERT_FALSE(p) << rule;
    EXPECT_EQ(p.error().code, Errc::unsupported) << rule;
    EXPECT_GT(p.error().what.size(), 20U);
  }
  for (const auto* rule : {"", "FREQ=", "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;UNTIL=20260231",
                           "INTERVAL=2", "FREQ=DAILY;INTERVAL=99999999999999", "FREQ=MONTHLY;BYMONTHDAY=32"}) {
    const auto p = pattern(rule, at(2026, 1, 5, 9));
    ASSERT_FALSE(p) << rule;
    EXPECT_EQ(p.error().code, Errc::malformed) << rule;
  }
  const auto never = pattern("FREQ=DAILY;UNTIL=20250101T000000Z", at(2026, 1, 5, 9));
  ASSERT_FALSE(never);
  EXPECT_EQ(never.error().code, Errc::invalid);
}

TEST(Recurrence, BrokenPatternsAreRefused) {
  mapi::RecurrencePattern p;
  p.start_date = outlook_minutes(at(2026, 1, 5));
  const auto refused = [&](auto change) {
    auto broken = p;
    change(broken);
    return !PatternDays::create(broken);
  };
  EXPECT_FALSE(refused([](auto&) {}));
  EXPECT_TRUE(refused([](auto& b) { b.period = 0; }));
  EXPECT_TRUE(refused([](auto& b) { b.period = 77; }));
  EXPECT_TRUE(refused([](auto& b) { b.type = PatternType::week; }));
  EXPECT_TRUE(refused([](auto& b) { b.type = PatternType::month; }));
  EXPECT_TRUE(refused([](auto& b) { b.type = PatternType::hijri_month; }));
  EXPECT_TRUE(refused([](auto& b) { b.type = static_cast<PatternType>(7); }));
  EXPECT_TRUE(refused([](auto& b) { b.first_day_of_week = 7; }));
  EXPECT_TRUE(refused([](auto& b) {
    b.type = PatternType::month_nth;
    b.days_of_week = 1;
    b.nth = 6;
  }));
}

// FirstDateTime may be any number; the series is as long as it is, and looking for its days ends.
TEST(Recurrence, AnOddFirstDateTimeDoesNotMatter) {
  auto p = *pattern("FREQ=WEEKLY;INTERVAL=3;BYDAY=FR;COUNT=4", at(2026, 3, 6, 9));
  const auto expected = days(p, 10);
  for (const std::uint32_t odd : {1U, 719U, 1439U}) {
    auto moved = p;
    moved.first_date_time += odd;
    EXPECT_EQ(days(moved, 10), expected) << odd;
  }
}

TEST(Recurrence, PatternsReadBackAsRules) {
  for (const auto* rule :
       {"FREQ=DAILY", "FREQ=DAILY;INTERVAL=3;COUNT=7", "FREQ=WEEKLY;BYDAY=MO,WE",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU", "FREQ=MONTHLY;BYMONTHDAY=6", "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", "FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
        "FREQ=WEEKLY;UNTIL=20260701T070000Z;BYDAY=WE"}) {
    const auto start = at(2026, 1, 7, 9);
    const auto p = pattern(rule, start);
    ASSERT_TRUE(p) << rule << ": " << p.error().what;
    const auto again = rule_from_pattern(*p, 540, **TimeZone::find("Europe/Berlin"), SeriesKind::timed);
    ASSERT_TRUE(again) << rule;
    EXPECT_EQ(to_text(*again), rule);
  }
}

class RandomRule {
 public:
  explicit RandomRule(unsigned seed) : random_(seed) {}
  int pick(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }
  std::string weekdays(int most) {
    static const char* kNames[] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
    std::string result;
    const int count = pick(1, most);
    int day = pick(0, 6);
    for (int i = 0; i < count && day < 7; ++i, day += pick(1, 3))
      result += (result.empty() ? "" : ",") + std::string(kNames[day]);
    return result;
  }
  std::string rule() {
    std::string text;
    switch (pick(0, 9)) {
      case 0:
        text = "FREQ=DAILY";
        break;
      case 1:
        text = "FREQ=DAILY;BYDAY=" + weekdays(5);
        return end(text);
      case 2:
        text = "FREQ=WEEKLY;BYDAY=" + weekdays(4) + (pick(0, 1) ? ";WKST=SU" : "");
        break;
      case 3:
        text = fmt::format("FREQ=MONTHLY;BYMONTHDAY={}", pick(0, 5) ? pick(1, 31) : -1);
        break;
      case 4:
        text = fmt::format("FREQ=MONTHLY;BYDAY={}{}", pick(0, 3) ? pick(1, 4) : -1, weekdays(1));
        break;
      case 5:
        text = fmt::format("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS={}", pick(0, 3) ? pick(1, 4) : -1);
        break;
      case 6:
        text = fmt::format("FREQ=YEARLY;BYMONTH={};BYMONTHDAY={}", pick(1, 12), pick(1, 28));
        break;
      case 7:
        text = fmt::format("FREQ=YEARLY;BYMONTH={};BYDAY={}{}", pick(1, 12), pick(0, 3) ? pick(1, 4) : -1, weekdays(1));
        break;
      case 8:
        text = fmt::format("FREQ=MONTHLY;BYMONTH={};BYDAY={}", pick(1, 12), weekdays(2));
        return end(text);
      case 9:
        text = fmt::format("FREQ=MONTHLY;BYDAY=5{}", weekdays(1));
        break;
    }
    if (pick(0, 1)) text += fmt::format(";INTERVAL={}", pick(2, 4));
    return end(text);
  }
  std::string end(std::string text) {
    const int kind = pick(0, 2);
    if (kind == 1) text += fmt::format(";COUNT={}", pick(1, 40));
    if (kind == 2)
      text += fmt::format(";UNTIL={}{:02}{:02}T{:02}0000", pick(2026, 2029), pick(1, 12), pick(1, 28), pick(0, 23));
    return text;
  }

 private:
  std::mt19937 random_;
};

// For random rules our days of Outlook's blob, written and read again, are libical's days of the RRULE.
TEST(Recurrence, OracleLibicalAgreesOnRandomSeries) {
  int compared = 0, refused = 0;
  for (unsigned seed = 1; seed <= 1500; ++seed) {
    RandomRule random(seed);
    const auto rule = random.rule();
    const auto start = at(random.pick(2024, 2026), static_cast<unsigned>(random.pick(1, 12)),
                          static_cast<unsigned>(random.pick(1, 28)), random.pick(0, 23), random.pick(0, 3) * 15);
    const auto p = pattern(rule, start, "UTC");
    if (!p) {
      ++refused;
      if (p.error().code == Errc::invalid) EXPECT_TRUE(oracle(rule, start, 60).empty()) << rule;
      continue;
    }
    // A DTSTART that is no occurrence has no defined meaning with an INTERVAL: libical counts differently there.
    const auto first = LocalTime(std::chrono::floor<std::chrono::days>(from_outlook_minutes(p->start_date))) +
                       (start - std::chrono::floor<std::chrono::days>(start));
    const auto expected = oracle(rule, first, 60);
    const auto blob = mapi::encode(*p);
    ASSERT_TRUE(blob);
    ASSERT_EQ(days(*mapi::decode_recurrence(*blob), 60), expected)
        << rule << " from " << text(std::chrono::floor<std::chrono::days>(start));
    ++compared;
  }
  EXPECT_GT(compared, 1250) << refused << " refused";
}

}  // namespace
}  // namespace oxb::convert
