// SPDX-License-Identifier: GPL-3.0-or-later
// The submission client under TLS: from the first byte, by STARTTLS, and where it must not go on.
#include "net/tls.h"

#include "backend/smtp/smtp_connection.h"
#include "net/event_loop.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

namespace oxb::backend {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// A friendly submission server for one connection, with blocking calls on a thread of its own.
class TlsServer {
 public:
  // in_the_clear: what is said behind the answer to STARTTLS, before TLS.
  TlsServer(const std::string& directory, MailSecurity security, std::string in_the_clear = {})
      : security_(security), in_the_clear_(std::move(in_the_clear)) {
    context_.use_certificate_chain_file(directory + "/cert.pem");
    context_.use_private_key_file(directory + "/key.pem", asio::ssl::context::pem);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() {
    boost::system::error_code ignored;
    tcp::socket(io_).connect(acceptor_.local_endpoint(), ignored);  // wakes a server that nobody came to
    thread_.join();
  }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  bool authenticated_under_tls() const { return authenticated_; }

 private:
  using Secure = asio::ssl::stream<tcp::socket&>;

  template <class Stream>
  void say(Stream& stream, const std::string& text) {
    boost::system::error_code ignored;
    asio::write(stream, asio::buffer(text), ignored);
  }
  // The next line that begins so; false at the end.
  template <class Stream>
  bool hear(Stream& stream, const std::string& beginning) {
    while (true) {
      boost::system::error_code ec;
      const auto size = asio::read_until(stream, asio::dynamic_buffer(input_), "\r\n", ec);
      if (ec) return false;
      const auto line = input_.substr(0, size);
      input_.erase(0, size);
      if (line.starts_with(beginning)) return true;
    }
  }
  void serve() {
    boost::system::error_code ec;
    tcp::socket socket(io_);
    acceptor_.accept(socket, ec);
    if (ec) return;
    if (security_ == MailSecurity::starttls) {
      say(socket, "220 mx\r\n");
      if (!hear(socket, "EHLO")) return;
      say(socket, "250-mx\r\n250 STARTTLS\r\n");
      if (!hear(socket, "STARTTLS")) return;
      say(socket, "220 go\r\n" + in_the_clear_);
    }
    Secure secure(socket, context_);
    secure.handshake(Secure::server, ec);
    if (ec) return;
    if (security_ == MailSecurity::tls) say(secure, "220 mx\r\n");
    if (!hear(secure, "EHLO")) return;
    say(secure, "250-mx\r\n250 AUTH PLAIN\r\n");
    if (!hear(secure, "AUTH PLAIN")) return;
    authenticated_ = true;
    say(secure, "235 in\r\n");
    if (!hear(secure, "MAIL")) return;
    say(secure, "250 ok\r\n");
    if (!hear(secure, "RCPT")) return;
    say(secure, "250 ok\r\n");
    if (!hear(secure, "DATA")) return;
    say(secure, "354 go\r\n");
    if (!hear(secure, ".\r\n")) return;
    say(secure, "250 taken\r\n");
    (void)hear(secure, "QUIT");
  }

  asio::io_context io_;
  tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)};
  asio::ssl::context context_{asio::ssl::context::tls_server};
  MailSecurity security_;
  std::string in_the_clear_, input_;
  std::atomic<bool> authenticated_{false};
  std::thread thread_;
};

class SmtpTls : public ::testing::TestWithParam<MailSecurity> {
 protected:
  void SetUp() override {
    std::string pattern = "/var/tmp/oxb-smtp.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    ASSERT_TRUE(net::ensure_development_certificate(directory_, {"localhost", "127.0.0.1"}));
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  Result<Submitted> submit(const TlsServer& server, const std::string& ca_file) {
    SmtpSettings settings;
    settings.host = "127.0.0.1";
    settings.port = server.port();
    settings.security = GetParam();
    settings.ca_file = ca_file;
    MailLogin login;
    login.user = "anton";
    login.secret = Secret("top-secret");
    SmtpSubmission submission(settings, login);
    return loop_.run(submission.submit({"a@example.test", {"b@example.test"}}, to_bytes("Subject: x\r\n\r\nx\r\n"),
                                       Wait::upto(std::chrono::seconds(20))));
  }

  std::string directory_;
  net::EventLoop loop_{2, 1};
};

TEST_P(SmtpTls, MailGoesOut) {
  TlsServer server(directory_, GetParam());
  const auto sent = submit(server, directory_ + "/ca.pem");
  ASSERT_TRUE(sent) << sent.error().what;
  EXPECT_EQ(sent->outcome, Submitted::Outcome::sent);
}

TEST_P(SmtpTls, AnUnknownCertificateGetsNoPassword) {
  TlsServer server(directory_, GetParam());
  const auto sent = submit(server, "");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Errc::access_denied);
  EXPECT_FALSE(server.authenticated_under_tls());
}

TEST_P(SmtpTls, WhatWasSaidInTheClearDoesNotCount) {
  if (GetParam() != MailSecurity::starttls) GTEST_SKIP() << "there is no clear part";
  // A second answer behind the first: an attacker's "EHLO reply" that offers what the server does not.
  TlsServer server(directory_, GetParam(), "250-evil\r\n250 AUTH LOGIN\r\n");
  const auto sent = submit(server, directory_ + "/ca.pem");
  // Either the bytes break the handshake or they are thrown away; they are never taken for an answer.
  if (sent) EXPECT_EQ(sent->outcome, Submitted::Outcome::sent);
  if (!sent) EXPECT_EQ(sent.error().code, Errc::unavailable);
}

INSTANTIATE_TEST_SUITE_P(Security, SmtpTls, ::testing::Values(MailSecurity::starttls, MailSecurity::tls),
                         [](const ::testing::TestParamInfo<MailSecurity>& info) {
                           return std::string(info.param == MailSecurity::tls ? "Implicit" : "StartTls");
                         });

}  // namespace
}  // namespace oxb::backend
