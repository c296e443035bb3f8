// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/recurrence_series.h"

#include <algorithm>

namespace oxb::convert {

Result<std::vector<Occurrence>> occurrences(const mapi::AppointmentRecurrence& series, LocalTime from, LocalTime to,
                                            std::size_t most) {
  using std::chrono::days;
  const auto start = std::chrono::minutes(series.start_time_offset);
  const auto end = std::chrono::minutes(std::max(series.end_time_offset, series.start_time_offset));
  std::vector<Occurrence> result;
  for (std::size_t i = 0; i < series.exceptions.size(); ++i) {
    const auto& e = series.exceptions[i];
    Occurrence changed{from_outlook_minutes(e.start), from_outlook_minutes(std::max(e.start, e.end)),
                       from_outlook_minutes(e.original_start), true, i};
    if ((changed.end > from || (changed.end == changed.start && changed.start >= from)) && changed.start < to)
      result.push_back(changed);
  }
  const auto first = std::chrono::floor<days>(from - end);
  const auto last = std::chrono::floor<days>(to);
  OXB_TRY(const auto plain, occurrence_days(series.pattern, first, last, most + 16));
  for (const auto day : plain) {
    Occurrence one{LocalTime(day) + start, LocalTime(day) + end, LocalTime(day) + start};
    if ((one.end > from || (one.end == one.start && one.start >= from)) && one.start < to) result.push_back(one);
  }
  std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.start < b.start; });
  if (result.size() > most) result.resize(most);
  return result;
}

}  // namespace oxb::convert
