// SPDX-License-Identifier: GPL-3.0-or-later
// Module `chronos`: new, update, updateAttendee, move, changeOrganizer.
#include "sandbox/chronos_write.h"

#include "base/guid.h"
#include "base/text.h"
#include "sandbox/chronos_series.h"
#include "sandbox/principals.h"

namespace oxb::sandbox {
namespace {

constexpr const char* kServerMembers[] = {"id",
                                          "folder",
                                          "seriesId",
                                          "recurrenceId",
                                          "timestamp",
                                          "created",
                                          "lastModified",
                                          "dtstamp",
                                          "createdBy",
                                          "modifiedBy",
                                          "calendarUser",
                                          "flags",
                                          "changeExceptionDates",
                                          "sequence",
                                          "organizer"};

Ox<json::object> event_body(const Call& call) {
  OXB_TRY(auto body, call.body_object());
  const auto* wrapped = body.if_contains("event");
  if (!wrapped) return body;
  if (!wrapped->is_object()) return wrong_type("String", "JSONObject");
  return wrapped->get_object();
}

// Only what differs from what the caller sees is a change.
json::object changes_of(const Call& call, const CalendarFolder& folder, const Event& event, const json::object& body) {
  const auto view = event_object(call, folder, event);
  json::object out;
  for (const auto& [key, value] : body) {
    if (std::find(std::begin(kServerMembers), std::end(kServerMembers), std::string_view(key)) !=
        std::end(kServerMembers))
      continue;
    const auto* now = view.if_contains(key);
    if (now ? *now == value : value.is_null()) continue;
    out[key] = value;
  }
  return out;
}

Ox<> check_uid(const Call& call, const CalendarFolder& folder, const std::string& uid) {
  if (uid.empty()) return {};
  const auto viewer = folder.viewer(call);
  auto q = call.db.query("SELECT id FROM event WHERE context = ? AND uid = ? ORDER BY id", call.context, uid);
  while (q.next()) {
    const auto known = find_event(call.db, call.context, q.integer(0));
    if (!known) continue;
    const auto where = folder_for(*known, viewer);
    if (where != 0 && known->folder == folder.folder.id * (known->folder != 0 ? 1 : 0)) {
      return ox_fail("CAL-4090", uid, calendar_name(where), std::to_string(known->id));
    }
  }
  return {};
}

void set_organizer(const CalendarFolder& folder, const Call& call, Event& event, const json::object& body) {
  const auto* sent = body.if_contains("organizer");
  const auto viewer = folder.viewer(call);
  if (sent && sent->is_object() && !sent->get_object().contains("entity")) {
    const auto uri = as_string(sent->get_object(), "uri");
    const bool internal =
        ascii_lower(uri).starts_with("mailto:") &&
        call.db.integer("SELECT 1 FROM address WHERE address = ? AND context = ?", uri.substr(7), call.context);
    if (!uri.empty() && !internal) {
      event.data["organizer"] = *sent;
      return;
    }
  }
  event.data["organizer"] = json::object{{"entity", viewer}};
}

// Users who were taken off the list keep a tombstone.
void bury_removed(Call& call, const Event& before, const Event& after, std::int64_t stamp) {
  for (const auto& value : before.attendees()) {
    const auto& attendee = value.as_object();
    const auto entity = as_number(attendee, "entity").value_or(0);
    const auto folder = as_number(attendee, "folder").value_or(0);
    if (entity == 0 || folder == 0 || is_hidden(attendee) || attendee_of(after, entity)) continue;
    bury_event(call, before, entity, folder, stamp);
    call.db.run("DELETE FROM alarm WHERE context = ? AND event = ? AND user = ?", call.context, after.id, entity);
  }
}

// Others have to answer again when the event begins earlier, ends later or recurs otherwise.
void reset_answers(const Event& before, Event& after, std::int64_t viewer) {
  const bool earlier = after.start().utc(Zone()) < before.start().utc(Zone());
  const bool later = after.end().utc(Zone()) > before.end().utc(Zone());
  if (!earlier && !later && after.rule() == before.rule()) return;
  for (auto& value : after.attendees()) {
    auto& attendee = value.as_object();
    if (as_number(attendee, "entity") == viewer || as_string(attendee, "cuType") != "INDIVIDUAL") continue;
    if (attendee.contains("partStat")) attendee["partStat"] = "NEEDS-ACTION";
  }
}

Ox<> apply_changes(Call& call, const CalendarFolder& folder, Event& event, const json::object& changes,
                   std::int64_t stamp) {
  const Event before = event;
  const auto viewer = folder.viewer(call);
  OXB_CHECK(apply_event(call, folder, event, changes, Writing::change));
  if (const auto* sent = changes.if_contains("attendees")) {
    OXB_CHECK(set_attendees(call, folder, event, sent));
    bury_removed(call, before, event, stamp);
  }
  if (const auto* alarms = changes.if_contains("alarms"); alarms && viewer == call.user) {
    OXB_CHECK(set_alarms(call, event.id, viewer, *alarms));
  }
  if (const auto* attachments = changes.if_contains("attachments"))
    OXB_CHECK(set_attachments(call, event, *attachments));
  if (changes.contains("startDate") || changes.contains("endDate") || changes.contains("rrule")) {
    reset_answers(before, event, viewer);
  }
  if (raises_sequence(changes)) raise_sequence(event);
  mark_changed(call, event, stamp);
  return {};
}

// What an attendee may change: his alarms and how the time counts for him.
Ox<> apply_attendee_changes(Call& call, const CalendarFolder& folder, Event& event, const json::object& changes,
                            std::int64_t stamp) {
  const auto viewer = folder.viewer(call);
  for (const auto& [key, value] : changes) {
    if (key != "alarms" && key != "transp") return organizer_only(folder, event, call);
  }
  if (const auto* alarms = changes.if_contains("alarms"); alarms && viewer == call.user) {
    OXB_CHECK(set_alarms(call, event.id, viewer, *alarms));
  }
  if (auto* attendee = attendee_of(event, viewer); attendee && changes.contains("transp"))
    (*attendee)["transp"] = changes.at("transp");
  mark_changed(call, event, stamp);
  return {};
}

Ox<> change_event(Call& call, const CalendarFolder& folder, Event& event, const json::object& changes,
                  std::int64_t stamp) {
  if (!acts_as_organizer(call, folder, event)) return apply_attendee_changes(call, folder, event, changes, stamp);
  return apply_changes(call, folder, event, changes, stamp);
}

void touch_master(Call& call, const CalendarFolder& folder, std::int64_t series, std::int64_t stamp, Outcome& out) {
  auto master = find_event(call.db, call.context, series);
  if (!master) return;
  mark_changed(call, *master, stamp);
  store_event(call, *master);
  if (folder_for(*master, folder.viewer(call)) != 0) out.updated.push_back(event_object(call, folder, *master));
}

Ox<Answer> update_occurrence(Call& call, const CalendarFolder& folder, const Event& master, const json::object& body) {
  OXB_TRY(const auto recurrence, call.need("recurrenceId"));
  bool created = false;
  OXB_TRY(auto exception, ensure_exception(call, master, recurrence, created));
  const auto changes = changes_of(call, folder, exception, body);
  Outcome out;
  out.stamp = call.stamp();
  if (created) exception.data["created"] = out.stamp;
  OXB_CHECK(change_event(call, folder, exception, changes, out.stamp));
  OXB_TRY(auto conflict, conflicts_of(call, exception));
  if (conflict) return std::move(*conflict);
  store_event(call, exception);
  touch_master(call, folder, master.id, out.stamp, out);
  (created ? out.created : out.updated).push_back(event_object(call, folder, exception));
  count_scheduling(call, exception, "update");
  return std::move(out).answer();
}

Ox<Answer> update_whole(Call& call, const CalendarFolder& folder, Event event, const json::object& body) {
  const auto changes = changes_of(call, folder, event, body);
  const Event before = event;
  Outcome out;
  out.stamp = call.stamp();
  OXB_CHECK(change_event(call, folder, event, changes, out.stamp));
  if (event.is_exception()) {
    event.data.erase("rrule");
  } else {
    event.series = event.rule().empty() ? 0 : event.id;
  }
  OXB_TRY(auto conflict, conflicts_of(call, event));
  if (conflict) return std::move(*conflict);
  store_event(call, event);
  if (before.is_master()) OXB_CHECK(follow_master(call, folder, before, event, changes, out));
  if (event.is_exception()) touch_master(call, folder, event.series, out.stamp, out);
  out.updated.push_back(event_object(call, folder, event));
  if (raises_sequence(changes)) count_scheduling(call, event, "update");
  return std::move(out).answer();
}

std::int64_t folder_of_view(const CalendarFolder& folder) { return folder.folder.is_public() ? folder.folder.id : 0; }

}  // namespace

bool acts_as_organizer(const Call& call, const CalendarFolder& folder, const Event& event) {
  const auto* organizer = event.data.if_contains("organizer");
  if (!organizer || !organizer->is_object() || call.importing) return true;
  if (event.attendees().size() <= 1 && organizer->get_object().contains("entity")) return true;
  if (as_string(event.data, "attendeePrivileges") == "MODIFY") return true;
  return as_number(organizer->get_object(), "entity").value_or(0) == folder.viewer(call);
}

tl::unexpected<OxError> organizer_only(const CalendarFolder& folder, const Event& event, const Call& call) {
  json::object who;
  if (const auto* organizer = event.data.if_contains("organizer"); organizer && organizer->is_object()) {
    const auto entity = as_number(organizer->get_object(), "entity").value_or(0);
    who = entity > 0 ? calendar_user(call, entity).as_object() : organizer->get_object();
  }
  return ox_fail("CAL-4038", folder.name(), std::to_string(event.id), as_string(who, "uri"), as_string(who, "cn"));
}

Ox<> check_fresh(const Event& event, std::int64_t sent) {
  if (event.modified > sent) return ox_fail("CAL-4120", std::to_string(event.id), sent, event.modified);
  return {};
}

Ox<> check_write(const Call& call, const CalendarFolder& folder, const Event& event) {
  if (folder.rights.write < (event.created_by == call.user ? 1 : 2)) return ox_fail("CAL-4031", folder.name());
  return {};
}

Ox<Answer> new_event(Call& call) {
  OXB_TRY(const auto name, call.need("folder"));
  OXB_TRY(const auto body, event_body(call));
  OXB_TRY(const auto folder, calendar_folder(call, name));
  if (folder.birthdays) return ox_fail("CAL-4228", "Birthday Calendar");
  if (!folder.rights.creates()) return ox_fail("CAL-4030", name);
  Event event;
  event.folder = folder_of_view(folder);
  event.calendar_user = folder.folder.owner();
  event.created_by = call.user;
  OXB_CHECK(apply_event(call, folder, event, body, Writing::create));
  OXB_CHECK(check_uid(call, folder, event.uid()));
  if (event.uid().empty()) event.data["uid"] = to_text(random_guid());
  set_organizer(folder, call, event, body);
  OXB_CHECK(set_attendees(call, folder, event, body.if_contains("attendees")));
  OXB_TRY(auto conflict, conflicts_of(call, event));
  if (conflict) return std::move(*conflict);
  event.id = call.sandbox_id("event");
  if (!event.rule().empty()) event.series = event.id;
  Outcome out;
  out.stamp = call.stamp();
  event.data["sequence"] = 0;
  event.data["created"] = out.stamp;
  mark_changed(call, event, out.stamp);
  if (const auto* attachments = body.if_contains("attachments")) OXB_CHECK(set_attachments(call, event, *attachments));
  store_event(call, event);
  const auto* alarms = body.if_contains("alarms");
  if (alarms && folder.viewer(call) == call.user) OXB_CHECK(set_alarms(call, event.id, call.user, *alarms));
  out.created.push_back(event_object(call, folder, event));
  count_scheduling(call, event, "new");
  return std::move(out).answer();
}

Ox<Answer> update_event(Call& call) {
  OXB_TRY(const auto name, call.need("folder"));
  OXB_TRY(const auto id, call.need("id"));
  OXB_TRY(const auto sent, call.need_number("timestamp"));
  OXB_TRY(const auto body, event_body(call));
  OXB_TRY(const auto folder, calendar_folder(call, name));
  if (folder.birthdays) return ox_fail("CAL-4228", "Birthday Calendar");
  OXB_TRY(auto event, event_in_folder(call, folder, id));
  OXB_CHECK(check_fresh(event, sent));
  OXB_CHECK(check_write(call, folder, event));
  if (!call.param("recurrenceId") || !event.is_master()) return update_whole(call, folder, std::move(event), body);
  if (call.param_or("recurrenceRange", "") != "THISANDFUTURE") return update_occurrence(call, folder, event, body);
  if (!acts_as_organizer(call, folder, event)) return organizer_only(folder, event, call);
  OXB_TRY(auto split, split_series(call, folder, event, call.param_or("recurrenceId", "")));
  auto& out = split.outcome;
  const auto changes = changes_of(call, folder, split.future, body);
  OXB_CHECK(apply_changes(call, folder, split.future, changes, out.stamp));
  store_event(call, split.future);
  out.updated.push_back(event_object(call, folder, split.future));
  out.created.push_back(event_object(call, folder, split.past));
  count_scheduling(call, split.future, "update");
  return std::move(out).answer();
}

Ox<Answer> update_attendee(Call& call) {
  OXB_TRY(const auto name, call.need("folder"));
  OXB_TRY(const auto id, call.need("id"));
  OXB_TRY(const auto sent, call.need_number("timestamp"));
  OXB_TRY(const auto body, call.body_object());
  OXB_TRY(const auto folder, calendar_folder(call, name));
  OXB_TRY(auto event, event_in_folder(call, folder, id));
  OXB_CHECK(check_fresh(event, sent));
  const auto viewer = folder.viewer(call);
  if (viewer != call.user) OXB_CHECK(check_write(call, folder, event));
  const auto* given = body.if_contains("attendee");
  const json::object wanted = given && given->is_object() ? given->get_object() : json::object();
  const auto entity = as_number(wanted, "entity").value_or(viewer);
  if (entity != viewer) {
    if (!find_user(call.db, call.context, entity))
      return ox_fail("CAL-4034", std::to_string(entity), entity, "INDIVIDUAL");
    return organizer_only(folder, event, call);
  }
  Outcome out;
  bool created = false;
  std::optional<Event> master;
  if (const auto* recurrence = call.param("recurrenceId"); recurrence && event.is_master()) {
    master = event;
    OXB_TRY(event, ensure_exception(call, *master, *recurrence, created));
  }
  auto* attendee = attendee_of(event, viewer);
  if (!attendee) return ox_fail("CAL-4043", std::to_string(viewer), id);
  const auto old_answer = as_string(*attendee, "partStat");
  for (const auto* field : {"partStat", "comment"}) {
    if (const auto* value = wanted.if_contains(field)) (*attendee)[field] = *value;
  }
  if (const auto* transp = body.if_contains("transp"); transp && transp->is_string()) (*attendee)["transp"] = *transp;
  if (const auto* alarms = body.if_contains("alarms"); alarms && viewer == call.user) {
    OXB_CHECK(set_alarms(call, event.id, viewer, *alarms));
  }
  out.stamp = call.stamp();
  if (created) event.data["created"] = out.stamp;
  const auto answer = as_string(*attendee, "partStat");
  mark_changed(call, event, out.stamp);
  store_event(call, event);
  if (event.is_master()) spread_answer(call, event, viewer, old_answer, answer, out.stamp);
  if (event.is_exception()) touch_master(call, folder, event.series, out.stamp, out);
  (created ? out.created : out.updated).push_back(event_object(call, folder, event));
  call.count_mail("reply");
  return std::move(out).answer();
}

Ox<Answer> move_event(Call& call) {
  OXB_TRY(const auto name, call.need("folder"));
  OXB_TRY(const auto id, call.need("id"));
  OXB_TRY(const auto target_name, call.need("targetFolder"));
  OXB_TRY(const auto sent, call.need_number("timestamp"));
  OXB_TRY(const auto folder, calendar_folder(call, name));
  OXB_TRY(const auto target, calendar_folder(call, target_name));
  OXB_TRY(auto event, event_in_folder(call, folder, id));
  OXB_CHECK(check_fresh(event, sent));
  if (folder.rights.remove < (event.created_by == call.user ? 1 : 2)) return ox_fail("CAL-4032", name);
  if (!target.rights.creates()) return ox_fail("CAL-4031", target_name);
  Outcome out;
  out.stamp = event.modified;
  if (folder.folder.id == target.folder.id) return std::move(out).answer();
  const auto from = folder.folder.owner();
  const auto to = target.folder.owner();
  if (from != to) {
    if (event.is_master()) return ox_fail("CAL-4224", id, name, target_name);
    if (event.is_exception()) return ox_fail("CAL-4225", id, name, target_name);
    if (as_string(event.data, "class") != "PUBLIC")
      return ox_fail("CAL-4226", as_string(event.data, "class"), name, target_name);
    if (!acts_as_organizer(call, folder, event)) return organizer_only(folder, event, call);
    if (from != 0 && to != 0 && event.attendees().size() > 1) return ox_fail("CAL-4035", id, "FOLDER_ID");
  }
  out.stamp = call.stamp();
  std::vector<Event> moved = event.is_master() ? exceptions_of(call.db, call.context, event.id) : std::vector<Event>();
  moved.push_back(std::move(event));
  for (auto& one : moved) {
    out.deleted.push_back(event_object(call, folder, one));
    move_stored(call, folder, target, one, out.stamp);
  }
  return std::move(out).answer();
}

// Off by default on the real server.
Ox<Answer> change_organizer(Call& call) {
  OXB_TRY(const auto name, call.need("folder"));
  OXB_TRY(const auto id, call.need("id"));
  OXB_TRY(const auto folder, calendar_folder(call, name));
  OXB_TRY(const auto event, event_in_folder(call, folder, id));
  return ox_fail("CAL-4035", std::to_string(event.id), "ORGANIZER");
}

}  // namespace oxb::sandbox
