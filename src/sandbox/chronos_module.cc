// SPDX-License-Identifier: GPL-3.0-or-later
// Module `chronos`, reading.
#include "base/text.h"
#include "sandbox/chronos_write.h"
#include "sandbox/contact_write.h"
#include "sandbox/event_view.h"
#include "sandbox/principals.h"
#include "sandbox/registry.h"

namespace oxb::sandbox {
namespace {

constexpr std::size_t kMostEvents = 1000;
constexpr std::int64_t kFarPast = -62'135'596'800'000;   // the year 1
constexpr std::int64_t kFarFuture = 32'503'680'000'000;  // the year 3000

enum class Expand : std::uint8_t { no, yes };
Expand expand_of(const Call& call) { return call.flag("expand") ? Expand::yes : Expand::no; }

struct Range {
  std::int64_t from = kFarPast;
  std::int64_t until = kFarFuture;
};

Ox<Range> needed_range(const Call& call) {
  OXB_TRY(const auto from, call.need("rangeStart"));
  OXB_TRY(const auto until, call.need("rangeEnd"));
  Range range;
  OXB_TRY(range.from, parse_range("rangeStart", from));
  OXB_TRY(range.until, parse_range("rangeEnd", until));
  return range;
}

struct Events {
  json::array list;
  std::int64_t newest = 0;
  void add(json::object event, std::int64_t modified) {
    list.push_back(std::move(event));
    newest = std::max(newest, modified);
  }
  Answer answer() && { return newest > 0 ? Answer(std::move(list), newest) : Answer(std::move(list)); }
};

std::string sort_key(const json::value& event, std::string_view field) {
  const auto* value = event.as_object().if_contains(field);
  if (!value) return {};
  if (const auto number = value->is_number() ? as_number(*value) : std::nullopt) return fmt::format("{:020}", *number);
  if (value->is_object()) {
    if (const auto moment = parse_moment(*value)) return fmt::format("{:020}", moment->utc(Zone()));
  }
  return value->is_string() ? collation_key(value->get_string()) : std::string();
}

void sort_events(const Call& call, json::array& list) {
  const auto* field = call.param("sort");
  if (!field) return;
  const bool descending = ascii_iequals(call.param_or("order", "asc"), "desc");
  std::stable_sort(list.begin(), list.end(), [&](const json::value& a, const json::value& b) {
    return descending ? sort_key(b, *field) < sort_key(a, *field) : sort_key(a, *field) < sort_key(b, *field);
  });
}

// Fields that only say which event it is may be had of any number of events.
bool too_many(std::size_t count, const std::set<std::string, std::less<>>& fields) {
  static const std::set<std::string, std::less<>> kIdentifying = {
      "id",        "seriesId",   "folder",       "recurrenceId", "uid",       "filename",
      "timestamp", "created",    "lastModified", "createdBy",    "startDate", "endDate",
      "sequence",  "modifiedBy", "class",        "rrule",        "dtstamp"};
  if (count <= kMostEvents) return false;
  return fields.empty() || !std::includes(kIdentifying.begin(), kIdentifying.end(), fields.begin(), fields.end());
}

Ox<> collect(const Call& call, const CalendarFolder& folder, std::vector<Event> events, const Range& range,
             Expand expand, Events& out) {
  const auto fields = wanted_fields(call);
  const auto zone = zone_of_user(call, folder.folder.owner());
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.id < b.id; });
  for (const auto& event : events) {
    if (!may_see(call, folder, event)) continue;
    auto found = occurrences(call, event, range.from, range.until, zone, expand == Expand::yes ? kMostEvents : 1);
    if (event.is_master() && expand == Expand::yes) {
      // Exceptions stand for themselves.
      for (const auto& exception : exceptions_of(call.db, call.context, event.id)) {
        const auto local = parse_recurrence(exception.recurrence, event.start());
        std::erase_if(found, [&](const Occurrence& o) { return o.local == local; });
      }
      for (const auto& one : found) out.add(only(event_object(call, folder, event, one.local), fields), event.modified);
    } else if (!found.empty()) {
      out.add(only(event_object(call, folder, event), fields), event.modified);
    }
    if (too_many(out.list.size(), fields)) return ox_fail("CAL-5072");
  }
  sort_events(call, out.list);
  return {};
}

std::string birthday_name(const Contact& contact) {
  auto name = fmt::format("{} {}", as_string(contact.data, "first_name"), as_string(contact.data, "last_name"));
  return name == " " ? as_string(contact.data, "display_name") : name;
}

