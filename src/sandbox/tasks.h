// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Stored tasks, and how they look in answers. `data` holds the members by their names; all times are UTC ms, alarms are
// reminders of single users and not in it.
#include "sandbox/folders.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace oxb::sandbox {

struct Task {
  std::int64_t id = 0;
  std::int64_t folder = 0;  // where it was made
  std::int64_t created_by = 0;
  std::int64_t modified = 0;
  bool is_private = false;
  json::object data;

  json::array& list(std::string_view name);  // participants, users
  const json::array& list(std::string_view name) const;
  bool full_time() const;
};

std::optional<Task> find_task(Database& db, std::int64_t context, std::int64_t id);
std::vector<Task> tasks_in(Database& db, std::int64_t context, std::int64_t folder, std::int64_t after = -1);
// Writes the row and the folders that show it: the task's own, and the default folder of each user taking part.
void store_task(Call& call, const Task& task);
void remove_task(Call& call, const Task& task, std::int64_t stamp);  // with tombstones everywhere
void bury_task(Call& call, std::int64_t id, std::int64_t folder, std::int64_t stamp);
bool is_in_folder(const Call& call, std::int64_t task, std::int64_t folder);

// TSK-0006 for what is no visible folder of tasks, FLD-0008.
Ox<Folder> task_folder(const Call& call, std::string_view id);
bool may_read(const Call& call, const Folder& folder, const Task& task);
Ox<Task> readable_task(const Call& call, const Folder& folder, std::int64_t id);  // TSK-0046

// 306 is asked for like any other and then missing from the row. TSK-0020.
Ox<> check_task_columns(const std::vector<int>& columns);
json::array task_row(const Call& call, const Task& task, std::int64_t folder, const std::vector<int>& columns);
json::object task_object(const Call& call, const Task& task, std::int64_t folder);

// Alarms.
std::optional<std::int64_t> alarm_of(const Call& call, std::int64_t task, std::int64_t user);
void set_alarm(Call& call, const Task& task, std::int64_t user, std::int64_t folder, std::optional<std::int64_t> alarm);

// Recurrence. The rule of a recurring task, or empty.
std::string task_rule(const json::object& data);
std::string java_date(std::int64_t utc_ms);

Ox<Answer> new_task(Call& call);
Ox<Answer> update_task(Call& call);
Ox<Answer> delete_tasks(Call& call);
Ox<Answer> confirm_task(Call& call);
Ox<Answer> copy_task(Call& call);

}  // namespace oxb::sandbox
