// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/directory.h"
#include "tests/sync/fixture.h"

#include <sys/stat.h>

namespace oxb::sync {
namespace {

class AccountsTest : public SyncTest {};

TEST_F(AccountsTest, EveryLoginFormMeetsInOneMailbox) {
  const auto by_name = sign_in("anton");
  const auto by_address = sign_in("anton@example.test");
  ASSERT_TRUE(by_name && by_address);
  EXPECT_EQ(by_name->get(), by_address->get());
}

TEST_F(AccountsTest, ContextsThatShareLoginNamesShareNothingElse) {
  backend::fake::User other;
  other.context = 2;
  other.email = "anton@other.test";
  server_.add_user(other);
  const auto here = sign_in("anton@example.test");
  const auto there = sign_in("anton@other.test");
  ASSERT_TRUE(here && there);
  EXPECT_NE(here->get(), there->get());
  EXPECT_NE((*here)->owner().legacy_dn, (*there)->owner().legacy_dn);
  EXPECT_FALSE((*here)->replica().identity().mailbox == (*there)->replica().identity().mailbox);
}

TEST_F(AccountsTest, WrongPasswordIsRefused) {
  const auto refused = sign_in("anton", "wrong");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unauthenticated);
}

TEST_F(AccountsTest, DeletedStoreKeepsNamesAndChangesGuids) {
  open_mailbox();
  const auto names = mailbox_->owner().legacy_dn;
  const auto identity = mailbox_->replica().identity();
  const auto inbox = special(replica::Special::inbox).name;
  mailbox_.reset();
  close_accounts();
  std::filesystem::remove_all(store_);
  open_accounts();
  open_mailbox();
  EXPECT_EQ(mailbox_->owner().legacy_dn, names);
  EXPECT_FALSE(mailbox_->replica().identity().mailbox == identity.mailbox);
  EXPECT_FALSE(mailbox_->replica().identity().replica == identity.replica);
  EXPECT_EQ(special(replica::Special::inbox).name, inbox);
}

TEST_F(AccountsTest, AddressBookHoldsWhatTheUsersOwnSessionReturned) {
  backend::fake::User other;
  other.id = 4;
  other.login = "berta";
  other.email = "berta@example.test";
  server_.add_user(other);
  close_accounts();
  const directory::Installation installation("test");
  const auto books = directory::Directories::create((store_ / "directory").string(), installation).value();
  AccountsOptions options;
  options.store_directory = store_.string();
  accounts_ = Accounts::create(loop_.executor(), server_.backend(), installation, books, options).value();
  open_mailbox();
  ASSERT_TRUE(on_mailbox(&Mailbox::ensure_address_book, soon()));
  const auto book = books->of(1).value();
  EXPECT_EQ(book->view(3).value()->size(), 2U);
  EXPECT_EQ(book->view(4).value()->size(), 0U);  // Berta never signed in
}

TEST_F(AccountsTest, StoreFilesArePrivateAndLocked) {
  open_mailbox();
  for (const auto& entry : std::filesystem::directory_iterator(store_)) {
    struct stat info {};
    ASSERT_EQ(::stat(entry.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 077, 0U) << entry.path();
  }
  AccountsOptions options;
  options.store_directory = store_.string();
  const auto second =
      Accounts::create(loop_.executor(), server_.backend(), directory::Installation("test"), nullptr, options);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().what.find("in use"), std::string::npos);
}

TEST_F(AccountsTest, SignsOutWhenTheLastHolderLetsGo) {
  open_mailbox();
  mailbox_.reset();
  for (int i = 0; i < 200 && server_.calls("sign_out") == 0; ++i)
    loop_.run(net::sleep(Wait::upto(std::chrono::milliseconds(10))));
  EXPECT_GE(server_.calls("sign_out"), 1U);
}

}  // namespace
}  // namespace oxb::sync
