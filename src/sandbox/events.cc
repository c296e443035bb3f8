// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/events.h"

#include "sandbox/principals.h"

#include <boost/json/serialize.hpp>

namespace oxb::sandbox {
namespace {

constexpr std::string_view kSelect =
    "SELECT e.id, e.series, e.recurrence, e.folder, e.calendar_user, e.created_by, e.modified, e.data FROM event e ";
constexpr std::int64_t kForEver = 32'503'680'000'000;  // the year 3000

Event read_event(const Query& row) {
  Event event;
  event.id = row.integer(0);
  event.series = row.integer(1);
  event.recurrence = row.text(2);
  event.folder = row.integer(3);
  event.calendar_user = row.integer(4);
  event.created_by = row.integer(5);
  event.modified = row.integer(6);
  event.data = parse_object(row.text(7));
  return event;
}

std::vector<Event> read_all(Query query) {
  std::vector<Event> out;
  while (query.next()) out.push_back(read_event(query));
  return out;
}

Moment moment_of(const json::object& data, std::string_view key) {
  const auto* value = data.if_contains(key);
  if (!value) return {};
  return parse_moment(*value).value_or(Moment{});
}

std::int64_t last_instant(const Event& event) {
  const auto end = event.end().utc(Zone()) + kDay;  // a day of grace for floating times
  const auto rule = event.rule();
  if (rule.empty()) return end;
  const auto recurrence = Recurrence::parse(rule, event.start());
  if (!recurrence || !recurrence->finite()) return kForEver;
  const auto last = recurrence->last();
  return last ? *last + event.length() + 2 * kDay : end;
}

}  // namespace

json::array& Event::attendees() {
  auto& value = data["attendees"];
  if (!value.is_array()) value = json::array();
  return value.get_array();
}

const json::array& Event::attendees() const {
  static const json::array none;
  const auto* value = data.if_contains("attendees");
  return value && value->is_array() ? value->get_array() : none;
}

std::string Event::uid() const { return as_string(data, "uid"); }
std::string Event::rule() const { return as_string(data, "rrule"); }
Moment Event::start() const { return moment_of(data, "startDate"); }
Moment Event::end() const { return moment_of(data, "endDate"); }

std::optional<Event> find_event(Database& db, std::int64_t context, std::int64_t id) {
  auto q = db.query(std::string(kSelect) + "WHERE e.context = ? AND e.id = ?", context, id);
  if (!q.next()) return std::nullopt;
  return read_event(q);
}

std::vector<Event> exceptions_of(Database& db, std::int64_t context, std::int64_t series) {
  if (series == 0) return {};
  return read_all(db.query(std::string(kSelect) + "WHERE e.context = ?1 AND e.series = ?2 AND e.id <> ?2 ORDER BY e.id",
                           context, series));
}

std::optional<Event> find_exception(Database& db, std::int64_t context, const Event& master, std::int64_t local) {
  const auto start = master.start();
  for (auto& exception : exceptions_of(db, context, master.id)) {
    if (parse_recurrence(exception.recurrence, start) == local) return std::move(exception);
  }
  return std::nullopt;
}

std::vector<Event> events_in_folder(Database& db, std::int64_t context, std::int64_t folder, std::int64_t after) {
  return read_all(db.query(std::string(kSelect) +
                               "JOIN event_place p ON p.context = e.context AND p.event = e.id "
                               "WHERE p.context = ? AND p.folder = ? AND e.modified > ? ORDER BY e.modified, e.id",
                           context, folder, after));
}

std::vector<Event> events_of_user(Database& db, std::int64_t context, std::int64_t user) {
  // In public folders the attendees are in the object only.
  return read_all(db.query(
      std::string(kSelect) +
          "WHERE e.context = ?1 AND (EXISTS (SELECT 1 FROM event_place p WHERE p.context = ?1 AND p.event = e.id "
          "AND p.user = ?2) OR (e.folder <> 0 AND EXISTS (SELECT 1 FROM json_each(e.data, '$.attendees') a "
          "WHERE json_extract(a.value, '$.entity') = ?2))) ORDER BY e.id",
      context, user));
}

std::vector<Event> events_of_resource(Database& db, std::int64_t context, std::int64_t resource) {
  return read_all(db.query(std::string(kSelect) +
                               "WHERE e.context = ?1 AND EXISTS (SELECT 1 FROM json_each(e.data, '$.attendees') a "
                               "WHERE json_extract(a.value, '$.entity') = ?2) ORDER BY e.id",
                           context, resource));
}

void store_event(Call& call, Event& event) {
  const auto& db = call.db;
  (void)db;
  call.db.run(
      "INSERT OR REPLACE INTO event (context, id, series, recurrence, folder, calendar_user, created_by, modified, "
      "first, last, "
      "uid, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      call.context, event.id, event.series, event.recurrence, event.folder, event.calendar_user, event.created_by,
      event.modified, event.start().utc(Zone()) - kDay, last_instant(event), event.uid(), json::serialize(event.data));
  call.db.run("DELETE FROM event_place WHERE context = ? AND event = ?", call.context, event.id);
  const auto place = [&](std::int64_t user, std::int64_t folder) {
    if (folder == 0) return;
    call.db.run("INSERT OR REPLACE INTO event_place (context, event, user, folder) VALUES (?, ?, ?, ?)", call.context,
                event.id, user, folder);
    call.db.run("DELETE FROM event_gone WHERE context = ? AND id = ? AND folder = ? AND user = ?", call.context,
                event.id, folder, user);
  };
  if (event.folder != 0) {
    place(0, event.folder);
    return;
  }
  for (const auto& value : event.attendees()) {
    const auto& attendee = value.as_object();
    if (!is_hidden(attendee))
      place(as_number(attendee, "entity").value_or(0), as_number(attendee, "folder").value_or(0));
  }
}

void remove_event(Call& call, const Event& event) {
  for (const auto* table : {"event_place", "alarm", "event_file"}) {
    call.db.run(fmt::format("DELETE FROM {} WHERE context = ? AND event = ?", table), call.context, event.id);
  }
  call.db.run("DELETE FROM event WHERE context = ? AND id = ?", call.context, event.id);
}

void bury_event(Call& call, const Event& event, std::int64_t user, std::int64_t folder, std::int64_t stamp) {
  json::object kept = event.data;
  // What tombstones of the real server no longer know.
  for (const auto* field : {"organizer", "summary", "location", "description", "categories", "color", "url", "geo",
                            "attachments", "extendedProperties", "status"}) {
    kept.erase(field);
  }
  kept["modifiedBy"] = call.user;
  if (auto* list = kept.if_contains("attendees"); list && list->is_array()) {
    for (auto& value : list->get_array()) {
      auto& attendee = value.as_object();
      attendee.erase("comment");
      if (!attendee.contains("entity")) attendee.erase("cn");
    }
  }
  kept["seriesId"] = event.series;
  kept["recurrenceId"] = event.recurrence;
  kept["calendarUserId"] = event.calendar_user;
  kept["creator"] = event.created_by;
  call.db.run("INSERT OR REPLACE INTO event_gone (context, id, user, folder, modified, data) VALUES (?, ?, ?, ?, ?, ?)",
              call.context, event.id, user, folder, stamp, json::serialize(kept));
}

void bury_everywhere(Call& call, const Event& event, std::int64_t stamp) {
  if (event.folder != 0) {
    bury_event(call, event, 0, event.folder, stamp);
    return;
  }
  for (const auto& value : event.attendees()) {
    const auto& attendee = value.as_object();
    const auto folder = as_number(attendee, "folder").value_or(0);
    if (folder != 0 && !is_hidden(attendee))
      bury_event(call, event, as_number(attendee, "entity").value_or(0), folder, stamp);
  }
}

std::int64_t folder_for(const Event& event, std::int64_t user) {
  if (event.folder != 0) return event.folder;
  const auto* attendee = attendee_of(event, user);
  return attendee && !is_hidden(*attendee) ? as_number(*attendee, "folder").value_or(0) : 0;
}

const json::object* attendee_of(const Event& event, std::int64_t entity) {
  for (const auto& value : event.attendees()) {
    if (as_number(value.as_object(), "entity") == entity) return &value.as_object();
  }
  return nullptr;
}

json::object* attendee_of(Event& event, std::int64_t entity) {
  for (auto& value : event.attendees()) {
    if (as_number(value.as_object(), "entity") == entity) return &value.as_object();
  }
  return nullptr;
}

bool is_hidden(const json::object& attendee) { return attendee.contains("hidden"); }

Zone zone_of_user(const Call& call, std::int64_t user) {
  return Zone::find(user_time_zone(call.db, call.context, user == 0 ? call.user : user)).value_or(Zone());
}

std::vector<Occurrence> occurrences(const Call& call, const Event& event, std::int64_t from, std::int64_t until,
                                    const Zone& zone, std::size_t most) {
  (void)call;
  std::vector<Occurrence> out;
  const auto start = event.start();
  const auto end = event.end();
  const auto length = event.length();
  const auto add = [&](std::int64_t local) {
    const auto utc = start.with_local(local).utc(zone);
    const auto utc_end = event.is_master() ? end.with_local(local + length).utc(zone) : end.utc(zone);
    // An event without length counts at its start.
    if (utc < until && (utc_end > from || (utc_end == utc && utc >= from))) out.push_back({local, utc, utc_end});
  };
  if (!event.is_master()) {
    add(start.local);
    return out;
  }
  const auto recurrence = Recurrence::parse(event.rule(), start);
  if (!recurrence) return out;
  auto skip = deleted_dates(event);
  for (const auto local : recurrence->starts(until + kDay)) {
    if (out.size() >= most) break;
    if (std::find(skip.begin(), skip.end(), local) == skip.end()) add(local);
  }
  return out;
}

std::vector<std::int64_t> deleted_dates(const Event& master) {
  std::vector<std::int64_t> out;
  const auto* list = master.data.if_contains("deleteExceptionDates");
  if (!list || !list->is_array()) return out;
  const auto start = master.start();
  for (const auto& value : list->get_array()) {
    if (const auto local = parse_recurrence(as_id(value), start)) out.push_back(*local);
  }
  return out;
}

void set_deleted_dates(Event& master, std::vector<std::int64_t> dates) {
  std::sort(dates.begin(), dates.end());
  dates.erase(std::unique(dates.begin(), dates.end()), dates.end());
  json::array list;
  const auto start = master.start();
  for (const auto local : dates) list.push_back(json::value(recurrence_text(start, local)));
  if (list.empty()) {
    master.data.erase("deleteExceptionDates");
  } else {
    master.data["deleteExceptionDates"] = std::move(list);
  }
}

}  // namespace oxb::sandbox
