// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/folders.h"

#include "sandbox/principals.h"

#include <boost/json/serialize.hpp>

namespace oxb::sandbox {
namespace {

constexpr std::string_view kSelect =
    "SELECT id, parent, module, type, title, standard, created_by, created, modified_by, modified, data FROM folder ";

Folder read_folder(Database& db, std::int64_t context, const Query& row) {
  Folder folder;
  folder.id = row.integer(0);
  folder.parent = row.integer(1);
  folder.module = row.text(2);
  folder.type = static_cast<FolderType>(row.integer(3));
  folder.title = row.text(4);
  folder.standard = static_cast<int>(row.integer(5));
  folder.created_by = row.integer(6);
  folder.created = row.integer(7);
  folder.modified_by = row.integer(8);
  folder.modified = row.integer(9);
  folder.data = parse_object(row.text(10));
  auto q = db.query("SELECT entity, grp, bits FROM permission WHERE context = ? AND folder = ? ORDER BY entity",
                    context, folder.id);
  while (q.next()) folder.permissions.push_back({q.integer(0), q.integer(1) != 0, q.integer(2)});
  return folder;
}

std::vector<Folder> read_all(Database& db, std::int64_t context, Query query) {
  std::vector<Folder> out;
  while (query.next()) out.push_back(read_folder(db, context, query));
  return out;
}

// 3 and the like are no level: the whole part counts as no right.
enum class RightsGroup : std::uint8_t { folder, objects };

int valid_level(std::int64_t level, RightsGroup part) {
  if (level == 0 || level == 1 || level == 2 || level == 64) return static_cast<int>(level);
  if (level == 4) return part == RightsGroup::folder ? 4 : 2;
  return 0;
}

}  // namespace

Rights Rights::unpack(std::int64_t bits) {
  return {valid_level(bits & 127, RightsGroup::folder), valid_level(bits >> 7 & 127, RightsGroup::objects),
          valid_level(bits >> 14 & 127, RightsGroup::objects), valid_level(bits >> 21 & 127, RightsGroup::objects),
          (bits >> 28 & 1) != 0};
}

std::int64_t Rights::pack() const {
  return std::int64_t{folder} | std::int64_t{read} << 7 | std::int64_t{write} << 14 | std::int64_t{remove} << 21 |
         (admin ? std::int64_t{1} << 28 : 0);
}

Rights Rights::max(const Rights& other) const {
  return {std::max(folder, other.folder), std::max(read, other.read), std::max(write, other.write),
          std::max(remove, other.remove), admin || other.admin};
}

FolderName FolderName::parse(std::string_view text) {
  FolderName name;
  if (const auto number = parse_number(text); number && *number >= 0) {
    name.kind = Kind::plain;
    name.number = *number;
    return name;
  }
  if (text.starts_with("u:")) {
    if (const auto number = parse_number(text.substr(2))) {
      name.kind = Kind::shared_by;
      name.number = *number;
    }
    return name;
  }
  if (text == "default0" || text.starts_with("default0/")) {
    name.kind = Kind::mail;
    return name;
  }
  const bool calendar = text.starts_with("cal://");
  if (!calendar && !text.starts_with("con://")) return name;
  const auto rest = text.substr(6);
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return name;
  const auto account = parse_number(rest.substr(0, slash));
  const auto number = parse_number(rest.substr(slash + 1));
  if (!account || !number) return name;
  name.kind = calendar ? Kind::calendar : Kind::contacts;
  name.account = *account;
  name.number = *number;
  return name;
}

std::string calendar_name(std::int64_t folder) { return fmt::format("cal://0/{}", folder); }
std::string address_book_name(std::int64_t folder) { return fmt::format("con://0/{}", folder); }

std::optional<Folder> find_folder(Database& db, std::int64_t context, std::int64_t id) {
  auto q = db.query(std::string(kSelect) + "WHERE context = ? AND id = ?", context, id);
  if (!q.next()) return std::nullopt;
  return read_folder(db, context, q);
}

std::vector<Folder> folders_of_module(Database& db, std::int64_t context, std::string_view module) {
  if (module.empty())
    return read_all(db, context, db.query(std::string(kSelect) + "WHERE context = ? ORDER BY id", context));
  return read_all(db, context,
                  db.query(std::string(kSelect) + "WHERE context = ? AND module = ? ORDER BY id", context, module));
}

std::vector<Folder> children_of(Database& db, std::int64_t context, std::int64_t parent) {
  return read_all(
      db, context,
      db.query(std::string(kSelect) + "WHERE context = ? AND parent = ? AND id <> 0 ORDER BY id", context, parent));
}

Rights rights_on(Database& db, std::int64_t context, std::int64_t user, const Folder& folder) {
  const auto groups = groups_of(db, context, user);
  Rights rights;
  for (const auto& entry : folder.permissions) {
    const bool mine =
        entry.group ? std::find(groups.begin(), groups.end(), entry.entity) != groups.end() : entry.entity == user;
    if (mine) rights = rights.max(Rights::unpack(entry.bits));
  }
  return rights;
}

std::int64_t default_folder(Database& db, std::int64_t context, std::int64_t user, std::string_view module) {
  return db
      .integer("SELECT id FROM folder WHERE context = ? AND created_by = ? AND module = ? AND standard <> 0", context,
               user, module)
      .value_or(0);
}

void touch_folder(Database& db, std::int64_t context, std::int64_t id, std::int64_t stamp) {
  db.run("UPDATE folder SET modified = ? WHERE context = ? AND id = ?", stamp, context, id);
}

void insert_folder(Database& db, std::int64_t context, const Folder& folder) {
  db.run(
      "INSERT INTO folder (context, id, parent, module, type, title, standard, created_by, created, modified_by, "
      "modified, data) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      context, folder.id, folder.parent, folder.module, static_cast<int>(folder.type), folder.title, folder.standard,
      folder.created_by, folder.created, folder.modified_by, folder.modified, json::serialize(folder.data));
  store_permissions(db, context, folder);
}

void store_permissions(Database& db, std::int64_t context, const Folder& folder) {
  db.run("DELETE FROM permission WHERE context = ? AND folder = ?", context, folder.id);
  for (const auto& entry : folder.permissions) {
    db.run("INSERT OR REPLACE INTO permission (context, folder, entity, grp, bits) VALUES (?, ?, ?, ?, ?)", context,
           folder.id, entry.entity, entry.group, entry.bits);
  }
}

std::int64_t birthday_account(Database& db, std::int64_t context, std::int64_t user) {
  return db
      .integer(
          "SELECT CAST(value AS INTEGER) FROM setting WHERE context = ? AND user = ? AND name = 'birthday-account'",
          context, user)
      .value_or(0);
}

}  // namespace oxb::sandbox
