// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/imap/imap_connection.h"

#include "base/text.h"
#include "net/event.h"

#include <fmt/format.h>

namespace oxb::backend {

using imap::Command;
using imap::Response;
using Status = imap::Response::Status;

namespace {

constexpr std::size_t kCommandsInFlight = 32;
constexpr std::size_t kBytesInFlight =
    16 * 1024;  // less than any socket buffer, so that writing never waits for reading
constexpr std::size_t kBytesPerWrite = 256 * 1024;
constexpr std::size_t kMalformedBound = 1000;

Errc code_of_refusal(const ImapAnswer& answer) {
  if (answer.status == Status::bad) return Errc::unsupported;
  if (!answer.code) return Errc::unavailable;
  const auto& code = answer.code->name;
  // RFC 5530
  if (code == "NONEXISTENT" || code == "TRYCREATE") return Errc::not_found;
  if (code == "NOPERM" || code == "AUTHORIZATIONFAILED" || code == "PRIVACYREQUIRED") return Errc::access_denied;
  if (code == "OVERQUOTA") return Errc::quota;
  if (code == "ALREADYEXISTS") return Errc::exists;
  if (code == "CANNOT") return Errc::invalid;
  if (code == "LIMIT" || code == "TOOBIG") return Errc::limit;  // TOOBIG: RFC 7889
  if (code == "HASCHILDREN") return Errc::conflict;             // RFC 9051
  if (code == "EXPIRED" || code == "AUTHENTICATIONFAILED") return Errc::unauthenticated;
  return Errc::unavailable;
}

}  // namespace

Result<> check_answer(const ImapAnswer& answer, std::string_view what) {
  if (answer.is_ok()) return {};
  return fail(code_of_refusal(answer),
              fmt::format("{}: the mail server answered {}{}", what, answer.status == Status::bad ? "BAD" : "NO",
                          answer.code ? " " + answer.code->name : std::string()));
}

// What is under way between run() and the server.
struct ImapConnection::Batch {
  Batch() = default;
  // One command that is sent by hand.
  explicit Batch(std::string tag) : tags{std::move(tag)}, sizes{0}, answers(1), done(1) {}

