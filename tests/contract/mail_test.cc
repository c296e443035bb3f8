// SPDX-License-Identifier: GPL-3.0-or-later
// What every mail store promises (backend/connector.h), asked of the in-memory server and of the IMAP client with a
// real Dovecot.
#include "backend/fake/fake_server.h"
#include "tests/imap/support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>

namespace oxb::backend::contract {
namespace {

using model::FolderRole, model::MailFlags;

class MailWorld {
 public:
  virtual ~MailWorld() = default;
  virtual MailStore& store() = 0;
  virtual net::EventLoop& loop() = 0;
  virtual void deliver(const std::string& raw) = 0;  // into INBOX; UIDs are 1, 2, 3 ...
  virtual void mark_seen(std::uint32_t uid) = 0;
  virtual void expunge(std::uint32_t uid) = 0;
};

class FakeMailWorld final : public MailWorld {
 public:
  FakeMailWorld() : user_(server_.add_user()) {
    model::Credentials credentials;
    credentials.login = "anton";
    credentials.secret = Secret("secret");
    const auto backend = server_.backend();
    account_ = loop_.run(backend->sign_in(credentials, Wait::upto(std::chrono::seconds(5)))).value();
  }
  MailStore& store() override { return account_->mail(); }
  net::EventLoop& loop() override { return loop_; }
  void deliver(const std::string& raw) override { server_.deliver(user_, RemoteId{"INBOX"}, raw); }
  void mark_seen(std::uint32_t uid) override {
    MailFlags flags;
    flags.seen = true;
    server_.set_flags(user_, RemoteId{"INBOX"}, uid, flags);
  }
  void expunge(std::uint32_t uid) override { server_.expunge(user_, RemoteId{"INBOX"}, uid); }

 private:
  net::EventLoop loop_{2, 1};
  fake::Server server_;
  fake::UserHandle user_;
  std::shared_ptr<Account> account_;
};

oxb::testing::Dovecot& dovecot() {
  static oxb::testing::Dovecot server;
  return server;
}

class ImapMailWorld final : public MailWorld {
 public:
  ImapMailWorld() {
    static std::atomic<int> next{1};
    const auto user = "user" + std::to_string(next++) + "@example.test";
    const auto settings = plain_settings(dovecot().imap());
    hand_ = std::make_unique<Hand>(loop_, settings, user);
    store_ = std::make_unique<ImapMailStore>(loop_.executor(), settings, login_of(user));
  }
  ~ImapMailWorld() override {
    store_.reset();
    hand_.reset();
  }
  MailStore& store() override { return *store_; }
  net::EventLoop& loop() override { return loop_; }
  void deliver(const std::string& raw) override { hand_->append("INBOX", raw); }
  void mark_seen(std::uint32_t uid) override { store_flags(uid, "+FLAGS (\\Seen)"); }
  void expunge(std::uint32_t uid) override {
    store_flags(uid, "+FLAGS (\\Deleted)");
    hand_->run("UID EXPUNGE " + std::to_string(uid));
  }

 private:
  void store_flags(std::uint32_t uid, const std::string& change) {
    hand_->on("SELECT", "INBOX");
    hand_->run("UID STORE " + std::to_string(uid) + " " + change);
  }
  net::EventLoop loop_{2, 1};
  std::unique_ptr<Hand> hand_;
  std::unique_ptr<ImapMailStore> store_;
};

enum class Where { fake, dovecot };
void PrintTo(Where where, std::ostream* out) { *out << (where == Where::fake ? "Fake" : "Dovecot"); }

const RemoteId kInbox{"INBOX"};

class Mail : public ::testing::TestWithParam<Where> {
 protected:
  void SetUp() override {
    if (GetParam() == Where::fake) {
      world = std::make_unique<FakeMailWorld>();
      return;
    }
    ASSERT_FALSE(dovecot().failed()) << dovecot().why_not();
    if (!dovecot().running()) GTEST_SKIP() << dovecot().why_not();
    world = std::make_unique<ImapMailWorld>();
  }
  template <class T>
  T run(Task<T> task) {
    return world->loop().run(std::move(task));
  }
  static Wait soon() { return Wait::upto(std::chrono::seconds(20)); }
  MailChanges read(const model::Position& since = {}, std::size_t limit = 1000) {
    auto changes = run(world->store().changes(kInbox, since, limit, soon()));
    if (!changes) throw std::runtime_error(changes.error().what);
    return std::move(*changes);
  }
  static std::vector<std::uint32_t> uids(const MailChanges& changes) {
    std::vector<std::uint32_t> out;
    for (const auto& mail : changes.changed) out.push_back(mail.uid);
    return out;
  }
  void deliver(int count) {
    for (int i = 1; i <= count; ++i) world->deliver(mail("s" + std::to_string(i)));
  }

  std::unique_ptr<MailWorld> world;
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
                         [](const ::testing::TestParamInfo<Where>& info) {
                           return std::string(info.param == Where::fake ? "Fake" : "Dovecot");
                         });

}  // namespace
}  // namespace oxb::backend::contract
