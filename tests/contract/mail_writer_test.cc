// SPDX-License-Identifier: GPL-3.0-or-later
// What every mail writer promises (backend/writing.h), asked of the in-memory server and of the IMAP client with a real
// Dovecot: with all of its extensions, and with IMAP4rev1 and UIDPLUS only.
#include "backend/fake/fake_server.h"
#include "tests/contract/mail_world.h"
#include "tests/imap/support.h"

#include <algorithm>
#include <set>

namespace oxb::backend::contract {
namespace {

using Transfer = MailWriter::Transfer;
using Uids = std::vector<std::uint32_t>;

const RemoteId kTrash{"Trash"};
const RemoteId kNowhere{"No such folder"};

class MailWriting : public MailContract {
 protected:
  MailWriter& writer() { return world->writer(); }
  Result<MailPlace> append(const RemoteId& folder, const std::string& raw, model::MailFlags flags = {},
                           std::optional<Instant> received = {}) {
    return run(writer().append(folder, to_bytes(raw), std::move(flags), received, soon()));
  }
  Result<std::vector<MailWriter::Transferred>> transfer(const RemoteId& from, Uids uids, const RemoteId& to,
                                                        Transfer how) {
    return run(writer().transfer(from, validity(from), std::move(uids), to, how, soon()));
  }
  std::uint32_t validity(const RemoteId& folder) { return read_folder(folder, {}, 1).uid_validity; }
  std::set<std::uint32_t> there(const RemoteId& folder) {
    const auto list = uids(read_folder(folder));
    return {list.begin(), list.end()};
  }
  std::string raw_of(const RemoteId& folder, std::uint32_t uid) {
    const auto messages = run(world->store().messages(folder, {uid}, soon())).value();
    return std::string(as_text(messages.at(0).value()));
  }
  void deliver(int count) {
    for (int i = 1; i <= count; ++i) world->deliver(mail("s" + std::to_string(i)));
  }
  const model::Folder* folder(const std::string& id) {
    folders_ = run(world->store().folders(soon())).value();
    for (const auto& folder : folders_)
      if (folder.id.value == id) return &folder;
    return nullptr;
  }

