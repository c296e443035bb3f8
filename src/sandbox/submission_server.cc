// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/submission_server.h"

#include "base/text.h"
#include "format/smtp/message.h"
#include "net/event.h"
#include "sandbox/lmtp.h"
#include "sandbox/mail_make.h"
#include "sandbox/outgoing.h"
#include "sandbox/principals.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace oxb::sandbox {
namespace {

constexpr std::size_t kLongestLine = 16 * 1024;  // a bearer token may be long
constexpr std::size_t kMostRecipients = 1000;
constexpr std::size_t kConnections = 500;
constexpr std::chrono::minutes kIdle{5};
constexpr std::chrono::seconds kDelivery{60};

struct Recipient {
  std::string address;
  std::string mailbox;  // the login of the mail server; empty: none here
  bool outside = false;
};

// "FROM:<a@b> SIZE=1 BODY=8BITMIME" -> the address and the words behind it.
struct Path {
  std::string address;
  std::vector<std::string> parameters;
};
std::optional<Path> parse_path(std::string_view text, std::string_view keyword) {
  if (text.size() < keyword.size() || !ascii_iequals(text.substr(0, keyword.size()), keyword)) return std::nullopt;
  text = trim(text.substr(keyword.size()));
  const auto end = text.rfind('>');
  if (!text.starts_with('<') || end == std::string_view::npos) return std::nullopt;
  Path path;
  path.address = text.substr(1, end - 1);
  if (!path.address.empty() && !smtp::is_address(path.address)) return std::nullopt;
  for (auto rest = trim(text.substr(end + 1)); !rest.empty();) {
    const auto space = std::min(rest.find(' '), rest.size());
    path.parameters.push_back(ascii_upper(rest.substr(0, space)));
    rest = trim(rest.substr(space));
  }
  return path;
}

std::string decoded(std::string_view base64) {
  const auto bytes = from_base64(base64);
  return bytes ? std::string(as_text(*bytes)) : std::string();
}

// Where mail for an address goes; nothing where nobody here has it though the domain is ours.
std::optional<Recipient> find_recipient(Database& db, const std::string& address) {
  if (auto q = db.query("SELECT context, user FROM address WHERE address = ?", address); q.next()) {
    const auto user = find_user(db, q.integer(0), q.integer(1));
    return Recipient{address, user ? user->mail() : std::string(), false};
  }
  if (db.integer("SELECT 1 FROM resource WHERE json_extract(data, '$.mailaddress') = ? COLLATE NOCASE", address))
    return Recipient{address, {}, false};
  const auto domain = address.substr(address.rfind('@') + 1);
  if (db.integer("SELECT 1 FROM context WHERE domain = ? COLLATE NOCASE", domain)) return std::nullopt;
  return Recipient{address, {}, true};
}

class Session {
 public:
  Session(SubmissionOptions options, WithBox box, std::unique_ptr<net::Stream> stream, CancelToken gone)
      : options_(std::move(options)), box_(std::move(box)), stream_(std::move(stream)), gone_(std::move(gone)) {}

  Task<> run() {
    if (!co_await say("220 oxsandbox ESMTP")) co_return;
    while (auto line = co_await read_line()) {
      auto reply = co_await answer(std::move(*line));
      if (closing_ && reply.empty()) break;
      if (!co_await say(std::move(reply)) || closing_) break;
    }
  }

 private:
  Wait patience() const { return Wait::upto(kIdle, gone_); }

  Task<bool> say(std::string reply) {
    const auto sent = co_await stream_->write(as_bytes(reply + "\r\n"), patience());
    co_return sent.has_value();
  }

  Task<bool> read_more() {
    std::array<std::byte, 16 * 1024> buffer;
    const auto size = co_await stream_->read(buffer, patience());
    if (!size || *size == 0) co_return false;
    input_.append(as_text(ByteView(buffer).first(*size)));
    co_return true;
  }

