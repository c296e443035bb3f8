// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/tasks.h"

#include "format/oxjson/columns.h"
#include "sandbox/principals.h"

#include <boost/json/serialize.hpp>

#include <ctime>

namespace oxb::sandbox {
namespace {

using oxjson::ColumnKind;

constexpr std::string_view kSelect = "SELECT t.id, t.folder, t.created_by, t.private, t.modified, t.data FROM task t ";
constexpr int kProject = 306;

Task read_task(const Query& row) {
  Task task;
  task.id = row.integer(0);
  task.folder = row.integer(1);
  task.created_by = row.integer(2);
  task.is_private = row.integer(3) != 0;
  task.modified = row.integer(4);
  task.data = parse_object(row.text(5));
  return task;
}

// Both pairs of dates are always delivered; only the newer ones of a timed task follow the request's zone.
json::value date_value(const Call& call, const Task& task, std::string_view name) {
  const auto value = as_number(task.data, name.starts_with("start") ? "start" : "end");
  if (!value) return nullptr;
  if (task.full_time() || name.ends_with("_date")) return *value;
  return call.to_time(*value);
}

json::value task_value(const Call& call, const Task& task, std::int64_t folder, const oxjson::Column& column) {
  switch (column.number) {
    case 1:
      return task.id;
    case 2:
      return task.created_by;
    case 4: {
      const auto created = as_number(task.data, "creation_date").value_or(0);
      return call.to_time(created - created % 1000);
    }
    case 5:
      return call.to_time(task.modified);
    case 6:
      return task.modified;
    case 20:
      return folder;
    case 101:
      return task.is_private;
    case 201:
    case 202:
    case 316:
    case 317:
      return date_value(call, task, column.name);
    case 204: {
      const auto alarm = alarm_of(call, task.id, call.user);
      return alarm ? json::value(call.to_time(*alarm)) : json::value();
    }
    case 209:
      return as_number(task.data, "recurrence_type").value_or(0);
    case 220:
      return task.list("participants");
    case 221:
      return task.list("users");
    case 401:
      return task.full_time();
    default:
      break;
  }
  const auto* value = task.data.if_contains(column.name);
  return value ? *value : json::value();
}

const char* day_name(int bit) {
  static constexpr const char* kDays[] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
  return kDays[bit];
}

std::string days_text(std::int64_t bits) {
  std::string out;
  for (int bit = 0; bit < 7; ++bit) {
    if (bits >> bit & 1) out += std::string(out.empty() ? "" : ",") + day_name(bit);
  }
  return out;
}

}  // namespace

json::array& Task::list(std::string_view name) {
  auto& value = data[name];
  if (!value.is_array()) value = json::array();
  return value.get_array();
}

const json::array& Task::list(std::string_view name) const {
  static const json::array none;
  const auto* value = data.if_contains(name);
  return value && value->is_array() ? value->get_array() : none;
}

bool Task::full_time() const {
  const auto* value = data.if_contains("full_time");
  return !value || !value->is_bool() || value->get_bool();
}

std::optional<Task> find_task(Database& db, std::int64_t context, std::int64_t id) {
  auto q = db.query(std::string(kSelect) + "WHERE t.context = ? AND t.id = ?", context, id);
  if (!q.next()) return std::nullopt;
  return read_task(q);
}

std::vector<Task> tasks_in(Database& db, std::int64_t context, std::int64_t folder, std::int64_t after) {
  std::vector<Task> out;
  auto q = db.query(std::string(kSelect) +
                        "JOIN task_place p ON p.context = t.context AND p.task = t.id "
                        "WHERE p.context = ? AND p.folder = ? AND t.modified > ? ORDER BY t.id",
                    context, folder, after);
  while (q.next()) out.push_back(read_task(q));
  return out;
}

void store_task(Call& call, const Task& task) {
  call.db.run(
      "INSERT OR REPLACE INTO task (context, id, folder, created_by, private, modified, uid, data) VALUES (?, ?, ?, ?, "
      "?, ?, ?, ?)",
      call.context, task.id, task.folder, task.created_by, task.is_private, task.modified, as_string(task.data, "uid"),
      json::serialize(task.data));
  call.db.run("DELETE FROM task_place WHERE context = ? AND task = ?", call.context, task.id);
  const auto home = find_folder(call.db, call.context, task.folder);
  const auto owner = home ? home->owner() : 0;
  const auto place = [&](std::int64_t folder, std::int64_t user) {
    if (folder == 0) return;
    call.db.run("INSERT OR REPLACE INTO task_place (context, task, folder, user) VALUES (?, ?, ?, ?)", call.context,
                task.id, folder, user);
    call.db.run("DELETE FROM task_gone WHERE context = ? AND folder = ? AND id = ?", call.context, folder, task.id);
  };
  place(task.folder, owner);
  if (owner == 0) return;  // in a public folder everyone finds it there
  for (const auto& value : task.list("users")) {
    const auto user = as_number(value.as_object(), "id").value_or(0);
    if (user != owner) place(default_folder(call.db, call.context, user, "tasks"), user);
  }
}

void remove_task(Call& call, const Task& task, std::int64_t stamp) {
  std::vector<std::int64_t> folders;
  auto q = call.db.query("SELECT folder FROM task_place WHERE context = ? AND task = ?", call.context, task.id);
  while (q.next()) folders.push_back(q.integer(0));
  for (const auto folder : folders) bury_task(call, task.id, folder, stamp);
  for (const auto* table : {"task_place", "reminder"}) {
    call.db.run(fmt::format("DELETE FROM {} WHERE context = ? AND task = ?", table), call.context, task.id);
  }
  call.db.run("DELETE FROM attachment WHERE context = ? AND module = 4 AND object = ?", call.context, task.id);
  call.db.run("DELETE FROM task WHERE context = ? AND id = ?", call.context, task.id);
}

void bury_task(Call& call, std::int64_t id, std::int64_t folder, std::int64_t stamp) {
  call.db.run("INSERT OR REPLACE INTO task_gone (context, id, folder, modified) VALUES (?, ?, ?, ?)", call.context, id,
              folder, stamp);
}

bool is_in_folder(const Call& call, std::int64_t task, std::int64_t folder) {
  return call.db
      .integer("SELECT 1 FROM task_place WHERE context = ? AND folder = ? AND task = ?", call.context, folder, task)
      .has_value();
}

Ox<Folder> task_folder(const Call& call, std::string_view id) {
  const auto number = parse_number(id);
  if (!number) return ox_fail("SVL-0010", "folder", id);
  auto folder = find_folder(call.db, call.context, *number);
  if (!folder) return ox_fail("FLD-0008", *number, call.context);
  if (folder->module != "tasks") return ox_fail("TSK-0006", *number);
  const auto rights = rights_on(call.db, call.context, call.user, *folder);
  if (!rights.sees() || rights.read == 0) return ox_fail("TSK-0006", *number);
  return std::move(*folder);
}

bool may_read(const Call& call, const Folder& folder, const Task& task) {
  if (task.is_private && task.created_by != call.user) return false;
  return rights_on(call.db, call.context, call.user, folder).read >= (task.created_by == call.user ? 1 : 2);
}

Ox<Task> readable_task(const Call& call, const Folder& folder, std::int64_t id) {
  auto task = find_task(call.db, call.context, id);
  if (!task || !is_in_folder(call, id, folder.id) || !may_read(call, folder, *task))
    return ox_fail("TSK-0046", id, folder.id);
  return std::move(*task);
}

Ox<> check_task_columns(const std::vector<int>& columns) {
  for (const int number : columns) {
    if (number != kProject && !oxjson::find_column(oxjson::task_columns(), number)) return ox_fail("TSK-0020", number);
  }
  return {};
}

json::array task_row(const Call& call, const Task& task, std::int64_t folder, const std::vector<int>& columns) {
  json::array row;
  for (const int number : columns) {
    const auto* column = oxjson::find_column(oxjson::task_columns(), number);
    if (column) row.push_back(task_value(call, task, folder, *column));
  }
  return row;
}

json::object task_object(const Call& call, const Task& task, std::int64_t folder) {
  json::object out;
  for (const auto& column : oxjson::task_columns()) {
    auto value = task_value(call, task, folder, column);
    if (!value.is_null()) out[column.name] = std::move(value);
  }
  out["confirmations"] = json::array();
  return out;
}

std::optional<std::int64_t> alarm_of(const Call& call, std::int64_t task, std::int64_t user) {
  return call.db.integer("SELECT alarm FROM reminder WHERE context = ? AND task = ? AND user = ?", call.context, task,
                         user);
}

void set_alarm(Call& call, const Task& task, std::int64_t user, std::int64_t folder,
               std::optional<std::int64_t> alarm) {
  call.db.run("DELETE FROM reminder WHERE context = ? AND task = ? AND user = ?", call.context, task.id, user);
  if (!alarm) return;
  call.db.run("INSERT INTO reminder (context, id, user, task, folder, alarm, modified) VALUES (?, ?, ?, ?, ?, ?, ?)",
              call.context, call.sandbox_id("reminder"), user, task.id, folder, *alarm, task.modified);
}

std::string task_rule(const json::object& data) {
  const auto type = as_number(data, "recurrence_type").value_or(0);
  if (type < 1 || type > 4) return {};
  static constexpr const char* kFrequencies[] = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
  std::string rule = fmt::format("FREQ={}", kFrequencies[type - 1]);
  const auto interval = as_number(data, "interval").value_or(1);
  if (type != 4) rule += fmt::format(";INTERVAL={}", interval);
  const auto days = as_number(data, "days");
  const auto position = as_number(data, "day_in_month");
  if (type == 2) rule += ";BYDAY=" + days_text(days.value_or(127));
  if (type == 4) rule += fmt::format(";BYMONTH={}", as_number(data, "month").value_or(0) + 1);
  if (type >= 3 && days && *days != 0) {
    rule +=
        fmt::format(";BYDAY={};BYSETPOS={}", days_text(*days), position.value_or(1) == 5 ? -1 : position.value_or(1));
  } else if (type >= 3) {
    rule += fmt::format(";BYMONTHDAY={}", position.value_or(1));
  }
  return rule;
}

std::string java_date(std::int64_t utc_ms) {
  const auto seconds = static_cast<std::time_t>(utc_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  return std::string(text, std::strftime(text, sizeof text, "%a %b %d %H:%M:%S UTC %Y", &parts));
}

}  // namespace oxb::sandbox
