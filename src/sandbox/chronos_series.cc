// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/chronos_series.h"

#include "base/guid.h"
#include "sandbox/principals.h"

#include <boost/json/serialize.hpp>

namespace oxb::sandbox {
namespace {

constexpr const char* kSpreading[] = {"summary",    "location", "description", "class", "transp",
                                      "categories", "color",    "url",         "geo",   "status"};

json::value member(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value ? *value : json::value();
}

// Copies what the master changed where the exception still had the master's old value.
bool take_over(const Event& before, const Event& after, const json::object& changes, Event& exception) {
  bool changed = false;
  for (const auto* field : kSpreading) {
    if (!changes.contains(field) || member(exception.data, field) != member(before.data, field)) continue;
    const auto value = member(after.data, field);
    if (value.is_null()) {
      exception.data.erase(field);
    } else {
      exception.data[field] = value;
    }
    changed = true;
  }
  if (changes.contains("attendees")) {
    exception.data["attendees"] = after.attendees();
    changed = true;
  }
  return changed;
}

// The answer lists a re-mapped exception as deleted (its old form) and created (its new one).
void remap(Call& call, const CalendarFolder& folder, const Event& before, const Event& after, Event exception,
           const json::object& changes, Outcome& out) {
  const auto delta = after.start().local - before.start().local;
  const auto old_local = parse_recurrence(exception.recurrence, before.start());
  const auto rule = Recurrence::parse(after.rule(), after.start());
  const bool seen = folder_for(exception, folder.viewer(call)) != 0;
  if (seen) out.deleted.push_back(event_object(call, folder, exception));
  if (!old_local || !rule || !rule->contains(*old_local + delta)) {
    bury_everywhere(call, exception, out.stamp);
    remove_event(call, exception);
    return;
  }
  exception.recurrence = recurrence_text(after.start(), *old_local + delta);
  const auto start = exception.start();
  const auto end = exception.end();
  const bool same_kind = start.kind == after.start().kind;
  const auto base = same_kind ? start : after.start();
  const auto new_start = base.with_local(start.local + delta);
  const bool had_own_length = exception.length() != before.length();
  const auto length = had_own_length ? exception.length() : after.length();
  exception.data["startDate"] = moment_value(new_start);
  exception.data["endDate"] = moment_value((same_kind ? end : after.end()).with_local(new_start.local + length));
  take_over(before, after, changes, exception);
  raise_sequence(exception);
  mark_changed(call, exception, out.stamp);
  store_event(call, exception);
  if (seen) out.created.push_back(event_object(call, folder, exception));
}

}  // namespace

Ox<> follow_master(Call& call, const CalendarFolder& folder, const Event& before, Event& after,
                   const json::object& changes, Outcome& out) {
  auto exceptions = exceptions_of(call.db, call.context, before.id);
  if (!after.is_master()) {  // no series any more
    for (const auto& exception : exceptions) {
      if (folder_for(exception, folder.viewer(call)) != 0) out.deleted.push_back(event_object(call, folder, exception));
      bury_everywhere(call, exception, out.stamp);
      remove_event(call, exception);
    }
    return {};
  }
  const bool rescheduled =
      before.rule() != after.rule() || changes.contains("startDate") || changes.contains("endDate");
  if (rescheduled && !changes.contains("deleteExceptionDates")) {
    const auto delta = after.start().local - before.start().local;
    const auto rule = Recurrence::parse(after.rule(), after.start());
    std::vector<std::int64_t> kept;
    for (const auto local : deleted_dates(before)) {
      if (rule && rule->contains(local + delta)) kept.push_back(local + delta);
    }
    set_deleted_dates(after, std::move(kept));
    store_event(call, after);
  }
  for (auto& exception : exceptions) {
    if (rescheduled) {
      remap(call, folder, before, after, std::move(exception), changes, out);
    } else if (take_over(before, after, changes, exception)) {
      mark_changed(call, exception, out.stamp);
      store_event(call, exception);
      if (folder_for(exception, folder.viewer(call)) != 0) out.updated.push_back(event_object(call, folder, exception));
    }
  }
  return {};
}

Ox<Event> ensure_exception(Call& call, const Event& master, std::string_view recurrence, bool& created) {
  const auto start = master.start();
  const auto local = parse_recurrence(recurrence, start);
  const auto rule = Recurrence::parse(master.rule(), start);
  const auto gone = deleted_dates(master);
  if (!local || !rule || !rule->contains(*local) || std::find(gone.begin(), gone.end(), *local) != gone.end()) {
    return ox_fail("CAL-4061", recurrence, master.rule());
  }
  if (auto known = find_exception(call.db, call.context, master, *local)) return std::move(*known);
  created = true;
  Event exception = master;
  exception.id = call.sandbox_id("event");
  exception.recurrence = recurrence_text(start, *local);
  exception.data.erase("rrule");
  exception.data.erase("deleteExceptionDates");
  exception.data["startDate"] = moment_value(start.with_local(*local));
  exception.data["endDate"] = moment_value(master.end().with_local(*local + master.length()));
  struct Alarm {
    std::int64_t user;
    std::string data;
  };
  std::vector<Alarm> alarms;
  auto q = call.db.query("SELECT user, data FROM alarm WHERE context = ? AND event = ?", call.context, master.id);
  while (q.next()) alarms.push_back({q.integer(0), q.text(1)});
  for (const auto& alarm : alarms) {
    call.db.run("INSERT INTO alarm (context, id, event, user, data) VALUES (?, ?, ?, ?, ?)", call.context,
                call.sandbox_id("alarm"), exception.id, alarm.user, alarm.data);
  }
  return exception;
}

Ox<Split> split_series(Call& call, const CalendarFolder& folder, const Event& master, const std::string& recurrence) {
  const auto start = master.start();
  const auto local = parse_recurrence(recurrence, start);
  const auto rule = Recurrence::parse(master.rule(), start);
  if (!local || !rule || !rule->contains(*local)) return ox_fail("CAL-4061", recurrence, master.rule());
  if (*local <= start.local) return ox_fail("CAL-4063", std::to_string(master.id), recurrence);
  Split split;
  auto& out = split.outcome;
  out.stamp = call.stamp();
  auto& past = split.past;
  auto& future = split.future;
  past = future = master;
  past.id = past.series = call.sandbox_id("event");
  past.data["uid"] = to_text(random_guid());
  past.data["rrule"] = rule_until(master.rule(), until_before(start, *local));
  past.data["created"] = out.stamp;
  const auto before = rule->starts(*local - 1).size();
  if (const auto count = count_of(master.rule())) {
    future.data["rrule"] = rule_count(master.rule(), *count - static_cast<std::int64_t>(before));
  }
  future.data["startDate"] = moment_value(start.with_local(*local));
  future.data["endDate"] = moment_value(master.end().with_local(*local + master.length()));
  const auto link = [](Event& event, const std::string& uid) {
    auto& properties = event.data["extendedProperties"];
    if (!properties.is_object()) properties = json::object();
    properties.get_object()["X-OX-SPLIT-FROM"] = json::object{{"value", uid}};
  };
  link(past, future.uid());
  link(future, past.uid());
  std::vector<std::int64_t> early;
  std::vector<std::int64_t> late;
  for (const auto date : deleted_dates(master)) (date < *local ? early : late).push_back(date);
  set_deleted_dates(past, early);
  set_deleted_dates(future, late);
  mark_changed(call, past, out.stamp);
  mark_changed(call, future, out.stamp);
  store_event(call, past);
  store_event(call, future);
  for (auto& exception : exceptions_of(call.db, call.context, master.id)) {
    const auto at = parse_recurrence(exception.recurrence, start);
    if (!at || *at >= *local) continue;
    exception.series = past.id;
    exception.data["uid"] = past.uid();
    mark_changed(call, exception, out.stamp);
    store_event(call, exception);
    if (folder_for(exception, folder.viewer(call)) != 0) out.updated.push_back(event_object(call, folder, exception));
  }
  return split;
}

void spread_answer(Call& call, const Event& master, std::int64_t user, const std::string& before,
                   const std::string& after, std::int64_t stamp) {
  for (auto& exception : exceptions_of(call.db, call.context, master.id)) {
    auto* attendee = attendee_of(exception, user);
    if (!attendee || as_string(*attendee, "partStat") != before || before == after) continue;
    (*attendee)["partStat"] = after;
    mark_changed(call, exception, stamp);
    store_event(call, exception);
  }
}

void move_stored(Call& call, const CalendarFolder& source, const CalendarFolder& target, Event& event,
                 std::int64_t stamp) {
  const auto from = source.folder.owner();
  const auto to = target.folder.owner();
  bury_event(call, event, from == 0 ? 0 : from, source.folder.id, stamp);
  if (from == to && from != 0) {
    if (auto* attendee = attendee_of(event, from)) (*attendee)["folder"] = target.folder.id;
  } else {
    const auto owner = to == 0 ? call.user : to;
    if (from != 0 && to != 0) {  // the only attendee is replaced by the new owner
      event.data["attendees"] =
          json::array{json::object{{"entity", to}, {"cuType", "INDIVIDUAL"}, {"partStat", "ACCEPTED"}}};
    }
    event.folder = to == 0 ? target.folder.id : 0;
    event.calendar_user = to;
    event.data["organizer"] = json::object{{"entity", owner}};
    for (auto& value : event.attendees()) {
      auto& attendee = value.as_object();
      const auto entity = as_number(attendee, "entity").value_or(0);
      if (as_string(attendee, "cuType") != "INDIVIDUAL" || entity == 0) continue;
      if (to == 0) {
        attendee.erase("folder");
      } else {
        attendee["folder"] =
            entity == to ? target.folder.id : default_folder(call.db, call.context, entity, "calendar");
      }
    }
  }
  event.modified = stamp;
  event.data["lastModified"] = stamp;
  event.data["dtstamp"] = stamp;
  event.data["modifiedBy"] = call.user;
  store_event(call, event);
}

}  // namespace oxb::sandbox
