// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/task.h"

#include "convert/permission.h"
#include "convert/recurrence.h"
#include "proto/mapi/tags.h"
#include "tests/convert_pim/support.h"

namespace oxb::convert {
namespace {

namespace tag = mapi::tag;
namespace lid = mapi::lid;

TEST(Task, AWholeDayTask) {
  model::Task task;
  task.title = "Report";
  task.note = "Q1";
  task.start = instant(2026, 3, 2);
  task.end = instant(2026, 3, 6);
  task.status = 2;
  task.percent_completed = 40;
  task.priority = 3;
  task.alarm = instant(2026, 3, 5, 8);
  task.target_duration = 600;
  task.actual_duration = 240;
  task.target_costs = "100.50";
  task.currency = "EUR";
  task.billing_information = "B-17";
  task.trip_meter = "12 km";
  task.companies = "ACME";
  task.categories = {"Work"};
  const auto content = task_from_item(task, test_context());
  ASSERT_TRUE(content) << content.error().what;
  check_content(*content);
  EXPECT_EQ(tagged<std::string>(*content, tag::kMessageClass), "IPM.Task");
  EXPECT_EQ(named<std::int32_t>(*content, lid::kTaskStatus), 1);
  EXPECT_DOUBLE_EQ(named<double>(*content, lid::kPercentComplete), 0.4);
  EXPECT_EQ(named<bool>(*content, lid::kTaskComplete), false);
  // [MS-OXOTASK] 2.2.2.2.4, 2.2.2.1.3: the local midnight as it stands, and the same moment in UTC.
  EXPECT_EQ(time_of(*content, lid::kTaskStartDate), instant(2026, 3, 2));
  EXPECT_EQ(time_of(*content, lid::kTaskDueDate), instant(2026, 3, 6));
  EXPECT_EQ(time_of(*content, lid::kCommonStart), instant(2026, 3, 1, 23));
  EXPECT_EQ(time_of(*content, lid::kCommonEnd), instant(2026, 3, 5, 23));
  EXPECT_EQ(tagged<std::int32_t>(*content, tag::kImportance), 2);
  EXPECT_EQ(named<std::int32_t>(*content, lid::kTaskEstimatedEffort), 600);
  EXPECT_EQ(named<std::int32_t>(*content, lid::kTaskActualEffort), 240);
  EXPECT_EQ(named<std::string>(*content, lid::kTaskOwner), "Anna Berger");
  EXPECT_EQ(named<bool>(*content, lid::kReminderSet), true);
  EXPECT_EQ(time_of(*content, lid::kReminderSignalTime), instant(2026, 3, 5, 8));
  EXPECT_EQ(named<bool>(*content, lid::kTaskFRecurring), false);
}

TEST(Task, DoneMeansDone) {
  model::Task task;
  task.title = "Old";
  task.status = 3;
  task.date_completed = instant(2026, 2, 10, 15, 30);
  task.alarm = instant(2026, 2, 10);
  task.recurrence.type = model::TaskRecurrence::Type::daily;
  task.start = task.end = instant(2026, 2, 10);
  const auto content = *task_from_item(task, test_context());
  EXPECT_EQ(named<std::int32_t>(content, lid::kTaskStatus), 2);
  EXPECT_DOUBLE_EQ(named<double>(content, lid::kPercentComplete), 1.0);
  EXPECT_EQ(named<bool>(content, lid::kTaskComplete), true);
  EXPECT_EQ(time_of(content, lid::kTaskDateCompleted), instant(2026, 2, 9, 23));
  EXPECT_EQ(named<bool>(content, lid::kReminderSet), false);
  EXPECT_EQ(named<bool>(content, lid::kTaskFRecurring), false) << "the backend has made the next one already";
}

TEST(Task, ATimedTaskKeepsItsDayInTheUsersZone) {
  model::Task task;
  task.full_time = false;
  task.start = instant(2026, 7, 1, 22, 30);  // July 2, 00:30 in Berlin
  const auto content = *task_from_item(task, test_context());
  EXPECT_EQ(time_of(content, lid::kTaskStartDate), instant(2026, 7, 2));
  EXPECT_EQ(time_of(content, lid::kTaskDueDate), instant(2026, 7, 2)) << "a start needs a due date";
}

TEST(Task, RecurrenceIsAPlainPattern) {
  model::Task task;
  task.start = task.end = instant(2026, 7, 6);
  task.recurrence.type = model::TaskRecurrence::Type::weekly;
  task.recurrence.days = 2;
  task.recurrence.occurrences = 5;
  const auto content = *task_from_item(task, test_context());
  EXPECT_EQ(named<bool>(content, lid::kTaskFRecurring), true);
  EXPECT_EQ(to_hex(named<Bytes>(content, lid::kTaskRecurrence)),
            "043004300b2001000000c021000001000000000000000200000022200000050000000000000000000000000000"
            "00c0db560d4079570d");
}

TEST(Task, RecurrencesComeBack) {
  using Type = model::TaskRecurrence::Type;
  const model::TaskRecurrence all[] = {
      {Type::daily, 3, 0, 0, 0, std::nullopt, 7},    {Type::weekly, 2, 42, 0, 0, std::nullopt, std::nullopt},
      {Type::monthly, 1, 0, 31, 0, std::nullopt, 4}, {Type::monthly, 2, 62, 5, 0, instant(2027, 1, 31), std::nullopt},
      {Type::yearly, 1, 0, 24, 11, std::nullopt, 3}, {Type::yearly, 1, 1, 2, 4, std::nullopt, std::nullopt},
  };
  for (const auto& recurrence : all) {
    const auto pattern = pattern_from_task(recurrence, {2026, 1, 15});
    ASSERT_TRUE(pattern) << pattern.error().what;
    const auto back = task_recurrence_from_pattern(*pattern);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, recurrence);
  }
  for (const auto& broken : {model::TaskRecurrence{Type::monthly, 1, 0, 0, 0, {}, {}},
                             model::TaskRecurrence{Type::daily, 0, 0, 0, 0, {}, {}},
                             model::TaskRecurrence{Type::weekly, 1, 999, 0, 0, {}, {}},
                             model::TaskRecurrence{Type::yearly, 1, 0, 1, 12, {}, {}},
                             model::TaskRecurrence{Type::monthly, 1, 2, 6, 0, {}, {}}}) {
    const auto pattern = pattern_from_task(broken, {2026, 1, 15});
    ASSERT_FALSE(pattern);
    EXPECT_EQ(pattern.error().code, Errc::malformed);
  }
}

TEST(Task, ParticipantsAreNamed) {
  model::Task task;
  task.participants = {
      {model::TaskParticipant::Kind::user, model::TaskParticipant::Confirmation::accepted, RemoteId{"4"}, "", "", ""},
      {model::TaskParticipant::Kind::external, {}, {}, "Ext", "ext@example.org", ""}};
  EXPECT_EQ((named<std::vector<std::string>>(*task_from_item(task, test_context()), lid::kContacts)),
            (std::vector<std::string>{"Bert Cole", "Ext"}));
}

// [MS-OXCPERM] 2.2.7 and the levels of the permission dialog.
TEST(Permission, LevelsOfTheDialog) {
  using Folder = model::Rights::FolderLevel;
  using Item = model::Rights::ItemLevel;
  struct Row {
    model::Rights rights;
    std::uint32_t bits;
    std::string_view name;
  };
  const Row rows[] = {
      {{}, 0, "None"},
      {{Folder::create_items, Item::none, Item::none, Item::none, false}, 0x402, "Contributor"},
      {{Folder::visible, Item::all, Item::none, Item::none, false}, 0x401, "Reviewer"},
      {{Folder::create_items, Item::all, Item::none, Item::own, false}, 0x413, "Nonediting Author"},
      {{Folder::create_items, Item::all, Item::own, Item::own, false}, 0x41B, "Author"},
      {{Folder::create_folders, Item::all, Item::own, Item::own, false}, 0x49B, "Publishing Author"},
      {{Folder::create_items, Item::all, Item::all, Item::all, false}, 0x47B, "Editor"},
      {{Folder::create_folders, Item::all, Item::all, Item::all, false}, 0x4FB, "Publishing Editor"},
      {{Folder::create_folders, Item::all, Item::all, Item::all, true}, 0x7FB, "Owner"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(member_rights(row.rights, model::FolderKind::mail), row.bits) << row.name;
    EXPECT_EQ(rights_from_member_rights(row.bits), row.rights) << row.name;
    EXPECT_EQ(role_name(row.bits), row.name);
  }
  EXPECT_EQ(member_rights(model::full_rights(), model::FolderKind::calendar), 0x1FFBU);
  EXPECT_EQ(role_name(0x1FFB), "Owner");
  EXPECT_EQ(role_name(0x429), "Custom");
}

TEST(Permission, Access) {
  EXPECT_EQ(folder_access(model::full_rights()), 0x3FU);
  const model::Rights reviewer{model::Rights::FolderLevel::visible, model::Rights::ItemLevel::all,
                               model::Rights::ItemLevel::none, model::Rights::ItemLevel::none, false};
  EXPECT_EQ(folder_access(reviewer), 2U);
  EXPECT_EQ(item_access(reviewer, Ownership::foreign), 2U);
  const model::Rights own{model::Rights::FolderLevel::create_items, model::Rights::ItemLevel::own,
                          model::Rights::ItemLevel::own, model::Rights::ItemLevel::own, false};
  EXPECT_EQ(item_access(own, Ownership::foreign), 0U);
  EXPECT_EQ(item_access(own, Ownership::own), 7U);
  EXPECT_EQ(folder_rights(own) & right::kReadAny, 0U) << "there is no right to read one's own items only";
  EXPECT_NE(effective_rights(own) & right::kReadAny, 0U) << "all that he sees is readable";
  model::Rights drop_box = own;
  drop_box.read = model::Rights::ItemLevel::none;
  EXPECT_EQ(effective_rights(drop_box) & right::kReadAny, 0U);
}

}  // namespace
}  // namespace oxb::convert
