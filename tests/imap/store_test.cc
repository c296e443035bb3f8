// SPDX-License-Identifier: GPL-3.0-or-later
// ImapMailStore against a real Dovecot: with QRESYNC, with CONDSTORE only, and with nothing but IMAP4rev1.
#include "tests/imap/support.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <set>

namespace oxb::backend {
namespace {

using model::FolderRole;
using model::FolderScope;
using testing::Dovecot;

enum class Server { full, condstore, plain };

Dovecot& dovecot(Server kind) {
  static Dovecot full;
  static Dovecot condstore({"imap/imap_capability = IMAP4rev1 ENABLE CONDSTORE LIST-EXTENDED"});
  static Dovecot plain({"imap/imap_capability = IMAP4rev1"});
  return kind == Server::full ? full : kind == Server::condstore ? condstore : plain;
}

const model::Folder* folder_of(const std::vector<model::Folder>& folders, const std::string& id) {
  for (const auto& folder : folders)
    if (folder.id.value == id) return &folder;
  return nullptr;
}

class ImapStore : public ::testing::TestWithParam<Server> {
 protected:
  void SetUp() override {
    auto& server = dovecot(kind());
    ASSERT_FALSE(server.failed()) << server.why_not();
    if (!server.running()) GTEST_SKIP() << server.why_not();
    static std::atomic<int> next{1};
    user_ = "user" + std::to_string(next++) + "@example.test";
    settings_ = plain_settings(server.imap());
    hand_ = std::make_unique<Hand>(loop_, settings_, user_);
    store_ = std::make_unique<ImapMailStore>(loop_.executor(), settings_, login_of(user_));
  }
  virtual Server kind() const { return GetParam(); }

  MailChanges changes(const std::string& folder, const model::Position& since = {}, std::size_t limit = 1000) {
    auto result = loop_.run(store_->changes(RemoteId{folder}, since, limit, seconds(30)));
    EXPECT_TRUE(result) << result.error().what;
    return result ? std::move(*result) : MailChanges{};
  }
  // Reads until nothing more is there, as sync does.
  MailChanges all_changes(const std::string& folder, model::Position since = {}, std::size_t limit = 1000) {
    MailChanges sum = changes(folder, since, limit);
    for (int i = 0; sum.more && i < 100; ++i) {
      auto next = changes(folder, sum.position, limit);
      sum.changed.insert(sum.changed.end(), next.changed.begin(), next.changed.end());
      sum.vanished.insert(sum.vanished.end(), next.vanished.begin(), next.vanished.end());
      sum.more = next.more;
      sum.complete = next.complete;
      sum.position = next.position;
    }
    EXPECT_FALSE(sum.more);
    return sum;
  }
  std::vector<model::Folder> folders() {
    auto result = loop_.run(store_->folders(seconds(30)));
    EXPECT_TRUE(result) << result.error().what;
    return result ? std::move(*result) : std::vector<model::Folder>{};
  }
  static std::vector<std::uint32_t> uids(const MailChanges& changes) {
    std::vector<std::uint32_t> result;
    for (const auto& summary : changes.changed) result.push_back(summary.uid);
    return result;
  }
  // What sync would conclude: proven deletions, or what a complete listing lacks.
  static std::set<std::uint32_t> gone(const MailChanges& changes, std::set<std::uint32_t> known) {
    if (!changes.complete) return {changes.vanished.begin(), changes.vanished.end()};
    for (const auto& summary : changes.changed) known.erase(summary.uid);
    return known;
  }
  static const model::MailSummary* find(const MailChanges& changes, std::uint32_t uid) {
    for (const auto& summary : changes.changed)
      if (summary.uid == uid) return &summary;
    return nullptr;
  }

