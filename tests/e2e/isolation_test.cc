// SPDX-License-Identifier: GPL-3.0-or-later
// Two contexts share login names, two users share folders: nothing reaches beyond what a user's own session returns.
#include "tests/e2e/stack.h"

#include "proto/mapi/tags.h"

#include <fmt/format.h>

#include <set>

namespace oxb::e2e {
namespace {

namespace tag = mapi::tag;

class Isolation : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    stack_ = std::make_unique<Stack>();
    if (stack_->usable()) stack_->start_gateway();
  }
  static void TearDownTestSuite() { stack_.reset(); }
  void SetUp() override {
    if (!stack_->usable()) GTEST_SKIP() << stack_->why_not();
    here_ = std::make_unique<Client>(*stack_, "anton@nordwind.example");
    there_ = std::make_unique<Client>(*stack_, "anton@suedlicht.example");
    ASSERT_TRUE(here_->ready()) << here_->error();
    ASSERT_TRUE(there_->ready()) << there_->error();
  }
  static std::set<std::string> addresses(Client& client) {
    std::set<std::string> all;
    EXPECT_TRUE(client.address_book().bind());
    const auto page = client.address_book().first_rows(200, {tag::kSmtpAddress});
    EXPECT_TRUE(page) << page.error().what;
    if (page)
      for (const auto& row : page->rows)
        if (const auto* address = row.get<std::string>(tag::kSmtpAddress)) all.insert(*address);
    return all;
  }
  static inline std::unique_ptr<Stack> stack_;
  std::unique_ptr<Client> here_, there_;
};

TEST_F(Isolation, AddressBooksOfTwoContextsShareNothing) {
  const auto here = addresses(*here_);
  const auto there = addresses(*there_);
  EXPECT_TRUE(here.contains("anton@nordwind.example"));
  EXPECT_TRUE(there.contains("anton@suedlicht.example"));
  for (const auto& address : here) EXPECT_FALSE(there.contains(address)) << address;
}

TEST_F(Isolation, NamesOfAnotherContextDoNotResolve) {
  ASSERT_TRUE(here_->address_book().bind());
  EXPECT_FALSE(here_->address_book().find_dn(there_->settings().legacy_dn));
  const auto resolved = here_->address_book().resolve({"anton@suedlicht.example", "=SMTP:anton@suedlicht.example"}, {tag::kDisplayName});
  ASSERT_TRUE(resolved) << resolved.error().what;
  for (const auto& match : *resolved) EXPECT_EQ(match.kind, cli::AddressBookClient::Match::Kind::none);
}

TEST_F(Isolation, NobodyConnectsOrLogsOnAsSomebodyElse) {
  cli::MapiClient stranger(here_->web(), here_->settings().mapi_http->mail_store);
  const auto connected = stranger.connect(there_->settings().legacy_dn);
  EXPECT_TRUE(!connected || connected->code != EcCode::none);
  EXPECT_FALSE(here_->mailbox().log_on(there_->settings().legacy_dn));
}

TEST_F(Isolation, TheMailboxIdInTheUrlRoutesAndNeverAuthorises) {
  cli::MapiClient client(here_->web(), there_->settings().mapi_http->mail_store);
  ASSERT_TRUE(client.connect(here_->settings().legacy_dn));
  const auto logon = client.log_on(here_->settings().legacy_dn);
  ASSERT_TRUE(logon) << logon.error().what;
  EXPECT_EQ(logon->mailbox_guid, here_->logon().mailbox_guid);
}

TEST_F(Isolation, IdsOfAnotherMailboxNameNothing) {
  auto berta = Client(*stack_, "berta@nordwind.example");
  ASSERT_TRUE(berta.ready()) << berta.error();
  EXPECT_FALSE(berta.logon().mailbox_guid == here_->logon().mailbox_guid);
  EXPECT_FALSE(berta.logon().replica_guid == here_->logon().replica_guid);
}

TEST_F(Isolation, AliasesAndLoginFormsMeetInOneMailbox) {
  const auto mailbox = here_->logon().mailbox_guid;
  for (const char* login : {"anton.adler@nordwind.example", "anton@1", "anton@nordwind"}) {
    Client same(*stack_, login, Stack::kPassword, "anton@nordwind.example");
    ASSERT_TRUE(same.ready()) << login << ": " << same.error();
    EXPECT_EQ(same.logon().mailbox_guid, mailbox) << login;
    EXPECT_EQ(same.settings().legacy_dn, here_->settings().legacy_dn) << login;
  }
}

TEST_F(Isolation, SharedFoldersShowWhatTheOwnerGrantedAndNoMore) {
  const auto folders = here_->folder_ids();
  std::size_t shared = 0;
  for (const auto& [path, id] : folders) shared += path.starts_with("Shared Folders/") ? 1 : 0;
  EXPECT_GT(shared, 0U);
  for (const auto& [path, id] : there_->folder_ids()) EXPECT_FALSE(path.starts_with("Shared Folders/Berta Brandt")) << path;
}

}  // namespace
}  // namespace oxb::e2e
