// SPDX-License-Identifier: GPL-3.0-or-later
// From the TCP connection to the authenticated state.
#include "backend/imap/imap_connection.h"
#include "base/text.h"

#include <fmt/format.h>

namespace oxb::backend {

using imap::Command;
using imap::Response;
using Status = imap::Response::Status;

namespace {

// RFC 5530 codes tell a wrong password from a server in trouble; without a code a NO means the former.
Error refused_login(const ImapAnswer& answer) {
  if (answer.code) {
    for (const std::string_view trouble : {"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"})
      if (answer.code->name == trouble)
        return {Errc::unavailable, fmt::format("the mail server cannot sign the user in now ({})", trouble)};
    if (answer.code->name == "PRIVACYREQUIRED")
      return {Errc::access_denied, "the mail server takes logins only over TLS; configure starttls or tls"};
  }
  return {Errc::unauthenticated, fmt::format("the mail server refused the login{}",
                                             answer.code ? " (" + answer.code->name + ")" : std::string())};
}

}  // namespace

Task<Result<std::unique_ptr<ImapConnection>>> ImapConnection::open(ImapSettings settings, ImapLogin login, Wait wait) {
  using Security = ImapSettings::Security;
  if (settings.security == Security::plaintext && !settings.allow_remote_plaintext && !is_loopback_host(settings.host))
    co_return fail(Errc::access_denied,
                   fmt::format("IMAP without TLS to {} is refused; configure tls or starttls", settings.host));
  wait = wait.at_most(settings.sign_in_time);
  OXB_CO_TRY(auto stream, co_await net::Stream::connect(settings.host, settings.port, wait));
  std::unique_ptr<ImapConnection> connection(new ImapConnection(std::move(settings), std::move(stream)));
  OXB_CO_CHECK(co_await connection->secure_connection(wait));
  OXB_CO_CHECK(co_await connection->authenticate(login, wait));
  OXB_CO_CHECK(co_await connection->introduce(wait));
  co_return connection;
}

Task<Result<>> ImapConnection::greet(Wait wait) {
  auto greeting = co_await next_response(nullptr, wait);
  if (!greeting) {
    if (greeting.error().code == Errc::malformed)
      co_return fail(Errc::unavailable, fmt::format("{}:{} does not speak IMAP", settings_.host, settings_.port));
    co_return tl::unexpected(std::move(greeting).error());
  }
  if (greeting->status == Status::bye) co_return fail(Errc::unavailable, "the mail server takes no connections now");
  preauthenticated_ = greeting->status == Status::preauth;
  if (greeting->kind != Response::Kind::status || (greeting->status != Status::ok && !preauthenticated_))
    co_return fail(Errc::unavailable, fmt::format("{}:{} does not speak IMAP", settings_.host, settings_.port));
  if (greeting->code && greeting->code->name == "CAPABILITY")
    capabilities_ = imap::parse_words(greeting->code->arguments);
  co_return Result<>{};
}

Task<Result<>> ImapConnection::secure_connection(Wait wait) {
  const net::TlsClientOptions options{settings_.host, settings_.ca_file, settings_.verify_certificates};
  if (settings_.security == ImapSettings::Security::tls) {
    OXB_CO_CHECK(co_await stream_->start_tls(options, wait));
    co_return co_await greet(wait);
  }
  OXB_CO_CHECK(co_await greet(wait));
  if (settings_.security == ImapSettings::Security::plaintext) co_return Result<>{};
  // STARTTLS is asked for whatever the unprotected greeting says; PREAUTH would let an attacker avoid it.
  if (preauthenticated_) co_return fail(Errc::access_denied, "the mail server signs in before TLS; that is not safe");
  OXB_CO_TRY(const auto answer, co_await run_one(Command("STARTTLS"), wait));
  if (!answer.is_ok()) co_return fail(Errc::access_denied, "the mail server does not offer STARTTLS");
  splitter_.clear();  // nothing said in the clear counts
  capabilities_.clear();
  co_return co_await stream_->start_tls(options, wait);
}

void ImapConnection::take_capabilities(const ImapAnswer& answer) {
  for (const auto& response : answer.untagged)
    if (response.name == "CAPABILITY") capabilities_ = imap::parse_words(response.arguments);
  if (answer.has_code("CAPABILITY")) capabilities_ = imap::parse_words(answer.code->arguments);
}

Task<Result<>> ImapConnection::load_capabilities(Wait wait) {
  OXB_CO_TRY(const auto answer, co_await run_one(Command("CAPABILITY"), std::move(wait)));
  OXB_CO_CHECK(check_answer(answer, "CAPABILITY"));
  take_capabilities(answer);
  co_return Result<>{};
}

Task<Result<>> ImapConnection::authenticate(const ImapLogin& login, Wait wait) {
  if (preauthenticated_) co_return Result<>{};
  if (capabilities_.empty()) OXB_CO_CHECK(co_await load_capabilities(wait));
  std::string mechanism;
  if (login.kind == ImapLogin::Kind::bearer) {
    if (!has("AUTH=OAUTHBEARER")) co_return fail(Errc::unsupported, "the mail server takes no bearer tokens");
    mechanism = "OAUTHBEARER";
  } else if (has("AUTH=PLAIN")) {
    mechanism = "PLAIN";
  } else if (has("LOGINDISABLED")) {
    co_return fail(Errc::access_denied, stream_->secure()
                                            ? "the mail server offers no way to sign in with a password"
                                            : "the mail server takes logins only over TLS; configure starttls or tls");
  }
  if (mechanism.empty()) {
    Command command("LOGIN");
    command.string(login.user).string(login.secret.reveal());
    OXB_CO_TRY(const auto answer, co_await run_one(std::move(command), std::move(wait)));
    if (!answer.is_ok()) co_return tl::unexpected(refused_login(answer));
    capabilities_.clear();
    take_capabilities(answer);
    co_return Result<>{};
  }
  auto response = mechanism == "PLAIN" ? plain_response(login) : bearer_response(login);
  const auto when = has("SASL-IR") ? SaslResponse::with_command : SaslResponse::when_asked;
  OXB_CO_TRY(const auto answer, co_await authenticate_with(mechanism, std::move(response), when, std::move(wait)));
  if (!answer.is_ok()) co_return tl::unexpected(refused_login(answer));
  capabilities_.clear();
  take_capabilities(answer);
  co_return Result<>{};
}

// What is asked once per connection, in one flight.
Task<Result<>> ImapConnection::introduce(Wait wait) {
  if (capabilities_.empty()) OXB_CO_CHECK(co_await load_capabilities(wait));
  std::vector<Command> commands;
  if (has("ENABLE")) {
    std::string wanted;
    for (const std::string_view extension : {"QRESYNC", "CONDSTORE", "UTF8=ACCEPT"})
      if (has(extension) || (extension == "UTF8=ACCEPT" && has("UTF8=ONLY"))) wanted.append(" ").append(extension);
    if (!wanted.empty()) commands.emplace_back("ENABLE" + wanted);
  }
  if (has("ID")) commands.emplace_back("ID (\"name\" \"Oxbridge\")");
  if (has("NAMESPACE")) commands.emplace_back("NAMESPACE");
  if (commands.empty()) co_return Result<>{};
  OXB_CO_TRY(auto answers, co_await run(std::move(commands), std::move(wait)));
  for (const auto& answer : answers) {
    for (const auto& response : answer.untagged) {
      if (response.name == "ENABLED") enabled_ = imap::parse_words(response.arguments);
      if (response.name == "ID") server_id_ = imap::parse_id(response);
    }
  }
  // Names depend on what was enabled.
  for (const auto& answer : answers)
    for (const auto& response : answer.untagged)
      if (response.name == "NAMESPACE") {
        OXB_CO_TRY(namespaces_, imap::parse_namespace(response, encoding()));
      }
  co_return Result<>{};
}

}  // namespace oxb::backend
