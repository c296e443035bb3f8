// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// iCalendar (RFC 5545, 7986, with the vendor properties in use) <-> model. Pure, bounded, any thread.
#include "format/ical/content_line.h"
#include "model/event.h"
#include "model/task.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::ical {

// What a calendar says of one of its zones (VTIMEZONE, or only the name where it has none).
struct ZoneDescription {
  struct Observance {
    bool daylight = false;
    std::int32_t offset_to{};  // seconds east of UTC
    model::DateTime start;     // floating
    std::string rule;          // RRULE value
  };
  std::string id;        // TZID as written
  std::string location;  // X-LIC-LOCATION, TZURL
  std::vector<Observance> observances;
};
// The IANA zone that is meant; empty where none is known.
using FindZone = std::function<std::string(const ZoneDescription&)>;
// By name and location alone.
std::string find_zone_by_name(const ZoneDescription& zone);

// By name and location, else by its rules: of several zones that fit `preferred`, else the most common one.
std::string find_zone_by_rules(const ZoneDescription& zone, std::string_view preferred);
// Seconds east of UTC at a wall clock time, as the description says; nothing where it says nothing.
std::optional<std::int32_t> described_offset(const ZoneDescription& zone, const model::DateTime& wall);

// Times in a zone that is described but found nowhere are read with the description, as UTC.
struct ReadOptions {
  FindZone find_zone = find_zone_by_name;
  std::string default_zone = "Etc/UTC";  // where a zone is unknown and not described
  TextLimits limits;
};

// A component that cannot be shown as what it is, and why.
struct Rejected {
  std::string component;  // "VEVENT"
  std::string uid;
  std::string reason;
};

struct Calendar {
  std::string method;  // upper case, "" in plain calendars
  std::string name;    // X-WR-CALNAME
  std::vector<model::Series> series;
  std::vector<model::Task> tasks;
  std::vector<Rejected> rejected;
};

// One result for all VCALENDARs of the text. malformed: there is none.
Result<Calendar> read(std::string_view text, const ReadOptions& options = {});

// Values, also used for vCard: "20240131", "20240131T090000", "20240131T080000Z".
std::optional<model::DateTime> date_time_of(std::string_view text);
std::string text_of(const model::DateTime& time);
std::optional<std::chrono::seconds> duration_of(std::string_view text);  // "-P1DT15M"

// A VCALENDAR with these items; zones are named by their IANA ids, with a VTIMEZONE each.
std::string write(const std::vector<model::Series>& series, const std::vector<model::Task>& tasks,
                  std::string_view product);

}  // namespace oxb::ical