std::string birthday_text(std::int64_t day) {  // "Feb 29, 1980"
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::year_month_day date(std::chrono::sys_days(std::chrono::days(day / kDay - (day % kDay < 0))));
  return fmt::format("{} {}, {}", kMonths.at(static_cast<unsigned>(date.month()) - 1),
                     static_cast<unsigned>(date.day()), static_cast<int>(date.year()));
}

// A contact's birthday, a yearly event with an id of its own kind.
json::object birthday_object(const Call& call, const CalendarFolder& folder, const Folder& book, const Contact& contact,
                             std::int64_t day) {
  json::object object{{"id", fmt::format("{}-{}", book.id, contact.id)},
                      {"folder", folder.name()},
                      {"uid", as_string(contact.data, "uid")},
                      {"summary", "\xF0\x9F\x8E\x82 " + birthday_name(contact)},
                      {"description", "* " + birthday_text(day)},
                      {"startDate", json::object{{"value", format_day(day)}}},
                      {"endDate", json::object{{"value", format_day(day + kDay)}}},
                      {"rrule", "FREQ=YEARLY;SKIP=BACKWARD"},
                      {"transp", "TRANSPARENT"},
                      {"class", "PUBLIC"},
                      {"timestamp", contact.modified},
                      {"dtstamp", contact.modified},
                      {"calendarUser", json::object{{"entity", call.user}}},
                      {"flags", json::array{"transparent", "series"}}};
  object["seriesId"] = object["id"];
  if (const auto mail = as_string(contact.data, "email1"); !mail.empty()) {
    object["attendees"] = json::array{json::object{
        {"uri", "mailto:" + mail}, {"cn", birthday_name(contact)}, {"cuType", "INDIVIDUAL"}, {"partStat", "ACCEPTED"}}};
  }
  const auto value = [](std::int64_t id) { return json::object{{"value", std::to_string(id)}}; };
  object["extendedProperties"] =
      json::object{{"X-OX-CONTACT-ID", value(contact.id)}, {"X-OX-CONTACT-FOLDER-ID", value(book.id)}};
  return object;
}

struct Birthday {
  std::int64_t day = 0;
  std::int64_t modified = 0;
  json::object object;
};

std::vector<Birthday> birthdays(const Call& call, const CalendarFolder& folder) {
  std::vector<Birthday> out;
  for (const auto& book : folders_of_module(call.db, call.context, "contacts")) {
    if (book.shared_for(call.user) || rights_on(call.db, call.context, call.user, book).read == 0) continue;
    for (const auto& contact : contacts_in(call.db, call.context, book.id)) {
      const auto day = as_number(contact.data, "birthday");
      if (!day || !may_read(call, book, contact)) continue;
      out.push_back({*day, contact.modified, birthday_object(call, folder, book, contact, *day)});
    }
  }
  return out;
}

Ox<> collect_birthdays(const Call& call, const CalendarFolder& folder, const Range& range, Events& out) {
  const auto fields = wanted_fields(call);
  for (auto& birthday : birthdays(call, folder)) {
    Event event;
    event.id = event.series = 1;
    event.data = birthday.object;
    event.data["rrule"] = "FREQ=YEARLY";
    if (occurrences(call, event, range.from, range.until, Zone(), 1).empty()) continue;
    out.add(only(std::move(birthday.object), fields), birthday.modified);
  }
  return {};
}

Ox<json::object> one_birthday(const Call& call, const CalendarFolder& folder, std::string_view id,
                              std::int64_t& newest) {
  for (auto& birthday : birthdays(call, folder)) {
    if (as_string(birthday.object, "id") != id) continue;
    newest = std::max(newest, birthday.modified);
    return std::move(birthday.object);
  }
  return ox_fail("CAL-4040", id);
}

Ox<Events> all_in(const Call& call, const CalendarFolder& folder, const Range& range) {
  Events out;
  if (folder.birthdays) {
    OXB_CHECK(collect_birthdays(call, folder, range, out));
  } else {
    OXB_CHECK(
        collect(call, folder, events_in_folder(call.db, call.context, folder.folder.id), range, expand_of(call), out));
  }
  return out;
}

// Everything the user attends, each event in his own view.
Ox<Answer> all_of_user(Call& call, const Range& range) {
  Events out;
  std::map<std::int64_t, std::vector<Event>> by_folder;
  for (auto& event : events_of_user(call.db, call.context, call.user)) {
    if (const auto id = folder_for(event, call.user)) by_folder[id].push_back(std::move(event));
  }
  for (auto& [id, events] : by_folder) {
    const auto folder = calendar_folder(call, calendar_name(id));
    if (folder) OXB_CHECK(collect(call, *folder, std::move(events), range, expand_of(call), out));
  }
  if (too_many(out.list.size(), wanted_fields(call))) return ox_fail("CAL-5072");
  sort_events(call, out.list);
  return std::move(out).answer();
}

