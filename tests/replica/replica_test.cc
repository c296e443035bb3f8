// SPDX-License-Identifier: GPL-3.0-or-later
#include "replica/replica.h"

#include "base/sqlite.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace oxb::replica {
namespace {

using mapi::FileTime;
using mapi::NamedProperty;
namespace tag = mapi::tag;

class ReplicaTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = (std::filesystem::path(testing::TempDir()) / fmt::format("oxb_replica_{}.db", ::getpid())).string();
    clean();
    reopen();
  }
  void TearDown() override {
    replica_.reset();
    clean();
  }
  void clean() const {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  }
  void reopen(Replica::Options options = {}) {
    replica_.reset();
    auto opened = Replica::open(path_, options);
    ASSERT_TRUE(opened) << opened.error().what;
    replica_ = *std::move(opened);
  }
  FolderId folder(const std::string& name, FolderId parent = {}, Source source = Source::mail,
                  std::string remote = {}) {
    FolderRow row;
    row.name = name;
    row.parent = parent;
    row.source = source;
    row.remote.value = std::move(remote);
    const auto put = replica_->write([&](WriteTx& tx) { return tx.put_folder(row); });
    EXPECT_TRUE(put) << put.error().what;
    return put ? put->id : FolderId{};
  }
  static WriteTx::MessageChange mail(FolderId in, const std::string& uid, const std::string& subject,
                                     bool read = false) {
    WriteTx::MessageChange change;
    change.row.folder = in;
    change.row.remote.value = uid;
    change.row.remote_version = "1";
    change.row.read = read;
    change.row.properties.set(tag::kNormalizedSubject, subject);
    return change;
  }
  WriteTx::Put put(const WriteTx::MessageChange& change) {
    const auto done = replica_->write([&](WriteTx& tx) { return tx.put_message(change); });
    EXPECT_TRUE(done) << done.error().what;
    return done.value_or(WriteTx::Put{});
  }
  FolderRow row(FolderId id) {
    return replica_->read([&](ReadTx& tx) { return tx.folder(id); }).value().value();
  }
  MessageRow message(MessageId id) {
    return replica_->read([&](ReadTx& tx) { return tx.message(id); }).value().value();
  }
  std::string path_;
  std::unique_ptr<Replica> replica_;
};

TEST_F(ReplicaTest, IdentityAndIdsSurviveReopening) {
  const auto identity = replica_->identity();
  const auto inbox = folder("Inbox", {}, Source::mail, "INBOX");
  const auto id = put(mail(inbox, "7", "hello")).id;
  reopen();
  EXPECT_EQ(replica_->identity().mailbox, identity.mailbox);
  EXPECT_EQ(replica_->identity().replica, identity.replica);
  EXPECT_FALSE(identity.mailbox == identity.replica);
  EXPECT_EQ(put(mail(inbox, "7", "hello")).id, id);
  const auto later = put(mail(inbox, "8", "later")).id;
  EXPECT_GT(later.value, id.value);
}

TEST_F(ReplicaTest, DeletedStoreComesBackUnderNewGuids) {
  const auto identity = replica_->identity();
  replica_.reset();
  clean();
  reopen();
  EXPECT_FALSE(replica_->identity().mailbox == identity.mailbox);
  EXPECT_FALSE(replica_->identity().replica == identity.replica);
}

TEST_F(ReplicaTest, SameContentTwiceChangesNothing) {
  const auto inbox = folder("Inbox");
  const auto first = put(mail(inbox, "1", "a"));
  EXPECT_EQ(first.outcome, WriteTx::Put::Outcome::created);
  const auto number = message(first.id).change;
  EXPECT_EQ(put(mail(inbox, "1", "a")).outcome, WriteTx::Put::Outcome::unchanged);
  EXPECT_EQ(message(first.id).change, number);
  EXPECT_EQ(put(mail(inbox, "1", "a", true)).outcome, WriteTx::Put::Outcome::read_changed);
  EXPECT_EQ(message(first.id).change, number);
  EXPECT_GT(message(first.id).read_change, number);
  EXPECT_EQ(put(mail(inbox, "1", "b", true)).outcome, WriteTx::Put::Outcome::changed);
  EXPECT_GT(message(first.id).change, number);
}

