// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "model/common.h"

namespace oxb::model {

// RFC 5545 3.8.4.1. For internal people and resources entity is the backend's id.
struct Attendee {
  enum class Kind : std::uint8_t { individual, group, resource, room, unknown } kind = Kind::individual;
  enum class Status : std::uint8_t { needs_action, accepted, declined, tentative, delegated } status = Status::needs_action;
  enum class Role : std::uint8_t { required, optional, chair, non_participant } role = Role::required;
  RemoteId entity;       // empty for externals
  std::string uri;       // "mailto:..."
  std::string email;
  std::string name;
  std::string comment;   // of the response
  std::string sent_by;   // mailto of who acts for this one
  bool rsvp = false;
  RemoteId folder;       // where an internal attendee's copy lies
  std::vector<std::string> member_of;
  RawFields raw;
  bool operator==(const Attendee&) const = default;
};

struct Alarm {
  enum class Action : std::uint8_t { display, audio, email, other } action = Action::display;
  std::optional<std::chrono::seconds> before_start;  // positive: before the start; negative: after
  std::optional<std::chrono::seconds> before_end;
  std::optional<Instant> at;
  std::optional<Instant> acknowledged;
  RemoteId id;
  std::string uid;
  std::string related_to;  // a snooze alarm points to the one it repeats
  std::string description;
  RawFields raw;
  bool operator==(const Alarm&) const = default;
};

// One appointment, one series master, or one changed occurrence of a series.
struct Event {
  RemoteId id;
  RemoteId folder;
  RemoteId series;                        // id of the master; equals id for the master itself; empty for single events
  std::string uid;                        // iCalendar UID
  Version version;
  std::int32_t sequence{};
  std::optional<Instant> created, modified;
  std::string summary, location, description;  // description is plain text
  std::string description_html;           // where the source has it
  DateTime start, end;                    // end is exclusive; both dates for all-day events
  bool all_day() const { return start.kind == DateTime::Kind::date; }
  enum class Class : std::uint8_t { open, confidential, secret } classification = Class::open;  // PUBLIC, CONFIDENTIAL, PRIVATE
  bool transparent = false;               // TRANSP:TRANSPARENT
  enum class Status : std::uint8_t { none, tentative, confirmed, cancelled } status = Status::none;
  std::string busy_status;                // X-MICROSOFT-CDO-BUSYSTATUS where the source had one: FREE TENTATIVE BUSY OOF WORKINGELSEWHERE
  std::optional<std::int32_t> priority;
  std::vector<std::string> categories;
  std::string color;                      // CSS, as the backend has it
  std::string url;
  std::string geo;                        // "lat;long"
  std::string recurrence_rule;            // RRULE value; empty for single events and exceptions
  std::optional<DateTime> recurrence_id;  // only exceptions
  std::vector<DateTime> deleted_occurrences;  // EXDATE, only masters
  std::vector<DateTime> changed_occurrences;  // recurrence ids that have an exception object
  std::vector<DateTime> extra_occurrences;    // RDATE
  std::optional<Attendee> organizer;
  std::vector<Attendee> attendees;
  std::vector<Alarm> alarms;              // the caller's own
  std::vector<FileData> attachments;
  RemoteId created_by, modified_by, calendar_user;  // user ids
  std::vector<std::string> flags;         // the backend's hints ("organizer", "accepted", "overridden" ...)
  RawFields raw;
};

// What a folder holds as one item: a single event, or a master with its changed occurrences.
// Someone invited to single occurrences only has exceptions without a master: master is absent then.
struct Series {
  std::optional<Event> master;
  std::vector<Event> exceptions;
};

}  // namespace oxb::model
