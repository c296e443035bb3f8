// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/ical/ical.h"
#include "format/ical/zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

namespace oxb::ical {
namespace {

using model::Alarm;
using model::Attendee;
using model::DateTime;
using model::Event;
using model::Task;

std::string duration_text(std::chrono::seconds duration) {
  auto total = duration.count();
  std::string text = total < 0 ? "-P" : "P";
  total = std::abs(total);
  if (total == 0 || total % 86'400 != 0) {
    if (total >= 86'400) text += fmt::format("{}D", total / 86'400);
    text += 'T';
    if (total % 86'400 >= 3600) text += fmt::format("{}H", total % 86'400 / 3600);
    if (total % 3600 >= 60) text += fmt::format("{}M", total % 3600 / 60);
    if (total % 60 != 0 || total == 0) text += fmt::format("{}S", total % 60);
  } else {
    text += fmt::format("{}D", total / 86'400);
  }
  return text;
}

// A parameter value: quoted, with what must not stand in quotes taken out.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? '\'' : static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  return result + '"';
}

class Writer {
 public:
  void line(std::string_view name, std::string_view value) { out_ += fold(fmt::format("{}:{}", name, value)); }
  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) line(name, escape(value));
  }
  void stamp(std::string_view name, const std::optional<Instant>& instant) {
    if (instant) line(name, text_of(utc_date_time(*instant)));
  }

  void time(std::string_view name, const DateTime& t) {
    if (t.kind == DateTime::Kind::date) return line(fmt::format("{};VALUE=DATE", name), text_of(t));
    if (t.kind != DateTime::Kind::zoned) return line(name, text_of(t));
    zones_.insert(t.zone);
    first_year_ = std::min<int>(first_year_, t.date.year);
    line(fmt::format("{};TZID={}", name, t.zone), text_of(t));
  }

