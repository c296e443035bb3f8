// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/imap/imap_writing.h"

#include "backend/imap/imap_uids.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace oxb::backend {

using imap::Command;
using imap::Response;
using imap::UidSet;
using Transferred = MailWriter::Transferred;

namespace {

constexpr std::size_t kMostUids = 1'000'000;  // in one transfer
constexpr std::chrono::seconds kTrusted{5};   // a connection that answered so recently is taken for alive

// The largest message the server says it takes (RFC 7889); nothing where it does not say.
std::optional<std::uint64_t> append_limit(const ImapConnection& connection) {
  constexpr std::string_view kName = "APPENDLIMIT=";
  const auto text = connection.capability_with(kName);
  std::uint64_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return limit;
}

// A refusal without a code may mean that the folder is not there, as Dovecot says it.
Task<Result<>> check_written(ImapConnection& connection, const ImapAnswer& answer, std::string folder,
                             std::string_view what, Wait wait) {
  if (answer.status != Response::Status::no || answer.code) co_return check_answer(answer, what);
  OXB_CO_TRY(const bool there, co_await connection.exists(std::move(folder), std::move(wait)));
  if (!there) co_return fail(Errc::not_found, fmt::format("{}: the mail folder does not exist", what));
  co_return fail(Errc::access_denied, fmt::format("{}: the mail server refuses it", what));
}

// COPYUID stands in the tagged answer, or in an untagged one before what MOVE expunges (RFC 6851 section 4.3).
void take_places(const ImapAnswer& answer, std::vector<Transferred>& places) {
  const auto take = [&](const std::optional<imap::ResponseCode>& code) {
    if (!code || code->name != "COPYUID") return;
    const auto copied = imap::parse_copy_uid(*code);
    if (!copied) return;  // then nobody knows where they are
    for (const auto& [from, to] : copied->uids) places.push_back({from, {copied->uid_validity, to}});
  };
  for (const auto& response : answer.untagged) take(response.code);
  take(answer.code);
}

}  // namespace

Task<Result<>> check_alive(ImapConnection& connection, Wait wait) {
  if (std::chrono::steady_clock::now() - connection.last_used() < kTrusted) co_return Result<>{};
  co_return co_await connection.catch_up(std::move(wait));
}

Task<Result<>> open_for(ImapConnection& connection, ImapMode mode, std::string folder, std::uint32_t uid_validity,
                        Wait wait) {
  OXB_CO_CHECK(co_await connection.open_up_to_date(std::move(folder), mode, std::move(wait)));
  if (connection.selected_validity() != uid_validity)
    co_return fail(Errc::conflict, "the UIDs are of an earlier UIDVALIDITY of the mail folder");
  co_return Result<>{};
}

Task<Result<MailPlace>> append_mail(ImapConnection& connection, std::string folder, Bytes message,
                                    model::MailFlags flags, std::optional<Instant> received, Wait wait) {
  if (message.empty()) co_return fail(Errc::invalid, "APPEND: an empty message");
  if (as_text(message).find('\0') != std::string_view::npos)
    co_return fail(Errc::invalid, "APPEND: a message with NUL octets");
  if (const auto limit = append_limit(connection); limit && message.size() > *limit)
    co_return fail(Errc::limit, fmt::format("APPEND: the mail server takes at most {} bytes", *limit));
  std::string words;
  for (const auto& flag : imap::flag_names(flags))
    if (imap::is_flag(flag)) words.append(words.empty() ? "" : " ").append(flag);
  Command command("APPEND");
  command.mailbox(folder, connection.encoding()).raw("(" + words + ")");
  if (received) command.raw('"' + imap::print_date_time(*received) + '"');
  command.literal(as_text(message));
  message = {};
  OXB_CO_TRY(const auto answer, co_await connection.run_one(std::move(command), wait));
  OXB_CO_CHECK(co_await check_written(connection, answer, std::move(folder), "APPEND", std::move(wait)));
  MailPlace place;
  if (answer.has_code("APPENDUID"))
    if (const auto uid = imap::parse_append_uid(*answer.code)) place = {uid->uid_validity, uid->uid};
  co_return place;
}

Task<Result<std::vector<std::uint32_t>>> find_mails(ImapConnection& connection, std::string folder, std::string field,
                                                    std::string text, Wait wait) {
  if (!is_header_name(field)) co_return fail(Errc::invalid, "not a name of a header field");
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return c > 0 && c < 0x7f; });
  Command command(connection.has("ESEARCH") ? "UID SEARCH RETURN (ALL)" : "UID SEARCH");
  if (!ascii && connection.encoding() == imap::NameEncoding::modified_utf7) command.raw("CHARSET UTF-8");
  command.raw("HEADER").string(field).string(text);
  ImapAnswer answer;
  // Opened afresh: a mail that another connection has just appended must be seen.
  OXB_CO_TRY(
      [[maybe_unused]] const auto selected,
      co_await connection.select(std::move(folder), ImapMode::read, std::nullopt, std::move(wait), &command, &answer));
  OXB_CO_TRY(const auto found, found_in(answer));
  co_return found.members(kMostUids);
}

