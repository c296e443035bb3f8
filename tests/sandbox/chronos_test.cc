// SPDX-License-Identifier: GPL-3.0-or-later
// The calendar, beyond what the recordings show.
#include "sandbox/chronos_dates.h"
#include "sandbox/recurrence.h"
#include "tests/sandbox/box.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace oxb::sandbox::test {
namespace {

constexpr const char* kAnton = "cal://0/31";
constexpr const char* kBerta = "cal://0/41";

class SandboxChronos : public ::testing::Test {
 protected:
  static json::object at(const std::string& from, const std::string& to) {
    return {{"startDate", json::object{{"value", from}, {"tzid", "Europe/Berlin"}}},
            {"endDate", json::object{{"value", to}, {"tzid", "Europe/Berlin"}}}};
  }
  static json::object event(json::object more, const std::string& from = "20270105T090000",
                            const std::string& to = "20270105T100000") {
    json::object out = at(from, to);
    for (auto& [key, value] : more) out[key] = value;
    return out;
  }
  json::value make(Client& client, const json::object& body, const std::string& folder = kAnton) {
    return box.put(client, "chronos?action=new&folder=" + folder, body);
  }
  std::string id_of(const json::value& answer) {
    const auto& data = data_of(answer);
    EXPECT_TRUE(data.is_object() && data.as_object().contains("created")) << json::serialize(answer);
    if (!data.is_object() || !data.as_object().contains("created") || data.at("created").as_array().empty()) return "";
    return std::string(data.at("created").as_array()[0].at("id").as_string());
  }
  json::value get(Client& client, const std::string& id, const std::string& folder = kAnton,
                  const std::string& more = "") {
    return box.get(client, "chronos?action=get&id=" + id + "&folder=" + folder + more);
  }
  json::value update(Client& client, const std::string& id, const json::object& body, const std::string& more = "",
                     const std::string& folder = kAnton) {
    return box.put(client, "chronos?action=update&timestamp=9999999999999&folder=" + folder + "&id=" + id + more,
                   json::object{{"event", body}});
  }
  json::value remove(Client& client, const std::string& id, json::object more = {},
                     const std::string& folder = kAnton) {
    more["id"] = id;
    more["folder"] = folder;
    return box.put(client, "chronos?action=delete&timestamp=9999999999999", json::array{more});
  }
  json::value updates(Client& client, std::int64_t since, const std::string& folder = kAnton) {
    return box.get(client, "chronos?action=updates&folder=" + folder +
                               "&fields=id,timestamp,seriesId&timestamp=" + std::to_string(since));
  }
  std::set<std::string> ids(const json::value& list) {
    std::set<std::string> out;
    for (const auto& one : list.as_array()) out.insert(std::string(one.at("id").as_string()));
    return out;
  }
  static std::string answer_of(const json::value& answer, int entity) {
    for (const auto& attendee : data_of(answer).at("attendees").as_array()) {
      const auto* id = attendee.as_object().if_contains("entity");
      if (id && id->as_int64() == entity) return std::string(attendee.at("partStat").as_string());
    }
    return "";
  }
  static json::array people(std::initializer_list<int> entities) {
    json::array out;
    for (const int entity : entities) out.push_back(json::object{{"entity", entity}, {"cuType", "INDIVIDUAL"}});
    return out;
  }