Ox<Answer> all_of_folders(Call& call, const Range& range) {
  OXB_TRY(const auto body, call.body_object());
  const auto* folders = body.if_contains("folders");
  if (!folders || !folders->is_array()) return ox_fail("SVL-0009", "folders");
  json::array out;
  std::int64_t newest = 0;
  for (const auto& value : folders->get_array()) {
    const auto name = as_id(value);
    json::object entry{{"folder", name}};
    const auto read = [&]() -> Ox<Events> {
      OXB_TRY(const auto folder, calendar_folder(call, name));
      return all_in(call, folder, range);
    }();
    if (!read) {
      json::object error;
      read.error().write(error);
      entry["error"] = std::move(error);
    } else {
      entry["events"] = read->list;
      if (read->newest > 0) entry["timestamp"] = read->newest;
      newest = std::max(newest, read->newest);
    }
    out.push_back(std::move(entry));
  }
  return newest > 0 ? Answer(std::move(out), newest) : Answer(std::move(out));
}

Ox<Answer> all(Call& call) {
  OXB_TRY(const auto range, needed_range(call));
  if (call.method == "PUT") return all_of_folders(call, range);
  const auto* name = call.param("folder");
  if (!name) return all_of_user(call, range);
  OXB_TRY(const auto folder, calendar_folder(call, *name));
  OXB_TRY(auto events, all_in(call, folder, range));
  return std::move(events).answer();
}

// Exceptions by the id of their series: `get` finds them, `list` refuses.
enum class ByMaster : std::uint8_t { found, refused };

Ox<json::object> one_event(const Call& call, const CalendarFolder& folder, std::string_view id,
                           std::string_view recurrence, ByMaster exceptions, std::int64_t& newest) {
  if (folder.birthdays) return one_birthday(call, folder, id, newest);
  OXB_TRY(auto event, event_in_folder(call, folder, id));
  newest = std::max(newest, event.modified);
  if (recurrence.empty()) return event_object(call, folder, event);
  if (event.is_exception()) return event_object(call, folder, event);
  const auto start = event.start();
  const auto local = parse_recurrence(recurrence, start);
  const auto gone = deleted_dates(event);
  const auto rule = Recurrence::parse(event.rule(), start);
  if (!local || !rule || !rule->contains(*local) || std::find(gone.begin(), gone.end(), *local) != gone.end()) {
    return ox_fail("CAL-4042", id, recurrence);
  }
  if (const auto exception = find_exception(call.db, call.context, event, *local)) {
    if (exceptions == ByMaster::refused) return ox_fail("CAL-4042", id, recurrence);
    newest = std::max(newest, exception->modified);
    return event_object(call, folder, *exception);
  }
  return event_object(call, folder, event, *local);
}

Ox<Answer> get(Call& call) {
  OXB_TRY(const auto id, call.need("id"));
  OXB_TRY(const auto name, call.need("folder"));
  OXB_TRY(const auto folder, calendar_folder(call, name));
  std::int64_t newest = 0;
  OXB_TRY(auto event, one_event(call, folder, id, call.param_or("recurrenceId", ""), ByMaster::found, newest));
  return Answer(only(std::move(event), wanted_fields(call)), newest);
}

// An unknown id is a null in its place; an exception asked for through its series breaks the whole list.
Ox<Answer> list(Call& call) {
  OXB_TRY(const auto body, call.body_array());
  const auto fields = wanted_fields(call);
  if (too_many(body.size(), fields)) return ox_fail("CAL-5072");
  json::array out;
  std::int64_t newest = 0;
  for (const auto& value : body) {
    if (!value.is_object()) return wrong_type("String", "JSONObject");
    const auto& entry = value.get_object();
    OXB_TRY(const auto folder, calendar_folder(call, as_id(entry, "folder")));
    auto event = one_event(call, folder, as_id(entry, "id"), as_id(entry, "recurrenceId"), ByMaster::refused, newest);
    if (event) {
      out.push_back(only(std::move(*event), fields));
    } else if (event.error().code == "CAL-4040" || event.error().code == "CAL-4041") {
      out.emplace_back(nullptr);
    } else {
      return tl::unexpected(event.error());
    }
  }
  return newest > 0 ? Answer(std::move(out), newest) : Answer(std::move(out));
}