 private:
  std::vector<model::Folder> folders_;
};

TEST_P(MailWriting, AnAppendedMailIsStoredAsGiven) {
  const auto raw = mail("written", 100'000);
  model::MailFlags flags;
  flags.seen = flags.draft = true;
  flags.keywords = {"$Forwarded"};
  const auto received = from_unix_ms(1'700'000'000'000);
  const auto place = append(kInbox, raw, flags, received);
  ASSERT_TRUE(place) << place.error().what;
  const auto changes = read_folder(kInbox);
  ASSERT_EQ(changes.changed.size(), 1U);
  EXPECT_EQ(place->uid, changes.changed[0].uid);
  EXPECT_EQ(place->uid_validity, changes.uid_validity);
  EXPECT_EQ(changes.changed[0].flags, flags);
  EXPECT_EQ(changes.changed[0].received, received);
  EXPECT_EQ(raw_of(kInbox, place->uid), raw);
}

TEST_P(MailWriting, AppendingWhereNothingIsOrNothingMayBe) {
  EXPECT_EQ(append(kNowhere, mail("x")).error().code, Errc::not_found);
  EXPECT_EQ(append(kInbox, "").error().code, Errc::invalid);
  EXPECT_EQ(append(kInbox, mail("x") + std::string(1, '\0')).error().code, Errc::invalid);
  const auto readable = world->shared_folder("read");
  EXPECT_EQ(append(readable, mail("x")).error().code, Errc::access_denied);
  EXPECT_TRUE(there(kInbox).empty());
  EXPECT_EQ(there(readable).size(), 1U);
}

TEST_P(MailWriting, AMailIsFoundByItsMarkAtOnce) {
  EXPECT_TRUE(there(kInbox).empty());
  const auto marked = "X-Oxbridge-Mark: 7f3a-1\r\n" + mail("marked");
  EXPECT_TRUE(run(writer().find(kInbox, "X-Oxbridge-Mark", "7f3a-1", soon())).value().empty());
  append(kInbox, mail("other")).value();
  const auto place = append(kInbox, marked).value();
  EXPECT_EQ(run(writer().find(kInbox, "x-oxbridge-mark", "7F3A-1", soon())).value(), Uids{place.uid});
  EXPECT_EQ(run(writer().find(kInbox, "Message-ID", "<marked@example.test>", soon())).value(), Uids{place.uid});
  EXPECT_TRUE(run(writer().find(kInbox, "Subject", "7f3a-1", soon())).value().empty());
  EXPECT_TRUE(run(writer().find(kInbox, "Subject", "ünsinn", soon())).value().empty());
  EXPECT_EQ(run(writer().find(kInbox, "Not a name", "x", soon())).error().code, Errc::invalid);
  EXPECT_EQ(run(writer().find(kNowhere, "Subject", "x", soon())).error().code, Errc::not_found);
}

TEST_P(MailWriting, CopiesHaveContentFlagsAndDate) {
  deliver(3);
  world->mark_seen(2);
  const auto before = read_folder(kInbox);
  const auto copied = transfer(kInbox, {3, 2, 99}, kTrash, Transfer::copy);
  ASSERT_TRUE(copied) << copied.error().what;
  ASSERT_EQ(copied->size(), 2U);
  EXPECT_EQ(there(kInbox), (std::set<std::uint32_t>{1, 2, 3}));
  const auto trash = read_folder(kTrash);
  EXPECT_EQ(trash.changed.size(), 2U);
  for (const auto& one : *copied) {
    EXPECT_EQ(one.to.uid_validity, trash.uid_validity);
    EXPECT_EQ(raw_of(kTrash, one.to.uid), raw_of(kInbox, one.from));
    for (const auto& summary : trash.changed) {
      if (summary.uid != one.to.uid) continue;
      EXPECT_EQ(summary.flags.seen, one.from == 2);
      for (const auto& source : before.changed)
        if (source.uid == one.from) EXPECT_EQ(summary.received, source.received);
    }
  }
}

TEST_P(MailWriting, MovingTakesWhatIsThere) {
  deliver(4);
  read_folder(kInbox);
  world->expunge(3);
  world->deliver(mail("late"));  // no reading since; the writer must know of it all the same
  const auto late = raw_of(kInbox, 5);
  const auto moved = transfer(kInbox, {1, 3, 5}, kTrash, Transfer::move);
  ASSERT_TRUE(moved) << moved.error().what;
  ASSERT_EQ(moved->size(), 2U);
  EXPECT_EQ(there(kInbox), (std::set<std::uint32_t>{2, 4}));
  EXPECT_EQ(there(kTrash).size(), 2U);
  for (const auto& one : *moved)
    if (one.from == 5) EXPECT_EQ(raw_of(kTrash, one.to.uid), late);
  EXPECT_TRUE(transfer(kInbox, {1, 3}, kTrash, Transfer::move).value().empty());
  EXPECT_TRUE(transfer(kInbox, {}, kTrash, Transfer::move).value().empty());
}

TEST_P(MailWriting, WhatCannotBeMovedStays) {
  deliver(2);
  EXPECT_EQ(transfer(kInbox, {1, 2}, kNowhere, Transfer::move).error().code, Errc::not_found);
  EXPECT_EQ(transfer(kInbox, {1, 2}, kNowhere, Transfer::copy).error().code, Errc::not_found);
  EXPECT_EQ(run(writer().transfer(kNowhere, 1, {1}, kInbox, Transfer::copy, soon())).error().code, Errc::not_found);
  const auto readable = world->shared_folder("read");
  EXPECT_EQ(transfer(kInbox, {1}, readable, Transfer::move).error().code, Errc::access_denied);
  EXPECT_EQ(there(kInbox), (std::set<std::uint32_t>{1, 2}));
  EXPECT_EQ(transfer(readable, {1}, kInbox, Transfer::copy).value().size(), 1U);
  EXPECT_FALSE(transfer(readable, {1}, kInbox, Transfer::move));
  EXPECT_EQ(there(readable).size(), 1U);
}

TEST_P(MailWriting, UidsOfAnEarlierValidityAreAConflict) {
  deliver(2);
  const auto earlier = validity(kInbox) - 1;
  EXPECT_EQ(run(writer().expunge(kInbox, earlier, {1}, soon())).error().code, Errc::conflict);
  EXPECT_EQ(run(writer().transfer(kInbox, earlier, {1}, kTrash, Transfer::move, soon())).error().code, Errc::conflict);
  EXPECT_EQ(there(kInbox), (std::set<std::uint32_t>{1, 2}));
}

TEST_P(MailWriting, OnlyTheNamedMailsAreExpunged) {
  deliver(4);
  ASSERT_TRUE(run(world->store().change_flags(kInbox, {{2, {"\\Deleted"}, {}}}, soon())));
  EXPECT_TRUE(run(writer().expunge(kInbox, validity(kInbox), {1, 3, 77}, soon())));
  EXPECT_EQ(there(kInbox), (std::set<std::uint32_t>{2, 4}));
  EXPECT_TRUE(run(writer().expunge(kInbox, validity(kInbox), {1, 3}, soon())));
  EXPECT_TRUE(run(writer().expunge(kInbox, validity(kInbox), {}, soon())));
  EXPECT_EQ(run(writer().expunge(kNowhere, 1, {1}, soon())).error().code, Errc::not_found);
}

TEST_P(MailWriting, ExpungingNeedsTheRight) {
  const auto readable = world->shared_folder("read insert");
  EXPECT_EQ(run(writer().expunge(readable, validity(readable), {1}, soon())).error().code, Errc::access_denied);
  EXPECT_EQ(there(readable).size(), 1U);
}

TEST_P(MailWriting, ThousandsAtOnce) {
  constexpr std::uint32_t kCount = 3000;
  const auto raw = mail("many");
  deliver(1);
  Uids all{1};
  // Doubled, and one left out each time, so that the set has holes.
  while (all.size() < kCount) {
    const auto copied = transfer(kInbox, all, kInbox, Transfer::copy);
    ASSERT_TRUE(copied) << copied.error().what;
    ASSERT_EQ(copied->size(), all.size());
    for (const auto& one : *copied) all.push_back(one.to.uid);
  }
  Uids odd;
  for (const auto uid : all)
    if (uid % 2 == 1) odd.push_back(uid);
  const auto moved = transfer(kInbox, odd, kTrash, Transfer::move);
  ASSERT_TRUE(moved) << moved.error().what;
  EXPECT_EQ(moved->size(), odd.size());
  std::set<std::uint32_t> to;
  for (const auto& one : *moved) to.insert(one.to.uid);
  EXPECT_EQ(to, there(kTrash));
  EXPECT_EQ(there(kInbox).size(), all.size() - odd.size());
  EXPECT_TRUE(run(writer().expunge(kTrash, validity(kTrash), Uids(to.begin(), to.end()), soon())));
  EXPECT_TRUE(there(kTrash).empty());
}

TEST_P(MailWriting, FoldersAreMadeBelowAndAtTheTop) {
  const auto top = run(writer().create_folder({}, "Büro & Co", soon()));
  ASSERT_TRUE(top) << top.error().what;
  const auto below = run(writer().create_folder(*top, "Ablage 2026", soon())).value();
  const auto* made = folder(below.value);
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->parent, *top);
  EXPECT_EQ(made->name, "Ablage 2026");
  EXPECT_TRUE(made->subscribed);
  EXPECT_TRUE(folder(top->value)->has_subfolders);
  EXPECT_EQ(append(below, mail("x")).value().uid, 1U);
  EXPECT_EQ(run(writer().create_folder({}, "Büro & Co", soon())).error().code, Errc::exists);
  EXPECT_EQ(run(writer().create_folder({}, "Inbox", soon())).error().code, Errc::exists);
  for (const std::string name : {"", "a/b", "line\nbreak"})
    EXPECT_EQ(run(writer().create_folder({}, name, soon())).error().code, Errc::invalid) << name;
}

TEST_P(MailWriting, AFolderMovesWithAllBelow) {
  const auto a = run(writer().create_folder({}, "A", soon())).value();
  const auto b = run(writer().create_folder(a, "B", soon())).value();
  const auto c = run(writer().create_folder(b, "C", soon())).value();
  append(c, mail("deep")).value();
  EXPECT_EQ(there(c).size(), 1U);
  const auto renamed = run(writer().move_folder(b, {}, "Bücher", soon()));
  ASSERT_TRUE(renamed) << renamed.error().what;
  const RemoteId deep{renamed->value + "/C"};
  EXPECT_EQ(folder(b.value), nullptr);
  ASSERT_NE(folder(deep.value), nullptr);
  EXPECT_TRUE(folder(deep.value)->subscribed);
  EXPECT_EQ(there(deep).size(), 1U);
  EXPECT_EQ(run(writer().move_folder(*renamed, {}, "A", soon())).error().code, Errc::exists);
  EXPECT_EQ(run(writer().move_folder(*renamed, deep, "x", soon())).error().code, Errc::invalid);
  EXPECT_EQ(run(writer().move_folder(kNowhere, {}, "x", soon())).error().code, Errc::not_found);
  EXPECT_EQ(run(writer().move_folder(kInbox, {}, "x", soon())).error().code, Errc::access_denied);
  EXPECT_EQ(run(writer().move_folder(*renamed, {}, "Bücher", soon())).value(), *renamed);
}

TEST_P(MailWriting, AFolderIsDeletedWithItsMailsButNotWithFoldersBelow) {
  const auto a = run(writer().create_folder({}, "A", soon())).value();
  const auto b = run(writer().create_folder(a, "B", soon())).value();
  append(b, mail("x")).value();
  EXPECT_EQ(run(writer().delete_folder(a, soon())).error().code, Errc::conflict);
  EXPECT_EQ(there(b).size(), 1U);
  const auto deleted = run(writer().delete_folder(b, soon()));
  EXPECT_TRUE(deleted) << deleted.error().what;
  EXPECT_EQ(folder(b.value), nullptr);
  EXPECT_TRUE(run(writer().delete_folder(a, soon())));
  EXPECT_TRUE(run(writer().delete_folder(a, soon())));
  EXPECT_EQ(run(writer().delete_folder(kInbox, soon())).error().code, Errc::access_denied);
  // One of that name made anew is another folder.
  EXPECT_TRUE(run(writer().create_folder({}, "A", soon())));
  EXPECT_TRUE(there(a).empty());
}

TEST(FakeMail, WritesFailBeforeOrAfterTheyWereDone) {
  net::EventLoop loop(2, 1);
  fake::Server server;
  const auto user = server.add_user();
  model::Credentials credentials;
  credentials.login = "anton";
  credentials.secret = Secret("secret");
  const auto backend = server.backend();
  const auto account = loop.run(backend->sign_in(credentials, seconds(5))).value();
  const auto put = [&] {
    return loop.run(account->mail_writer().append(kInbox, to_bytes(mail("x")), {}, {}, seconds(5)));
  };
  server.fail_next("write.", Errc::unavailable);
  EXPECT_EQ(put().error().code, Errc::unavailable);
  EXPECT_TRUE(server.uids(user, kInbox).empty());
  server.cut_next("write.append");
  EXPECT_EQ(put().error().code, Errc::unavailable);
  EXPECT_EQ(server.uids(user, kInbox).size(), 1U);
  server.set_quota(user, mail("x").size());
  EXPECT_EQ(put().error().code, Errc::quota);

  using Outcome = Submitted::Outcome;
  auto* submission = account->submission();
  ASSERT_NE(submission, nullptr);
  const auto send = [&](std::vector<std::string> to) {
    return loop.run(submission->submit({"anton@example.test", std::move(to)}, to_bytes(mail("x")), seconds(5)));
  };
  server.refuse_recipient("nobody@example.test", 550);
  EXPECT_EQ(send({"nobody@example.test"})->outcome, Outcome::refused);
  EXPECT_EQ(send({"nobody@example.test", "anton@example.test"})->refusals.size(), 1U);
  EXPECT_EQ(server.uids(user, kInbox).size(), 2U);
  server.cut_next("write.submit");
  EXPECT_EQ(send({"x@elsewhere.test"})->outcome, Outcome::unknown);
  server.fail_next("write.submit", Errc::unavailable);
  EXPECT_FALSE(send({"x@elsewhere.test"}));
  EXPECT_EQ(server.sent().size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Contract, MailWriting,
                         ::testing::Values(Where::fake, Where::dovecot, Where::without_extensions),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace oxb::backend::contract