  std::vector<Command> commands;
  std::vector<std::string> tags;  // of the commands sent so far
  std::vector<std::size_t> sizes;
  std::vector<ImapAnswer> answers;
  std::vector<bool> done;
  std::size_t finished = 0;
  std::size_t bytes_in_flight = 0;
  std::size_t received = 0;
  ImapAnswer pending;  // untagged responses that wait for their command's end
  bool continuation = false;
};

ImapConnection::ImapConnection(ImapSettings settings, std::unique_ptr<net::Stream> stream)
    : settings_(std::move(settings)),
      stream_(std::move(stream)),
      splitter_(imap::Limits{.literal_bytes = settings_.message_bytes}),
      buffer_(64 * 1024),
      last_used_(std::chrono::steady_clock::now()) {}

ImapConnection::~ImapConnection() { stream_->close(); }

std::string ImapConnection::next_tag() { return fmt::format("a{}", ++tag_); }

imap::LiteralMode ImapConnection::literal_mode() const {
  if (has("LITERAL+")) return imap::LiteralMode::plus;
  return has("LITERAL-") ? imap::LiteralMode::minus : imap::LiteralMode::synchronizing;
}

std::string_view ImapConnection::capability_with(std::string_view prefix) const {
  const auto it = capabilities_.lower_bound(std::string(prefix));
  if (it == capabilities_.end() || !it->starts_with(prefix)) return {};
  return std::string_view(*it).substr(prefix.size());
}

std::string_view ImapConnection::global_id_item() const {
  if (has("OBJECTID")) return "EMAILID";
  if (has("X-GM-EXT-1")) return "X-GM-MSGID";
  const auto name = server_id_.find("name");
  if (name != server_id_.end() && name->second == "Dovecot") return "X-GUID";
  return {};
}

Task<Result<>> ImapConnection::write(std::string bytes, const Wait& wait) {
  // In parts, so that a slow line has its time for each of them.
  for (std::size_t at = 0; at < bytes.size(); at += kBytesPerWrite) {
    const auto part = as_bytes(std::string_view(bytes).substr(at, kBytesPerWrite));
    auto written = co_await stream_->write(part, wait.at_most(settings_.silence));
    if (written) continue;
    broken_ = true;
    co_return written;
  }
  co_return Result<>{};
}

// Responses that break the grammar are counted in batch and left out; without a batch they are errors.
Task<Result<Response>> ImapConnection::next_response(Batch* batch, const Wait& wait) {
  while (true) {
    while (auto raw = splitter_.next()) {
      auto response = imap::parse_response(std::move(*raw));
      if (response) {
        if (response->status == Status::bye) said_bye_ = true;
        co_return response;
      }
      if (!batch || ++batch->pending.malformed > kMalformedBound) {
        broken_ = true;
        co_return tl::unexpected(std::move(response).error());
      }
    }
    auto size = co_await stream_->read(buffer_, wait);
    if (!size) {
      co_return tl::unexpected(std::move(size).error());  // whether that breaks the connection is the caller's matter
    }
    if (*size == 0) {
      broken_ = true;
      co_return fail(Errc::unavailable, said_bye_ ? "the mail server said goodbye and closed the connection"
                                                  : "the mail server closed the connection");
    }
    if (batch && (batch->received += *size) > settings_.answer_bytes) {
      broken_ = true;
      co_return fail(Errc::limit,
                     fmt::format("the mail server's answer has more than {} bytes", settings_.answer_bytes));
    }
    if (auto fed = splitter_.feed(ByteView(buffer_).first(*size)); !fed) {
      broken_ = true;
      co_return tl::unexpected(std::move(fed).error());
    }
  }
}

Result<> ImapConnection::take(Batch& batch, Response response) {
  switch (response.kind) {
    case Response::Kind::continuation:
      batch.continuation = true;
      return {};
    case Response::Kind::tagged: {
      for (std::size_t i = 0; i < batch.tags.size(); ++i) {
        if (batch.tags[i] != response.tag || batch.done[i]) continue;
        batch.done[i] = true;
        ++batch.finished;
        batch.bytes_in_flight -= batch.sizes[i];
        batch.answers[i] = std::exchange(batch.pending, {});
        batch.answers[i].status = response.status;
        batch.answers[i].code = std::move(response.code);
        return {};
      }
      return fail(Errc::malformed, "the mail server answered a command that was not sent");
    }
    case Response::Kind::status:
    case Response::Kind::numbered:
    case Response::Kind::data:
      batch.pending.untagged.push_back(std::move(response));
      return {};
  }
  return {};
}

// Sends what may be in flight beside what already is.
Task<Result<>> ImapConnection::fill(Batch& batch, const Wait& wait) {
  std::string out;
  while (batch.tags.size() < batch.commands.size()) {
    const auto in_flight = batch.tags.size() - batch.finished;
    auto pieces = batch.commands[batch.tags.size()].pieces(fmt::format("a{}", tag_ + 1), literal_mode());
    const auto size = pieces.front().size();
    if (in_flight > 0 && (in_flight >= kCommandsInFlight || batch.bytes_in_flight + size > kBytesInFlight)) break;
    if (pieces.size() > 1 && in_flight > 0) break;  // a synchronizing literal goes alone
    batch.tags.push_back(next_tag());
    batch.sizes.push_back(size);
    batch.bytes_in_flight += size;
    if (pieces.size() == 1) {
      out += pieces.front();
      continue;
    }
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      OXB_CO_CHECK(co_await write(std::move(pieces[i]), wait));
      if (i + 1 == pieces.size()) break;
      batch.continuation = false;
      while (!batch.continuation && batch.finished < batch.tags.size()) {
        OXB_CO_TRY(auto response, co_await next_response(&batch, wait.at_most(settings_.silence)));
        OXB_CO_CHECK(take(batch, std::move(response)));
      }
      if (!batch.continuation) break;  // refused before all of it was sent
    }
  }
  if (!out.empty()) OXB_CO_CHECK(co_await write(std::move(out), wait));
  co_return Result<>{};
}

