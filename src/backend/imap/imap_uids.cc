// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/imap/imap_uids.h"

#include <algorithm>

namespace oxb::backend {

using imap::Command;
using imap::UidSet;

namespace {
constexpr std::size_t kSetText = 4000;  // characters of a set of UIDs in one command
}

std::vector<Command> for_uids(std::string_view verb, const std::vector<std::uint32_t>& uids, std::size_t count,
                              std::string_view arguments) {
  std::vector<Command> commands;
  for (std::size_t at = 0; at < uids.size(); at += count) {
    const auto end = std::min(uids.size(), at + count);
    const auto set = UidSet::of(
        std::vector(uids.begin() + static_cast<std::ptrdiff_t>(at), uids.begin() + static_cast<std::ptrdiff_t>(end)));
    for (const auto& text : set.texts(kSetText)) {
      Command command{std::string(verb)};
      command.raw(text);
      if (!arguments.empty()) command.raw(arguments);
      commands.push_back(std::move(command));
    }
  }
  return commands;
}

Result<UidSet> found_in(const ImapAnswer& answer) {
  OXB_CHECK(check_answer(answer, "UID SEARCH"));
  if (answer.malformed > 0) return fail(Errc::malformed, "UID SEARCH: the mail server's answer breaks the grammar");
  UidSet found;
  for (const auto& response : answer.untagged) {
    if (response.name == "SEARCH") {
      OXB_TRY(const auto result, imap::parse_search(response));
      found.add(result.numbers);
    } else if (response.name == "ESEARCH") {
      OXB_TRY(const auto result, imap::parse_extended_search(response));
      found.add(result.all);
    }
  }
  return found;
}

Task<Result<UidSet>> search_uids(ImapConnection& connection, std::vector<Command> commands, Wait wait) {
  OXB_CO_TRY(const auto answers, co_await connection.run(std::move(commands), std::move(wait)));
  UidSet found;
  for (const auto& answer : answers) {
    OXB_CO_TRY(const auto part, found_in(answer));
    found.add(part);
  }
  co_return found;
}

std::string search_verb(const ImapConnection& connection) {
  return connection.has("ESEARCH") ? "UID SEARCH RETURN (ALL) UID" : "UID SEARCH UID";
}

}  // namespace oxb::backend
