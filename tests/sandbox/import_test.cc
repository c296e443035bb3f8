// SPDX-License-Identifier: GPL-3.0-or-later
// Files become items, each for itself.
#include "sandbox/import.h"

#include "tests/sandbox/box.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <filesystem>

namespace oxb::sandbox::test {
namespace {

constexpr ImportTarget kTarget{31, 33, 32};

class SandboxImport : public ::testing::Test {
 protected:
  SandboxImport() {
    session.context = 1;
    session.user = 3;
  }
  std::string titles() {
    const auto all = data_of(box.get(anton,
                                     "chronos?action=all&folder=cal://0/31&fields=summary&sort=startDate&order=asc&"
                                     "rangeStart=19700101T000000Z&rangeEnd=20991231T000000Z&expand=true"));
    std::string out;
    for (const auto& one : all.as_array()) out += std::string(one.at("summary").as_string()) + " ";
    return out;
  }
  Box box;
  Client anton = box.log_in("anton");
  Session session;
};

std::string calendar(const std::string& inner) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + inner + "END:VCALENDAR\r\n";
}

TEST_F(SandboxImport, SeriesWithItsExceptions) {
  const auto report = import_calendar(
      box.sandbox(), session,
      calendar(
          "BEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Berlin:20270105T090000\r\n"
          "DTEND;TZID=Europe/Berlin:20270105T100000\r\nRRULE:FREQ=DAILY;COUNT=3\r\n"
          "EXDATE;TZID=Europe/Berlin:20270107T090000\r\nSUMMARY:S\r\nEND:VEVENT\r\n"
          "BEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID;TZID=Europe/Berlin:20270106T090000\r\n"
          "DTSTART;TZID=Europe/Berlin:20270106T110000\r\nDTEND;TZID=Europe/"
          "Berlin:20270106T120000\r\nSUMMARY:X\r\nEND:VEVENT\r\n"),
      kTarget);
  EXPECT_TRUE(report.refused.empty()) << report.refused[0].reason;
  EXPECT_EQ(titles(), "S X ");
}

TEST_F(SandboxImport, TheSameUidTwiceBecomesTwoEvents) {
  const auto text = calendar(
      "BEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20270105T090000Z\r\nDTEND:"
      "20270105T100000Z\r\nSUMMARY:S\r\nEND:VEVENT\r\n");
  EXPECT_EQ(import_calendar(box.sandbox(), session, text, kTarget).made.size(), 1U);
  EXPECT_EQ(import_calendar(box.sandbox(), session, text, kTarget).made.size(), 1U);
  EXPECT_EQ(titles(), "S S ");
}

TEST_F(SandboxImport, ExtraDatesBecomeEventsOfTheirOwn) {
  const auto report = import_calendar(
      box.sandbox(), session,
      calendar("BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20270105T090000Z\r\nDTEND:20270105T100000Z\r\n"
               "RRULE:FREQ=DAILY;COUNT=2\r\nRDATE:20270106T090000Z,20270110T120000Z\r\nSUMMARY:S\r\nEND:VEVENT\r\n"
               "BEGIN:VEVENT\r\nUID:b\r\nDTSTART:20270205T090000Z\r\nDTEND:20270205T100000Z\r\n"
               "RDATE;VALUE=PERIOD:20270205T090000Z/20270205T100000Z,20270206T090000Z/20270206T100000Z\r\n"
               "SUMMARY:T\r\nEND:VEVENT\r\n"),
      kTarget);
  EXPECT_TRUE(report.refused.empty());
  ASSERT_EQ(report.made.size(), 4U);
  EXPECT_EQ(report.made[1].uid, "a");
  EXPECT_EQ(report.made[1].occurrence, "20270110T120000Z");
  EXPECT_NE(report.made[1].stored_uid, "a");
  EXPECT_EQ(titles(), "S S S T T ");
}

TEST_F(SandboxImport, RulesThatNeverComeTrue) {
  const auto one = [&](const std::string& lines) {
    return import_calendar(
        box.sandbox(), session,
        calendar("BEGIN:VEVENT\r\nUID:a\r\nDTSTART;VALUE=DATE:20270105\r\n" + lines + "SUMMARY:S\r\nEND:VEVENT\r\n"),
        kTarget);
  };
  EXPECT_EQ(one("RRULE:FREQ=YEARLY;UNTIL=20261231\r\n").made.size(), 1U);
  EXPECT_EQ(titles(), "S ");
  const auto excluded = one("RRULE:FREQ=YEARLY;COUNT=1\r\nEXDATE;VALUE=DATE:20270105\r\n");
  EXPECT_TRUE(excluded.made.empty());
  ASSERT_EQ(excluded.refused.size(), 1U);
  EXPECT_EQ(excluded.refused[0].reason, "a series all of whose occurrences are excluded");
}

TEST_F(SandboxImport, LongTextsAreCutBetweenCharacters) {
  std::string name;
  for (int i = 0; i < 200; ++i) name += "\xC3\xA4";
  const auto report = import_cards(
      box.sandbox(), session, "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\nN:" + name + ";;;;\r\nEND:VCARD\r\n", kTarget);
  ASSERT_TRUE(report.refused.empty()) << report.refused[0].reason;
  const auto contact =
      data_of(box.get(anton, "contacts?action=get&folder=32&id=" + std::to_string(report.made.at(0).id)));
  EXPECT_EQ(contact.at("last_name").as_string().size(), 256U);
}

TEST_F(SandboxImport, WhatIsNoAddressGoesIntoTheNote) {
  const auto report =
      import_cards(box.sandbox(), session,
                   "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\nN:x;;;;\r\nEMAIL:not an address\r\nEND:VCARD\r\n", kTarget);
  ASSERT_TRUE(report.refused.empty()) << report.refused[0].reason;
  const auto contact =
      data_of(box.get(anton, "contacts?action=get&folder=32&id=" + std::to_string(report.made.at(0).id)));
  EXPECT_NE(contact.at("note").as_string().find("not an address"), json::string::npos);
}

TEST_F(SandboxImport, NonsenseIsRefusedWithAReason) {
  for (const auto* text : {"", "nonsense", "BEGIN:VCALENDAR\r\n"}) {
    const auto report = import_calendar(box.sandbox(), session, text, kTarget);
    EXPECT_TRUE(report.made.empty());
  }
  EXPECT_FALSE(import_cards(box.sandbox(), session, "nonsense", kTarget).refused.empty());
}

TEST_F(SandboxImport, ExportedItemsImportAgain) {
  box.put(anton, "contacts?action=new",
          json::object{{"folder_id", "32"}, {"first_name", "Anna"}, {"last_name", "Meier"}, {"email1", "a@b.test"}});
  const auto cards = box.send(anton, "GET", "/ajax/export?action=VCARD&folder=32&session=" + anton.session);
  EXPECT_EQ(cards.headers.get("Content-Type"), "text/x-vcard;charset=UTF-8");
  const auto report = import_cards(box.sandbox(), session, as_text(cards.body), {31, 33, 61});
  ASSERT_EQ(report.made.size(), 1U);
  const auto copy = data_of(box.get(anton, "contacts?action=get&folder=61&id=" + std::to_string(report.made[0].id)));
  EXPECT_EQ(copy.at("last_name"), json::value("Meier"));
  EXPECT_EQ(copy.at("email1"), json::value("a@b.test"));
}

TEST_F(SandboxImport, RealFiles) {
  const char* given = std::getenv("OXBRIDGE_DATA");
  const auto directory =
      given ? std::filesystem::path(given) : std::filesystem::path(OXB_SOURCE_DIR) / ".." / "shared" / "data";
  if (!std::filesystem::exists(directory / "calendar")) GTEST_SKIP() << "no files in " << directory;
  const auto done = import_tree(box.sandbox(), directory.string(), "anton");
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_GT(box.sandbox().db().integer("SELECT count(*) FROM event").value_or(0), 1000);
  EXPECT_GT(box.sandbox().db().integer("SELECT count(*) FROM contact").value_or(0), 12);
}

}  // namespace
}  // namespace oxb::sandbox::test
