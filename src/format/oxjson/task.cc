// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/oxjson/task.h"

#include "format/oxjson/json.h"

#include <boost/json.hpp>

namespace oxb::oxjson {
namespace {

using model::Task, model::TaskParticipant, model::TaskRecurrence;

Result<> read_participant(const json::object& object, TaskParticipant& out) {
  Reader in(object);
  switch (in.integer("type").value_or(1)) {
    case 2:
      out.kind = TaskParticipant::Kind::group;
      break;
    case 3:
      out.kind = TaskParticipant::Kind::resource;
      break;
    case 5:
      out.kind = TaskParticipant::Kind::external;
      break;
    default:
      out.kind = TaskParticipant::Kind::user;
      break;
  }
  const auto confirmation = in.integer("confirmation").value_or(0);
  if (confirmation >= 1 && confirmation <= 3) {
    out.confirmation = static_cast<TaskParticipant::Confirmation>(confirmation);
  }
  out.entity = in.positive_id("id");
  out.name = in.text("display_name");
  out.email = in.text("mail");
  out.message = in.text("confirmmessage");
  return in.check();
}

// The resolved users say what was answered; old releases say it only there.
Result<> read_participants(Reader& in, Task& out) {
  for (const auto& value : in.array("participants")) {
    if (!value.is_object()) return fail(Errc::malformed, "participant");
    OXB_CHECK(read_participant(value.get_object(), out.participants.emplace_back()));
  }
  const auto users = in.array("users");
  for (const auto& value : users) {
    if (!value.is_object()) return fail(Errc::malformed, "user of a task");
    TaskParticipant user;
    OXB_CHECK(read_participant(value.get_object(), user));
    for (auto& participant : out.participants) {
      if (participant.kind != TaskParticipant::Kind::user || participant.entity != user.entity) continue;
      if (participant.confirmation == TaskParticipant::Confirmation::none) participant.confirmation = user.confirmation;
      if (participant.message.empty()) participant.message = user.message;
      if (participant.name.empty()) participant.name = user.name;
    }
  }
  if (!users.empty()) out.raw["users"] = json::serialize(json::array(users.begin(), users.end()));
  return {};
}

void read_recurrence(Reader& in, TaskRecurrence& out) {
  const auto type = in.int32("recurrence_type").value_or(0);
  const auto interval = in.int32("interval"), days = in.int32("days"), day = in.int32("day_in_month");
  const auto month = in.int32("month"), occurrences = in.int32("occurrences");
  const auto until = in.instant("until");
  if (type < 1 || type > 4) return;
  out.type = static_cast<TaskRecurrence::Type>(type);
  out.interval = interval.value_or(1);
  out.days = days.value_or(0);
  out.day_in_month = day.value_or(0);
  out.month = month.value_or(0);
  out.until = until;
  if (occurrences && *occurrences > 0) out.occurrences = occurrences;
}

void write_recurrence(Writer& out, const TaskRecurrence& recurrence, Form form) {
  if (recurrence.type == TaskRecurrence::Type::none) {
    if (form == Form::full) out.number("recurrence_type", 0);
    return;
  }
  out.number("recurrence_type", static_cast<std::int64_t>(recurrence.type)).number("interval", recurrence.interval);
  if (recurrence.days != 0) out.number("days", recurrence.days);
  if (recurrence.day_in_month != 0) out.number("day_in_month", recurrence.day_in_month);
  if (recurrence.type == TaskRecurrence::Type::yearly) out.number("month", recurrence.month);
  out.instant("until", recurrence.until).number("occurrences", recurrence.occurrences);
}

json::object json_of_participant(const TaskParticipant& participant) {
  Writer out;
  out.numeric_id("id", participant.entity);
  constexpr std::array kTypes = {1, 2, 3, 5};
  out.number("type", kTypes[static_cast<std::size_t>(participant.kind)]);
  out.text("display_name", participant.name).text("mail", participant.email);
  if (participant.kind == TaskParticipant::Kind::user) {
    out.number("confirmation", static_cast<std::int64_t>(participant.confirmation));
  }
  return out.text("confirmmessage", participant.message).take();
}

// Decimals are numbers on the wire.
void write_decimal(Writer& out, std::string_view field, const std::string& text) {
  if (text.empty()) return;
  char* end = nullptr;
  const auto number = std::strtod(text.c_str(), &end);
  if (end == text.c_str() + text.size()) out.value(field, number);
}

void write_minutes(Writer& out, std::string_view field, const std::optional<std::int64_t>& minutes) {
  if (minutes) out.text(field, std::to_string(*minutes));
}

void read_stamps(Reader& in, Task& out) {
  out.id = in.id("id");
  out.folder = in.id("folder_id");
  out.uid = in.text("uid");
  out.created = in.instant("creation_date");
  const auto zoned = in.integer("last_modified");
  const auto modified = in.integer("last_modified_utc");
  if (const auto ms = modified ? modified : zoned) {
    out.version = model::Version{std::to_string(*ms)};
    out.modified = from_unix_ms(*ms);
  }
  out.created_by = in.positive_id("created_by");
  out.modified_by = in.positive_id("modified_by");
  out.attachment_count = static_cast<std::uint32_t>(std::max(in.int32("number_of_attachments").value_or(0), 0));
}

}  // namespace

Result<Task> task_of(const json::object& object) {
  Reader in(object);
  Task out;
  read_stamps(in, out);
  out.title = in.text("title");
  out.note = in.text("note");
  out.full_time = in.boolean("full_time").value_or(true);
  const auto start_date = in.instant("start_date"), end_date = in.instant("end_date");
  out.start = in.instant("start_time");
  out.end = in.instant("end_time");
  if (!out.start) out.start = start_date;
  if (!out.end) out.end = end_date;
  out.status = in.int32("status");
  out.percent_completed = in.int32("percent_completed");
  out.priority = in.int32("priority");
  out.date_completed = in.instant("date_completed");
  out.alarm = in.instant("alarm");
  out.target_duration = in.integer("target_duration");
  out.actual_duration = in.integer("actual_duration");
  out.target_costs = in.text("target_costs");
  out.actual_costs = in.text("actual_costs");
  out.currency = in.text("currency");
  out.trip_meter = in.text("trip_meter");
  out.billing_information = in.text("billing_information");
  out.companies = in.text("companies");
  out.categories = in.comma_texts("categories");
  out.secret = in.boolean("private_flag").value_or(false);
  out.color_label = in.int32("color_label");
  out.organizer = in.text("organizer");
  read_recurrence(in, out.recurrence);
  OXB_CHECK(read_participants(in, out));
  if (in.array("confirmations").empty()) in.drop("confirmations");
  OXB_CHECK(in.check());
  if (out.id.value.empty()) return fail(Errc::malformed, "task without id");
  auto raw = in.rest();
  raw.merge(out.raw);
  out.raw = std::move(raw);
  return out;
}

json::object json_of(const Task& task, Form form) {
  Writer out;
  out.numeric_id("folder_id", task.folder).text("uid", task.uid).text("title", task.title).text("note", task.note);
  out.value("full_time", task.full_time).instant("start_time", task.start).instant("end_time", task.end);
  out.number("status", task.status).number("percent_completed", task.percent_completed);
  out.number("priority", task.priority).instant("date_completed", task.date_completed).instant("alarm", task.alarm);
  write_minutes(out, "target_duration", task.target_duration);
  write_minutes(out, "actual_duration", task.actual_duration);
  write_decimal(out, "target_costs", task.target_costs);
  write_decimal(out, "actual_costs", task.actual_costs);
  out.text("currency", task.currency).text("trip_meter", task.trip_meter);
  out.text("billing_information", task.billing_information).text("companies", task.companies);
  out.text("categories", join_commas(task.categories)).number("color_label", task.color_label);
  if (task.secret) out.value("private_flag", true);
  write_recurrence(out, task.recurrence, form);
  json::array participants;
  for (const auto& participant : task.participants) participants.push_back(json_of_participant(participant));
  if (form == Form::full || !participants.empty()) out.value("participants", std::move(participants));
  if (form == Form::writable) return out.take();
  out.numeric_id("id", task.id).instant("creation_date", task.created).instant("last_modified", task.modified);
  out.number("last_modified_utc", integer_of(json::value(task.version.value)));
  out.instant("start_date", task.start).instant("end_date", task.end).text("organizer", task.organizer);
  out.numeric_id("created_by", task.created_by).numeric_id("modified_by", task.modified_by);
  out.number("number_of_attachments", task.attachment_count);
  return out.raw(task.raw).take();
}

Result<model::FileData> attachment_of(const json::object& object) {
  Reader in(object);
  model::FileData out;
  out.id = in.id("id");
  out.name = in.text("filename");
  out.mime_type = in.text("file_mimetype");
  out.size = static_cast<std::uint64_t>(std::max<std::int64_t>(in.integer("file_size").value_or(0), 0));
  out.created = in.instant("creation_date");
  OXB_CHECK(in.check());
  if (out.id.value.empty()) return fail(Errc::malformed, "attachment without id");
  return out;
}

}  // namespace oxb::oxjson
