// parts: convert format model proto wire base
// SPDX-License-Identifier: GPL-3.0-or-later
// RRULE text: what becomes a pattern has days, in order, that the written blob repeats.
#include "convert/recurrence.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oxb;
  using namespace oxb::convert;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto rule = parse_recurrence_rule(text);
  if (!rule) return 0;
  if (parse_recurrence_rule(to_text(*rule)).value() != *rule) std::abort();
  const auto start = LocalTime(LocalDay(std::chrono::year(2026) / 1 / 31)) + std::chrono::hours(9);
  const auto pattern = pattern_from_rule(*rule, start, *TimeZone::utc(), SeriesKind::timed);
  if (!pattern) return 0;
  const auto again = mapi::decode_recurrence(mapi::encode(*pattern).value()).value();
  if (!(again == *pattern)) std::abort();
  const auto first = std::chrono::floor<std::chrono::days>(start);
  const auto days = occurrence_days(again, first, first + std::chrono::days(4000), 100);
  if (!days) std::abort();
  for (std::size_t i = 1; i < days->size(); ++i)
    if ((*days)[i] <= (*days)[i - 1]) std::abort();
  static_cast<void>(rule_from_pattern(again, 540, *TimeZone::utc(), SeriesKind::all_day));
  return 0;
}
