// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "backend/imap/imap_connection.h"
#include "backend/imap/imap_mail_store.h"
#include "net/event_loop.h"
#include "tests/support/dovecot.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace oxb::backend {

inline Wait seconds(int count) { return Wait::upto(std::chrono::seconds(count)); }

inline ImapSettings plain_settings(std::uint16_t port) {
  ImapSettings settings;
  settings.host = "127.0.0.1";
  settings.port = port;
  settings.security = ImapSettings::Security::plaintext;
  return settings;
}

inline ImapLogin login_of(const std::string& user, const std::string& password = testing::Dovecot::kPassword) {
  ImapLogin login;
  login.user = user;
  login.secret = Secret(password);
  return login;
}

// A second, independent client that prepares and looks at mailboxes.
class Hand {
 public:
  Hand(net::EventLoop& loop, const ImapSettings& settings, const std::string& user) : strand_(loop.make_strand()) {
    auto opened = wait_for(ImapConnection::open(settings, login_of(user), seconds(30)));
    EXPECT_TRUE(opened) << opened.error().what;
    if (opened) connection_ = std::move(*opened);
  }
  ImapAnswer run(imap::Command command) {
    auto answer = wait_for(connection_->run_one(std::move(command), seconds(30)));
    EXPECT_TRUE(answer) << answer.error().what;
    if (answer) EXPECT_TRUE(answer->is_ok()) << command.verb() << (answer->code ? " " + answer->code->name : "");
    return answer ? std::move(*answer) : ImapAnswer{};
  }
  ImapAnswer run(const std::string& line) { return run(imap::Command(line)); }
  void append(const std::string& mailbox, const std::string& message, const std::string& flags = "()") {
    imap::Command command("APPEND");
    command.mailbox(mailbox, connection_->encoding()).raw(flags).string(message);
    run(std::move(command));
  }
  void on(const std::string& verb, const std::string& mailbox, const std::string& rest = {}) {
    imap::Command command(verb);
    command.mailbox(mailbox, connection_->encoding());
    if (!rest.empty()) command.raw(rest);
    run(std::move(command));
  }

 private:
  template <class T>
  T wait_for(Task<T> task) {
    return boost::asio::co_spawn(strand_, std::move(task), boost::asio::use_future).get();
  }
  Executor strand_;
  std::unique_ptr<ImapConnection> connection_;
};

inline std::string mail(const std::string& subject, std::size_t body = 20) {
  return "From: Anna <anna@example.test>\r\nTo: bert@example.test\r\nSubject: " + subject + "\r\nMessage-ID: <" +
         subject + "@example.test>\r\nContent-Type: text/plain\r\n\r\n" + std::string(body, 'x') + "\r\n";
}

}  // namespace oxb::backend
