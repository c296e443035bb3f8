// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/ical/ical.h"

#include "format/ical/rule.h"
#include "format/ical/zone.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace oxb::ical {
namespace {

using Kind = model::DateTime::Kind;

std::string wrap(std::string_view body) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + std::string(body) + "END:VCALENDAR\r\n";
}

model::Event event(std::string_view lines) {
  const auto calendar = read(wrap("BEGIN:VEVENT\r\n" + std::string(lines) + "END:VEVENT\r\n"));
  EXPECT_TRUE(calendar);
  if (!calendar || calendar->series.size() != 1 || !calendar->series.front().master) {
    ADD_FAILURE() << "no event"
                  << (calendar && !calendar->rejected.empty() ? ": " + calendar->rejected.front().reason : "");
    return {};
  }
  return *calendar->series.front().master;
}

std::string refused(std::string_view lines) {
  const auto calendar = read(wrap("BEGIN:VEVENT\r\n" + std::string(lines) + "END:VEVENT\r\n"));
  if (!calendar || calendar->rejected.size() != 1 || !calendar->series.empty()) {
    ADD_FAILURE() << "not refused";
    return {};
  }
  return calendar->rejected.front().reason;
}

TEST(ContentLine, PartsOfALine) {
  const auto components = parse_components(
      "BEGIN:VCARD\nitem1.TEL;TYPE=\"work,voice\",home;X-A=b^nc;PREF:+1;ext=2\nTEL;HOME;FAX:3\nX;CN=\"a:b;c\":d:"
      "e\nnonsense\nEND:VCARD\n");
  ASSERT_TRUE(components);
  ASSERT_EQ(components->size(), 1U);
  const auto& lines = components->front().lines;
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].group, "item1");
  EXPECT_EQ(lines[0].name, "TEL");
  EXPECT_TRUE(lines[0].has("TYPE", "HOME"));
  EXPECT_TRUE(lines[0].has("TYPE", "pref"));
  EXPECT_EQ(lines[0].parameter("X-A"), "b\nc");
  EXPECT_EQ(lines[0].value, "+1;ext=2");
  EXPECT_TRUE(lines[1].has("TYPE", "fax"));
  EXPECT_EQ(lines[2].parameter("CN"), "a:b;c");
  EXPECT_EQ(lines[2].value, "d:e");
  EXPECT_EQ(lines[3].name, "");
  EXPECT_EQ(lines[3].value, "nonsense");
}

TEST(ContentLine, FoldingAndEncodings) {
  const auto components = parse_components(
      "\xEF\xBB\xBF"
      "BEGIN:VCARD\r\nA:one\r\n  "
      "two\r\n\tthree\rB;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Gr=FC=\r\n=DF\n\r\nC:\xE9t\xE9\r\nEND:VCARD");
  ASSERT_TRUE(components);
  const auto& card = components->front();
  EXPECT_EQ(card.find("A")->value, "one twothree");
  EXPECT_EQ(card.find("B")->value, "Grüß");
  EXPECT_EQ(card.find("C")->value, "été") << "no UTF-8: Windows' Western code page";
  const std::string longest = "SUMMARY:" + std::string(30, 'x') + "äöü€東京äöü€東京äöü€東京äöü€東京äöü€東京äöü€東京";
  const auto folded = fold(longest);
  std::string unfolded;
  for (std::size_t at = 0; at < folded.size();) {
    const auto end = folded.find("\r\n", at);
    EXPECT_LE(end - at, 75U);
    unfolded += folded.substr(at == 0 ? 0 : at + 1, end - (at == 0 ? 0 : at + 1));
    at = end + 2;
  }
  EXPECT_EQ(unfolded, longest);
}

TEST(ContentLine, BrokenNestingIsMended) {
  auto components = parse_components("X:1\nBEGIN:A\nBEGIN:B\nY:2\nEND:A\nEND:C\nBEGIN:D\nZ:3");
  ASSERT_TRUE(components);
  ASSERT_EQ(components->size(), 2U);
  EXPECT_EQ(components->front().children.size(), 1U);
  EXPECT_EQ(components->back().name, "D");
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "BEGIN:A\n";
  components = parse_components(deep);
  ASSERT_FALSE(components);
  EXPECT_EQ(components.error().code, Errc::limit);
}