  void person(std::string_view name, const Attendee& a) {
    static constexpr std::array<std::string_view, 5> kKinds = {"", "GROUP", "RESOURCE", "ROOM", "UNKNOWN"};
    static constexpr std::array<std::string_view, 5> kStates = {"", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"};
    static constexpr std::array<std::string_view, 4> kRoles = {"", "OPT-PARTICIPANT", "CHAIR", "NON-PARTICIPANT"};
    std::string head(name);
    const auto parameter = [&](std::string_view key, std::string_view value) {
      if (!value.empty()) head += fmt::format(";{}={}", key, value);
    };
    if (!a.name.empty()) parameter("CN", quoted(a.name));
    parameter("CUTYPE", kKinds[static_cast<std::size_t>(a.kind)]);
    parameter("PARTSTAT", kStates[static_cast<std::size_t>(a.status)]);
    parameter("ROLE", kRoles[static_cast<std::size_t>(a.role)]);
    if (a.rsvp) parameter("RSVP", "TRUE");
    if (!a.sent_by.empty()) parameter("SENT-BY", quoted(a.sent_by));
    std::string uri;
    for (const char c : a.uri.empty() ? "mailto:" + a.email : a.uri)
      if (static_cast<unsigned char>(c) > ' ') uri += c;
    line(head, uri);
  }

  void alarm(const Alarm& a) {
    static constexpr std::array<std::string_view, 4> kActions = {"DISPLAY", "AUDIO", "EMAIL", "X-OTHER"};
    line("BEGIN", "VALARM");
    line("ACTION", kActions[static_cast<std::size_t>(a.action)]);
    if (a.before_start) line("TRIGGER", duration_text(-*a.before_start));
    if (a.before_end) line("TRIGGER;RELATED=END", duration_text(-*a.before_end));
    if (a.at) line("TRIGGER;VALUE=DATE-TIME", text_of(utc_date_time(*a.at)));
    stamp("ACKNOWLEDGED", a.acknowledged);
    text("UID", a.uid);
    text("RELATED-TO", a.related_to);
    text("DESCRIPTION", a.description);
    line("END", "VALARM");
  }

  void file(const model::FileData& f) {
    std::string head = "ATTACH";
    if (!f.mime_type.empty()) head += fmt::format(";FMTTYPE={}", quoted(f.mime_type));
    if (!f.name.empty()) head += fmt::format(";FILENAME={}", quoted(f.name));
    if (f.data) return line(head + ";ENCODING=BASE64;VALUE=BINARY", to_base64(*f.data));
    if (!f.uri.empty()) line(head, f.uri);
  }

  void categories(const std::vector<std::string>& names) {
    std::string value;
    for (const auto& name : names) value += (value.empty() ? "" : ",") + escape(name);
    if (!value.empty()) line("CATEGORIES", value);
  }

  void event(const Event& e) {
    line("BEGIN", "VEVENT");
    text("UID", e.uid);
    stamp("DTSTAMP", e.modified ? e.modified : std::optional<Instant>(Instant{}));
    stamp("CREATED", e.created);
    stamp("LAST-MODIFIED", e.modified);
    time("DTSTART", e.start);
    if (is_valid(e.end)) time("DTEND", e.end);
    if (e.recurrence_id) time("RECURRENCE-ID", *e.recurrence_id);
    if (!e.recurrence_rule.empty()) line("RRULE", e.recurrence_rule);
    for (const auto& t : e.deleted_occurrences) time("EXDATE", t);
    for (const auto& t : e.extra_occurrences) time("RDATE", t);
    text("SUMMARY", e.summary);
    text("LOCATION", e.location);
    text("DESCRIPTION", e.description);
    if (!e.description_html.empty()) line("X-ALT-DESC;FMTTYPE=text/html", escape(e.description_html));
    categories(e.categories);
    if (e.classification != Event::Class::open)
      line("CLASS", e.classification == Event::Class::secret ? "PRIVATE" : "CONFIDENTIAL");
    if (e.transparent) line("TRANSP", "TRANSPARENT");
    static constexpr std::array<std::string_view, 4> kStates = {"", "TENTATIVE", "CONFIRMED", "CANCELLED"};
    if (e.status != Event::Status::none) line("STATUS", kStates[static_cast<std::size_t>(e.status)]);
    text("X-MICROSOFT-CDO-BUSYSTATUS", e.busy_status);
    if (e.priority) line("PRIORITY", std::to_string(*e.priority));
    line("SEQUENCE", std::to_string(e.sequence));
    text("COLOR", e.color);
    if (!e.url.empty()) line("URL", e.url);
    if (!e.geo.empty()) line("GEO", e.geo);
    if (e.organizer) person("ORGANIZER", *e.organizer);
    for (const auto& a : e.attendees) person("ATTENDEE", a);
    for (const auto& f : e.attachments) file(f);
    for (const auto& a : e.alarms) alarm(a);
    line("END", "VEVENT");
  }

  void task(const Task& t) {
    line("BEGIN", "VTODO");
    text("UID", t.uid);
    stamp("DTSTAMP", t.modified ? t.modified : std::optional<Instant>(Instant{}));
    stamp("CREATED", t.created);
    stamp("LAST-MODIFIED", t.modified);
    const auto date = [&](std::string_view name, const std::optional<Instant>& instant) {
      if (!instant) return;
      auto value = utc_date_time(*instant);
      if (t.full_time) value.kind = DateTime::Kind::date;
      time(name, value);
    };
    date("DTSTART", t.start);
    date("DUE", t.end);
    text("SUMMARY", t.title);
    text("DESCRIPTION", t.note);
    static constexpr std::array<std::string_view, 6> kStates = {"",          "NEEDS-ACTION", "IN-PROCESS",
                                                                "COMPLETED", "NEEDS-ACTION", "CANCELLED"};
    if (t.status && *t.status >= 1 && *t.status <= 5) line("STATUS", kStates[static_cast<std::size_t>(*t.status)]);
    if (t.percent_completed) line("PERCENT-COMPLETE", std::to_string(*t.percent_completed));
    if (t.priority) line("PRIORITY", *t.priority == 3 ? "1" : *t.priority == 2 ? "5" : "9");
    stamp("COMPLETED", t.date_completed);
    categories(t.categories);
    if (t.secret) line("CLASS", "PRIVATE");
    for (const auto& f : t.attachments) file(f);
    if (t.alarm) {
      Alarm a;
      a.at = t.alarm;
      alarm(a);
    }
    line("END", "VTODO");
  }

  std::string finish(std::string_view product) && {
    const auto body = std::move(out_);
    out_.clear();
    line("BEGIN", "VCALENDAR");
    line("VERSION", "2.0");
    text("PRODID", product);
    for (const auto& zone : zones_) time_zone(zone);
    out_ += body;
    line("END", "VCALENDAR");
    return std::move(out_);
  }

 private:
  static std::string offset_text(std::chrono::seconds offset) {
    const auto total = std::abs(offset.count());
    auto text = fmt::format("{}{:02}{:02}", offset.count() < 0 ? '-' : '+', total / 3600, total % 3600 / 60);
    if (total % 60 != 0) text += fmt::format("{:02}", total % 60);
    return text;
  }
  void observance(std::string_view kind, LocalTime start, std::chrono::seconds from, std::chrono::seconds to) {
    line("BEGIN", kind);
    line("DTSTART", text_of(date_time(start, DateTime::Kind::floating)));
    line("TZOFFSETFROM", offset_text(from));
    line("TZOFFSETTO", offset_text(to));
    line("END", kind);
  }
  // Every change of the offset, one by one, from the year before the first event for forty years.
  void time_zone(const std::string& name) {
    const auto zone = find_zone(name);
    if (!zone) return;
    const auto year = [&](int y) { return (*zone)->to_utc(LocalTime(LocalDay(std::chrono::year(y) / 1 / 1))); };
    const int first = std::clamp(first_year_ - 1, 1601, 9900);
    line("BEGIN", "VTIMEZONE");
    line("TZID", name);
    const auto begin = year(first);
    const auto offset = (*zone)->offset_at(begin);
    observance("STANDARD", LocalTime(LocalDay(std::chrono::year(first) / 1 / 1)), offset, offset);
    for (const auto& change : (*zone)->changes(begin, year(first + 40))) {
      const auto wall =
          LocalTime(std::chrono::floor<std::chrono::seconds>(change.at.time_since_epoch()) + change.before);
      observance(change.after > change.before ? "DAYLIGHT" : "STANDARD", wall, change.before, change.after);
    }
    line("END", "VTIMEZONE");
  }

  std::string out_;
  std::set<std::string> zones_;
  int first_year_ = 2020;
};

}  // namespace

std::string write(const std::vector<model::Series>& series, const std::vector<Task>& tasks, std::string_view product) {
  Writer writer;
  for (const auto& one : series) {
    if (one.master) writer.event(*one.master);
    for (const auto& exception : one.exceptions) writer.event(exception);
  }
  for (const auto& task : tasks) writer.task(task);
  return std::move(writer).finish(product);
}

}  // namespace oxb::ical
