// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/oxjson/event.h"

#include "base/text.h"
#include "format/oxjson/json.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <array>

namespace oxb::oxjson {
namespace {

using model::Alarm, model::Attendee, model::Event;

template <class E>
struct Word {
  E value;
  std::string_view text;
};

constexpr std::array<Word<Attendee::Kind>, 5> kKinds = {{{Attendee::Kind::individual, "INDIVIDUAL"},
                                                         {Attendee::Kind::group, "GROUP"},
                                                         {Attendee::Kind::resource, "RESOURCE"},
                                                         {Attendee::Kind::room, "ROOM"},
                                                         {Attendee::Kind::unknown, "UNKNOWN"}}};
constexpr std::array<Word<Attendee::Status>, 5> kStatuses = {{{Attendee::Status::needs_action, "NEEDS-ACTION"},
                                                              {Attendee::Status::accepted, "ACCEPTED"},
                                                              {Attendee::Status::declined, "DECLINED"},
                                                              {Attendee::Status::tentative, "TENTATIVE"},
                                                              {Attendee::Status::delegated, "DELEGATED"}}};
constexpr std::array<Word<Attendee::Role>, 4> kRoles = {{{Attendee::Role::required, "REQ-PARTICIPANT"},
                                                         {Attendee::Role::optional, "OPT-PARTICIPANT"},
                                                         {Attendee::Role::chair, "CHAIR"},
                                                         {Attendee::Role::non_participant, "NON-PARTICIPANT"}}};
constexpr std::array<Word<Alarm::Action>, 3> kActions = {
    {{Alarm::Action::display, "DISPLAY"}, {Alarm::Action::audio, "AUDIO"}, {Alarm::Action::email, "EMAIL"}}};
constexpr std::array<Word<Event::Class>, 3> kClasses = {
    {{Event::Class::open, "PUBLIC"}, {Event::Class::confidential, "CONFIDENTIAL"}, {Event::Class::secret, "PRIVATE"}}};
constexpr std::array<Word<Event::Status>, 3> kEventStatuses = {{{Event::Status::tentative, "TENTATIVE"},
                                                                {Event::Status::confirmed, "CONFIRMED"},
                                                                {Event::Status::cancelled, "CANCELLED"}}};

// An unknown word keeps the default and stays among the raw fields.
template <class E, std::size_t N>
void read_word(Reader& in, std::string_view field, const std::array<Word<E>, N>& words, E& out, model::RawFields& raw) {
  const auto text = in.text(field);
  for (const auto& word : words) {
    if (word.text == text) {
      out = word.value;
      return;
    }
  }
  if (!text.empty()) raw[std::string(field)] = json::serialize(json::value(text));
}

template <class E, std::size_t N>
std::string word(const std::array<Word<E>, N>& words, E value) {
  for (const auto& w : words) {
    if (w.value == value) return std::string(w.text);
  }
  return {};
}

void read_calendar_user(Reader& in, Attendee& out) {
  out.entity = in.positive_id("entity");
  out.uri = in.text("uri");
  out.email = in.text("email");
  out.name = in.text("cn");
  if (const auto* sent_by = in.object("sentBy")) {
    Reader inner(*sent_by);
    out.sent_by = inner.text("uri");
    if (sent_by->size() > 1 || out.sent_by.empty()) out.raw["sentBy"] = json::serialize(*sent_by);
  }
}

Result<Attendee> attendee_of(const json::value& value) {
  if (!value.is_object()) return fail(Errc::malformed, "attendee");
  Reader in(value.get_object());
  Attendee out;
  model::RawFields raw;
  read_calendar_user(in, out);
  read_word(in, "cuType", kKinds, out.kind, raw);
  read_word(in, "partStat", kStatuses, out.status, raw);
  read_word(in, "role", kRoles, out.role, raw);
  // Servers leave defaults out; one that is spelt out stays so.
  if (out.role == Attendee::Role::required && in.present("role")) raw.emplace("role", "\"REQ-PARTICIPANT\"");
  if (out.status == Attendee::Status::needs_action && in.present("partStat"))
    raw.emplace("partStat", "\"NEEDS-ACTION\"");
  out.comment = in.text("comment");
  out.rsvp = in.boolean("rsvp").value_or(false);
  out.folder = in.id("folder");
  out.member_of = in.texts("member");
  OXB_CHECK(in.check());
  raw.merge(in.rest());
  raw.merge(out.raw);
  out.raw = std::move(raw);
  return out;
}

Result<Attendee> organizer_of(const json::object& object) {
  Reader in(object);
  Attendee out;
  out.role = Attendee::Role::chair;
  read_calendar_user(in, out);
  OXB_CHECK(in.check());
  auto raw = in.rest();
  raw.merge(out.raw);
  out.raw = std::move(raw);
  return out;
}

void write_calendar_user(Writer& out, const Attendee& user) {
  out.numeric_id("entity", user.entity).text("uri", user.uri).text("cn", user.name).text("email", user.email);
  if (!user.sent_by.empty() && !user.raw.contains("sentBy")) out.value("sentBy", json::object{{"uri", user.sent_by}});
}

json::object json_of_attendee(const Attendee& attendee) {
  Writer out;
  write_calendar_user(out, attendee);
  out.text("cuType", word(kKinds, attendee.kind));
  if (attendee.status != Attendee::Status::needs_action || !attendee.entity.value.empty()) {
    out.text("partStat", word(kStatuses, attendee.status));
  }
  if (attendee.role != Attendee::Role::required) out.text("role", word(kRoles, attendee.role));
  if (attendee.rsvp) out.value("rsvp", true);
  out.text("comment", attendee.comment).text("folder", attendee.folder.value).texts("member", attendee.member_of);
  return out.raw(attendee.raw).take();
}

Result<> read_trigger(const json::object& trigger, Alarm& out) {
  Reader in(trigger);
  const auto related = in.text("related");
  if (const auto duration = in.text("duration"); !duration.empty()) {
    OXB_TRY(const auto seconds, duration_of(duration));
    (related == "END" ? out.before_end : out.before_start) = -seconds;
  } else if (const auto at = in.text("dateTime"); !at.empty()) {
    OXB_TRY(const auto time, recurrence_id_of(at));
    out.at = from_unix_ms(ms_from_date(time.date) + (time.hour * 3600LL + time.minute * 60LL + time.second) * 1000);
  }
  return in.check();
}

Result<Alarm> alarm_of(const json::value& value) {
  if (!value.is_object()) return fail(Errc::malformed, "alarm");
  Reader in(value.get_object());
  Alarm out;
  out.action = Alarm::Action::other;
  model::RawFields raw;
  read_word(in, "action", kActions, out.action, raw);
  if (const auto* trigger = in.object("trigger")) OXB_CHECK(read_trigger(*trigger, out));
  out.acknowledged = in.instant("acknowledged");
  out.id = in.id("id");
  out.uid = in.text("uid");
  out.description = in.text("description");
  if (const auto* related = in.take("relatedTo")) {
    if (related->is_object()) {
      Reader inner(related->get_object());
      out.related_to = inner.text("value");
      raw["relatedTo"] = json::serialize(*related);
    } else {
      out.related_to = oxjson::text_of(*related).value_or("");
    }
  }
  OXB_CHECK(in.check());
  raw.merge(in.rest());
  out.raw = std::move(raw);
  return out;
}

std::string utc_text(Instant at) {
  const auto ms = to_unix_ms(at);
  auto date = date_from_ms(ms);
  if (!date) return {};
  const auto seconds = (ms - ms_from_date(*date)) / 1000;
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", date->year, date->month, date->day, seconds / 3600,
                     seconds / 60 % 60, seconds % 60);
}

json::object json_of_alarm(const Alarm& alarm, Form form) {
  Writer out;
  if (form == Form::full) out.numeric_id("id", alarm.id);
  out.text("uid", alarm.uid).text("action", word(kActions, alarm.action));
  json::object trigger;
  if (alarm.at) {
    trigger["dateTime"] = utc_text(*alarm.at);
  } else if (alarm.before_end) {
    trigger["related"] = "END";
    trigger["duration"] = text_of_duration(-*alarm.before_end);
  } else if (alarm.before_start) {
    trigger["related"] = "START";
    trigger["duration"] = text_of_duration(-*alarm.before_start);
  }
  if (!trigger.empty()) out.value("trigger", std::move(trigger));
  out.instant("acknowledged", alarm.acknowledged).text("description", alarm.description);
  // The server refuses a DISPLAY alarm without a description.
  if (form == Form::writable && alarm.description.empty()) out.text("description", "Reminder");
  if (!alarm.raw.contains("relatedTo")) out.text("relatedTo", alarm.related_to);
  return out.raw(alarm.raw).take();
}

Result<model::FileData> attachment_of(const json::value& value) {
  if (!value.is_object()) return fail(Errc::malformed, "attachment");
  Reader in(value.get_object());
  model::FileData out;
  out.id = in.id("managedId");
  out.name = in.text("filename");
  out.mime_type = in.text("fmtType");
  out.size = static_cast<std::uint64_t>(std::max<std::int64_t>(in.integer("size").value_or(0), 0));
  out.created = in.instant("created");
  out.uri = in.text("uri");
  OXB_CHECK(in.check());
  return out;
}

Result<std::vector<model::DateTime>> recurrence_ids(Reader& in, std::string_view field) {
  std::vector<model::DateTime> out;
  for (const auto& text : in.texts(field)) {
    OXB_TRY(auto time, recurrence_id_of(text));
    out.push_back(std::move(time));
  }
  return out;
}

void write_recurrence_ids(Writer& out, std::string_view field, const std::vector<model::DateTime>& times) {
  std::vector<std::string> texts;
  for (const auto& time : times) texts.push_back(text_of_recurrence_id(time));
  out.texts(field, texts);
}

RemoteId read_entity(Reader& in, std::string_view field, model::RawFields& raw) {
  const auto* value = in.take(field);
  if (value == nullptr) return {};
  if (!value->is_object()) return RemoteId{oxjson::text_of(*value).value_or("")};  // a bare id in old releases
  raw[std::string(field)] = json::serialize(*value);
  Reader inner(value->get_object());
  return inner.positive_id("entity");
}

constexpr std::string_view kBusyStatus = "X-MICROSOFT-CDO-BUSYSTATUS";
constexpr std::string_view kHtml = "X-ALT-DESC";

std::string property_value(const json::object& properties, std::string_view name) {
  const auto* property = properties.if_contains(name);
  if (property == nullptr) return {};
  if (property->is_object()) {
    const auto* value = property->get_object().if_contains("value");
    return value == nullptr ? std::string() : oxjson::text_of(*value).value_or("");
  }
  return oxjson::text_of(*property).value_or("");
}

void read_properties(Reader& in, Event& out) {
  const auto* properties = in.object("extendedProperties");
  if (properties == nullptr) return;
  out.busy_status = ascii_upper(property_value(*properties, kBusyStatus));
  out.description_html = property_value(*properties, kHtml);
  json::object rest = *properties;
  if (!out.busy_status.empty()) rest.erase(kBusyStatus);
  if (!out.description_html.empty()) rest.erase(kHtml);
  if (!rest.empty()) out.raw["extendedProperties"] = json::serialize(rest);
}

void write_properties(Writer& out, const Event& event) {
  json::object properties;
  if (const auto it = event.raw.find("extendedProperties"); it != event.raw.end()) {
    if (auto value = parse(it->second); value && value->is_object()) properties = std::move(value->get_object());
  }
  if (!event.busy_status.empty()) properties[kBusyStatus] = json::object{{"value", event.busy_status}};
  if (!event.description_html.empty()) {
    properties[kHtml] = json::object{{"value", event.description_html}, {"FMTTYPE", "text/html"}};
  }
  if (!properties.empty()) out.value("extendedProperties", std::move(properties));
}

Result<> read_texts(Reader& in, Event& out) {
  out.summary = in.text("summary");
  out.location = in.text("location");
  out.description = in.text("description");
  out.color = in.text("color");
  out.url = in.text("url");
  out.categories = in.texts("categories");
  out.flags = in.texts("flags");
  out.priority = in.int32("priority");
  if (const auto* geo = in.object("geo")) {
    Reader inner(*geo);
    const auto latitude = inner.text("lat"), longitude = inner.text("long");
    if (!latitude.empty() && !longitude.empty()) out.geo = latitude + ";" + longitude;
  }
  read_word(in, "class", kClasses, out.classification, out.raw);
  read_word(in, "status", kEventStatuses, out.status, out.raw);
  out.transparent = in.text("transp") == "TRANSPARENT";
  read_properties(in, out);
  return in.check();
}

Result<> read_times(Reader& in, Event& out) {
  const auto* start = in.take("startDate");
  if (start == nullptr) return fail(Errc::malformed, "event without start");
  OXB_TRY(out.start, date_time_of(*start));
  if (const auto* end = in.take("endDate")) {
    OXB_TRY(out.end, date_time_of(*end));
  } else {
    out.end = out.start;
    if (out.all_day()) {
      if (const auto next = date_from_ms(ms_from_date(out.start.date) + 86'400'000)) out.end.date = *next;
    }
  }
  if (out.start.kind == model::DateTime::Kind::date && out.end.kind != model::DateTime::Kind::date) {
    return fail(Errc::malformed, "start and end of different kinds");
  }
  out.recurrence_rule = in.text("rrule");
  if (const auto id = in.text("recurrenceId"); !id.empty()) {
    OXB_TRY(out.recurrence_id, recurrence_id_of(id));
  }
  OXB_TRY(out.deleted_occurrences, recurrence_ids(in, "deleteExceptionDates"));
  OXB_TRY(out.changed_occurrences, recurrence_ids(in, "changeExceptionDates"));
  OXB_TRY(out.extra_occurrences, recurrence_ids(in, "recurrenceDates"));
  return in.check();
}

Result<> read_people(Reader& in, Event& out) {
  if (const auto* organizer = in.object("organizer")) {
    OXB_TRY(out.organizer, organizer_of(*organizer));
  }
  for (const auto& value : in.array("attendees")) {
    OXB_TRY(auto attendee, attendee_of(value));
    out.attendees.push_back(std::move(attendee));
  }
  for (const auto& value : in.array("alarms")) {
    OXB_TRY(auto alarm, alarm_of(value));
    out.alarms.push_back(std::move(alarm));
  }
  for (const auto& value : in.array("attachments")) {
    OXB_TRY(auto file, attachment_of(value));
    out.attachments.push_back(std::move(file));
  }
  out.created_by = read_entity(in, "createdBy", out.raw);
  out.modified_by = read_entity(in, "modifiedBy", out.raw);
  out.calendar_user = read_entity(in, "calendarUser", out.raw);
  return in.check();
}

}  // namespace

