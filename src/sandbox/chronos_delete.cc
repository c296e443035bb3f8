// SPDX-License-Identifier: GPL-3.0-or-later
// Module `chronos`: delete. Entry by entry; one that fails reports its error and leaves the others alone.
#include "sandbox/chronos_write.h"

namespace oxb::sandbox {
namespace {

Ox<> check_delete(const Call& call, const CalendarFolder& folder, const Event& event) {
  if (folder.rights.remove < (event.created_by == call.user ? 1 : 2)) return ox_fail("CAL-4032", folder.name());
  return {};
}

// An attendee who deletes declines and no longer sees the event. Its organizer's folder then names the id among the
// deleted ones, although the event lives there: so does the real server.
void hide_from(Call& call, Event& event, std::int64_t user, std::int64_t stamp) {
  auto* attendee = attendee_of(event, user);
  if (!attendee) return;
  const auto folder = as_number(*attendee, "folder").value_or(0);
  const Event before = event;
  (*attendee)["partStat"] = "DECLINED";
  (*attendee)["hidden"] = true;
  mark_changed(call, event, stamp);
  store_event(call, event);
  bury_event(call, before, user, folder, stamp);
  if (event.calendar_user != 0 && event.calendar_user != user) {
    bury_event(call, before, event.calendar_user, folder_for(event, event.calendar_user), stamp);
  }
  call.db.run("DELETE FROM alarm WHERE context = ? AND event = ? AND user = ?", call.context, event.id, user);
}

void show_deleted(const Call& call, const CalendarFolder& folder, const Event& event, Outcome& out) {
  if (folder_for(event, folder.viewer(call)) != 0) out.deleted.push_back(event_object(call, folder, event));
}

Event with_deleted_date(Call& call, Event master, std::int64_t local, std::int64_t stamp) {
  auto dates = deleted_dates(master);
  dates.push_back(local);
  set_deleted_dates(master, std::move(dates));
  raise_sequence(master);
  mark_changed(call, master, stamp);
  store_event(call, master);
  return master;
}

Ox<> delete_rest(Call& call, const CalendarFolder& folder, Event master, const std::string& recurrence, Outcome& out) {
  const auto start = master.start();
  const auto local = parse_recurrence(recurrence, start);
  const auto rule = Recurrence::parse(master.rule(), start);
  if (!local || !rule || !rule->contains(*local)) return ox_fail("CAL-4061", recurrence, master.rule());
  if (!acts_as_organizer(call, folder, master)) return organizer_only(folder, master, call);
  out.stamp = call.stamp();
  for (const auto& exception : exceptions_of(call.db, call.context, master.id)) {
    const auto at = parse_recurrence(exception.recurrence, start);
    if (!at || *at < *local) continue;
    show_deleted(call, folder, exception, out);
    bury_everywhere(call, exception, out.stamp);
    remove_event(call, exception);
  }
  master.data["rrule"] = rule_until(master.rule(), until_before(start, *local));
  auto dates = deleted_dates(master);
  std::erase_if(dates, [&](std::int64_t date) { return date >= *local; });
  set_deleted_dates(master, std::move(dates));
  raise_sequence(master);
  mark_changed(call, master, out.stamp);
  store_event(call, master);
  out.updated.push_back(event_object(call, folder, master));
  return {};
}

Ox<> delete_occurrence(Call& call, const CalendarFolder& folder, const Event& master, const std::string& recurrence,
                       Outcome& out) {
  const auto start = master.start();
  const auto local = parse_recurrence(recurrence, start);
  const auto rule = Recurrence::parse(master.rule(), start);
  const auto gone = deleted_dates(master);
  const bool known =
      local && rule && rule->contains(*local) && std::find(gone.begin(), gone.end(), *local) == gone.end();
  // An exception is deleted by its own id only.
  if (!known || find_exception(call.db, call.context, master, *local))
    return ox_fail("CAL-4061", recurrence, master.rule());
  if (acts_as_organizer(call, folder, master)) {
    out.stamp = call.stamp();
    out.updated.push_back(event_object(call, folder, with_deleted_date(call, master, *local, out.stamp)));
    return {};
  }
  bool created = false;
  OXB_TRY(auto exception, ensure_exception(call, master, recurrence, created));
  out.stamp = call.stamp();
  exception.data["created"] = out.stamp;
  hide_from(call, exception, folder.viewer(call), out.stamp);
  Event touched = master;
  mark_changed(call, touched, out.stamp);
  store_event(call, touched);
  out.updated.push_back(event_object(call, folder, touched));
  return {};
}

Ox<> delete_exception(Call& call, const CalendarFolder& folder, Event exception, Outcome& out) {
  auto master = find_event(call.db, call.context, exception.series);
  out.stamp = call.stamp();
  show_deleted(call, folder, exception, out);
  const auto viewer = folder.viewer(call);
  const auto local = master ? parse_recurrence(exception.recurrence, master->start()) : std::nullopt;
  if (!acts_as_organizer(call, folder, exception)) {
    hide_from(call, exception, viewer, out.stamp);
    if (master) {
      mark_changed(call, *master, out.stamp);
      store_event(call, *master);
    }
  } else {
    bury_everywhere(call, exception, out.stamp);
    remove_event(call, exception);
    if (master && local) master = with_deleted_date(call, std::move(*master), *local, out.stamp);
  }
  if (master && folder_for(*master, viewer) != 0) out.updated.push_back(event_object(call, folder, *master));
  return {};
}

Ox<> delete_whole(Call& call, const CalendarFolder& folder, Event event, Outcome& out) {
  out.stamp = call.stamp();
  auto all = event.is_master() ? exceptions_of(call.db, call.context, event.id) : std::vector<Event>();
  all.push_back(std::move(event));
  const bool everywhere = acts_as_organizer(call, folder, all.back());
  for (const auto& one : all) show_deleted(call, folder, one, out);
  for (auto& one : all) {
    if (everywhere) {
      bury_everywhere(call, one, out.stamp);
      remove_event(call, one);
    } else {
      hide_from(call, one, folder.viewer(call), out.stamp);
    }
  }
  if (everywhere) count_scheduling(call, all.back(), "cancel");
  return {};
}

Ox<Outcome> delete_one(Call& call, const json::object& entry, std::int64_t sent) {
  OXB_TRY(const auto folder, calendar_folder(call, as_id(entry, "folder")));
  if (folder.birthdays) return ox_fail("CAL-4228", "Birthday Calendar");
  OXB_TRY(auto event, event_in_folder(call, folder, as_id(entry, "id")));
  OXB_CHECK(check_fresh(event, sent));
  OXB_CHECK(check_delete(call, folder, event));
  Outcome out;
  const auto recurrence = as_id(entry, "recurrenceId");
  if (!recurrence.empty() && event.is_master()) {
    if (as_string(entry, "recurrenceRange") == "THISANDFUTURE") {
      OXB_CHECK(delete_rest(call, folder, std::move(event), recurrence, out));
    } else {
      OXB_CHECK(delete_occurrence(call, folder, event, recurrence, out));
    }
  } else if (event.is_exception()) {
    OXB_CHECK(delete_exception(call, folder, std::move(event), out));
  } else {
    OXB_CHECK(delete_whole(call, folder, std::move(event), out));
  }
  return out;
}

}  // namespace

Ox<Answer> delete_events(Call& call) {
  OXB_TRY(const auto sent, call.need_number("timestamp"));
  OXB_TRY(auto body, call.body());
  if (body.is_object()) {
    const auto* wrapped = body.get_object().if_contains("events");
    if (!wrapped) return ox_fail("SVL-0009", "events");
    body = json::value(*wrapped);
  }
  if (!body.is_array()) return wrong_type("String", "JSONArray");
  json::array out;
  std::int64_t newest = 0;
  for (const auto& value : body.get_array()) {
    if (!value.is_object()) return wrong_type("String", "JSONObject");
    const auto& entry = value.get_object();
    json::object answer{{"folderId", as_id(entry, "folder")}, {"id", as_id(entry, "id")}};
    if (entry.contains("recurrenceId")) answer["recurrenceId"] = entry.at("recurrenceId");
    call.db.run("SAVEPOINT entry");
    auto done = delete_one(call, entry, sent);
    if (!done) {
      call.db.run("ROLLBACK TO entry");
      answer["timestamp"] = 0;
      json::object error;
      done.error().write(error);
      answer["error"] = std::move(error);
    } else {
      answer["timestamp"] = done->stamp;
      newest = std::max(newest, done->stamp);
      for (auto& [key, list] : std::move(*done).object()) answer[key] = std::move(list);
    }
    call.db.run("RELEASE entry");
    out.push_back(std::move(answer));
  }
  return Answer(std::move(out), newest);
}

}  // namespace oxb::sandbox
