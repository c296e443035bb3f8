// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The real processes of tests/support/stack.h under GoogleTest, and a client signed in to them.
#include "cli/address_book_client.h"
#include "tests/support/stack.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

namespace oxb::e2e {

class Stack : public oxb::testing::Stack {
 public:
  Stack() : oxb::testing::Stack({.failed = [](const std::string& text) { ADD_FAILURE() << text; }}) {}
  ~Stack() {
    if (::testing::Test::HasFailure()) keep_files();
  }
};

// One signed-in client as Outlook starts: Autodiscover, Connect, Logon.
class Client {
 public:
  Client(Stack& stack, const std::string& login, const std::string& password = Stack::kPassword,
         const std::string& email = {});

  bool ready() const { return error_.empty(); }
  const std::string& error() const { return error_; }
  cli::Web& web() { return *web_; }
  cli::MapiClient& mailbox() { return *mailbox_; }
  cli::AddressBookClient& address_book() { return *address_book_; }
  const autodiscover::Settings& settings() const { return settings_; }
  const rop::Logon::Response& logon() const { return logon_; }

  // "parent id/name" -> id of every folder below the IPM subtree.
  std::map<std::string, std::uint64_t> folder_ids();
  // subject -> id of every message of a folder; the folder is listed completely when it holds `expected` of them.
  std::map<std::string, std::uint64_t> message_ids(mapi::Eid folder);
  mapi::Eid inbox();

 private:
  std::string error_;
  std::unique_ptr<cli::Web> web_;
  autodiscover::Settings settings_;
  std::unique_ptr<cli::MapiClient> mailbox_;
  std::unique_ptr<cli::AddressBookClient> address_book_;
  rop::Logon::Response logon_;
};

}  // namespace oxb::e2e
