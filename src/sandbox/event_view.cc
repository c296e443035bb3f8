// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/event_view.h"

#include "sandbox/principals.h"

namespace oxb::sandbox {
namespace {

// What is left of a confidential event for those who do not take part.
constexpr std::string_view kConfidentialFields[] = {"id",
                                                    "folder",
                                                    "seriesId",
                                                    "recurrenceId",
                                                    "class",
                                                    "startDate",
                                                    "endDate",
                                                    "uid",
                                                    "rrule",
                                                    "transp",
                                                    "created",
                                                    "timestamp",
                                                    "dtstamp",
                                                    "sequence",
                                                    "createdBy",
                                                    "modifiedBy",
                                                    "calendarUser",
                                                    "flags",
                                                    "changeExceptionDates",
                                                    "deleteExceptionDates",
                                                    "filename"};

json::object contact_details(const User& user) {
  json::object out;
  for (const auto* field : {"last_name", "first_name", "display_name"}) {
    if (const auto* value = user.contact_data.if_contains(field)) out[field] = *value;
  }
  return out;
}

json::array dates_text(const std::vector<std::int64_t>& dates, const Moment& start) {
  json::array out;
  for (const auto local : dates) out.push_back(json::value(recurrence_text(start, local)));
  return out;
}

// Exceptions that the viewer attends are changes for him, others are deletions.
void add_exception_dates(const Call& call, const Event& event, std::int64_t viewer, json::object& out) {
  if (event.series == 0) return;
  const auto master = event.is_master() ? std::optional(event) : find_event(call.db, call.context, event.series);
  const auto start = master ? master->start() : event.start();
  std::vector<std::int64_t> changed;
  std::vector<std::int64_t> deleted = master ? deleted_dates(*master) : std::vector<std::int64_t>();
  for (const auto& exception : exceptions_of(call.db, call.context, event.series)) {
    const auto local = parse_recurrence(exception.recurrence, start);
    if (!local) continue;
    const bool seen = event.folder != 0 || event.calendar_user == 0 || folder_for(exception, viewer) != 0;
    (seen ? changed : deleted).push_back(*local);
  }
  std::sort(changed.begin(), changed.end());
  std::sort(deleted.begin(), deleted.end());
  if (!changed.empty()) out["changeExceptionDates"] = dates_text(changed, start);
  if (!deleted.empty() && event.is_master()) out["deleteExceptionDates"] = dates_text(deleted, start);
}

json::value organizer_value(const Call& call, const json::value& stored) {
  const auto* object = stored.if_object();
  if (!object) return nullptr;
  const auto entity = as_number(*object, "entity").value_or(0);
  if (entity <= 0) return *object;
  auto out = calendar_user(call, entity).as_object();
  if (call.flag("extendedEntities")) {
    if (const auto user = find_user(call.db, call.context, entity)) out["contact"] = contact_details(*user);
  }
  if (const auto* sent_by = object->if_contains("sentBy")) out["sentBy"] = *sent_by;
  return out;
}

std::int64_t organizer_entity(const Event& event) {
  const auto* organizer = event.data.if_contains("organizer");
  return organizer && organizer->is_object() ? as_number(organizer->get_object(), "entity").value_or(0) : 0;
}

bool all_others_declined(const Event& event, std::int64_t organizer) {
  int others = 0;
  for (const auto& value : event.attendees()) {
    const auto& attendee = value.as_object();
    if (as_string(attendee, "cuType") != "INDIVIDUAL" || as_number(attendee, "entity") == organizer) continue;
    ++others;
    if (as_string(attendee, "partStat") != "DECLINED") return false;
  }
  return others > 0;
}

void add_series_flags(const Call& call, const Event& event, std::optional<std::int64_t> occurrence,
                      json::array& flags) {
  if (event.is_master()) flags.push_back("series");
  if (event.is_exception()) flags.push_back("overridden");
  auto local = occurrence;
  std::optional<Event> master;
  if (event.is_exception()) {
    master = find_event(call.db, call.context, event.series);
    if (master) local = parse_recurrence(event.recurrence, master->start());
  }
  if (!local) return;
  const auto& series = master ? *master : event;
  const auto start = series.start();
  const auto rule = Recurrence::parse(series.rule(), start);
  if (!rule) return;
  const auto first = rule->starts(start.local + 20 * 366 * kDay, 1);
  if (!first.empty() && first.front() == *local) flags.push_back("first_occurrence");
  if (rule->last() == *local) flags.push_back("last_occurrence");
}

json::array flags_of(const Call& call, const CalendarFolder& folder, const Event& event, const json::object& view,
                     std::optional<std::int64_t> occurrence) {
  json::array flags;
  const auto viewer = folder.viewer(call);
  const auto add = [&](std::string_view flag) { flags.push_back(json::value(flag)); };
  if (view.contains("attachments")) add("attachments");
  if (view.contains("alarms")) add("alarms");
  if (view.contains("conferences")) add("conferences");
  if (event.attendees().size() > 1) add("scheduled");
  const bool self = viewer == call.user;
  const auto organizer = organizer_entity(event);
  const auto* attendee = attendee_of(event, viewer);
  if (organizer == viewer && organizer != 0) {
    add(self ? "organizer" : "organizer_on_behalf");
  } else if (attendee) {
    add(self ? "attendee" : "attendee_on_behalf");
  }
  const auto classification = as_string(event.data, "class");
  if (classification == "CONFIDENTIAL") add("confidential");
  if (classification == "PRIVATE") add("private");
  if (as_string(view, "transp") == "TRANSPARENT") add("transparent");
  const auto status = as_string(event.data, "status");
  if (status == "TENTATIVE") add("event_tentative");
  if (status == "CONFIRMED") add("event_confirmed");
  if (status == "CANCELLED") add("event_cancelled");
  if (attendee) {
    static constexpr std::pair<std::string_view, std::string_view> kStates[] = {{"NEEDS-ACTION", "needs_action"},
                                                                                {"ACCEPTED", "accepted"},
                                                                                {"DECLINED", "declined"},
                                                                                {"TENTATIVE", "tentative"},
                                                                                {"DELEGATED", "delegated"}};
    for (const auto& [state, flag] : kStates) {
      if (as_string(*attendee, "partStat") == state) add(flag);
    }
  }
  add_series_flags(call, event, occurrence, flags);
  if (organizer == viewer && all_others_declined(event, organizer)) add("all_others_declined");
  return flags;
}

void add_people(const Call& call, const Event& event, json::object& out) {
  out["createdBy"] = calendar_user(call, event.created_by);
  out["modifiedBy"] = calendar_user(call, as_number(event.data, "modifiedBy").value_or(event.created_by));
  if (event.calendar_user != 0) out["calendarUser"] = calendar_user(call, event.calendar_user);
  if (const auto* organizer = event.data.if_contains("organizer")) out["organizer"] = organizer_value(call, *organizer);
  json::array attendees;
  for (const auto& value : event.attendees()) attendees.push_back(attendee_value(call, value.as_object()));
  if (!attendees.empty()) {
    out["attendees"] = std::move(attendees);
  } else {
    out.erase("attendees");
  }
}

void anonymize(json::object& out) {
  json::object kept;
  for (const auto field : kConfidentialFields) {
    if (const auto* value = out.if_contains(field)) kept[field] = *value;
  }
  kept["summary"] = "Private";
  kept["flags"] = json::array{"confidential"};
  out = std::move(kept);
}

void add_attachments(const Call& call, json::object& out) {
  auto* list = out.if_contains("attachments");
  if (!list || !list->is_array()) return;
  for (auto& value : list->get_array()) {
    auto* attachment = value.if_object();
    if (attachment && attachment->contains("created")) {
      (*attachment)["created"] = call.to_time(as_number(*attachment, "created").value_or(0));
    }
  }
}

}  // namespace

std::string CalendarFolder::name() const {
  return birthdays ? fmt::format("cal://{}/0", account) : calendar_name(folder.id);
}

Ox<CalendarFolder> calendar_folder(const Call& call, std::string_view text) {
  const auto name = FolderName::parse(text);
  if (name.kind != FolderName::Kind::calendar) return ox_fail("CAL-4060", text);
  CalendarFolder out;
  out.account = name.account;
  if (name.account != 0) {
    if (name.account != birthday_account(call.db, call.context, call.user)) return ox_fail("CAL-4044", name.account);
    if (name.number != 0) return ox_fail("CAL-4045", text);
    out.birthdays = true;
    out.folder = birthday_folder(call);
    out.rights = Rights::unpack(257);
    return out;
  }
  auto folder = find_folder(call.db, call.context, name.number);
  if (!folder) return ox_fail("CAL-4045", text);
  if (folder->module != "calendar") return ox_fail("CAL-4060", text);
  out.folder = std::move(*folder);
  out.rights = rights_on(call.db, call.context, call.user, out.folder);
  if (!out.rights.sees() || out.rights.read == 0) return ox_fail("CAL-4030", text);
  return out;
}

std::set<std::string, std::less<>> wanted_fields(const Call& call) {
  std::set<std::string, std::less<>> out;
  const auto* text = call.param("fields");
  if (!text) return out;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    out.emplace(rest.substr(0, comma));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return out;
}

bool takes_part(const Call& call, const Event& event) {
  return event.calendar_user == call.user || event.created_by == call.user || attendee_of(event, call.user);
}

bool may_see(const Call& call, const CalendarFolder& folder, const Event& event) {
  if (folder.rights.read < (event.created_by == call.user ? 1 : 2)) return false;
  return as_string(event.data, "class") != "PRIVATE" || takes_part(call, event);
}

json::value calendar_user(const Call& call, std::int64_t user) {
  const auto found = find_user(call.db, call.context, user);
  if (!found) return json::object{{"entity", user}};
  return json::object{
      {"uri", "mailto:" + found->mail()}, {"cn", found->name()}, {"email", found->mail()}, {"entity", user}};
}

json::value attendee_value(const Call& call, const json::object& stored) {
  json::object out;
  const auto entity = as_number(stored, "entity").value_or(0);
  const auto user = entity > 0 && as_string(stored, "cuType") == "INDIVIDUAL" ? find_user(call.db, call.context, entity)
                                                                              : std::nullopt;
  if (user) out = calendar_user(call, entity).as_object();
  for (const auto& [key, value] : stored) {
    if (key == "hidden" || key == "transp" || key == "folder") continue;
    if (user && (key == "uri" || key == "cn" || key == "email")) continue;
    out[key] = value;
  }
  if (const auto folder = as_number(stored, "folder").value_or(0); folder != 0) out["folder"] = std::to_string(folder);
  if (user && call.flag("extendedEntities")) out["contact"] = contact_details(*user);
  return out;
}

json::array alarms_of(const Call& call, std::int64_t event, std::int64_t user) {
  json::array out;
  auto q = call.db.query("SELECT id, data FROM alarm WHERE context = ? AND event = ? AND user = ? ORDER BY id",
                         call.context, event, user);
  while (q.next()) {
    auto alarm = parse_object(q.text(1));
    alarm["id"] = q.integer(0);
    out.push_back(std::move(alarm));
  }
  return out;
}

json::object event_object(const Call& call, const CalendarFolder& folder, const Event& event,
                          std::optional<std::int64_t> occurrence) {
  const auto viewer = folder.viewer(call);
  json::object out = event.data;
  out["id"] = std::to_string(event.id);
  out["folder"] = folder.name();
  if (event.series != 0) out["seriesId"] = std::to_string(event.series);
  if (event.is_exception()) out["recurrenceId"] = event.recurrence;
  out["timestamp"] = event.modified;
  if (occurrence) {
    const auto start = event.start();
    out["recurrenceId"] = recurrence_text(start, *occurrence);
    out["startDate"] = moment_value(start.with_local(*occurrence));
    out["endDate"] = moment_value(event.end().with_local(*occurrence + event.length()));
  }
  add_people(call, event, out);
  if (const auto* attendee = attendee_of(event, viewer)) {
    if (const auto transp = as_string(*attendee, "transp"); !transp.empty()) out["transp"] = transp;
  }
  if (viewer == call.user) {
    if (auto alarms = alarms_of(call, event.id, viewer); !alarms.empty()) out["alarms"] = std::move(alarms);
  }
  out.erase("deleteExceptionDates");
  if (!occurrence) add_exception_dates(call, event, viewer, out);
  add_attachments(call, out);
  out["flags"] = flags_of(call, folder, event, out, occurrence);
  if (as_string(event.data, "class") == "CONFIDENTIAL" && !takes_part(call, event)) anonymize(out);
  return out;
}

json::object tombstone_object(const Call& call, const CalendarFolder& folder, std::int64_t id, std::int64_t stamp,
                              const json::object& kept) {
  Event event;
  event.id = id;
  event.data = kept;
  event.series = as_number(kept, "seriesId").value_or(0);
  event.recurrence = as_string(kept, "recurrenceId");
  event.calendar_user = as_number(kept, "calendarUserId").value_or(0);
  event.created_by = as_number(kept, "creator").value_or(0);
  json::object out = kept;
  for (const auto* field : {"seriesId", "recurrenceId", "calendarUserId", "creator", "organizer"}) out.erase(field);
  out["id"] = std::to_string(id);
  out["folder"] = folder.name();
  if (event.series != 0) out["seriesId"] = std::to_string(event.series);
  if (!event.recurrence.empty()) {
    out["recurrenceId"] = event.recurrence;
    out["changeExceptionDates"] = json::array{json::value(event.recurrence)};
  }
  out["timestamp"] = stamp;
  out["lastModified"] = stamp;
  out["dtstamp"] = stamp;
  add_people(call, event, out);
  return out;
}

json::object only(json::object object, const std::set<std::string, std::less<>>& fields) {
  if (fields.empty()) return object;
  json::object out;
  for (auto& [key, value] : object) {
    if (fields.contains(std::string_view(key))) out[key] = std::move(value);
  }
  return out;
}

}  // namespace oxb::sandbox
