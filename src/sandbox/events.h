// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Stored events. `data` holds the object as the API speaks it, with these differences: people are user ids
// (createdBy, modifiedBy, organizer.entity), attendees carry `folder` as a number and `hidden`, and what depends on the
// view (id, folder, flags, alarms, exception dates of a series) is not in it.
#include "sandbox/chronos_dates.h"
#include "sandbox/folders.h"
#include "sandbox/recurrence.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace oxb::sandbox {

struct Event {
  std::int64_t id = 0;
  std::int64_t series = 0;         // the master's id, also of the master itself; 0: single event
  std::string recurrence;          // of an exception: its recurrence id
  std::int64_t folder = 0;         // a public folder, else 0
  std::int64_t calendar_user = 0;  // 0 in public folders
  std::int64_t created_by = 0;
  std::int64_t modified = 0;
  json::object data;

  bool is_master() const { return series == id && series != 0; }
  bool is_exception() const { return series != 0 && series != id; }
  json::array& attendees();
  const json::array& attendees() const;
  std::string uid() const;
  std::string rule() const;
  Moment start() const;
  Moment end() const;
  std::int64_t length() const { return end().local - start().local; }
};

std::optional<Event> find_event(Database& db, std::int64_t context, std::int64_t id);
std::vector<Event> exceptions_of(Database& db, std::int64_t context, std::int64_t series);
std::optional<Event> find_exception(Database& db, std::int64_t context, const Event& master, std::int64_t local);
// Events that a folder shows; after: only those changed later. In the order of (modified, id).
std::vector<Event> events_in_folder(Database& db, std::int64_t context, std::int64_t folder, std::int64_t after = -1);
// Events that a user attends, wherever they are (free/busy, conflicts, `all` without folder).
std::vector<Event> events_of_user(Database& db, std::int64_t context, std::int64_t user);
std::vector<Event> events_of_resource(Database& db, std::int64_t context, std::int64_t resource);

// Writes the row and the places where it is seen.
void store_event(Call& call, Event& event);
void remove_event(Call& call, const Event& event);
// A tombstone in a folder, of what the calendar user there had seen.
void bury_event(Call& call, const Event& event, std::int64_t user, std::int64_t folder, std::int64_t stamp);
void bury_everywhere(Call& call, const Event& event, std::int64_t stamp);

// The folder in which a user sees the event; 0: nowhere.
std::int64_t folder_for(const Event& event, std::int64_t user);
json::object* attendee_of(Event& event, std::int64_t entity);
const json::object* attendee_of(const Event& event, std::int64_t entity);
bool is_hidden(const json::object& attendee);
// The zone in which days and floating times of a user are read.
Zone zone_of_user(const Call& call, std::int64_t user);

struct Occurrence {
  std::int64_t local = 0;  // start by the wall clock of the series
  std::int64_t utc = 0;
  std::int64_t utc_end = 0;
};
// Occurrences of a series that overlap [from, until), without its exceptions; one for a single event that does.
std::vector<Occurrence> occurrences(const Call& call, const Event& event, std::int64_t from, std::int64_t until,
                                    const Zone& zone, std::size_t most = 1000);
// Exception dates by the wall clock of the series.
std::vector<std::int64_t> deleted_dates(const Event& master);
void set_deleted_dates(Event& master, std::vector<std::int64_t> dates);

}  // namespace oxb::sandbox
