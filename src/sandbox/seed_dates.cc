// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/seed_dates.h"

#include "sandbox/call.h"
#include "sandbox/chronos_dates.h"

namespace oxb::sandbox {

std::optional<RelativeTime> parse_relative(std::string_view text, std::int64_t today) {
  static constexpr std::string_view kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  const auto blank = text.find(' ');
  const auto head = text.substr(0, blank);
  if (head.size() < 4) return std::nullopt;
  auto number = head.substr(3);
  if (number.starts_with('+')) number.remove_prefix(1);
  const auto offset = parse_number(number);
  if (!offset) return std::nullopt;
  RelativeTime out;
  const auto base = head.substr(0, 3);
  if (base == "day") {
    out.local = today + *offset * kDay;
  } else {
    const auto* day = std::find(std::begin(kDays), std::end(kDays), base);
    if (day == std::end(kDays)) return std::nullopt;
    const auto number_of_day = today / kDay;       // 1970-01-01 was a Thursday
    const auto weekday = (number_of_day + 3) % 7;  // Monday 0
    out.local = today + ((day - std::begin(kDays)) - weekday + 7 * *offset) * kDay;
  }
  if (blank == std::string_view::npos) return out;
  const auto time = text.substr(blank + 1);
  const auto colon = time.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto hour = parse_number(time.substr(0, colon));
  const auto minute = parse_number(time.substr(colon + 1));
  if (!hour || !minute) return std::nullopt;
  out.local += (*hour * 60 + *minute) * 60'000;
  out.timed = true;
  return out;
}

}  // namespace oxb::sandbox
