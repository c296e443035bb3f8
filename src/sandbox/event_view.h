// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// How an event looks in one folder to one user.
#include "sandbox/events.h"

#include <set>

namespace oxb::sandbox {

// A calendar folder of the request, by its "cal://" name.
struct CalendarFolder {
  Folder folder;
  Rights rights;
  bool birthdays = false;
  std::int64_t account = 0;
  std::string name() const;
  // Whose view this is: the owner's, or the caller's own in public folders.
  std::int64_t viewer(const Call& call) const { return folder.is_private() ? folder.created_by : call.user; }
};
// CAL-4060, CAL-4044, CAL-4045, and CAL-4030 without any right to read.
Ox<CalendarFolder> calendar_folder(const Call& call, std::string_view name);

// `fields` of the request; empty: all.
std::set<std::string, std::less<>> wanted_fields(const Call& call);

bool may_see(const Call& call, const CalendarFolder& folder, const Event& event);
bool takes_part(const Call& call, const Event& event);

// The object. occurrence: of an expanded series, by its wall clock.
json::object event_object(const Call& call, const CalendarFolder& folder, const Event& event,
                          std::optional<std::int64_t> occurrence = std::nullopt);
json::object tombstone_object(const Call& call, const CalendarFolder& folder, std::int64_t id, std::int64_t stamp,
                              const json::object& kept);
json::object only(json::object object, const std::set<std::string, std::less<>>& fields);

json::value calendar_user(const Call& call, std::int64_t user);  // {"uri","cn","email","entity"}
json::value attendee_value(const Call& call, const json::object& stored);
json::array alarms_of(const Call& call, std::int64_t event, std::int64_t user);

}  // namespace oxb::sandbox