TEST(ContentLine, EscapesComeBack) {
  for (const std::string text : {"a,b;c\\d\ne", "\\n", "", ";;", "ä\\"}) EXPECT_EQ(unescape(escape(text)), text);
  EXPECT_EQ(split_escaped("a\\;b;c;", ';').size(), 3U);
}

TEST(Values, DatesAndDurations) {
  EXPECT_EQ(date_time_of("20260706")->kind, Kind::date);
  EXPECT_EQ(date_time_of("20260706T090000")->kind, Kind::floating);
  EXPECT_EQ(date_time_of("20260706T090000Z")->kind, Kind::utc);
  EXPECT_EQ(date_time_of("2026-07-06T09:00:00Z")->hour, 9);
  EXPECT_EQ(date_time_of("20131210Z")->kind, Kind::date);
  for (const auto* bad :
       {"", "2026", "20260230", "20260706T25", "20260706T250000", "20260706X090000", "T090000", "abcdefgh"})
    EXPECT_FALSE(date_time_of(bad)) << bad;
  EXPECT_EQ(duration_of("PT15M"), std::chrono::minutes(15));
  EXPECT_EQ(duration_of("-P1DT2H"), -std::chrono::hours(26));
  EXPECT_EQ(duration_of("P2W"), std::chrono::hours(24 * 14));
  for (const auto* bad : {"", "P", "PT", "15M", "PTM", "P99999999999D", "PX"}) EXPECT_FALSE(duration_of(bad)) << bad;
}

TEST(Ical, AnEventWithEverything) {
  const auto e = event(
      "UID:1\r\nDTSTART;TZID=Europe/Berlin:20260706T090000\r\nDURATION:PT1H30M\r\nRRULE:freq=weekly;byday=mo,we\r\n"
      "EXDATE;TZID=Europe/Berlin:20260708T090000,20260713T090000\r\nSUMMARY:a\\, "
      "b\r\nORGANIZER;CN=Boss:MAILTO:boss@example.com\r\n"
      "ATTENDEE;CN=\"Cole, Bert\";ROLE=OPT-PARTICIPANT;PARTSTAT=TENTATIVE;RSVP=TRUE:mailto:bert@example.com\r\n"
      "ATTENDEE;CUTYPE=ROOM:mailto:room@example.com\r\nCATEGORIES:A,B\r\nCATEGORIES:B,C\r\nCLASS:"
      "CONFIDENTIAL\r\nTRANSP:TRANSPARENT\r\n"
      "STATUS:TENTATIVE\r\nX-MICROSOFT-CDO-BUSYSTATUS:oof\r\nX-ALT-DESC;FMTTYPE=text/html:<b>x</"
      "b>\r\nLAST-MODIFIED:20260101T000000Z\r\n"
      "BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER;RELATED=END:PT5M\r\nEND:VALARM\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\n"
      "TRIGGER;VALUE=DATE-TIME:20260705T080000Z\r\nEND:VALARM\r\n");
  EXPECT_EQ(e.start.zone, "Europe/Berlin");
  EXPECT_EQ(e.end.hour, 10);
  EXPECT_EQ(e.end.minute, 30);
  EXPECT_EQ(e.recurrence_rule, "FREQ=WEEKLY;BYDAY=MO,WE");
  EXPECT_EQ(e.deleted_occurrences.size(), 2U);
  EXPECT_EQ(e.organizer->email, "boss@example.com");
  ASSERT_EQ(e.attendees.size(), 2U);
  EXPECT_EQ(e.attendees[0].name, "Cole, Bert");
  EXPECT_EQ(e.attendees[0].role, model::Attendee::Role::optional);
  EXPECT_EQ(e.attendees[0].status, model::Attendee::Status::tentative);
  EXPECT_TRUE(e.attendees[0].rsvp);
  EXPECT_EQ(e.attendees[1].kind, model::Attendee::Kind::room);
  EXPECT_EQ(e.categories, (std::vector<std::string>{"A", "B", "C"}));
  EXPECT_EQ(e.classification, model::Event::Class::confidential);
  EXPECT_TRUE(e.transparent);
  EXPECT_EQ(e.busy_status, "OOF");
  EXPECT_EQ(e.description_html, "<b>x</b>");
  ASSERT_EQ(e.alarms.size(), 2U);
  EXPECT_EQ(e.alarms[0].before_end, -std::chrono::minutes(5));
  EXPECT_TRUE(e.alarms[1].at);
}

