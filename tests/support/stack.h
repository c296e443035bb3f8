// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The real thing as processes: oxsandbox with its sample company, a private Dovecot with its mail, oxbridged before
// them. For tests and measurements alike, so without a test framework.
#include "cli/mapi_client.h"
#include "net/event_loop.h"
#include "tests/support/dovecot.h"
#include "tests/support/process.h"
#include "tests/support/relay.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace oxb::testing {

class Stack {
 public:
  static constexpr const char* kPassword = "secret-1";

  struct Options {
    // Called with what went wrong beyond repair; a test fails there, a measurement ends.
    std::function<void(const std::string&)> failed;
    // Users besides those of the sample: user1@nordwind.example and so on.
    int more_users = 0;
    bool imap_through_relay = false;  // needed for set_round_trip
  };
  explicit Stack(Options options);
  ~Stack();

  bool usable() const { return why_not_.empty(); }
  const std::string& why_not() const { return why_not_; }
  void keep_files() { keep_files_ = true; }

  void start_box();
  void stop_box();
  void start_gateway();
  void kill_gateway();  // kill -9
  int stop_gateway();   // in good order; its exit status
  void remove_store() const;
  void stop_mail() { dovecot_->stop(); }
  // Where mail is handed in for sending, and what was handed in so far, as JSON (docs/sandbox.md).
  std::uint16_t submission_port() const { return submission_port_; }
  std::string outgoing() { return control("GET", "outgoing"); }
  // A request to the box's /control, e.g. ("POST", "faults", "{...}").
  std::string control(const std::string& method, const std::string& what, const std::string& body = {});
  void deliver(const std::string& user, const std::string& subject);  // one new mail in the Inbox, over IMAP
  void load_mail(const std::string& user, const std::string& directory);
  // Runs oxsandbox on the file of the box, which is not to be serving, and gives back what it printed.
  std::string box_command(std::vector<std::string> arguments) const;

  // Both backends look that far away from the gateway.
  void set_round_trip(std::chrono::milliseconds time);
  // What the gateway asked for so far: requests to the groupware, and turns of the mail connections.
  struct Traffic {
    std::uint64_t ox = 0, imap = 0;
  };
  Traffic traffic();

  const std::string& url() const { return url_; }
  const std::string& ca_file() const { return ca_file_; }
  const std::string& directory() const { return directory_; }
  std::string store() const { return directory_ + "/store"; }
  std::string config_file() const { return directory_ + "/oxbridged.toml"; }  // of the gateway, once started
  std::string gateway_log() const { return directory_ + "/gateway.log"; }
  net::EventLoop& loop() { return loop_; }
  std::uint16_t imap_port() const { return relay_ ? relay_->port() : dovecot_->imap(); }  // as the gateway uses it
  const Dovecot& dovecot() const { return *dovecot_; }
  pid_t gateway_id() const { return gateway_ ? gateway_->id() : -1; }
  bool gateway_running() { return gateway_ && gateway_->running(); }

 private:
  void seed();
  void fail(const std::string& text) const;
  void run(const std::vector<std::string>& command, const std::string& log) const;
  std::string wait_for_line(const std::string& file, std::size_t line) const;

  Options options_;
  std::string directory_;
  std::string why_not_;
  std::string box_port_ = "0", box_token_;
  std::uint16_t submission_port_ = 0;
  std::string url_, ca_file_;
  net::EventLoop loop_{2, 1};
  std::unique_ptr<net::HttpClient> http_;
  std::unique_ptr<Dovecot> dovecot_;
  std::unique_ptr<Relay> relay_;
  std::unique_ptr<Process> box_, gateway_;
  std::chrono::milliseconds round_trip_{0};
  int gateways_ = 0;
  bool keep_files_ = false;
};

}  // namespace oxb::testing