namespace {

class TransferRun {
 public:
  TransferRun(ImapConnection& connection, std::string to, Wait wait)
      : connection_(connection), to_(std::move(to)), wait_(std::move(wait)) {}

  Task<Result<std::vector<Transferred>>> run(std::vector<std::uint32_t> uids, MailWriter::Transfer how) {
    const bool move = how == MailWriter::Transfer::move;
    const bool at_once = connection_.has("MOVE");
    if (move && !at_once && !connection_.has("UIDPLUS"))
      co_return fail(Errc::unsupported, "the mail server has neither MOVE nor UIDPLUS");
    OXB_CO_CHECK(co_await send(move && at_once ? "UID MOVE" : "UID COPY", std::move(uids)));
    if (move && !at_once) OXB_CO_CHECK(co_await remove_copied());
    co_return std::move(places_);
  }

 private:
  // One flight: which of them are there, then the command. Servers need not tell where mails came to lie, and tell
  // nothing about those that are gone.
  Task<Result<>> send(std::string_view verb, std::vector<std::uint32_t> uids) {
    auto commands = for_uids(search_verb(connection_), uids, uids.size(), {});
    const auto searches = commands.size();
    for (auto& command : for_uids(verb, uids, uids.size(), {}))
      commands.push_back(std::move(command.mailbox(to_, connection_.encoding())));
    OXB_CO_TRY(const auto answers, co_await connection_.run(std::move(commands), wait_));
    UidSet there;
    bool searched = true;
    // Servers may tell it before the answer to another command of the flight.
    for (const auto& answer : answers) take_places(answer, places_);
    for (std::size_t i = 0; i < searches; ++i) {
      const auto found = found_in(answers[i]);
      if (found) there.add(*found);
      searched = searched && found;
    }
    const ImapAnswer* refused = nullptr;
    std::size_t accepted = 0;
    for (std::size_t i = searches; i < answers.size(); ++i) {
      if (answers[i].is_ok())
        ++accepted;
      else if (!refused)
        refused = &answers[i];
    }
    if (refused) {
      if (accepted > 0) co_return fail(Errc::unavailable, fmt::format("{}: only some of the mails", verb));
      co_return co_await check_written(connection_, *refused, to_, verb, wait_);
    }
    if (!searched && places_.empty())
      co_return fail(Errc::unavailable, fmt::format("{}: it is not known which mails", verb));
    if (!places_.empty()) co_return Result<>{};
    OXB_CO_TRY(const auto members, there.intersection(UidSet::of(std::move(uids))).members(kMostUids));
    for (const auto uid : members) places_.push_back({uid, {}});
    co_return Result<>{};
  }

  Task<Result<>> remove_copied() {
    std::vector<std::uint32_t> copied;
    for (const auto& place : places_) copied.push_back(place.from);
    auto gone = co_await expunge_mails(connection_, std::move(copied), wait_);
    if (!gone) co_return fail(Errc::unavailable, "copied, but not removed: " + gone.error().what);
    co_return Result<>{};
  }

  ImapConnection& connection_;
  std::string to_;
  Wait wait_;
  std::vector<Transferred> places_;
};

}  // namespace

Task<Result<std::vector<Transferred>>> transfer_mails(ImapConnection& connection, std::vector<std::uint32_t> uids,
                                                      std::string to, MailWriter::Transfer how, Wait wait) {
  if (uids.size() > kMostUids) co_return fail(Errc::limit, "too many mails at a time");
  TransferRun transfer(connection, std::move(to), std::move(wait));
  co_return co_await transfer.run(std::move(uids), how);
}

Task<Result<>> expunge_mails(ImapConnection& connection, std::vector<std::uint32_t> uids, Wait wait) {
  if (uids.empty()) co_return Result<>{};
  if (!connection.has("UIDPLUS")) co_return fail(Errc::unsupported, "the mail server has no UIDPLUS");
  auto commands = for_uids("UID STORE", uids, uids.size(), "+FLAGS.SILENT (\\Deleted)");
  for (auto& command : for_uids("UID EXPUNGE", uids, uids.size(), {})) commands.push_back(std::move(command));
  OXB_CO_TRY(const auto answers, co_await connection.run(std::move(commands), wait));
  for (const auto& answer : answers) OXB_CO_CHECK(check_answer(answer, "UID EXPUNGE"));
  // Without the right to delete, servers may ignore the flag in silence.
  OXB_CO_TRY(const auto left, co_await search_uids(connection, for_uids(search_verb(connection), uids, uids.size(), {}),
                                                   std::move(wait)));
  if (!left.empty()) co_return fail(Errc::access_denied, "the mail server does not let mails be removed here");
  co_return Result<>{};
}

}  // namespace oxb::backend
