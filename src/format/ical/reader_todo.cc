// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "format/ical/reader.h"
#include "format/ical/rule.h"
#include "format/ical/zone.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::ical::detail {
namespace {

using model::DateTime;
using model::Task;
using model::TaskRecurrence;

// RFC 5545 3.8.1.9: 1 is the highest of nine, 0 says nothing.
std::optional<std::int32_t> priority_of(std::optional<std::int32_t> value) {
  if (!value || *value < 1 || *value > 9) return std::nullopt;
  return *value < 5 ? 3 : *value == 5 ? 2 : 1;
}

std::optional<std::int32_t> status_of(std::string_view text, const Task& task) {
  if (ascii_iequals(text, "NEEDS-ACTION")) return 1;
  if (ascii_iequals(text, "IN-PROCESS")) return 2;
  if (ascii_iequals(text, "COMPLETED")) return 3;
  if (ascii_iequals(text, "CANCELLED")) return 5;
  if (task.date_completed || task.percent_completed == 100) return 3;
  if (task.percent_completed.value_or(0) > 0) return 2;
  return std::nullopt;
}

Result<TaskRecurrence> recurrence_of(std::string_view text, const DateTime& start) {
  using Frequency = RecurrenceRule::Frequency;
  using Type = TaskRecurrence::Type;
  const auto refuse = [] { return fail(Errc::unsupported, "task with a recurrence that tasks cannot have"); };
  OXB_TRY(const auto rule, parse_recurrence_rule(text));
  TaskRecurrence result;
  result.interval = static_cast<std::int32_t>(std::min<std::uint32_t>(rule.interval, 999));
  if (rule.count) result.occurrences = static_cast<std::int32_t>(std::min<std::uint32_t>(*rule.count, 999'999));
  if (rule.until) {
    const auto day = std::chrono::floor<std::chrono::days>(local_time(*rule.until));
    result.until = TimeZone::utc()->to_utc(LocalTime(day));
  }
  if (!rule.by_year_day.empty() || !rule.by_week_number.empty() || !rule.by_hour.empty() ||
      rule.by_month_day.size() > 1 || rule.by_month.size() > 1) {
    return refuse();
  }
  int ordinal = rule.by_set_position.size() == 1 ? rule.by_set_position.front() : 0;
  for (const auto& day : rule.by_day) {
    result.days |= 1 << day.weekday;
    if (day.ordinal != 0) {
      if (rule.by_day.size() != 1) return refuse();
      ordinal = day.ordinal;
    }
  }
  switch (rule.frequency) {
    case Frequency::daily:
      result.type = result.days == 0 ? Type::daily : Type::weekly;
      if (result.days != 0 && result.interval != 1) return refuse();
      return result;
    case Frequency::weekly:
      result.type = Type::weekly;
      if (result.days == 0) result.days = 1 << std::chrono::weekday(local_day(start.date)).c_encoding();
      return result;
    case Frequency::monthly:
    case Frequency::yearly:
      result.type = rule.frequency == Frequency::monthly ? Type::monthly : Type::yearly;
      result.month = (rule.by_month.empty() ? start.date.month : rule.by_month.front()) - 1;
      if (result.type == Type::monthly) {
        if (!rule.by_month.empty()) return refuse();
        result.month = 0;
      }
      if (result.days == 0) {
        result.day_in_month = rule.by_month_day.empty() ? start.date.day : rule.by_month_day.front();
        if (result.day_in_month == -1) result.day_in_month = 31;
        if (result.day_in_month < 1) return refuse();
        return result;
      }
      if ((ordinal < 1 || ordinal > 5) && ordinal != -1) return refuse();
      result.day_in_month = ordinal == -1 ? 5 : ordinal;
      return result;
    default:
      return refuse();
  }
}

Result<Instant> instant_of(const DateTime& time, Zones& zones) {
  if (time.kind == DateTime::Kind::date) return TimeZone::utc()->to_utc(local_time(time));
  if (time.kind == DateTime::Kind::floating) {
    OXB_TRY(const auto zone, find_zone(zones.default_zone()));
    return zone->to_utc(local_time(time));
  }
  return to_instant(time, *TimeZone::utc());
}

Result<> read_dates(Task& task, const Component& component, Zones& zones) {
  std::optional<DateTime> start, due;
  if (const auto* line = component.find("DTSTART")) {
    OXB_TRY(start, time_of(*line, zones));
  }
  if (const auto* line = component.find("DUE")) {
    OXB_TRY(due, time_of(*line, zones));
  } else if (const auto* length = component.find("DURATION"); length != nullptr && start) {
    const auto duration = duration_of(length->value);
    if (!duration) return fail(Errc::malformed, "task with a bad DURATION");
    due = date_time(local_time(*start) + *duration, start->kind, start->zone);
  }
  task.full_time = (!start || start->kind == DateTime::Kind::date) && (!due || due->kind == DateTime::Kind::date);
  if (start) {
    OXB_TRY(task.start, instant_of(*start, zones));
  }
  if (due) {
    OXB_TRY(task.end, instant_of(*due, zones));
  }
  const auto* rule = component.find("RRULE");
  if (rule != nullptr) {
    if (!start && !due) return fail(Errc::malformed, "recurring task without a date");
    OXB_TRY(task.recurrence, recurrence_of(rule->value, start ? *start : *due));
  }
  return {};
}

void read_alarm(Task& task, const Component& component) {
  for (const auto& child : component.children) {
    const auto* trigger = child.name == "VALARM" ? child.find("TRIGGER") : nullptr;
    if (trigger == nullptr) continue;
    if (const auto time = date_time_of(trigger->value)) {
      task.alarm = TimeZone::utc()->to_utc(local_time(*time));
    } else if (const auto lead = duration_of(trigger->value)) {
      const bool to_end = ascii_iequals(trigger->parameter("RELATED"), "END");
      const auto base = to_end || !task.start ? task.end : task.start;
      if (base) task.alarm = *base + *lead;
    }
    if (task.alarm) return;
  }
}

}  // namespace

Result<Task> task_of(const Component& component, Zones& zones) {
  Task task;
  task.uid = uid_of(component);
  task.title = text_of_line(component, "SUMMARY");
  task.note = text_of_line(component, "DESCRIPTION");
  OXB_CHECK(read_dates(task, component, zones));
  task.percent_completed = number_of_line(component, "PERCENT-COMPLETE");
  if (task.percent_completed) task.percent_completed = std::clamp(*task.percent_completed, 0, 100);
  task.date_completed = utc_instant_of(component, "COMPLETED");
  task.status = status_of(trim(text_of_line(component, "STATUS")), task);
  task.priority = priority_of(number_of_line(component, "PRIORITY"));
  task.created = utc_instant_of(component, "CREATED");
  task.modified = utc_instant_of(component, "LAST-MODIFIED");
  task.categories = categories_of(component);
  const auto privacy = std::string(trim(text_of_line(component, "CLASS")));
  task.secret = ascii_iequals(privacy, "PRIVATE") || ascii_iequals(privacy, "CONFIDENTIAL");
  task.attachments = attachments_of(component);
  task.attachment_count = static_cast<std::uint32_t>(task.attachments.size());
  read_alarm(task, component);
  return task;
}

}  // namespace oxb::ical::detail
