// SPDX-License-Identifier: GPL-3.0-or-later
// What writers promise for the fields of contacts, distribution lists and tasks.
#include "tests/contract/writer_suite.h"

namespace oxb::backend::contract {
namespace {

using model::Contact, model::ContactField, model::DistributionList, model::FolderKind;

Bytes png() {  // one pixel
  return from_base64("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
      .value();
}

class ContactWriting : public WriterSuite {
 protected:
  Contact contact(const RemoteId& id) { return std::get<Contact>(item(id)); }
  static Contact full() {
    Contact out;
    out[ContactField::display_name] = "Muster, Mia";
    out[ContactField::first_name] = "Mia";
    out[ContactField::last_name] = "Muster";
    out[ContactField::email1] = "mia@example.test";
    out[ContactField::business_category] = "Trade";
    out[ContactField::userfield07] = "seven";
    out[ContactField::telephone_business1] = "+49 30 1";
    out.birthday = model::Date{1980, 2, 29};
    out.categories = {"Red", "Blue"};
    out.secret = true;
    out.default_address = 1;
    return out;
  }
};

TEST_P(ContactWriting, EveryFieldComesBack) {
  auto wanted = full();
  for (std::size_t i = 0; i < model::kContactFields; ++i) {
    const auto field = static_cast<ContactField>(i);
    if (field == ContactField::sort_name || !wanted[field].empty()) continue;
    const bool mail = field == ContactField::email2 || field == ContactField::email3;
    wanted[field] = mail ? "x" + std::to_string(i) + "@example.test" : "text " + std::to_string(i);
  }
  const auto stored = std::get<Contact>(made(wanted));
  for (std::size_t i = 0; i < model::kContactFields; ++i) {
    const auto field = static_cast<ContactField>(i);
    if (field != ContactField::sort_name) EXPECT_EQ(stored[field], wanted[field]) << name(field);
  }
  EXPECT_EQ(stored.birthday, wanted.birthday);
  EXPECT_EQ(stored.categories, wanted.categories);
  EXPECT_TRUE(stored.secret);
}

TEST_P(ContactWriting, FieldsAreClearedAndTheRestStays) {
  const auto before = std::get<Contact>(made(full()));
  auto after = before;
  after[ContactField::first_name].clear();
  after[ContactField::telephone_business1].clear();
  after.birthday.reset();
  after.categories.clear();
  after.secret = false;
  after[ContactField::company] = "Example";
  const auto changed = update(before, after);
  ASSERT_TRUE(changed) << changed.error().what;
  const auto stored = contact(changed->id);
  EXPECT_EQ(stored[ContactField::first_name], "");
  EXPECT_EQ(stored[ContactField::telephone_business1], "");
  EXPECT_EQ(stored.birthday, std::nullopt);
  EXPECT_TRUE(stored.categories.empty());
  EXPECT_FALSE(stored.secret);
  EXPECT_EQ(stored[ContactField::company], "Example");
  EXPECT_EQ(stored[ContactField::last_name], "Muster");
  EXPECT_EQ(stored[ContactField::business_category], "Trade");
  EXPECT_EQ(stored[ContactField::userfield07], "seven");
  EXPECT_EQ(stored[ContactField::email1], "mia@example.test");
}

TEST_P(ContactWriting, WhatItIsFiledUnderStaysWithAnotherName) {
  auto wanted = full();
  wanted[ContactField::file_as] = "Muster (Mia)";
  const auto before = std::get<Contact>(made(wanted));
  ASSERT_EQ(before[ContactField::file_as], "Muster (Mia)");
  auto after = before;
  after[ContactField::display_name] = "Mia M.";
  update(before, after).value();
  EXPECT_EQ(contact(before.id)[ContactField::file_as], "Muster (Mia)");
}

TEST_P(ContactWriting, PicturesAreSetKeptAndRemoved) {
  auto wanted = full();
  wanted.image = Contact::Image{"image/png", "", {}, png()};
  const auto first = std::get<Contact>(made(wanted));
  ASSERT_TRUE(first.image);
  EXPECT_EQ(run(account->groupware().picture(folder, first, soon())).value(), png());
  auto after = first;  // its bytes were not fetched
  after[ContactField::company] = "Example";
  update(first, after).value();
  const auto second = contact(first.id);
  EXPECT_EQ(run(account->groupware().picture(folder, second, soon())).value(), png());
  auto without = second;
  without.image.reset();
  update(second, without).value();
  const auto third = contact(first.id);
  EXPECT_FALSE(third.image);
  auto again = third;
  again.image = Contact::Image{"image/png", "", {}, png()};
  EXPECT_EQ(version_of(item(third.id)), third.version);
  const auto changed = update(third, again);
  EXPECT_EQ(changed.value().version, contact(first.id).version);
  EXPECT_TRUE(contact(first.id).image);
}

TEST_P(ContactWriting, DistributionLists) {
  const auto mia = std::get<Contact>(made(full()));
  DistributionList wanted;
  wanted.name = "Team";
  wanted.note = "kept";
  wanted.uid = "list-1@oxbridge";
  using Kind = DistributionList::Member::Kind;
  wanted.members = {{Kind::external, {}, {}, "Ext", "ext@example.test"},
                    {Kind::email1, mia.id, folder.id, "Muster, Mia", "mia@example.test"}};
  const auto first = made(wanted);
  ASSERT_TRUE(std::holds_alternative<DistributionList>(first));
  const auto& list = std::get<DistributionList>(first);
  EXPECT_EQ(list.name, "Team");
  EXPECT_EQ(list.uid, "list-1@oxbridge");
  EXPECT_EQ(list.members, wanted.members);
  auto after = list;
  after.members.erase(after.members.begin());
  const auto changed = update(list, after);
  ASSERT_TRUE(changed) << changed.error().what;
  const auto second = std::get<DistributionList>(item(changed->id));
  EXPECT_EQ(second.members, after.members);
  EXPECT_EQ(second.note, "kept");
  auto renamed = second;
  renamed.name = "Crew";
  update(second, renamed).value();
  EXPECT_EQ(std::get<DistributionList>(item(changed->id)).name, "Crew");
  EXPECT_EQ(std::get<DistributionList>(item(changed->id)).members, after.members);
  EXPECT_EQ(update(list, Item(mia)).error().code, Errc::invalid);
  EXPECT_TRUE(run(writer().remove(folder, {written(item(changed->id))}, soon())).value().at(0));
}

INSTANTIATE_TEST_SUITE_P(Contract, ContactWriting,
                         testing::Values(WriterCase{"Fake", &make_fake_world, FolderKind::contacts},
                                         WriterCase{"Ox", &make_box_world, FolderKind::contacts}),
                         [](const testing::TestParamInfo<WriterCase>& info) { return std::string(info.param.name); });

class TaskWriting : public WriterSuite {
 protected:
  model::Task task(const RemoteId& id) { return std::get<model::Task>(item(id)); }
  static Instant day(int n) { return from_unix_ms(1'800'000'000'000 / 86'400'000 * 86'400'000 + n * 86'400'000LL); }
  static model::Task full() {
    model::Task out;
    out.title = "Report";
    out.note = "Q1";
    out.start = day(1);
    out.end = day(2);
    out.status = 2;
    out.percent_completed = 40;
    out.priority = 3;
    out.alarm = day(1) + std::chrono::hours(9);
    out.target_duration = 90;
    out.actual_duration = 30;
    out.target_costs = "12.5";
    out.currency = "EUR";
    out.trip_meter = "12 km";
    out.billing_information = "B";
    out.companies = "C";
    out.categories = {"Red", "Blue"};
    return out;
  }
};

TEST_P(TaskWriting, EveryFieldComesBack) {
  const auto wanted = full();
  const auto stored = std::get<model::Task>(made(wanted));
  EXPECT_EQ(stored.title, wanted.title);
  EXPECT_EQ(stored.note, wanted.note);
  EXPECT_EQ(stored.start, wanted.start);
  EXPECT_EQ(stored.end, wanted.end);
  EXPECT_EQ(stored.status, wanted.status);
  EXPECT_EQ(stored.percent_completed, wanted.percent_completed);
  EXPECT_EQ(stored.priority, wanted.priority);
  EXPECT_EQ(stored.alarm, wanted.alarm);
  EXPECT_EQ(stored.target_duration, wanted.target_duration);
  EXPECT_EQ(stored.actual_duration, wanted.actual_duration);
  EXPECT_EQ(stored.target_costs, wanted.target_costs);
  EXPECT_EQ(stored.currency, wanted.currency);
  EXPECT_EQ(stored.trip_meter, wanted.trip_meter);
  EXPECT_EQ(stored.billing_information, wanted.billing_information);
  EXPECT_EQ(stored.companies, wanted.companies);
  EXPECT_EQ(stored.categories, wanted.categories);
}

TEST_P(TaskWriting, FieldsAreClearedAndTheRestStays) {
  const auto before = std::get<model::Task>(made(full()));
  auto after = before;
  after.note.clear();
  after.start.reset();
  after.alarm.reset();
  after.priority.reset();
  after.categories.clear();
  after.target_costs.clear();
  after.status = 3;
  after.percent_completed = 100;
  after.date_completed = day(2) + std::chrono::hours(1);
  const auto changed = update(before, after);
  ASSERT_TRUE(changed) << changed.error().what;
  const auto stored = task(before.id);
  EXPECT_EQ(stored.note, "");
  EXPECT_EQ(stored.start, std::nullopt);
  EXPECT_EQ(stored.alarm, std::nullopt);
  EXPECT_EQ(stored.priority, std::nullopt);
  EXPECT_TRUE(stored.categories.empty());
  EXPECT_EQ(stored.target_costs, "");
  EXPECT_EQ(stored.status, 3);
  EXPECT_EQ(stored.percent_completed, 100);
  EXPECT_EQ(stored.date_completed, after.date_completed);
  EXPECT_EQ(stored.title, "Report");
  EXPECT_EQ(stored.end, before.end);
  EXPECT_EQ(stored.companies, "C");
  EXPECT_EQ(stored.target_duration, 90);
}

TEST_P(TaskWriting, TimesOfDayAndWholeDays) {
  auto wanted = full();
  wanted.full_time = false;
  wanted.start = day(1) + std::chrono::hours(8);
  wanted.end = day(1) + std::chrono::hours(10);
  const auto before = std::get<model::Task>(made(wanted));
  EXPECT_FALSE(before.full_time);
  EXPECT_EQ(before.start, wanted.start);
  auto after = before;
  after.full_time = true;
  after.start = day(1);
  after.end = day(1);
  update(before, after).value();
  EXPECT_TRUE(task(before.id).full_time);
  EXPECT_EQ(task(before.id).start, day(1));
  EXPECT_EQ(task(before.id).end, day(1));
}

TEST_P(TaskWriting, RecurrencesAreMadeChangedAndRemoved) {
  using Type = model::TaskRecurrence::Type;
  auto wanted = full();
  wanted.recurrence.type = Type::daily;
  wanted.recurrence.interval = 2;
  wanted.recurrence.occurrences = 5;
  const auto first = std::get<model::Task>(made(wanted));
  EXPECT_EQ(first.recurrence, wanted.recurrence);
  auto other = first;
  other.recurrence = {};
  other.recurrence.type = Type::monthly;
  other.recurrence.day_in_month = 15;
  update(first, other).value();
  const auto second = task(first.id);
  EXPECT_EQ(second.recurrence, other.recurrence);
  auto none = second;
  none.recurrence = {};
  update(second, none).value();
  EXPECT_EQ(task(first.id).recurrence, none.recurrence);
  EXPECT_EQ(task(first.id).title, "Report");
}

TEST_P(TaskWriting, ParticipantsComeAndGo) {
  auto wanted = full();
  model::TaskParticipant berta, outsider;
  berta.entity = RemoteId{"4"};
  outsider.kind = model::TaskParticipant::Kind::external;
  outsider.name = "Ext";
  outsider.email = "ext@example.test";
  wanted.participants = {berta, outsider};
  const auto first = std::get<model::Task>(made(wanted));
  ASSERT_EQ(first.participants.size(), 2U);
  auto none = first;
  none.participants.clear();
  update(first, none).value();
  EXPECT_TRUE(task(first.id).participants.empty());
}

INSTANTIATE_TEST_SUITE_P(Contract, TaskWriting,
                         testing::Values(WriterCase{"Fake", &make_fake_world, FolderKind::tasks},
                                         WriterCase{"Ox", &make_box_world, FolderKind::tasks}),
                         [](const testing::TestParamInfo<WriterCase>& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace oxb::backend::contract
