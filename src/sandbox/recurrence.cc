// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/recurrence.h"

#include "sandbox/call.h"

#include <libical/ical.h>

namespace oxb::sandbox {
namespace {

icaltimetype to_ical(std::int64_t local, Moment::Kind kind) {
  const auto text = kind == Moment::Kind::day ? format_day(local) : format_stamp(local);
  return icaltime_from_string(text.c_str());
}

std::int64_t from_ical(const icaltimetype& time) {
  using namespace std::chrono;
  const year_month_day date(year(time.year), month(static_cast<unsigned>(time.month)),
                            day(static_cast<unsigned>(time.day)));
  const auto midnight = duration_cast<milliseconds>(sys_days(date).time_since_epoch()).count();
  return time.is_date ? midnight : midnight + ((time.hour * 60 + time.minute) * 60 + time.second) * std::int64_t{1000};
}

std::vector<std::string> parts_of(const std::string& rule) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (from <= rule.size()) {
    const auto end = std::min(rule.find(';', from), rule.size());
    if (end > from) parts.push_back(rule.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

std::string without_end(const std::string& rule) {
  std::string out;
  for (const auto& part : parts_of(rule)) {
    if (part.starts_with("COUNT=") || part.starts_with("UNTIL=")) continue;
    out += (out.empty() ? "" : ";") + part;
  }
  return out;
}

// The iterator compares UNTIL with wall clocks, so it has to be one.
void localize_until(icalrecurrencetype& rule, const Moment& start) {
  if (icaltime_is_null_time(rule.until)) return;
  auto local = from_ical(rule.until);
  const bool day = start.kind == Moment::Kind::day;
  if (rule.until.is_date && !day) local += kDay - 1000;
  if (!rule.until.is_date && icaltime_is_utc(rule.until) && start.kind == Moment::Kind::zoned) {
    local += start.zone.offset_at_utc(local);
  }
  rule.until = to_ical(local, start.kind);
}

struct IteratorGone {
  void operator()(icalrecur_iterator* iterator) const { icalrecur_iterator_free(iterator); }
};

}  // namespace

std::optional<Recurrence> Recurrence::parse(const std::string& rule, const Moment& start) {
  icalerror_set_errors_are_fatal(0);
  const auto parsed = icalrecurrencetype_from_string(rule.c_str());
  if (parsed.freq == ICAL_NO_RECURRENCE) return std::nullopt;
  Recurrence out(rule, start);
  out.finite_ = parsed.count > 0 || !icaltime_is_null_time(parsed.until);
  return out;
}

std::vector<std::int64_t> Recurrence::starts(std::int64_t until_local, std::size_t most) const {
  auto rule = icalrecurrencetype_from_string(rule_.c_str());
  localize_until(rule, start_);
  const std::unique_ptr<icalrecur_iterator, IteratorGone> iterator(
      icalrecur_iterator_new(rule, to_ical(start_.local, start_.kind)));
  std::vector<std::int64_t> out;
  if (!iterator) return out;
  while (out.size() < most) {
    const auto next = icalrecur_iterator_next(iterator.get());
    if (icaltime_is_null_time(next)) break;
    const auto local = from_ical(next);
    if (local > until_local) break;
    out.push_back(local);
  }
  return out;
}

bool Recurrence::contains(std::int64_t local) const {
  const auto all = starts(local);
  return !all.empty() && all.back() == local;
}

std::optional<std::int64_t> Recurrence::last() const {
  if (!finite_) return std::nullopt;
  constexpr std::int64_t kFarFuture = 32'503'680'000'000;  // the year 3000
  const auto all = starts(kFarFuture);
  if (all.empty()) return std::nullopt;
  return all.back();
}

std::string rule_until(const std::string& rule, const std::string& until) {
  return without_end(rule) + ";UNTIL=" + until;
}

std::string rule_count(const std::string& rule, std::int64_t count) {
  std::string out;
  for (const auto& part : parts_of(rule)) {
    out += (out.empty() ? "" : ";") + (part.starts_with("COUNT=") ? "COUNT=" + std::to_string(count) : part);
  }
  return out;
}

std::optional<std::int64_t> count_of(const std::string& rule) {
  for (const auto& part : parts_of(rule)) {
    if (part.starts_with("COUNT=")) return parse_number(std::string_view(part).substr(6));
  }
  return std::nullopt;
}

std::string until_before(const Moment& start, std::int64_t local) {
  if (start.kind == Moment::Kind::day) return format_day(local - kDay);
  const auto moment = start.with_local(local);
  const auto text = format_stamp(moment.utc(Zone()) - 1000);
  return start.kind == Moment::Kind::floating ? text : text + "Z";
}

}  // namespace oxb::sandbox
