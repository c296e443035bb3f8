// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/chronos_dates.h"

#include "sandbox/call.h"

namespace oxb::sandbox {
namespace {

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

std::int64_t Moment::utc(const Zone& otherwise) const {
  switch (kind) {
    case Kind::utc:
      return local;
    case Kind::zoned:
      return local - zone.offset_at_local(local);
    default:
      return local - otherwise.offset_at_local(local);
  }
}

std::optional<std::int64_t> parse_stamp(std::string_view text) {
  using namespace std::chrono;
  if (text.ends_with('Z')) text.remove_suffix(1);
  if (text.size() != 8 && !(text.size() == 15 && text[8] == 'T')) return std::nullopt;
  const auto y = digits(text.substr(0, 4));
  const auto m = digits(text.substr(4, 2));
  const auto d = digits(text.substr(6, 2));
  if (!y || !m || !d) return std::nullopt;
  const year_month_day date(year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d)));
  if (!date.ok()) return std::nullopt;
  std::int64_t ms = duration_cast<milliseconds>(sys_days(date).time_since_epoch()).count();
  if (text.size() == 8) return ms;
  const auto hour = digits(text.substr(9, 2));
  const auto minute = digits(text.substr(11, 2));
  const auto second = digits(text.substr(13, 2));
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return ms + ((*hour * 60 + *minute) * 60 + *second) * std::int64_t{1000};
}

std::string format_day(std::int64_t local) {
  using namespace std::chrono;
  const year_month_day date(floor<days>(sys_time<milliseconds>(milliseconds(local))));
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string format_stamp(std::int64_t local) {
  const auto seconds = ((local % kDay) + kDay) % kDay / 1000;
  return fmt::format("{}T{:02}{:02}{:02}", format_day(local), seconds / 3600, seconds / 60 % 60, seconds % 60);
}

Ox<Moment> parse_moment(const json::value& value) {
  const auto* object = value.if_object();
  if (!object) return wrong_type("String", "JSONObject");
  const auto text = as_string(*object, "value");
  const auto local = parse_stamp(text);
  if (!local) return ox_fail("CAL-4006", "date", text);
  Moment moment;
  moment.local = *local;
  const auto* zone = object->if_contains("tzid");
  if (text.size() == 8) {
    moment.kind = Moment::Kind::day;
    return moment;
  }
  if (zone) {
    const std::string name = zone->is_string() ? std::string(zone->get_string()) : "null";
    const auto found = Zone::find(name);
    if (!found) return ox_fail("CAL-4001", name);
    if (found->name() != "UTC" && !text.ends_with('Z')) {
      moment.kind = Moment::Kind::zoned;
      moment.zone = *found;
      return moment;
    }
    moment.kind = Moment::Kind::utc;
    return moment;
  }
  moment.kind = text.ends_with('Z') ? Moment::Kind::utc : Moment::Kind::floating;
  return moment;
}

json::value moment_value(const Moment& moment) {
  switch (moment.kind) {
    case Moment::Kind::day:
      return json::object{{"value", format_day(moment.local)}};
    case Moment::Kind::utc:
      return json::object{{"value", format_stamp(moment.local) + "Z"}};
    case Moment::Kind::floating:
      return json::object{{"value", format_stamp(moment.local)}};
    default:
      return json::object{{"value", format_stamp(moment.local)}, {"tzid", moment.zone.name()}};
  }
}

std::string recurrence_text(const Moment& start, std::int64_t local) {
  switch (start.kind) {
    case Moment::Kind::day:
      return format_day(local);
    case Moment::Kind::utc:
      return format_stamp(local) + "Z";
    case Moment::Kind::floating:
      return format_stamp(local);
    default:
      return start.zone.name() + ":" + format_stamp(local);
  }
}

std::optional<std::int64_t> parse_recurrence(std::string_view text, const Moment& start) {
  const auto colon = text.rfind(':');
  const auto stamp = parse_stamp(colon == std::string_view::npos ? text : text.substr(colon + 1));
  if (!stamp) return std::nullopt;
  if (start.kind == Moment::Kind::day) return *stamp - ((*stamp % kDay) + kDay) % kDay;
  if (start.kind == Moment::Kind::floating) return *stamp;
  std::int64_t utc = *stamp;
  if (colon != std::string_view::npos) {
    const auto zone = Zone::find(text.substr(0, colon));
    if (!zone) return std::nullopt;
    utc = *stamp - zone->offset_at_local(*stamp);
  } else if (!text.ends_with('Z')) {
    return *stamp;  // taken in the series' own zone
  }
  return start.kind == Moment::Kind::utc ? utc : utc + start.zone.offset_at_utc(utc);
}

Ox<std::int64_t> parse_range(std::string_view name, std::string_view text) {
  const auto stamp = parse_stamp(text);
  if (!stamp) return ox_fail("SVL-0004", name, text);
  return *stamp;
}

}  // namespace oxb::sandbox
