// SPDX-License-Identifier: GPL-3.0-or-later
// Users, groups and resources of the user's context, as the server shows them to this user.
#include "backend/ox/reader.h"
#include "format/oxjson/principal.h"

#include <boost/json.hpp>

namespace oxb::backend::ox {
namespace {

using model::DirectoryEntry;

Request search(std::string_view module) {
  return {std::string(module), "search", {{"timezone", "UTC"}}, json::value(json::object{{"pattern", "*"}})};
}

Result<> read_users(const oxjson::Answer& answer, std::vector<DirectoryEntry>& out) {
  OXB_TRY(const auto values, array_of(answer, "user all"));
  for (const auto& row : values) {
    auto object = oxjson::object_of_user_row(oxjson::user_request(), row);
    if (!object) return fail(Errc::unavailable, "user all: " + object.error().what);
    if (oxjson::is_guest(*object)) continue;
    auto user = oxjson::user_of(*object);
    if (!user) return fail(Errc::unavailable, "user all: " + user.error().what);
    out.push_back(std::move(*user));
  }
  return {};
}

Result<> read_objects(const oxjson::Answer& answer, std::string_view doing,
                      Result<DirectoryEntry> (*read)(const json::object&), std::vector<DirectoryEntry>& out) {
  OXB_TRY(const auto values, array_of(answer, doing));
  for (const auto& value : values) {
    if (!value.is_object()) return fail(Errc::unavailable, std::string(doing) + ": entry is not an object");
    auto entry = read(value.get_object());
    if (!entry) return fail(Errc::unavailable, std::string(doing) + ": " + entry.error().what);
    out.push_back(std::move(*entry));
  }
  return {};
}

bool no_access(const oxjson::Answer& answer) {
  return answer.error &&
         (oxjson::errc_of(*answer.error) == Errc::access_denied || oxjson::errc_of(*answer.error) == Errc::unsupported);
}

}  // namespace

Task<Result<std::vector<DirectoryEntry>>> read_address_book(Context context, Wait wait) {
  std::vector<Request> requests;
  requests.push_back(
      {"user", "all", {{"columns", oxjson::column_list(oxjson::user_request())}, {"timezone", "UTC"}}, {}});
  requests.push_back(search("group"));
  requests.push_back(search("resource"));
  OXB_CO_TRY(const auto answers, co_await context.session->multiple(std::move(requests), wait));
  std::vector<DirectoryEntry> out;
  // Without the right to the address book the server refuses: then this user sees nobody, which is no failure.
  if (!no_access(answers[0])) OXB_CO_CHECK(read_users(answers[0], out));
  if (!no_access(answers[1])) OXB_CO_CHECK(read_objects(answers[1], "group search", &oxjson::group_of, out));
  if (!no_access(answers[2])) OXB_CO_CHECK(read_objects(answers[2], "resource search", &oxjson::resource_of, out));
  co_return out;
}

}  // namespace oxb::backend::ox