TEST(Ical, EndsThatAreMissingOrOfAnotherKind) {
  EXPECT_EQ(text_of(event("UID:1\r\nDTSTART;VALUE=DATE:20260706\r\n").end), "20260707");
  EXPECT_EQ(text_of(event("UID:1\r\nDTSTART:20260706T090000Z\r\n").end), "20260706T090000Z");
  EXPECT_EQ(text_of(event("UID:1\r\nDTSTART;VALUE=DATE:20260706\r\nDTEND:20260707T100000Z\r\n").end), "20260708");
  EXPECT_EQ(text_of(event("UID:1\r\nDTSTART;VALUE=DATE:20260706\r\nDURATION:P3D\r\n").end), "20260709");
}

TEST(Ical, WhatCannotBeReadIsRefusedNeverDropped) {
  EXPECT_NE(refused("UID:1\r\nSUMMARY:x\r\n"), "");
  EXPECT_NE(refused("UID:1\r\nDTSTART:garbage\r\n"), "");
  EXPECT_NE(refused("UID:1\r\nDTSTART:20260706T090000Z\r\nRRULE:FREQ=SOMETIMES\r\n"), "");
  EXPECT_NE(refused("UID:1\r\nDTSTART:20260706T090000Z\r\nRRULE:FREQ=DAILY\r\nRRULE:FREQ=WEEKLY\r\n"), "");
  EXPECT_NE(refused("UID:1\r\nDTSTART:20260706T090000Z\r\nRRULE:FREQ=DAILY\r\nEXDATE:tomorrow\r\n"), "");
  EXPECT_NE(refused("UID:1\r\nDTSTART:20260706T090000Z\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260706T090000Z\r\n"), "");
  EXPECT_FALSE(read("no calendar"));
  EXPECT_FALSE(read(""));
}

TEST(Ical, EventsAreGroupedByUid) {
  const auto calendar =
      read(wrap("BEGIN:VEVENT\r\nUID:s\r\nRECURRENCE-ID:20260707T090000Z\r\nDTSTART:20260707T100000Z\r\nEND:VEVENT\r\n"
                "BEGIN:VEVENT\r\nUID:t\r\nDTSTART:20260707T100000Z\r\nSEQUENCE:1\r\nSUMMARY:old\r\nEND:VEVENT\r\n"
                "BEGIN:VEVENT\r\nUID:s\r\nDTSTART:20260706T090000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n"
                "BEGIN:VEVENT\r\nUID:t\r\nDTSTART:20260707T100000Z\r\nSEQUENCE:2\r\nSUMMARY:new\r\nEND:VEVENT\r\n"
                "BEGIN:VEVENT\r\nDTSTART:20260707T100000Z\r\nEND:VEVENT\r\n"));
  ASSERT_TRUE(calendar);
  ASSERT_EQ(calendar->series.size(), 3U);
  EXPECT_EQ(calendar->series[0].exceptions.size(), 1U);
  EXPECT_EQ(calendar->series[0].master->changed_occurrences.size(), 1U);
  EXPECT_EQ(calendar->series[1].master->summary, "new");
  EXPECT_EQ(calendar->rejected.size(), 1U);
  EXPECT_FALSE(calendar->series[2].master->uid.empty()) << "the same text always gets the same UID";
}