  Box box;
  Client anton = box.log_in("anton");
  Client berta = box.log_in("berta");
  Client carl = box.log_in("carl");
};

TEST(SandboxRecurrence, FourSpellingsOfOneOccurrence) {
  Moment start;
  start.kind = Moment::Kind::zoned;
  start.zone = *Zone::find("Europe/Berlin");
  start.local = *parse_stamp("20270301T090000");
  const auto wanted = parse_stamp("20270405T090000");
  EXPECT_EQ(parse_recurrence("Europe/Berlin:20270405T090000", start), wanted);
  EXPECT_EQ(parse_recurrence("20270405T070000Z", start), wanted);  // summer time by then
  EXPECT_EQ(parse_recurrence("20270405T090000", start), wanted);
  EXPECT_EQ(parse_recurrence("America/New_York:20270405T030000", start), wanted);
  EXPECT_FALSE(parse_recurrence("Nowhere/Land:20270405T090000", start));
  EXPECT_FALSE(parse_recurrence("x", start));
}

TEST(SandboxRecurrence, UntilIsAnInstantButTheRuleCountsWallClocks) {
  Moment start;
  start.kind = Moment::Kind::zoned;
  start.zone = *Zone::find("Europe/Berlin");
  start.local = *parse_stamp("20270301T090000");
  const auto far = start.local + 400 * kDay;
  // 09:00 in Berlin is 07:00Z in April: the occurrence of April 5 just fits.
  EXPECT_EQ(Recurrence::parse("FREQ=WEEKLY;BYDAY=MO;UNTIL=20270405T070000Z", start)->starts(far).size(), 6U);
  EXPECT_EQ(Recurrence::parse("FREQ=WEEKLY;BYDAY=MO;UNTIL=20270405T065959Z", start)->starts(far).size(), 5U);
  EXPECT_EQ(Recurrence::parse("FREQ=WEEKLY;BYDAY=MO;UNTIL=20270405", start)->starts(far).size(), 6U);
  EXPECT_FALSE(Recurrence::parse("FREQ=SOMETIMES", start));
  EXPECT_FALSE(Recurrence::parse("", start));
}

TEST_F(SandboxChronos, AttendeesSeeTheMeetingInTheirOwnFolder) {
  const auto id = id_of(make(anton, event({{"summary", "M"}, {"attendees", people({4})}})));
  EXPECT_EQ(data_of(get(berta, id, kBerta)).at("folder"), json::value(kBerta));
  EXPECT_EQ(code_of(get(berta, id, kAnton)), "CAL-4030");
  EXPECT_EQ(code_of(get(carl, id, "cal://0/51")), "CAL-4041");
}

TEST_F(SandboxChronos, RemovedAttendeesGetATombstone) {
  const auto made = make(anton, event({{"summary", "M"}, {"attendees", people({4, 5})}}));
  const auto id = id_of(made);
  ASSERT_EQ(code_of(update(anton, id, {{"attendees", people({5})}})), "");
  EXPECT_EQ(code_of(get(berta, id, kBerta)), "CAL-4041");
  EXPECT_TRUE(ids(data_of(updates(berta, stamp_of(made) - 1, kBerta)).at("deleted")).contains(id));
  // Invited again, the event is alive there.
  ASSERT_EQ(code_of(update(anton, id, {{"attendees", people({4, 5})}})), "");
  EXPECT_FALSE(ids(data_of(updates(berta, 0, kBerta)).at("deleted")).contains(id));
}

TEST_F(SandboxChronos, AnAttendeeWhoDeletesDeclines) {
  const auto made = make(anton, event({{"summary", "M"}, {"attendees", people({4})}}));
  const auto id = id_of(made);
  remove(berta, id, {}, kBerta);
  EXPECT_EQ(answer_of(get(anton, id), 4), "DECLINED");
  EXPECT_EQ(code_of(get(berta, id, kBerta)), "CAL-4041");
  // The organizer's delta names the id in both lists: alive.
  const auto delta = data_of(updates(anton, stamp_of(made) - 1));
  EXPECT_TRUE(ids(delta.at("newAndModified")).contains(id));
  EXPECT_TRUE(ids(delta.at("deleted")).contains(id));
}

TEST_F(SandboxChronos, ReschedulingAsksAgainShrinkingDoesNot) {
  const auto id = id_of(make(anton, event({{"summary", "M"}, {"attendees", people({4})}})));
  ASSERT_EQ(
      code_of(box.put(
          berta, "chronos?action=updateAttendee&timestamp=9999999999999&folder=" + std::string(kBerta) + "&id=" + id,
          json::parse(R"({"attendee":{"entity":4,"partStat":"ACCEPTED"}})"))),
      "");
  ASSERT_EQ(code_of(update(anton, id, at("20270105T091500", "20270105T100000"))), "");
  EXPECT_EQ(answer_of(get(anton, id), 4), "ACCEPTED");
  ASSERT_EQ(code_of(update(anton, id, at("20270105T080000", "20270105T100000"))), "");
  EXPECT_EQ(answer_of(get(anton, id), 4), "NEEDS-ACTION");
  EXPECT_EQ(answer_of(get(anton, id), 3), "ACCEPTED");
}

TEST_F(SandboxChronos, AnUnchangedWriteDoesNotRaiseTheSequence) {
  const auto id = id_of(make(anton, event({{"summary", "M"}})));
  ASSERT_EQ(code_of(update(anton, id, event({{"summary", "M"}}))), "");
  EXPECT_EQ(data_of(get(anton, id)).at("sequence"), json::value(0));
  ASSERT_EQ(code_of(update(anton, id, {{"location", "R"}})), "");
  EXPECT_EQ(data_of(get(anton, id)).at("sequence"), json::value(1));
}

TEST_F(SandboxChronos, AlarmsAreEachUsersOwn) {
  const auto id = id_of(make(
      anton,
      event({{"summary", "M"},
             {"attendees", people({4})},
             {"alarms", json::parse(R"([{"action":"DISPLAY","description":"R","trigger":{"duration":"-PT15M"}}])")}})));
  EXPECT_TRUE(data_of(get(anton, id)).as_object().contains("alarms"));
  EXPECT_FALSE(data_of(get(berta, id, kBerta)).as_object().contains("alarms"));
  ASSERT_EQ(code_of(update(
                berta, id,
                {{"alarms", json::parse(R"([{"action":"DISPLAY","description":"B","trigger":{"duration":"-PT5M"}}])")}},
                "", kBerta)),
            "");
  EXPECT_EQ(data_of(get(anton, id)).at("alarms").as_array()[0].at("description"), json::value("R"));
  EXPECT_EQ(data_of(get(berta, id, kBerta)).at("alarms").as_array()[0].at("description"), json::value("B"));
  const auto pending = box.get(berta, "chronos/alarm?action=pending&rangeEnd=20280101T000000Z&actions=DISPLAY");
  EXPECT_EQ(data_of(pending).as_array().at(0).at("time"), json::value("20270105T075500Z"));
}

TEST_F(SandboxChronos, SeriesExpandWithoutWhatWasDeletedOrMoved) {
  const auto id = id_of(make(anton, event({{"summary", "S"}, {"rrule", "FREQ=DAILY;COUNT=5"}})));
  ASSERT_EQ(code_of(update(anton, id, at("20270107T150000", "20270107T160000"),
                           "&recurrenceId=Europe/Berlin:20270106T090000")),
            "");
  ASSERT_FALSE(json::serialize(remove(anton, id, {{"recurrenceId", "Europe/Berlin:20270108T090000"}})).find("error") !=
               std::string::npos);
  const auto all = data_of(
      box.get(anton,
              "chronos?action=all&expand=true&sort=startDate&order=asc&fields=startDate&rangeStart=20270101T000000Z&"
              "rangeEnd=20270201T000000Z&folder=" +
                  std::string(kAnton)));
  std::string starts;
  for (const auto& one : all.as_array()) starts += std::string(one.at("startDate").at("value").as_string()) + " ";
  EXPECT_EQ(starts, "20270105T090000 20270107T090000 20270107T150000 20270109T090000 ");
}

TEST_F(SandboxChronos, WallClockTimesSurviveTheChangeToSummerTime) {
  const auto id = id_of(
      make(anton, event({{"summary", "S"}, {"rrule", "FREQ=WEEKLY;COUNT=3"}}, "20270322T090000", "20270322T100000")));
  const auto busy = data_of(box.put(anton, "chronos?action=freeBusy&from=20270301T000000Z&until=20270501T000000Z",
                                    json::parse(R"({"attendees":[{"entity":3}]})")));
  const auto& times = busy.as_array()[0].at("freeBusyTime").as_array();
  ASSERT_EQ(times.size(), 3U) << id;
  EXPECT_EQ(times[1].at("startTime").as_int64() - times[0].at("startTime").as_int64(), 7 * 86'400'000 - 3'600'000);
  EXPECT_EQ(times[2].at("startTime").as_int64() - times[1].at("startTime").as_int64(), 7 * 86'400'000);
}

TEST_F(SandboxChronos, AllDayEventsAreReadInTheOwnersZone) {
  const json::object body{{"summary", "D"},
                          {"startDate", json::object{{"value", "20270107"}}},
                          {"endDate", json::object{{"value", "20270108"}}}};
  ASSERT_EQ(code_of(make(anton, body)), "");
  const auto busy = data_of(box.put(anton, "chronos?action=freeBusy&from=20270101T000000Z&until=20270201T000000Z",
                                    json::parse(R"({"attendees":[{"entity":3}]})")));
  EXPECT_EQ(busy.as_array()[0].at("freeBusyTime").as_array()[0].at("startTime"),
            json::value(1799276400000));  // 23:00Z the day before
}

TEST_F(SandboxChronos, AnOccurrenceDeclinedByAnAttendeeIsDeletedInHisViewOnly) {
  const auto id =
      id_of(make(anton, event({{"summary", "S"}, {"rrule", "FREQ=DAILY;COUNT=3"}, {"attendees", people({4})}})));
  remove(berta, id, {{"recurrenceId", "Europe/Berlin:20270106T090000"}}, kBerta);
  const auto hers = data_of(get(berta, id, kBerta)).as_object();
  const auto his = data_of(get(anton, id)).as_object();
  EXPECT_EQ(hers.at("deleteExceptionDates"), json::parse(R"(["Europe/Berlin:20270106T090000"])"));
  EXPECT_EQ(his.at("changeExceptionDates"), json::parse(R"(["Europe/Berlin:20270106T090000"])"));
  EXPECT_FALSE(his.contains("deleteExceptionDates"));
}

TEST_F(SandboxChronos, PlainChangesReachExceptionsThatHadTheOldValue) {
  const auto id = id_of(make(anton, event({{"summary", "S"}, {"location", "A"}, {"rrule", "FREQ=DAILY;COUNT=3"}})));
  const auto made = update(anton, id, {{"summary", "other"}}, "&recurrenceId=20270106T080000Z");
  const auto exception = id_of(made);
  ASSERT_EQ(code_of(update(anton, id, {{"summary", "T"}, {"location", "B"}})), "");
  EXPECT_EQ(data_of(get(anton, exception)).at("summary"), json::value("other"));
  EXPECT_EQ(data_of(get(anton, exception)).at("location"), json::value("B"));
}

TEST_F(SandboxChronos, AttachmentsComeWithTheEvent) {
  const auto id = id_of(make(anton, event({{"summary", "A"}})));
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"json_0\"\r\n\r\n"
      R"({"event":{"attachments":[{"filename":"a.txt","fmtType":"text/plain","uri":"cid:file_0"}]}})"
      "\r\n--b\r\nContent-Disposition: form-data; name=\"file_0\"; filename=\"a.txt\"\r\nContent-Type: "
      "text/plain\r\n\r\nhello\r\n--b--\r\n";
  const auto sent = box.send(
      anton, "POST",
      "/ajax/chronos?action=update&force_json_response=true&timestamp=9999999999999&folder=cal://0/31&id=" + id +
          "&session=" + anton.session,
      body, "multipart/form-data; boundary=b");
  EXPECT_EQ(sent.status, 200);
  const auto attachment = data_of(get(anton, id)).at("attachments").as_array().at(0).as_object();
  EXPECT_EQ(attachment.at("size"), json::value(5));
  const auto bytes = box.send(anton, "GET",
                              "/ajax/chronos?action=getAttachment&folder=cal://0/31&id=" + id + "&managedId=" +
                                  json::serialize(attachment.at("managedId")) + "&session=" + anton.session);
  EXPECT_EQ(as_text(bytes.body), "hello");
  // Not listed again, it goes.
  ASSERT_EQ(code_of(update(anton, id, {{"attachments", json::array()}})), "");
  EXPECT_FALSE(data_of(get(anton, id)).as_object().contains("attachments"));
}

TEST_F(SandboxChronos, WritersInSharedCalendarsActForTheOwner) {
  ASSERT_EQ(
      code_of(box.put(
          anton, "folders?action=update&id=cal://0/31",
          json::parse(
              R"({"permissions":[{"entity":3,"group":false,"bits":403710016},{"entity":4,"group":false,"bits":4227332}]})"))),
      "");
  const auto id = id_of(make(berta, event({{"summary", "B"}})));
  const auto seen = data_of(get(anton, id)).as_object();
  EXPECT_EQ(seen.at("organizer").at("entity"), json::value(3));
  EXPECT_EQ(seen.at("createdBy").at("entity"), json::value(4));
  EXPECT_EQ(code_of(update(berta, id, {{"summary", "B2"}})), "");
  EXPECT_EQ(code_of(make(berta, event({{"summary", "P"}, {"class", "PRIVATE"}}))), "CAL-4222");
}

TEST_F(SandboxChronos, MovesBetweenOwnCalendarsAndToPublicOnes) {
  const auto own =
      box.put(anton, "folders?action=new&folder_id=1", json::parse(R"({"folder":{"title":"Two","module":"event"}})"));
  const std::string target(data_of(own).as_string());
  const auto made = make(anton, event({{"summary", "M"}}));
  const auto id = id_of(made);
  ASSERT_EQ(
      code_of(box.put(
          anton, "chronos?action=move&timestamp=9999999999999&folder=cal://0/31&id=" + id + "&targetFolder=" + target,
          {})),
      "");
  EXPECT_EQ(code_of(get(anton, id)), "CAL-4041");
  EXPECT_EQ(code_of(get(anton, id, target)), "");
  EXPECT_TRUE(ids(data_of(updates(anton, stamp_of(made))).at("deleted")).contains(id));
  const auto common =
      box.put(anton, "folders?action=new&folder_id=2", json::parse(R"({"folder":{"title":"All","module":"event"}})"));
  const std::string everyone(data_of(common).as_string());
  ASSERT_EQ(code_of(box.put(anton,
                            "chronos?action=move&timestamp=9999999999999&folder=" + target + "&id=" + id +
                                "&targetFolder=" + everyone,
                            {})),
            "");
  EXPECT_FALSE(data_of(get(anton, id, everyone)).as_object().contains("calendarUser"));
}

TEST_F(SandboxChronos, SchedulingDecidesWhoWouldGetMail) {
  make(anton, event({{"summary", "M"}, {"attendees", json::parse(R"([{"entity":4},{"uri":"mailto:x@y.test"}])")}}));
  auto counters = box.sandbox().faults().counters();
  EXPECT_EQ(counters.at("mails").at("new/internal"), json::value(1));
  EXPECT_EQ(counters.at("mails").at("new/external"), json::value(1));
  box.put(anton, "chronos?action=new&scheduling=none&folder=cal://0/31",
          event({{"summary", "M"}, {"attendees", people({4})}}));
  counters = box.sandbox().faults().counters();
  EXPECT_EQ(counters.at("mails").at("total"), json::value(2));
}

TEST_F(SandboxChronos, MoreThanAThousandEventsAreTooMany) {
  ASSERT_EQ(code_of(make(anton, event({{"summary", "S"}, {"rrule", "FREQ=DAILY"}}))), "");
  const std::string range = "&rangeStart=20270101T000000Z&rangeEnd=20310101T000000Z&expand=true&folder=cal://0/31";
  EXPECT_EQ(code_of(box.get(anton, "chronos?action=all" + range)), "");
  ASSERT_EQ(code_of(make(anton, event({{"summary", "T"}, {"rrule", "FREQ=DAILY"}}))), "");
  EXPECT_EQ(code_of(box.get(anton, "chronos?action=all" + range)), "CAL-5072");
  EXPECT_EQ(code_of(box.get(anton, "chronos?action=all&fields=id,summary" + range)), "CAL-5072");
  // Fields that only say which events there are have no limit.
  EXPECT_GT(data_of(box.get(anton, "chronos?action=all&fields=id,timestamp" + range)).as_array().size(), 1000U);
}

TEST_F(SandboxChronos, ExternalOrganizersKeepTheirMeeting) {
  const auto id = id_of(make(
      anton, event({{"summary", "Ext"},
                    {"organizer", json::parse(R"({"uri":"mailto:boss@outside.test","cn":"Boss"})")},
                    {"attendees",
                     json::parse(R"([{"entity":3,"partStat":"NEEDS-ACTION"},{"uri":"mailto:boss@outside.test"}])")}})));
  EXPECT_EQ(answer_of(get(anton, id), 3), "NEEDS-ACTION");
  EXPECT_EQ(code_of(update(anton, id, {{"summary", "x"}})), "CAL-4038");
}

TEST_F(SandboxChronos, BirthdaysAreReadOnly) {
  box.put(anton, "contacts?action=new",
          json::parse(R"({"folder_id":"32","first_name":"A","last_name":"B","birthday":315273600000})"));
  const auto all = data_of(
      box.get(anton, "chronos?action=all&folder=cal://1/0&rangeStart=20270101T000000Z&rangeEnd=20280101T000000Z"));
  ASSERT_EQ(all.as_array().size(), 1U);
  const auto& one = all.at(0).as_object();
  EXPECT_EQ(one.at("rrule"), "FREQ=YEARLY;SKIP=BACKWARD");
  EXPECT_EQ(one.at("description"), "* Dec 29, 1979");
  const json::array ids{{{"folder", "cal://1/0"}, {"id", one.at("id")}}, {{"folder", "cal://1/0"}, {"id", "32-999"}}};
  EXPECT_EQ(data_of(box.put(anton, "chronos?action=list", ids)), (json::array{one, nullptr}));
  const auto id = std::string(one.at("id").as_string());
  EXPECT_EQ(data_of(box.get(anton, "chronos?action=get&folder=cal://1/0&id=" + id)), one);
  EXPECT_EQ(code_of(box.get(anton, "chronos?action=get&folder=cal://1/0&id=32-999")), "CAL-4040");
  EXPECT_EQ(code_of(make(anton, event({{"summary", "x"}}), "cal://1/0")), "CAL-4228");
  EXPECT_EQ(code_of(updates(anton, 0, "cal://1/0")), "CAL-4228");
}

}  // namespace
}  // namespace oxb::sandbox::test
