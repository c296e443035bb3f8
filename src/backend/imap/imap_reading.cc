// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/imap/imap_reading.h"

#include "backend/imap/imap_position.h"
#include "backend/imap/imap_uids.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace oxb::backend {

using imap::Command;
using imap::FetchData;
using imap::UidSet;

namespace {

constexpr std::size_t kUidsPerFetch = 250;    // summaries asked for by one command
constexpr std::size_t kMostUids = 5'000'000;  // in one folder
constexpr std::size_t kMostVanished = 1'000'000;
constexpr std::string_view kHeaderItem = "BODY.PEEK[HEADER]<0.262144>";

// All FETCH data of an answer that name a UID.
Result<std::vector<FetchData>> fetched(std::vector<ImapAnswer> answers, std::string_view what, std::size_t* malformed) {
  std::vector<FetchData> all;
  for (auto& answer : answers) {
    OXB_CHECK(check_answer(answer, what));
    if (malformed) *malformed += answer.malformed;
    if (!malformed && answer.malformed > 0)
      return fail(Errc::malformed, fmt::format("{}: the mail server's answer breaks the grammar", what));
    for (auto& response : answer.untagged) {
      if (response.name != "FETCH" || response.kind != imap::Response::Kind::numbered) continue;
      auto data = imap::parse_fetch(std::move(response));
      if (!data && !malformed) return tl::unexpected(std::move(data).error());
      if (!data)
        ++*malformed;
      else if (data->uid)
        all.push_back(std::move(*data));
    }
  }
  return all;
}

// The UIDs that exist from first to last (inclusive).
Task<Result<UidSet>> uids_between(ImapConnection& connection, std::uint64_t first, std::uint64_t last, Wait wait) {
  if (first > last) co_return UidSet();
  std::vector<Command> commands;
  commands.emplace_back(search_verb(connection));
  commands.back().raw(fmt::format("{}:{}", first, last));
  OXB_CO_TRY(auto found, co_await search_uids(connection, std::move(commands), std::move(wait)));
  // A server that takes 7:5 for 5:7, or speaks of more than it was asked for, is corrected here.
  co_return found.intersection(UidSet::of(static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last)));
}

model::MailSummary summary_of(FetchData data, bool has_mod_seq) {
  model::MailSummary summary;
  summary.uid = *data.uid;
  summary.id = RemoteId{fmt::format("{}", summary.uid)};
  summary.global_id = std::move(data.global_id);
  if (data.flags) summary.flags = std::move(*data.flags);
  if (has_mod_seq && data.mod_seq) {
    summary.version = model::Version{fmt::format("{}", *data.mod_seq)};
  } else {
    std::string text = "f";
    for (const auto& flag : imap::flag_names(summary.flags)) text.append(" ").append(flag);
    summary.version = model::Version{std::move(text)};
  }
  summary.received = data.internal_date.value_or(Instant{});
  summary.size = data.size.value_or(0);
  if (const auto* headers = data.section("BODY[HEADER]")) summary.headers = to_bytes(*headers);
  summary.structure = std::move(data.structure);
  return summary;
}

enum class Structure { with, without };

std::string summary_items(const ImapConnection& connection, bool has_mod_seq, Structure structure) {
  std::string items = "(UID FLAGS INTERNALDATE RFC822.SIZE";
  if (has_mod_seq) items += " MODSEQ";
  if (const auto id = connection.global_id_item(); !id.empty()) items.append(" ").append(id);
  if (structure == Structure::with) items += " BODYSTRUCTURE";
  return items.append(" ").append(kHeaderItem).append(")");
}

using Summaries = std::map<std::uint32_t, model::MailSummary>;