Result<Event> event_of(const json::object& object) {
  Reader in(object);
  Event out;
  out.id = in.id("id");
  if (out.id.value.empty()) return fail(Errc::malformed, "event without id");
  out.folder = in.id("folder");
  out.series = in.id("seriesId");
  out.uid = in.text("uid");
  out.version = model::Version{in.text("timestamp")};
  out.sequence = in.int32("sequence").value_or(0);
  out.created = in.instant("created");
  out.modified = in.instant("lastModified");
  OXB_CHECK(read_texts(in, out));
  OXB_CHECK(read_times(in, out));
  OXB_CHECK(read_people(in, out));
  auto raw = in.rest();
  raw.merge(out.raw);
  out.raw = std::move(raw);
  return out;
}

json::object json_of(const model::FileData& file) {
  Writer out;
  out.numeric_id("managedId", file.id).text("filename", file.name).text("fmtType", file.mime_type);
  if (file.size != 0) out.number("size", static_cast<std::int64_t>(file.size));
  return out.instant("created", file.created).text("uri", file.uri).take();
}

std::string text_of_status(Attendee::Status status) { return word(kStatuses, status); }

json::object json_of(const Event& event, Form form) {
  Writer out;
  if (form == Form::full) {
    out.text("id", event.id.value).text("folder", event.folder.value).text("seriesId", event.series.value);
    if (const auto version = integer_of(json::value(event.version.value))) out.number("timestamp", version);
    out.number("sequence", event.sequence);
    out.instant("created", event.created).instant("lastModified", event.modified).texts("flags", event.flags);
    if (event.recurrence_id) out.text("recurrenceId", text_of_recurrence_id(*event.recurrence_id));
    write_recurrence_ids(out, "changeExceptionDates", event.changed_occurrences);
    for (const auto& [field, id] :
         {std::pair{"createdBy", &event.created_by}, std::pair{"modifiedBy", &event.modified_by},
          std::pair{"calendarUser", &event.calendar_user}}) {
      if (id->value.empty() || event.raw.contains(field)) continue;
      Writer user;
      out.value(field, user.numeric_id("entity", *id).take());
    }
  }
  out.text("uid", event.uid).text("summary", event.summary).text("location", event.location);
  out.text("description", event.description).text("color", event.color).text("url", event.url);
  out.texts("categories", event.categories).number("priority", event.priority);
  out.text("class", word(kClasses, event.classification)).text("status", word(kEventStatuses, event.status));
  out.text("transp", event.transparent ? "TRANSPARENT" : "OPAQUE");
  if (const auto semicolon = event.geo.find(';'); semicolon != std::string::npos) {
    out.value("geo", json::object{{"lat", std::strtod(event.geo.c_str(), nullptr)},
                                  {"long", std::strtod(event.geo.c_str() + semicolon + 1, nullptr)}});
  }
  out.value("startDate", json_of(event.start)).value("endDate", json_of(event.end));
  out.text("rrule", event.recurrence_rule);
  write_recurrence_ids(out, "deleteExceptionDates", event.deleted_occurrences);
  write_recurrence_ids(out, "recurrenceDates", event.extra_occurrences);
  if (event.organizer) {
    Writer organizer;
    write_calendar_user(organizer, *event.organizer);
    out.value("organizer", organizer.raw(event.organizer->raw).take());
  }
  json::array attendees, alarms, attachments;
  for (const auto& attendee : event.attendees) attendees.push_back(json_of_attendee(attendee));
  for (const auto& alarm : event.alarms) alarms.push_back(json_of_alarm(alarm, form));
  for (const auto& file : event.attachments) attachments.push_back(json_of(file));
  if (!attendees.empty()) out.value("attendees", std::move(attendees));
  if (!alarms.empty()) out.value("alarms", std::move(alarms));
  if (!attachments.empty() && form == Form::full) out.value("attachments", std::move(attachments));
  write_properties(out, event);
  if (form == Form::full) out.raw(event.raw);
  return out.take();
}

}  // namespace oxb::oxjson
