// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Inside of the appointment converter.
#include "convert/pim_common.h"
#include "convert/timezone.h"
#include "model/event.h"
#include "proto/mapi/recurrence.h"

namespace oxb::convert::detail {

// An event on a time line.
struct EventTimes {
  std::shared_ptr<const TimeZone> zone;  // of the start; the default zone for all-day and floating events
  std::shared_ptr<const TimeZone> end_zone;
  Instant start, end;
  LocalTime local_start;            // in zone
  std::chrono::minutes duration{};  // on the wall clock of zone
};
Result<EventTimes> times_of(const model::Event& event, const PimContext& context);

enum class Form : std::uint8_t { item, exception };  // exception: the embedded message of a changed occurrence

// Everything but recurrence and reminder.
Result<void> set_event(mapi::Content& content, const model::Event& event, const EventTimes& times,
                       const PimContext& context, Form form);
std::int32_t busy_status_of(const model::Event& event, const PimContext& context);
bool is_meeting(const model::Event& event, const PimContext& context);
std::int32_t color_of(std::string_view css);

struct Reminder {
  bool set = false;
  std::int32_t delta = 15;                  // minutes before the start
  Instant start, signal;                    // of the occurrence it is for; meaningful only when set
  std::optional<std::int32_t> usual_delta;  // what the alarm says, dismissed or not
};
// starts: of the occurrences from now on, in order; one for single events.
Reminder reminder_of(const model::Event& event, const std::vector<Instant>& starts, std::chrono::minutes duration,
                     Instant now);
void set_reminder(mapi::Content& content, const Reminder& reminder, Instant start);

// The series' recurrence with its exceptions, and the hidden attachments of these.
Result<void> set_recurrence(mapi::Content& content, const model::Series& series, const EventTimes& times,
                            const PimContext& context);

}  // namespace oxb::convert::detail
