// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/tags.h"
#include "tests/sync/fixture.h"

namespace oxb::sync {
namespace {

using model::FolderRole;
using replica::Special;
namespace tag = mapi::tag;

model::DateTime berlin(int day, int hour) {
  model::DateTime t;
  t.kind = model::DateTime::Kind::zoned;
  t.zone = "Europe/Berlin";
  t.date = {2026, 11, static_cast<std::uint8_t>(day)};
  t.hour = static_cast<std::uint8_t>(hour);
  return t;
}

model::Event event(const std::string& summary, int day) {
  model::Event e;
  e.uid = summary + "@example.test";
  e.summary = summary;
  e.start = berlin(day, 9);
  e.end = berlin(day, 10);
  return e;
}

backend::Item contact(const std::string& name) {
  model::Contact c;
  c.uid = name;
  c[model::ContactField::display_name] = name;
  return c;
}

class ItemPull : public SyncTest {
 protected:
  std::vector<replica::MessageRow> listed(Special which) {
    const auto folder = special(which).id;
    const auto done = list(folder);
    EXPECT_TRUE(done) << done.error().what;
    return messages(folder);
  }
  static std::string subject(const replica::MessageRow& row) {
    const auto* text = row.properties.get<std::string>(tag::kSubject);
    return text ? *text : std::string();
  }
};

TEST_F(ItemPull, EveryKindBecomesAMessageOfItsClass) {
  model::Series meeting;
  meeting.master = event("Planning", 2);
  server_.put(user_, server_.folder(user_, FolderRole::calendar), meeting);
  server_.put(user_, server_.folder(user_, FolderRole::contacts), contact("Zoe"));
  model::DistributionList team;
  team.name = "Team";
  team.members.push_back({model::DistributionList::Member::Kind::external, {}, {}, "Zoe", "zoe@example.test"});
  server_.put(user_, server_.folder(user_, FolderRole::contacts), team);
  model::Task task;
  task.title = "Write report";
  server_.put(user_, server_.folder(user_, FolderRole::tasks), task);
  open_mailbox();
  const auto classes = [](const std::vector<replica::MessageRow>& rows) {
    std::set<std::string> all;
    for (const auto& row : rows) all.insert(*row.properties.get<std::string>(tag::kMessageClass));
    return all;
  };
  EXPECT_EQ(classes(listed(Special::calendar)), (std::set<std::string>{"IPM.Appointment"}));
  EXPECT_EQ(classes(listed(Special::contacts)), (std::set<std::string>{"IPM.Contact", "IPM.DistList"}));
  EXPECT_EQ(classes(listed(Special::tasks)), (std::set<std::string>{"IPM.Task"}));
}

TEST_F(ItemPull, FoldersAreCountedBeforeTheyAreOpened) {
  close_accounts();
  list_ahead_ = true;
  open_accounts();
  server_.put(user_, server_.folder(user_, FolderRole::contacts), contact("Zoe"));
  open_mailbox();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!special(Special::contacts).listed && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(special(Special::contacts).listed);
  EXPECT_EQ(special(Special::contacts).total, 1U);
}

TEST_F(ItemPull, TombstonesAndChangesArriveAndIdsStay) {
  const auto folder = server_.folder(user_, FolderRole::calendar);
  model::Series series;
  series.master = event("Planning", 2);
  const auto id = server_.put(user_, folder, series);
  open_mailbox();
  const auto before = listed(Special::calendar);
  ASSERT_EQ(before.size(), 1U);
  auto changed = std::get<model::Series>(*server_.item(user_, folder, id));
  changed.master->summary = "Planning, moved";
  server_.put(user_, folder, changed);
  ASSERT_TRUE(refresh());
  const auto after = messages(before.front().folder);
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after.front().id, before.front().id);
  EXPECT_GT(after.front().change, before.front().change);
  EXPECT_EQ(subject(after.front()), "Planning, moved");
  server_.remove(user_, folder, id);
  ASSERT_TRUE(refresh());
  EXPECT_TRUE(messages(before.front().folder).empty());
}

// A poisoned item never stops its folder.
TEST_F(ItemPull, UnreadableItemIsQuarantinedAndComesBack) {
  const auto folder = server_.folder(user_, FolderRole::contacts);
  const auto bad = server_.put(user_, folder, contact("Bad"));
  server_.put(user_, folder, contact("Good"));
  server_.make_unreadable(user_, folder, bad, "field 500 is not a text");
  open_mailbox();
  ASSERT_EQ(listed(Special::contacts).size(), 1U);
  auto held = read([](replica::ReadTx& tx) { return tx.quarantine(); }).value();
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held.front().remote, bad);
  EXPECT_EQ(held.front().reason, "field 500 is not a text");
  EXPECT_TRUE(server_.item(user_, folder, bad));  // never touched on the backend
  server_.make_unreadable(user_, folder, bad, "");
  ASSERT_TRUE(refresh());
  EXPECT_EQ(messages(special(Special::contacts).id).size(), 2U);
  EXPECT_TRUE(read([](replica::ReadTx& tx) { return tx.quarantine(); }).value().empty());
}