  net::EventLoop loop_{2, 1};
  std::string user_;
  ImapSettings settings_;
  std::unique_ptr<Hand> hand_;
  std::unique_ptr<ImapMailStore> store_;
};

TEST_P(ImapStore, FoldersHaveRolesParentsAndCounts) {
  hand_->on("CREATE", "Büro & Co");
  hand_->on("CREATE", "Projekte/2026/Alpha");
  hand_->append("INBOX", mail("a"));
  hand_->append("INBOX", mail("b"), "(\\Seen)");
  const auto list = folders();
  const auto* inbox = folder_of(list, "INBOX");
  ASSERT_NE(inbox, nullptr);
  EXPECT_EQ(inbox->role, FolderRole::inbox);
  EXPECT_EQ(inbox->total, 2U);
  EXPECT_EQ(inbox->unread, 1U);
  EXPECT_EQ(inbox->own_rights, model::full_rights());
  EXPECT_EQ(inbox->kind, model::FolderKind::mail);
  for (const auto& [id, role] : {std::pair("Drafts", FolderRole::drafts), std::pair("Sent Items", FolderRole::sent),
                                 std::pair("Trash", FolderRole::trash), std::pair("Spam", FolderRole::junk)}) {
    const auto* folder = folder_of(list, id);
    ASSERT_NE(folder, nullptr) << id;
    EXPECT_EQ(folder->role, role) << id;
    EXPECT_TRUE(folder->parent.value.empty());
    EXPECT_TRUE(folder->subscribed) << id;
  }
  ASSERT_NE(folder_of(list, "Büro & Co"), nullptr);
  const auto* alpha = folder_of(list, "Projekte/2026/Alpha");
  ASSERT_NE(alpha, nullptr);
  EXPECT_EQ(alpha->name, "Alpha");
  EXPECT_EQ(alpha->parent.value, "Projekte/2026");
  const auto* node = folder_of(list, "Projekte");
  ASSERT_NE(node, nullptr);
  EXPECT_TRUE(node->has_subfolders);
  for (const auto& folder : list) {
    EXPECT_EQ(folder.scope, FolderScope::own) << folder.id.value;
    EXPECT_TRUE(folder.parent.value.empty() || folder_of(list, folder.parent.value)) << folder.id.value;
  }
}

TEST_P(ImapStore, FirstReadingComesInBatchesNewestFirst) {
  for (int i = 1; i <= 25; ++i)
    hand_->append("INBOX", mail(fmt::format("s{}", i)), i == 3 ? "(\\Flagged $Forwarded)" : "()");
  const auto first = changes("INBOX", {}, 10);
  EXPECT_EQ(first.changed.size(), 10U);
  EXPECT_TRUE(first.more);
  EXPECT_FALSE(first.complete);
  EXPECT_NE(first.uid_validity, 0U);
  EXPECT_EQ(first.total, 25U);
  EXPECT_EQ(first.unread, 25U);
  const auto all = all_changes("INBOX", {}, 10);
  const auto list = uids(all);
  ASSERT_EQ(list.size(), 25U);
  EXPECT_TRUE(std::is_sorted(list.rbegin(), list.rend()));
  const auto& newest = all.changed.front();
  EXPECT_NE(as_text(newest.headers).find("Subject: s25\r\n"), std::string_view::npos);
  EXPECT_EQ(newest.id.value, std::to_string(newest.uid));
  EXPECT_EQ(newest.size, mail("s25").size());
  EXPECT_FALSE(newest.version.value.empty());
  EXPECT_GT(to_unix_ms(newest.received), 1'600'000'000'000);
  ASSERT_TRUE(newest.structure);
  EXPECT_EQ(newest.structure->type, "text");
  EXPECT_EQ(newest.structure->subtype, "plain");
  const auto& third = all.changed[22];
  EXPECT_TRUE(third.flags.flagged);
  EXPECT_EQ(third.flags.keywords, std::vector<std::string>{"$Forwarded"});
  const auto once = changes("INBOX");
  EXPECT_TRUE(once.complete);
  EXPECT_FALSE(once.more);
  EXPECT_EQ(uids(once), list);
}

TEST_P(ImapStore, AnEmptyFolderIsCompleteAndStaysQuiet) {
  const auto first = changes("Drafts");
  EXPECT_TRUE(first.complete);
  EXPECT_TRUE(first.changed.empty());
  const auto second = changes("Drafts", first.position);
  EXPECT_TRUE(second.changed.empty());
  EXPECT_FALSE(second.more);
  EXPECT_EQ(changes("Drafts", second.position).position, second.position);
}

TEST_P(ImapStore, LaterReadingsTellNewChangedAndGoneMails) {
  for (int i = 1; i <= 6; ++i) hand_->append("INBOX", mail(fmt::format("s{}", i)));
  const auto first = changes("INBOX");
  const auto known = uids(first);
  ASSERT_EQ(known.size(), 6U);
  hand_->on("SELECT", "INBOX");
  hand_->run("UID STORE " + std::to_string(known[0]) + " +FLAGS.SILENT (\\Seen $MDNSent)");
  hand_->run("UID STORE " + std::to_string(known[2]) + " +FLAGS.SILENT (\\Deleted)");
  hand_->run("EXPUNGE");
  hand_->append("INBOX", mail("new"));
  const auto later = all_changes("INBOX", first.position);
  EXPECT_FALSE(later.renumbered);
  EXPECT_EQ(gone(later, {known.begin(), known.end()}), std::set<std::uint32_t>{known[2]});
  const auto* read = find(later, known[0]);
  ASSERT_NE(read, nullptr);
  EXPECT_TRUE(read->flags.seen);
  EXPECT_EQ(read->flags.keywords, std::vector<std::string>{"$MDNSent"});
  EXPECT_TRUE(read->headers.empty());
  EXPECT_NE(read->version, first.changed[0].version);
  const auto* fresh = find(later, known[0] + 1);
  ASSERT_NE(fresh, nullptr);
  EXPECT_NE(as_text(fresh->headers).find("Subject: new"), std::string_view::npos);
  EXPECT_EQ(later.total, 6U);
  EXPECT_EQ(later.unread, 5U);
  // A mail that did not change keeps its version where it is listed again.
  if (const auto* same = find(later, known[1])) EXPECT_EQ(same->version, first.changed[1].version);
  const auto quiet = changes("INBOX", later.position);
  EXPECT_TRUE(gone(quiet, {known.begin(), known.end()}).count(known[0]) == 0);
  EXPECT_TRUE(quiet.vanished.empty());
}

TEST_P(ImapStore, ManyNewMailsComeInBatchesAfterTheFirstReading) {
  hand_->append("INBOX", mail("old"));
  const auto first = changes("INBOX");
  for (int i = 1; i <= 12; ++i) hand_->append("INBOX", mail(fmt::format("s{}", i)));
  const auto later = all_changes("INBOX", first.position, 5);
  std::set<std::uint32_t> full;
  for (const auto& summary : later.changed)
    if (!summary.headers.empty()) full.insert(summary.uid);
  EXPECT_EQ(full.size(), 12U);
}

TEST_P(ImapStore, ChangesDuringTheFirstReadingAreNotLost) {
  for (int i = 1; i <= 9; ++i) hand_->append("INBOX", mail(fmt::format("s{}", i)));
  const auto begin = changes("INBOX", {}, 3);
  const auto seen = uids(begin);
  hand_->on("SELECT", "INBOX");
  hand_->run("UID STORE " + std::to_string(seen[0]) + " +FLAGS.SILENT (\\Seen)");
  hand_->run("UID STORE " + std::to_string(seen[1]) + " +FLAGS.SILENT (\\Deleted)");
  hand_->run("EXPUNGE");
  hand_->append("INBOX", mail("new"));
  const auto rest = all_changes("INBOX", begin.position, 3);
  EXPECT_EQ(rest.changed.size(), 6U);
  const auto later = all_changes("INBOX", rest.position, 100);
  ASSERT_NE(find(later, seen[0]), nullptr);
  EXPECT_TRUE(find(later, seen[0])->flags.seen);
  EXPECT_NE(find(later, seen[0] + 1), nullptr);
  EXPECT_EQ(gone(later, {seen.begin(), seen.end()}).count(seen[1]), 1U);
}

TEST_P(ImapStore, ANewUidValidityStartsAfresh) {
  hand_->on("CREATE", "Work");
  hand_->append("Work", mail("a"));
  const auto first = changes("Work");
  ASSERT_EQ(first.changed.size(), 1U);
  hand_->on("DELETE", "Work");
  hand_->on("CREATE", "Work");
  hand_->append("Work", mail("b"));
  hand_->append("Work", mail("c"));
  const auto again = changes("Work", first.position);
  EXPECT_TRUE(again.renumbered);
  EXPECT_NE(again.uid_validity, first.uid_validity);
  EXPECT_TRUE(again.complete);
  EXPECT_EQ(again.changed.size(), 2U);
  EXPECT_FALSE(changes("Work", again.position).renumbered);
}

TEST_P(ImapStore, MessagesComeWholeAndInTheOrderAsked) {
  const auto big = mail("big", 300'000);
  hand_->append("INBOX", mail("a"));
  hand_->append("INBOX", big);
  hand_->append("INBOX", mail("c"));
  const auto list = uids(changes("INBOX"));  // c, big, a
  const std::vector<std::uint32_t> asked{list[1], list[0] + 100, list[2], list[1]};
  const auto result = loop_.run(store_->messages(RemoteId{"INBOX"}, asked, seconds(30)));
  ASSERT_TRUE(result) << result.error().what;
  ASSERT_EQ(result->size(), 4U);
  ASSERT_TRUE((*result)[0]);
  EXPECT_EQ(as_text(*(*result)[0]), big);
  EXPECT_EQ((*result)[1].error().code, Errc::not_found);
  EXPECT_EQ(as_text(*(*result)[2]), mail("a"));
  EXPECT_EQ(as_text(*(*result)[3]), big);
  EXPECT_FALSE(find(changes("INBOX"), list[1])->flags.seen);  // fetching is not reading
}

TEST_P(ImapStore, MessagesBeyondTheBoundsAreRefusedAndTheRestArrives) {
  for (int i = 0; i < 4; ++i) hand_->append("INBOX", mail(fmt::format("m{}", i), i == 1 ? 200'000 : 30'000));
  auto list = uids(changes("INBOX"));
  std::sort(list.begin(), list.end());
  settings_.message_bytes = 100'000;
  settings_.answer_bytes = 80'000;
  ImapMailStore small(loop_.executor(), settings_, login_of(user_));
  const auto result = loop_.run(small.messages(RemoteId{"INBOX"}, list, seconds(30)));
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_TRUE((*result)[0]);
  EXPECT_EQ((*result)[1].error().code, Errc::limit);
  EXPECT_TRUE((*result)[2]);
  EXPECT_EQ((*result)[3].error().code, Errc::limit);  // beyond the sum; asked for alone it comes
  const auto last = loop_.run(small.messages(RemoteId{"INBOX"}, {list[3]}, seconds(30)));
  ASSERT_TRUE(last);
  EXPECT_TRUE((*last)[0]);
}

TEST_P(ImapStore, ExistingTellsWhichMailsAreThere) {
  for (int i = 0; i < 4; ++i) hand_->append("INBOX", mail(fmt::format("m{}", i)));
  const auto list = uids(changes("INBOX"));
  hand_->on("SELECT", "INBOX");
  hand_->run("UID STORE " + std::to_string(list[1]) + " +FLAGS.SILENT (\\Deleted)");
  hand_->run("EXPUNGE");
  const auto result =
      loop_.run(store_->existing(RemoteId{"INBOX"}, {list[0], list[1], list[3], list[0] + 7}, seconds(30)));
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(*result, (std::vector<std::uint32_t>{list[0], list[3]}));
  EXPECT_TRUE(loop_.run(store_->existing(RemoteId{"INBOX"}, {}, seconds(30)))->empty());
}

TEST_P(ImapStore, FlagsChangeForManyMailsAtOnce) {
  for (int i = 0; i < 3; ++i) hand_->append("INBOX", mail(fmt::format("m{}", i)), "(\\Flagged)");
  const auto list = uids(changes("INBOX"));
  std::vector<FlagChange> wanted;
  wanted.push_back({list[0], {"\\Seen", "$Forwarded"}, {"\\Flagged"}});
  wanted.push_back({list[1], {"\\Seen", "$Forwarded"}, {}});
  wanted.push_back({list[2] + 50, {"\\Seen"}, {}});  // gone: no error
  const auto done = loop_.run(store_->change_flags(RemoteId{"INBOX"}, wanted, seconds(30)));
  ASSERT_TRUE(done) << done.error().what;
  const auto now = changes("INBOX");
  EXPECT_TRUE(now.changed[0].flags.seen);
  EXPECT_FALSE(now.changed[0].flags.flagged);
  EXPECT_EQ(now.changed[0].flags.keywords, std::vector<std::string>{"$Forwarded"});
  EXPECT_TRUE(now.changed[1].flags.seen);
  EXPECT_TRUE(now.changed[1].flags.flagged);
  EXPECT_FALSE(now.changed[2].flags.seen);
  const auto bad = loop_.run(store_->change_flags(RemoteId{"INBOX"}, {{list[0], {"x) (y"}, {}}}, seconds(30)));
  EXPECT_EQ(bad.error().code, Errc::invalid);
}

TEST_P(ImapStore, MissingFoldersAreNotFound) {
  EXPECT_EQ(loop_.run(store_->changes(RemoteId{"No such folder"}, {}, 10, seconds(30))).error().code, Errc::not_found);
  EXPECT_EQ(loop_.run(store_->messages(RemoteId{"No\r\nA1 LOGOUT"}, {1}, seconds(30))).error().code, Errc::not_found);
  EXPECT_EQ(loop_.run(store_->changes(RemoteId{"INBOX"}, model::Position{"garbage"}, 10, seconds(30))).error().code,
            Errc::invalid);
}

TEST_P(ImapStore, OverlappingCallsShareAFewConnections) {
  for (int i = 0; i < 5; ++i) hand_->append("INBOX", mail(fmt::format("m{}", i)));
  const auto list = uids(changes("INBOX"));
  std::vector<std::future<Result<std::vector<Result<Bytes>>>>> running;
  for (int i = 0; i < 20; ++i)
    running.push_back(boost::asio::co_spawn(
        loop_.make_strand(), store_->messages(RemoteId{i % 2 ? "INBOX" : "Drafts"}, {list[0]}, seconds(30)),
        boost::asio::use_future));
  for (int i = 0; i < 20; ++i) {
    const auto result = running[static_cast<std::size_t>(i)].get();
    ASSERT_TRUE(result) << result.error().what;
    EXPECT_EQ((*result)[0].has_value(), i % 2 == 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Servers, ImapStore, ::testing::Values(Server::full, Server::condstore, Server::plain),
                         [](const auto& info) {
                           return info.param == Server::full        ? "Full"
                                  : info.param == Server::condstore ? "Condstore"
                                                                    : "Plain";
                         });

class ImapStoreFull : public ImapStore {
  Server kind() const override { return Server::full; }
};

// QRESYNC names what changed: never more than the limit, nothing twice, nothing missing.
TEST_P(ImapStoreFull, ManyChangedFlagsComeInBatches) {
  for (int i = 1; i <= 20; ++i) hand_->append("INBOX", mail(fmt::format("s{}", i)));
  const auto first = changes("INBOX");
  hand_->on("SELECT", "INBOX");
  hand_->run("STORE 1:* +FLAGS.SILENT (\\Seen)");
  auto since = first.position;
  std::multiset<std::uint32_t> told;
  for (int i = 0; i < 10; ++i) {
    const auto part = changes("INBOX", since, 7);
    EXPECT_LE(part.changed.size(), 7U);
    for (const auto& summary : part.changed) told.insert(summary.uid);
    since = part.position;
    if (i == 0) {  // in the middle of it all: one new mail, one change behind the cursor, one deletion
      hand_->run("UID STORE " + std::to_string(*told.begin()) + " +FLAGS.SILENT (\\Flagged)");
      hand_->append("INBOX", mail("new"));
    }
    if (!part.more) break;
  }
  const auto rest = all_changes("INBOX", since, 7);
  EXPECT_EQ(std::set(told.begin(), told.end()).size(), 21U);
  EXPECT_EQ(told.size(), 21U);
  // Afterwards only what happened meanwhile; the new mail may be named once more.
  ASSERT_NE(find(rest, *told.begin()), nullptr);
  EXPECT_TRUE(find(rest, *told.begin())->flags.flagged);
  EXPECT_LE(rest.changed.size(), 2U);
  EXPECT_TRUE(changes("INBOX", rest.position).changed.empty());
}

TEST_P(ImapStoreFull, AMovedMailKeepsItsGlobalId) {
  hand_->append("INBOX", mail("a"));
  const auto before = changes("INBOX");
  ASSERT_FALSE(before.changed[0].global_id.empty());
  hand_->on("SELECT", "INBOX");
  hand_->run("UID MOVE " + std::to_string(before.changed[0].uid) + " Trash");
  EXPECT_EQ(changes("Trash").changed[0].global_id, before.changed[0].global_id);
  EXPECT_EQ(changes("INBOX", before.position).vanished, std::vector<std::uint32_t>{before.changed[0].uid});
}

TEST_P(ImapStoreFull, AFolderStateTextChangesWithEveryChange) {
  hand_->append("INBOX", mail("a"));
  const auto state = [&] { return folder_of(folders(), "INBOX")->raw.at("state"); };
  const auto before = state();
  EXPECT_EQ(state(), before);
  hand_->on("SELECT", "INBOX");
  hand_->run("STORE 1 +FLAGS.SILENT (\\Seen)");
  const auto after = state();
  EXPECT_NE(after, before);
}

TEST_P(ImapStoreFull, SharedFoldersHaveTheirOwnerAndHisGrants) {
  const std::string owner = "user" + std::string("60@example.test");
  Hand other(loop_, settings_, owner);
  other.run("CREATE Team");
  other.append("Team", mail("shared"));
  other.run("SETACL Team " + user_ + " lrs");
  const auto list = folders();
  const auto* team = folder_of(list, "shared/" + owner + "/Team");
  ASSERT_NE(team, nullptr);
  EXPECT_EQ(team->scope, FolderScope::shared);
  EXPECT_EQ(team->owner_name, owner);
  EXPECT_EQ(team->own_rights.read, model::Rights::ItemLevel::all);
  EXPECT_EQ(team->own_rights.write, model::Rights::ItemLevel::none);
  EXPECT_EQ(team->own_rights.remove, model::Rights::ItemLevel::none);
  EXPECT_EQ(team->own_rights.folder, model::Rights::FolderLevel::visible);
  EXPECT_FALSE(team->own_rights.admin);
  EXPECT_EQ(team->total, 1U);
  EXPECT_EQ(folder_of(list, "shared/" + owner), nullptr);  // his Inbox is not shared
  const auto* root = folder_of(list, team->parent.value);
  ASSERT_NE(root, nullptr);
  EXPECT_EQ(root->role, FolderRole::shared_root);
  EXPECT_FALSE(root->selectable);
  EXPECT_TRUE(root->has_subfolders);
  const auto read = changes(team->id.value);
  EXPECT_EQ(read.changed.size(), 1U);
  other.run("SETACL INBOX " + user_ + " lrswt");
  const auto sign_in_again = [&] {  // Dovecot remembers rights as long as a session lasts
    store_ = std::make_unique<ImapMailStore>(loop_.executor(), settings_, login_of(user_));
  };
  sign_in_again();
  const auto with_inbox = folders();
  const auto* inbox = folder_of(with_inbox, "shared/" + owner);
  ASSERT_NE(inbox, nullptr);
  EXPECT_EQ(inbox->name, "INBOX");
  EXPECT_EQ(inbox->role, FolderRole::none);
  EXPECT_EQ(inbox->own_rights.write, model::Rights::ItemLevel::all);
  EXPECT_EQ(folder_of(with_inbox, "shared/" + owner + "/Team")->parent, inbox->id);
  other.run("DELETEACL INBOX " + user_);
  other.run("DELETEACL Team " + user_);
  sign_in_again();
  EXPECT_EQ(folder_of(folders(), "shared/" + owner + "/Team"), nullptr);
  EXPECT_EQ(loop_.run(store_->changes(RemoteId{"shared/" + owner + "/Team"}, {}, 10, seconds(30))).error().code,
            Errc::not_found);
}

TEST_P(ImapStoreFull, WaitingEndsWhenAMailArrives) {
  const auto first = changes("INBOX");
  auto waiting = boost::asio::co_spawn(loop_.make_strand(), store_->wait_for_change(RemoteId{"INBOX"}, seconds(60)),
                                       boost::asio::use_future);
  // It is waiting already or not yet: either way the mail is noticed.
  hand_->append("INBOX", mail("a"));
  const auto result = waiting.get();
  EXPECT_TRUE(result) << result.error().what;
  EXPECT_EQ(changes("INBOX", first.position).changed.size(), 1U);
}

TEST_P(ImapStoreFull, AChangeBeforeTheWaitIsNotSleptOver) {
  const auto first = changes("INBOX");
  hand_->append("INBOX", mail("a"));
  EXPECT_TRUE(loop_.run(store_->wait_for_change(RemoteId{"INBOX"}, seconds(60))));
  EXPECT_EQ(changes("INBOX", first.position).changed.size(), 1U);
}

TEST_P(ImapStoreFull, WaitingEndsWithItsDeadlineOrWhenCancelled) {
  (void)changes("INBOX");
  const auto late = loop_.run(store_->wait_for_change(RemoteId{"INBOX"}, Wait::upto(std::chrono::milliseconds(300))));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::unavailable);
  CancelSource source;
  auto waiting = boost::asio::co_spawn(
      loop_.make_strand(),
      store_->wait_for_change(RemoteId{"INBOX"}, Wait::upto(std::chrono::seconds(60), source.token())),
      boost::asio::use_future);
  source.cancel();
  const auto cancelled = waiting.get();
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, Errc::cancelled);
  EXPECT_TRUE(changes("INBOX").complete);
}

INSTANTIATE_TEST_SUITE_P(Server, ImapStoreFull, ::testing::Values(Server::full), [](const auto&) { return "Full"; });

}  // namespace
}  // namespace oxb::backend
