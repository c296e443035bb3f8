// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/appointment.h"
#include "convert/global_object_id.h"
#include "convert/recurrence_series.h"
#include "convert/timezone_blob.h"
#include "proto/mapi/tags.h"
#include "tests/convert_pim/calendar_text.h"

#include <fmt/format.h>

namespace oxb::convert {
namespace {

namespace tag = mapi::tag;
namespace lid = mapi::lid;

mapi::AppointmentRecurrence recurrence(const mapi::Content& content) {
  auto result = mapi::decode_appointment_recurrence(named<Bytes>(content, lid::kAppointmentRecur));
  EXPECT_TRUE(result) << result.error().what;
  return result ? std::move(*result) : mapi::AppointmentRecurrence{};
}

LocalTime local(int year, unsigned month, unsigned day, unsigned hour = 0, unsigned minute = 0) {
  return local_time(utc(year, month, day, hour, minute));
}

// The starts in UTC as a client computes them that knows nothing but the properties.
std::vector<std::string> starts(const mapi::Content& content, std::size_t most) {
  const auto series = recurrence(content);
  const auto definition =
      mapi::decode_time_zone_definition(named<Bytes>(content, lid::kAppointmentTimeZoneDefinitionRecur));
  EXPECT_TRUE(definition);
  std::vector<std::string> result;
  const auto list = occurrences(series, local(1990, 1, 1), local(2090, 1, 1), most);
  EXPECT_TRUE(list);
  for (const auto& one : *list) {
    const auto t = utc_date_time(to_utc(effective_rule(*definition), one.start));
    result.push_back(fmt::format("{:02}-{:02} {:02}:{:02}", t.date.month, t.date.day, t.hour, t.minute));
  }
  return result;
}

// [MS-OXOCAL] 4.1.1.2, byte for byte.
TEST(Series, TheExampleOfTheSpecificationWithAnException) {
  const auto content = appointment(R"(UID:example
DTSTART;TZID=America/Los_Angeles:20070326T100000
DTEND;TZID=America/Los_Angeles:20070326T103000
RRULE:FREQ=WEEKLY;COUNT=12;BYDAY=MO,TH,FR;WKST=SU
SUMMARY:Simple Recurrence
LOCATION:34/4639
--
UID:example
RECURRENCE-ID;TZID=America/Los_Angeles:20070416T100000
DTSTART;TZID=America/Los_Angeles:20070416T110000
DTEND;TZID=America/Los_Angeles:20070416T113000
SUMMARY:Simple Recurrence with exceptions
LOCATION:34/4141)");
  EXPECT_EQ(
      to_hex(named<Bytes>(content, lid::kAppointmentRecur)),
      "043004300b2001000000c0210000010000000000000032000000222000000c0000000000000001000000a096bc0c01000000a096bc0c"
      "8020bc0c20adbc0c0630000009300000580200007602000001003499bc0c5299bc0cf898bc0c11002200210053696d706c6520526563"
      "757272656e6365207769746820657863657074696f6e730800070033342f34313431000000000400000000000000000000003499bc0c"
      "5299bc0cf898bc0c2100530069006d0070006c006500200052006500630075007200720065006e006300650020007700690074006800"
      "200065007800630065007000740069006f006e0073000700330034002f0034003100340031000000000000000000");
  EXPECT_EQ(named<bool>(content, lid::kRecurring), true);
  EXPECT_EQ(named<bool>(content, lid::kIsRecurring), true);
  EXPECT_EQ(named<std::int32_t>(content, lid::kRecurrenceType), 2);
  EXPECT_EQ(tagged<std::int32_t>(content, tag::kIconIndex), 0x401);
  EXPECT_EQ(named<std::string>(content, lid::kRecurrencePattern),
            "every week on Monday, Thursday and Friday from 10:00 to 10:30, starting 2007-03-26, 12 times, 1 changed");

  // [MS-OXOCAL] 2.2.10.1, 2.2.10.2
  ASSERT_EQ(content.attachments.size(), 1U);
  const auto& p = content.attachments[0].properties;
  EXPECT_EQ(*p.get<std::int32_t>(tag::kAttachMethod), 5);
  EXPECT_EQ(*p.get<bool>(tag::kAttachmentHidden), true);
  EXPECT_EQ(*p.get<std::int32_t>(tag::kAttachmentFlags), 2);
  EXPECT_EQ(mapi::instant(*p.get<mapi::FileTime>(tag::kExceptionStartTime)), instant(2007, 4, 16, 11))
      << "as on the wall";
  EXPECT_EQ(mapi::instant(*p.get<mapi::FileTime>(tag::kExceptionEndTime)), instant(2007, 4, 16, 11, 30));
  EXPECT_EQ(mapi::instant(*p.get<mapi::FileTime>(tag::kExceptionReplaceTime)), instant(2007, 4, 16, 17)) << "in UTC";
  ASSERT_TRUE(content.attachments[0].embedded);
  const auto& embedded = *content.attachments[0].embedded;
  EXPECT_EQ(tagged<std::string>(embedded, tag::kMessageClass), "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}");
  EXPECT_EQ(time_of(embedded, lid::kAppointmentStartWhole), instant(2007, 4, 16, 18));
  EXPECT_EQ(time_of(embedded, lid::kExceptionReplaceTime), instant(2007, 4, 16, 17));
  EXPECT_EQ(named<Bytes>(embedded, lid::kGlobalObjectId), global_object_id("example", model::Date{2007, 4, 16}));
  EXPECT_EQ(tagged<bool>(content, tag::kHasAttachments), false) << "hidden attachments do not count";
}

TEST(Series, TimesOfTheWholeSeries) {
  auto content = appointment(R"(UID:1
DTSTART;TZID=Europe/Berlin:20260706T220000
DTEND;TZID=Europe/Berlin:20260707T010000
RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3)");
  EXPECT_EQ(time_of(content, lid::kAppointmentStartWhole), instant(2026, 7, 6, 20));
  EXPECT_EQ(time_of(content, lid::kAppointmentEndWhole), instant(2026, 7, 6, 23));
  EXPECT_EQ(time_of(content, lid::kClipStart), instant(2026, 7, 5, 22));
  EXPECT_EQ(time_of(content, lid::kClipEnd), instant(2026, 7, 19, 22));
  const auto series = recurrence(content);
  EXPECT_EQ(series.start_time_offset, 22U * 60);
  EXPECT_EQ(series.end_time_offset, 25U * 60);
  content = appointment("UID:1\nDTSTART;VALUE=DATE:20260706\nRRULE:FREQ=YEARLY");
  EXPECT_EQ(time_of(content, lid::kClipEnd), instant(4500, 8, 31, 23, 59));
  EXPECT_EQ(recurrence(content).end_time_offset, 1440U);
}

// F8: the time on the wall stays, the UTC time changes with daylight saving time.
TEST(Series, F8DaylightSavingTimeDoesNotMoveOccurrences) {
  const auto content = appointment(R"(UID:1
DTSTART;TZID=Europe/Berlin:20260316T090000
DTEND;TZID=Europe/Berlin:20260316T093000
RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4
--
UID:1
RECURRENCE-ID;TZID=Europe/Berlin:20260330T090000
DTSTART;TZID=Europe/Berlin:20260330T100000
DTEND;TZID=Europe/Berlin:20260330T103000)");
  EXPECT_EQ(starts(content, 9), (std::vector<std::string>{"03-16 08:00", "03-23 08:00", "03-30 08:00", "04-06 07:00"}));
}

// F11: an EXDATE counts whatever zone it is written in.
TEST(Series, F11DeletedOccurrencesInAnyZone) {
  const auto content = appointment(R"(UID:1
DTSTART;TZID=Europe/Berlin:20260701T003000
DTEND;TZID=Europe/Berlin:20260701T013000
RRULE:FREQ=DAILY;COUNT=6
EXDATE:20260701T223000Z
EXDATE;TZID=America/New_York:20260702T183000
EXDATE;TZID=Europe/Berlin:20260704T003000
EXDATE;VALUE=DATE:20260705
EXDATE;VALUE=DATE:20270101)");
  EXPECT_EQ(starts(content, 9), (std::vector<std::string>{"06-30 22:30", "07-05 22:30"}));
  EXPECT_EQ(recurrence(content).pattern.deleted_dates.size(), 4U) << "days that are no occurrences are not listed";
}

// F12: exceptions are read in a series of a foreign zone, in the zone of the series.
TEST(Series, F12ExceptionsOfAForeignZone) {
  const auto content = appointment(R"(UID:1
DTSTART;TZID=America/New_York:20260706T200000
DTEND;TZID=America/New_York:20260706T210000
RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3
--
UID:1
RECURRENCE-ID:20260714T000000Z
DTSTART;TZID=Europe/Berlin:20260714T030000
DTEND;TZID=Europe/Berlin:20260714T040000)");
  const auto series = recurrence(content);
  ASSERT_EQ(series.exceptions.size(), 1U);
  EXPECT_EQ(series.exceptions[0].original_start, outlook_minutes(local(2026, 7, 13, 20)));
  EXPECT_EQ(series.exceptions[0].start, outlook_minutes(local(2026, 7, 13, 21)));
  EXPECT_EQ(series.pattern.deleted_dates, series.pattern.modified_dates);
  EXPECT_EQ(starts(content, 9), (std::vector<std::string>{"07-07 00:00", "07-14 01:00", "07-21 00:00"}));
}

// F14: Monday in Tokyo is Monday, although it is Sunday in Greenwich and in America.
TEST(Series, F14WeekdaysAreTheOrganizers) {
  auto content = appointment(R"(UID:1
DTSTART;TZID=Asia/Tokyo:20260706T080000
DTEND;TZID=Asia/Tokyo:20260706T090000
RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=2)");
  EXPECT_EQ(recurrence(content).pattern.days_of_week, 2U);
  EXPECT_EQ(starts(content, 9), (std::vector<std::string>{"07-05 23:00", "07-12 23:00"}));
  const auto zone = mapi::decode_time_zone_definition(named<Bytes>(content, lid::kAppointmentTimeZoneDefinitionRecur));
  EXPECT_EQ(zone->header.key_name, "Tokyo Standard Time");
  content = appointment(R"(UID:1
DTSTART;TZID=America/Los_Angeles:20260703T200000
DTEND;TZID=America/Los_Angeles:20260703T210000
RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20260711T030000Z)");
  EXPECT_EQ(starts(content, 9), (std::vector<std::string>{"07-04 03:00", "07-11 03:00"}));
}

// F15: whatever was changed in the past, a series stays one item.
TEST(Series, F15ManyChangesAreOneItem) {
  std::string text = "UID:1\nDTSTART:20260101T090000Z\nDTEND:20260101T100000Z\nRRULE:FREQ=DAILY;COUNT=60\nSUMMARY:x";
  for (int day = 1; day <= 28; ++day)
    text += fmt::format(
        "\n--\nUID:1\nRECURRENCE-ID:202601{0:02}T090000Z\nDTSTART:202601{0:02}T110000Z\nDTEND:202601{0:02}"
        "T120000Z\nSUMMARY:y",
        day);
  const auto content = appointment(text);
  EXPECT_EQ(content.attachments.size(), 28U);
  const auto series = recurrence(content);
  EXPECT_EQ(series.exceptions.size(), 28U);
  EXPECT_EQ(series.extended.size(), 28U);
  EXPECT_EQ(series.pattern.deleted_dates.size(), 28U);
  EXPECT_EQ(starts(content, 100).size(), 60U);
}

// F10: the zone's own rules, of every year that matters.
TEST(Series, F10ZonesKeepTheirRules) {
  const auto content = appointment(R"(UID:1
DTSTART;TZID=America/Winnipeg:20050106T090000
DTEND;TZID=America/Winnipeg:20050106T100000
RRULE:FREQ=WEEKLY;BYDAY=TH)");
  const auto definition =
      *mapi::decode_time_zone_definition(named<Bytes>(content, lid::kAppointmentTimeZoneDefinitionRecur));
  EXPECT_GE(definition.rules.size(), 2U) << "the rules changed in 2007";
  const auto one = *mapi::decode_time_zone_struct(named<Bytes>(content, lid::kTimeZoneStruct));
  EXPECT_EQ(one.rule, effective_rule(definition));
  EXPECT_EQ(one.rule, rule_of_year(**TimeZone::find("America/Winnipeg"), 2026))
      << "today's rule counts for a series that goes on";
  int marked = 0;
  for (const auto& rule : definition.rules) marked += rule.flags != 0 ? 1 : 0;
  EXPECT_EQ(marked, 1);
}

TEST(Series, ExtraDatesBecomeASeriesWithGaps) {
  const auto content = appointment(R"(UID:1
DTSTART;TZID=Europe/Berlin:20260706T090000
DTEND;TZID=Europe/Berlin:20260706T100000
RDATE;TZID=Europe/Berlin:20260710T090000,20260720T090000)");
  EXPECT_EQ(starts(content, 9), (std::vector<std::string>{"07-06 07:00", "07-10 07:00", "07-20 07:00"}));
}

// RFC 5545 3.8.5.3 leaves it open whether a DTSTART that the rule does not name is an occurrence.
TEST(Series, TheFirstDayNeedNotFollowTheRule) {
  const std::string master =
      "UID:1\nDTSTART:20260701T090000Z\nDTEND:20260701T100000Z\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=2";
  auto content = appointment(master);
  EXPECT_EQ(starts(content, 9), (std::vector<std::string>{"07-06 09:00", "07-13 09:00"}));
  EXPECT_EQ(time_of(content, lid::kAppointmentStartWhole), instant(2026, 7, 6, 9));
  content = appointment(
      master + "\n--\nUID:1\nRECURRENCE-ID:20260701T090000Z\nDTSTART:20260701T110000Z\nDTEND:20260701T120000Z");
  EXPECT_EQ(starts(content, 9), (std::vector<std::string>{"07-01 11:00", "07-06 09:00", "07-13 09:00"}));
  EXPECT_EQ(starts(appointment("UID:1\nDTSTART:20260701T090000Z\nRRULE:FREQ=DAILY;UNTIL=20200101T000000Z"), 9),
            (std::vector<std::string>{"07-01 09:00"}))
      << "a rule that ended before it began";
}

TEST(Series, ExceptionsSayWhatDiffers) {
  const auto content = appointment(R"(UID:1
DTSTART;TZID=Europe/Berlin:20260706T090000
DTEND;TZID=Europe/Berlin:20260706T100000
RRULE:FREQ=DAILY;COUNT=4
SUMMARY:A
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT15M
END:VALARM
--
UID:1
RECURRENCE-ID;TZID=Europe/Berlin:20260707T090000
DTSTART;VALUE=DATE:20260707
SUMMARY:Grüße 東京
TRANSP:TRANSPARENT
DESCRIPTION:new
ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;FILENAME=a.txt:aGVsbG8=
--
UID:1
RECURRENCE-ID;TZID=Europe/Berlin:20260708T090000
DTSTART;TZID=Europe/Berlin:20260708T090000
DTEND;TZID=Europe/Berlin:20260708T100000
SUMMARY:A
STATUS:CANCELLED)");
  const auto series = recurrence(content);
  ASSERT_EQ(series.exceptions.size(), 1U) << "a cancelled occurrence is a deleted one";
  EXPECT_EQ(series.pattern.deleted_dates.size(), 2U);
  using E = mapi::ExceptionInfo;
  const auto& e = series.exceptions[0];
  EXPECT_EQ(e.flags, E::kSubject | E::kReminder | E::kBusyStatus | E::kSubType | E::kAttachment | E::kExceptionalBody);
  EXPECT_EQ(e.sub_type, 1U);
  EXPECT_EQ(e.busy_status, 0U);
  EXPECT_EQ(e.reminder_set, 0U);
  EXPECT_EQ(series.extended[0].subject, "Grüße 東京");
  EXPECT_EQ(e.start, outlook_minutes(local(2026, 7, 7)));
  EXPECT_EQ(e.end, outlook_minutes(local(2026, 7, 8)));
  const auto& embedded = *content.attachments[0].embedded;
  EXPECT_EQ(embedded.attachments.size(), 1U);
  EXPECT_EQ(named<bool>(embedded, lid::kFExceptionalBody), true);
  EXPECT_EQ(named<bool>(embedded, lid::kAppointmentSubType), true);
}

TEST(Series, RemindersRingForTheNextOccurrence) {
  const auto content = appointment(R"(UID:1
DTSTART;TZID=Europe/Berlin:20260105T090000
DTEND;TZID=Europe/Berlin:20260105T100000
RRULE:FREQ=WEEKLY;BYDAY=MO
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT30M
ACKNOWLEDGED:20260302T073100Z
END:VALARM)");  // now is March 1
  EXPECT_EQ(named<bool>(content, lid::kReminderSet), true);
  EXPECT_EQ(time_of(content, lid::kReminderTime), instant(2026, 3, 9, 8));
  EXPECT_EQ(time_of(content, lid::kReminderSignalTime), instant(2026, 3, 9, 7, 30));
}

TEST(Series, WhatOutlookCannotSayIsRefused) {
  const auto refused = [](std::string_view lines) {
    const auto content = appointment_from_event(events(lines).front(), test_context());
    EXPECT_FALSE(content);
    if (!content) EXPECT_EQ(content.error().code, Errc::unsupported);
    return content ? std::string() : content.error().what;
  };
  EXPECT_NE(refused("UID:1\nDTSTART:20260706T090000Z\nRRULE:FREQ=HOURLY"), "");
  EXPECT_NE(refused("UID:1\nDTSTART:20260706T090000Z\nRRULE:FREQ=DAILY\nRDATE:20260706T150000Z"), "");
  EXPECT_NE(
      refused("UID:1\nDTSTART:20260706T090000Z\nRRULE:FREQ=WEEKLY;BYDAY=MO\n--\nUID:1\nRECURRENCE-ID:20260707T090000Z\n"
              "DTSTART:20260707T090000Z"),
      "");
}

TEST(Series, InWords) {
  const auto words = [](std::string_view rule, std::string_view locale = "en") {
    auto context = test_context();
    context.locale = std::string(locale);
    return named<std::string>(
        appointment("UID:1\nDTSTART;TZID=Europe/Berlin:20260706T090000\nDTEND;TZID=Europe/Berlin:20260706T093000\n"
                    "RRULE:" +
                        std::string(rule),
                    context),
        lid::kRecurrencePattern);
  };
  EXPECT_EQ(words("FREQ=DAILY"), "every day from 09:00 to 09:30, starting 2026-07-06");
  EXPECT_EQ(words("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20260901T070000Z"),
            "every 2 weeks on Monday and Thursday from 09:00 to 09:30, starting 2026-07-06, until 2026-09-01");
  EXPECT_EQ(words("FREQ=MONTHLY;BYDAY=-1MO"),
            "every month on the last Monday from 09:00 to 09:30, starting 2026-07-27");
  EXPECT_EQ(words("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;COUNT=2"),
            "every month on the first weekday from 09:00 to 09:30, starting 2026-08-03, 2 times");
  EXPECT_EQ(words("FREQ=MONTHLY;BYMONTHDAY=-1"),
            "every month on the last day from 09:00 to 09:30, starting 2026-07-31");
  EXPECT_EQ(words("FREQ=YEARLY"), "every year on July 6 from 09:00 to 09:30, starting 2026-07-06");
  EXPECT_EQ(words("FREQ=YEARLY;BYMONTH=7;BYDAY=1MO", "de"),
            "jedes Jahr am ersten Montag im Juli von 09:00 bis 09:30, ab 2026-07-06");
}

}  // namespace
}  // namespace oxb::convert
