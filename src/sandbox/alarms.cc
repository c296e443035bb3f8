// SPDX-License-Identifier: GPL-3.0-or-later
// Module `chronos/alarm`.
#include "sandbox/chronos_write.h"

#include <boost/json/serialize.hpp>

namespace oxb::sandbox {
namespace {

// "-PT15M", "P1D", "-P1W" -> ms.
std::optional<std::int64_t> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!text.starts_with('P')) return std::nullopt;
  text.remove_prefix(1);
  std::int64_t total = 0;
  std::int64_t number = 0;
  bool time = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      number = number * 10 + (c - '0');
      if (number > 1'000'000'000) return std::nullopt;
      continue;
    }
    switch (c) {
      case 'T':
        time = true;
        break;
      case 'W':
        total += number * 7 * kDay;
        break;
      case 'D':
        total += number * kDay;
        break;
      case 'H':
        total += number * 3'600'000;
        break;
      case 'M':
        total += time ? number * 60'000 : 0;
        break;
      case 'S':
        total += number * 1000;
        break;
      default:
        return std::nullopt;
    }
    number = 0;
  }
  return negative ? -total : total;
}

std::optional<std::int64_t> trigger_time(const json::object& alarm, const Occurrence& at) {
  const auto* trigger = alarm.if_contains("trigger");
  if (!trigger || !trigger->is_object()) return std::nullopt;
  const auto& object = trigger->get_object();
  if (const auto fixed = as_string(object, "dateTime"); !fixed.empty()) return parse_stamp(fixed);
  const auto duration = parse_duration(as_string(object, "duration"));
  if (!duration) return std::nullopt;
  return (as_string(object, "related") == "END" ? at.utc_end : at.utc) + *duration;
}

struct StoredAlarm {
  std::int64_t id = 0;
  std::int64_t event = 0;
  json::object data;
};

Ox<StoredAlarm> own_alarm(const Call& call) {
  OXB_TRY(const auto event, call.need("id"));
  OXB_TRY(const auto id, call.need_number("alarmId"));
  auto q = call.db.query("SELECT event, data FROM alarm WHERE context = ? AND id = ? AND user = ?", call.context, id,
                         call.user);
  if (!q.next()) return ox_fail("CAL-4049", id, event);
  return StoredAlarm{id, q.integer(0), parse_object(q.text(1))};
}

Ox<Answer> store_alarm(Call& call, const StoredAlarm& alarm) {
  auto event = find_event(call.db, call.context, alarm.event);
  if (!event) return ox_fail("CAL-4040", std::to_string(alarm.event));
  OXB_TRY(const auto folder, calendar_folder(call, calendar_name(folder_for(*event, call.user))));
  call.db.run("UPDATE alarm SET data = ? WHERE context = ? AND id = ?", json::serialize(alarm.data), call.context,
              alarm.id);
  Outcome out;
  out.stamp = call.stamp();
  mark_changed(call, *event, out.stamp);
  store_event(call, *event);
  out.updated.push_back(event_object(call, folder, *event));
  return std::move(out).answer();
}

}  // namespace

// The next time of each alarm of the user before rangeEnd, unless it was acknowledged.
Ox<Answer> pending_alarms(Call& call) {
  OXB_TRY(const auto end_text, call.need("rangeEnd"));
  OXB_TRY(const auto end, parse_range("rangeEnd", end_text));
  const auto actions = call.param_or("actions", "DISPLAY");
  const auto now = call.sandbox_now();
  const auto zone = zone_of_user(call, call.user);
  json::array out;
  auto q = call.db.query("SELECT id, event, data FROM alarm WHERE context = ? AND user = ? ORDER BY id", call.context,
                         call.user);
  while (q.next()) {
    const auto alarm = parse_object(q.text(2));
    const auto action = as_string(alarm, "action");
    if (("," + actions + ",").find("," + action + ",") == std::string::npos) continue;
    const auto event = find_event(call.db, call.context, q.integer(1));
    const auto where = event ? folder_for(*event, call.user) : 0;
    if (where == 0) continue;
    const auto acknowledged = as_number(alarm, "acknowledged").value_or(0);
    for (const auto& at : occurrences(call, *event, now - 31 * kDay, end + 31 * kDay, zone, 200)) {
      const auto time = trigger_time(alarm, at);
      if (!time || *time >= end || *time <= acknowledged || at.utc_end < now) continue;
      json::object entry{{"alarmId", q.integer(0)},
                         {"eventId", std::to_string(event->id)},
                         {"action", action},
                         {"folder", calendar_name(where)}};
      if (event->is_master()) entry["recurrenceId"] = recurrence_text(event->start(), at.local);
      if (event->is_exception()) entry["recurrenceId"] = event->recurrence;
      entry["time"] = format_stamp(*time) + "Z";
      out.push_back(std::move(entry));
      break;
    }
  }
  return Answer(std::move(out));
}

Ox<Answer> update_alarms(Call& call) {
  OXB_TRY(const auto name, call.need("folder"));
  OXB_TRY(const auto id, call.need("id"));
  OXB_TRY(const auto sent, call.need_number("timestamp"));
  OXB_TRY(const auto body, call.body_array());
  OXB_TRY(const auto folder, calendar_folder(call, name));
  OXB_TRY(auto event, event_in_folder(call, folder, id));
  OXB_CHECK(check_fresh(event, sent));
  Outcome out;
  bool created = false;
  if (const auto* recurrence = call.param("recurrenceId"); recurrence && event.is_master()) {
    const Event master = event;
    OXB_TRY(event, ensure_exception(call, master, *recurrence, created));
  }
  OXB_CHECK(set_alarms(call, event.id, folder.viewer(call), body));
  out.stamp = call.stamp();
  if (created) event.data["created"] = out.stamp;
  mark_changed(call, event, out.stamp);
  store_event(call, event);
  (created ? out.created : out.updated).push_back(event_object(call, folder, event));
  return std::move(out).answer();
}

Ox<Answer> snooze_alarm(Call& call) {
  OXB_TRY(const auto time, call.need_number("snoozeTime"));
  OXB_TRY(auto alarm, own_alarm(call));
  const auto now = call.sandbox_now();
  alarm.data["acknowledged"] = now;
  alarm.data["trigger"] = json::object{{"dateTime", format_stamp(now + time) + "Z"}};
  return store_alarm(call, alarm);
}

Ox<Answer> acknowledge_alarm(Call& call) {
  OXB_TRY(auto alarm, own_alarm(call));
  alarm.data["acknowledged"] = call.sandbox_now();
  return store_alarm(call, alarm);
}

}  // namespace oxb::sandbox