TEST(Ical, Tasks) {
  const auto calendar = read(wrap(
      "BEGIN:VTODO\r\nUID:1\r\nSUMMARY:Report\r\nDTSTART;VALUE=DATE:20260701\r\nDUE;VALUE=DATE:20260703\r\nPRIORITY:"
      "1\r\nSTATUS:IN-PROCESS\r\n"
      "PERCENT-COMPLETE:40\r\nRRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=3\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-"
      "PT1H\r\nEND:VALARM\r\nEND:VTODO\r\n"
      "BEGIN:VTODO\r\nUID:2\r\nDUE;TZID=Europe/Berlin:20260703T120000\r\nCOMPLETED:20260702T100000Z\r\n"
      "CLASS:CONFIDENTIAL\r\nEND:VTODO\r\n"
      "BEGIN:VTODO\r\nUID:3\r\nDUE:20260703T120000Z\r\nRRULE:FREQ=HOURLY\r\nEND:VTODO\r\n"));
  ASSERT_TRUE(calendar);
  ASSERT_EQ(calendar->tasks.size(), 2U);
  const auto& report = calendar->tasks[0];
  EXPECT_TRUE(report.full_time);
  EXPECT_EQ(report.priority, 3);
  EXPECT_EQ(report.status, 2);
  EXPECT_EQ(report.recurrence.type, model::TaskRecurrence::Type::monthly);
  EXPECT_EQ(report.recurrence.days, 32);
  EXPECT_EQ(report.recurrence.day_in_month, 5);
  EXPECT_EQ(report.recurrence.occurrences, 3);
  EXPECT_EQ(*report.alarm, *report.start - std::chrono::hours(1));
  EXPECT_FALSE(report.secret);
  EXPECT_TRUE(calendar->tasks[1].secret);
  EXPECT_FALSE(calendar->tasks[1].full_time);
  EXPECT_EQ(calendar->tasks[1].status, 3);
  EXPECT_EQ(text_of(utc_date_time(*calendar->tasks[1].end)), "20260703T100000Z");
  EXPECT_EQ(calendar->rejected.size(), 1U);
}

TEST(Ical, UnknownZonesAreAskedForOnceAndReadAsDescribed) {
  int asked = 0;
  ReadOptions options;
  options.default_zone = "Asia/Tokyo";
  options.find_zone = [&](const ZoneDescription& zone) {
    ++asked;
    EXPECT_EQ(zone.id, "Office");
    EXPECT_EQ(zone.observances.size(), 1U);
    EXPECT_EQ(zone.observances.front().offset_to, -19800);
    return std::string();
  };
  const auto calendar =
      read(wrap("BEGIN:VTIMEZONE\r\nTZID:Office\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETFROM:-0530\r\n"
                "TZOFFSETTO:-0530\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Office:"
                "20260706T090000\r\n"
                "DTEND;TZID=Office:20260706T100000\r\nEND:VEVENT\r\n"),
           options);
  ASSERT_TRUE(calendar);
  EXPECT_EQ(text_of(calendar->series.front().master->start), "20260706T143000Z");
  EXPECT_EQ(asked, 1);
}

TEST(Ical, UnknownZonesWithoutDescriptionFallBack) {
  ReadOptions options;
  options.default_zone = "Asia/Tokyo";
  const auto calendar =
      read(wrap("BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Office:20260706T090000\r\nEND:VEVENT\r\n"), options);
  ASSERT_TRUE(calendar);
  EXPECT_EQ(calendar->series.front().master->start.zone, "Asia/Tokyo");
}

