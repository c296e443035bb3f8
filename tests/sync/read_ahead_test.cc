// SPDX-License-Identifier: GPL-3.0-or-later
#include "sync/read_ahead.h"

#include "proto/mapi/tags.h"
#include "tests/sync/fixture.h"

#include <thread>

namespace oxb::sync {
namespace {

using model::FolderRole;
using replica::Special;

class ReadAheadTest : public SyncTest {
 protected:
  // So many mails in the Inbox, listed; their ids, oldest first.
  std::vector<MessageId> deliver(int count) {
    const auto inbox = server_.folder(user_, FolderRole::inbox);
    for (int i = 0; i < count; ++i)
      server_.deliver(user_, inbox, mail(name(i)), {}, from_unix_ms(1'780'000'000'000 + i * 60'000LL));
    open_mailbox();
    folder_ = special(Special::inbox).id;
    EXPECT_TRUE(list(folder_));
    EXPECT_TRUE(refresh());
    const auto ids = read([&](replica::ReadTx& tx) {
      return tx.message_ids(folder_, replica::ContentsKind::normal, replica::SortKey::received,
                            replica::ReadTx::Order::ascending);
    });
    EXPECT_TRUE(ids && ids->size() == static_cast<std::size_t>(count));
    server_.reset_calls();
    return ids.value_or(std::vector<MessageId>());
  }
  static std::string name(int number) { return fmt::format("mail-{:03}", number); }
  void expect_body(MessageId id, int number) {
    const auto content = on_mailbox(&Mailbox::content, id, soon());
    ASSERT_TRUE(content) << number << " " << content.error().what;
    const auto* body = (*content)->properties.get<std::string>(mapi::tag::kBody);
    ASSERT_TRUE(body);
    EXPECT_TRUE(body->find("Body of " + name(number)) != std::string::npos) << *body;
  }
  bool is_cached(MessageId id) {
    const auto content = read([&](replica::ReadTx& tx) { return tx.content(id); });
    return content && *content;
  }
  FolderId folder_;
};

TEST_F(ReadAheadTest, ReadingOnwardFetchesInBatches) {
  const auto ids = deliver(60);
  for (int i = 59; i >= 0; --i) expect_body(ids[static_cast<std::size_t>(i)], i);
  // Two to see the direction, then 4, 8, 16 and the rest.
  EXPECT_LE(server_.calls("mail.messages"), 6U);
}

TEST_F(ReadAheadTest, TheOtherWayToo) {
  const auto ids = deliver(60);
  for (int i = 0; i < 60; ++i) expect_body(ids[static_cast<std::size_t>(i)], i);
  EXPECT_LE(server_.calls("mail.messages"), 6U);
}

TEST_F(ReadAheadTest, JumpingAboutFetchesNothingElse) {
  const auto ids = deliver(40);
  std::size_t opened = 0;
  for (const int i : {3, 20, 11, 38, 7, 30, 15}) {
    expect_body(ids[static_cast<std::size_t>(i)], i);
    ++opened;
  }
  EXPECT_EQ(server_.calls("mail.messages"), opened);
  std::size_t cached = 0;
  for (const auto id : ids) cached += is_cached(id) ? 1 : 0;
  EXPECT_EQ(cached, opened);
}

TEST_F(ReadAheadTest, AMailThatGoesMeanwhileIsNotThereAndTheNextOneIs) {
  const auto ids = deliver(10);
  expect_body(ids[9], 9);
  server_.hold();
  std::thread reader([&] { expect_body(ids[8], 8); });
  while (server_.held() < 2) std::this_thread::yield();  // what is asked for, and the batch behind it
  server_.expunge(user_, server_.folder(user_, FolderRole::inbox), 7);
  server_.release();
  reader.join();
  expect_body(ids[7], 7);
  const auto gone = on_mailbox(&Mailbox::content, ids[6], soon());
  EXPECT_FALSE(gone);
  expect_body(ids[5], 5);
}

TEST(ReadAhead, LargeMailsAreLeftToBeAskedFor) {
  using Neighbour = replica::ReadTx::Neighbour;
  std::vector<Neighbour> following = {{MessageId{1}, 1000, false},
                                      {MessageId{2}, ReadAhead::kLargestMail + 1, false},
                                      {MessageId{3}, 1000, true},
                                      {MessageId{4}, 1000, false}};
  EXPECT_EQ(ReadAhead::wanted(following), (std::vector<MessageId>{MessageId{1}, MessageId{4}}));
  following.clear();
  for (std::uint64_t i = 1; i <= ReadAhead::kLargestBatch; ++i)
    following.push_back({MessageId{i}, ReadAhead::kLargestMail, false});
  EXPECT_EQ(ReadAhead::wanted(following).size(), ReadAhead::kLargestBytes / ReadAhead::kLargestMail);
}

}  // namespace
}  // namespace oxb::sync