TEST_F(ReplicaTest, CountsAreExactOnceListed) {
  const auto inbox = folder("Inbox");
  ASSERT_TRUE(replica_->write([&](WriteTx& tx) { return tx.set_folder_counts(inbox, 100, 40); }));
  put(mail(inbox, "1", "a"));
  const auto second = put(mail(inbox, "2", "b", true)).id;
  EXPECT_EQ(row(inbox).total, 100U);  // the backend's numbers until the listing is complete
  ASSERT_TRUE(replica_->write([&](WriteTx& tx) { return tx.set_folder_position(inbox, "p1", true); }));
  EXPECT_EQ(row(inbox).total, 2U);
  EXPECT_EQ(row(inbox).unread, 1U);
  ASSERT_TRUE(replica_->write([&](WriteTx& tx) { return tx.set_read(second, false); }));
  EXPECT_EQ(row(inbox).unread, 2U);
  ASSERT_TRUE(replica_->write([&](WriteTx& tx) { return tx.remove_message(second); }));
  ASSERT_TRUE(replica_->write([&](WriteTx& tx) { return tx.remove_message(second); }));  // gone already: still fine
  EXPECT_EQ(row(inbox).total, 1U);
  EXPECT_EQ(row(inbox).unread, 1U);
}

TEST_F(ReplicaTest, FolderChangesTakeNumbersOnlyWhenVisible) {
  const auto id = folder("Projects", {}, Source::mail, "Projects");
  const auto number = row(id).change;
  auto same = row(id);
  same.remote_version = "2";
  EXPECT_EQ(replica_->write([&](WriteTx& tx) { return tx.put_folder(same); })->outcome,
            WriteTx::PutFolder::Outcome::unchanged);
  EXPECT_EQ(row(id).change, number);
  same.name = "Project archive";
  EXPECT_EQ(replica_->write([&](WriteTx& tx) { return tx.put_folder(same); })->outcome,
            WriteTx::PutFolder::Outcome::changed);
  EXPECT_GT(row(id).change, number);
  EXPECT_EQ(folder("ignored", {}, Source::mail, "Projects"), id);  // found by its remote id
}

TEST_F(ReplicaTest, AFolderCannotBecomeItsOwnAncestor) {
  const auto parent = folder("a");
  const auto child = folder("b", parent);
  auto moved = row(parent);
  moved.parent = child;
  const auto result = replica_->write([&](WriteTx& tx) { return tx.put_folder(moved); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::invalid);
}

TEST_F(ReplicaTest, WhatOutlookSetSurvivesChangesOfTheBackend) {
  const auto inbox = folder("Inbox");
  const auto id = put(mail(inbox, "1", "a")).id;
  const mapi::PropTag own(0x8123, mapi::PropType::string);
  ASSERT_TRUE(replica_->write([&](WriteTx& tx) {
    return tx.set_message_properties(id, {{own, std::string("mine")}}, {tag::kNormalizedSubject});
  }));
  EXPECT_FALSE(message(id).properties.has(tag::kNormalizedSubject));
  put(mail(inbox, "1", "b"));
  EXPECT_EQ(*message(id).properties.get<std::string>(own), "mine");
  EXPECT_FALSE(message(id).properties.has(tag::kNormalizedSubject));
}

TEST_F(ReplicaTest, NamedPropertiesKeepTheirIds) {
  const auto name = mapi::lid::kAppointmentStartWhole.name();
  const auto first = replica_->write([&](WriteTx& tx) { return tx.ensure_property_id(name); });
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, 0x8001);
  const auto rolled_back = replica_->write([&](WriteTx& tx) -> Result<> {
    OXB_TRY([[maybe_unused]] const auto id, tx.ensure_property_id({mapi::set::kPublicStrings, std::string("Lost")}));
    return fail(Errc::internal, "on purpose");
  });
  EXPECT_FALSE(rolled_back);
  const auto header = replica_->write([&](WriteTx& tx) {
    return tx.ensure_property_id({mapi::set::kInternetHeaders, std::string("X-Spam")});
  });
  ASSERT_TRUE(header);
  reopen();
  const auto read = replica_->read([&](ReadTx& tx) -> Result<> {
    EXPECT_EQ(tx.property_id(name).value(), std::optional<mapi::PropId>(0x8001));
    EXPECT_FALSE(tx.property_id({mapi::set::kPublicStrings, std::string("Lost")}).value());
    EXPECT_EQ(std::get<std::string>(tx.property_name(*header).value()->id), "x-spam");
    return {};
  });
  EXPECT_TRUE(read);
}

