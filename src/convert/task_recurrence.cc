// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/recurrence.h"
#include "convert/task.h"

#include <algorithm>

namespace oxb::convert {
namespace {

using mapi::PatternType;
using mapi::RecurEnd;
using mapi::RecurFrequency;
using mapi::RecurrencePattern;
using std::chrono::days;
using Type = model::TaskRecurrence::Type;

std::uint32_t minutes_of(LocalDay day) { return outlook_minutes(LocalTime(day)); }
LocalDay day_of(std::uint32_t minutes) { return std::chrono::floor<days>(from_outlook_minutes(minutes)); }

LocalDay utc_day(Instant instant) { return std::chrono::floor<days>(TimeZone::utc()->to_local(instant)); }

auto broken(const char* what) { return fail(Errc::malformed, std::string("task recurrence with a bad ") + what); }

Result<> set_days(RecurrencePattern& p, const model::TaskRecurrence& r) {
  const bool on_weekdays = r.days != 0;
  if (r.days < 0 || r.days > 127) return broken("weekday");
  switch (r.type) {
    case Type::weekly:
      p.frequency = RecurFrequency::weekly;
      p.type = PatternType::week;
      p.days_of_week = on_weekdays ? static_cast<std::uint32_t>(r.days) : 127;
      return {};
    case Type::monthly:
    case Type::yearly:
      p.frequency = r.type == Type::monthly ? RecurFrequency::monthly : RecurFrequency::yearly;
      if (on_weekdays) {
        if (r.day_in_month < 1 || r.day_in_month > 5) return broken("position");
        p.type = PatternType::month_nth;
        p.days_of_week = static_cast<std::uint32_t>(r.days);
        p.nth = static_cast<std::uint32_t>(r.day_in_month);
      } else {
        if (r.day_in_month < 1 || r.day_in_month > 31) return broken("day of the month");
        p.type = PatternType::month;
        p.day_of_month = static_cast<std::uint32_t>(r.day_in_month);
      }
      return {};
    default:
      p.frequency = RecurFrequency::daily;
      p.type = PatternType::day;
      return {};
  }
}

}  // namespace

Result<RecurrencePattern> pattern_from_task(const model::TaskRecurrence& recurrence, model::Date first) {
  const auto& r = recurrence;
  if (r.type == Type::none) return fail(Errc::invalid, "task that does not recur");
  if (r.interval < 1 || r.interval > (r.type == Type::daily ? 999 : 99)) return broken("interval");
  RecurrencePattern p;
  OXB_CHECK(set_days(p, r));
  const auto interval = static_cast<std::uint32_t>(r.interval);
  p.period = r.type == Type::daily ? interval * 1440 : r.type == Type::yearly ? interval * 12 : interval;
  auto phase = local_day(first);
  if (r.type == Type::yearly) {
    if (r.month < 0 || r.month > 11) return broken("month");
    phase = LocalDay(std::chrono::year(first.year) / (r.month + 1) / 1);
  }
  p.start_date = minutes_of(phase);
  p.first_date_time = first_date_time(p);
  p.start_date = minutes_of(local_day(first));
  OXB_TRY(auto all, PatternDays::create(p));
  const auto start = all.next();
  if (!start) return fail(Errc::invalid, "task recurrence that never happens");
  p.start_date = minutes_of(*start);
  p.first_date_time = first_date_time(p);
  if (r.until) {
    p.end_type = RecurEnd::by_date;
    p.end_date = minutes_of(std::max(utc_day(*r.until), *start));
  } else if (r.occurrences && *r.occurrences > 0) {
    p.end_type = RecurEnd::after_count;
    p.occurrence_count = static_cast<std::uint32_t>(*r.occurrences);
  }
  if (p.end_type == RecurEnd::never) return p;
  OXB_TRY(auto counted, PatternDays::create(p));
  std::uint32_t count = 0;
  auto last = *start;
  while (const auto day = counted.next()) {
    ++count;
    last = *day;
  }
  if (p.end_type == RecurEnd::after_count) p.end_date = minutes_of(last);
  p.occurrence_count = std::max<std::uint32_t>(count, 1);
  return p;
}

Result<model::TaskRecurrence> task_recurrence_from_pattern(const RecurrencePattern& p) {
  OXB_CHECK(PatternDays::create(p));
  model::TaskRecurrence r;
  r.interval = static_cast<std::int32_t>(p.period);
  switch (p.type) {
    case PatternType::day:
      r.type = Type::daily;
      r.interval = static_cast<std::int32_t>(p.period / 1440);
      break;
    case PatternType::week:
      r.type = Type::weekly;
      r.days = static_cast<std::int32_t>(p.days_of_week & 0x7F);
      break;
    default: {
      const bool yearly = p.period % 12 == 0;
      r.type = yearly ? Type::yearly : Type::monthly;
      if (yearly) {
        r.interval = static_cast<std::int32_t>(p.period / 12);
        r.month = date_of(day_of(p.start_date)).month - 1;
      }
      if (p.type == PatternType::month_nth) {
        r.days = static_cast<std::int32_t>(p.days_of_week & 0x7F);
        r.day_in_month = static_cast<std::int32_t>(p.nth);
      } else {
        r.day_in_month = p.type == PatternType::month_end ? 31 : static_cast<std::int32_t>(p.day_of_month);
      }
    }
  }
  if (p.end_type == RecurEnd::after_count) r.occurrences = static_cast<std::int32_t>(p.occurrence_count);
  if (p.end_type == RecurEnd::by_date) r.until = TimeZone::utc()->to_utc(LocalTime(day_of(p.end_date)));
  return r;
}

}  // namespace oxb::convert
