// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Module `chronos`: what the writing actions share.
#include "sandbox/checks.h"
#include "sandbox/event_view.h"

namespace oxb::sandbox {

// CAL-4040, CAL-4041, CAL-4030.
Ox<Event> event_in_folder(const Call& call, const CalendarFolder& folder, std::string_view id);

// The answer of a write: what the acting folder sees of it.
struct Outcome {
  json::array created;
  json::array updated;
  json::array deleted;
  std::int64_t stamp = 0;
  json::object object() && {
    return {{"created", std::move(created)}, {"updated", std::move(updated)}, {"deleted", std::move(deleted)}};
  }
  Answer answer() && {
    const auto newest = stamp;
    return Answer(std::move(*this).object(), newest);
  }
};

// What a client sent, checked and brought into the stored form.
Ox<> apply_event(Call& call, const CalendarFolder& folder, Event& event, const json::object& body, Writing writing);
// Dates and rule against each other. CAL-4220, CAL-4229, CAL-4221, CAL-4002.
Ox<> check_times(const Event& event);
// Attendees as sent -> stored: groups resolved, internal users with their folders, the calendar user among them.
Ox<> set_attendees(Call& call, const CalendarFolder& folder, Event& event, const json::value* sent);
// Alarms of one user; null removes them. CAL-4005.
Ox<> set_alarms(Call& call, std::int64_t event, std::int64_t user, const json::value& alarms);
// Changed attachments with the uploaded parts.
Ox<> set_attachments(Call& call, Event& event, const json::value& attachments);
// Members whose change is a re-scheduling or at least counts in `sequence`.
bool raises_sequence(const json::object& body);
void raise_sequence(Event& event);
void mark_changed(Call& call, Event& event, std::int64_t stamp);

// The conflict answer, or nothing when the event may be stored.
Ox<std::optional<Answer>> conflicts_of(Call& call, const Event& event);

// Scheduling mail that a real server would have sent: counted only.
void count_scheduling(Call& call, const Event& event, std::string_view kind);

Ox<Answer> new_event(Call& call);
Ox<Answer> update_event(Call& call);
Ox<Answer> update_attendee(Call& call);
Ox<Answer> delete_events(Call& call);
Ox<Answer> move_event(Call& call);
Ox<Answer> change_organizer(Call& call);
Ox<Answer> free_busy(Call& call);
Ox<Answer> pending_alarms(Call& call);
Ox<Answer> update_alarms(Call& call);
Ox<Answer> snooze_alarm(Call& call);
Ox<Answer> acknowledge_alarm(Call& call);

// May the caller, in this folder, change everything of the event, or only what belongs to an attendee?
bool acts_as_organizer(const Call& call, const CalendarFolder& folder, const Event& event);
tl::unexpected<OxError> organizer_only(const CalendarFolder& folder, const Event& event, const Call& call);
Ox<> check_fresh(const Event& event, std::int64_t sent);
Ox<> check_write(const Call& call, const CalendarFolder& folder, const Event& event);

// The exception at this occurrence, made from its master when there is none yet. CAL-4061.
Ox<Event> ensure_exception(Call& call, const Event& master, std::string_view recurrence, bool& created);

}  // namespace oxb::sandbox