TEST_F(ReplicaTest, ContentIsCachedPerVersionAndTrimmed) {
  reopen({.content_cache_bytes = 5000});
  const auto inbox = folder("Inbox");
  const auto one = put(mail(inbox, "1", "a")).id;
  const auto two = put(mail(inbox, "2", "b")).id;
  mapi::Content content;
  content.properties.set(tag::kBody, std::string(3000, 'x'));
  content.named.push_back({{mapi::set::kPublicStrings, std::string("Keywords")}, std::vector<std::string>{"Red"}});
  content.attachments.emplace_back().embedded = std::make_shared<mapi::Content>(content);
  content.attachments.front().named.push_back({mapi::lid::kAppointmentStartWhole.name(), FileTime{5}});
  ASSERT_EQ(replica_->read([&](ReadTx& tx) { return tx.content(one); }).value(), nullptr);
  const auto stored = replica_->write([&](WriteTx& tx) { return tx.put_content(one, content); });
  ASSERT_TRUE(stored);
  EXPECT_TRUE((*stored)->named.empty());
  content.attachments.clear();
  ASSERT_TRUE(replica_->write([&](WriteTx& tx) { return tx.put_content(two, content); }));
  EXPECT_EQ(replica_->read([&](ReadTx& tx) { return tx.content(one); }).value(), nullptr);  // the older one made room
  const auto cached = replica_->read([&](ReadTx& tx) { return tx.content(two); }).value();
  ASSERT_NE(cached, nullptr);
  EXPECT_EQ(cached->properties.get<std::string>(tag::kBody)->size(), 3000U);
  const auto keywords =
      replica_->read([&](ReadTx& tx) { return tx.property_id(content.named[0].name); }).value().value();
  EXPECT_NE(cached->properties.find(keywords), nullptr);
  auto newer = mail(inbox, "2", "b");
  newer.row.remote_version = "2";
  put(newer);
  EXPECT_EQ(replica_->read([&](ReadTx& tx) { return tx.content(two); }).value(), nullptr);
}

TEST_F(ReplicaTest, SortedIdsFollowTheirColumn) {
  const auto inbox = folder("Inbox");
  auto a = mail(inbox, "1", "Zebra");
  a.row.properties.set(tag::kMessageDeliveryTime, FileTime{132000000000000000});
  auto b = mail(inbox, "2", "äpfel");
  b.row.properties.set(tag::kMessageDeliveryTime, FileTime{131000000000000000});
  const auto first = put(a).id;
  const auto second = put(b).id;
  const auto ids = [&](SortKey key, ReadTx::Order order) {
    return replica_->read([&](ReadTx& tx) { return tx.message_ids(inbox, ContentsKind::normal, key, order); }).value();
  };
  EXPECT_EQ(ids(SortKey::subject, ReadTx::Order::ascending), (std::vector{second, first}));
  EXPECT_EQ(ids(SortKey::received, ReadTx::Order::ascending), (std::vector{second, first}));
  EXPECT_EQ(ids(SortKey::received, ReadTx::Order::descending), (std::vector{first, second}));
  EXPECT_EQ(ids(SortKey::id, ReadTx::Order::ascending), (std::vector{first, second}));
}