Task<Result<std::vector<ImapAnswer>>> ImapConnection::run(std::vector<Command> commands, Wait wait) {
  if (broken_) co_return fail(Errc::unavailable, "the connection to the mail server is gone");
  Batch batch;
  batch.commands = std::move(commands);
  batch.answers.resize(batch.commands.size());
  batch.done.resize(batch.commands.size());
  // Unless everything ends well, answers may still be on their way and the connection cannot be used again.
  broken_ = true;
  while (batch.finished < batch.commands.size()) {
    OXB_CO_CHECK(co_await fill(batch, wait));
    if (batch.finished == batch.commands.size()) break;  // the last one was refused before its literal
    OXB_CO_TRY(auto response, co_await next_response(&batch, wait.at_most(settings_.silence)));
    OXB_CO_CHECK(take(batch, std::move(response)));
  }
  broken_ = said_bye_;
  last_used_ = std::chrono::steady_clock::now();
  co_return std::move(batch.answers);
}

Task<Result<ImapAnswer>> ImapConnection::authenticate_with(std::string mechanism, std::string response,
                                                           SaslResponse when, Wait wait) {
  Batch batch(next_tag());
  broken_ = true;
  auto line = fmt::format("{} AUTHENTICATE {}", batch.tags[0], mechanism);
  if (when == SaslResponse::with_command) line.append(" ").append(std::exchange(response, {}));
  OXB_CO_CHECK(co_await write(line + "\r\n", wait));
  while (batch.finished == 0) {
    batch.continuation = false;
    OXB_CO_TRY(auto said, co_await next_response(&batch, wait));
    OXB_CO_CHECK(take(batch, std::move(said)));
    // A second challenge is an error report (RFC 7628 section 3.2.2); an empty response ends the exchange.
    if (batch.continuation) OXB_CO_CHECK(co_await write(std::exchange(response, {}) + "\r\n", wait));
  }
  broken_ = said_bye_;
  co_return std::move(batch.answers[0]);
}

Task<Result<ImapAnswer>> ImapConnection::run_one(Command command, Wait wait) {
  std::vector<Command> commands;
  commands.push_back(std::move(command));
  OXB_CO_TRY(auto answers, co_await run(std::move(commands), std::move(wait)));
  co_return std::move(answers.front());
}

