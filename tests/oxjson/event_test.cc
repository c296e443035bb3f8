// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/oxjson/event.h"

#include "format/oxjson/json.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace oxb::oxjson {
namespace {

using model::Attendee, model::DateTime, model::Event;
using std::chrono::seconds;

json::object object(std::string_view text) { return parse(text).value().get_object(); }

TEST(OxEventTime, FourKinds) {
  const auto date = date_time_of(object(R"({"value":"20240131"})")).value();
  EXPECT_EQ(date, (DateTime{DateTime::Kind::date, {2024, 1, 31}, 0, 0, 0, ""}));
  const auto zoned = date_time_of(object(R"({"value":"20240131T090000","tzid":"Europe/Berlin"})")).value();
  EXPECT_EQ(zoned, (DateTime{DateTime::Kind::zoned, {2024, 1, 31}, 9, 0, 0, "Europe/Berlin"}));
  const auto utc = date_time_of(object(R"({"value":"20240131T080000Z"})")).value();
  EXPECT_EQ(utc, (DateTime{DateTime::Kind::utc, {2024, 1, 31}, 8, 0, 0, ""}));
  const auto named_utc = date_time_of(object(R"({"value":"20240131T080000","tzid":"UTC"})")).value();
  EXPECT_EQ(named_utc, utc);
  const auto floating = date_time_of(object(R"({"value":"20240131T090000"})")).value();
  EXPECT_EQ(floating, (DateTime{DateTime::Kind::floating, {2024, 1, 31}, 9, 0, 0, ""}));
  for (const auto& time : {date, zoned, utc, floating}) EXPECT_EQ(date_time_of(json_of(time)).value(), time);
}

TEST(OxEventTime, RefusesWhatIsNoTime) {
  for (const auto* text :
       {"", "2024", "20241301", "20240230", "20240131T25", "20240131T246000", "20240131T090000ZZ", "00000101"}) {
    EXPECT_FALSE(date_time_of(json::value(text))) << text;
  }
  EXPECT_FALSE(date_time_of(object("{}")));
}

TEST(OxEventTime, RecurrenceIdsInAllForms) {
  for (const auto* text : {"Europe/Berlin:20240205T090000", "20240205T080000Z", "20240205T090000", "20240205"}) {
    const auto time = recurrence_id_of(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(text_of_recurrence_id(*time), text);
  }
}

TEST(OxEventTime, Durations) {
  EXPECT_EQ(duration_of("-PT15M").value(), seconds(-900));
  EXPECT_EQ(duration_of("P1DT2H3M4S").value(), seconds(93784));
  EXPECT_EQ(duration_of("P2W").value(), seconds(1209600));
  EXPECT_EQ(duration_of("PT0S").value(), seconds(0));
  for (const auto* text : {"", "P", "PT", "15M", "P1H", "PT1D", "P-1D", "PT999999999999S"})
    EXPECT_FALSE(duration_of(text)) << text;
  for (const int n : {0, 1, -1, 59, 60, 3599, 3600, -86400, 86399, 604800, -1209600, 694861}) {
    EXPECT_EQ(duration_of(text_of_duration(seconds(n))).value(), seconds(n));
  }
}

// Every field as a server of release 8.19 answers it.
constexpr std::string_view kFull =
    R"({"id":"13","class":"CONFIDENTIAL","folder":"cal://0/31","lastModified":1795356238938,
"sequence":2,"uid":"8fa8baf0","attendeePrivileges":"DEFAULT","flags":["alarms","scheduled","organizer","accepted"],
"calendarUser":{"uri":"mailto:a@x.test","cn":"Anton","email":"a@x.test","entity":3},"location":"R1","categories":["A","B"],
"createdBy":{"uri":"mailto:a@x.test","cn":"Anton","email":"a@x.test","entity":3},"dtstamp":1795356238548,"transp":"TRANSPARENT",
"organizer":{"uri":"mailto:a@x.test","cn":"Anton","email":"a@x.test","entity":3,"sentBy":{"uri":"mailto:s@x.test","cn":"Sec"}},
"timestamp":1795356239147,"created":1795356238000,"summary":"Meeting","description":"d1\nd2","status":"TENTATIVE",
"modifiedBy":{"uri":"mailto:b@x.test","entity":4},"color":"#ff0000","url":"http://x/","geo":{"lat":1.5,"long":-2.5},
"attendees":[{"uri":"mailto:a@x.test","cn":"Anton","email":"a@x.test","entity":3,"cuType":"INDIVIDUAL","partStat":"ACCEPTED","folder":"31"},
{"uri":"mailto:room1@x.test","cn":"Room","email":"room1@x.test","entity":6,"cuType":"RESOURCE","partStat":"ACCEPTED","comment":"Room"},
{"uri":"mailto:e@y.test","email":"e@y.test","cuType":"INDIVIDUAL","role":"OPT-PARTICIPANT","rsvp":true,"member":["urn:uuid:1"]}],
"alarms":[{"id":1,"uid":"al","action":"DISPLAY","trigger":{"related":"START","duration":"-PT15M"},"description":"Reminder"},
{"id":2,"action":"AUDIO","trigger":{"dateTime":"20270201T080000Z"},"acknowledged":1795356239147}],
"attachments":[{"filename":"a.txt","fmtType":"text/plain","size":5,"created":1795359841215,"managedId":1}],
"extendedProperties":{"X-MICROSOFT-CDO-BUSYSTATUS":{"value":"OOF"},"X-OTHER":{"value":"1"}},
"seriesId":"13","rrule":"FREQ=WEEKLY;BYDAY=MO;COUNT=10","changeExceptionDates":["Europe/Berlin:20270308T090000"],
"deleteExceptionDates":["Europe/Berlin:20270315T090000"],
"startDate":{"value":"20270201T090000","tzid":"Europe/Berlin"},"endDate":{"value":"20270201T100000","tzid":"Europe/Berlin"}})";