Task<Result<std::size_t>> fetch_summaries_into(ImapConnection& connection, std::vector<std::uint32_t> uids,
                                               bool has_mod_seq, Structure structure, Summaries& into, Wait wait) {
  auto commands = for_uids("UID FETCH", uids, kUidsPerFetch, summary_items(connection, has_mod_seq, structure));
  OXB_CO_TRY(auto answers, co_await connection.run(std::move(commands), std::move(wait)));
  std::size_t malformed = 0;
  OXB_CO_TRY(auto all, fetched(std::move(answers), "UID FETCH", &malformed));
  for (auto& data : all) {
    // Unasked flag reports come in between; only a full answer counts.
    if (!data.size || !data.section("BODY[HEADER]")) continue;
    const auto uid = *data.uid;
    into.insert_or_assign(uid, summary_of(std::move(data), has_mod_seq));
  }
  co_return malformed;
}

// Full summaries of the UIDs that still exist. A mail whose structure the server cannot put in words comes without it.
Task<Result<Summaries>> fetch_summaries(ImapConnection& connection, std::vector<std::uint32_t> uids, bool has_mod_seq,
                                        Wait wait) {
  Summaries found;
  if (uids.empty()) co_return found;
  OXB_CO_TRY(auto malformed,
             co_await fetch_summaries_into(connection, uids, has_mod_seq, Structure::with, found, wait));
  if (malformed == 0) co_return found;
  std::erase_if(uids, [&](std::uint32_t uid) { return found.count(uid) != 0; });
  OXB_CO_TRY(malformed, co_await fetch_summaries_into(connection, uids, has_mod_seq, Structure::without, found, wait));
  if (malformed > 0) co_return fail(Errc::malformed, "UID FETCH: the mail server's answer breaks the grammar");
  co_return found;
}

// The newest first, as the first reading wants it.
void append_descending(std::vector<model::MailSummary>& to, Summaries from) {
  for (auto it = from.rbegin(); it != from.rend(); ++it) to.push_back(std::move(it->second));
}