namespace {

Result<> read_code(const Response& response, ImapSelected& selected) {
  if (!response.code) return {};
  const auto& name = response.code->name;
  if (name == "CLOSED") selected = {};  // what came before belongs to the mailbox that was open (RFC 7162 3.2.11)
  const auto number = response.code->arguments.empty() ? std::nullopt : response.code->arguments[0].number();
  if (name == "HIGHESTMODSEQ") selected.highest_mod_seq = number.value_or(0);
  if (name == "NOMODSEQ") selected.highest_mod_seq = 0;
  if (name != "UIDVALIDITY" && name != "UIDNEXT") return {};
  if (!number || *number > 0xffff'ffff) return fail(Errc::malformed, "SELECT: broken " + name);
  (name == "UIDNEXT" ? selected.uid_next : selected.uid_validity) = static_cast<std::uint32_t>(*number);
  return {};
}

Result<ImapSelected> read_selected(ImapAnswer answer) {
  ImapSelected selected;
  for (auto& response : answer.untagged) {
    OXB_CHECK(read_code(response, selected));
    if (response.kind == Response::Kind::numbered && response.name == "EXISTS") selected.exists = response.number;
    if (response.kind == Response::Kind::numbered && response.name == "FETCH") {
      OXB_TRY(auto data, imap::parse_fetch(std::move(response)));
      if (data.uid) selected.changed.push_back(std::move(data));
    } else if (response.name == "VANISHED") {
      OXB_TRY(auto vanished, imap::parse_vanished(response));
      selected.vanished.add(vanished.uids);
    }
  }
  selected.read_only = answer.has_code("READ-ONLY");
  if (answer.malformed > 0) return fail(Errc::malformed, "SELECT: the mail server's answer breaks the grammar");
  if (selected.uid_validity == 0) return fail(Errc::unsupported, "SELECT: the mail server gives no UIDVALIDITY");
  return selected;
}

}  // namespace

Task<Result<bool>> ImapConnection::exists(std::string mailbox, Wait wait) {
  Command command("LIST \"\"");
  command.mailbox(mailbox, encoding());
  OXB_CO_TRY(const auto answer, co_await run_one(std::move(command), std::move(wait)));
  OXB_CO_CHECK(check_answer(answer, "LIST"));
  for (const auto& response : answer.untagged) {
    if (response.name != "LIST") continue;
    OXB_CO_TRY(const auto entry, imap::parse_list(response, encoding()));
    if (entry.name == mailbox) co_return !entry.has("\\noselect");
  }
  co_return false;
}

Task<Result<ImapSelected>> ImapConnection::select(std::string mailbox, ImapMode mode, std::optional<ImapResync> resync,
                                                  Wait wait, Command* also, ImapAnswer* also_answer) {
  Command command(mode == ImapMode::write ? "SELECT" : "EXAMINE");
  command.mailbox(mailbox, encoding());
  if (resync)
    command.raw(fmt::format("(QRESYNC ({} {}))", resync->uid_validity, resync->mod_seq));
  else if (has("CONDSTORE"))
    command.raw("(CONDSTORE)");
  selected_.clear();
  std::vector<Command> commands;
  commands.push_back(std::move(command));
  if (also) commands.push_back(std::move(*also));
  OXB_CO_TRY(auto answers, co_await run(std::move(commands), wait));
  auto answer = std::move(answers.front());
  if (also && also_answer) *also_answer = std::move(answers.back());
  if (answer.status == Status::no && !answer.code) {
    // Dovecot refuses what is not there without a code; LIST tells.
    OXB_CO_TRY(const bool there, co_await exists(mailbox, wait));
    if (!there) co_return fail(Errc::not_found, "the mail folder does not exist");
    co_return fail(Errc::access_denied, "the mail server does not open the mail folder");
  }
  OXB_CO_CHECK(check_answer(answer, "opening a mail folder"));
  OXB_CO_TRY(auto result, read_selected(std::move(answer)));
  selected_ = std::move(mailbox);
  mailbox_open_ = true;
  selected_mode_ = result.read_only ? ImapMode::read : mode;
  selected_validity_ = result.uid_validity;
  exists_ = result.exists;
  co_return result;
}

Task<Result<>> ImapConnection::ensure_selected(std::string mailbox, ImapMode mode, Wait wait) {
  if (serves(mailbox, mode)) co_return Result<>{};
  OXB_CO_TRY(const auto selected, co_await select(std::move(mailbox), mode, std::nullopt, std::move(wait)));
  if (mode == ImapMode::write && selected.read_only)
    co_return fail(Errc::access_denied, "the mail folder is read-only");
  co_return Result<>{};
}

Task<Result<>> ImapConnection::catch_up(Wait wait) {
  OXB_CO_TRY(const auto answer, co_await run_one(Command("NOOP"), std::move(wait)));
  co_return check_answer(answer, "NOOP");
}

Task<Result<>> ImapConnection::open_up_to_date(std::string mailbox, ImapMode mode, Wait wait) {
  if (serves(mailbox, mode)) co_return co_await catch_up(std::move(wait));
  co_return co_await ensure_selected(std::move(mailbox), mode, std::move(wait));
}

Task<Result<>> ImapConnection::leave_selected(Wait wait) {
  if (!mailbox_open_) co_return Result<>{};
  selected_.clear();
  OXB_CO_TRY(const auto answer,
             co_await run_one(Command(has("UNSELECT") ? "UNSELECT" : "EXAMINE INBOX"), std::move(wait)));
  OXB_CO_CHECK(check_answer(answer, "leaving a mail folder"));
  mailbox_open_ = !has("UNSELECT");
  co_return Result<>{};
}

namespace {
bool tells_news(const Response& response) {
  if (response.kind == Response::Kind::numbered)
    return response.name == "EXISTS" || response.name == "EXPUNGE" || response.name == "FETCH";
  return response.kind == Response::Kind::data && response.name == "VANISHED";
}
}  // namespace

// Leaves IDLE in good order even when the waiter was cancelled: a connection is cheaper to keep than to open.
Task<Result<>> ImapConnection::end_idle(Batch& batch) {
  const auto wait = Wait::upto(std::chrono::seconds(5));
  OXB_CO_CHECK(co_await write("DONE\r\n", wait));
  while (batch.finished == 0) {
    OXB_CO_TRY(auto response, co_await next_response(&batch, wait));
    OXB_CO_CHECK(take(batch, std::move(response)));
  }
  broken_ = said_bye_;
  last_used_ = std::chrono::steady_clock::now();
  co_return Result<>{};
}

Task<Result<bool>> ImapConnection::idle_once(Wait wait) {
  Batch batch(next_tag());
  broken_ = true;
  OXB_CO_CHECK(co_await write(batch.tags[0] + " IDLE\r\n", wait));
  bool news = false;
  while (!batch.continuation && batch.finished == 0) {
    OXB_CO_TRY(auto response, co_await next_response(&batch, wait.at_most(settings_.silence)));
    news = news || tells_news(response);
    OXB_CO_CHECK(take(batch, std::move(response)));
  }
  if (batch.finished > 0) {
    broken_ = said_bye_;
    OXB_CO_CHECK(check_answer(batch.answers[0], "IDLE"));
    co_return news;
  }
  const auto until = wait.at_most(settings_.idle_time);
  while (!news && batch.finished == 0) {
    auto response = co_await next_response(&batch, until);
    if (!response) {
      const bool time_over =
          until.expired() && (response.error().code == Errc::unavailable || until.cancel.cancelled());
      if (!time_over || said_bye_) co_return tl::unexpected(std::move(response).error());
      break;
    }
    if (said_bye_) co_return fail(Errc::unavailable, "the mail server said goodbye");
    news = tells_news(*response);
    batch.pending.untagged.clear();
    OXB_CO_CHECK(take(batch, std::move(*response)));
  }
  OXB_CO_CHECK(co_await end_idle(batch));
  for (const auto& response : batch.answers[0].untagged) news = news || tells_news(response);
  co_return news;
}

Task<Result<bool>> ImapConnection::poll(Wait wait) {
  OXB_CO_TRY(const auto answer, co_await run_one(Command("NOOP"), wait));
  OXB_CO_CHECK(check_answer(answer, "NOOP"));
  for (const auto& response : answer.untagged)
    if (tells_news(response)) co_return true;
  co_await net::sleep(wait.at_most(settings_.poll_time));
  co_return false;
}

Task<Result<bool>> ImapConnection::idle(Wait wait) {
  if (broken_) co_return fail(Errc::unavailable, "the connection to the mail server is gone");
  while (!wait.expired()) {
    Result<bool> news = false;
    if (has("IDLE"))
      news = co_await idle_once(wait);
    else
      news = co_await poll(wait);
    if (!news || *news) co_return news;
  }
  co_return false;
}

Task<void> ImapConnection::log_out(Wait wait) {
  if (!broken_) (void)co_await run_one(Command("LOGOUT"), std::move(wait));
  broken_ = true;
  stream_->close();
}

}  // namespace oxb::backend
