// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Date values of module `chronos`: whole days, zoned, UTC and floating times; recurrence ids in their four spellings.
#include "sandbox/error.h"
#include "sandbox/zones.h"

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oxb::sandbox {

constexpr std::int64_t kDay = 86'400'000;

struct Moment {
  enum class Kind : std::uint8_t { day, zoned, utc, floating } kind = Kind::utc;
  std::int64_t local = 0;  // the wall clock read as if it were UTC, in ms
  Zone zone;               // zoned only

  // The instant; days and floating times are read in the zone given.
  std::int64_t utc(const Zone& otherwise) const;
  Moment with_local(std::int64_t value) const {
    Moment copy = *this;
    copy.local = value;
    return copy;
  }
  bool same_kind(const Moment& other) const { return (kind == Kind::day) == (other.kind == Kind::day); }
};

// "20270105", "20270105T090000", "20270105T090000Z" -> wall clock in ms.
std::optional<std::int64_t> parse_stamp(std::string_view text);
std::string format_day(std::int64_t local);
std::string format_stamp(std::int64_t local);  // without Z

// {"value":..,"tzid":..}. CAL-4001 for a zone that is unknown.
Ox<Moment> parse_moment(const json::value& value);
json::value moment_value(const Moment& moment);

// A recurrence id as the server spells it for a series that starts at `start`.
std::string recurrence_text(const Moment& start, std::int64_t local);
// Any spelling -> the wall clock of the series' start zone. Nothing for what cannot be read.
std::optional<std::int64_t> parse_recurrence(std::string_view text, const Moment& start);

// Range parameters: "20270101T000000Z" or a plain date. SVL-0004.
Ox<std::int64_t> parse_range(std::string_view name, std::string_view text);

}  // namespace oxb::sandbox