TEST_F(ItemPull, ASeriesOutlookCannotExpressIsHiddenWithAReason) {
  const auto folder = server_.folder(user_, FolderRole::calendar);
  model::Series odd;
  odd.master = event("Every hour", 2);
  odd.master->recurrence_rule = "FREQ=HOURLY;COUNT=5";
  server_.put(user_, folder, odd);
  model::Series plain;
  plain.master = event("Planning", 3);
  server_.put(user_, folder, plain);
  open_mailbox();
  ASSERT_EQ(listed(Special::calendar).size(), 1U);
  const auto held = read([](replica::ReadTx& tx) { return tx.quarantine(); }).value();
  ASSERT_EQ(held.size(), 1U);
  EXPECT_FALSE(held.front().reason.empty());
}

TEST_F(ItemPull, AttachmentBytesAreFetchedWhenTheItemIsOpened) {
  const auto folder = server_.folder(user_, FolderRole::tasks);
  model::Task task;
  task.title = "Write report";
  model::FileData file;
  file.id.value = "7";
  file.name = "draft.txt";
  file.data = to_bytes("draft");
  task.attachments.push_back(file);
  server_.put(user_, folder, task);
  open_mailbox();
  const auto rows = listed(Special::tasks);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(server_.calls("groupware.attachment"), 0U);
  const auto content = on_mailbox(&Mailbox::content, rows.front().id, soon());
  ASSERT_TRUE(content) << content.error().what;
  ASSERT_EQ((*content)->attachments.size(), 1U);
  const auto* bytes = (*content)->attachments.front().properties.get<Bytes>(tag::kAttachDataBinary);
  ASSERT_NE(bytes, nullptr);
  EXPECT_EQ(as_text(*bytes), "draft");
}

TEST_F(ItemPull, SharedFoldersHangBelowTheirOwner) {
  backend::fake::User other;
  other.id = 4;
  other.login = "berta";
  other.email = "berta@example.test";
  other.display_name = "Berta Beta";
  const auto berta = server_.add_user(other);
  model::Rights rights;
  rights.folder = model::Rights::FolderLevel::visible;
  rights.read = model::Rights::ItemLevel::all;
  const auto calendar = server_.folder(berta, FolderRole::calendar);
  server_.share(berta, calendar, user_, rights);
  open_mailbox();
  const auto row =
      read([&](replica::ReadTx& tx) { return tx.folder_by_remote(replica::Source::calendar, calendar); }).value();
  ASSERT_TRUE(row);
  EXPECT_EQ(row->special, Special::none);  // not the user's own calendar
  const auto owner = read([&](replica::ReadTx& tx) { return tx.folder(row->parent); }).value();
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->name, "Berta Beta");
  EXPECT_EQ(owner->parent, special(Special::shared_root).id);
  EXPECT_NE(special(Special::calendar).remote, calendar);
  server_.unshare(berta, calendar, user_);
  ASSERT_TRUE(refresh());
  EXPECT_FALSE(
      read([&](replica::ReadTx& tx) { return tx.folder_by_remote(replica::Source::calendar, calendar); }).value());
}

// A folder that the user may fill but not read: the backend refuses to list it.
TEST_F(ItemPull, AFolderWithoutReadRightIsNotListed) {
  backend::fake::User other;
  other.id = 4;
  other.login = "berta";
  other.email = "berta@example.test";
  other.display_name = "Berta Beta";
  const auto berta = server_.add_user(other);
  const auto calendar = server_.folder(berta, FolderRole::calendar);
  model::Series hidden;
  hidden.master = event("Secret", 2);
  server_.put(berta, calendar, hidden);
  model::Rights rights;
  rights.folder = model::Rights::FolderLevel::create_items;
  server_.share(berta, calendar, user_, rights);
  open_mailbox();
  const auto folder = [&] {
    return read([&](replica::ReadTx& tx) { return tx.folder_by_remote(replica::Source::calendar, calendar); }).value();
  };
  ASSERT_TRUE(folder());
  EXPECT_EQ(folder()->rights & 1U, 0U);
  const auto first = list(folder()->id);
  EXPECT_TRUE(first) << first.error().what;
  EXPECT_TRUE(messages(folder()->id).empty());
  // Granted later, it is read; taken away, what was read is out of reach but keeps its id.
  rights.read = model::Rights::ItemLevel::all;
  server_.share(berta, calendar, user_, rights);
  ASSERT_TRUE(refresh());
  ASSERT_EQ(messages(folder()->id).size(), 1U);
  const auto id = messages(folder()->id).front().id;
  rights.read = model::Rights::ItemLevel::none;
  server_.share(berta, calendar, user_, rights);
  ASSERT_TRUE(refresh());
  EXPECT_EQ(folder()->rights & 1U, 0U);
  rights.read = model::Rights::ItemLevel::all;
  server_.share(berta, calendar, user_, rights);
  ASSERT_TRUE(refresh());
  ASSERT_EQ(messages(folder()->id).size(), 1U);
  EXPECT_EQ(messages(folder()->id).front().id, id);
}

}  // namespace
}  // namespace oxb::sync
