// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Inside of the iCalendar reader.
#include "format/ical/ical.h"

#include <map>

namespace oxb::ical::detail {

// The zones of one VCALENDAR, resolved once per name.
class Zones {
 public:
  Zones(const Component& calendar, const ReadOptions& options);
  // A wall clock time becomes one in the zone, or in UTC where the zone is only described.
  void place(model::DateTime& time, std::string_view tzid);
  const std::string& default_zone() const { return options_.default_zone; }

 private:
  const std::string& iana(std::string_view tzid);  // empty: only the description is known

  const ReadOptions& options_;
  std::map<std::string, ZoneDescription, std::less<>> described_;
  std::map<std::string, std::string, std::less<>> resolved_;
};

// A date or time with its TZID; malformed where it is none.
Result<model::DateTime> time_of(const ContentLine& line, Zones& zones);
// All values of EXDATE or RDATE lines; of periods the start.
Result<std::vector<model::DateTime>> times_of(const Component& component, std::string_view name, Zones& zones);
std::optional<Instant> utc_instant_of(const Component& component, std::string_view name);
std::string text_of_line(const Component& component, std::string_view name);
std::optional<std::int32_t> number_of_line(const Component& component, std::string_view name);
std::vector<std::string> categories_of(const Component& component);
std::vector<model::FileData> attachments_of(const Component& component);
std::string uid_of(const Component& component);

Result<model::Event> event_of(const Component& component, Zones& zones);
Result<model::Task> task_of(const Component& component, Zones& zones);

}  // namespace oxb::ical::detail
