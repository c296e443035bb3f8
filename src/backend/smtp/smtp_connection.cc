// SPDX-License-Identifier: GPL-3.0-or-later
// From the TCP connection to the point where mail may be sent.
#include "backend/smtp/smtp_connection.h"

#include "base/text.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace oxb::backend {

using smtp::Extensions;
using smtp::Reply;

namespace {

constexpr std::size_t kBytesPerWrite = 64 * 1024;

bool is_host_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '[' || c == ']' || c == ':';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits);
}

std::string own_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || !is_host_name(name.data())) return "localhost";
  return name.data();
}

// What a refusal means where nothing of a mail was said yet.
Error refusal(const Reply& reply, std::string_view what) {
  const auto text = fmt::format("{}: the submission server answered {}", what, reply.code);
  if (reply.code == 530 || reply.code == 538) return {Errc::access_denied, text};  // RFC 4954: TLS or a login first
  return {Errc::unavailable, text};
}

Error refused_login(const Reply& reply) {
  if (reply.code == 530 || reply.code == 534 || reply.code == 538) return refusal(reply, "AUTH");
  if (reply.code >= 500) return {Errc::unauthenticated, "the submission server refused the login"};
  return refusal(reply, "AUTH");
}

}  // namespace

SmtpConnection::SmtpConnection(SmtpSettings settings, std::unique_ptr<net::Stream> stream)
    : settings_(std::move(settings)), stream_(std::move(stream)), buffer_(16 * 1024) {
  if (!is_host_name(settings_.hello)) settings_.hello = own_name();
}

SmtpConnection::~SmtpConnection() { stream_->close(); }

Task<Result<std::unique_ptr<SmtpConnection>>> SmtpConnection::open(SmtpSettings settings, MailLogin login, Wait wait) {
  if (settings.security == MailSecurity::plaintext && !settings.allow_remote_plaintext &&
      !is_loopback_host(settings.host))
    co_return fail(Errc::access_denied,
                   fmt::format("submission without TLS to {} is refused; configure tls or starttls", settings.host));
  wait = wait.at_most(settings.connect_time);
  OXB_CO_TRY(auto stream, co_await net::Stream::connect(settings.host, settings.port, wait));
  std::unique_ptr<SmtpConnection> connection(new SmtpConnection(std::move(settings), std::move(stream)));
  OXB_CO_CHECK(co_await connection->secure(wait));
  if (connection->settings_.sign_in) OXB_CO_CHECK(co_await connection->authenticate(std::move(login), wait));
  co_return connection;
}

Task<Result<>> SmtpConnection::write(std::string bytes, Wait wait) {
  for (std::size_t at = 0; at < bytes.size(); at += kBytesPerWrite) {
    const auto part = as_bytes(std::string_view(bytes).substr(at, kBytesPerWrite));
    OXB_CO_CHECK(co_await stream_->write(part, wait.at_most(settings_.command_time)));
  }
  co_return Result<>{};
}

// Every failure that does not come from the caller may be better later.
Task<Result<Reply>> SmtpConnection::read(Wait wait) {
  while (true) {
    if (auto reply = parser_.next()) co_return std::move(*reply);
    OXB_CO_TRY(const auto size, co_await stream_->read(buffer_, wait));
    if (size == 0) co_return fail(Errc::unavailable, "the submission server closed the connection");
    if (auto fed = parser_.feed(ByteView(buffer_).first(size)); !fed)
      co_return fail(Errc::unavailable,
                     fmt::format("{}:{} does not speak SMTP: {}", settings_.host, settings_.port, fed.error().what));
  }
}

Task<Result<Reply>> SmtpConnection::ask(std::string line, Wait wait) {
  OXB_CO_CHECK(co_await write(std::move(line) + "\r\n", wait));
  co_return co_await read(wait.at_most(settings_.command_time));
}

Task<Result<>> SmtpConnection::greet(Wait wait) {
  OXB_CO_TRY(const auto greeting, co_await read(std::move(wait)));
  if (greeting.code != 220) co_return tl::unexpected(refusal(greeting, "greeting"));
  co_return Result<>{};
}

Task<Result<>> SmtpConnection::hello(Wait wait) {
  OXB_CO_TRY(const auto reply, co_await ask("EHLO " + settings_.hello, std::move(wait)));
  if (reply.code != 250) co_return tl::unexpected(refusal(reply, "EHLO"));
  extensions_ = Extensions::of(reply);
  co_return Result<>{};
}

Task<Result<>> SmtpConnection::secure(Wait wait) {
  const net::TlsClientOptions options{settings_.host, settings_.ca_file, settings_.verify_certificates};
  if (settings_.security == MailSecurity::tls) OXB_CO_CHECK(co_await stream_->start_tls(options, wait));
  OXB_CO_CHECK(co_await greet(wait));
  OXB_CO_CHECK(co_await hello(wait));
  if (settings_.security != MailSecurity::starttls) co_return Result<>{};
  // STARTTLS is asked for whatever the unprotected answer says.
  OXB_CO_TRY(const auto reply, co_await ask("STARTTLS", wait));
  if (reply.is_transient()) co_return tl::unexpected(refusal(reply, "STARTTLS"));
  if (reply.code != 220) co_return fail(Errc::access_denied, "the submission server does not offer STARTTLS");
  parser_.clear();  // nothing said in the clear counts
  OXB_CO_CHECK(co_await stream_->start_tls(options, wait));
  co_return co_await hello(std::move(wait));
}

// Two questions (the long way that some servers offer alone).
Task<Result<Reply>> SmtpConnection::log_in(MailLogin login, Wait wait) {
  OXB_CO_TRY(auto reply, co_await ask("AUTH LOGIN", wait));
  if (reply.code == 334) {
    OXB_CO_TRY(reply, co_await ask(to_base64(as_bytes(login.user)), wait));
  }
  if (reply.code == 334) {
    OXB_CO_TRY(reply, co_await ask(to_base64(as_bytes(login.secret.reveal())), wait));
  }
  co_return reply;
}

Task<Result<>> SmtpConnection::authenticate(MailLogin login, Wait wait) {
  if (!extensions_.has("AUTH"))
    co_return fail(Errc::access_denied, stream_->secure()
                                            ? "the submission server offers no way to sign in"
                                            : "the submission server takes logins only over TLS; configure starttls");
  Reply reply;
  if (login.kind == MailLogin::Kind::bearer) {
    if (!extensions_.has("AUTH", "OAUTHBEARER"))
      co_return fail(Errc::unsupported, "the submission server takes no bearer tokens");
    OXB_CO_TRY(reply, co_await ask("AUTH OAUTHBEARER " + bearer_response(login), wait));
    // A challenge is an error report (RFC 7628 section 3.2.2).
    if (reply.code == 334) {
      OXB_CO_TRY(reply, co_await ask("AQ==", wait));
    }
  } else if (extensions_.has("AUTH", "PLAIN")) {
    OXB_CO_TRY(reply, co_await ask("AUTH PLAIN " + plain_response(login), wait));
  } else if (extensions_.has("AUTH", "LOGIN")) {
    OXB_CO_TRY(reply, co_await log_in(std::move(login), wait));
  } else {
    co_return fail(Errc::access_denied, "the submission server offers no way to sign in with a password");
  }
  if (reply.code != 235) co_return tl::unexpected(refused_login(reply));
  co_return Result<>{};
}

}  // namespace oxb::backend
