// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/ical/reader.h"

#include "base/guid.h"
#include "base/text.h"
#include "format/ical/zone.h"
#include "format/ical/zone_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace oxb::ical {

std::string find_zone_by_name(const ZoneDescription& zone) {
  for (const auto* name : {&zone.id, &zone.location}) {
    if (auto found = zone_by_name(*name); !found.empty()) return found;
  }
  for (const auto* name : {&zone.id, &zone.location}) {
    if (auto found = zone_by_words(*name); !found.empty()) return found;
  }
  return {};
}

namespace detail {
namespace {

constexpr std::size_t kMostObservances = 500;  // two a year since clocks are set

// "+0530", "-023000"
std::int32_t offset_of(std::string_view text) {
  text = trim(text);
  const bool negative = !text.empty() && text.front() == '-';
  std::string digits;
  for (const char c : text)
    if (c >= '0' && c <= '9') digits += c;
  digits.resize(6, '0');
  const auto part = [&](std::size_t at) { return (digits[at] - '0') * 10 + (digits[at + 1] - '0'); };
  const auto seconds = part(0) * 3600 + part(2) * 60 + part(4);
  return negative ? -seconds : seconds;
}

ZoneDescription description_of(const Component& zone) {
  ZoneDescription result;
  if (const auto* id = zone.find("TZID")) result.id = unescape(id->value);
  for (const auto* name : {"X-LIC-LOCATION", "TZURL"}) {
    const auto* line = zone.find(name);
    if (line != nullptr && result.location.empty()) result.location = unescape(line->value);
  }
  for (const auto& child : zone.children) {
    if (child.name != "STANDARD" && child.name != "DAYLIGHT") continue;
    if (result.observances.size() == kMostObservances) break;
    ZoneDescription::Observance observance;
    observance.daylight = child.name == "DAYLIGHT";
    if (const auto* line = child.find("TZOFFSETTO")) observance.offset_to = offset_of(line->value);
    if (const auto* line = child.find("DTSTART"))
      observance.start = date_time_of(line->value).value_or(model::DateTime{});
    if (const auto* line = child.find("RRULE")) observance.rule = std::string(trim(line->value));
    result.observances.push_back(std::move(observance));
  }
  return result;
}

}  // namespace

Zones::Zones(const Component& calendar, const ReadOptions& options) : options_(options) {
  for (const auto& child : calendar.children) {
    if (child.name != "VTIMEZONE") continue;
    auto description = description_of(child);
    auto id = description.id;
    described_.emplace(std::move(id), std::move(description));
  }
}

const std::string& Zones::iana(std::string_view tzid) {
  if (const auto known = resolved_.find(tzid); known != resolved_.end()) return known->second;
  const auto described = described_.find(tzid);
  ZoneDescription description;
  if (described != described_.end())
    description = described->second;
  else
    description.id = std::string(tzid);
  auto zone = options_.find_zone ? options_.find_zone(description) : find_zone_by_name(description);
  if (zone.empty() && description.observances.empty()) zone = options_.default_zone;
  return resolved_.emplace(std::string(tzid), std::move(zone)).first->second;
}

void Zones::place(model::DateTime& time, std::string_view tzid) {
  if (const auto& zone = iana(tzid); !zone.empty()) {
    time.kind = model::DateTime::Kind::zoned;
    time.zone = zone;
    return;
  }
  const auto offset = is_valid(time) ? described_offset(described_.find(tzid)->second, time) : std::nullopt;
  if (offset) time = date_time(local_time(time) - std::chrono::seconds(*offset), model::DateTime::Kind::utc);
}

namespace {

Result<model::DateTime> one_time(std::string_view value, const ContentLine& line, Zones& zones) {
  auto time = date_time_of(value);
  if (!time) return fail(Errc::malformed, fmt::format("{} without a valid date", line.name));
  const bool has_zone =
      std::any_of(line.parameters.begin(), line.parameters.end(), [](const auto& p) { return p.name == "TZID"; });
  if (time->kind == model::DateTime::Kind::floating && has_zone) zones.place(*time, line.parameter("TZID"));
  return *time;
}

}  // namespace

Result<model::DateTime> time_of(const ContentLine& line, Zones& zones) { return one_time(line.value, line, zones); }

Result<std::vector<model::DateTime>> times_of(const Component& component, std::string_view name, Zones& zones) {
  std::vector<model::DateTime> result;
  for (const auto* line : component.find_all(name)) {
    for (auto value : split_escaped(line->value, ',')) {
      value = trim(value.substr(0, value.find('/')));
      if (value.empty()) continue;
      OXB_TRY(auto time, one_time(value, *line, zones));
      result.push_back(std::move(time));
    }
  }
  return result;
}

std::optional<Instant> utc_instant_of(const Component& component, std::string_view name) {
  const auto* line = component.find(name);
  if (line == nullptr) return std::nullopt;
  const auto time = date_time_of(line->value);
  if (!time) return std::nullopt;
  return TimeZone::utc()->to_utc(local_time(*time));
}

std::string text_of_line(const Component& component, std::string_view name) {
  const auto* line = component.find(name);
  return line == nullptr ? std::string() : unescape(line->value);
}

std::optional<std::int32_t> number_of_line(const Component& component, std::string_view name) {
  const auto* line = component.find(name);
  if (line == nullptr) return std::nullopt;
  const auto text = trim(line->value);
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> categories_of(const Component& component) {
  std::vector<std::string> result;
  for (const auto* line : component.find_all("CATEGORIES")) {
    for (const auto part : split_escaped(line->value, ',')) {
      auto name = unescape(trim(part));
      if (!name.empty() && std::find(result.begin(), result.end(), name) == result.end())
        result.push_back(std::move(name));
    }
  }
  return result;
}

std::vector<model::FileData> attachments_of(const Component& component) {
  std::vector<model::FileData> result;
  for (const auto* line : component.find_all("ATTACH")) {
    model::FileData file;
    file.mime_type = std::string(line->parameter("FMTTYPE"));
    for (const auto* name : {"FILENAME", "X-FILENAME", "X-LABEL", "X-APPLE-FILENAME"})
      if (file.name.empty()) file.name = std::string(line->parameter(name));
    if (ascii_iequals(line->parameter("ENCODING"), "BASE64") || ascii_iequals(line->parameter("VALUE"), "BINARY")) {
      std::string compact;
      for (const char c : line->value)
        if (static_cast<unsigned char>(c) > ' ') compact += c;
      auto bytes = from_base64(compact);
      if (!bytes) continue;
      file.size = bytes->size();
      file.data = std::move(*bytes);
    } else {
      file.uri = std::string(trim(line->value));
      if (file.uri.empty()) continue;
      if (file.name.empty()) {
        const auto path = std::string_view(file.uri).substr(0, file.uri.find_first_of("?#"));
        const auto slash = path.rfind('/');
        file.name = std::string(slash == path.npos ? path : path.substr(slash + 1));
      }
    }
    if (file.name.empty()) file.name = "attachment";
    result.push_back(std::move(file));
  }
  return result;
}

// Files without UID exist; the same text always gets the same one.
std::string uid_of(const Component& component) {
  auto uid = text_of_line(component, "UID");
  if (!trim(uid).empty()) return std::string(trim(uid));
  std::string all;
  for (const auto& line : component.lines) all += fmt::format("{}:{}\n", line.name, line.value);
  return to_text(named_guid(all));
}

}  // namespace detail

namespace {

struct Found {
  std::vector<std::string> order;
  std::map<std::string, model::Series> by_uid;
};

void reject(Calendar& calendar, const Component& component, std::string reason) {
  calendar.rejected.push_back({component.name, detail::uid_of(component), std::move(reason)});
}

void add_event(Calendar& calendar, Found& found, const Component& component, detail::Zones& zones) {
  auto event = detail::event_of(component, zones);
  if (!event) return reject(calendar, component, event.error().what);
  auto [place, is_new] = found.by_uid.try_emplace(event->uid);
  if (is_new) found.order.push_back(event->uid);
  auto& series = place->second;
  if (!event->recurrence_id) {
    if (!series.master) {
      series.master = std::move(*event);
    } else if (event->sequence > series.master->sequence) {
      reject(calendar, component, "an earlier version of an event that is there in a later one");
      series.master = std::move(*event);
    } else {
      reject(calendar, component, "another event with the same UID");
    }
    return;
  }
  for (auto& other : series.exceptions) {
    if (*other.recurrence_id != *event->recurrence_id) continue;
    if (event->sequence > other.sequence) std::swap(other, *event);
    return reject(calendar, component, "another version of the same occurrence");
  }
  series.exceptions.push_back(std::move(*event));
}

void read_calendar(Calendar& calendar, Found& found, const Component& component, const ReadOptions& options) {
  if (const auto* version = component.find("VERSION"); version != nullptr && trim(version->value) == "1.0") {
    reject(calendar, component, "vCalendar 1.0");
    return;
  }
  if (calendar.method.empty()) calendar.method = ascii_upper(trim(detail::text_of_line(component, "METHOD")));
  if (calendar.name.empty()) calendar.name = detail::text_of_line(component, "X-WR-CALNAME");
  detail::Zones zones(component, options);
  for (const auto& child : component.children) {
    if (child.name == "VTIMEZONE") continue;
    if (child.name == "VEVENT") {
      add_event(calendar, found, child, zones);
    } else if (child.name == "VTODO") {
      auto task = detail::task_of(child, zones);
      if (task)
        calendar.tasks.push_back(std::move(*task));
      else
        reject(calendar, child, task.error().what);
    } else {
      reject(calendar, child, "not an event or task");
    }
  }
}

}  // namespace

Result<Calendar> read(std::string_view text, const ReadOptions& options) {
  OXB_TRY(const auto components, parse_components(text, options.limits));
  Calendar calendar;
  Found found;
  bool any = false;
  for (const auto& component : components) {
    if (component.name != "VCALENDAR") continue;
    any = true;
    read_calendar(calendar, found, component, options);
  }
  if (!any) return fail(Errc::malformed, "text without a VCALENDAR");
  for (const auto& uid : found.order) {
    auto& series = found.by_uid[uid];
    if (series.master)
      for (const auto& exception : series.exceptions)
        series.master->changed_occurrences.push_back(*exception.recurrence_id);
    calendar.series.push_back(std::move(series));
  }
  return calendar;
}

}  // namespace oxb::ical
