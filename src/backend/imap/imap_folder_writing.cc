// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/imap/imap_folders.h"
#include "backend/imap/imap_writing.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::backend {

using imap::Command;
using imap::Response;

namespace {

bool is_inbox(std::string_view folder) { return ascii_iequals(folder, "INBOX"); }

Command about(std::string verb, std::string_view folder, const ImapConnection& connection) {
  Command command(std::move(verb));
  command.mailbox(folder, connection.encoding());
  return command;
}

// The separator of a namespace that has none of its own in the list.
Task<Result<std::string>> root_separator(ImapConnection& connection, Wait wait) {
  OXB_CO_TRY(const auto answer, co_await connection.run_one(Command("LIST \"\" \"\""), std::move(wait)));
  OXB_CO_CHECK(check_answer(answer, "LIST"));
  for (const auto& response : answer.untagged) {
    if (response.name != "LIST") continue;
    OXB_CO_TRY(auto entry, imap::parse_list(response, connection.encoding()));
    co_return std::move(entry.separator);
  }
  co_return std::string();
}

Task<Result<std::string>> separator_of(ImapConnection& connection, std::string folder, Wait wait) {
  if (const auto* space = namespace_of(folder, connection.namespaces())) co_return space->separator;
  co_return co_await root_separator(connection, std::move(wait));
}

// LIST or LSUB of everything below a folder. Characters of the name that are wildcards find too much; that is left out.
Task<Result<std::vector<imap::ListEntry>>> list_below(ImapConnection& connection, std::string verb, std::string folder,
                                                      Wait wait) {
  OXB_CO_TRY(const auto separator, co_await separator_of(connection, folder, wait));
  std::vector<imap::ListEntry> below;
  if (separator.empty()) co_return below;
  const auto prefix = folder + separator;
  Command command(verb + " \"\"");
  command.string(imap::name_to_wire(prefix, connection.encoding()) + "*");
  OXB_CO_TRY(const auto answer, co_await connection.run_one(std::move(command), std::move(wait)));
  OXB_CO_CHECK(check_answer(answer, verb));
  if (answer.malformed > 0) co_return fail(Errc::malformed, verb + ": the mail server's answer breaks the grammar");
  for (const auto& response : answer.untagged) {
    if (response.name != verb) continue;
    OXB_CO_TRY(auto entry, imap::parse_list(response, connection.encoding()));
    if (entry.name.size() > prefix.size() && entry.name.starts_with(prefix)) below.push_back(std::move(entry));
  }
  co_return below;
}

bool is_missing(const ImapAnswer& answer) { return answer.has_code("NONEXISTENT") || answer.has_code("TRYCREATE"); }

}  // namespace

Task<Result<std::string>> folder_name(ImapConnection& connection, std::string parent, std::string name, Wait wait) {
  if (!is_folder_name(name)) co_return fail(Errc::invalid, "not a name for a mail folder");
  OXB_CO_TRY(const auto separator, co_await separator_of(connection, parent.empty() ? name : parent, wait));
  if (!separator.empty() && name.find(separator) != std::string::npos)
    co_return fail(Errc::invalid, "the mail server separates folders by a character of this name");
  if (!parent.empty()) {
    if (separator.empty()) co_return fail(Errc::invalid, "the mail server has no folders below folders");
    co_return parent + separator + name;
  }
  const auto& personal = connection.namespaces().personal;
  co_return (personal.empty() ? std::string() : personal.front().prefix) + name;
}

Task<Result<>> create_mail_folder(ImapConnection& connection, std::string folder, Wait wait) {
  if (is_inbox(folder)) co_return fail(Errc::exists, "CREATE: the Inbox is there");
  OXB_CO_TRY(const auto answer, co_await connection.run_one(about("CREATE", folder, connection), wait));
  if (answer.status == Response::Status::no && !answer.code) {
    OXB_CO_TRY(const bool there, co_await connection.exists(folder, wait));
    if (there) co_return fail(Errc::exists, "CREATE: the mail folder is there");
    co_return fail(Errc::access_denied, "CREATE: the mail server refuses it");
  }
  OXB_CO_CHECK(check_answer(answer, "CREATE"));
  // Shared namespaces need not take subscriptions; the folder is there all the same.
  OXB_CO_TRY([[maybe_unused]] const auto subscribed,
             co_await connection.run_one(about("SUBSCRIBE", folder, connection), std::move(wait)));
  co_return Result<>{};
}

