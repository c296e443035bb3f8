// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/principals.h"

#include "base/text.h"
#include "sandbox/call.h"
#include "sandbox/sandbox.h"

#include <openssl/crypto.h>

namespace oxb::sandbox {
namespace {

constexpr std::string_view kUserColumns =
    "SELECT u.id, u.contact, u.login, u.data, c.data FROM user u JOIN contact c ON c.context = u.context AND c.id = "
    "u.contact ";

User read_user(const Query& row) {
  User user;
  user.id = row.integer(0);
  user.contact = row.integer(1);
  user.login = row.text(2);
  user.data = parse_object(row.text(3));
  user.contact_data = parse_object(row.text(4));
  return user;
}

std::vector<std::int64_t> all_user_ids(Database& db, std::int64_t context) {
  std::vector<std::int64_t> out;
  for (auto q = db.query("SELECT id FROM user WHERE context = ? ORDER BY id", context); q.next();)
    out.push_back(q.integer(0));
  return out;
}

Group read_group(Database& db, std::int64_t context, const Query& row) {
  Group group{row.integer(0), row.text(1), row.text(2), row.integer(3), {}};
  auto q = db.query("SELECT user FROM member WHERE context = ? AND grp = ? ORDER BY user", context, group.id);
  while (q.next()) group.members.push_back(q.integer(0));
  return group;
}

bool same_password(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string User::name() const { return as_string(contact_data, "display_name"); }
std::string User::mail() const { return as_string(contact_data, "email1"); }

std::optional<User> find_user(Database& db, std::int64_t context, std::int64_t id) {
  auto q = db.query(std::string(kUserColumns) + "WHERE u.context = ? AND u.id = ?", context, id);
  if (!q.next()) return std::nullopt;
  return read_user(q);
}

std::vector<User> all_users(Database& db, std::int64_t context) {
  std::vector<User> out;
  auto q = db.query(std::string(kUserColumns) + "WHERE u.context = ? ORDER BY u.id", context);
  while (q.next()) out.push_back(read_user(q));
  return out;
}

std::string user_time_zone(Database& db, std::int64_t context, std::int64_t user) {
  return db.text("SELECT json_extract(data, '$.timezone') FROM user WHERE context = ? AND id = ?", context, user)
      .value_or("UTC");
}

std::int64_t context_admin(Database& db, std::int64_t context) {
  return db.integer("SELECT admin FROM context WHERE id = ?", context).value_or(0);
}

std::vector<std::int64_t> groups_of(Database& db, std::int64_t context, std::int64_t user) {
  std::vector<std::int64_t> out{kAllUsers, kStandardGroup};
  auto q = db.query("SELECT grp FROM member WHERE context = ? AND user = ? ORDER BY grp", context, user);
  while (q.next()) out.push_back(q.integer(0));
  return out;
}

std::optional<Group> find_group(Sandbox& sandbox, std::int64_t context, std::int64_t id) {
  auto& db = sandbox.db();
  if (id == kAllUsers) return Group{id, "", "All users", sandbox.now_ms(), all_user_ids(db, context)};
  if (id == kStandardGroup) {
    const auto modified = db.integer("SELECT created FROM folder WHERE context = ? AND id = 1", context).value_or(0);
    return Group{id, "users", "Standard group", modified, all_user_ids(db, context)};
  }
  auto q = db.query("SELECT id, name, display_name, modified FROM principal_group WHERE context = ? AND id = ?",
                    context, id);
  if (!q.next()) return std::nullopt;
  return read_group(db, context, q);
}

std::vector<Group> all_groups(Sandbox& sandbox, std::int64_t context) {
  auto& db = sandbox.db();
  std::vector<Group> out;
  auto q =
      db.query("SELECT id, name, display_name, modified FROM principal_group WHERE context = ? ORDER BY id", context);
  while (q.next()) out.push_back(read_group(db, context, q));
  if (auto everyone = find_group(sandbox, context, kAllUsers)) out.push_back(std::move(*everyone));
  return out;
}

std::optional<Resource> find_resource(Database& db, std::int64_t context, std::int64_t id) {
  auto q = db.query("SELECT id, modified, data FROM resource WHERE context = ? AND id = ?", context, id);
  if (!q.next()) return std::nullopt;
  return Resource{q.integer(0), q.integer(1), parse_object(q.text(2))};
}

std::vector<Resource> all_resources(Database& db, std::int64_t context) {
  std::vector<Resource> out;
  auto q = db.query("SELECT id, modified, data FROM resource WHERE context = ? ORDER BY id", context);
  while (q.next()) out.push_back({q.integer(0), q.integer(1), parse_object(q.text(2))});
  return out;
}

std::optional<Identity> find_login(Database& db, std::string_view login) {
  if (auto q = db.query("SELECT context, user FROM address WHERE address = ?", login); q.next()) {
    return Identity{q.integer(0), q.integer(1)};
  }
  const auto at = login.rfind('@');
  const auto name = login.substr(0, at);
  // Without a context the first one is meant, as on an installation with a default context.
  const auto context =
      at == std::string_view::npos
          ? db.integer("SELECT min(id) FROM context")
          : db.integer("SELECT id FROM context WHERE name = ?1 OR CAST(id AS TEXT) = ?1", login.substr(at + 1));
  if (!context) return std::nullopt;
  const auto user = db.integer("SELECT id FROM user WHERE context = ? AND login = ?", *context, ascii_lower(name));
  if (!user) return std::nullopt;
  return Identity{*context, *user};
}

std::optional<Identity> check_login(Database& db, std::string_view login, std::string_view password) {
  const auto identity = find_login(db, trim(login));
  if (!identity) return std::nullopt;
  const auto stored =
      db.text("SELECT password FROM user WHERE context = ? AND id = ?", identity->context, identity->user).value_or("");
  if (stored.empty() || !same_password(stored, password)) return std::nullopt;
  return identity;
}

}  // namespace oxb::sandbox
