// SPDX-License-Identifier: GPL-3.0-or-later
// Modules `tasks` (reading) and `reminder`.
#include "base/text.h"
#include "format/oxjson/columns.h"
#include "sandbox/contact_write.h"
#include "sandbox/registry.h"
#include "sandbox/tasks.h"

namespace oxb::sandbox {
namespace {

Ox<std::vector<int>> columns_of(const Call& call) {
  OXB_TRY(const auto ignored, call.need("columns"));
  OXB_TRY(auto columns, call.columns());
  OXB_CHECK(check_task_columns(columns));
  return columns;
}

struct Rows {
  json::array rows;
  std::int64_t newest = 0;
  void add(const Call& call, const Task& task, std::int64_t folder, const std::vector<int>& columns) {
    rows.push_back(task_row(call, task, folder, columns));
    newest = std::max(newest, task.modified);
  }
};

std::string sort_key(const Call& call, const Task& task, std::int64_t folder, int column) {
  const auto row = task_row(call, task, folder, {column});
  if (row.empty()) return {};
  if (const auto* text = row.front().if_string()) return collation_key(*text);
  return fmt::format("{:020}", as_number(row.front()).value_or(0));
}

void sort_tasks(const Call& call, std::vector<Task>& tasks, std::int64_t folder) {
  const auto* text = call.param("sort");
  const auto column = text ? parse_number(*text) : std::nullopt;
  if (!column) return;
  const bool descending = ascii_iequals(call.param_or("order", "asc"), "desc");
  std::vector<std::pair<std::string, std::size_t>> keys;
  for (std::size_t i = 0; i < tasks.size(); ++i)
    keys.emplace_back(sort_key(call, tasks[i], folder, static_cast<int>(*column)), i);
  std::stable_sort(keys.begin(), keys.end(),
                   [&](const auto& a, const auto& b) { return descending ? b.first < a.first : a.first < b.first; });
  std::vector<Task> sorted;
  for (const auto& [key, index] : keys) sorted.push_back(std::move(tasks[index]));
  tasks = std::move(sorted);
}

Ox<Answer> all(Call& call) {
  OXB_TRY(const auto folder_id, call.need("folder"));
  OXB_TRY(const auto columns, columns_of(call));
  OXB_TRY(const auto folder, task_folder(call, folder_id));
  auto tasks = tasks_in(call.db, call.context, folder.id);
  std::erase_if(tasks, [&](const Task& task) { return !may_read(call, folder, task); });
  sort_tasks(call, tasks, folder.id);
  const auto size = static_cast<std::int64_t>(tasks.size());
  const auto left = std::clamp<std::int64_t>(parse_number(call.param_or("left_hand_limit", "0")).value_or(0), 0, size);
  const auto right = parse_number(call.param_or("right_hand_limit", "-1")).value_or(-1);
  Rows rows;
  for (auto i = left; i < (right < 0 ? size : std::min(right, size)); ++i) {
    rows.add(call, tasks[static_cast<std::size_t>(i)], folder.id, columns);
  }
  return Answer(std::move(rows.rows), rows.newest);  // 0 when there are none
}

Ox<Answer> list(Call& call) {
  OXB_TRY(const auto columns, columns_of(call));
  OXB_TRY(const auto body, call.body_array());
  Rows rows;
  for (const auto& value : body) {
    if (!value.is_object()) return wrong_type("String", "JSONObject");
    const auto& entry = value.get_object();
    OXB_TRY(const auto folder, task_folder(call, as_id(entry, "folder")));
    const auto task = readable_task(call, folder, as_number(entry, "id").value_or(0));
    if (task) rows.add(call, *task, folder.id, columns);
  }
  return Answer(std::move(rows.rows), rows.newest);
}

Ox<Answer> get(Call& call) {
  OXB_TRY(const auto id, call.need_number("id"));
  OXB_TRY(const auto folder_id, call.need("folder"));
  OXB_TRY(const auto folder, task_folder(call, folder_id));
  OXB_TRY(const auto task, readable_task(call, folder, id));
  return Answer(task_object(call, task, folder.id), task.modified);
}

// Deletions are left out unless asked for with ignore=false.
Ox<Answer> updates(Call& call) {
  OXB_TRY(const auto folder_id, call.need("folder"));
  OXB_TRY(const auto since, call.need_number("timestamp"));
  OXB_TRY(const auto columns, columns_of(call));
  OXB_TRY(const auto folder, task_folder(call, folder_id));
  Rows rows;
  rows.newest = since;
  for (const auto& task : tasks_in(call.db, call.context, folder.id, since)) {
    if (may_read(call, folder, task)) rows.add(call, task, folder.id, columns);
  }
  if (call.param_or("ignore", "deleted") != "deleted") {
    auto q = call.db.query(
        "SELECT id, modified FROM task_gone WHERE context = ? AND folder = ? AND modified > ? ORDER BY id",
        call.context, folder.id, since);
    while (q.next()) {
      rows.rows.push_back(q.integer(0));
      rows.newest = std::max(rows.newest, q.integer(1));
    }
  }
  return Answer(std::move(rows.rows), rows.newest);
}

Ox<Answer> search(Call& call) {
  OXB_TRY(const auto columns, columns_of(call));
  OXB_TRY(const auto body, call.body_object());
  std::vector<Folder> folders;
  if (const auto id = as_id(body, "folder"); !id.empty()) {
    OXB_TRY(auto folder, task_folder(call, id));
    folders.push_back(std::move(folder));
  } else {
    for (auto& folder : folders_of_module(call.db, call.context, "tasks")) {
      if (task_folder(call, std::to_string(folder.id))) folders.push_back(std::move(folder));
    }
  }
  const auto pattern = as_string(body, "pattern");
  Rows rows;
  for (const auto& folder : folders) {
    for (const auto& task : tasks_in(call.db, call.context, folder.id)) {
      if (may_read(call, folder, task) && wildcard_matches(pattern, as_string(task.data, "title"))) {
        rows.add(call, task, folder.id, columns);
      }
    }
  }
  return Answer(std::move(rows.rows), rows.newest);
}

Ox<Answer> reminder_range(Call& call) {
  OXB_TRY(const auto end, call.need_number("end"));
  json::array out;
  auto q = call.db.query(
      "SELECT id, task, folder, alarm, modified FROM reminder WHERE context = ? AND user = ? AND alarm <= ? ORDER BY "
      "alarm",
      call.context, call.user, end);
  while (q.next()) {
    out.push_back(json::object{{"id", q.integer(0)},
                               {"target_id", q.integer(1)},
                               {"folder", q.integer(2)},
                               {"alarm", call.to_time(q.integer(3))},
                               {"module", 4},
                               {"server_time", call.to_time(call.sandbox_now())},
                               {"user_id", call.user},
                               {"last_modified", call.to_time(q.integer(4))},
                               {"recurrence_position", 0}});
  }
  return Answer(std::move(out));
}

Ox<Answer> reminder_delete(Call& call) {
  OXB_TRY(const auto body, call.body());
  json::array entries;
  if (body.is_object()) entries.push_back(body);
  if (body.is_array()) entries = body.get_array();
  json::array left;
  for (const auto& entry : entries) {
    const auto id = entry.is_object() ? as_number(entry.get_object(), "id").value_or(0) : as_number(entry).value_or(0);
    call.db.run("DELETE FROM reminder WHERE context = ? AND user = ? AND id = ?", call.context, call.user, id);
    if (call.db.changes() == 0) left.push_back(id);
  }
  return Answer(std::move(left));
}

Ox<Answer> remind_again(Call& call) {
  OXB_TRY(const auto id, call.need_number("id"));
  OXB_TRY(const auto body, call.body_object());
  const auto alarm = as_number(body, "alarm");
  if (!alarm) return ox_fail("SVL-0009", "alarm");
  call.db.run("UPDATE reminder SET alarm = ?, modified = ? WHERE context = ? AND user = ? AND id = ?",
              call.from_time(*alarm), call.stamp(), call.context, call.user, id);
  if (call.db.changes() == 0) return ox_fail("REM-0009", id, call.context);
  return Answer(json::object{{"id", id}, {"alarm", *alarm}});
}

constexpr Action kTaskActions[] = {
    {"tasks", "all", all},
    {"tasks", "list", list},
    {"tasks", "get", get},
    {"tasks", "updates", updates},
    {"tasks", "search", search},
    {"tasks", "new", new_task},
    {"tasks", "update", update_task},
    {"tasks", "delete", delete_tasks},
    {"tasks", "confirm", confirm_task},
    {"tasks", "copy", copy_task},
};
constexpr Action kReminderActions[] = {
    {"reminder", "range", reminder_range},
    {"reminder", "delete", reminder_delete},
    {"reminder", "remindAgain", remind_again},
};

}  // namespace

std::span<const Action> task_actions() { return kTaskActions; }
std::span<const Action> reminder_actions() { return kReminderActions; }

}  // namespace oxb::sandbox