Ox<Answer> updates(Call& call) {
  OXB_TRY(const auto name, call.need("folder"));
  OXB_TRY(const auto since, call.need_number("timestamp"));
  OXB_TRY(const auto folder, calendar_folder(call, name));
  if (folder.birthdays) return ox_fail("CAL-4228", "Birthday Calendar");
  Range range;
  if (call.param("rangeStart") && call.param("rangeEnd")) {
    OXB_TRY(range, needed_range(call));
  }
  const auto fields = wanted_fields(call);
  const auto zone = zone_of_user(call, folder.folder.owner());
  json::array changed;
  json::array deleted;
  std::int64_t newest = since;
  for (const auto& event : events_in_folder(call.db, call.context, folder.folder.id, since)) {
    if (!may_see(call, folder, event) || occurrences(call, event, range.from, range.until, zone, 1).empty()) continue;
    changed.push_back(only(event_object(call, folder, event), fields));
    newest = std::max(newest, event.modified);
    if (too_many(changed.size(), fields)) return ox_fail("CAL-5072");
  }
  auto q = call.db.query(
      "SELECT id, modified, data FROM event_gone WHERE context = ? AND folder = ? AND modified > ? ORDER BY modified, "
      "id",
      call.context, folder.folder.id, since);
  while (q.next()) {
    deleted.push_back(
        only(tombstone_object(call, folder, q.integer(0), q.integer(1), parse_object(q.text(2))), fields));
    newest = std::max(newest, q.integer(1));
  }
  return Answer(json::object{{"newAndModified", std::move(changed)}, {"deleted", std::move(deleted)}}, newest);
}

Ox<Answer> resolve(Call& call) {
  OXB_TRY(const auto id, call.need("id"));
  const auto event = find_event(call.db, call.context, parse_number(id).value_or(-1));
  if (!event) return Answer();
  const auto where = folder_for(*event, call.user);
  if (where == 0) return Answer();
  const auto folder = calendar_folder(call, calendar_name(where));
  if (!folder || !may_see(call, *folder, *event)) return Answer();
  return Answer(event_object(call, *folder, *event), event->modified);
}

Ox<Answer> needs_action(Call& call) {
  OXB_TRY(const auto range, needed_range(call));
  auto events = events_of_user(call.db, call.context, call.user);
  std::erase_if(events, [&](const Event& event) {
    const auto* attendee = attendee_of(event, call.user);
    return !attendee || is_hidden(*attendee) || as_string(*attendee, "partStat") != "NEEDS-ACTION";
  });
  Events out;
  for (auto& event : events) {
    const auto folder = calendar_folder(call, calendar_name(folder_for(event, call.user)));
    if (folder) OXB_CHECK(collect(call, *folder, {event}, range, Expand::no, out));
  }
  return std::move(out).answer();
}

Ox<Answer> get_recurrence(Call& call) {
  OXB_TRY(const auto id, call.need("id"));
  OXB_TRY(const auto name, call.need("folder"));
  OXB_TRY(const auto recurrence, call.need("recurrenceId"));
  OXB_TRY(const auto folder, calendar_folder(call, name));
  std::int64_t newest = 0;
  OXB_TRY(auto found, one_event(call, folder, id, recurrence, ByMaster::found, newest));
  OXB_TRY(const auto master, event_in_folder(call, folder, id));
  const auto own_id = as_string(found, "id");
  const bool overridden = own_id != std::to_string(master.id);
  bool rescheduled = false;
  if (overridden) {
    const auto local = parse_recurrence(as_string(found, "recurrenceId"), master.start());
    const auto start = parse_moment(found.at("startDate"));
    rescheduled = local && start && start->local != *local;
  }
  return Answer(json::object{{"overridden", overridden},
                             {"rescheduled", rescheduled},
                             {"recurrenceEvent", std::move(found)},
                             {"masterEvent", event_object(call, folder, master)}});
}

// Only what text fields can say: ["=", {"field": "summary"}, "*x*"], and, or, not.
bool text_matches(const json::object& event, const json::value& filter, int depth) {
  const auto* list = filter.if_array();
  if (!list || list->empty() || !list->front().is_string() || depth > 20) return false;
  const std::string op(list->front().get_string());
  if (op == "not" && list->size() == 2) return !text_matches(event, (*list)[1], depth + 1);
  if (op == "and" || op == "or") {
    for (std::size_t i = 1; i < list->size(); ++i) {
      if (text_matches(event, (*list)[i], depth + 1) != (op == "and")) return op == "or";
    }
    return op == "and";
  }
  if (list->size() != 3 || !(*list)[1].is_object()) return false;
  const auto text = as_string(event, as_string((*list)[1].get_object(), "field"));
  return wildcard_matches(as_id((*list)[2]), text) == (op == "=");
}