Result<std::uint32_t> unread_in(const ImapAnswer& answer) {
  OXB_CHECK(check_answer(answer, "SEARCH UNSEEN"));
  std::uint64_t count = 0;
  for (const auto& response : answer.untagged) {
    if (response.name == "SEARCH") {
      OXB_TRY(const auto result, imap::parse_search(response));
      count = result.numbers.count();
    } else if (response.name == "ESEARCH") {
      OXB_TRY(const auto result, imap::parse_extended_search(response));
      count = result.count.value_or(result.all.count());
    }
  }
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(count, 0xffff'ffff));
}

// One call of read_changes.
class Reading {
 public:
  Reading(ImapConnection& connection, std::size_t limit, Wait wait)
      : connection_(connection), limit_(std::max<std::size_t>(limit, 1)), wait_(std::move(wait)) {}

  Task<Result<ImapChanges>> run(std::string folder, model::Position since) {
    if (!since.value.empty()) {
      OXB_CO_TRY(place_, parse_position(since));
    }
    std::optional<ImapResync> resync;
    const bool delta = place_.mod_seq != 0 && connection_.enabled("QRESYNC");
    if (delta && place_.below == 0)
      resync = ImapResync{static_cast<std::uint32_t>(place_.uid_validity), place_.mod_seq};
    Command unseen(connection_.has("ESEARCH") ? "SEARCH RETURN (COUNT) UNSEEN" : "SEARCH UNSEEN");
    ImapAnswer unseen_answer;
    OXB_CO_TRY(selected_,
               co_await connection_.select(std::move(folder), ImapMode::read, resync, wait_, &unseen, &unseen_answer));
    OXB_CO_TRY(out_.unread, unread_in(unseen_answer));
    if (selected_.uid_next == 0) OXB_CO_CHECK(co_await guess_uid_next());
    const ImapFolderState state{selected_.uid_validity, selected_.uid_next, selected_.exists,
                                selected_.highest_mod_seq};
    out_.uid_validity = selected_.uid_validity;
    out_.total = selected_.exists;
    out_.renumbered = place_.uid_validity != 0 && place_.uid_validity != selected_.uid_validity;
    if (out_.renumbered) place_ = {};
    const bool first = place_.uid_validity == 0;
    if (first || place_.below != 0)
      OXB_CO_CHECK(co_await read_first());
    else if (delta && selected_.highest_mod_seq != 0)
      OXB_CO_CHECK(co_await read_resync());
    else
      OXB_CO_CHECK(co_await read_listing());
    out_.position = print_position(place_);
    co_return ImapChanges{std::move(out_), state};
  }

 private:
  bool has_mod_seq() const { return selected_.highest_mod_seq != 0; }
  std::uint64_t next_uid() const { return selected_.uid_next; }

  // Servers before RFC 3501 do not say UIDNEXT.
  Task<Result<>> guess_uid_next() {
    selected_.uid_next = static_cast<std::uint32_t>(std::max<std::uint64_t>(place_.uid_next, 1));
    if (selected_.exists == 0) co_return Result<>{};
    std::vector<Command> commands;
    commands.emplace_back("UID SEARCH UID *");
    OXB_CO_TRY(const auto last, co_await search_uids(connection_, std::move(commands), wait_));
    selected_.uid_next = std::max(selected_.uid_next, last.largest() + 1);
    co_return Result<>{};
  }

  // Batches from the newest down. What happens meanwhile is a delta against the state in which the reading began.
  Task<Result<>> read_first() {
    const bool from_the_top = place_.uid_validity == 0;
    if (from_the_top) {
      place_.uid_validity = selected_.uid_validity;
      place_.mod_seq = selected_.highest_mod_seq;
      place_.uid_next = next_uid();
      place_.below = place_.uid_next;
    }
    OXB_CO_TRY(const auto left, co_await uids_between(connection_, 1, place_.below - 1, wait_));
    OXB_CO_TRY(auto uids, left.members(kMostUids));
    out_.more = uids.size() > limit_;
    if (out_.more) uids.erase(uids.begin(), uids.end() - static_cast<std::ptrdiff_t>(limit_));
    place_.below = out_.more ? uids.front() : 0;
    OXB_CO_TRY(auto summaries, co_await fetch_summaries(connection_, std::move(uids), has_mod_seq(), wait_));
    out_.complete = from_the_top && !out_.more;
    append_descending(out_.changed, std::move(summaries));
    co_return Result<>{};
  }

  // New mails from place_.uid_next on, ascending, at most room; true when there are more.
  Task<Result<bool>> read_new(std::size_t room) {
    OXB_CO_TRY(const auto fresh, co_await uids_between(connection_, place_.uid_next, next_uid() - 1, wait_));
    OXB_CO_TRY(auto uids, fresh.members(kMostUids));
    const bool more = uids.size() > room;
    if (more) uids.resize(room);
    if (more && !uids.empty()) place_.uid_next = std::uint64_t{uids.back()} + 1;
    if (!more) place_.uid_next = next_uid();
    OXB_CO_TRY(auto summaries, co_await fetch_summaries(connection_, std::move(uids), has_mod_seq(), wait_));
    append_descending(out_.changed, std::move(summaries));
    co_return more;
  }

  // QRESYNC (RFC 7162): the server named what changed and what vanished when the folder was opened.
  Task<Result<>> read_resync() {
    const auto target = place_.flags_target != 0 ? place_.flags_target : selected_.highest_mod_seq;
    if (place_.flags_done == 0) {
      // A server with a short memory may name whole ranges that never existed.
      auto vanished = selected_.vanished.intersection(UidSet::of(1, last_known())).members(kMostVanished);
      if (!vanished) co_return co_await read_listing();
      out_.vanished = std::move(*vanished);
    }
    std::map<std::uint32_t, FetchData> flags;
    for (auto& data : selected_.changed)
      if (*data.uid<place_.uid_next&& * data.uid> place_.flags_done && data.flags)
        flags.insert_or_assign(*data.uid, std::move(data));
    for (auto& [uid, data] : flags) {
      if (out_.changed.size() == limit_) {
        place_.flags_target = target;
        out_.more = true;
        co_return Result<>{};
      }
      place_.flags_done = uid;
      out_.changed.push_back(summary_of(std::move(data), true));
    }
    OXB_CO_TRY(out_.more, co_await read_new(limit_ - out_.changed.size()));
    if (out_.more) {
      // The flags are done; they are passed over when the rest of the new mails is read.
      place_.flags_done = 0xffff'ffff;
      place_.flags_target = target;
      co_return Result<>{};
    }
    place_.mod_seq = target;
    place_.flags_done = place_.flags_target = 0;
    co_return Result<>{};
  }
  std::uint32_t last_known() const {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(place_.uid_next - 1, 0xffff'ffff));
  }

  // Without tombstones: new mails first, in batches; then the whole list of flags, in which what is missing is gone.
  Task<Result<>> read_listing() {
    OXB_CO_TRY(out_.more, co_await read_new(limit_));
    if (out_.more) co_return Result<>{};
    Summaries known;
    for (auto& summary : out_.changed) known.emplace(summary.uid, std::move(summary));
    out_.changed.clear();
    std::vector<Command> commands;
    commands.emplace_back(has_mod_seq() ? "UID FETCH 1:* (UID FLAGS MODSEQ)" : "UID FETCH 1:* (UID FLAGS)");
    if (selected_.exists == 0) commands.clear();  // some servers refuse 1:* there
    OXB_CO_TRY(auto answers, co_await connection_.run(std::move(commands), wait_));
    OXB_CO_TRY(auto all, fetched(std::move(answers), "UID FETCH", nullptr));
    UidSet late;
    for (auto& data : all) {
      if (!data.flags) continue;
      if (*data.uid >= place_.uid_next) {
        late.add(*data.uid);  // came while this was read; it is new next time
        continue;
      }
      known.emplace(*data.uid, summary_of(std::move(data), has_mod_seq()));
    }
    out_.complete = late.empty();
    place_.mod_seq = selected_.highest_mod_seq;
    out_.more = !late.empty();
    append_descending(out_.changed, std::move(known));
    co_return Result<>{};
  }

  ImapConnection& connection_;
  std::size_t limit_;
  Wait wait_;
  ImapPosition place_;
  ImapSelected selected_;
  MailChanges out_;
};

}  // namespace

Task<Result<ImapChanges>> read_changes(ImapConnection& connection, std::string folder, model::Position since,
                                       std::size_t limit, Wait wait) {
  Reading reading(connection, limit, std::move(wait));
  co_return co_await reading.run(std::move(folder), std::move(since));
}

Task<Result<std::vector<std::uint32_t>>> existing_uids(ImapConnection& connection, std::string folder,
                                                       std::vector<std::uint32_t> uids, Wait wait) {
  if (uids.empty()) co_return uids;
  // Opened afresh: what was open before may not have been told of the latest deletions, and a server may put off
  // telling while more commands wait.
  auto commands = for_uids(search_verb(connection), uids, uids.size(), {});
  ImapAnswer first_answer;
  OXB_CO_TRY([[maybe_unused]] const auto selected,
             co_await connection.select(std::move(folder), ImapMode::read, std::nullopt, wait, &commands.front(),
                                        &first_answer));
  commands.erase(commands.begin());
  OXB_CO_TRY(auto found, found_in(first_answer));
  OXB_CO_TRY(const auto more, co_await search_uids(connection, std::move(commands), std::move(wait)));
  found.add(more);
  std::erase_if(uids, [&](std::uint32_t uid) { return !found.contains(uid); });
  co_return uids;
}

namespace {

using Bodies = std::unordered_map<std::uint32_t, Bytes>;

Task<Result<>> fetch_bodies(ImapConnection& connection, std::vector<std::uint32_t> uids, Bodies& into, Wait wait) {
  auto commands = for_uids("UID FETCH", uids, kUidsPerFetch, "(UID BODY.PEEK[])");
  OXB_CO_TRY(auto answers, co_await connection.run(std::move(commands), std::move(wait)));
  OXB_CO_TRY(auto all, fetched(std::move(answers), "UID FETCH", nullptr));
  for (auto& data : all)
    if (const auto* body = data.section("BODY[]")) into.insert_or_assign(*data.uid, to_bytes(*body));
  co_return Result<>{};
}

}  // namespace

Task<Result<std::vector<Result<Bytes>>>> fetch_messages(ImapConnection& connection, std::string folder,
                                                        std::vector<std::uint32_t> uids, Wait wait) {
  const bool was_open = connection.serves(folder, ImapMode::read);
  OXB_CO_CHECK(co_await connection.ensure_selected(std::move(folder), ImapMode::read, wait));
  Bodies found;
  OXB_CO_CHECK(co_await fetch_bodies(connection, uids, found, wait));
  if (was_open && found.size() < uids.size()) {
    auto missing = uids;
    std::erase_if(missing, [&](std::uint32_t uid) { return found.contains(uid); });
    OXB_CO_CHECK(co_await connection.catch_up(wait));
    OXB_CO_CHECK(co_await fetch_bodies(connection, std::move(missing), found, wait));
  }
  std::unordered_map<std::uint32_t, std::size_t> still_asked;
  for (const auto uid : uids) ++still_asked[uid];
  std::vector<Result<Bytes>> result;
  result.reserve(uids.size());
  for (const auto uid : uids) {
    const auto it = found.find(uid);
    if (it == found.end())
      result.emplace_back(fail(Errc::not_found, fmt::format("mail {} is not there", uid)));
    else if (--still_asked[uid] > 0)
      result.emplace_back(it->second);
    else
      result.emplace_back(std::move(it->second));
  }
  co_return result;
}

Task<Result<std::vector<std::optional<std::uint64_t>>>> message_sizes(ImapConnection& connection, std::string folder,
                                                                      std::vector<std::uint32_t> uids, Wait wait) {
  OXB_CO_CHECK(co_await connection.open_up_to_date(std::move(folder), ImapMode::read, wait));
  auto commands = for_uids("UID FETCH", uids, uids.size(), "(UID RFC822.SIZE)");
  OXB_CO_TRY(auto answers, co_await connection.run(std::move(commands), std::move(wait)));
  OXB_CO_TRY(const auto all, fetched(std::move(answers), "UID FETCH", nullptr));
  std::unordered_map<std::uint32_t, std::uint64_t> found;
  for (const auto& data : all)
    if (data.size) found[*data.uid] = *data.size;
  std::vector<std::optional<std::uint64_t>> sizes;
  for (const auto uid : uids) {
    const auto it = found.find(uid);
    sizes.push_back(it == found.end() ? std::nullopt : std::optional(it->second));
  }
  co_return sizes;
}

Task<Result<>> store_flags(ImapConnection& connection, std::string folder, std::vector<FlagChange> changes, Wait wait) {
  std::map<std::pair<char, std::string>, std::vector<std::uint32_t>> groups;  // sign and flags
  for (const auto& change : changes) {
    for (const auto& [sign, flags] : {std::pair('+', &change.add), std::pair('-', &change.remove)}) {
      std::string text;
      for (const auto& flag : *flags) {
        if (!imap::is_flag(flag)) co_return fail(Errc::invalid, "not a flag that IMAP can hold");
        text.append(text.empty() ? "" : " ").append(flag);
      }
      if (!text.empty()) groups[{sign, text}].push_back(change.uid);
    }
  }
  OXB_CO_CHECK(co_await connection.open_up_to_date(std::move(folder), ImapMode::write, wait));
  std::vector<Command> commands;
  for (const auto& [change, uids] : groups)
    for (auto& command :
         for_uids("UID STORE", uids, uids.size(), fmt::format("{}FLAGS.SILENT ({})", change.first, change.second)))
      commands.push_back(std::move(command));
  OXB_CO_TRY(const auto answers, co_await connection.run(std::move(commands), std::move(wait)));
  for (const auto& answer : answers) OXB_CO_CHECK(check_answer(answer, "UID STORE"));
  co_return Result<>{};
}

Task<Result<bool>> watch_folder(ImapConnection& connection, std::string folder, std::optional<ImapFolderState> before,
                                Wait wait) {
  OXB_CO_TRY(const auto selected, co_await connection.select(std::move(folder), ImapMode::read, std::nullopt, wait));
  const ImapFolderState now{selected.uid_validity, selected.uid_next, selected.exists, selected.highest_mod_seq};
  if (before && now != *before) co_return true;
  co_return co_await connection.idle(std::move(wait));
}

}  // namespace oxb::backend
