// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/oxjson/event.h"
#include "format/oxjson/json.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

namespace oxb::oxjson {
namespace {

bool digits(std::string_view text, unsigned& out) {
  out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    out = out * 10 + static_cast<unsigned>(c - '0');
  }
  return !text.empty();
}

unsigned days_in_month(unsigned year, unsigned month) {
  constexpr std::array<unsigned, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

// "20240131" or "20240131T090000", optionally with "Z".
Result<model::DateTime> basic_time(std::string_view text) {
  model::DateTime t;
  t.kind = model::DateTime::Kind::date;
  unsigned year = 0, month = 0, day = 0;
  const bool date = text.size() >= 8 && digits(text.substr(0, 4), year) && digits(text.substr(4, 2), month) &&
                    digits(text.substr(6, 2), day);
  if (!date || year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) {
    return fail(Errc::malformed, "date value");
  }
  t.date = {static_cast<std::int16_t>(year), static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day)};
  if (text.size() == 8) return t;
  unsigned hour = 0, minute = 0, second = 0;
  const auto rest = text.substr(8);
  const bool time = (rest.size() == 7 || (rest.size() == 8 && rest[7] == 'Z')) && rest[0] == 'T' &&
                    digits(rest.substr(1, 2), hour) && digits(rest.substr(3, 2), minute) &&
                    digits(rest.substr(5, 2), second);
  if (!time || hour > 23 || minute > 59 || second > 60) return fail(Errc::malformed, "time value");
  t.hour = static_cast<std::uint8_t>(hour);
  t.minute = static_cast<std::uint8_t>(minute);
  t.second = static_cast<std::uint8_t>(std::min(second, 59U));  // a leap second is the end of its minute
  t.kind = rest.size() == 8 ? model::DateTime::Kind::utc : model::DateTime::Kind::floating;
  return t;
}

std::string basic_text(const model::DateTime& t) {
  auto out = fmt::format("{:04}{:02}{:02}", t.date.year, t.date.month, t.date.day);
  if (t.kind == model::DateTime::Kind::date) return out;
  out += fmt::format("T{:02}{:02}{:02}", t.hour, t.minute, t.second);
  if (t.kind == model::DateTime::Kind::utc) out += 'Z';
  return out;
}

void apply_zone(model::DateTime& t, std::string_view zone) {
  if (zone.empty() || t.kind != model::DateTime::Kind::floating) return;
  if (zone == "UTC" || zone == "Etc/UTC" || zone == "Z") {
    t.kind = model::DateTime::Kind::utc;
    return;
  }
  t.kind = model::DateTime::Kind::zoned;
  t.zone = zone;
}

}  // namespace

Result<model::DateTime> date_time_of(const json::value& value) {
  if (value.is_string()) return basic_time(value.get_string());
  if (!value.is_object()) return fail(Errc::malformed, "time is not an object");
  const auto& object = value.get_object();
  const auto* text = object.if_contains("value");
  if (text == nullptr || !text->is_string()) return fail(Errc::malformed, "time without value");
  OXB_TRY(auto time, basic_time(text->get_string()));
  if (const auto* zone = object.if_contains("tzid"); zone != nullptr && zone->is_string())
    apply_zone(time, zone->get_string());
  return time;
}

json::object json_of(const model::DateTime& time) {
  json::object out;
  out["value"] = basic_text(time);
  if (time.kind == model::DateTime::Kind::zoned) out["tzid"] = time.zone;
  return out;
}

Result<model::DateTime> recurrence_id_of(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return basic_time(text);
  OXB_TRY(auto time, basic_time(text.substr(colon + 1)));
  apply_zone(time, text.substr(0, colon));
  return time;
}

std::string text_of_recurrence_id(const model::DateTime& time) {
  return time.kind == model::DateTime::Kind::zoned ? time.zone + ":" + basic_text(time) : basic_text(time);
}

Result<std::chrono::seconds> duration_of(std::string_view text) {
  const auto bad = [] { return fail(Errc::malformed, "duration"); };
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || text[0] != 'P') return bad();
  text.remove_prefix(1);
  bool in_time = false, any = false;
  std::int64_t total = 0;
  while (!text.empty()) {
    if (text[0] == 'T') {
      if (in_time) return bad();
      in_time = true;
      text.remove_prefix(1);
      continue;
    }
    std::int64_t number = 0;
    const auto [ptr, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const auto used = static_cast<std::size_t>(ptr - text.data());
    if (error != std::errc{} || used >= text.size() || number < 0 || number > 100'000'000) return bad();
    const char unit = text[used];
    std::int64_t factor = 0;
    if (!in_time && unit == 'W') factor = 604'800;
    if (!in_time && unit == 'D') factor = 86'400;
    if (in_time && unit == 'H') factor = 3600;
    if (in_time && unit == 'M') factor = 60;
    if (in_time && unit == 'S') factor = 1;
    if (factor == 0) return bad();
    total += number * factor;
    text.remove_prefix(used + 1);
    any = true;
  }
  if (!any) return bad();
  return std::chrono::seconds(negative ? -total : total);
}

std::string text_of_duration(std::chrono::seconds duration) {
  auto rest = duration.count();
  std::string out = rest < 0 ? "-P" : "P";
  rest = std::abs(rest);
  if (rest == 0) return "PT0S";
  if (rest % 604'800 == 0) return out + std::to_string(rest / 604'800) + "W";
  if (rest >= 86'400) out += std::to_string(rest / 86'400) + "D";
  rest %= 86'400;
  if (rest == 0) return out;
  out += 'T';
  if (rest >= 3600) out += std::to_string(rest / 3600) + "H";
  if (rest % 3600 >= 60) out += std::to_string(rest % 3600 / 60) + "M";
  if (rest % 60 != 0) out += std::to_string(rest % 60) + "S";
  return out;
}

}  // namespace oxb::oxjson
