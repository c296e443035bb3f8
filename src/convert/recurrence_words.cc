// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/recurrence_series.h"

#include <fmt/format.h>

#include <array>

namespace oxb::convert {
namespace {

using mapi::PatternType;
using mapi::RecurEnd;

struct Words {
  std::array<std::string_view, 7> weekdays;
  std::array<std::string_view, 12> months;
  std::array<std::string_view, 5> ordinals;
  std::string_view and_word, day, weekday, weekend_day;
  std::string_view every_day, every_days, every_week, every_weeks, every_month, every_months, every_year, every_years;
  std::string_view on_days, on_day_of_month, on_last_day, on_nth, on_date, on_nth_of;
  std::string_view from_to, all_day, starting, until, times, left_out, changed, unknown;
};

constexpr Words kEnglish = {
    {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
    {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
     "December"},
    {"first", "second", "third", "fourth", "last"},
    "and",
    "day",
    "weekday",
    "weekend day",
    "every day",
    "every {} days",
    "every week",
    "every {} weeks",
    "every month",
    "every {} months",
    "every year",
    "every {} years",
    " on {}",
    " on day {}",
    " on the last day",
    " on the {} {}",
    " on {1} {0}",
    " on the {} {} of {}",
    " from {} to {}",
    ", all day",
    ", starting {}",
    ", until {}",
    ", {} times",
    ", {} left out",
    ", {} changed",
    "recurs in a way that cannot be shown",
};

constexpr Words kGerman = {
    {"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"},
    {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
     "Dezember"},
    {"ersten", "zweiten", "dritten", "vierten", "letzten"},
    "und",
    "Tag",
    "Werktag",
    "Wochenendtag",
    "jeden Tag",
    "alle {} Tage",
    "jede Woche",
    "alle {} Wochen",
    "jeden Monat",
    "alle {} Monate",
    "jedes Jahr",
    "alle {} Jahre",
    " am {}",
    " am {}. Tag",
    " am letzten Tag",
    " am {} {}",
    " am {}. {}",
    " am {} {} im {}",
    " von {} bis {}",
    ", ganztägig",
    ", ab {}",
    ", bis {}",
    ", {}-mal",
    ", {} ausgelassen",
    ", {} geändert",
    "wiederholt sich auf eine Weise, die nicht darstellbar ist",
};

const Words& words_of(std::string_view locale) { return locale.starts_with("de") ? kGerman : kEnglish; }

template <class... A>
std::string worded(std::string_view form, A&&... values) {
  return fmt::format(fmt::runtime(form), std::forward<A>(values)...);
}

std::string join(const std::vector<std::string_view>& items, std::string_view and_word) {
  std::string result;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i != 0) result += i + 1 == items.size() ? fmt::format(" {} ", and_word) : ", ";
    result += items[i];
  }
  return result;
}

std::string weekdays(const Words& w, std::uint32_t mask) {
  std::vector<std::string_view> names;
  for (unsigned i = 0; i < 7; ++i) {
    const unsigned day = (i + 1) % 7;  // Monday first
    if ((mask >> day & 1U) != 0) names.push_back(w.weekdays[day]);
  }
  return join(names, w.and_word);
}

std::string nth_day(const Words& w, std::uint32_t mask) {
  if (mask == 0x7F) return std::string(w.day);
  if (mask == 0x3E) return std::string(w.weekday);
  if (mask == 0x41) return std::string(w.weekend_day);
  return weekdays(w, mask);
}

std::string every(std::string_view one, std::string_view many, std::uint32_t n) {
  return n == 1 ? std::string(one) : worded(many, n);
}

std::string date_text(std::uint32_t minutes) {
  const auto date = date_of(std::chrono::floor<std::chrono::days>(from_outlook_minutes(minutes)));
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string clock_text(std::uint32_t minutes) { return fmt::format("{:02}:{:02}", minutes / 60 % 24, minutes % 60); }

std::string monthly_words(const Words& w, const mapi::RecurrencePattern& p) {
  const bool yearly = p.period % 12 == 0;
  const auto month =
      w.months[date_of(std::chrono::floor<std::chrono::days>(from_outlook_minutes(p.start_date))).month - 1U];
  std::string text =
      yearly ? every(w.every_year, w.every_years, p.period / 12) : every(w.every_month, w.every_months, p.period);
  if (p.type == PatternType::month_nth) {
    const auto nth = w.ordinals[std::min<std::uint32_t>(p.nth, 5) - 1];
    const auto day = nth_day(w, p.days_of_week);
    return text + (yearly ? worded(w.on_nth_of, nth, day, month) : worded(w.on_nth, nth, day));
  }
  if (yearly) return text + worded(w.on_date, p.day_of_month, month);
  if (p.type == PatternType::month_end || p.day_of_month == 31) return text + std::string(w.on_last_day);
  return text + worded(w.on_day_of_month, p.day_of_month);
}

std::string pattern_words(const Words& w, const mapi::RecurrencePattern& p) {
  switch (p.type) {
    case PatternType::day:
      return every(w.every_day, w.every_days, p.period / 1440);
    case PatternType::week: {
      auto text = every(w.every_week, w.every_weeks, p.period);
      return text + worded(w.on_days, weekdays(w, p.days_of_week));
    }
    default:
      return monthly_words(w, p);
  }
}

std::string range_words(const Words& w, const mapi::RecurrencePattern& p) {
  auto text = worded(w.starting, date_text(p.start_date));
  if (p.end_type == RecurEnd::by_date) text += worded(w.until, date_text(p.end_date));
  if (p.end_type == RecurEnd::after_count) text += worded(w.times, p.occurrence_count);
  return text;
}

}  // namespace

std::string recurrence_in_words(const mapi::RecurrencePattern& pattern, std::string_view locale) {
  const auto& w = words_of(locale);
  if (!PatternDays::create(pattern)) return std::string(w.unknown);
  return pattern_words(w, pattern) + range_words(w, pattern);
}

std::string recurrence_in_words(const mapi::AppointmentRecurrence& series, std::string_view locale) {
  const auto& w = words_of(locale);
  if (!PatternDays::create(series.pattern)) return std::string(w.unknown);
  auto text = pattern_words(w, series.pattern);
  const auto length = series.end_time_offset - std::min(series.end_time_offset, series.start_time_offset);
  if (series.start_time_offset == 0 && length != 0 && length % 1440 == 0)
    text += w.all_day;
  else
    text += worded(w.from_to, clock_text(series.start_time_offset), clock_text(series.end_time_offset));
  text += range_words(w, series.pattern);
  const auto changed = series.exceptions.size();
  const auto deleted = series.pattern.deleted_dates.size();
  if (deleted > changed) text += worded(w.left_out, deleted - changed);
  if (changed > 0) text += worded(w.changed, changed);
  return text;
}

}  // namespace oxb::convert
