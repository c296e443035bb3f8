// SPDX-License-Identifier: GPL-3.0-or-later
// Killed, stopped, robbed of its store, cut off from its backend: what the gateway promises about ids and errors.
#include "tests/e2e/stack.h"

#include "proto/mapi/tags.h"

#include <fmt/format.h>

#include <thread>

namespace oxb::e2e {
namespace {

constexpr const char* kAnton = "anton@nordwind.example";

std::string sample_mail() { return std::string(OXB_SOURCE_DIR) + "/share/sample/mail/nordwind/anton"; }

class Recovery : public ::testing::Test {
 protected:
  void SetUp() override {
    stack_ = std::make_unique<Stack>();
    if (!stack_->usable()) GTEST_SKIP() << stack_->why_not();
    stack_->load_mail(kAnton, sample_mail());
    stack_->start_gateway();
  }
  std::unique_ptr<Client> sign_in(const std::string& user = kAnton) {
    auto client = std::make_unique<Client>(*stack_, user);
    EXPECT_TRUE(client->ready()) << client->error();
    return client;
  }
  std::unique_ptr<Stack> stack_;
};

TEST_F(Recovery, KilledGatewayKeepsEveryId) {
  std::map<std::string, std::uint64_t> folders, messages;
  Guid mailbox, replica;
  for (int round = 0; round < 4; ++round) {
    auto client = sign_in();
    ASSERT_TRUE(client->ready());
    if (round == 0) {
      mailbox = client->logon().mailbox_guid;
      replica = client->logon().replica_guid;
    }
    EXPECT_EQ(client->logon().mailbox_guid, mailbox);
    EXPECT_EQ(client->logon().replica_guid, replica);
    for (const auto& [name, id] : client->folder_ids()) {
      const auto [known, added] = folders.emplace(name, id);
      EXPECT_EQ(known->second, id) << name;
    }
    // The first rounds are killed while the Inbox is still being read.
    if (round == 0) std::thread([&] { (void)client->mailbox().ping(); }).join();
    if (round > 0) {
      for (const auto& [subject, id] : client->message_ids(client->inbox())) {
        const auto [known, added] = messages.emplace(subject, id);
        EXPECT_EQ(known->second, id) << subject;
      }
    }
    stack_->kill_gateway();
    stack_->start_gateway();
  }
  EXPECT_GT(folders.size(), 15U);
  EXPECT_GT(messages.size(), 20U);
}

TEST_F(Recovery, DeletedStoreShowsTheSameMailboxUnderNewGuids) {
  auto before = sign_in();
  ASSERT_TRUE(before->ready());
  const auto messages = before->message_ids(before->inbox());
  ASSERT_TRUE(before->address_book().bind());
  const auto dn = before->settings().legacy_dn;
  const auto minimal_id = before->address_book().find_dn(dn);
  ASSERT_TRUE(minimal_id) << minimal_id.error().what;
  EXPECT_EQ(stack_->stop_gateway(), 0);
  stack_->remove_store();
  stack_->start_gateway();
  auto after = sign_in();
  ASSERT_TRUE(after->ready());
  EXPECT_FALSE(after->logon().mailbox_guid == before->logon().mailbox_guid);
  EXPECT_FALSE(after->logon().replica_guid == before->logon().replica_guid);
  EXPECT_EQ(after->settings().legacy_dn, dn);
  ASSERT_TRUE(after->address_book().bind());
  const auto again = after->address_book().find_dn(dn);
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_TRUE(*again == *minimal_id);
  const auto now = after->message_ids(after->inbox());
  ASSERT_EQ(now.size(), messages.size());
  for (const auto& [subject, id] : messages) EXPECT_TRUE(now.contains(subject)) << subject;
}

TEST_F(Recovery, BackendDownLeavesWhatIsKnownReadable) {
  auto client = sign_in();
  ASSERT_TRUE(client->ready());
  const auto before = client->folder_ids();
  stack_->stop_box();
  EXPECT_EQ(client->folder_ids(), before);
  EXPECT_FALSE(client->message_ids(client->inbox()).empty());  // mail does not need the groupware
  EXPECT_FALSE(Client(*stack_, "berta@nordwind.example").ready());
  stack_->start_box();
  auto other = sign_in("berta@nordwind.example");
  EXPECT_TRUE(other->ready());
  EXPECT_TRUE(stack_->gateway_running());
}

TEST_F(Recovery, NewMailIsToldToAWaitingClient) {
  auto client = sign_in();
  ASSERT_TRUE(client->ready());
  const auto before = client->message_ids(client->inbox());
  ASSERT_FALSE(before.empty());
  ASSERT_TRUE(client->mailbox().subscribe_store(0x0002 | 0x0004));  // NewMail, ObjectCreated
  Result<bool> told = false;
  std::thread waiting([&] { told = client->mailbox().wait_for_events(std::chrono::seconds(60)); });
  stack_->deliver(kAnton, "fresh-from-the-press");
  waiting.join();
  ASSERT_TRUE(told) << told.error().what;
  EXPECT_TRUE(*told);
  EXPECT_TRUE(client->message_ids(client->inbox()).contains("fresh-from-the-press"));
}

TEST_F(Recovery, GarbageAndWrongPasswordsHarmNobody) {
  auto client = sign_in();
  ASSERT_TRUE(client->ready());
  net::CookieJar cookies;
  for (const auto& path : {"/mapi/emsmdb/", "/mapi/nspi/"})
    for (const auto* type : {"Connect", "Execute", "NotificationWait", "Bind", "QueryRows", "ResolveNames", "Nonsense"})
      for (std::size_t size : {0, 1, 7, 64, 5000}) {
        Bytes body(size);
        for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<std::byte>(i * 37 + size);
        (void)client->web().mapi(stack_->url() + path, type, body, cookies, std::chrono::seconds(20));
      }
  EXPECT_FALSE(Client(*stack_, "berta@nordwind.example", "wrong").ready());
  EXPECT_TRUE(stack_->gateway_running());
  EXPECT_FALSE(client->folder_ids().empty());
}

TEST_F(Recovery, StopsInGoodOrderWithClientsConnected) {
  auto client = sign_in();
  ASSERT_TRUE(client->ready());
  EXPECT_EQ(stack_->stop_gateway(), 0);
}

}  // namespace
}  // namespace oxb::e2e
