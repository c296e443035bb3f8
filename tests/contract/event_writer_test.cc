// SPDX-License-Identifier: GPL-3.0-or-later
// What writers promise for events and series.
#include "tests/contract/writer_suite.h"

namespace oxb::backend::contract {
namespace {

using model::DateTime, model::Event, model::FolderKind, model::Series;

DateTime berlin(std::uint8_t month, std::uint8_t day, std::uint8_t hour) {
  return {DateTime::Kind::zoned, {2027, month, day}, hour, 0, 0, "Europe/Berlin"};
}

class EventWriting : public WriterSuite {
 protected:
  Series series(const RemoteId& id) { return std::get<Series>(item(id)); }
  static Series single() {
    Series out;
    auto& event = out.master.emplace();
    event.summary = "Jour fixe";
    event.location = "R 2";
    event.description = "kept";
    event.start = berlin(2, 1, 9);
    event.end = berlin(2, 1, 10);
    event.categories = {"Red", "Blue"};
    event.busy_status = "OOF";
    event.classification = Event::Class::confidential;
    model::Alarm alarm;
    alarm.before_start = std::chrono::minutes(15);
    event.alarms = {alarm};
    return out;
  }
  static Series weekly() {  // Mondays from February 1st
    auto out = single();
    out.master->classification = Event::Class::open;
    out.master->recurrence_rule = "FREQ=WEEKLY;BYDAY=MO;COUNT=8";
    return out;
  }
  static Event exception_of(const Series& series, std::uint8_t day, std::uint8_t hour) {
    Event out = *series.master;
    out.id = out.series = {};
    out.recurrence_rule.clear();
    out.deleted_occurrences.clear();
    out.changed_occurrences.clear();
    out.attachments.clear();
    out.recurrence_id = berlin(2, day, 9);
    out.start = berlin(2, day, hour);
    out.end = berlin(2, day, hour);
    out.end.hour++;
    return out;
  }
  static const Event* exception_at(const Series& series, std::uint8_t day) {
    for (const auto& one : series.exceptions)
      if (one.recurrence_id == berlin(2, day, 9)) return &one;
    return nullptr;
  }
  static bool is_deleted(const Series& series, std::uint8_t day) {
    const auto& list = series.master->deleted_occurrences;
    return std::find(list.begin(), list.end(), berlin(2, day, 9)) != list.end();
  }
};

TEST_P(EventWriting, EveryFieldComesBack) {
  const auto wanted = single();
  const auto stored = std::get<Series>(made(wanted));
  const auto& event = *stored.master;
  EXPECT_EQ(event.summary, "Jour fixe");
  EXPECT_EQ(event.location, "R 2");
  EXPECT_EQ(event.description, "kept");
  EXPECT_EQ(event.start, wanted.master->start);
  EXPECT_EQ(event.end, wanted.master->end);
  EXPECT_EQ(event.categories, wanted.master->categories);
  EXPECT_EQ(event.busy_status, "OOF");
  EXPECT_EQ(event.classification, Event::Class::confidential);
  ASSERT_EQ(event.alarms.size(), 1U);
  EXPECT_EQ(event.alarms[0].before_start, std::chrono::minutes(15));
}

TEST_P(EventWriting, FieldsAreClearedAndTheRestStays) {
  const auto before = std::get<Series>(made(single()));
  auto after = before;
  auto& event = *after.master;
  event.location.clear();
  event.categories.clear();
  event.alarms.clear();
  event.busy_status.clear();
  event.transparent = true;
  event.classification = Event::Class::open;
  event.start = DateTime{DateTime::Kind::date, {2027, 2, 3}, 0, 0, 0, ""};
  event.end = DateTime{DateTime::Kind::date, {2027, 2, 4}, 0, 0, 0, ""};
  const auto changed = update(before, after);
  ASSERT_TRUE(changed) << changed.error().what;
  const auto stored = series(changed->id);
  EXPECT_EQ(stored.master->version, changed->version);
  EXPECT_EQ(stored.master->location, "");
  EXPECT_TRUE(stored.master->categories.empty());
  EXPECT_TRUE(stored.master->alarms.empty());
  EXPECT_EQ(stored.master->busy_status, "");
  EXPECT_TRUE(stored.master->transparent);
  EXPECT_EQ(stored.master->classification, Event::Class::open);
  EXPECT_TRUE(stored.master->all_day());
  EXPECT_EQ(stored.master->end, event.end);
  EXPECT_EQ(stored.master->summary, "Jour fixe");
  EXPECT_EQ(stored.master->description, "kept");
}

TEST_P(EventWriting, ASeriesIsMadeWithWhatIsSpecial) {
  auto wanted = weekly();
  wanted.master->deleted_occurrences = {berlin(2, 8, 9)};
  wanted.exceptions = {exception_of(wanted, 15, 11), exception_of(wanted, 22, 9)};
  wanted.exceptions[1].summary = "Special";
  const auto written = create(wanted);
  ASSERT_TRUE(written) << written.error().what;
  const auto stored = series(written->id);
  ASSERT_TRUE(stored.master);
  EXPECT_EQ(stored.master->version, written->version);
  EXPECT_EQ(stored.master->recurrence_rule, "FREQ=WEEKLY;BYDAY=MO;COUNT=8");
  EXPECT_TRUE(is_deleted(stored, 8));
  ASSERT_EQ(stored.exceptions.size(), 2U);
  ASSERT_NE(exception_at(stored, 15), nullptr);
  EXPECT_EQ(exception_at(stored, 15)->start, berlin(2, 15, 11));
  EXPECT_EQ(exception_at(stored, 15)->summary, "Jour fixe");
  ASSERT_NE(exception_at(stored, 22), nullptr);
  EXPECT_EQ(exception_at(stored, 22)->summary, "Special");
  EXPECT_EQ(count(folder), 1U);
}

TEST_P(EventWriting, OccurrencesAreChangedAndDeletedLater) {
  const auto first = std::get<Series>(made(weekly()));
  auto after = first;
  after.exceptions = {exception_of(first, 8, 14)};
  after.exceptions[0].location.clear();
  after.master->deleted_occurrences = {berlin(2, 15, 9), berlin(2, 22, 9)};
  const auto changed = update(first, after);
  ASSERT_TRUE(changed) << changed.error().what;
  auto second = series(first.master->id);
  EXPECT_EQ(second.master->version, changed->version);
  EXPECT_TRUE(is_deleted(second, 15));
  EXPECT_TRUE(is_deleted(second, 22));
  ASSERT_EQ(second.exceptions.size(), 1U);
  EXPECT_EQ(second.exceptions[0].start, berlin(2, 8, 14));
  EXPECT_EQ(second.exceptions[0].location, "");
  EXPECT_EQ(second.exceptions[0].description, "kept");
  // The one there is, changed again; what the version was based on is known.
  EXPECT_EQ(update(first, after).error().code, Errc::conflict);
  auto more = second;
  more.exceptions[0].summary = "Special";
  const auto again = update(second, more);
  ASSERT_TRUE(again) << again.error().what;
  auto third = series(first.master->id);
  EXPECT_EQ(third.master->version, again->version);
  ASSERT_EQ(third.exceptions.size(), 1U);
  EXPECT_EQ(third.exceptions[0].id, second.exceptions[0].id);
  EXPECT_EQ(third.exceptions[0].summary, "Special");
  // And deleted.
  auto gone = third;
  gone.exceptions.clear();
  gone.master->deleted_occurrences.push_back(berlin(2, 8, 9));
  const auto last = update(third, gone);
  ASSERT_TRUE(last) << last.error().what;
  const auto fourth = series(first.master->id);
  EXPECT_TRUE(fourth.exceptions.empty());
  EXPECT_TRUE(is_deleted(fourth, 8));
  EXPECT_TRUE(is_deleted(fourth, 15));
  EXPECT_EQ(fourth.master->version, last->version);
}

TEST_P(EventWriting, TheWholeSeriesAndItsExceptionsTogether) {
  auto wanted = weekly();
  wanted.exceptions = {exception_of(wanted, 15, 11)};
  wanted.exceptions[0].summary = "Special";
  const auto first = std::get<Series>(made(wanted));
  auto after = first;
  after.master->summary = "Weekly";
  after.master->location = "R 3";
  const auto changed = update(first, after);
  ASSERT_TRUE(changed) << changed.error().what;
  const auto second = series(first.master->id);
  EXPECT_EQ(second.master->summary, "Weekly");
  ASSERT_EQ(second.exceptions.size(), 1U);
  EXPECT_EQ(second.exceptions[0].summary, "Special");
  EXPECT_EQ(second.exceptions[0].location, "R 2");  // as it was, though the series went elsewhere
  EXPECT_EQ(second.master->version, changed->version);
}

TEST_P(EventWriting, ATooLongTextOfAnExceptionStopsAll) {
  auto wanted = weekly();
  wanted.exceptions = {exception_of(wanted, 15, 11)};
  wanted.exceptions[0].summary = std::string(300, 'x');
  const auto refused = create(wanted);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::limit);
  EXPECT_EQ(count(folder), 0U);
}

TEST_P(EventWriting, ASeriesMovesAndGoesAsAWhole) {
  auto wanted = weekly();
  wanted.exceptions = {exception_of(wanted, 15, 11)};
  const auto first = made(wanted);
  const auto other = new_folder("Ablage");
  const auto moved = run(writer().move(folder, {written(first)}, other, soon())).value().at(0);
  ASSERT_TRUE(moved) << moved.error().what;
  EXPECT_EQ(count(folder), 0U);
  const auto there = try_item(other, moved->id);
  ASSERT_TRUE(there) << there.error().what;
  EXPECT_EQ(std::get<Series>(*there).exceptions.size(), 1U);
  EXPECT_EQ(version_of(*there), moved->version);
  EXPECT_TRUE(run(writer().remove(other, {written(*there)}, soon())).value().at(0));
  EXPECT_EQ(count(other), 0U);
}

TEST_P(EventWriting, OneEventBecomesASeriesAndBack) {
  auto wanted = single();
  wanted.master->classification = Event::Class::open;
  const auto first = std::get<Series>(made(wanted));
  auto after = first;
  after.master->recurrence_rule = "FREQ=DAILY;COUNT=3";
  update(first, after).value();
  const auto second = series(first.master->id);
  EXPECT_EQ(second.master->recurrence_rule, "FREQ=DAILY;COUNT=3");
  auto back = second;
  back.master->recurrence_rule.clear();
  update(second, back).value();
  EXPECT_EQ(series(first.master->id).master->recurrence_rule, "");
}

TEST_P(EventWriting, AttendeesAreInvitedWithoutMail) {
  auto wanted = single();
  wanted.master->classification = Event::Class::open;
  model::Attendee berta, outsider;
  berta.entity = RemoteId{"4"};
  berta.uri = "mailto:berta@example.test";
  outsider.uri = "mailto:ext@outside.test";
  outsider.name = "Ext";
  wanted.master->attendees = {berta, outsider};
  const auto first = std::get<Series>(made(wanted));
  EXPECT_GE(first.master->attendees.size(), 2U);
  auto after = first;
  after.master->location = "R 3";
  update(first, after).value();
  EXPECT_TRUE(run(writer().remove(folder, {written(item(first.master->id))}, soon())).value().at(0));
  EXPECT_EQ(world->scheduling_mails(), 0);
}

INSTANTIATE_TEST_SUITE_P(Contract, EventWriting,
                         testing::Values(WriterCase{"Fake", &make_fake_world, FolderKind::calendar},
                                         WriterCase{"Ox", &make_box_world, FolderKind::calendar}),
                         [](const testing::TestParamInfo<WriterCase>& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace oxb::backend::contract
