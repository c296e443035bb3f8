// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/task.h"

#include "base/text.h"
#include "convert/pim_common.h"
#include "convert/recurrence_series.h"
#include "convert/timezone.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"

#include <algorithm>

namespace oxb::convert {
namespace {

namespace tag = mapi::tag;
namespace lid = mapi::lid;
using model::Task;
using std::chrono::days;

constexpr std::int32_t kDone = 3;  // of the backend

mapi::PropertyName own_name(std::string_view field) {
  return {mapi::set::kPublicStrings, "urn:oxbridge:task:" + std::string(field)};
}

// The day of a task's date: full-time tasks are at midnight UTC, timed ones somewhere in the day of the user's zone.
model::Date day_of(const Task& task, Instant instant, const TimeZone& zone) {
  const auto& used = task.full_time ? *TimeZone::utc() : zone;
  return date_of(std::chrono::floor<days>(used.to_local(instant)));
}

// The local midnight as if it were UTC, for the properties that are "in the user's local time zone".
mapi::FileTime floating(model::Date date) {
  return mapi::file_time(TimeZone::utc()->to_utc(LocalTime(local_day(date))));
}
mapi::FileTime midnight(model::Date date, const TimeZone& zone) {
  return mapi::file_time(zone.to_utc(LocalTime(local_day(date))));
}

void set_dates(mapi::Content& content, const Task& task, const TimeZone& zone) {
  std::optional<model::Date> start, due;
  if (task.start) start = day_of(task, *task.start, zone);
  if (task.end) due = day_of(task, *task.end, zone);
  if (start && (!due || *due < *start)) due = start;  // a start needs a due date that is not before it
  if (start) {
    put(content, lid::kTaskStartDate, floating(*start));
    put(content, lid::kCommonStart, midnight(*start, zone));
  }
  if (due) {
    put(content, lid::kTaskDueDate, floating(*due));
    put(content, lid::kCommonEnd, midnight(*due, zone));
  }
  if (!task.full_time) {  // the times of day, which Outlook's tasks do not have
    if (task.start) put(content, own_name("start_time"), mapi::file_time(*task.start));
    if (task.end) put(content, own_name("end_time"), mapi::file_time(*task.end));
  }
}

void set_progress(mapi::Content& content, const Task& task, const TimeZone& zone) {
  const auto status = task.status.value_or(1);
  const bool done = status == kDone;
  put(content, lid::kTaskStatus, std::clamp(status, 1, 5) - 1);
  const auto percent = std::clamp(task.percent_completed.value_or(done ? 100 : 0), 0, 100);
  put(content, lid::kPercentComplete, static_cast<double>(percent) / 100.0);
  put(content, lid::kTaskComplete, done);
  if (done) {
    const auto when = task.date_completed ? task.date_completed : task.modified;
    if (when)
      put(content, lid::kTaskDateCompleted, midnight(date_of(std::chrono::floor<days>(zone.to_local(*when))), zone));
  }
  if (task.actual_duration) {
    put(content, lid::kTaskActualEffort,
        static_cast<std::int32_t>(std::clamp<std::int64_t>(*task.actual_duration, 0, 0x5AE980DE)));
  }
  if (task.target_duration) {
    put(content, lid::kTaskEstimatedEffort,
        static_cast<std::int32_t>(std::clamp<std::int64_t>(*task.target_duration, 0, 0x5AE980DE)));
  }
}

// Nobody but Outlook itself assigns tasks here: participants of the backend see one and the same task.
void set_ownership(mapi::Content& content, const Task& task, const PimContext& context) {
  put(content, lid::kTaskOwner, context.owner_name);
  put(content, lid::kTaskLastUser, context.owner_name);
  put(content, lid::kTaskAssigner, std::string());
  put(content, lid::kTaskLastDelegate, std::string());
  put(content, lid::kTaskRole, std::string());
  put(content, lid::kTaskOwnership, std::int32_t{0});
  put(content, lid::kTaskAcceptanceState, std::int32_t{0});
  put(content, lid::kTaskState, std::int32_t{1});
  put(content, lid::kTaskHistory, std::int32_t{0});
  put(content, lid::kTaskVersion, std::int32_t{1});
  put(content, lid::kTaskMultipleRecipients, std::int32_t{0});
  put(content, lid::kTaskMode, std::int32_t{0});
  put(content, lid::kTaskOrdinal, std::int32_t{0x7FFF'FFFF});
  for (const auto& flag :
       {lid::kTeamTask, lid::kTaskAccepted, lid::kTaskNoCompute, lid::kTaskFFixOffline, lid::kTaskUpdates,
        lid::kTaskStatusOnComplete, lid::kTaskResetReminder, lid::kTaskDeadOccurrence}) {
    put(content, flag, false);
  }
  put(content, lid::kTaskFCreator, true);
  if (task.modified) put(content, lid::kTaskLastUpdate, mapi::file_time(*task.modified));
  std::vector<std::string> names;
  for (const auto& participant : task.participants) {
    model::Attendee attendee;
    attendee.entity = participant.entity;
    attendee.name = participant.name;
    attendee.email = participant.email;
    attendee.kind = participant.kind == model::TaskParticipant::Kind::group ? model::Attendee::Kind::group
                                                                            : model::Attendee::Kind::individual;
    auto person = person_of(attendee, context);
    auto name = person.name.empty() ? std::move(person.email) : std::move(person.name);
    if (!name.empty()) names.push_back(std::move(name));
  }
  if (!names.empty()) put(content, lid::kContacts, std::move(names));
}

void set_reminder(mapi::Content& content, const Task& task, const PimContext& context) {
  // Reminders that nobody dismissed for a month are not worth a window.
  const bool rings = task.alarm && task.status.value_or(1) != kDone && *task.alarm > context.now - days(30);
  put(content, lid::kReminderSet, rings);
  put(content, lid::kReminderDelta, std::int32_t{0});
  if (!task.alarm) return;
  put(content, lid::kReminderTime, mapi::file_time(*task.alarm));
  put(content, lid::kReminderSignalTime, mapi::file_time(*task.alarm));
}

Result<> set_recurrence(mapi::Content& content, const Task& task, const TimeZone& zone, const PimContext& context) {
  // A finished occurrence keeps its rule on the backend, which has already made the next task of it.
  const bool recurs = task.recurrence.type != model::TaskRecurrence::Type::none && task.status.value_or(1) != kDone;
  const auto first = task.start ? task.start : task.end ? task.end : task.created;
  put(content, lid::kTaskFRecurring, recurs && first.has_value());
  put(content, lid::kRecurring, recurs && first.has_value());
  content.properties.set(tag::kIconIndex, std::int32_t{recurs && first ? 0x501 : 0x500});
  if (!recurs || !first) return {};
  OXB_TRY(const auto pattern, pattern_from_task(task.recurrence, day_of(task, *first, zone)));
  OXB_TRY(auto blob, mapi::encode(pattern));
  put(content, lid::kTaskRecurrence, std::move(blob));
  put(content, lid::kRecurrencePattern, recurrence_in_words(pattern, context.locale));
  return {};
}

void set_extras(mapi::Content& content, const Task& task) {
  const auto text = [&](const mapi::PropertyName& name, const std::string& value) {
    if (!value.empty()) put(content, name, value);
  };
  text(lid::kBilling, task.billing_information);
  text(lid::kMileage, task.trip_meter);
  if (!task.companies.empty()) put(content, lid::kCompanies, std::vector<std::string>{task.companies});
  text(own_name("target_costs"), task.target_costs);
  text(own_name("actual_costs"), task.actual_costs);
  text(own_name("currency"), task.currency);
  text(own_name("uid"), task.uid);
  if (task.color_label) put(content, own_name("color_label"), *task.color_label);
}

}  // namespace

Result<mapi::Content> task_from_item(const Task& task, const PimContext& context) {
  OXB_TRY(const auto zone, find_zone(context.default_zone.empty() ? "Etc/UTC" : context.default_zone));
  mapi::Content content;
  auto& p = content.properties;
  p.set(tag::kMessageClass, std::string("IPM.Task"));
  put(content, lid::kSideEffects, std::int32_t{0x110});
  set_subject(content, task.title);
  set_body(content, task.note);
  set_categories(content, task.categories);
  set_privacy(content, task.secret ? Privacy::private_item : Privacy::open);
  set_times(content, task.created, task.modified);
  const auto priority = task.priority.value_or(2);
  p.set(tag::kImportance, std::clamp(priority, 1, 3) - 1);
  p.set(tag::kPriority, std::clamp(priority, 1, 3) - 2);
  set_dates(content, task, *zone);
  set_progress(content, task, *zone);
  set_ownership(content, task, context);
  set_reminder(content, task, context);
  set_extras(content, task);
  OXB_CHECK(set_recurrence(content, task, *zone, context));
  set_sender(content, owner_of(context), owner_of(context));
  for (const auto& file : task.attachments) content.attachments.push_back(file_attachment(file));
  set_flags(content);
  return content;
}

}  // namespace oxb::convert
