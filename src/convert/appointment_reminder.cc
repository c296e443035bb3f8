// SPDX-License-Identifier: GPL-3.0-or-later
// Alarms -> reminder [MS-OXORMDR] 2.2.1.
#include "convert/appointment_parts.h"
#include "proto/mapi/named.h"

#include <algorithm>

namespace oxb::convert::detail {
namespace {

using std::chrono::minutes;

bool rings(const model::Alarm& alarm) {
  return alarm.action == model::Alarm::Action::display || alarm.action == model::Alarm::Action::audio;
}

// When the alarm rings, as minutes before the start.
std::optional<minutes> lead_of(const model::Alarm& alarm, Instant start, minutes duration) {
  if (alarm.before_start) return std::chrono::floor<minutes>(*alarm.before_start);
  if (alarm.before_end) return std::chrono::floor<minutes>(*alarm.before_end) - duration;
  if (alarm.at) return std::chrono::floor<minutes>(start - *alarm.at);
  return std::nullopt;
}

}  // namespace

// Outlook has one reminder per item: the first alarm of each occurrence. Of a series it rings for the next occurrence.
Reminder reminder_of(const model::Event& event, const std::vector<Instant>& starts, minutes duration, Instant now) {
  Reminder result;
  const model::Alarm* chosen = nullptr;
  std::optional<minutes> lead;
  const Instant reference = starts.empty() ? now : starts.front();
  for (const auto& alarm : event.alarms) {
    if (!rings(alarm) || !alarm.related_to.empty()) continue;
    const auto this_lead = lead_of(alarm, reference, duration);
    if (!this_lead || (lead && *this_lead <= *lead)) continue;
    lead = this_lead;
    chosen = &alarm;
  }
  if (chosen == nullptr) return result;
  // Outlook cannot ring after the start.
  const auto before = std::clamp(*lead, minutes(0), minutes(60 * 24 * 365));
  result.delta = static_cast<std::int32_t>(before.count());
  result.usual_delta = result.delta;
  std::optional<Instant> snoozed;
  for (const auto& alarm : event.alarms)
    if (!alarm.related_to.empty() && alarm.at && (!alarm.acknowledged || *alarm.acknowledged < *alarm.at))
      snoozed = alarm.at;
  for (const auto start : starts) {
    const Instant rings_at = chosen->at && starts.size() == 1 ? *chosen->at : start - before;
    if (start + std::max(duration, minutes(1)) <= now) continue;  // over: nobody wants to hear of it
    if (chosen->acknowledged && *chosen->acknowledged >= rings_at && !snoozed) continue;
    result.set = true;
    result.start = start;
    result.signal = snoozed && *snoozed > rings_at ? *snoozed : rings_at;
    break;
  }
  return result;
}

void set_reminder(mapi::Content& content, const Reminder& reminder, Instant start) {
  namespace lid = mapi::lid;
  put(content, lid::kReminderSet, reminder.set);
  put(content, lid::kReminderDelta, reminder.delta);
  const auto time = reminder.set ? reminder.start : start;
  put(content, lid::kReminderTime, mapi::file_time(time));
  put(content, lid::kReminderSignalTime,
      mapi::file_time(reminder.set ? reminder.signal : start - minutes(reminder.delta)));
}

}  // namespace oxb::convert::detail
