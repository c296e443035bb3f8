// SPDX-License-Identifier: GPL-3.0-or-later
// One mail over a connection that is signed in (RFC 5321 section 3.3).
#include "backend/smtp/smtp_connection.h"
#include "format/smtp/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace oxb::backend {

using smtp::Reply;
using Outcome = Submitted::Outcome;

namespace {

constexpr std::size_t kPipelined = 100;  // commands on their way before their answers are read
constexpr std::size_t kBytesPerWrite = 64 * 1024;
constexpr int kNotAnAddress = 553;
constexpr int kTooLarge = 552;

Refusal refusal_of(std::string recipient, const Reply& reply) {
  return {std::move(recipient), reply.code, reply.text()};
}

Submitted refused(Submitted so_far, Refusal why) {
  so_far.outcome = Outcome::refused;
  so_far.refusal = std::move(why);
  return so_far;
}

// 4xx: nothing was sent, and it may be tried again.
Error not_now(const Reply& reply, std::string_view what) {
  return {Errc::unavailable, fmt::format("{}: the submission server answered {}", what, reply.code)};
}

// Recipients that can be asked about at all, each once; the others are refused here.
std::vector<std::string> usable_recipients(std::vector<std::string> wanted, bool utf8, std::vector<Refusal>& refusals) {
  std::vector<std::string> usable;
  std::set<std::string> seen;
  for (auto& address : wanted) {
    if (!seen.insert(address).second) continue;
    if (!smtp::is_address(address))
      refusals.push_back({std::move(address), kNotAnAddress, "5.1.3 not a mail address"});
    else if (!utf8 && !smtp::is_ascii(address))
      refusals.push_back({std::move(address), kNotAnAddress, "5.6.7 the server takes no addresses beyond ASCII"});
    else
      usable.push_back(std::move(address));
  }
  return usable;
}

}  // namespace

std::string SmtpConnection::mail_command(const Envelope& envelope, std::string_view message, std::size_t size) const {
  auto command = fmt::format("MAIL FROM:<{}>", envelope.sender);
  if (extensions_.has("SIZE")) command += fmt::format(" SIZE={}", size);
  auto needs = smtp::needs_of(message);
  const auto beyond_ascii = [](const std::string& address) { return !smtp::is_ascii(address); };
  needs.utf8 = needs.utf8 || beyond_ascii(envelope.sender) ||
               std::any_of(envelope.recipients.begin(), envelope.recipients.end(), beyond_ascii);
  if (needs.eight_bit && extensions_.has("8BITMIME")) command += " BODY=8BITMIME";
  if (needs.utf8 && extensions_.has("SMTPUTF8")) command += " SMTPUTF8";
  return command;
}

// MAIL and RCPT, in flights where the server takes them (RFC 2920). The answer to MAIL; those to RCPT in recipients.
Task<Result<Reply>> SmtpConnection::send_envelope(const Envelope& envelope, std::string mail,
                                                  std::vector<Reply>& recipients, Wait wait) {
  const std::size_t flight = extensions_.has("PIPELINING") ? kPipelined : 1;
  std::vector<std::string> commands{std::move(mail)};
  for (const auto& recipient : envelope.recipients) commands.push_back(fmt::format("RCPT TO:<{}>", recipient));
  Reply from;
  for (std::size_t at = 0; at < commands.size(); at += flight) {
    const auto end = std::min(commands.size(), at + flight);
    std::string bytes;
    for (std::size_t i = at; i < end; ++i) bytes += commands[i] + "\r\n";
    OXB_CO_CHECK(co_await write(std::move(bytes), wait));
    for (std::size_t i = at; i < end; ++i) {
      OXB_CO_TRY(auto reply, co_await read(wait.at_most(settings_.command_time)));
      if (reply.code == 421) co_return tl::unexpected(not_now(reply, "MAIL"));
      (i == 0 ? from : recipients.emplace_back()) = std::move(reply);
    }
    if (from.code != 250) break;
  }
  co_return from;
}

Task<Result<>> SmtpConnection::write_data(std::string_view text, const Wait& wait) {
  for (std::size_t at = 0; at < text.size(); at += kBytesPerWrite)
    OXB_CO_CHECK(
        co_await stream_->write(as_bytes(text.substr(at, kBytesPerWrite)), wait.at_most(settings_.command_time)));
  co_return Result<>{};
}