  Task<std::optional<std::string>> read_line() {
    while (true) {
      if (const auto end = input_.find("\r\n"); end != std::string::npos) {
        auto line = input_.substr(0, end);
        input_.erase(0, end + 2);
        co_return line;
      }
      if (input_.size() > kLongestLine || !co_await read_more()) co_return std::nullopt;
    }
  }

  // Everything up to the line with the dot; nothing when the client goes, empty where it is too large.
  Task<std::optional<std::string>> read_data() {
    std::string data;
    bool too_large = false;
    while (true) {
      const auto end = input_.starts_with(".\r\n") ? 0 : input_.find("\r\n.\r\n");
      if (end != std::string::npos) {
        data += input_.substr(0, end == 0 && input_.starts_with('.') ? 0 : end + 2);
        input_.erase(0, end == 0 && input_.starts_with('.') ? 3 : end + 5);
        if (too_large || data.size() > options_.message_bytes) data.clear();
        co_return data;
      }
      // What may be the beginning of the end stays; what does not begin a line may be no end by itself.
      if (input_.size() > 64 * 1024) {
        const auto line = input_.rfind("\r\n");
        if (line != std::string::npos && line > 0) {
          if (!too_large) data += input_.substr(0, line);
          input_.erase(0, line);
        }
        if (input_.size() > options_.message_bytes) co_return std::nullopt;
        too_large = too_large || data.size() > options_.message_bytes;
        if (too_large) data.clear();
      }
      if (!co_await read_more()) co_return std::nullopt;
    }
  }

  // The faults that were ordered for this step. The reply where one answers instead; drop_after is left to the caller.
  struct Injected {
    bool drop_after = false;
    std::optional<std::string> reply;
  };
  Task<Injected> inject(std::string step) {
    std::vector<Fault> faults;
    box_([&](Sandbox& box) {
      box.faults().count_request("submission", step);
      faults = box.faults().take("submission", step);
    });
    Injected result;
    for (const auto& fault : faults) {
      if (fault.kind == FaultKind::latency) (void)co_await net::sleep(Wait::upto(fault.delay, gone_));
      if (fault.kind == FaultKind::status && !result.reply) result.reply = fmt::format("{} as ordered", fault.status);
      if (fault.kind == FaultKind::drop_before) {
        closing_ = true;
        result.reply = "";
      }
      result.drop_after = result.drop_after || fault.kind == FaultKind::drop_after;
    }
    co_return result;
  }

  // An empty reply while closing_: the connection ends without one.
  Task<std::string> answer(std::string line) {
    const auto space = std::min(line.find(' '), line.size());
    const auto verb = ascii_upper(line.substr(0, space));
    const std::string rest(trim(std::string_view(line).substr(space)));
    if (verb == "NOOP") co_return "250 2.0.0 OK";
    if (verb == "VRFY") co_return "252 2.5.0 try it";
    if (verb == "STARTTLS") co_return "502 5.5.1 no TLS on loopback";
    if (verb == "QUIT") {
      closing_ = true;
      co_return "221 2.0.0 bye";
    }
    if (verb == "RSET") {
      reset();
      co_return "250 2.0.0 OK";
    }
    const bool known =
        verb == "EHLO" || verb == "HELO" || verb == "AUTH" || verb == "MAIL" || verb == "RCPT" || verb == "DATA";
    if (!known) co_return "500 5.5.2 what?";
    const auto injected = co_await inject(ascii_lower(verb));
    if (injected.reply) co_return *injected.reply;
    auto reply = co_await act(verb, rest);
    if (!injected.drop_after) co_return reply;
    closing_ = true;
    co_return std::string();
  }

  Task<std::string> act(std::string verb, std::string rest) {
    if (verb == "AUTH") co_return co_await authenticate(std::move(rest));
    if (verb == "MAIL") co_return mail(rest);
    if (verb == "RCPT") co_return recipient(rest);
    if (verb == "DATA") co_return co_await data();
    reset();
    if (verb == "HELO") co_return "250 oxsandbox";
    co_return fmt::format(
        "250-oxsandbox\r\n250-PIPELINING\r\n250-SIZE {}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n"
        "250 AUTH PLAIN LOGIN",
        options_.message_bytes);
  }