TEST(OxEvent, ReadsEveryField) {
  const auto e = event_of(object(kFull)).value();
  EXPECT_EQ(e.id.value, "13");
  EXPECT_EQ(e.folder.value, "cal://0/31");
  EXPECT_EQ(e.series.value, "13");
  EXPECT_EQ(e.version.value, "1795356239147");
  EXPECT_EQ(e.sequence, 2);
  EXPECT_EQ(to_unix_ms(*e.modified), 1795356238938);
  EXPECT_EQ(e.summary, "Meeting");
  EXPECT_EQ(e.description, "d1\nd2");
  EXPECT_EQ(e.classification, Event::Class::confidential);
  EXPECT_EQ(e.status, Event::Status::tentative);
  EXPECT_TRUE(e.transparent);
  EXPECT_EQ(e.busy_status, "OOF");
  EXPECT_EQ(e.geo, "1.5;-2.5");
  EXPECT_EQ(e.categories, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(e.organizer->entity.value, "3");
  EXPECT_EQ(e.organizer->sent_by, "mailto:s@x.test");
  ASSERT_EQ(e.attendees.size(), 3U);
  EXPECT_EQ(e.attendees[0].status, Attendee::Status::accepted);
  EXPECT_EQ(e.attendees[1].kind, Attendee::Kind::resource);
  EXPECT_EQ(e.attendees[2].role, Attendee::Role::optional);
  EXPECT_EQ(e.attendees[2].status, Attendee::Status::needs_action);
  EXPECT_TRUE(e.attendees[2].rsvp);
  EXPECT_TRUE(e.attendees[2].entity.value.empty());
  ASSERT_EQ(e.alarms.size(), 2U);
  EXPECT_EQ(e.alarms[0].before_start, seconds(900));
  EXPECT_EQ(to_unix_ms(*e.alarms[1].at), 1801468800000);
  ASSERT_EQ(e.attachments.size(), 1U);
  EXPECT_EQ(e.attachments[0].id.value, "1");
  EXPECT_EQ(e.attachments[0].size, 5U);
  EXPECT_EQ(e.modified_by.value, "4");
  ASSERT_EQ(e.changed_occurrences.size(), 1U);
  EXPECT_EQ(e.changed_occurrences[0].zone, "Europe/Berlin");
  EXPECT_EQ(e.raw.at("attendeePrivileges"), "\"DEFAULT\"");
  EXPECT_EQ(e.raw.at("extendedProperties"), R"({"X-OTHER":{"value":"1"}})");
}

TEST(OxEvent, WritesBackWhatItRead) {
  const auto original = object(kFull);
  const auto written = json_of(event_of(original).value(), Form::full);
  // Defaults that the server leaves out stay out; everything it sent is there again.
  EXPECT_EQ(json::value(written), json::value(original)) << json::serialize(written);
}

TEST(OxEvent, AnUnknownWordIsKept) {
  auto o = object(kFull);
  o["status"] = "X-MAYBE";
  const auto e = event_of(o).value();
  EXPECT_EQ(e.status, Event::Status::none);
  EXPECT_EQ(json_of(e, Form::full).at("status"), "X-MAYBE");
}

TEST(OxEvent, WritableFormHasNoServerFieldsAndDescribesAlarms) {
  auto e = event_of(object(kFull)).value();
  e.alarms[0].description.clear();
  const auto o = json_of(e, Form::writable);
  for (const auto* field :
       {"id", "folder", "seriesId", "timestamp", "flags", "createdBy", "dtstamp", "attendeePrivileges"}) {
    EXPECT_FALSE(o.contains(field)) << field;
  }
  EXPECT_FALSE(o.at("alarms").at(0).at("description").get_string().empty());  // the server refuses it without
  EXPECT_EQ(o.at("extendedProperties").at("X-OTHER").at("value"), "1");
}

TEST(OxEvent, BrokenEventsAreErrors) {
  EXPECT_EQ(event_of(object("{}")).error().code, Errc::malformed);
  EXPECT_FALSE(event_of(object(R"({"id":"1"})")));
  EXPECT_FALSE(event_of(object(R"({"id":"1","startDate":{"value":"20240101"},"summary":{}})")));
  EXPECT_FALSE(event_of(object(R"({"id":"1","startDate":{"value":"20240101"},"attendees":[1]})")));
  EXPECT_FALSE(
      event_of(object(R"({"id":"1","startDate":{"value":"20240101"},"endDate":{"value":"20240101T000000"}})")));
}

TEST(OxEvent, AMissingEndOfADayIsTheNextDay) {
  const auto e = event_of(object(R"({"id":"1","startDate":{"value":"20240229"}})")).value();
  EXPECT_EQ(e.end.date, (model::Date{2024, 3, 1}));
}

}  // namespace
}  // namespace oxb::oxjson
