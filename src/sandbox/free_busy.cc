// SPDX-License-Identifier: GPL-3.0-or-later
// Conflicts of new times with what is there, and free/busy.
#include "base/text.h"
#include "sandbox/chronos_write.h"
#include "sandbox/principals.h"

namespace oxb::sandbox {
namespace {

constexpr std::int64_t kConflictHorizon = 366 * kDay;
constexpr std::size_t kConflictOccurrences = 100;
constexpr std::size_t kMostConflicts = 50;

enum class Calendar : std::uint8_t { user, resource };

Calendar calendar_of(std::string_view type) {
  return type == "RESOURCE" || type == "ROOM" ? Calendar::resource : Calendar::user;
}

// Where the caller can read the event; nothing when nowhere.
std::optional<CalendarFolder> readable_folder(const Call& call, const Event& event) {
  std::vector<std::int64_t> candidates{folder_for(event, call.user)};
  if (event.calendar_user != 0) candidates.push_back(folder_for(event, event.calendar_user));
  if (event.folder != 0) candidates.push_back(event.folder);
  for (const auto& value : event.attendees()) {
    if (const auto id = as_number(value.as_object(), "folder")) candidates.push_back(*id);
  }
  for (const auto id : candidates) {
    if (id == 0) continue;
    auto folder = calendar_folder(call, calendar_name(id));
    if (folder && may_see(call, *folder, event)) return std::move(*folder);
  }
  return std::nullopt;
}

bool takes_time(const Event& event, std::int64_t entity) {
  if (as_string(event.data, "status") == "CANCELLED") return false;
  const auto* attendee = attendee_of(event, entity);
  if (attendee && (as_string(*attendee, "partStat") == "DECLINED" || is_hidden(*attendee))) return false;
  auto transp = attendee ? as_string(*attendee, "transp") : std::string();
  if (transp.empty()) transp = as_string(event.data, "transp");
  return transp != "TRANSPARENT";
}

bool is_replaced(const std::vector<Event>& exceptions, const Event& master, std::int64_t local) {
  const auto start = master.start();
  return std::any_of(exceptions.begin(), exceptions.end(),
                     [&](const Event& exception) { return parse_recurrence(exception.recurrence, start) == local; });
}

json::value conflict_value(const Call& call, const Event& other, std::int64_t local, std::int64_t entity, Calendar of) {
  json::object who;
  if (const auto* attendee = attendee_of(other, entity)) {
    who = attendee_value(call, *attendee).as_object();
    json::object kept;
    for (const auto* field : {"uri", "cn", "email", "entity"}) {
      if (const auto* value = who.if_contains(field)) kept[field] = *value;
    }
    who = std::move(kept);
  }
  json::object event{{"id", std::to_string(other.id)}};
  // Conflicts tell more only to those who take part.
  const auto folder = takes_part(call, other) ? readable_folder(call, other) : std::nullopt;
  event["folder"] = folder ? json::value(folder->name()) : json::value();
  event["createdBy"] = calendar_user(call, other.created_by);
  event["transp"] = as_string(other.data, "transp");
  if (folder && other.data.contains("summary")) {
    const bool hidden = as_string(other.data, "class") == "CONFIDENTIAL" && !takes_part(call, other);
    event["summary"] = hidden ? json::value("Private") : other.data.at("summary");
  }
  const auto start = other.start();
  event["startDate"] = moment_value(start.with_local(local));
  event["endDate"] = moment_value(other.end().with_local(local + other.length()));
  if (other.is_master()) event["recurrenceId"] = recurrence_text(start, local);
  return json::object{{"hard_conflict", of == Calendar::resource},
                      {"conflicting_attendees", json::array{std::move(who)}},
                      {"event", std::move(event)}};
}

void find_conflicts(const Call& call, const Event& event, const std::vector<Occurrence>& wanted, std::int64_t entity,
                    Calendar of, json::array& out) {
  const auto from = wanted.front().utc;
  const auto until = wanted.back().utc_end;
  const auto zone = zone_of_user(call, of == Calendar::resource ? 0 : entity);
  const auto others = of == Calendar::resource ? events_of_resource(call.db, call.context, entity)
                                               : events_of_user(call.db, call.context, entity);
  for (const auto& other : others) {
    const bool same = other.id == event.id || (event.series != 0 && other.series == event.series);
    if (same || !takes_time(other, entity)) continue;
    const auto exceptions = other.is_master() ? exceptions_of(call.db, call.context, other.id) : std::vector<Event>();
    for (const auto& taken : occurrences(call, other, from, until, zone)) {
      const bool clash = std::any_of(wanted.begin(), wanted.end(), [&](const Occurrence& one) {
        return one.utc < taken.utc_end && taken.utc < one.utc_end;
      });
      if (!clash || is_replaced(exceptions, other, taken.local)) continue;
      if (out.size() < kMostConflicts) out.push_back(conflict_value(call, other, taken.local, entity, of));
      break;  // one occurrence of a series is enough
    }
  }
}

struct Busy {
  std::int64_t from = 0;
  std::int64_t until = 0;
  int level = 0;
  json::object event;
};
constexpr std::string_view kLevels[] = {"FREE", "FREE", "BUSY-TENTATIVE", "BUSY", "BUSY-UNAVAILABLE"};

int level_of(const Event& event, std::int64_t entity) {
  const auto* attendee = attendee_of(event, entity);
  auto transp = attendee ? as_string(*attendee, "transp") : std::string();
  if (transp.empty()) transp = as_string(event.data, "transp");
  const auto status = as_string(event.data, "status");
  if (transp == "TRANSPARENT" || status == "CANCELLED") return 0;
  return status == "TENTATIVE" ? 2 : 3;
}

json::object busy_event(const Call& call, const Event& event, std::int64_t local) {
  json::object out{{"id", std::to_string(event.id)}};
  const auto folder = readable_folder(call, event);
  const bool hidden = as_string(event.data, "class") == "CONFIDENTIAL" && !takes_part(call, event);
  if (folder) {
    if (event.data.contains("summary")) out["summary"] = hidden ? json::value("Private") : event.data.at("summary");
    if (!hidden && event.data.contains("location")) out["location"] = event.data.at("location");
  }
  out["class"] = as_string(event.data, "class");
  out["folder"] = folder ? json::value(folder->name()) : json::value();
  out["createdBy"] = calendar_user(call, event.created_by);
  out["transp"] = as_string(event.data, "transp");
  out["uid"] = event.uid();
  if (const auto status = as_string(event.data, "status"); !status.empty()) out["status"] = status;
  const auto start = event.start();
  if (event.series != 0) out["seriesId"] = std::to_string(event.series);
  if (event.is_master()) {
    out["rrule"] = event.rule();
    out["recurrenceId"] = recurrence_text(start, local);
  } else if (event.is_exception()) {
    out["recurrenceId"] = event.recurrence;
  }
  out["startDate"] = moment_value(start.with_local(local));
  out["endDate"] = moment_value(event.end().with_local(local + event.length()));
  return out;
}

std::vector<Busy> busy_of(const Call& call, std::int64_t entity, Calendar of, std::int64_t from, std::int64_t until) {
  std::vector<Busy> out;
  const auto zone = zone_of_user(call, of == Calendar::resource ? 0 : entity);
  const auto events = of == Calendar::resource ? events_of_resource(call.db, call.context, entity)
                                               : events_of_user(call.db, call.context, entity);
  for (const auto& event : events) {
    const auto* attendee = attendee_of(event, entity);
    if (attendee && (as_string(*attendee, "partStat") == "DECLINED" || is_hidden(*attendee))) continue;
    if (of == Calendar::user && as_string(event.data, "class") == "PRIVATE" && !takes_part(call, event)) continue;
    const auto exceptions = event.is_master() ? exceptions_of(call.db, call.context, event.id) : std::vector<Event>();
    for (const auto& one : occurrences(call, event, from, until, zone)) {
      if (event.is_master() && is_replaced(exceptions, event, one.local)) continue;
      out.push_back({std::max(one.utc, from), std::min(one.utc_end, until), level_of(event, entity),
                     busy_event(call, event, one.local)});
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const Busy& a, const Busy& b) { return a.from < b.from; });
  return out;
}

// Overlapping times become one; where they overlap, the higher level counts.
std::vector<Busy> merged(std::vector<Busy> times) {
  std::set<std::int64_t> edges;
  for (const auto& time : times) edges.insert({time.from, time.until});
  std::vector<Busy> out;
  for (auto it = edges.begin(); it != edges.end() && std::next(it) != edges.end(); ++it) {
    const Busy* best = nullptr;
    for (const auto& time : times) {
      if (time.from <= *it && time.until >= *std::next(it) && (!best || time.level > best->level)) best = &time;
    }
    if (!best) continue;
    if (!out.empty() && out.back().until == *it && out.back().level == best->level && out.back().event == best->event) {
      out.back().until = *std::next(it);
    } else {
      out.push_back({*it, *std::next(it), best->level, best->event});
    }
  }
  return out;
}

struct Asked {
  json::object sent;
  std::int64_t entity = 0;
  Calendar of = Calendar::user;
};

json::value failed(const std::vector<Asked>& asked, const OxError& error) {
  json::array out;
  json::object warning;
  error.write(warning);
  for (const auto& one : asked) {
    out.push_back(
        json::object{{"attendee", one.sent}, {"freeBusyTime", json::array()}, {"warnings", json::array{warning}}});
  }
  return out;
}

}  // namespace

Ox<std::optional<Answer>> conflicts_of(Call& call, const Event& event) {
  const auto now = call.sandbox_now();
  const auto zone = zone_of_user(call, event.calendar_user);
  const auto from = std::max(now, event.start().utc(zone));
  auto wanted = occurrences(call, event, from, from + kConflictHorizon, zone, kConflictOccurrences);
  std::optional<Answer> none;
  if (wanted.empty()) return none;
  const bool soft = call.flag("checkConflicts") && as_string(event.data, "transp") != "TRANSPARENT";
  json::array found;
  for (const auto& value : event.attendees()) {
    const auto& attendee = value.as_object();
    const auto entity = as_number(attendee, "entity").value_or(0);
    const auto type = as_string(attendee, "cuType");
    const auto of = calendar_of(type);
    if (entity == 0 || type == "GROUP" || (of == Calendar::user && !soft)) continue;
    find_conflicts(call, event, wanted, entity, of, found);
  }
  if (found.empty()) return none;
  return std::optional(Answer(json::object{{"conflicts", std::move(found)}}));
}

Ox<Answer> free_busy(Call& call) {
  OXB_TRY(const auto from_text, call.need("from"));
  OXB_TRY(const auto until_text, call.need("until"));
  OXB_TRY(const auto from, parse_range("from", from_text));
  OXB_TRY(const auto until, parse_range("until", until_text));
  OXB_TRY(const auto body, call.body_object());
  const auto* list = body.if_contains("attendees");
  if (!list || !list->is_array()) return ox_fail("SVL-0009", "attendees");
  std::vector<Asked> asked;
  std::optional<OxError> wrong;
  for (const auto& value : list->get_array()) {
    if (!value.is_object()) return wrong_type("String", "JSONObject");
    Asked one{value.get_object(), as_number(value.get_object(), "entity").value_or(0), Calendar::user};
    const auto type = as_string(one.sent, "cuType");
    one.of = calendar_of(type);
    const auto uri = as_string(one.sent, "uri");
    if (one.entity == 0 && ascii_lower(uri).starts_with("mailto:")) {
      one.entity =
          call.db.integer("SELECT user FROM address WHERE address = ? AND context = ?", uri.substr(7), call.context)
              .value_or(0);
    }
    const bool known = one.of == Calendar::resource ? find_resource(call.db, call.context, one.entity).has_value()
                                                    : find_user(call.db, call.context, one.entity).has_value();
    if (one.entity != 0 && !known && type != "GROUP") {
      wrong = OxError("CAL-4034", {std::to_string(one.entity), one.entity,
                                   one.of == Calendar::resource ? "RESOURCE" : "INDIVIDUAL"});
    }
    asked.push_back(std::move(one));
  }
  // One calendar user that does not exist spoils the answer for all.
  if (wrong) return Answer(failed(asked, *wrong));
  json::array out;
  for (const auto& one : asked) {
    json::object entry{{"attendee", one.sent}};
    if (one.entity == 0) {
      const auto uri = as_string(one.sent, "uri");
      json::object warning;
      OxError("CAL-5033", {uri.starts_with("mailto:") ? uri.substr(7) : uri}).write(warning);
      entry["warnings"] = json::array{std::move(warning)};
    } else {
      auto times = busy_of(call, one.entity, one.of, from, until);
      if (call.flag("merge")) times = merged(std::move(times));
      json::array rows;
      for (auto& time : times) {
        rows.push_back(json::object{{"startTime", time.from},
                                    {"endTime", time.until},
                                    {"fbType", kLevels[static_cast<std::size_t>(time.level)]},
                                    {"event", std::move(time.event)}});
      }
      entry["freeBusyTime"] = std::move(rows);
    }
    out.push_back(std::move(entry));
  }
  return Answer(std::move(out));
}

}  // namespace oxb::sandbox
