// SPDX-License-Identifier: GPL-3.0-or-later
// Module `user`: the address book entry of a user with what only users have.
#include "base/text.h"
#include "sandbox/contact_fields.h"
#include "sandbox/contact_write.h"
#include "sandbox/principals.h"
#include "sandbox/registry.h"

#include <boost/json/serialize.hpp>

namespace oxb::sandbox {
namespace {

json::array groups_value(const Call& call, std::int64_t user) {
  json::array out;
  for (const auto group : groups_of(call.db, call.context, user)) out.push_back(group);
  return out;
}

json::value user_value(const Call& call, const User& user, const Contact& contact, int number) {
  switch (number) {
    case 1:
      return user.id;
    case 610: {
      const auto* aliases = user.data.if_contains("aliases");
      return aliases ? *aliases : json::value(json::array());
    }
    case 611:
      return json::value(as_string(user.data, "timezone"));
    case 612:
      return json::value(as_string(user.data, "locale"));
    case 613:
      return groups_value(call, user.id);
    case 614:
      return user.contact;
    case 615:
      return json::value(user.login);
    case 616:
      return 0;
    default:
      break;
  }
  const auto* column = oxjson::find_column(oxjson::contact_columns(), number);
  return column ? contact_value(call, contact, *column, std::to_string(kAddressBook)) : json::value();
}

struct Found {
  User user;
  Contact contact;
};

Ox<Found> find(const Call& call, std::int64_t id) {
  auto user = find_user(call.db, call.context, id);
  if (!user) return ox_fail("USR-0010", id, call.context);
  auto contact = find_contact(call.db, call.context, user->contact);
  if (!contact) return ox_fail("USR-0010", id, call.context);
  return Found{std::move(*user), std::move(*contact)};
}

// Parameters that the module does not know ask for the user's attributes of that name, one more element each, after the
// columns. `multiple` adds the module's name and three of its own to the parameters. Nobody has attributes here.
std::size_t attribute_columns(const Call& call) {
  constexpr std::array kKnown = {"columns",          "sort",     "order",   "left_hand_limit",
                                 "right_hand_limit", "timezone", "session", "action"};
  const auto unknown = std::count_if(call.parameters.begin(), call.parameters.end(), [&](const auto& parameter) {
    return std::find(kKnown.begin(), kKnown.end(), parameter.first) == kKnown.end();
  });
  const bool in_multiple = call.http == nullptr;
  return static_cast<std::size_t>(unknown) + (in_multiple ? 3 : 0);
}

Ox<json::array> user_row(const Call& call, std::int64_t id, const std::vector<int>& columns, std::int64_t& newest) {
  OXB_TRY(const auto found, find(call, id));
  newest = std::max(newest, found.contact.modified);
  json::array row;
  for (const int column : columns) row.push_back(user_value(call, found.user, found.contact, column));
  row.resize(row.size() + attribute_columns(call));
  return row;
}

Ox<Answer> rows_of(const Call& call, const std::vector<std::int64_t>& ids) {
  OXB_TRY(const auto columns, call.columns());
  json::array rows;
  std::int64_t newest = 0;
  for (const auto id : ids) {
    OXB_TRY(auto row, user_row(call, id, columns, newest));
    rows.push_back(std::move(row));
  }
  return newest > 0 ? Answer(std::move(rows), newest) : Answer(std::move(rows));
}

std::vector<std::int64_t> sorted_ids(const Call& call, const std::function<bool(const User&)>& wanted) {
  std::vector<std::pair<std::string, std::int64_t>> keys;
  const auto* sort = call.param("sort");
  const auto column = sort ? static_cast<int>(parse_number(*sort).value_or(0)) : 0;
  for (const auto& user : all_users(call.db, call.context)) {
    if (!wanted(user)) continue;
    std::string key;
    if (column >= 500 && column < 610) {
      const auto* row = oxjson::find_column(oxjson::contact_columns(), column);
      key = row ? collation_key(as_string(user.contact_data, row->name)) : std::string();
    }
    keys.emplace_back(std::move(key), user.id);
  }
  std::stable_sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (call.param_or("order", "asc") == "desc") std::reverse(keys.begin(), keys.end());
  std::vector<std::int64_t> out;
  for (const auto& [key, id] : keys) out.push_back(id);
  return out;
}

Ox<Answer> all(Call& call) {
  return rows_of(call, sorted_ids(call, [](const User&) { return true; }));
}

Ox<Answer> list(Call& call) {
  OXB_TRY(const auto body, call.body_array());
  std::vector<std::int64_t> ids;
  for (const auto& value : body) {
    const auto id = value.is_null() ? call.user : as_number(value);
    if (!id) return ox_fail("SVL-0010", "id", as_id(value));
    ids.push_back(*id);
  }
  return rows_of(call, ids);
}

Ox<Answer> get(Call& call) {
  OXB_TRY(const auto given, call.number("id"));
  OXB_TRY(const auto found, find(call, given.value_or(call.user)));
  auto out = contact_object(call, found.contact, std::to_string(kAddressBook));
  out["id"] = found.user.id;
  for (const auto& column : oxjson::user_columns()) {
    if (column.number != 616) out[column.name] = user_value(call, found.user, found.contact, column.number);
  }
  return Answer(std::move(out), found.contact.modified);
}

Ox<Answer> search(Call& call) {
  OXB_TRY(const auto body, call.body_object());
  const auto pattern = as_string(body, "pattern");
  return rows_of(call, sorted_ids(call, [&](const User& user) {
                   for (const auto* field : {"display_name", "first_name", "last_name", "email1"}) {
                     if (pattern_matches(pattern, as_string(user.contact_data, field))) return true;
                   }
                   return false;
                 }));
}

Ox<Answer> update(Call& call) {
  OXB_TRY(const auto id, call.need_number("id"));
  OXB_TRY(const auto sent, call.need_number("timestamp"));
  OXB_TRY(auto body, call.body_object());
  OXB_TRY(auto found, find(call, id));
  if (id != call.user) return ox_fail("CON-0176", found.user.contact, call.context);
  bool own = false;
  for (const auto* field : {"timezone", "locale"}) {
    if (const auto* value = body.if_contains(field); value && value->is_string()) {
      found.user.data[field] = *value;
      body.erase(field);
      own = true;
    }
  }
  if (own) {
    call.db.run("UPDATE user SET data = ? WHERE context = ? AND id = ?", json::serialize(found.user.data), call.context,
                id);
  }
  auto stamp = call.stamp();
  if (!body.empty()) {
    OXB_TRY(stamp, update_contact(call, found.contact, body, sent));
  }
  return Answer(json::object(), stamp);
}

Ox<Answer> me(Call& call) {
  OXB_TRY(const auto found, find(call, call.user));
  return Answer(json::object{{"context_id", call.context},
                             {"user_id", call.user},
                             {"context_admin", context_admin(call.db, call.context)},
                             {"login_name", found.user.login},
                             {"display_name", found.user.name()},
                             {"mail_login", found.user.mail()},
                             {"email_address", found.user.mail()},
                             {"email_aliases", user_value(call, found.user, found.contact, 610)}});
}

constexpr Action kActions[] = {
    {"user", "all", all},       {"user", "list", list},     {"user", "get", get},
    {"user", "search", search}, {"user", "update", update}, {"user/me", "", me},
};

}  // namespace

std::span<const Action> user_actions() { return kActions; }

}  // namespace oxb::sandbox
