// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The occurrences of a recurring appointment, as Outlook computes them from PidLidAppointmentRecur.
#include "convert/recurrence.h"

#include <string>
#include <vector>

namespace oxb::convert {

struct Occurrence {
  LocalTime start, end;  // on the wall clock of the series
  LocalTime original_start;
  bool changed = false;     // has an exception of its own
  std::size_t exception{};  // index into exceptions, where changed
};
// Those that end after `from` and start before `to`, in order of their start, at most `most`.
Result<std::vector<Occurrence>> occurrences(const mapi::AppointmentRecurrence& series, LocalTime from, LocalTime to,
                                            std::size_t most);

// "every 2 weeks on Monday and Thursday from 10:00 to 10:30, starting 2026-01-05, 12 times". English unless the locale
// is German ("de", "de_DE").
std::string recurrence_in_words(const mapi::AppointmentRecurrence& series, std::string_view locale = "en");
// Without times of day: tasks.
std::string recurrence_in_words(const mapi::RecurrencePattern& pattern, std::string_view locale = "en");

}  // namespace oxb::convert
