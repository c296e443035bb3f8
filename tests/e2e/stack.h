// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The real thing as processes: oxsandbox with its sample company, a private Dovecot with its mail, oxbridged before them.
#include "cli/address_book_client.h"
#include "cli/mapi_client.h"
#include "tests/support/dovecot.h"

#include <gtest/gtest.h>
#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace oxb::e2e {

class Process {
 public:
  // Output goes to log_file. Ends with SIGKILL at the latest when this is destroyed.
  Process(std::vector<std::string> command, const std::string& log_file);
  ~Process();
  Process(const Process&) = delete;

  void signal(int number) const;
  int wait();  // exit status; 128 + number after a signal
  bool running();

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
};

// Runs a command to its end and asserts success.
void run_command(const std::vector<std::string>& command, const std::string& log_file);
std::string program(const std::string& name);

class Stack {
 public:
  static constexpr const char* kPassword = "secret-1";
  Stack();
  ~Stack();

  bool usable() const { return why_not_.empty(); }
  const std::string& why_not() const { return why_not_; }

  void start_box();
  void stop_box();
  void start_gateway();
  void kill_gateway();                 // kill -9
  int stop_gateway();                  // in good order; its exit status
  void remove_store() const;
  void deliver(const std::string& user, const std::string& subject);  // one new mail in the Inbox, over IMAP
  void load_mail(const std::string& user, const std::string& directory);

  const std::string& url() const { return url_; }
  const std::string& ca_file() const { return ca_file_; }
  std::string store() const { return directory_ + "/store"; }
  net::EventLoop& loop() { return loop_; }
  bool gateway_running() { return gateway_ && gateway_->running(); }

 private:
  std::string wait_for_line(const std::string& file, std::size_t line) const;
  std::string directory_;
  std::string why_not_;
  std::string box_port_ = "0";
  std::string url_, ca_file_;
  net::EventLoop loop_{2, 1};
  std::unique_ptr<oxb::testing::Dovecot> dovecot_;
  std::unique_ptr<Process> box_, gateway_;
  int gateways_ = 0;
};

// One signed-in client as Outlook starts: Autodiscover, Connect, Logon.
class Client {
 public:
  Client(Stack& stack, const std::string& login, const std::string& password = Stack::kPassword, const std::string& email = {});

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
