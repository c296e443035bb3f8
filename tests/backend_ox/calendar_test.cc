// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/ox_box.h"

#include <boost/json.hpp>

#include <algorithm>

namespace oxb::backend::ox::test {
namespace {

using model::Event, model::FolderRole, model::Series;
using sandbox::Fault, sandbox::FaultKind;

json::object at(std::string_view value) { return {{"value", value}, {"tzid", "Europe/Berlin"}}; }

class OxCalendar : public testing::Test {
 protected:
  OxCalendar() : account(box.sign_in("anton")), writer(box.client("anton")) {
    folders = box.run(account->groupware().folders(soon())).value();
    calendar = folder_of(folders, FolderRole::calendar);
  }

  // The id of the event that the server made.
  std::string add(json::object event, const std::shared_ptr<Session>& who = nullptr) {
    if (!event.contains("startDate")) {
      event["startDate"] = at("20270105T090000");
      event["endDate"] = at("20270105T100000");
    }
    const auto data = box.write(
        who ? who : writer,
        {"chronos", "new", {{"folder", calendar.id.value}, {"timezone", "UTC"}}, json::value(std::move(event))});
    return std::string(data.at("created").at(0).at("id").as_string());
  }
  std::string add_series(int count = 10) {
    return add({{"summary", "Series"},
                {"startDate", at("20270301T090000")},
                {"endDate", at("20270301T093000")},
                {"rrule", "FREQ=WEEKLY;BYDAY=MO;COUNT=" + std::to_string(count)}});
  }
  json::value update(const std::string& id, json::object event, const std::string& recurrence = "") {
    Request request{"chronos", "update", {}, json::value(json::object{{"event", std::move(event)}})};
    request.parameters = {{"folder", calendar.id.value}, {"id", id}, {"timestamp", "9999999999999"}};
    if (!recurrence.empty()) request.parameters.emplace_back("recurrenceId", recurrence);
    return box.write(writer, std::move(request));
  }
  void remove(const std::string& id, const std::string& recurrence = "") {
    json::object one{{"folder", calendar.id.value}, {"id", id}};
    if (!recurrence.empty()) one["recurrenceId"] = recurrence;
    box.write(writer, {"chronos", "delete", {{"timestamp", "9999999999999"}}, json::value(json::array{one})});
  }
  ItemChanges read(const model::Position& since = {}) {
    auto changes = box.run(account->groupware().changes(calendar, since, soon()));
    if (!changes) throw std::runtime_error(changes.error().what);
    return std::move(*changes);
  }
  static const Series& series(const ItemChanges& changes, std::size_t at = 0) {
    return std::get<Series>(changes.changed.at(at));
  }
  static std::vector<std::string> ids(const ItemChanges& changes) {
    std::vector<std::string> out;
    for (const auto& item : changes.changed) out.push_back(id_of(item).value);
    std::sort(out.begin(), out.end());
    return out;
  }