Ox<Answer> search_events(Call& call) {
  OXB_TRY(const auto body, call.body_object());
  const auto* folders = body.if_contains("folders");
  const auto* filter = body.if_contains("filter");
  if (!folders || !folders->is_array()) return ox_fail("SVL-0009", "folders");
  if (!filter) return ox_fail("SVL-0009", "filter");
  Range range;
  if (call.param("rangeStart") && call.param("rangeEnd")) {
    OXB_TRY(range, needed_range(call));
  }
  const auto fields = wanted_fields(call);
  json::array out;
  for (const auto& value : folders->get_array()) {
    OXB_TRY(const auto folder, calendar_folder(call, as_id(value)));
    auto events = events_in_folder(call.db, call.context, folder.folder.id);
    std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.id < b.id; });
    const auto zone = zone_of_user(call, folder.folder.owner());
    Events found;
    for (const auto& event : events) {
      if (!may_see(call, folder, event) || occurrences(call, event, range.from, range.until, zone, 1).empty()) continue;
      auto object = event_object(call, folder, event);
      if (text_matches(object, *filter, 0)) found.add(only(std::move(object), fields), event.modified);
    }
    json::object entry{{"folder", as_id(value)}, {"events", std::move(found.list)}};
    if (found.newest > 0) entry["timestamp"] = found.newest;
    out.push_back(std::move(entry));
  }
  return Answer(std::move(out));
}

Ox<Answer> get_attachment(Call& call) {
  OXB_TRY(const auto id, call.need("id"));
  OXB_TRY(const auto name, call.need("folder"));
  OXB_TRY(const auto file, call.need_number("managedId"));
  OXB_TRY(const auto folder, calendar_folder(call, name));
  OXB_TRY(const auto event, event_in_folder(call, folder, id));
  auto q = call.db.query("SELECT content FROM event_file WHERE context = ? AND id = ? AND event = ?", call.context,
                         file, event.id);
  if (!q.next()) return ox_fail("CAL-4047", file, id, name);
  Answer answer;
  answer.raw.emplace();
  answer.raw->headers.add("Content-Type", "application/octet-stream;charset=UTF-8");
  answer.raw->body = q.bytes(0);
  return answer;
}

Ox<Answer> availability(Call& call) {
  OXB_TRY(const auto id, call.need("id"));
  return ox_fail("SVL-0010", "id", id);
}

constexpr Action kActions[] = {
    {"chronos", "all", all},
    {"chronos", "list", list},
    {"chronos", "get", get},
    {"chronos", "updates", updates},
    {"chronos", "resolve", resolve},
    {"chronos", "needsAction", needs_action},
    {"chronos", "getRecurrence", get_recurrence},
    {"chronos", "advancedSearch", search_events},
    {"chronos", "getAttachment", get_attachment, ActionKind::download},
    {"chronos", "freeBusy", free_busy},
    {"chronos", "new", new_event},
    {"chronos", "update", update_event},
    {"chronos", "delete", delete_events},
    {"chronos", "move", move_event},
    {"chronos", "updateAttendee", update_attendee},
    {"chronos", "changeOrganizer", change_organizer},
    {"chronos/alarm", "pending", pending_alarms},
    {"chronos/alarm", "updateAlarms", update_alarms},
    {"chronos/alarm", "snooze", snooze_alarm},
    {"chronos/alarm", "ack", acknowledge_alarm},
    {"chronos/account", "", availability},
    {"chronos/availability", "get", availability},
};

}  // namespace

std::span<const Action> chronos_actions() { return kActions; }

Ox<Event> event_in_folder(const Call& call, const CalendarFolder& folder, std::string_view id) {
  const auto number = parse_number(id);
  auto event = number ? find_event(call.db, call.context, *number) : std::nullopt;
  if (!event) return ox_fail("CAL-4040", id);
  const bool here = call.db
                        .integer("SELECT 1 FROM event_place WHERE context = ? AND folder = ? AND event = ?",
                                 call.context, folder.folder.id, event->id)
                        .has_value();
  if (!here) return ox_fail("CAL-4041", folder.name(), id);
  if (!may_see(call, folder, *event)) {
    if (as_string(event->data, "class") == "PRIVATE") return ox_fail("CAL-4037", folder.name(), id, "PRIVATE");
    return ox_fail("CAL-4030", folder.name());
  }
  return std::move(*event);
}

}  // namespace oxb::sandbox
