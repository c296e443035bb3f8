// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/folder_write.h"

#include "base/text.h"
#include "sandbox/principals.h"

#include <boost/json/serialize.hpp>

#include <set>

namespace oxb::sandbox {
namespace {

using Name = FolderView::Name;

constexpr std::size_t kTitleLimit = 767;

Ox<json::object> folder_body(const Call& call) {
  OXB_TRY(auto body, call.body_object());
  auto* wrapped = body.if_contains("folder");
  if (!wrapped) return body;
  if (!wrapped->is_object()) return wrong_type("String", "JSONObject");
  return wrapped->get_object();
}

Ox<std::string> checked_title(const Call& call, const json::object& body) {
  const auto raw = as_string(body, "title");
  const std::string title(trim(raw));
  if (title.empty()) return ox_fail("FLD-0007", "title", "", call.context);
  const auto length = utf16_from_utf8(title).size();
  if (length > kTitleLimit) {
    return tl::unexpected(OxError("FLD-0064", {"fname", kTitleLimit, length}).too_long(300, length, kTitleLimit));
  }
  return title;
}

Ox<> check_unique_title(const Call& call, const Folder& parent, const std::string& title, std::int64_t except) {
  for (const auto& other : children_of(call.db, call.context, parent.id)) {
    const bool same_owner = !other.is_private() || other.created_by == call.user;
    if (other.id != except && same_owner && fold_case(other.title) == fold_case(title)) {
      return ox_fail("FLD-1014", title, parent.title, "0");
    }
  }
  return {};
}

Ox<std::vector<Permission>> parse_permissions(const Call& call, const json::value& value) {
  if (!value.is_array()) return wrong_type("String", "JSONArray");
  std::vector<Permission> out;
  std::set<std::pair<std::int64_t, bool>> seen;
  for (const auto& entry : value.get_array()) {
    if (!entry.is_object()) return wrong_type("String", "JSONObject");
    const auto& object = entry.get_object();
    const auto bits = as_number(object, "bits");
    auto entity = as_number(object, "entity");
    if (!entity) entity = as_number(object, "identifier");
    if (!entity) return ox_fail("SVL-0002", "entity");
    if (!bits) return ox_fail("SVL-0002", "bits");
    bool group = as_string(object, "type") == "group";
    if (const auto* flag = object.if_contains("group")) {
      group = flag->is_bool() && flag->get_bool();
    } else if (!object.contains("type")) {
      return ox_fail("SVL-0002", "group");
    }
    if (!seen.emplace(*entity, group).second) return ox_fail(group ? "FLD-0080" : "FLD-0079", *entity);
    if (!group && !find_user(call.db, call.context, *entity)) return ox_fail("USR-0010", *entity, call.context);
    if (group && *entity != kAllUsers && *entity != kStandardGroup && *entity != kGuests &&
        !call.db.integer("SELECT 1 FROM principal_group WHERE context = ? AND id = ?", call.context, *entity)) {
      return ox_fail("GRP-0017", *entity, call.context);
    }
    out.push_back({*entity, group, Rights::unpack(*bits).pack()});
  }
  return out;
}

Ox<> check_permissions(const Folder& folder) {
  int admins = 0;
  bool owner = false;
  bool group_admin = false;
  for (const auto& entry : folder.permissions) {
    if (!Rights::unpack(entry.bits).admin) continue;
    ++admins;
    group_admin = group_admin || entry.group;
    owner = owner || (!entry.group && entry.entity == folder.created_by);
  }
  if (admins == 0) return ox_fail("FLD-0018");
  if (!folder.is_private()) return {};
  if (admins > 1) return ox_fail("FLD-0015");
  if (group_admin) return ox_fail("FLD-0016");
  if (!owner) return ox_fail("FLD-0017", folder.id);
  return {};
}

// What a sub-folder inherits below folder 2: its creator administers it, everyone may see and read.
std::vector<Permission> initial_permissions(const Call& call, const Folder& parent) {
  std::vector<Permission> out{{call.user, false, kOwnerBits}};
  if (parent.is_private() && parent.id >= 20) {
    for (const auto& entry : parent.permissions) {
      if (entry.entity != call.user || entry.group) out.push_back(entry);
    }
  }
  return out;
}

void read_extras(const json::object& body, Folder& folder) {
  if (const auto* meta = body.if_contains("meta")) folder.data["meta"] = *meta;
  if (const auto* value = body.if_contains("com.openexchange.calendar.extendedProperties");
      value && value->is_object()) {
    auto& stored = folder.data["properties"];
    if (!stored.is_object()) stored = json::object();
    for (const auto& [name, property] : value->get_object()) {
      if (name != "scheduleTransp") stored.get_object()[name] = property;
    }
  }
}

Ox<> check_parent(const Call& call, const OpenedFolder& parent, const ContentType& kind) {
  const auto& folder = parent.folder;
  const auto not_here = [&] {
    return ox_fail("FLD-1012", folder_id_text(folder, parent.view), kind.module, "0", call.user, call.context);
  };
  if (folder.id == 3 || folder.id < 0) return not_here();
  if (folder.id == 1 || folder.id == 2) return {};
  if (folder.module != kind.module) return not_here();
  if (kind.module == "calendar") return not_here();  // calendars are flat
  if (parent.view.name == Name::composite && folder.shared_for(call.user)) return not_here();
  if (rights_on(call.db, call.context, call.user, folder).folder < 4) {
    return ox_fail("FLD-0006", call.user, folder.id, call.context);
  }
  return {};
}

void write_subscription(const Call& call, const Folder& folder, const json::object& body) {
  json::object data =
      parse_object(call.db
                       .text("SELECT data FROM subscription WHERE context = ? AND user = ? AND folder = ?",
                             call.context, call.user, folder.id)
                       .value_or("{}"));
  if (const auto* value = body.if_contains("subscribed"); value && value->is_bool()) data["subscribed"] = *value;
  if (const auto* value = body.if_contains("used_for_sync"); value && value->is_object()) {
    if (const auto* inner = value->get_object().if_contains("value")) {
      data["used_for_sync"] = inner->is_bool() ? inner->get_bool() : inner->is_string() && is_true(inner->get_string());
    }
  }
  call.db.run("INSERT OR REPLACE INTO subscription (context, user, folder, data) VALUES (?, ?, ?, ?)", call.context,
              call.user, folder.id, json::serialize(data));
}

void store_folder(const Call& call, const Folder& folder) {
  call.db.run(
      "UPDATE folder SET parent = ?, title = ?, modified_by = ?, modified = ?, type = ?, data = ? WHERE context = ? "
      "AND id = ?",
      folder.parent, folder.title, folder.modified_by, folder.modified, static_cast<int>(folder.type),
      json::serialize(folder.data), call.context, folder.id);
  store_permissions(call.db, call.context, folder);
}

Ox<> move_folder(Call& call, Folder& folder, const json::object& body, std::int64_t stamp) {
  const auto target = as_id(body, "folder_id");
  if (target.empty()) return {};
  OXB_TRY(const auto parent, open_folder(call, target));
  if (parent.folder.id == folder.parent) return {};
  if (folder.standard != 0) return ox_fail("FLD-0021", folder.id, call.context);
  OXB_CHECK(check_parent(call, parent, {folder.module, Name::plain}));
  for (auto up = parent.folder.id; up != 0;) {  // never below itself
    if (up == folder.id) return ox_fail("FLD-1012", target, folder.module, "0", call.user, call.context);
    up = call.db.integer("SELECT parent FROM folder WHERE context = ? AND id = ?", call.context, up).value_or(0);
  }
  OXB_CHECK(check_unique_title(call, parent.folder, folder.title, folder.id));
  touch_folder(call.db, call.context, folder.parent, stamp);
  touch_folder(call.db, call.context, parent.folder.id, stamp);
  folder.parent = parent.folder.id;
  if (parent.folder.id == 1 || parent.folder.is_private()) folder.type = FolderType::private_folder;
  if (parent.folder.id == 2 || parent.folder.is_public()) folder.type = FolderType::public_folder;
  return {};
}

// Content goes without tombstones: the folder's own is enough.
void remove_content(Call& call, std::int64_t folder) {
  const auto c = call.context;
  call.db.run("DELETE FROM attachment WHERE context = ? AND folder = ?", c, folder);
  call.db.run("DELETE FROM contact WHERE context = ? AND folder = ?", c, folder);
  call.db.run(
      "DELETE FROM task WHERE context = ?1 AND id IN (SELECT task FROM task_place WHERE context = ?1 AND folder = ?2)",
      c, folder);
  call.db.run("DELETE FROM task_place WHERE context = ?1 AND task NOT IN (SELECT id FROM task WHERE context = ?1)", c);
  call.db.run(
      "DELETE FROM event WHERE context = ?1 AND (folder = ?2 OR id IN (SELECT event FROM event_place p WHERE p.context "
      "= ?1 "
      "AND p.folder = ?2 AND p.user = event.calendar_user))",
      c, folder);
  call.db.run(
      "DELETE FROM event_place WHERE context = ?1 AND (folder = ?2 OR event NOT IN (SELECT id FROM event WHERE context "
      "= ?1))",
      c, folder);
}

void remove_folder(Call& call, std::int64_t id, std::int64_t stamp) {
  for (const auto& child : children_of(call.db, call.context, id)) remove_folder(call, child.id, stamp);
  remove_content(call, id);
  call.db.run("DELETE FROM folder WHERE context = ? AND id = ?", call.context, id);
  call.db.run("DELETE FROM permission WHERE context = ? AND folder = ?", call.context, id);
  call.db.run("DELETE FROM subscription WHERE context = ? AND folder = ?", call.context, id);
  call.db.run("INSERT OR REPLACE INTO folder_gone (context, id, modified) VALUES (?, ?, ?)", call.context, id, stamp);
}

Ox<Folder> deletable(const Call& call, std::string_view id) {
  OXB_TRY(auto found, open_folder(call, id));
  auto& folder = found.folder;
  if (folder.standard != 0 || folder.id < 20) return ox_fail("FLD-0031", call.user, folder.id, call.context);
  if (!rights_on(call.db, call.context, call.user, folder).admin)
    return ox_fail("FLD-0010", call.user, folder.id, call.context);
  return std::move(folder);
}

Ox<Folder> clearable(const Call& call, std::string_view id) {
  OXB_TRY(auto found, open_folder(call, id));
  if (rights_on(call.db, call.context, call.user, found.folder).remove < 2) {
    return ox_fail("FLD-0032", call.user, found.folder.id, call.context);
  }
  return std::move(found.folder);
}

Ox<Answer> for_each_id(Call& call, Ox<Folder> (*check)(const Call&, std::string_view),
                       const std::function<void(const Folder&)>& act) {
  OXB_TRY(const auto ids, call.body_array());
  json::array failed;
  Answer answer;
  for (const auto& value : ids) {
    const auto id = as_id(value);
    const auto folder = check(call, id);
    if (folder) {
      act(*folder);
      continue;
    }
    if (call.flag("failOnError")) return tl::unexpected(folder.error());
    failed.push_back(json::value(id));
    answer.warnings.push_back(folder.error().as_warning());
  }
  answer.data = std::move(failed);
  return answer;
}

}  // namespace

Ox<Answer> create_folder(Call& call) {
  OXB_TRY(const auto parent_id, call.need("folder_id"));
  OXB_TRY(const auto body, folder_body(call));
  OXB_TRY(const auto parent, open_folder(call, parent_id));
  ContentType kind{parent.folder.module, parent.view.name};
  if (body.contains("module")) {
    OXB_TRY(kind, content_type(as_id(body, "module")));
  } else if (parent.folder.module == "system") {
    return ox_fail("FLD-0007", "module", "", call.context);
  }
  OXB_TRY(const auto title, checked_title(call, body));
  OXB_CHECK(check_parent(call, parent, kind));
  OXB_CHECK(check_unique_title(call, parent.folder, title, 0));
  Folder folder;
  folder.parent = parent.folder.id;
  folder.module = kind.module;
  folder.title = title;
  folder.type =
      parent.folder.id == 2 || parent.folder.is_public() ? FolderType::public_folder : FolderType::private_folder;
  // Below another user's folder the new one belongs to that user.
  folder.created_by = parent.folder.shared_for(call.user) ? parent.folder.created_by : call.user;
  folder.permissions = initial_permissions(call, parent.folder);
  if (const auto* value = body.if_contains("permissions")) {
    OXB_TRY(folder.permissions, parse_permissions(call, *value));
  } else if (folder.created_by != call.user) {
    folder.permissions = parent.folder.permissions;
  }
  OXB_CHECK(check_permissions(folder));
  read_extras(body, folder);
  folder.modified_by = call.user;
  folder.created = folder.modified = call.stamp();
  folder.id = call.sandbox_id("folder");
  insert_folder(call.db, call.context, folder);
  touch_folder(call.db, call.context, folder.parent, folder.modified);
  if (body.contains("subscribed") || body.contains("used_for_sync")) write_subscription(call, folder, body);
  return Answer(json::value(folder_id_text(folder, {kind.name, ""})), folder.modified);
}

Ox<Answer> update_folder(Call& call) {
  OXB_TRY(const auto id, call.need("id"));
  OXB_TRY(const auto sent, call.number("timestamp"));
  OXB_TRY(const auto body, folder_body(call));
  OXB_TRY(auto found, open_folder(call, id));
  auto& folder = found.folder;
  if (sent && folder.modified > *sent) return ox_fail("FLD-1022");
  const bool own_default = folder.standard != 0 && folder.created_by == call.user;
  const bool subscription = body.contains("subscribed") || body.contains("used_for_sync");
  if (subscription && own_default) return ox_fail("FLD-1044");
  bool changed = false;
  for (const auto* field :
       {"title", "permissions", "folder_id", "meta", "com.openexchange.calendar.extendedProperties"}) {
    changed = changed || body.contains(field);
  }
  if (!changed && subscription) {
    write_subscription(call, folder, body);
    return Answer(json::value(id), folder.modified);
  }
  if (folder.id < 20 || !rights_on(call.db, call.context, call.user, folder).admin) {
    return ox_fail("FLD-0010", call.user, folder.id, call.context);
  }
  if (body.contains("title")) {
    OXB_TRY(const auto title, checked_title(call, body));
    if (title != folder.title && folder.standard != 0) return ox_fail("FLD-0011", folder.id, call.context);
    if (const auto parent = find_folder(call.db, call.context, folder.parent)) {
      OXB_CHECK(check_unique_title(call, *parent, title, folder.id));
    }
    folder.title = title;
  }
  if (const auto* value = body.if_contains("permissions")) {
    OXB_TRY(folder.permissions, parse_permissions(call, *value));
    OXB_CHECK(check_permissions(folder));
  }
  const auto stamp = call.stamp();
  OXB_CHECK(move_folder(call, folder, body, stamp));
  read_extras(body, folder);
  folder.modified_by = call.user;
  folder.modified = stamp;
  store_folder(call, folder);
  if (subscription) write_subscription(call, folder, body);
  return Answer(json::value(folder_id_text(folder, found.view)), stamp);
}

Ox<Answer> delete_folders(Call& call) {
  return for_each_id(call, deletable, [&](const Folder& folder) {
    const auto stamp = call.stamp();
    remove_folder(call, folder.id, stamp);
    touch_folder(call.db, call.context, folder.parent, stamp);
  });
}

Ox<Answer> clear_folders(Call& call) {
  return for_each_id(call, clearable, [&](const Folder& folder) {
    remove_content(call, folder.id);
    touch_folder(call.db, call.context, folder.id, call.stamp());
  });
}

}  // namespace oxb::sandbox
