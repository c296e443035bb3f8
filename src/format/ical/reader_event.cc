// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "format/ical/reader.h"
#include "format/ical/rule.h"
#include "format/ical/zone.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::ical::detail {
namespace {

using model::Alarm;
using model::Attendee;
using model::DateTime;
using model::Event;
using std::chrono::seconds;

template <class T>
struct Choice {
  std::string_view text;
  T value;
};

template <class T, std::size_t N>
T choose(std::string_view text, const Choice<T> (&choices)[N], T otherwise) {
  for (const auto& choice : choices)
    if (ascii_iequals(trim(text), choice.text)) return choice.value;
  return otherwise;
}

std::string address_of(std::string_view uri) {
  uri = trim(uri);
  if (uri.size() > 7 && ascii_iequals(uri.substr(0, 7), "mailto:")) return std::string(trim(uri.substr(7)));
  return uri.find('@') != uri.npos && uri.find(':') == uri.npos ? std::string(uri) : std::string();
}

Attendee attendee_of(const ContentLine& line) {
  using Kind = Attendee::Kind;
  using Status = Attendee::Status;
  using Role = Attendee::Role;
  static constexpr Choice<Kind> kKinds[] = {
      {"GROUP", Kind::group}, {"RESOURCE", Kind::resource}, {"ROOM", Kind::room}, {"UNKNOWN", Kind::unknown}};
  static constexpr Choice<Status> kStates[] = {{"ACCEPTED", Status::accepted},   {"DECLINED", Status::declined},
                                               {"TENTATIVE", Status::tentative}, {"DELEGATED", Status::delegated},
                                               {"CONFIRMED", Status::accepted},  {"COMPLETED", Status::accepted}};
  static constexpr Choice<Role> kRoles[] = {
      {"OPT-PARTICIPANT", Role::optional}, {"CHAIR", Role::chair}, {"NON-PARTICIPANT", Role::non_participant}};
  Attendee result;
  result.uri = std::string(trim(line.value));
  result.email = address_of(line.value);
  if (result.email.empty()) result.email = std::string(trim(line.parameter("EMAIL")));
  if (!result.email.empty()) result.uri = "mailto:" + result.email;
  result.name = std::string(trim(line.parameter("CN")));
  if (result.name.empty()) result.name = result.email;
  result.kind = choose(line.parameter("CUTYPE"), kKinds, Kind::individual);
  result.status = choose(line.parameter("PARTSTAT"), kStates, Status::needs_action);
  result.role = choose(line.parameter("ROLE"), kRoles, Role::required);
  result.rsvp = ascii_iequals(line.parameter("RSVP"), "TRUE");
  result.sent_by = std::string(line.parameter("SENT-BY"));
  for (const auto& p : line.parameters)
    if (p.name == "MEMBER") result.member_of.insert(result.member_of.end(), p.values.begin(), p.values.end());
  return result;
}

std::optional<Alarm> alarm_of(const Component& component) {
  using Action = Alarm::Action;
  static constexpr Choice<Action> kActions[] = {
      {"DISPLAY", Action::display}, {"AUDIO", Action::audio}, {"EMAIL", Action::email}};
  const auto* trigger = component.find("TRIGGER");
  if (trigger == nullptr) return std::nullopt;
  Alarm alarm;
  alarm.action = choose(text_of_line(component, "ACTION"), kActions, Action::other);
  if (const auto duration = duration_of(trigger->value)) {
    auto& lead = ascii_iequals(trigger->parameter("RELATED"), "END") ? alarm.before_end : alarm.before_start;
    lead = -*duration;
  } else if (const auto time = date_time_of(trigger->value)) {
    alarm.at = TimeZone::utc()->to_utc(local_time(*time));
  } else {
    return std::nullopt;
  }
  alarm.acknowledged = utc_instant_of(component, "ACKNOWLEDGED");
  alarm.uid = text_of_line(component, "UID");
  alarm.related_to = text_of_line(component, "RELATED-TO");
  alarm.description = text_of_line(component, "DESCRIPTION");
  return alarm;
}

// DTEND, or DTSTART with DURATION; a day or nothing where the file has neither.
Result<DateTime> end_of(const Component& component, const DateTime& start, Zones& zones) {
  if (const auto* line = component.find("DTEND")) {
    OXB_TRY(auto end, time_of(*line, zones));
    if (end.kind == DateTime::Kind::date && start.kind != DateTime::Kind::date) {
      // A day as the end of a timed event: its midnight.
      const auto day = local_time(end);
      return date_time(std::max(day, local_time(start)), start.kind, start.zone);
    }
    if (start.kind == DateTime::Kind::date && end.kind != DateTime::Kind::date) {
      auto day = std::chrono::floor<std::chrono::days>(local_time(end));
      if (LocalTime(day) < local_time(end)) day += std::chrono::days(1);
      end = date_time(LocalTime(day), DateTime::Kind::date);
    }
    return end;
  }
  seconds length{start.kind == DateTime::Kind::date ? 86'400 : 0};
  if (const auto* line = component.find("DURATION")) {
    const auto duration = duration_of(line->value);
    if (!duration || duration->count() < 0) return fail(Errc::malformed, "event with a bad DURATION");
    length = *duration;
  }
  if (start.kind == DateTime::Kind::date) {
    const auto days = std::max<std::int64_t>((length.count() + 86'399) / 86'400, 1);
    return date_time(local_time(start) + std::chrono::days(days), DateTime::Kind::date);
  }
  return date_time(local_time(start) + length, start.kind, start.zone);
}

Result<> read_recurrence(Event& event, const Component& component, Zones& zones) {
  const auto rules = component.find_all("RRULE");
  if (rules.size() > 1) return fail(Errc::unsupported, "event with several recurrence rules");
  if (component.find("EXRULE") != nullptr) return fail(Errc::unsupported, "event with a rule of exceptions");
  if (!rules.empty()) {
    OXB_TRY(const auto rule, parse_recurrence_rule(rules.front()->value));
    event.recurrence_rule = to_text(rule);
  }
  OXB_TRY(event.deleted_occurrences, times_of(component, "EXDATE", zones));
  OXB_TRY(event.extra_occurrences, times_of(component, "RDATE", zones));
  if (const auto* line = component.find("RECURRENCE-ID")) {
    if (ascii_iequals(line->parameter("RANGE"), "THISANDFUTURE"))
      return fail(Errc::unsupported, "change of an occurrence and all that follow");
    OXB_TRY(event.recurrence_id, time_of(*line, zones));
    event.recurrence_rule.clear();
  }
  return {};
}

void read_people(Event& event, const Component& component) {
  if (const auto* line = component.find("ORGANIZER"); line != nullptr && !trim(line->value).empty())
    event.organizer = attendee_of(*line);
  for (const auto* line : component.find_all("ATTENDEE"))
    if (!trim(line->value).empty()) event.attendees.push_back(attendee_of(*line));
}

void read_marks(Event& event, const Component& component) {
  using Class = Event::Class;
  using Status = Event::Status;
  static constexpr Choice<Class> kClasses[] = {{"PRIVATE", Class::secret}, {"CONFIDENTIAL", Class::confidential}};
  static constexpr Choice<Status> kStates[] = {
      {"TENTATIVE", Status::tentative}, {"CONFIRMED", Status::confirmed}, {"CANCELLED", Status::cancelled}};
  event.classification = choose(text_of_line(component, "CLASS"), kClasses, Class::open);
  event.status = choose(text_of_line(component, "STATUS"), kStates, Status::none);
  event.transparent = ascii_iequals(trim(text_of_line(component, "TRANSP")), "TRANSPARENT");
  event.busy_status = ascii_upper(trim(text_of_line(component, "X-MICROSOFT-CDO-BUSYSTATUS")));
  event.priority = number_of_line(component, "PRIORITY");
  event.sequence = std::max(0, number_of_line(component, "SEQUENCE").value_or(0));
  event.categories = categories_of(component);
  event.color = std::string(trim(text_of_line(component, "COLOR")));
  if (const auto* line = component.find("URL")) event.url = std::string(trim(line->value));
  if (const auto* line = component.find("GEO")) event.geo = std::string(trim(line->value));
}

}  // namespace

Result<Event> event_of(const Component& component, Zones& zones) {
  Event event;
  event.uid = uid_of(component);
  if (event.uid.size() > 4096) return fail(Errc::limit, "event with a UID of more than 4096 characters");
  const auto* start = component.find("DTSTART");
  if (start == nullptr) return fail(Errc::malformed, "event without DTSTART");
  OXB_TRY(event.start, time_of(*start, zones));
  OXB_TRY(event.end, end_of(component, event.start, zones));
  OXB_CHECK(read_recurrence(event, component, zones));
  event.summary = text_of_line(component, "SUMMARY");
  event.location = text_of_line(component, "LOCATION");
  event.description = text_of_line(component, "DESCRIPTION");
  for (const auto* line : component.find_all("X-ALT-DESC"))
    if (ascii_iequals(line->parameter("FMTTYPE"), "text/html")) event.description_html = unescape(line->value);
  event.created = utc_instant_of(component, "CREATED");
  event.modified = utc_instant_of(component, "LAST-MODIFIED");
  if (!event.modified) event.modified = utc_instant_of(component, "DTSTAMP");
  read_marks(event, component);
  read_people(event, component);
  event.attachments = attachments_of(component);
  for (const auto& child : component.children) {
    if (child.name != "VALARM") continue;
    if (auto alarm = alarm_of(child)) event.alarms.push_back(std::move(*alarm));
  }
  return event;
}

}  // namespace oxb::ical::detail