  Box box;
  std::shared_ptr<Account> account;
  std::shared_ptr<Session> writer;
  std::vector<model::Folder> folders;
  model::Folder calendar;
};

TEST_F(OxCalendar, ASingleEventWithItsFields) {
  const auto id = add(
      {{"summary", "Plain"},
       {"location", "R1"},
       {"description", "d1\nd2"},
       {"categories", json::array{"A", "B"}},
       {"color", "#ff0000"},
       {"class", "CONFIDENTIAL"},
       {"alarms", json::array{json::object{{"action", "DISPLAY"},
                                           {"description", "Reminder"},
                                           {"trigger", json::object{{"related", "START"}, {"duration", "-PT15M"}}}}}},
       {"attendees", json::array{json::object{{"entity", 3}, {"cuType", "INDIVIDUAL"}},
                                 json::object{{"entity", 4}, {"cuType", "INDIVIDUAL"}},
                                 json::object{{"uri", "mailto:ext@y.test"},
                                              {"cn", "Ext"},
                                              {"email", "ext@y.test"},
                                              {"cuType", "INDIVIDUAL"}}}}});
  const auto changes = read();
  EXPECT_TRUE(changes.complete);
  ASSERT_EQ(ids(changes), std::vector<std::string>{id});
  const auto& event = *series(changes).master;
  EXPECT_EQ(event.summary, "Plain");
  EXPECT_EQ(event.location, "R1");
  EXPECT_EQ(event.description, "d1\nd2");
  EXPECT_EQ(event.classification, Event::Class::confidential);
  EXPECT_EQ(event.start.zone, "Europe/Berlin");
  EXPECT_EQ(event.start.hour, 9);
  ASSERT_EQ(event.alarms.size(), 1U);
  EXPECT_EQ(event.alarms[0].before_start, std::chrono::seconds(900));
  EXPECT_EQ(event.attendees.size(), 3U);
  EXPECT_EQ(event.organizer->entity.value, "3");
  EXPECT_EQ(event.folder, calendar.id);
  EXPECT_FALSE(event.version.value.empty());
  EXPECT_TRUE(event.series.value.empty());
}

TEST_F(OxCalendar, AllDayEventsAreDates) {
  add({{"summary", "allday"},
       {"startDate", json::object{{"value", "20270107"}}},
       {"endDate", json::object{{"value", "20270109"}}}});
  const auto changes = read();
  const auto& event = *series(changes).master;
  EXPECT_TRUE(event.all_day());
  EXPECT_EQ(event.end.date, (model::Date{2027, 1, 9}));
}

TEST_F(OxCalendar, EventsOfAnyYearArrive) {
  for (const auto* year : {"1920", "1969", "2020", "2150"}) {
    add({{"summary", year},
         {"startDate", at(std::string(year) + "0105T090000")},
         {"endDate", at(std::string(year) + "0105T100000")}});
  }
  EXPECT_EQ(read().changed.size(), 4U);
}

TEST_F(OxCalendar, SeriesComeWithTheirExceptions) {
  const auto id = add_series();
  update(id, {{"summary", "Series ex"}, {"startDate", at("20270308T110000")}, {"endDate", at("20270308T113000")}},
         "Europe/Berlin:20270308T090000");
  remove(id, "Europe/Berlin:20270315T090000");
  const auto changes = read();
  ASSERT_EQ(ids(changes), std::vector<std::string>{id});
  const auto& one = series(changes);
  EXPECT_EQ(one.master->recurrence_rule, "FREQ=WEEKLY;BYDAY=MO;COUNT=10");
  EXPECT_EQ(one.master->series, one.master->id);
  ASSERT_EQ(one.master->deleted_occurrences.size(), 1U);
  ASSERT_EQ(one.exceptions.size(), 1U);
  EXPECT_EQ(one.exceptions[0].summary, "Series ex");
  EXPECT_EQ(one.exceptions[0].recurrence_id, one.master->changed_occurrences.at(0));
}

TEST_F(OxCalendar, AChangedExceptionBringsTheWholeSeries) {
  const auto id = add_series();
  update(id, {{"summary", "first"}}, "Europe/Berlin:20270308T090000");
  update(id, {{"summary", "second"}}, "Europe/Berlin:20270322T090000");
  auto changes = read();
  ASSERT_EQ(series(changes).exceptions.size(), 2U);
  const auto second = series(changes).exceptions[1].id.value;
  update(second, {{"summary", "second again"}});
  box.reset_counters();
  changes = read(changes.position);
  EXPECT_FALSE(changes.complete);
  ASSERT_EQ(ids(changes), std::vector<std::string>{id});
  ASSERT_TRUE(series(changes).master);
  ASSERT_EQ(series(changes).exceptions.size(), 2U);
  EXPECT_EQ(series(changes).exceptions[0].summary, "first");
  EXPECT_EQ(series(changes).exceptions[1].summary, "second again");
  EXPECT_LE(box.requests(""), 3U) << box.counters();
  // Only the master: its exceptions still belong to it.
  update(id, {{"color", "#00ff00"}});
  changes = read(changes.position);
  EXPECT_EQ(series(changes).exceptions.size(), 2U);
}

TEST_F(OxCalendar, ADeletedExceptionIsAChangeOfTheSeries) {
  const auto id = add_series();
  update(id, {{"summary", "ex"}}, "Europe/Berlin:20270308T090000");
  auto changes = read();
  const auto exception = series(changes).exceptions.at(0).id.value;
  remove(exception);
  changes = read(changes.position);
  ASSERT_EQ(ids(changes), std::vector<std::string>{id});
  EXPECT_TRUE(series(changes).exceptions.empty());
  EXPECT_EQ(series(changes).master->deleted_occurrences.size(), 1U);
  EXPECT_EQ(std::count(changes.deleted.begin(), changes.deleted.end(), RemoteId{id}), 0);
}

TEST_F(OxCalendar, DeltasAndTombstones) {
  const auto a = add({{"summary", "A"}}), b = add({{"summary", "B"}}), s = add_series();
  auto changes = read();
  EXPECT_EQ(changes.changed.size(), 3U);
  changes = read(changes.position);
  EXPECT_TRUE(changes.changed.empty());
  EXPECT_TRUE(changes.deleted.empty());
  remove(a);
  remove(s);
  update(b, {{"summary", "B2"}});
  changes = read(changes.position);
  EXPECT_EQ(ids(changes), std::vector<std::string>{b});
  auto deleted = changes.deleted;
  std::sort(deleted.begin(), deleted.end());
  EXPECT_EQ(deleted, (std::vector<RemoteId>{RemoteId{a}, RemoteId{s}}));
}

TEST_F(OxCalendar, WhatIsModifiedLivesWhateverTheTombstonesSay) {
  // After an attendee has deleted his copy, the organizer's folder lists the event on both sides.
  const auto id = add({{"summary", "Meeting"},
                       {"attendees", json::array{json::object{{"entity", 3}, {"cuType", "INDIVIDUAL"}},
                                                 json::object{{"entity", 4}, {"cuType", "INDIVIDUAL"}}}}});
  auto changes = read();
  const auto berta = box.client("berta");
  const auto theirs = box.run(box.sign_in("berta")->groupware().folders(soon())).value();
  const json::array body{json::object{{"folder", folder_of(theirs, FolderRole::calendar).id.value}, {"id", id}}};
  box.write(berta, {"chronos", "delete", {{"timestamp", "9999999999999"}}, json::value(body)});
  changes = read(changes.position);
  EXPECT_EQ(ids(changes), std::vector<std::string>{id});
  EXPECT_EQ(std::count(changes.deleted.begin(), changes.deleted.end(), RemoteId{id}), 0);
}

TEST_F(OxCalendar, SomebodyInvitedToOneOccurrenceHasItAlone) {
  const auto id = add_series();
  const json::array both{json::object{{"entity", 3}, {"cuType", "INDIVIDUAL"}},
                         json::object{{"entity", 4}, {"cuType", "INDIVIDUAL"}}};
  const auto berta = box.sign_in("berta");
  const auto theirs = folder_of(box.run(berta->groupware().folders(soon())).value(), FolderRole::calendar);
  auto changes = box.run(berta->groupware().changes(theirs, {}, soon())).value();
  update(id, {{"summary", "only this"}, {"attendees", both}}, "Europe/Berlin:20270308T090000");
  changes = box.run(berta->groupware().changes(theirs, changes.position, soon())).value();
  ASSERT_EQ(changes.changed.size(), 1U);
  EXPECT_FALSE(series(changes).master);
  ASSERT_EQ(series(changes).exceptions.size(), 1U);
  EXPECT_EQ(series(changes).exceptions[0].summary, "only this");
  const auto alone = series(changes).exceptions[0].id;
  EXPECT_EQ(id_of(changes.changed[0]), alone);
  EXPECT_EQ(box.run(berta->groupware().items(theirs, {alone}, soon())).value().at(0).value().index(), 0U);
  // Then to the whole series: what stood alone is part of it now.
  update(id, {{"attendees", both}});
  changes = box.run(berta->groupware().changes(theirs, changes.position, soon())).value();
  ASSERT_EQ(ids(changes), std::vector<std::string>{id});
  EXPECT_TRUE(series(changes).master);
  EXPECT_EQ(series(changes).exceptions.size(), 1U);
  EXPECT_TRUE(changes.complete || std::count(changes.deleted.begin(), changes.deleted.end(), alone) == 1);
}

TEST_F(OxCalendar, AttachmentsOfEvents) {
  const auto id = add({{"summary", "A"}});
  const auto changes = read();
  model::FileData link;
  link.uri = "http://elsewhere.test/";
  EXPECT_EQ(box.run(account->groupware().attachment(calendar, RemoteId{id}, link, soon())).error().code, Errc::invalid);
  model::FileData gone;
  gone.id = RemoteId{"4711"};
  EXPECT_EQ(box.run(account->groupware().attachment(calendar, RemoteId{id}, gone, soon())).error().code,
            Errc::not_found);
}

TEST_F(OxCalendar, ExistingAndItems) {
  const auto a = add({{"summary", "A"}}), b = add({{"summary", "B"}}), s = add_series();
  update(s, {{"summary", "ex"}}, "Europe/Berlin:20270308T090000");
  remove(a);
  auto& groupware = account->groupware();
  const std::vector<RemoteId> asked = {RemoteId{a}, RemoteId{b}, RemoteId{"99999"}, RemoteId{s}};
  EXPECT_EQ(box.run(groupware.existing(calendar, asked, soon())).value(),
            (std::vector<RemoteId>{RemoteId{b}, RemoteId{s}}));
  const auto items = box.run(groupware.items(calendar, asked, soon())).value();
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(items[0].error().code, Errc::not_found);
  EXPECT_EQ(std::get<Series>(*items[1]).master->summary, "B");
  EXPECT_EQ(items[2].error().code, Errc::not_found);
  EXPECT_EQ(std::get<Series>(*items[3]).exceptions.size(), 1U);
}

TEST_F(OxCalendar, TheBirthdayCalendarIsAlwaysACompleteListing) {
  const auto contacts = folder_of(folders, FolderRole::contacts).id.value.substr(8);
  const json::object contact{{"folder_id", contacts}, {"display_name", "Anna"}, {"birthday", 315532800000}};
  box.write(writer, {"contacts", "new", {}, json::value(contact)});
  const auto birthdays = folder_of(folders, FolderRole::birthdays);
  auto& groupware = account->groupware();
  const auto first = box.run(groupware.changes(birthdays, {}, soon()));
  ASSERT_TRUE(first) << first.error().what;
  EXPECT_TRUE(first->complete);
  EXPECT_EQ(first->changed.size(), 1U);
  const auto again = box.run(groupware.changes(birthdays, first->position, soon())).value();
  EXPECT_TRUE(again.complete);
  ASSERT_EQ(again.changed.size(), 1U);
  const auto id = id_of(again.changed[0]);
  EXPECT_EQ(box.run(groupware.existing(birthdays, {id, RemoteId{"1-1"}}, soon())).value(), std::vector<RemoteId>{id});
  EXPECT_TRUE(box.run(groupware.items(birthdays, {id}, soon())).value().at(0));
}

TEST_F(OxCalendar, TooManyEventsAreReadByRanges) {
  std::vector<std::string> wanted;
  for (int i = 0; i < 12; ++i) {
    const auto day = "2027020" + std::to_string(1 + i % 9);
    wanted.push_back(add({{"summary", "E"}, {"startDate", at(day + "T090000")}, {"endDate", at(day + "T100000")}}));
  }
  std::sort(wanted.begin(), wanted.end());
  // The server's limit is told by its error: once for the changes, then for the first two ranges of both readings, the
  // one for the stamp and the one for the events.
  Fault limit;
  limit.kind = FaultKind::error;
  limit.code = "CAL-5072";
  limit.module = "chronos";
  limit.action = "updates";
  limit.remaining = 1;
  box.fault(limit);
  limit.action = "all";
  limit.remaining = 2;
  box.fault(limit);
  limit.skip = 3;
  box.fault(limit);
  box.reset_counters();
  const auto changes = read();
  EXPECT_TRUE(changes.complete);
  EXPECT_EQ(ids(changes), wanted);
  EXPECT_EQ(box.requests("chronos/all"), 10U);
  // From there on, changes are enough.
  EXPECT_TRUE(read(changes.position).changed.empty());
  const auto added = add({{"summary", "F"}, {"startDate", at("20300101T090000")}, {"endDate", at("20300101T100000")}});
  const auto later = read(changes.position);
  EXPECT_FALSE(later.complete);
  EXPECT_EQ(ids(later), std::vector<std::string>{added});
}

TEST_F(OxCalendar, FailedAnswersAreErrors) {
  add({{"summary", "A"}});
  const auto first = read();
  for (const auto kind : {FaultKind::status, FaultKind::drop_before, FaultKind::truncate, FaultKind::error}) {
    for (const bool delta : {false, true}) {
      Fault fault;
      fault.kind = kind;
      fault.status = 500;
      fault.code = "CAL-5001";
      box.fault(fault);
      auto& groupware = account->groupware();
      EXPECT_FALSE(box.run(groupware.changes(calendar, delta ? first.position : model::Position{}, soon())));
      EXPECT_FALSE(box.run(groupware.existing(calendar, {RemoteId{"1"}}, soon())));
      EXPECT_FALSE(box.run(groupware.items(calendar, {RemoteId{"1"}}, soon())));
      box.clear_faults();
    }
  }
}

Task<Result<ItemChanges>> read_folder(Account& account, model::Folder folder, model::Position since) {
  co_return co_await account.groupware().changes(folder, since, soon());
}

TEST_F(OxCalendar, ManyFoldersArePolledInOneRequest) {
  std::vector<std::pair<model::Folder, model::Position>> known;
  for (const auto role : {FolderRole::calendar, FolderRole::contacts, FolderRole::collected_addresses}) {
    const auto folder = folder_of(folders, role);
    known.emplace_back(folder, box.run(account->groupware().changes(folder, {}, soon())).value().position);
  }
  box.reset_counters();
  const auto strand = box.loop().make_strand();
  std::vector<std::future<Result<ItemChanges>>> waiting;
  for (const auto& [folder, position] : known) {
    waiting.push_back(boost::asio::co_spawn(strand, read_folder(*account, folder, position), boost::asio::use_future));
  }
  for (auto& w : waiting) EXPECT_TRUE(w.get());
  EXPECT_EQ(box.requests(""), 1U) << box.counters();
}

}  // namespace
}  // namespace oxb::backend::ox::test
