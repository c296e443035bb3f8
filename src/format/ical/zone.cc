// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/ical/zone.h"

#include "format/ical/zone_name.h"

#include <algorithm>

namespace oxb::ical {
namespace {

using std::chrono::days;
using std::chrono::seconds;
constexpr LocalDay kOutlookEpoch = LocalDay(std::chrono::year(1601) / 1 / 1);

std::int64_t unix_seconds(Instant instant) { return std::chrono::floor<seconds>(instant.time_since_epoch()).count(); }
Instant instant_at(std::int64_t unix) { return Instant(std::chrono::duration_cast<Ticks>(seconds(unix))); }

std::chrono::year_month_day calendar(const model::Date& date) {
  return std::chrono::year(date.year) / std::chrono::month(date.month) / std::chrono::day(date.day);
}

int year_of(std::int64_t unix) {
  const auto day = std::chrono::floor<days>(LocalTime(seconds(unix)));
  return static_cast<int>(std::chrono::year_month_day(day).year());
}

}  // namespace

LocalDay local_day(const model::Date& date) { return LocalDay(calendar(date)); }

model::Date date_of(LocalDay day) {
  const std::chrono::year_month_day ymd(day);
  return {static_cast<std::int16_t>(static_cast<int>(ymd.year())),
          static_cast<std::uint8_t>(static_cast<unsigned>(ymd.month())),
          static_cast<std::uint8_t>(static_cast<unsigned>(ymd.day()))};
}

LocalTime local_time(const model::DateTime& time) {
  return local_day(time.date) + std::chrono::hours(time.hour) + std::chrono::minutes(time.minute) +
         seconds(time.second);
}

model::DateTime date_time(LocalTime time, model::DateTime::Kind kind, std::string zone) {
  const auto day = std::chrono::floor<days>(time);
  model::DateTime result;
  result.kind = kind;
  result.date = date_of(day);
  if (kind == model::DateTime::Kind::date) return result;
  const std::chrono::hh_mm_ss clock(time - day);
  result.hour = static_cast<std::uint8_t>(clock.hours().count());
  result.minute = static_cast<std::uint8_t>(clock.minutes().count());
  result.second = static_cast<std::uint8_t>(clock.seconds().count());
  if (kind == model::DateTime::Kind::zoned) result.zone = std::move(zone);
  return result;
}

model::DateTime utc_date_time(Instant instant) {
  return date_time(LocalTime(seconds(unix_seconds(instant))), model::DateTime::Kind::utc);
}

bool is_valid(const model::DateTime& time) {
  return time.date.year >= 1 && time.date.year <= 9999 && calendar(time.date).ok() && time.hour < 24 &&
         time.minute < 60 && time.second <= 60 && (time.kind != model::DateTime::Kind::zoned || !time.zone.empty());
}

std::uint32_t outlook_minutes(LocalTime time) {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(time - LocalTime(kOutlookEpoch)).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(minutes, 0, 0xFFFF'FFFF));
}

LocalTime from_outlook_minutes(std::uint32_t minutes) {
  return LocalTime(kOutlookEpoch) + std::chrono::minutes(minutes);
}

const std::shared_ptr<const TimeZone>& TimeZone::utc() {
  static const std::shared_ptr<const TimeZone> zone = fixed("Etc/UTC", seconds(0));
  return zone;
}

std::shared_ptr<const TimeZone> TimeZone::fixed(std::string name, seconds offset) {
  auto zone = std::make_shared<TimeZone>();
  zone->name_ = std::move(name);
  zone->first_offset_ = static_cast<std::int32_t>(offset.count());
  return zone;
}

LocalTime TimeZone::day_in_year(const YearDay& rule, int year) {
  const std::chrono::year y(year);
  LocalDay day;
  switch (rule.kind) {
    case YearDay::Kind::zero_based:
      day = LocalDay(y / 1 / 1) + days(rule.day);
      break;
    case YearDay::Kind::julian:  // February 29 is never counted
      day = LocalDay(y / 1 / 1) + days(rule.day - 1 + (y.is_leap() && rule.day >= 60 ? 1 : 0));
      break;
    case YearDay::Kind::month_week: {
      const auto month = y / std::chrono::month(static_cast<unsigned>(rule.month));
      const std::chrono::weekday weekday(static_cast<unsigned>(rule.day));
      day = rule.week == 5 ? LocalDay(month / weekday[std::chrono::last])
                           : LocalDay(month / weekday[static_cast<unsigned>(rule.week)]);
      break;
    }
  }
  return LocalTime(day) + rule.time;
}

std::vector<TimeZone::Change> TimeZone::footer_changes(int year) const {
  if (!footer_ || !footer_->daylight) return {};
  const auto& daylight = *footer_->daylight;
  const auto begin = day_in_year(daylight.begin, year).time_since_epoch() - footer_->standard;
  const auto end = day_in_year(daylight.end, year).time_since_epoch() - daylight.offset;
  Change on{instant_at(begin.count()), footer_->standard, daylight.offset};
  Change off{instant_at(end.count()), daylight.offset, footer_->standard};
  if (on.at <= off.at) return {on, off};
  return {off, on};
}

seconds TimeZone::footer_offset(std::int64_t at) const {
  if (!footer_->daylight) return footer_->standard;
  const int year = year_of(at + footer_->standard.count());
  seconds offset = footer_->standard;
  bool found = false;
  for (int y = year - 1; y <= year + 1; ++y) {
    for (const auto& change : footer_changes(y)) {
      if (unix_seconds(change.at) > at) {
        if (!found) offset = change.before;
        return offset;
      }
      offset = change.after;
      found = true;
    }
  }
  return offset;
}

seconds TimeZone::offset_at(Instant instant) const {
  const auto at = unix_seconds(instant);
  if (transitions_.empty() || at < transitions_.front().at) {
    return transitions_.empty() && footer_ ? footer_offset(at) : seconds(first_offset_);
  }
  if (at >= transitions_.back().at && footer_) return footer_offset(at);
  const auto next = std::upper_bound(transitions_.begin(), transitions_.end(), at,
                                     [](std::int64_t value, const Transition& t) { return value < t.at; });
  return seconds(std::prev(next)->offset);
}

LocalTime TimeZone::to_local(Instant instant) const {
  return LocalTime(seconds(unix_seconds(instant)) + offset_at(instant));
}

Instant TimeZone::to_utc(LocalTime time) const {
  const auto wall = time.time_since_epoch().count();
  const auto before = offset_at(instant_at(wall - 86'400));
  const auto after = offset_at(instant_at(wall + 86'400));
  const auto first = instant_at(wall - std::max(before, after).count());  // the larger offset is the earlier instant
  if (before == after || offset_at(first) == std::max(before, after)) return first;
  const auto second = instant_at(wall - std::min(before, after).count());
  if (offset_at(second) == std::min(before, after)) return second;
  return instant_at(wall - before.count());
}

std::vector<TimeZone::Change> TimeZone::changes(Instant from, Instant to) const {
  std::vector<Change> result;
  const auto add = [&](const Change& change) {
    if (change.before != change.after && change.at >= from && change.at < to) result.push_back(change);
  };
  auto next = std::lower_bound(transitions_.begin(), transitions_.end(), unix_seconds(from),
                               [](const Transition& t, std::int64_t value) { return t.at < value; });
  seconds previous(next == transitions_.begin() ? first_offset_ : std::prev(next)->offset);
  for (; next != transitions_.end() && instant_at(next->at) < to; ++next) {
    add({instant_at(next->at), previous, seconds(next->offset)});
    previous = seconds(next->offset);
  }
  if (!footer_) return result;
  const auto explicit_end = transitions_.empty() ? from : instant_at(transitions_.back().at) + seconds(1);
  const auto start = std::max(from, explicit_end);
  if (start >= to) return result;
  for (int year = year_of(unix_seconds(start)) - 1; year <= year_of(unix_seconds(to)) + 1; ++year) {
    for (const auto& change : footer_changes(year))
      if (change.at >= start) add(change);
  }
  return result;
}

Result<std::shared_ptr<const TimeZone>> find_zone(std::string_view name) {
  auto zone = TimeZone::find(name);
  if (zone || zone.error().code != Errc::not_found) return zone;
  const auto iana = zone_by_name(name);
  if (iana.empty() || iana == name) return zone;
  return TimeZone::find(iana);
}

Result<std::shared_ptr<const TimeZone>> zone_of(const model::DateTime& time, std::shared_ptr<const TimeZone> floating) {
  switch (time.kind) {
    case model::DateTime::Kind::utc:
      return TimeZone::utc();
    case model::DateTime::Kind::zoned:
      return find_zone(time.zone);
    default:
      return floating;
  }
}

Result<Instant> to_instant(const model::DateTime& time, const TimeZone& floating) {
  if (!is_valid(time)) return fail(Errc::malformed, "date or time outside the calendar");
  const auto wall = local_time(time);
  if (time.kind == model::DateTime::Kind::zoned) {
    OXB_TRY(const auto zone, find_zone(time.zone));
    return zone->to_utc(wall);
  }
  if (time.kind == model::DateTime::Kind::utc) return TimeZone::utc()->to_utc(wall);
  return floating.to_utc(wall);
}

}  // namespace oxb::ical