  void reset() {
    has_sender_ = false;
    sender_.clear();
    recipients_.clear();
  }

  Task<std::string> authenticate(std::string rest) {
    if (identity_) co_return "503 5.5.1 signed in already";
    const auto space = std::min(rest.find(' '), rest.size());
    const auto mechanism = ascii_upper(rest.substr(0, space));
    std::string response(trim(std::string_view(rest).substr(space)));
    std::string user, password;
    if (mechanism == "PLAIN") {
      if (response.empty() && !co_await ask("334 ", response)) co_return "501 5.5.2 no answer";
      const auto text = decoded(response);
      const auto first = text.find('\0');
      const auto second = first == std::string::npos ? first : text.find('\0', first + 1);
      if (second == std::string::npos) co_return "501 5.5.2 not PLAIN";
      user = text.substr(first + 1, second - first - 1);
      password = text.substr(second + 1);
    } else if (mechanism == "LOGIN") {
      if (response.empty() && !co_await ask("334 VXNlcm5hbWU6", response)) co_return "501 5.5.2 no answer";
      user = decoded(response);
      if (!co_await ask("334 UGFzc3dvcmQ6", response)) co_return "501 5.5.2 no answer";
      password = decoded(response);
    } else {
      co_return "504 5.5.4 PLAIN or LOGIN";
    }
    box_([&](Sandbox& box) { identity_ = check_login(box.db(), user, password); });
    co_return identity_ ? "235 2.7.0 signed in" : "535 5.7.8 wrong login or password";
  }
  Task<bool> ask(std::string challenge, std::string& response) {
    if (!co_await say(std::move(challenge))) co_return false;
    auto line = co_await read_line();
    if (!line || *line == "*") co_return false;
    response = std::move(*line);
    co_return true;
  }

  std::string mail(std::string_view rest) {
    if (!identity_) return "530 5.7.0 sign in first";
    if (has_sender_) return "503 5.5.1 one mail at a time";
    const auto path = parse_path(rest, "FROM:");
    if (!path) return "501 5.1.7 not a sender";
    for (const auto& parameter : path->parameters) {
      std::size_t size = 0;
      const auto value = std::string_view(parameter).substr(std::min<std::size_t>(parameter.size(), 5));
      if (parameter.starts_with("SIZE="))
        std::from_chars(value.data(), value.data() + value.size(), size);
      else if (!parameter.starts_with("BODY=") && parameter != "SMTPUTF8")
        return "555 5.5.4 unknown parameter";
      if (size > options_.message_bytes) return "552 5.3.4 too large";
    }
    bool own = path->address.empty();
    box_([&](Sandbox& box) {
      auto q = box.db().query("SELECT context, user FROM address WHERE address = ?", path->address);
      own = own || (q.next() && q.integer(0) == identity_->context && q.integer(1) == identity_->user);
    });
    if (!own) return "553 5.7.1 not an address of yours";
    has_sender_ = true;
    sender_ = path->address;
    return "250 2.1.0 OK";
  }

  std::string recipient(std::string_view rest) {
    if (!has_sender_) return "503 5.5.1 the sender comes first";
    const auto path = parse_path(rest, "TO:");
    if (!path || path->address.empty()) return "501 5.1.3 not a recipient";
    if (recipients_.size() >= kMostRecipients) return "452 4.5.3 too many recipients";
    std::optional<Recipient> found;
    box_([&](Sandbox& box) { found = find_recipient(box.db(), path->address); });
    if (!found) return "550 5.1.1 no such user here";
    recipients_.push_back(std::move(*found));
    return "250 2.1.5 OK";
  }

  Task<std::string> data() {
    if (recipients_.empty()) co_return "554 5.5.1 no recipients";
    if (!co_await say("354 go on")) co_return std::string();
    auto text = co_await read_data();
    if (!text) {
      closing_ = true;
      co_return std::string();
    }
    const auto injected = co_await inject("end");
    if (injected.reply) co_return *injected.reply;
    auto reply = text->empty() ? std::string("552 5.3.4 too large") : co_await take(std::move(*text));
    reset();
    if (!injected.drop_after) co_return reply;
    closing_ = true;
    co_return std::string();
  }

