// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "convert/appointment.h"
#include "convert/timezone_ical.h"
#include "tests/convert_pim/support.h"

namespace oxb::convert {

// The series of events whose lines are given; "--" on a line of its own parts two events.
inline std::vector<model::Series> events(std::string_view lines) {
  std::string text = "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\n";
  for (std::size_t at = 0; at <= lines.size();) {
    const auto end = std::min(lines.find('\n', at), lines.size());
    const auto line = lines.substr(at, end - at);
    text += line == "--" ? "END:VEVENT\nBEGIN:VEVENT" : line;
    text += '\n';
    at = end + 1;
  }
  text += "END:VEVENT\nEND:VCALENDAR\n";
  const auto calendar = ical::read(text, calendar_options("Europe/Berlin"));
  EXPECT_TRUE(calendar);
  if (!calendar) return {};
  for (const auto& rejected : calendar->rejected) ADD_FAILURE() << rejected.reason;
  return calendar->series;
}

inline mapi::Content appointment(std::string_view lines, const PimContext& context = test_context()) {
  const auto series = events(lines);
  if (series.size() != 1) {
    ADD_FAILURE() << series.size() << " series";
    return {};
  }
  auto content = appointment_from_event(series.front(), context);
  EXPECT_TRUE(content) << content.error().what;
  if (!content) return {};
  check_content(*content);
  return std::move(*content);
}

}  // namespace oxb::convert