Task<Result<std::vector<std::string>>> subscriptions_below(ImapConnection& connection, std::string folder, Wait wait) {
  std::vector<std::string> names;
  OXB_CO_TRY(const auto own, co_await connection.run_one(about("LSUB \"\"", folder, connection), wait));
  OXB_CO_CHECK(check_answer(own, "LSUB"));
  for (const auto& response : own.untagged) {
    if (response.name != "LSUB") continue;
    OXB_CO_TRY(auto entry, imap::parse_list(response, connection.encoding()));
    if (entry.name == folder && !entry.has("\\noselect")) names.push_back(std::move(entry.name));
  }
  OXB_CO_TRY(auto below, co_await list_below(connection, "LSUB", std::move(folder), std::move(wait)));
  for (auto& entry : below) names.push_back(std::move(entry.name));
  co_return names;
}

Task<Result<>> check_rename(ImapConnection& connection, std::string from, std::string to, Wait wait) {
  if (is_inbox(from)) co_return fail(Errc::access_denied, "RENAME: the Inbox stays");
  if (is_inbox(to)) co_return fail(Errc::exists, "RENAME: the Inbox is there");
  OXB_CO_TRY(const auto separator, co_await separator_of(connection, from, std::move(wait)));
  if (!separator.empty() && to.starts_with(from + separator))
    co_return fail(Errc::invalid, "RENAME: a folder cannot be below itself");
  co_return Result<>{};
}

Task<Result<>> rename_mail_folder(ImapConnection& connection, std::string from, std::string to,
                                  std::vector<std::string> subscribed, Wait wait) {
  if (from == to) co_return Result<>{};
  Command command = about("RENAME", from, connection);
  command.mailbox(to, connection.encoding());
  OXB_CO_TRY(const auto answer, co_await connection.run_one(std::move(command), wait));
  if (answer.status == Response::Status::no && !answer.code) {
    OXB_CO_TRY(const bool taken, co_await connection.exists(to, wait));
    if (taken) co_return fail(Errc::exists, "RENAME: a folder of that name is there");
    OXB_CO_TRY(const bool there, co_await connection.exists(from, wait));
    co_return fail(there ? Errc::access_denied : Errc::not_found, "RENAME: the mail server refuses it");
  }
  OXB_CO_CHECK(check_answer(answer, "RENAME"));
  // Subscriptions are to names (RFC 3501 section 6.3.6); they follow where they can.
  std::vector<Command> commands;
  for (const auto& name : subscribed) {
    commands.push_back(about("UNSUBSCRIBE", name, connection));
    commands.push_back(about("SUBSCRIBE", to + name.substr(std::min(name.size(), from.size())), connection));
  }
  OXB_CO_TRY([[maybe_unused]] const auto followed, co_await connection.run(std::move(commands), std::move(wait)));
  co_return Result<>{};
}

Task<Result<>> check_no_folders_below(ImapConnection& connection, std::string folder, Wait wait) {
  if (is_inbox(folder)) co_return fail(Errc::access_denied, "DELETE: the Inbox stays");
  OXB_CO_TRY(const auto below, co_await list_below(connection, "LIST", std::move(folder), std::move(wait)));
  for (const auto& entry : below)
    if (!entry.has("\\nonexistent")) co_return fail(Errc::conflict, "DELETE: the mail folder has folders below");
  co_return Result<>{};
}

Task<Result<>> delete_mail_folder(ImapConnection& connection, std::string folder, Wait wait) {
  OXB_CO_TRY(const auto answer, co_await connection.run_one(about("DELETE", folder, connection), wait));
  if (answer.status == Response::Status::no && !answer.code) {
    OXB_CO_TRY(const bool there, co_await connection.exists(folder, wait));
    if (there) co_return fail(Errc::access_denied, "DELETE: the mail server refuses it");
  } else if (!is_missing(answer)) {
    OXB_CO_CHECK(check_answer(answer, "DELETE"));
  }
  OXB_CO_TRY([[maybe_unused]] const auto unsubscribed,
             co_await connection.run_one(about("UNSUBSCRIBE", folder, connection), std::move(wait)));
  co_return Result<>{};
}

}  // namespace oxb::backend