  // Delivers and records. Nothing is recorded where nothing could be delivered.
  Task<std::string> take(std::string text) {
    Outgoing mail{*identity_, sender_, {}, {}, smtp::message_of_data(text)};
    LmtpDelivery delivery{sender_, {}, {}};
    for (const auto& recipient : recipients_) {
      mail.recipients.push_back(recipient.address);
      if (recipient.outside) mail.outside.push_back(recipient.address);
      if (!recipient.mailbox.empty()) delivery.recipients.push_back(recipient.mailbox);
    }
    std::string failed;
    if (!delivery.recipients.empty() && options_.lmtp_port != 0) {
      delivery.data = received() + text;
      const auto recipients = delivery.recipients;
      const auto replies =
          co_await deliver("127.0.0.1", options_.lmtp_port, std::move(delivery), Wait::upto(kDelivery, gone_));
      if (!replies) co_return "451 4.3.0 the mail server does not take it now";
      for (std::size_t i = 0; i < replies->size(); ++i)
        if (!(*replies)[i].is_positive())
          failed += fmt::format("{}: {} {}\r\n", recipients[i], (*replies)[i].code, (*replies)[i].text());
    }
    std::int64_t id = 0;
    box_([&](Sandbox& box) {
      (void)box.transaction([&]() -> Result<> {
        id = record_outgoing(box, mail);
        return {};
      });
    });
    if (id == 0) co_return "451 4.3.0 cannot be recorded";
    if (!failed.empty()) co_await bounce(std::move(failed));
    co_return fmt::format("250 2.0.0 taken as {}", id);
  }

  static std::string date_now() {
    return date_field({std::chrono::time_point_cast<Ticks>(std::chrono::system_clock::now()), 0});
  }
  static std::string received() {
    return fmt::format("Received: from client by oxsandbox with ESMTPA; {}\r\n", date_now());
  }

  // What a mailbox did not take is told to the sender.
  Task<> bounce(std::string failed) {
    if (sender_.empty()) co_return;
    LmtpDelivery delivery{"", {sender_}, {}};
    delivery.data = smtp::data_text(fmt::format(
        "From: Mail delivery <postmaster@localhost>\r\nTo: <{}>\r\nSubject: Undelivered mail\r\nDate: {}\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        "These recipients did not get your mail:\r\n\r\n{}",
        sender_, date_now(), failed));
    box_([&](Sandbox& box) {
      if (const auto own = find_recipient(box.db(), sender_)) delivery.recipients = {own->mailbox};
    });
    (void)co_await deliver("127.0.0.1", options_.lmtp_port, std::move(delivery), Wait::upto(kDelivery, gone_));
  }

  SubmissionOptions options_;
  WithBox box_;
  std::unique_ptr<net::Stream> stream_;
  CancelToken gone_;
  std::string input_;
  std::optional<Identity> identity_;
  bool has_sender_ = false;
  std::string sender_;
  std::vector<Recipient> recipients_;
  bool closing_ = false;
};

Task<> serve(SubmissionOptions options, WithBox box, std::unique_ptr<net::Stream> stream, CancelToken gone) {
  Session session(std::move(options), std::move(box), std::move(stream), std::move(gone));
  co_await session.run();
}

}  // namespace

Result<std::unique_ptr<net::StreamServer>> start_submission(Executor executor, SubmissionOptions options, WithBox box) {
  const auto address = options.address;
  const auto port = options.port;
  return net::StreamServer::listen(
      std::move(executor), address, port, kConnections,
      [options = std::move(options), box = std::move(box)](std::unique_ptr<net::Stream> stream, CancelToken gone) {
        return serve(options, box, std::move(stream), std::move(gone));
      });
}

}  // namespace oxb::sandbox
