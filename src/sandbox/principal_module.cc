// SPDX-License-Identifier: GPL-3.0-or-later
// Modules `group` and `resource`.
#include "sandbox/contact_write.h"
#include "sandbox/principals.h"
#include "sandbox/registry.h"
#include "sandbox/tasks.h"

#include <boost/json/serialize.hpp>

namespace oxb::sandbox {
namespace {

json::array numbers(const std::vector<std::int64_t>& values) {
  json::array out;
  for (const auto value : values) out.push_back(value);
  return out;
}

json::object group_object(const Group& group) {
  json::object out{{"id", group.id}, {"display_name", group.display_name}};
  if (!group.name.empty()) out["name"] = group.name;
  out["last_modified_utc"] = group.modified;
  out["members"] = numbers(group.members);
  return out;
}

// The rows of `group all` hold dates and members in a printed form.
json::value group_column(const Group& group, int column) {
  switch (column) {
    case 1:
      return group.id;
    case 5:
      return json::value(java_date(group.modified));
    case 700:
      return group.name.empty() ? json::value() : json::value(group.name);
    case 701:
      return json::value(group.display_name);
    case 702:
      return json::value(fmt::format("{}", fmt::join(group.members, ",")));
    default:
      return nullptr;
  }
}

Answer group_list(const std::vector<Group>& groups) {
  json::array data;
  std::int64_t newest = 0;
  for (const auto& group : groups) {
    data.push_back(group_object(group));
    newest = std::max(newest, group.modified);
  }
  return Answer(std::move(data), newest);
}

Ox<Answer> group_all(Call& call) {
  OXB_TRY(const auto columns, call.columns());
  json::array rows;
  std::int64_t newest = 0;
  for (const auto& group : all_groups(call.sandbox, call.context)) {
    json::array row;
    for (const int column : columns) row.push_back(group_column(group, column));
    rows.push_back(std::move(row));
    newest = std::max(newest, group.modified);
  }
  return Answer(std::move(rows), newest);
}

Ox<Answer> group_search(Call& call) {
  OXB_TRY(const auto body, call.body_object());
  const auto pattern = as_string(body, "pattern");
  auto groups = all_groups(call.sandbox, call.context);
  std::erase_if(groups, [&](const Group& group) {
    return !wildcard_matches(pattern + "*", group.display_name) && !wildcard_matches(pattern + "*", group.name);
  });
  return group_list(groups);
}

Ox<Answer> group_get(Call& call) {
  OXB_TRY(const auto id, call.need_number("id"));
  const auto group = find_group(call.sandbox, call.context, id);
  if (!group) return ox_fail("GRP-0017", id, call.context);
  return Answer(group_object(*group), group->modified);
}

Ox<std::vector<std::int64_t>> listed_ids(const Call& call) {
  OXB_TRY(const auto body, call.body_array());
  std::vector<std::int64_t> ids;
  for (const auto& value : body) {
    const auto id = value.is_object() ? as_number(value.get_object(), "id") : as_number(value);
    if (!id) return ox_fail("SVL-0009", "id");
    ids.push_back(*id);
  }
  return ids;
}

Ox<Answer> group_list_action(Call& call) {
  OXB_TRY(const auto ids, listed_ids(call));
  std::vector<Group> groups;
  for (const auto id : ids) {
    auto group = find_group(call.sandbox, call.context, id);
    if (!group) return ox_fail("GRP-0017", id, call.context);
    groups.push_back(std::move(*group));
  }
  return group_list(groups);
}

json::array gone(const Call& call, std::string_view kind, std::int64_t since) {
  json::array out;
  auto q = call.db.query("SELECT data FROM principal_gone WHERE context = ? AND kind = ? AND modified > ?",
                         call.context, kind, since);
  while (q.next()) out.push_back(parse_json(q.text(0)));
  return out;
}

// As observed: everything that changed stands in `new` and in `modified`, and group 0 has always changed, twice.
Ox<Answer> group_updates(Call& call) {
  OXB_TRY(const auto since, call.need_number("timestamp"));
  json::array changed;
  json::array deleted;
  std::int64_t newest = since;
  if (const auto everyone = find_group(call.sandbox, call.context, kAllUsers)) {
    for (int twice = 0; twice < 2; ++twice) {
      changed.push_back(group_object(*everyone));
      deleted.push_back(group_object(*everyone));
    }
    newest = std::max(newest, everyone->modified);
  }
  auto groups = all_groups(call.sandbox, call.context);
  if (auto standard = find_group(call.sandbox, call.context, kStandardGroup))
    groups.insert(groups.begin(), std::move(*standard));
  for (const auto& group : groups) {
    if (group.id != kAllUsers && group.modified > since) changed.push_back(group_object(group));
  }
  for (auto& value : gone(call, "group", since)) deleted.push_back(std::move(value));
  return Answer(json::object{{"new", changed}, {"modified", changed}, {"deleted", deleted}}, newest);
}

Ox<> store_members(Call& call, std::int64_t group, const json::object& body) {
  const auto* members = body.if_contains("members");
  if (!members) return {};
  if (!members->is_array()) return wrong_type("String", "JSONArray");
  call.db.run("DELETE FROM member WHERE context = ? AND grp = ?", call.context, group);
  for (const auto& value : members->get_array()) {
    const auto id = as_number(value);
    if (!id || !find_user(call.db, call.context, *id)) return ox_fail("USR-0010", id.value_or(0), call.context);
    call.db.run("INSERT OR IGNORE INTO member (context, grp, user) VALUES (?, ?, ?)", call.context, group, *id);
  }
  return {};
}

Ox<Answer> group_new(Call& call) {
  OXB_TRY(const auto body, call.body_object());
  const auto id = call.sandbox_id("principal");
  const auto stamp = call.stamp();
  call.db.run("INSERT INTO principal_group (context, id, name, display_name, modified) VALUES (?, ?, ?, ?, ?)",
              call.context, id, as_string(body, "name"), as_string(body, "display_name"), stamp);
  OXB_CHECK(store_members(call, id, body));
  return Answer(json::object{{"id", id}}, stamp);
}

Ox<Answer> group_update(Call& call) {
  OXB_TRY(const auto id, call.need_number("id"));
  OXB_TRY(const auto sent, call.need_number("timestamp"));
  OXB_TRY(const auto body, call.body_object());
  auto group = find_group(call.sandbox, call.context, id);
  if (!group || id <= kStandardGroup) return ox_fail("GRP-0017", id, call.context);
  if (group->modified > sent) return ox_fail("GRP-0008");
  if (body.contains("name")) group->name = as_string(body, "name");
  if (body.contains("display_name")) group->display_name = as_string(body, "display_name");
  const auto stamp = call.stamp();
  call.db.run("UPDATE principal_group SET name = ?, display_name = ?, modified = ? WHERE context = ? AND id = ?",
              group->name, group->display_name, stamp, call.context, id);
  OXB_CHECK(store_members(call, id, body));
  return Answer(json::object(), stamp);
}

void bury(const Call& call, std::string_view kind, std::int64_t id, std::int64_t stamp, const json::object& data) {
  call.db.run("INSERT OR REPLACE INTO principal_gone (context, kind, id, modified, data) VALUES (?, ?, ?, ?, ?)",
              call.context, kind, id, stamp, json::serialize(data));
}

Ox<Answer> group_delete(Call& call) {
  OXB_TRY(const auto body, call.body_object());
  OXB_TRY(const auto sent, call.need_number("timestamp"));
  const auto id = as_number(body, "id").value_or(-1);
  const auto group = find_group(call.sandbox, call.context, id);
  if (!group || id <= kStandardGroup) return ox_fail("GRP-0017", id, call.context);
  if (group->modified > sent) return ox_fail("GRP-0008");
  const auto stamp = call.stamp();
  call.db.run("DELETE FROM principal_group WHERE context = ? AND id = ?", call.context, id);
  call.db.run("DELETE FROM member WHERE context = ? AND grp = ?", call.context, id);
  call.db.run("DELETE FROM permission WHERE context = ? AND entity = ? AND grp = 1", call.context, id);
  bury(call, "group", id, stamp, group_object(*group));
  return Answer(json::array(), stamp);
}

json::object resource_object(const Call& call, const Resource& resource) {
  json::object out{{"id", resource.id}};
  for (const auto* field : {"name", "display_name", "mailaddress", "availability", "description"}) {
    if (const auto* value = resource.data.if_contains(field)) out[field] = *value;
  }
  if (!out.contains("availability")) out["availability"] = true;
  out["last_modified"] = call.to_time(resource.modified);
  out["last_modified_utc"] = resource.modified;
  out["permissions"] = json::array{json::object{{"entity", 0}, {"group", true}, {"privilege", "book_directly"}}};
  out["own_privilege"] = "book_directly";
  return out;
}

Answer resource_list(const Call& call, const std::vector<Resource>& resources) {
  json::array data;
  std::int64_t newest = 0;
  for (const auto& resource : resources) {
    data.push_back(resource_object(call, resource));
    newest = std::max(newest, resource.modified);
  }
  return Answer(std::move(data), newest);
}

Ox<Answer> resource_all(Call& call) {
  json::array ids;
  std::int64_t newest = 0;
  for (const auto& resource : all_resources(call.db, call.context)) {
    ids.push_back(resource.id);
    newest = std::max(newest, resource.modified);
  }
  return Answer(std::move(ids), newest);
}

Ox<Answer> resource_search(Call& call) {
  OXB_TRY(const auto body, call.body_object());
  const auto pattern = as_string(body, "pattern");
  auto resources = all_resources(call.db, call.context);
  std::erase_if(resources, [&](const Resource& resource) {
    return !wildcard_matches(pattern + "*", as_string(resource.data, "name")) &&
           !wildcard_matches(pattern + "*", as_string(resource.data, "display_name"));
  });
  return resource_list(call, resources);
}

Ox<Answer> resource_get(Call& call) {
  OXB_TRY(const auto id, call.need_number("id"));
  const auto resource = find_resource(call.db, call.context, id);
  if (!resource) return ox_fail("RES-0005", id);
  return Answer(resource_object(call, *resource), resource->modified);
}

Ox<Answer> resource_list_action(Call& call) {
  OXB_TRY(const auto ids, listed_ids(call));
  std::vector<Resource> resources;
  for (const auto id : ids) {
    auto resource = find_resource(call.db, call.context, id);
    if (!resource) return ox_fail("RES-0005", id);
    resources.push_back(std::move(*resource));
  }
  return resource_list(call, resources);
}

Ox<Answer> resource_updates(Call& call) {
  OXB_TRY(const auto since, call.need_number("timestamp"));
  json::array changed;
  std::int64_t newest = since;
  for (const auto& resource : all_resources(call.db, call.context)) {
    if (resource.modified <= since) continue;
    changed.push_back(resource_object(call, resource));
    newest = std::max(newest, resource.modified);
  }
  return Answer(json::object{{"new", changed}, {"modified", changed}, {"deleted", gone(call, "resource", since)}},
                newest);
}

Ox<Answer> resource_new(Call& call) {
  OXB_TRY(const auto body, call.body_object());
  const auto id = call.sandbox_id("principal");
  const auto stamp = call.stamp();
  call.db.run("INSERT INTO resource (context, id, modified, data) VALUES (?, ?, ?, ?)", call.context, id, stamp,
              json::serialize(body));
  return Answer(json::object{{"id", id}}, stamp);
}

Ox<Answer> resource_update(Call& call) {
  OXB_TRY(const auto id, call.need_number("id"));
  OXB_TRY(const auto sent, call.need_number("timestamp"));
  OXB_TRY(const auto body, call.body_object());
  auto resource = find_resource(call.db, call.context, id);
  if (!resource) return ox_fail("RES-0005", id);
  if (resource->modified > sent) return ox_fail("RES-0009");
  for (const auto& [name, value] : body) resource->data[name] = value;
  const auto stamp = call.stamp();
  call.db.run("UPDATE resource SET modified = ?, data = ? WHERE context = ? AND id = ?", stamp,
              json::serialize(resource->data), call.context, id);
  return Answer(json::object(), stamp);
}

Ox<Answer> resource_delete(Call& call) {
  OXB_TRY(const auto body, call.body_object());
  OXB_TRY(const auto sent, call.need_number("timestamp"));
  const auto id = as_number(body, "id").value_or(-1);
  const auto resource = find_resource(call.db, call.context, id);
  if (!resource) return ox_fail("RES-0005", id);
  if (resource->modified > sent) return ox_fail("RES-0009");
  const auto stamp = call.stamp();
  call.db.run("DELETE FROM resource WHERE context = ? AND id = ?", call.context, id);
  bury(call, "resource", id, stamp, resource_object(call, *resource));
  return Answer(json::array(), stamp);
}

constexpr Action kGroupActions[] = {
    {"group", "all", group_all},          {"group", "search", group_search},   {"group", "get", group_get},
    {"group", "list", group_list_action}, {"group", "updates", group_updates}, {"group", "new", group_new},
    {"group", "update", group_update},    {"group", "delete", group_delete},
};
constexpr Action kResourceActions[] = {
    {"resource", "all", resource_all},         {"resource", "search", resource_search},
    {"resource", "get", resource_get},         {"resource", "list", resource_list_action},
    {"resource", "updates", resource_updates}, {"resource", "new", resource_new},
    {"resource", "update", resource_update},   {"resource", "delete", resource_delete},
};

}  // namespace

std::span<const Action> group_actions() { return kGroupActions; }
std::span<const Action> resource_actions() { return kResourceActions; }

}  // namespace oxb::sandbox
