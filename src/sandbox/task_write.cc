// SPDX-License-Identifier: GPL-3.0-or-later
// Module `tasks`: new, update, delete, confirm, copy.
#include "base/guid.h"
#include "base/text.h"
#include "format/oxjson/columns.h"
#include "sandbox/checks.h"
#include "sandbox/chronos_dates.h"
#include "sandbox/principals.h"
#include "sandbox/recurrence.h"
#include "sandbox/tasks.h"

namespace oxb::sandbox {
namespace {

using oxjson::ColumnKind;

constexpr int kServerColumns[] = {1, 2, 3, 4, 5, 6, 20, 101, 104, 105, 201, 202, 204, 220, 221, 223, 316, 317, 401};
constexpr std::int64_t kDone = 3;

std::int64_t midnight(std::int64_t value) { return value - (value % kDay + kDay) % kDay; }

Ox<> apply_texts(Task& task, const json::object& body) {
  for (const auto& column : oxjson::task_columns()) {
    if (std::find(std::begin(kServerColumns), std::end(kServerColumns), column.number) != std::end(kServerColumns))
      continue;
    const auto* value = body.if_contains(column.name);
    if (!value) continue;
    if (value->is_null()) {
      task.data.erase(column.name);
      continue;
    }
    if (column.kind == ColumnKind::text) {
      const auto text = as_id(*value);
      if (const auto bad = illegal_character(text); !bad.empty()) return ox_fail("TSK-0047", bad);
      const auto length = column.limit >= 65535 ? text.size() : count_characters(text);
      if (column.limit > 0 && length > column.limit) {
        return tl::unexpected(OxError("TSK-0041", {json::value(column.name), column.limit, length})
                                  .too_long(column.number, length, column.limit));
      }
      if (text.empty()) {
        task.data.erase(column.name);
      } else {
        task.data[column.name] = text;
      }
    } else if (value->is_number() && value->is_double()) {
      task.data[column.name] = *value;
    } else if (const auto number = as_number(*value)) {
      task.data[column.name] = *number;
    } else {
      return wrong_type("String", "Number");
    }
  }
  return {};
}

// start_time/end_time, or the older start_date/end_date of whole days.
void apply_dates(const Call& call, Task& task, const json::object& body) {
  if (const auto* value = body.if_contains("full_time"); value && value->is_bool()) task.data["full_time"] = *value;
  const bool old_style = (body.contains("start_date") && !body.contains("start_time")) ||
                         (body.contains("end_date") && !body.contains("end_time"));
  if (old_style && !body.contains("full_time")) task.data["full_time"] = true;
  if (!task.data.contains("full_time")) task.data["full_time"] = true;
  const bool whole = task.full_time();
  for (const auto& [stored, newer, older] :
       {std::tuple{"start", "start_time", "start_date"}, {"end", "end_time", "end_date"}}) {
    const char* name = body.contains(newer) ? newer : older;
    const auto* value = body.if_contains(name);
    if (!value) continue;
    const auto number = as_number(*value);
    if (!number) {
      task.data.erase(stored);
    } else {
      task.data[stored] = whole                             ? midnight(*number)
                          : std::string_view(name) == newer ? call.from_time(*number)
                                                            : *number;
    }
  }
  if (whole) {
    for (const auto* stored : {"start", "end"}) {
      if (const auto value = as_number(task.data, stored)) task.data[stored] = midnight(*value);
    }
  }
}

Ox<> apply_participants(Call& call, Task& task, const json::object& body) {
  const auto* sent = body.if_contains("participants");
  if (!sent) return {};
  json::array participants;
  std::map<std::int64_t, json::object> users;
  const json::array before = task.list("users");
  const auto add_user = [&](std::int64_t id) {
    json::object user{{"id", id}, {"confirmation", 0}};
    for (const auto& old : before) {
      if (as_number(old.as_object(), "id") == id) user = old.as_object();
    }
    users.emplace(id, std::move(user));
  };
  for (const auto& value : sent->is_array() ? sent->get_array() : json::array()) {
    if (!value.is_object()) return wrong_type("String", "JSONObject");
    const auto& entry = value.get_object();
    const auto type = as_number(entry, "type").value_or(0);
    const auto id = as_number(entry, "id").value_or(0);
    if (type == 1) {
      if (!find_user(call.db, call.context, id)) return ox_fail("USR-0010", id, call.context);
      add_user(id);
      participants.push_back(json::object{{"id", id}, {"type", 1}});
    } else if (type == 2) {
      const auto group = find_group(call.sandbox, call.context, id);
      if (!group) return ox_fail("GRP-0017", id, call.context);
      for (const auto member : group->members) add_user(member);
      participants.push_back(json::object{{"id", id}, {"type", 2}});
    } else if (type == 5) {
      const auto mail = as_string(entry, "mail");
      if (mail.empty()) return ox_fail("TSK-0044");
      json::object kept;
      if (const auto name = as_string(entry, "display_name"); !name.empty()) kept["display_name"] = name;
      kept["mail"] = mail;
      kept["type"] = 5;
      participants.push_back(std::move(kept));
    } else {
      return ox_fail("TSK-0049", type);
    }
  }
  json::array list;
  for (auto& [id, user] : users) list.push_back(std::move(user));
  task.data["participants"] = std::move(participants);
  task.data["users"] = std::move(list);
  return {};
}

// Users among the participants repeat their answer.
void repeat_answers(Task& task) {
  for (auto& value : task.list("participants")) {
    auto& entry = value.as_object();
    if (as_number(entry, "type") != 1) continue;
    for (const auto& user : task.list("users")) {
      if (as_number(user.as_object(), "id") != as_number(entry, "id")) continue;
      for (const auto* field : {"confirmation", "confirmmessage"}) {
        if (const auto* known = user.as_object().if_contains(field)) entry[field] = *known;
      }
    }
  }
}

Ox<> check_numbers(const Task& task) {
  if (const auto priority = as_number(task.data, "priority"); priority && (*priority < 1 || *priority > 3)) {
    return ox_fail("TSK-0057", *priority);
  }
  const auto percent = as_number(task.data, "percent_completed").value_or(0);
  if (percent < 0 || percent > 100) return ox_fail("TSK-0030", percent);
  if (as_number(task.data, "status") == 1 && percent != 0) return ox_fail("TSK-0031", percent);
  for (const auto& [field, label] :
       {std::pair{"actual_duration", "Current duration"}, {"target_duration", "Target duration"}}) {
    const auto text = as_string(task.data, field);
    if (!text.empty() && !parse_number(text)) return ox_fail("TSK-0055", text, label);
  }
  const auto start = as_number(task.data, "start");
  const auto end = as_number(task.data, "end");
  if (start && end && *start > *end) return ox_fail("TSK-0040", java_date(*start), java_date(*end));
  return {};
}

Ox<> check_recurrence(const Task& task) {
  const auto type = as_number(task.data, "recurrence_type").value_or(0);
  if (type == 0) return {};
  if (type < 0 || type > 4) return ox_fail("TSK-0036", type);
  if (!task.data.contains("start")) return ox_fail("TSK-0037", 201);
  if (!task.data.contains("end")) return ox_fail("TSK-0037", 202);
  const auto interval = as_number(task.data, "interval").value_or(0);
  if (interval < 1 && type != 4) return ox_fail("APP-0055", interval);
  if (type >= 3 && !task.data.contains("day_in_month")) return ox_fail("TSK-0037", 213);
  if (type == 4 && !task.data.contains("month")) return ox_fail("TSK-0037", 214);
  return {};
}

Moment start_of(const Task& task) {
  Moment start;
  start.kind = task.full_time() ? Moment::Kind::day : Moment::Kind::utc;
  start.local = as_number(task.data, "start").value_or(0);
  return start;
}

void shift_to(Task& task, std::int64_t start) {
  const auto delta = start - as_number(task.data, "start").value_or(start);
  task.data["start"] = start;
  task.data["end"] = as_number(task.data, "end").value_or(start) + delta;
}

// A series begins with its first occurrence.
void move_to_first(Task& task) {
  const auto rule = task_rule(task.data);
  if (rule.empty()) return;
  const auto recurrence = Recurrence::parse(rule, start_of(task));
  if (!recurrence) return;
  const auto starts = recurrence->starts(start_of(task).local + 10 * 366 * kDay, 1);
  if (!starts.empty()) shift_to(task, starts.front());
}

// The live instance was finished: the next one becomes a task of its own, the finished one stays as it is.
void make_next(Call& call, const Task& done, std::int64_t stamp) {
  const auto left = as_number(done.data, "occurrences");
  if (left && *left <= 1) return;
  const auto rule = task_rule(done.data);
  const auto recurrence = Recurrence::parse(rule, start_of(done));
  if (rule.empty() || !recurrence) return;
  const auto starts = recurrence->starts(start_of(done).local + 10 * 366 * kDay, 2);
  if (starts.size() < 2) return;
  const auto until = as_number(done.data, "until");
  if (until && midnight(starts[1]) > *until) return;
  Task next = done;
  next.id = call.sandbox_id("task");
  next.modified = stamp;
  shift_to(next, starts[1]);
  next.data["status"] = 1;
  next.data["percent_completed"] = 0;
  next.data.erase("date_completed");
  if (left) next.data["occurrences"] = *left - 1;
  next.data["uid"] = to_text(random_guid());
  next.data["creation_date"] = stamp;
  next.data["number_of_attachments"] = 0;
  next.data.erase("lastModifiedOfNewestAttachmentUTC");
  for (auto& value : next.list("users")) {
    value.as_object()["confirmation"] = 0;
    value.as_object().erase("confirmmessage");
  }
  repeat_answers(next);
  store_task(call, next);
}

Ox<> apply_private(const Call& call, const Folder& folder, Task& task, const json::object& body) {
  const auto* value = body.if_contains("private_flag");
  if (value) {
    const bool wanted = value->is_bool() && value->get_bool();
    if (wanted && !task.is_private && task.created_by != call.user) return ox_fail("TSK-0043");
    task.is_private = wanted;
  }
  if (!task.is_private) return {};
  if (folder.is_public() || folder.shared_for(call.user)) return ox_fail("TSK-0008", folder.id);
  if (!task.list("participants").empty()) return ox_fail("TSK-0028");
  return {};
}

Ox<> apply_body(Call& call, const Folder& folder, Task& task, const json::object& body) {
  apply_dates(call, task, body);
  OXB_CHECK(apply_texts(task, body));
  OXB_CHECK(apply_participants(call, task, body));
  OXB_CHECK(apply_private(call, folder, task, body));
  OXB_CHECK(check_numbers(task));
  OXB_CHECK(check_recurrence(task));
  if (as_number(task.data, "recurrence_type") == 0) {
    for (const auto* field : {"recurrence_type", "days", "day_in_month", "month", "interval", "until", "occurrences"})
      task.data.erase(field);
  }
  if (!task.data.contains("recurrence_type")) {
    task.data.erase("interval");
  }
  repeat_answers(task);
  return {};
}

void apply_alarm(Call& call, const Task& task, std::int64_t folder, const json::object& body) {
  const auto* value = body.if_contains("alarm");
  if (!value) return;
  const auto alarm = as_number(*value);
  set_alarm(call, task, call.user, folder, alarm ? std::optional(call.from_time(*alarm)) : std::nullopt);
}

Ox<Folder> writable_folder(const Call& call, std::string_view id) {
  const auto number = parse_number(id).value_or(0);
  auto folder = find_folder(call.db, call.context, number);
  if (!folder || number == 0) return ox_fail("FLD-0008", number, call.context);
  if (folder->module != "tasks") return ox_fail("TSK-0006", number);
  const auto rights = rights_on(call.db, call.context, call.user, *folder);
  if (!rights.sees()) return ox_fail("TSK-0059", number);
  if (!rights.creates()) return ox_fail("TSK-0025", number);
  return std::move(*folder);
}

Ox<> move_task(Call& call, const Folder& source, Task& task, const json::object& body, std::int64_t stamp) {
  const auto wanted = as_id(body, "folder_id");
  if (wanted.empty() || parse_number(wanted) == source.id) return {};
  OXB_TRY(const auto target, writable_folder(call, wanted));
  if (source.shared_for(call.user)) return ox_fail("TSK-0034", source.id);
  if (target.shared_for(call.user)) return ox_fail("TSK-0034", target.id);
  const auto rights = rights_on(call.db, call.context, call.user, source);
  if (rights.remove < (task.created_by == call.user ? 1 : 2)) return ox_fail("TSK-0014");
  if (task.is_private && target.is_public()) return ox_fail("TSK-0008", target.id);
  bury_task(call, task.id, source.id, stamp);
  task.folder = target.id;
  return {};
}

// Participants who were taken off see the task disappear.
void bury_removed(Call& call, const Task& before, const Task& after, std::int64_t stamp) {
  for (const auto& value : before.list("users")) {
    const auto user = as_number(value.as_object(), "id").value_or(0);
    const auto& now = after.list("users");
    const bool stays = std::any_of(now.begin(), now.end(),
                                   [&](const json::value& v) { return as_number(v.as_object(), "id") == user; });
    const auto folder = default_folder(call.db, call.context, user, "tasks");
    if (!stays && folder != after.folder) bury_task(call, after.id, folder, stamp);
  }
}

Ox<> delete_one(Call& call, const json::object& entry, std::int64_t sent) {
  const auto id = as_number(entry, "id").value_or(0);
  OXB_TRY(const auto folder, task_folder(call, as_id(entry, "folder")));
  auto task = find_task(call.db, call.context, id);
  if (!task || !is_in_folder(call, id, folder.id) || !may_read(call, folder, *task)) return ox_fail("TSK-0014");
  const auto rights = rights_on(call.db, call.context, call.user, folder);
  if (rights.remove < (task->created_by == call.user ? 1 : 2)) return ox_fail("TSK-0014");
  if (task->modified > sent) return ox_fail("TSK-0007");
  const auto stamp = call.stamp();
  if (folder.id == task->folder) {
    remove_task(call, *task, stamp);
    return {};
  }
  // In a participant's folder only his part goes.
  const Task before = *task;
  for (const auto* name : {"users", "participants"}) {
    auto& list = task->list(name);
    for (auto it = list.begin(); it != list.end();) {
      const auto& object = it->as_object();
      const bool mine = as_number(object, "id") == folder.created_by && as_number(object, "type").value_or(1) == 1;
      it = mine ? list.erase(it) : std::next(it);
    }
  }
  task->modified = stamp;
  task->data["modified_by"] = call.user;
  store_task(call, *task);
  bury_removed(call, before, *task, stamp);
  return {};
}

}  // namespace

Ox<Answer> new_task(Call& call) {
  OXB_TRY(const auto body, call.body_object());
  OXB_TRY(const auto folder, writable_folder(call, as_id(body, "folder_id")));
  Task task;
  task.folder = folder.id;
  task.created_by = call.user;
  OXB_CHECK(apply_body(call, folder, task, body));
  move_to_first(task);
  auto uid = as_string(body, "uid");
  if (!uid.empty() && call.db.integer("SELECT 1 FROM task WHERE context = ? AND uid = ?", call.context, uid)) {
    return ox_fail("APP-0100", "uid", uid);
  }
  if (uid.empty()) uid = to_text(random_guid());
  task.id = call.sandbox_id("task");
  task.modified = call.stamp();
  task.data["uid"] = uid;
  task.data["creation_date"] = task.modified;
  task.data["modified_by"] = call.user;
  task.data["number_of_attachments"] = 0;
  store_task(call, task);
  apply_alarm(call, task, folder.id, body);
  return Answer(json::object{{"id", task.id}}, task.modified);
}

Ox<Answer> update_task(Call& call) {
  OXB_TRY(const auto id, call.need_number("id"));
  OXB_TRY(const auto folder_id, call.need("folder"));
  OXB_TRY(const auto sent, call.need_number("timestamp"));
  OXB_TRY(const auto body, call.body_object());
  OXB_TRY(const auto folder, task_folder(call, folder_id));
  OXB_TRY(auto task, readable_task(call, folder, id));
  const auto rights = rights_on(call.db, call.context, call.user, folder);
  if (rights.write < (task.created_by == call.user ? 1 : 2)) return ox_fail("TSK-0033", id);
  if (task.modified > sent) return ox_fail("TSK-0007");
  if (body.contains("uid") && as_string(body, "uid") != as_string(task.data, "uid")) return ox_fail("TSK-0053");
  const Task before = task;
  OXB_CHECK(apply_body(call, folder, task, body));
  task.modified = call.stamp();
  task.data["modified_by"] = call.user;
  OXB_CHECK(move_task(call, folder, task, body, task.modified));
  if (body.contains("recurrence_type") || body.contains("days")) move_to_first(task);
  store_task(call, task);
  bury_removed(call, before, task, task.modified);
  apply_alarm(call, task, task.folder == before.folder ? folder.id : task.folder, body);
  const bool finished = as_number(task.data, "status") == kDone && as_number(before.data, "status") != kDone;
  if (finished) make_next(call, task, task.modified);
  return Answer(json::object(), task.modified);
}

// One after the other; what was deleted before an entry that fails stays deleted.
Ox<Answer> delete_tasks(Call& call) {
  OXB_TRY(const auto sent, call.need_number("timestamp"));
  OXB_TRY(const auto body, call.body());
  call.keep_changes = true;
  json::array entries;
  if (body.is_object()) entries.push_back(body);
  if (body.is_array()) entries = body.get_array();
  for (const auto& entry : entries) {
    if (!entry.is_object()) return wrong_type("String", "JSONObject");
    OXB_CHECK(delete_one(call, entry.get_object(), sent));
  }
  return Answer(json::array(), sent);
}

Ox<Answer> confirm_task(Call& call) {
  OXB_TRY(const auto id, call.need_number("id"));
  OXB_TRY(const auto folder_id, call.need("folder"));
  OXB_TRY(const auto sent, call.need_number("timestamp"));
  OXB_TRY(const auto body, call.body_object());
  OXB_TRY(const auto folder, task_folder(call, folder_id));
  OXB_TRY(auto task, readable_task(call, folder, id));
  if (task.modified > sent) return ox_fail("TSK-0007");
  const auto who = folder.is_private() ? folder.created_by : call.user;
  for (auto& value : task.list("users")) {
    auto& user = value.as_object();
    if (as_number(user, "id") != who) continue;
    user["confirmation"] = as_number(body, "confirmation").value_or(0);
    if (const auto message = as_string(body, "confirmmessage"); !message.empty()) user["confirmmessage"] = message;
  }
  repeat_answers(task);
  task.modified = call.stamp();
  task.data["modified_by"] = call.user;
  store_task(call, task);
  return Answer(json::object(), task.modified);
}

Ox<Answer> copy_task(Call& call) {
  OXB_TRY(const auto id, call.need_number("id"));
  OXB_TRY(const auto folder_id, call.need("folder"));
  OXB_TRY(const auto body, call.body_object());
  OXB_TRY(const auto folder, task_folder(call, folder_id));
  OXB_TRY(auto task, readable_task(call, folder, id));
  OXB_TRY(const auto target, writable_folder(call, as_id(body, "folder_id")));
  task.id = call.sandbox_id("task");
  task.folder = target.id;
  task.created_by = call.user;
  task.modified = call.stamp();
  task.data["creation_date"] = task.modified;
  task.data["modified_by"] = call.user;
  task.data["uid"] = to_text(random_guid());
  task.data["number_of_attachments"] = 0;
  store_task(call, task);
  return Answer(json::object{{"id", task.id}}, task.modified);
}

}  // namespace oxb::sandbox