// What is written reads back as the same items.
TEST(Ical, WrittenCalendarsComeBack) {
  auto first = read(
      wrap("BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=America/New_York:20260706T090000\r\nDTEND;TZID=America/"
           "New_York:20260706T100000\r\nSUMMARY:a\\, b\\; c\\\\d\\ne\r\n"
           "RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20261231T235959Z\r\nEXDATE;TZID=America/"
           "New_York:20260713T090000\r\nLAST-MODIFIED:20260101T000000Z\r\n"
           "ORGANIZER;CN=\"x, "
           "y\":mailto:o@example.com\r\nATTENDEE;PARTSTAT=DECLINED;ROLE=CHAIR;CUTYPE=GROUP:mailto:g@example.com\r\n"
           "ATTACH;FMTTYPE=text/"
           "plain;FILENAME=n.txt;ENCODING=BASE64;VALUE=BINARY:aGVsbG8=\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-"
           "P1DT15M\r\nEND:VALARM\r\nEND:VEVENT\r\n"
           "BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID;TZID=America/"
           "New_York:20260720T090000\r\nDTSTART;VALUE=DATE:20260721\r\nDTEND;VALUE=DATE:20260722\r\n"
           "LAST-MODIFIED:20260101T000000Z\r\nEND:VEVENT\r\n"
           "BEGIN:VTODO\r\nUID:2\r\nSUMMARY:Task\r\nDUE;VALUE=DATE:20260703\r\nLAST-MODIFIED:"
           "20260101T000000Z\r\nSTATUS:COMPLETED\r\nPRIORITY:9\r\nEND:VTODO\r\n"));
  ASSERT_TRUE(first);
  ASSERT_TRUE(first->rejected.empty());
  const auto text = write(first->series, first->tasks, "-//Test//EN");
  const auto second = read(text);
  ASSERT_TRUE(second);
  ASSERT_EQ(second->series.size(), 1U);
  const auto& a = *first->series[0].master;
  const auto& b = *second->series[0].master;
  EXPECT_EQ(a.start, b.start);
  EXPECT_EQ(a.end, b.end);
  EXPECT_EQ(a.summary, b.summary);
  EXPECT_EQ(a.recurrence_rule, b.recurrence_rule);
  EXPECT_EQ(a.deleted_occurrences, b.deleted_occurrences);
  EXPECT_EQ(a.attendees, b.attendees);
  EXPECT_EQ(a.organizer, b.organizer);
  EXPECT_EQ(a.alarms, b.alarms);
  EXPECT_EQ(a.modified, b.modified);
  EXPECT_EQ(a.attachments[0].data, b.attachments[0].data);
  EXPECT_EQ(first->series[0].exceptions[0].start, second->series[0].exceptions[0].start);
  EXPECT_EQ(first->series[0].exceptions[0].recurrence_id, second->series[0].exceptions[0].recurrence_id);
  EXPECT_EQ(first->tasks[0].end, second->tasks[0].end);
  EXPECT_EQ(first->tasks[0].status, second->tasks[0].status);
  EXPECT_NE(text.find("TZID:America/New_York"), text.npos);
}

ZoneDescription described(std::int32_t standard, std::int32_t daylight, std::string_view to_daylight,
                          std::string_view to_standard) {
  ZoneDescription zone;
  zone.id = "Somewhere";
  const auto add = [&](bool summer, std::int32_t offset, const char* start, std::string_view rule) {
    zone.observances.push_back({summer, offset, *date_time_of(start), std::string(rule)});
  };
  add(false, standard, "19501029T020000", to_standard);
  if (!to_daylight.empty()) add(true, daylight, "19500402T020000", to_daylight);
  return zone;
}

TEST(ZoneDescription, IsFoundByItsRules) {
  const auto europe = described(3600, 7200, "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU");
  EXPECT_EQ(find_zone_by_rules(europe, "Europe/Vienna"), "Europe/Vienna") << "of several the preferred one";
  EXPECT_EQ(find_zone_by_rules(europe, "Asia/Tokyo"), "Europe/Berlin");
  // The rules of the United States until 2006.
  const auto eastern =
      described(-18000, -14400, "FREQ=YEARLY;BYDAY=1SU;BYMONTH=4", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10");
  EXPECT_EQ(find_zone_by_rules(eastern, "Europe/Berlin"), "America/New_York");
  const auto sydney = described(36000, 39600, "FREQ=YEARLY;BYMONTH=10;BYDAY=SU;BYMONTHDAY=1,2,3,4,5,6,7",
                                "FREQ=YEARLY;BYMONTH=4;BYDAY=1SU");
  EXPECT_EQ(find_zone_by_rules(sydney, ""), "Australia/Sydney");
  EXPECT_EQ(find_zone_by_rules(described(28800, 0, "", ""), "Europe/Berlin"), "Asia/Shanghai");
  EXPECT_EQ(find_zone_by_rules(described(-27660, 0, "", ""), "Europe/Berlin"), "");
  EXPECT_EQ(find_zone_by_rules({}, "Europe/Berlin"), "");
}

TEST(ZoneDescription, IsReadAsItStandsWhereNoZoneFits) {
  const auto calendar =
      read(wrap("BEGIN:VTIMEZONE\r\nTZID:Nowhere\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETTO:-0741\r\n"
                "END:STANDARD\r\nEND:VTIMEZONE\r\n"
                "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Nowhere:20230306T134200\r\nEND:VEVENT\r\n"));
  ASSERT_TRUE(calendar);
  ASSERT_EQ(calendar->series.size(), 1U);
  const auto& start = calendar->series.front().master->start;
  EXPECT_EQ(start.kind, Kind::utc);
  EXPECT_EQ(text_of(start), "20230306T212300Z");
}

}  // namespace
}  // namespace oxb::ical
