// SPDX-License-Identifier: GPL-3.0-or-later
// What every mail store promises (backend/connector.h), asked of the in-memory server and of the IMAP client with a
// real Dovecot.
#include "tests/contract/mail_world.h"
#include "tests/imap/support.h"

#include <algorithm>
#include <set>

namespace oxb::backend::contract {
namespace {

using model::FolderRole;

class Mail : public MailContract {
 protected:
  MailChanges read(const model::Position& since = {}, std::size_t limit = 1000) {
    return read_folder(kInbox, since, limit);
  }
  void deliver(int count) {
    for (int i = 1; i <= count; ++i) world->deliver(mail("s" + std::to_string(i)));
  }
};

TEST_P(Mail, TheInboxIsThere) {
  const auto folders = run(world->store().folders(soon())).value();
  const auto it =
      std::find_if(folders.begin(), folders.end(), [](const auto& f) { return f.role == FolderRole::inbox; });
  ASSERT_NE(it, folders.end());
  EXPECT_EQ(it->id, kInbox);
  EXPECT_EQ(it->kind, model::FolderKind::mail);
  EXPECT_TRUE(it->selectable);
}

TEST_P(Mail, AnEmptyFolder) {
  const auto changes = read();
  EXPECT_TRUE(changes.complete);
  EXPECT_FALSE(changes.more);
  EXPECT_TRUE(changes.changed.empty());
  EXPECT_EQ(changes.total, 0U);
  EXPECT_NE(changes.uid_validity, 0U);
  EXPECT_TRUE(read(changes.position).changed.empty());
}

TEST_P(Mail, TheFirstReadingIsNewestFirstInBatches) {
  deliver(5);
  auto changes = read({}, 2);
  EXPECT_EQ(uids(changes), (std::vector<std::uint32_t>{5, 4}));
  EXPECT_TRUE(changes.more);
  EXPECT_FALSE(changes.complete);
  EXPECT_EQ(changes.total, 5U);
  EXPECT_EQ(changes.unread, 5U);
  changes = read(changes.position, 2);
  EXPECT_EQ(uids(changes), (std::vector<std::uint32_t>{3, 2}));
  EXPECT_TRUE(changes.more);
  changes = read(changes.position, 2);
  EXPECT_EQ(uids(changes), (std::vector<std::uint32_t>{1}));
  EXPECT_FALSE(changes.more);
  changes = read(changes.position, 2);
  EXPECT_TRUE(changes.changed.empty());
  EXPECT_FALSE(changes.more);
}

TEST_P(Mail, AListingHasHeadersAndSizes) {
  const auto raw = mail("hello");
  world->deliver(raw);
  const auto changes = read();
  ASSERT_EQ(changes.changed.size(), 1U);
  const auto& summary = changes.changed[0];
  EXPECT_EQ(summary.size, raw.size());
  EXPECT_NE(as_text(summary.headers).find("Subject: hello\r\n"), std::string_view::npos);
  EXPECT_TRUE(as_text(summary.headers).ends_with("\r\n\r\n"));
  EXPECT_FALSE(summary.flags.seen);
  EXPECT_EQ(summary.id.value, std::to_string(summary.uid));
}

TEST_P(Mail, ANewMailDuringTheFirstReadingIsNotLost) {
  deliver(3);
  auto changes = read({}, 2);
  world->deliver(mail("late"));
  changes = read(changes.position, 2);
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 3; ++i) {
    for (const auto uid : uids(changes)) seen.insert(uid);
    changes = read(changes.position, 2);
  }
  EXPECT_TRUE(seen.contains(1));
  EXPECT_TRUE(seen.contains(4));
}

TEST_P(Mail, DeltasBringNewMailsFlagsAndDeletions) {
  deliver(3);
  auto changes = read();
  world->mark_seen(2);
  world->expunge(1);
  world->deliver(mail("new"));
  changes = read(changes.position);
  EXPECT_FALSE(changes.renumbered);
  std::set<std::uint32_t> changed;
  for (const auto& summary : changes.changed) {
    changed.insert(summary.uid);
    if (summary.uid == 2) EXPECT_TRUE(summary.flags.seen);
    if (summary.uid == 4) EXPECT_FALSE(summary.headers.empty());
  }
  EXPECT_TRUE(changed.contains(2));
  EXPECT_TRUE(changed.contains(4));
  EXPECT_EQ(changes.vanished, std::vector<std::uint32_t>{1});
  EXPECT_EQ(changes.total, 3U);
  EXPECT_EQ(changes.unread, 2U);
  changes = read(changes.position);
  EXPECT_TRUE(changes.changed.empty());
  EXPECT_TRUE(changes.vanished.empty());
}

TEST_P(Mail, MessagesAsStoredAndInOrder) {
  const auto first = mail("one"), second = mail("two", 5000);
  world->deliver(first);
  world->deliver(second);
  const auto messages = run(world->store().messages(kInbox, {2, 77, 1}, soon())).value();
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(as_text(*messages[0]), second);
  EXPECT_EQ(messages[1].error().code, Errc::not_found);
  EXPECT_EQ(as_text(*messages[2]), first);
}

TEST_P(Mail, ExistingUids) {
  deliver(3);
  world->expunge(2);
  EXPECT_EQ(run(world->store().existing(kInbox, {1, 2, 3, 99}, soon())).value(), (std::vector<std::uint32_t>{1, 3}));
  EXPECT_TRUE(run(world->store().existing(kInbox, {}, soon())).value().empty());
}

TEST_P(Mail, FlagsAreChangedOnTheServer) {
  deliver(2);
  auto changes = read();
  std::vector<FlagChange> wanted = {
      {1, {"\\Seen", "$Forwarded"}, {}}, {2, {"\\Flagged"}, {"\\Seen"}}, {99, {"\\Seen"}, {}}};
  EXPECT_TRUE(run(world->store().change_flags(kInbox, wanted, soon())));
  changes = read(changes.position);
  ASSERT_EQ(changes.changed.size(), 2U);
  for (const auto& summary : changes.changed) {
    EXPECT_EQ(summary.flags.seen, summary.uid == 1);
    EXPECT_EQ(summary.flags.flagged, summary.uid == 2);
    if (summary.uid == 1) EXPECT_EQ(summary.flags.keywords, std::vector<std::string>{"$Forwarded"});
  }
  EXPECT_TRUE(run(world->store().change_flags(kInbox, {{1, {}, {"\\Seen", "$Forwarded"}}}, soon())));
  changes = read(changes.position);
  ASSERT_EQ(uids(changes), std::vector<std::uint32_t>{1});
  EXPECT_FALSE(changes.changed[0].flags.seen);
  EXPECT_TRUE(changes.changed[0].flags.keywords.empty());
}

TEST_P(Mail, AFolderThatIsNotThere) {
  const RemoteId nowhere{"No such folder"};
  EXPECT_EQ(run(world->store().changes(nowhere, {}, 10, soon())).error().code, Errc::not_found);
  EXPECT_EQ(run(world->store().messages(nowhere, {1}, soon())).error().code, Errc::not_found);
  EXPECT_EQ(run(world->store().existing(nowhere, {1}, soon())).error().code, Errc::not_found);
}

TEST_P(Mail, WaitingEndsWithTheDeadlineOrTheCaller) {
  read();
  const auto late = run(world->store().wait_for_change(kInbox, Wait::upto(std::chrono::milliseconds(100))));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::unavailable);
  CancelSource source;
  source.cancel();
  const auto cancelled =
      run(world->store().wait_for_change(kInbox, Wait::upto(std::chrono::seconds(20), source.token())));
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, Errc::cancelled);
}

TEST_P(Mail, ANewMailEndsTheWaiting) {
  const auto before = read();
  auto waiting = boost::asio::co_spawn(world->loop().make_strand(), world->store().wait_for_change(kInbox, soon()),
                                       boost::asio::use_future);
  // The server may need a moment until it listens: mails come until one is heard.
  do {
    world->deliver(mail("x"));
  } while (waiting.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready);
  EXPECT_TRUE(waiting.get());
  EXPECT_FALSE(read(before.position).changed.empty());
}

INSTANTIATE_TEST_SUITE_P(Contract, Mail, ::testing::Values(Where::fake, Where::dovecot),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace oxb::backend::contract