TEST_F(ReplicaTest, NeighboursAreTheNearestByDateInTheSameFolder) {
  const auto inbox = folder("Inbox");
  const auto elsewhere = folder("Elsewhere");
  std::vector<MessageId> ids;
  for (const std::uint64_t minute : {3, 1, 2, 2, 5}) {
    auto change = mail(inbox, std::to_string(ids.size() + 1), "a");
    change.row.properties.set(tag::kMessageDeliveryTime, FileTime{132000000000000000 + minute * 600'000'000});
    change.row.properties.set(tag::kMessageSize, static_cast<std::int32_t>(minute * 100));
    ids.push_back(put(change).id);
    change.row.folder = elsewhere;
    put(change);
  }
  mapi::Content content;
  content.properties.set(tag::kBody, std::string("x"));
  ASSERT_TRUE(replica_->write([&](WriteTx& tx) { return tx.put_content(ids[1], content); }));
  const auto near = [&](MessageId id, ReadTx::Order order, std::size_t count) {
    return replica_->read([&](ReadTx& tx) { return tx.neighbours(id, order, count); }).value();
  };
  const auto older = near(ids[0], ReadTx::Order::descending, 10);
  ASSERT_EQ(older.size(), 3U);
  EXPECT_EQ(older[0].id, ids[3]);
  EXPECT_EQ(older[0].size, 200U);
  EXPECT_FALSE(older[0].cached);
  EXPECT_EQ(older[1].id, ids[2]);
  EXPECT_EQ(older[2].id, ids[1]);
  EXPECT_TRUE(older[2].cached);
  const auto newer = near(ids[1], ReadTx::Order::ascending, 2);
  ASSERT_EQ(newer.size(), 2U);
  EXPECT_EQ(newer[0].id, ids[2]);
  EXPECT_EQ(newer[1].id, ids[3]);
  EXPECT_TRUE(near(ids[4], ReadTx::Order::ascending, 5).empty());
  EXPECT_TRUE(near(MessageId{0xFFFF'FFFF}, ReadTx::Order::ascending, 5).empty());
}

TEST_F(ReplicaTest, MovedMessageKeepsItsIdAndProperties) {
  const auto inbox = folder("Inbox");
  const auto archive = folder("Archive");
  for (const auto id : {inbox, archive})
    ASSERT_TRUE(replica_->write([&](WriteTx& tx) { return tx.set_folder_position(id, "p", true); }));
  const auto id = put(mail(inbox, "1", "a")).id;
  const auto before = message(id).change;
  ASSERT_TRUE(replica_->write([&](WriteTx& tx) { return tx.move_message(id, archive, RemoteId{"91"}); }));
  EXPECT_EQ(message(id).folder, archive);
  EXPECT_EQ(message(id).remote.value, "91");
  EXPECT_GT(message(id).change, before);
  EXPECT_EQ(row(inbox).total, 0U);
  EXPECT_EQ(row(archive).total, 1U);
}

TEST_F(ReplicaTest, KilledProcessReusesNoCounter) {
  const auto inbox = folder("Inbox");
  replica_.reset();
  std::set<std::uint64_t> seen;
  for (int round = 0; round < 3; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {  // commits some, then dies inside a transaction
      auto replica = Replica::open(path_, {}).value();
      for (int i = 0; i < 3; ++i) {
        const auto put = replica->write(
            [&](WriteTx& tx) { return tx.put_message(mail(inbox, fmt::format("{}-{}", round, i), "x")); });
        const auto id = put.value().id.value;
        if (::write(ends[1], &id, sizeof id) != sizeof id) ::_exit(2);
      }
      (void)replica->write([&](WriteTx& tx) -> Result<> {
        (void)tx.put_message(mail(inbox, fmt::format("{}-lost", round), "x"));
        ::kill(::getpid(), SIGKILL);
        return {};
      });
      ::_exit(3);
    }
    ::close(ends[1]);
    std::uint64_t id = 0;
    int read = 0;
    while (::read(ends[0], &id, sizeof id) == sizeof id) {
      EXPECT_TRUE(seen.insert(id).second) << "counter handed out twice";
      ++read;
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(read, 3);
  }
  reopen();
  EXPECT_EQ(replica_->read([&](ReadTx& tx) { return tx.remote_states(inbox); }).value().size(), 9U);
}

TEST_F(ReplicaTest, IntentsOutliveAKilledProcess) {
  Intent intent;
  intent.token = random_guid();
  intent.kind = Intent::Kind::replace;
  intent.folder = FolderId{7};
  intent.message = MessageId{8};
  intent.old_folder = FolderId{9};
  intent.old = RemoteId{"12"};
  intent.old_version = "7";
  intent.digest = "abc";
  intent.made = from_unix_ms(1000);
  ASSERT_TRUE(replica_->write([&](WriteTx& tx) { return tx.put_intent(intent); }));
  intent.state = Intent::State::sending;
  ASSERT_TRUE(replica_->write([&](WriteTx& tx) { return tx.put_intent(intent); }));
  reopen();
  const auto found = replica_->read([&](ReadTx& tx) { return tx.intent(intent.token); }).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, intent);
  EXPECT_EQ(replica_->read([](ReadTx& tx) { return tx.intents(); }).value(), std::vector{intent});
  ASSERT_TRUE(replica_->write([&](WriteTx& tx) { return tx.remove_intent(intent.token); }));
  EXPECT_FALSE(replica_->read([&](ReadTx& tx) { return tx.intent(intent.token); }).value());
}

TEST_F(ReplicaTest, AStoreOfTheFirstSchemaIsTakenOver) {
  const auto identity = replica_->identity();
  replica_.reset();
  {
    auto raw = Sqlite::open(path_).value();
    ASSERT_TRUE(raw->exec("DROP TABLE intent; PRAGMA user_version=1"));
  }
  reopen();
  EXPECT_EQ(replica_->identity().replica, identity.replica);
  EXPECT_TRUE(replica_->read([](ReadTx& tx) { return tx.intents(); }).value().empty());
}

TEST_F(ReplicaTest, NewerSchemaIsRefusedAndDamageIsNamed) {
  replica_.reset();
  {
    auto raw = Sqlite::open(path_).value();
    ASSERT_TRUE(raw->exec("PRAGMA user_version=99"));
  }
  const auto newer = Replica::open(path_, {});
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, Errc::unsupported);
  clean();
  std::ofstream(path_) << std::string(8192, 'x');
  const auto damaged = Replica::open(path_, {});
  ASSERT_FALSE(damaged);
  EXPECT_NE(damaged.error().what.find(path_), std::string::npos);
}

TEST_F(ReplicaTest, RemovedFolderTakesEverythingBelowIt) {
  const auto top = folder("a");
  const auto below = folder("b", top);
  const auto id = put(mail(below, "1", "x")).id;
  ASSERT_TRUE(replica_->write([&](WriteTx& tx) { return tx.remove_folder(top); }));
  EXPECT_FALSE(replica_->read([&](ReadTx& tx) { return tx.folder(below); }).value());
  EXPECT_FALSE(replica_->read([&](ReadTx& tx) { return tx.message(id); }).value());
}

}  // namespace
}  // namespace oxb::replica
