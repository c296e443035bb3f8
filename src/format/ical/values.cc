// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "format/ical/ical.h"
#include "format/ical/zone.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::ical {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

}  // namespace

std::optional<model::DateTime> date_time_of(std::string_view text) {
  text = trim(text);
  std::string compact;  // "2024-01-31T09:00:00" is written by some
  for (const char c : text)
    if (c != '-' && c != ':') compact += c;
  const std::string_view t = compact;
  if (t.size() < 8 || !all_digits(t.substr(0, 8))) return std::nullopt;
  model::DateTime result;
  result.kind = model::DateTime::Kind::date;
  result.date = {static_cast<std::int16_t>(number(t.substr(0, 4))), static_cast<std::uint8_t>(number(t.substr(4, 2))),
                 static_cast<std::uint8_t>(number(t.substr(6, 2)))};
  const bool bare_zone = t.size() == 9 && (t[8] == 'Z' || t[8] == 'z');  // "20131210Z" of an address book's birthdays
  if (t.size() > 8 && !bare_zone) {
    if (t.size() < 13 || (t[8] != 'T' && t[8] != 't' && t[8] != ' ')) return std::nullopt;
    auto clock = t.substr(9);
    result.kind = model::DateTime::Kind::floating;
    if (clock.back() == 'Z' || clock.back() == 'z') {
      result.kind = model::DateTime::Kind::utc;
      clock.remove_suffix(1);
    }
    if ((clock.size() != 6 && clock.size() != 4) || !all_digits(clock)) return std::nullopt;
    result.hour = static_cast<std::uint8_t>(number(clock.substr(0, 2)));
    result.minute = static_cast<std::uint8_t>(number(clock.substr(2, 2)));
    if (clock.size() == 6) result.second = static_cast<std::uint8_t>(number(clock.substr(4, 2)));
  }
  if (!is_valid(result)) return std::nullopt;
  return result;
}

std::string text_of(const model::DateTime& t) {
  auto text = fmt::format("{:04}{:02}{:02}", t.date.year, t.date.month, t.date.day);
  if (t.kind == model::DateTime::Kind::date) return text;
  text += fmt::format("T{:02}{:02}{:02}", t.hour, t.minute, t.second);
  if (t.kind == model::DateTime::Kind::utc) text += 'Z';
  return text;
}

// RFC 5545 3.3.6
std::optional<std::chrono::seconds> duration_of(std::string_view text) {
  text = trim(text);
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || (text.front() != 'P' && text.front() != 'p')) return std::nullopt;
  text.remove_prefix(1);
  std::int64_t total = 0;
  bool any = false;
  while (!text.empty()) {
    if (text.front() == 'T' || text.front() == 't') {
      text.remove_prefix(1);
      continue;
    }
    const auto end = text.find_first_not_of("0123456789");
    if (end == 0 || end == text.npos || end > 8) return std::nullopt;
    const std::int64_t value = number(text.substr(0, end));
    switch (text[end]) {
      case 'W':
      case 'w':
        total += value * 604'800;
        break;
      case 'D':
      case 'd':
        total += value * 86'400;
        break;
      case 'H':
      case 'h':
        total += value * 3600;
        break;
      case 'M':
      case 'm':
        total += value * 60;
        break;
      case 'S':
      case 's':
        total += value;
        break;
      default:
        return std::nullopt;
    }
    any = true;
    text.remove_prefix(end + 1);
  }
  if (!any) return std::nullopt;
  return std::chrono::seconds(negative ? -total : total);
}

}  // namespace oxb::ical
