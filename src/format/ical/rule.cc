// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/ical/rule.h"

#include "base/text.h"
#include "format/ical/zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace oxb::ical {
namespace {

constexpr std::size_t kListLimit = 400;
constexpr std::array<std::string_view, 7> kFrequencies = {"SECONDLY", "MINUTELY", "HOURLY", "DAILY",
                                                          "WEEKLY",   "MONTHLY",  "YEARLY"};
constexpr std::array<std::string_view, 3> kSkips = {"OMIT", "BACKWARD", "FORWARD"};
constexpr std::array<std::string_view, 7> kWeekdays = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

std::optional<int> number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <std::size_t N>
std::optional<unsigned> index_of(const std::array<std::string_view, N>& names, std::string_view text) {
  for (unsigned i = 0; i < N; ++i)
    if (ascii_iequals(names[i], text)) return i;
  return std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty() && parts.size() <= kListLimit) {
    const auto end = text.find(separator);
    parts.push_back(trim(text.substr(0, end)));
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

auto bad(std::string_view part) { return fail(Errc::malformed, fmt::format("recurrence rule with a bad {}", part)); }

// 20261231, 20261231T235959, 20261231T235959Z
std::optional<model::DateTime> date_time_value(std::string_view text) {
  model::DateTime result;
  result.kind = model::DateTime::Kind::date;
  if (text.size() != 8 && text.size() != 15 && text.size() != 16) return std::nullopt;
  const auto digits = [&](std::size_t at, std::size_t size) { return number(text.substr(at, size)); };
  const auto plain = [&](std::size_t at, std::size_t size) {
    return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                       text.begin() + static_cast<std::ptrdiff_t>(at + size),
                       [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!plain(0, 8)) return std::nullopt;
  result.date = {static_cast<std::int16_t>(*digits(0, 4)), static_cast<std::uint8_t>(*digits(4, 2)),
                 static_cast<std::uint8_t>(*digits(6, 2))};
  if (text.size() > 8) {
    if ((text[8] != 'T' && text[8] != 't') || !plain(9, 6)) return std::nullopt;
    result.kind = model::DateTime::Kind::floating;
    result.hour = static_cast<std::uint8_t>(*digits(9, 2));
    result.minute = static_cast<std::uint8_t>(*digits(11, 2));
    result.second = static_cast<std::uint8_t>(*digits(13, 2));
    if (text.size() == 16) {
      if (text[15] != 'Z' && text[15] != 'z') return std::nullopt;
      result.kind = model::DateTime::Kind::utc;
    }
  }
  if (!is_valid(result)) return std::nullopt;
  return result;
}

std::optional<RecurrenceRule::Weekday> weekday_value(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  RecurrenceRule::Weekday result;
  const auto day = index_of(kWeekdays, text.substr(text.size() - 2));
  if (!day) return std::nullopt;
  result.weekday = *day;
  if (text.size() > 2) {
    const auto ordinal = number(text.substr(0, text.size() - 2));
    if (!ordinal || *ordinal == 0 || *ordinal < -53 || *ordinal > 53) return std::nullopt;
    result.ordinal = *ordinal;
  }
  return result;
}

struct Part {
  std::string_view name;
  std::vector<int> RecurrenceRule::*list;
  int least, most;
  bool negative;
};
constexpr std::array kParts = {
    Part{"BYMONTH", &RecurrenceRule::by_month, 1, 12, false},
    Part{"BYMONTHDAY", &RecurrenceRule::by_month_day, 1, 31, true},
    Part{"BYYEARDAY", &RecurrenceRule::by_year_day, 1, 366, true},
    Part{"BYWEEKNO", &RecurrenceRule::by_week_number, 1, 53, true},
    Part{"BYSETPOS", &RecurrenceRule::by_set_position, 1, 366, true},
    Part{"BYHOUR", &RecurrenceRule::by_hour, 0, 23, false},
    Part{"BYMINUTE", &RecurrenceRule::by_minute, 0, 59, false},
    Part{"BYSECOND", &RecurrenceRule::by_second, 0, 60, false},
};

Result<> read_list(const Part& part, std::string_view value, std::vector<int>& list) {
  for (const auto item : split(value, ',')) {
    const auto n = number(item);
    if (!n || list.size() >= kListLimit) return bad(part.name);
    const int size = part.negative ? std::abs(*n) : *n;
    if (size < part.least || size > part.most) return bad(part.name);
    list.push_back(*n);
  }
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return {};
}

Result<> read_part(RecurrenceRule& rule, std::string_view name, std::string_view value) {
  if (ascii_iequals(name, "FREQ")) {
    const auto frequency = index_of(kFrequencies, value);
    if (!frequency) return bad("FREQ");
    rule.frequency = static_cast<RecurrenceRule::Frequency>(*frequency);
    return {};
  }
  if (ascii_iequals(name, "INTERVAL") || ascii_iequals(name, "COUNT")) {
    const auto n = number(value);
    if (!n || *n < 1) return bad(name.size() == 5 ? "COUNT" : "INTERVAL");
    if (name.size() == 5)
      rule.count = static_cast<std::uint32_t>(*n);
    else
      rule.interval = static_cast<std::uint32_t>(*n);
    return {};
  }
  if (ascii_iequals(name, "UNTIL")) {
    rule.until = date_time_value(value);
    if (!rule.until) return bad("UNTIL");
    return {};
  }
  if (ascii_iequals(name, "WKST")) {
    const auto day = index_of(kWeekdays, value);
    if (!day) return bad("WKST");
    rule.week_start = *day;
    return {};
  }
  if (ascii_iequals(name, "SKIP")) {
    const auto skip = index_of(kSkips, value);
    if (!skip) return bad("SKIP");
    rule.skip = static_cast<RecurrenceRule::Skip>(*skip);
    return {};
  }
  if (ascii_iequals(name, "RSCALE")) {
    if (!ascii_iequals(value, "GREGORIAN")) return fail(Errc::unsupported, "recurrence rule of another calendar");
    return {};
  }
  if (ascii_iequals(name, "BYDAY")) {
    for (const auto item : split(value, ',')) {
      const auto day = weekday_value(item);
      if (!day || rule.by_day.size() >= kListLimit) return bad("BYDAY");
      rule.by_day.push_back(*day);
    }
    std::sort(rule.by_day.begin(), rule.by_day.end());
    rule.by_day.erase(std::unique(rule.by_day.begin(), rule.by_day.end()), rule.by_day.end());
    return {};
  }
  for (const auto& part : kParts)
    if (ascii_iequals(name, part.name)) return read_list(part, value, rule.*part.list);
  if (name.size() > 2 && (name.starts_with("X-") || name.starts_with("x-"))) return {};
  return fail(Errc::unsupported, "recurrence rule with a part that RFC 5545 does not know");
}

void append_list(std::string& text, std::string_view name, const std::vector<int>& list) {
  if (!list.empty()) text += fmt::format(";{}={}", name, fmt::join(list, ","));
}

}  // namespace

Result<RecurrenceRule> parse_recurrence_rule(std::string_view text) {
  text = trim(text);
  if (text.size() > 4096) return fail(Errc::limit, "recurrence rule of more than 4096 characters");
  if (text.size() > 6 && ascii_iequals(text.substr(0, 6), "RRULE:")) text.remove_prefix(6);
  RecurrenceRule rule;
  bool has_frequency = false;
  for (const auto part : split(text, ';')) {
    if (part.empty()) continue;
    const auto equals = part.find('=');
    if (equals == part.npos) return bad("part");
    const auto name = trim(part.substr(0, equals));
    has_frequency = has_frequency || ascii_iequals(name, "FREQ");
    OXB_CHECK(read_part(rule, name, trim(part.substr(equals + 1))));
  }
  if (!has_frequency) return bad("FREQ");
  if (rule.count && rule.until) rule.until.reset();  // must not both be there; the count is the stricter promise
  return rule;
}

std::string to_text(const RecurrenceRule& rule) {
  const bool skips = rule.skip != RecurrenceRule::Skip::omit;
  std::string text = skips ? "RSCALE=GREGORIAN;" : "";  // without it, RFC 7529 does not allow SKIP
  text += fmt::format("FREQ={}", kFrequencies[static_cast<std::size_t>(rule.frequency)]);
  if (rule.interval != 1) text += fmt::format(";INTERVAL={}", rule.interval);
  if (rule.count) text += fmt::format(";COUNT={}", *rule.count);
  if (rule.until) {
    const auto& u = *rule.until;
    text += fmt::format(";UNTIL={:04}{:02}{:02}", u.date.year, u.date.month, u.date.day);
    if (u.kind != model::DateTime::Kind::date) text += fmt::format("T{:02}{:02}{:02}", u.hour, u.minute, u.second);
    if (u.kind == model::DateTime::Kind::utc) text += 'Z';
  }
  append_list(text, "BYMONTH", rule.by_month);
  append_list(text, "BYMONTHDAY", rule.by_month_day);
  append_list(text, "BYYEARDAY", rule.by_year_day);
  append_list(text, "BYWEEKNO", rule.by_week_number);
  if (!rule.by_day.empty()) {
    text += ";BYDAY=";
    for (std::size_t i = 0; i < rule.by_day.size(); ++i) {
      if (i != 0) text += ',';
      if (rule.by_day[i].ordinal != 0) text += std::to_string(rule.by_day[i].ordinal);
      text += kWeekdays[rule.by_day[i].weekday];
    }
  }
  append_list(text, "BYHOUR", rule.by_hour);
  append_list(text, "BYMINUTE", rule.by_minute);
  append_list(text, "BYSECOND", rule.by_second);
  append_list(text, "BYSETPOS", rule.by_set_position);
  if (rule.week_start != 1) text += fmt::format(";WKST={}", kWeekdays[rule.week_start]);
  if (skips) text += fmt::format(";SKIP={}", kSkips[static_cast<std::size_t>(rule.skip)]);
  return text;
}

}  // namespace oxb::ical