Task<Result<Submitted>> SmtpConnection::send_data(std::string text, Submitted so_far, Wait wait) {
  OXB_CO_TRY(const auto go, co_await ask("DATA", wait));
  if (go.is_transient()) co_return tl::unexpected(not_now(go, "DATA"));
  if (go.code != 354) co_return refused(std::move(so_far), refusal_of({}, go));
  OXB_CO_CHECK(co_await write_data(text, wait));  // without its end nothing of it counts
  if (wait.expired())
    co_return fail(wait.cancel.cancelled() ? Errc::cancelled : Errc::unavailable, "no time left to end the mail");
  // From the first byte of the end on the server may have the mail, whatever we hear.
  auto end = co_await stream_->write(as_bytes(".\r\n"), wait.at_most(settings_.command_time));
  auto reply = Result<Reply>(tl::unexpect, Error{Errc::unavailable, {}});
  if (end) reply = co_await read(wait.at_most(settings_.data_time));
  if (!reply) {
    so_far.outcome = Outcome::unknown;
    co_return so_far;
  }
  if (reply->is_transient()) co_return tl::unexpected(not_now(*reply, "end of data"));
  if (!reply->is_positive()) co_return refused(std::move(so_far), refusal_of({}, *reply));
  (void)co_await stream_->write(as_bytes("QUIT\r\n"), wait);
  co_return so_far;
}

Task<Result<Submitted>> SmtpConnection::send(Envelope envelope, Bytes message, Wait wait) {
  Submitted result;
  const bool utf8 = extensions_.has("SMTPUTF8");
  if (!envelope.sender.empty() && (!smtp::is_address(envelope.sender) || (!utf8 && !smtp::is_ascii(envelope.sender))))
    co_return refused({}, {{}, kNotAnAddress, "5.1.7 the sender is not an address that the server takes"});
  envelope.recipients = usable_recipients(std::move(envelope.recipients), utf8, result.refusals);
  if (envelope.recipients.empty()) co_return refused(std::move(result), {{}, kNotAnAddress, "5.1.3 no recipient"});
  auto text = smtp::data_text(as_text(message));
  if (const auto most = extensions_.number("SIZE"); most != 0 && text.size() > most)
    co_return refused({}, {{}, kTooLarge, fmt::format("5.3.4 the server takes mails of at most {} bytes", most)});
  auto mail = mail_command(envelope, as_text(message), text.size());
  message = {};

  std::vector<Reply> recipients;
  OXB_CO_TRY(const auto from, co_await send_envelope(envelope, std::move(mail), recipients, wait));
  if (from.is_transient()) co_return tl::unexpected(not_now(from, "MAIL"));
  if (from.code == 530) co_return fail(Errc::access_denied, "the submission server wants a login or TLS first");
  if (from.code != 250) co_return refused(std::move(result), refusal_of({}, from));
  std::size_t accepted = 0;
  const Reply* later = nullptr;
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    const auto& reply = recipients[i];
    if (reply.is_positive()) {
      ++accepted;
      continue;
    }
    if (reply.is_transient()) later = &reply;
    result.refusals.push_back(refusal_of(envelope.recipients[i], reply));
  }
  if (accepted == 0 && later) co_return tl::unexpected(not_now(*later, "RCPT"));
  if (accepted == 0) {
    auto why = result.refusals.back();
    why.recipient.clear();
    co_return refused(std::move(result), std::move(why));
  }
  co_return co_await send_data(std::move(text), std::move(result), std::move(wait));
}

SmtpSubmission::SmtpSubmission(SmtpSettings settings, MailLogin login)
    : settings_(std::move(settings)), login_(std::move(login)) {}

namespace {

Task<Result<Submitted>> submit_one(SmtpSettings settings, MailLogin login, Envelope envelope, Bytes message,
                                   Wait wait) {
  OXB_CO_TRY(auto connection, co_await SmtpConnection::open(std::move(settings), std::move(login), wait));
  co_return co_await connection->send(std::move(envelope), std::move(message), std::move(wait));
}

}  // namespace

Task<Result<Submitted>> SmtpSubmission::submit(Envelope envelope, Bytes message, Wait wait) {
  return submit_one(settings_, login_, std::move(envelope), std::move(message), std::move(wait));
}

}  // namespace oxb::backend
