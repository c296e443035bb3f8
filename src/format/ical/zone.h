// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Wall-clock arithmetic on the calendar's own values, and the zones of the system's tzdata.
#include "base/result.h"
#include "model/common.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::ical {

// Wall-clock time without a zone. Years 1 ... 9999.
using LocalTime = std::chrono::local_seconds;
using LocalDay = std::chrono::local_days;

LocalDay local_day(const model::Date& date);
model::Date date_of(LocalDay day);
// The fields as they stand, whatever the kind.
LocalTime local_time(const model::DateTime& time);
model::DateTime date_time(LocalTime time, model::DateTime::Kind kind, std::string zone = {});
model::DateTime utc_date_time(Instant instant);
// False for dates and times that no calendar has (February 30, 25:00).
bool is_valid(const model::DateTime& time);

// The minutes since 1601-01-01 that Outlook's recurrence data count in. Times before 1601 become 0.
std::uint32_t outlook_minutes(LocalTime time);
LocalTime from_outlook_minutes(std::uint32_t minutes);

// One zone of the system's tzdata. Immutable, shared by all threads.
class TimeZone {
 public:
  // By IANA name. not_found: tzdata has no zone of that name. malformed: its file is damaged.
  static Result<std::shared_ptr<const TimeZone>> find(std::string_view iana);
  // From the bytes of a TZif file (RFC 8536). Bounded; never asserts on its input.
  static Result<std::shared_ptr<const TimeZone>> parse(std::string name, ByteView tzif);
  static const std::shared_ptr<const TimeZone>& utc();
  // A zone without daylight saving time.
  static std::shared_ptr<const TimeZone> fixed(std::string name, std::chrono::seconds offset);

  const std::string& name() const { return name_; }
  // What is added to UTC to get the wall clock.
  std::chrono::seconds offset_at(Instant instant) const;
  LocalTime to_local(Instant instant) const;
  // RFC 5545 3.3.5: a time that occurs twice is the first one; a skipped time is read with the offset before the gap.
  Instant to_utc(LocalTime time) const;

  struct Change {
    Instant at;
    std::chrono::seconds before, after;
    bool operator==(const Change&) const = default;
  };
  // Changes of the offset with from <= at < to, in order.
  std::vector<Change> changes(Instant from, Instant to) const;

 private:
  friend struct TimeZoneReader;
  // A yearly rule after the last explicit transition: the footer of the file (POSIX TZ).
  struct YearDay {
    enum class Kind : std::uint8_t { julian, zero_based, month_week } kind = Kind::month_week;
    int month{}, week{}, day{};   // month_week; day alone for the others
    std::chrono::seconds time{};  // may be negative or beyond a day
  };
  struct Footer {
    std::chrono::seconds standard{};
    struct Daylight {
      std::chrono::seconds offset{};
      YearDay begin, end;
    };
    std::optional<Daylight> daylight;
  };
  struct Transition {
    std::int64_t at{};  // UTC seconds since 1970
    std::int32_t offset{};
  };
  std::vector<Change> footer_changes(int year) const;
  std::chrono::seconds footer_offset(std::int64_t at) const;
  static LocalTime day_in_year(const YearDay& rule, int year);

  std::string name_;
  std::int32_t first_offset_{};
  std::vector<Transition> transitions_;
  std::optional<Footer> footer_;
};

// By IANA name, else by the other names that peers use (zone_by_name).
Result<std::shared_ptr<const TimeZone>> find_zone(std::string_view name);

// The instant a calendar value means. Dates and floating times are read in `floating`.
// not_found: the value's zone does not exist.
Result<Instant> to_instant(const model::DateTime& time, const TimeZone& floating);
// The zone a value is in: its own one, UTC, or `floating`.
Result<std::shared_ptr<const TimeZone>> zone_of(const model::DateTime& time, std::shared_ptr<const TimeZone> floating);

}  // namespace oxb::ical
