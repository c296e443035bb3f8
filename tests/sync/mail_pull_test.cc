// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/tags.h"
#include "tests/sync/fixture.h"

namespace oxb::sync {
namespace {

using model::FolderRole;
using replica::Special;
namespace tag = mapi::tag;

std::string subject(const replica::MessageRow& row) {
  const auto* text = row.properties.get<std::string>(tag::kNormalizedSubject);
  return text ? *text : std::string();
}

class MailPull : public SyncTest {
 protected:
  RemoteId inbox() const { return server_.folder(user_, FolderRole::inbox); }
};

TEST_F(MailPull, FolderTreeJoinsMailAndGroupware) {
  open_mailbox();
  const auto subtree = special(Special::ipm_subtree);
  for (const auto which : {Special::inbox, Special::drafts, Special::sent_items, Special::deleted_items, Special::junk,
                           Special::calendar, Special::contacts, Special::tasks})
    EXPECT_EQ(special(which).parent, subtree.id);
  EXPECT_EQ(special(Special::calendar).container_class, "IPF.Appointment");
  EXPECT_EQ(special(Special::inbox).remote, inbox());
}

TEST_F(MailPull, ListsInBatchesAndKeepsIds) {
  for (int i = 0; i < 35; ++i) server_.deliver(user_, inbox(), mail(fmt::format("mail{}", i)));
  open_mailbox();
  const auto folder = special(Special::inbox).id;
  ASSERT_TRUE(list(folder));
  ASSERT_TRUE(refresh());
  const auto first = messages(folder);
  ASSERT_EQ(first.size(), 35U);
  EXPECT_EQ(special(Special::inbox).total, 35U);
  EXPECT_EQ(special(Special::inbox).unread, 35U);
  mailbox_.reset();
  close_accounts();
  open_accounts();
  open_mailbox();
  ASSERT_TRUE(refresh());
  const auto again = messages(folder);
  ASSERT_EQ(again.size(), 35U);
  for (std::size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(again[i].id, first[i].id);
    EXPECT_EQ(again[i].change, first[i].change);
  }
}

TEST_F(MailPull, DeltasBecomeEvents) {
  server_.deliver(user_, inbox(), mail("first"));
  open_mailbox();
  const auto folder = special(Special::inbox).id;
  Recorder recorder;
  mailbox_->subscribe(recorder);
  ASSERT_TRUE(list(folder));
  const auto& found = recorder.seen;
  EXPECT_TRUE(std::any_of(found.begin(), found.end(), [](const auto& event) { return event.found; }));
  EXPECT_FALSE(std::any_of(found.begin(), found.end(), [](const auto& event) { return event.new_mail; }));
  ASSERT_TRUE(refresh());
  recorder.seen.clear();
  const auto uid = server_.deliver(user_, inbox(), mail("second"));
  ASSERT_TRUE(refresh());
  ASSERT_EQ(recorder.count(MailboxEvent::Kind::message_created), 1U);
  EXPECT_TRUE(recorder.seen.front().new_mail);
  EXPECT_FALSE(recorder.seen.front().found);
  recorder.seen.clear();
  model::MailFlags seen;
  seen.seen = true;
  server_.set_flags(user_, inbox(), uid, seen);
  ASSERT_TRUE(refresh());
  EXPECT_EQ(recorder.count(MailboxEvent::Kind::message_modified), 1U);
  EXPECT_EQ(special(Special::inbox).unread, 1U);
  recorder.seen.clear();
  server_.expunge(user_, inbox(), uid);
  ASSERT_TRUE(refresh());
  EXPECT_EQ(recorder.count(MailboxEvent::Kind::message_deleted), 1U);
  mailbox_->unsubscribe(recorder);
  ASSERT_EQ(messages(folder).size(), 1U);
  EXPECT_EQ(subject(messages(folder).front()), "first");
}

TEST_F(MailPull, ChangedUidValidityIsMatchedNotReimported) {
  for (int i = 0; i < 25; ++i) server_.deliver(user_, inbox(), mail(fmt::format("mail{}", i)));
  open_mailbox();
  const auto folder = special(Special::inbox).id;
  ASSERT_TRUE(list(folder));
  ASSERT_TRUE(refresh());
  std::map<std::string, MessageId> before;
  for (const auto& row : messages(folder)) before.emplace(subject(row), row.id);
  server_.renumber(user_, inbox());
  ASSERT_TRUE(refresh());
  const auto after = messages(folder);
  ASSERT_EQ(after.size(), 25U);
  for (const auto& row : after) EXPECT_EQ(before.at(subject(row)), row.id) << subject(row);
}

TEST_F(MailPull, ManyMissingMailsPauseUntilASecondReading) {
  server_.set_vanished_reporting(false);
  std::vector<std::uint32_t> uids;
  for (int i = 0; i < 80; ++i) uids.push_back(server_.deliver(user_, inbox(), mail(fmt::format("mail{}", i))));
  open_mailbox();
  const auto folder = special(Special::inbox).id;
  ASSERT_TRUE(list(folder));
  ASSERT_TRUE(refresh());
  ASSERT_EQ(messages(folder).size(), 80U);
  for (int i = 0; i < 10; ++i) server_.expunge(user_, inbox(), uids[static_cast<std::size_t>(i)]);
  ASSERT_TRUE(refresh());
  EXPECT_EQ(messages(folder).size(), 70U);  // few: believed at once
  for (int i = 10; i < 70; ++i) server_.expunge(user_, inbox(), uids[static_cast<std::size_t>(i)]);
  ASSERT_TRUE(refresh());
  EXPECT_EQ(messages(folder).size(), 70U);  // many: the brake holds
  clock_.advance(std::chrono::minutes(10));
  ASSERT_TRUE(refresh());
  EXPECT_EQ(messages(folder).size(), 70U);
  clock_.advance(std::chrono::minutes(6));
  ASSERT_TRUE(refresh());
  EXPECT_EQ(messages(folder).size(), 10U);
}

TEST_F(MailPull, FailedReadingsDeleteNothing) {
  for (int i = 0; i < 5; ++i) server_.deliver(user_, inbox(), mail(fmt::format("mail{}", i)));
  open_mailbox();
  const auto folder = special(Special::inbox).id;
  ASSERT_TRUE(list(folder));
  ASSERT_TRUE(refresh());
  server_.set_mail_unavailable(true);
  EXPECT_FALSE(refresh());
  server_.set_mail_unavailable(false);
  server_.cut_next("mail.changes");
  EXPECT_FALSE(refresh());
  EXPECT_EQ(messages(folder).size(), 5U);
  ASSERT_TRUE(refresh());
  EXPECT_EQ(messages(folder).size(), 5U);
}

TEST_F(MailPull, ContentIsFetchedOnceAndCached) {
  server_.deliver(user_, inbox(), mail("hello"));
  open_mailbox();
  const auto folder = special(Special::inbox).id;
  ASSERT_TRUE(list(folder));
  ASSERT_TRUE(refresh());
  const auto id = messages(folder).front().id;
  const auto first = on_mailbox(&Mailbox::content, id, soon());
  ASSERT_TRUE(first) << first.error().what;
  const auto* body = (*first)->properties.get<std::string>(tag::kBody);
  ASSERT_NE(body, nullptr);
  EXPECT_NE(body->find("Body of hello"), std::string::npos);
  const auto fetched = server_.calls("mail.messages");
  ASSERT_TRUE(on_mailbox(&Mailbox::content, id, soon()));
  EXPECT_EQ(server_.calls("mail.messages"), fetched);
}

TEST_F(MailPull, ReadFlagsGoToTheBackendFirst) {
  const auto uid = server_.deliver(user_, inbox(), mail("hello"));
  open_mailbox();
  const auto folder = special(Special::inbox).id;
  ASSERT_TRUE(list(folder));
  ASSERT_TRUE(refresh());
  const auto id = messages(folder).front().id;
  server_.fail_next("mail.change_flags", Errc::unavailable);
  EXPECT_FALSE(on_mailbox(&Mailbox::set_read, std::vector{id}, true, soon()));
  EXPECT_FALSE(messages(folder).front().read);
  ASSERT_TRUE(on_mailbox(&Mailbox::set_read, std::vector{id}, true, soon()));
  EXPECT_TRUE(server_.flags(user_, inbox(), uid)->seen);
  EXPECT_TRUE(messages(folder).front().read);
  EXPECT_EQ(special(Special::inbox).unread, 0U);
}

TEST_F(MailPull, MailServerDownLeavesTheCalendarUsable) {
  server_.set_mail_unavailable(true);
  open_mailbox();
  EXPECT_FALSE(special(Special::calendar).remote.value.empty());
  EXPECT_TRUE(special(Special::inbox).remote.value.empty());
  server_.set_mail_unavailable(false);
  ASSERT_TRUE(refresh());
  EXPECT_EQ(special(Special::inbox).remote, inbox());
}

TEST_F(MailPull, AFolderThatOnlyHoldsFoldersIsEmpty) {
  model::Folder shelf;
  shelf.id.value = "Shelf";
  shelf.name = "Shelf";
  shelf.kind = model::FolderKind::mail;
  shelf.selectable = false;
  server_.add_folder(user_, shelf);
  open_mailbox();
  const auto row =
      read([](replica::ReadTx& tx) { return tx.folder_by_remote(replica::Source::mail, RemoteId{"Shelf"}); }).value();
  ASSERT_TRUE(row);
  EXPECT_NE(row->rights & 1U, 0U) << "opening it is no error";
  EXPECT_TRUE(list(row->id));
  EXPECT_TRUE(messages(row->id).empty());
}

TEST_F(MailPull, RemovedFolderGoesOnlyAfterASecondLook) {
  model::Folder projects;
  projects.id.value = "Projects";
  projects.name = "Projects";
  projects.kind = model::FolderKind::mail;
  server_.add_folder(user_, projects);
  open_mailbox();
  const auto known = [&] {
    return read([](replica::ReadTx& tx) { return tx.folder_by_remote(replica::Source::mail, RemoteId{"Projects"}); })
        .value()
        .has_value();
  };
  ASSERT_TRUE(known());
  server_.remove_folder(user_, RemoteId{"Projects"});
  ASSERT_TRUE(refresh());
  EXPECT_FALSE(known());
}

}  // namespace
}  // namespace oxb::sync
