// SPDX-License-Identifier: GPL-3.0-or-later
// What clients send of an event: checking it and bringing it into the stored form.
#include "base/guid.h"
#include "base/text.h"
#include "sandbox/checks.h"
#include "sandbox/chronos_write.h"
#include "sandbox/principals.h"

#include <boost/json/serialize.hpp>

namespace oxb::sandbox {
namespace {

struct TextField {
  const char* name;
  std::size_t limit;
  const char* label;
};
constexpr TextField kTexts[] = {
    {"summary", 255, "Subject"},
    {"location", 255, "Location"},
    {"description", 65535, "Description"},
    {"color", 32, "Color"},
    {"url", 767, "URL"},
    {"filename", 1024, "Filename"},
    {"relatedTo", 767, "Related"},
    {"rrule", 255, "Recurrence rule"},
    {"uid", 1024, "UID"},
};
constexpr const char* kObjects[] = {"geo", "categories", "extendedProperties", "conferences", "attendeePrivileges"};
constexpr const char* kSequenceFields[] = {"summary",   "location", "description",          "startDate",
                                           "endDate",   "rrule",    "deleteExceptionDates", "status",
                                           "attendees", "transp",   "recurrenceDates"};
constexpr std::size_t kMostAttendees = 1000;
constexpr std::size_t kMostAlarms = 100;

Ox<> apply_texts(Event& event, const json::object& body, Writing writing) {
  for (const auto& field : kTexts) {
    const auto* value = body.if_contains(field.name);
    if (!value || (writing == Writing::change && std::string_view(field.name) == "uid")) continue;
    if (value->is_null() || (value->is_string() && value->get_string().empty())) {
      event.data.erase(field.name);
      continue;
    }
    if (!value->is_string()) return wrong_type("Integer", "String");
    const std::string text(value->get_string());
    if (const auto bad = illegal_character(text); !bad.empty()) return ox_fail("CAL-5071", bad, field.label);
    const auto length = field.limit >= 65535 ? text.size() : count_characters(text);
    if (length > field.limit) {
      return tl::unexpected(OxError("CAL-5070", {field.label, field.limit, length}).too_long(0, length, field.limit));
    }
    event.data[field.name] = text;
  }
  return {};
}

Ox<> apply_enumerations(const Call& call, const CalendarFolder& folder, Event& event, const json::object& body) {
  struct Enumeration {
    const char* field;
    std::array<std::string_view, 3> allowed;
  };
  static constexpr Enumeration kEnumerations[] = {
      {"class", {"PUBLIC", "CONFIDENTIAL", "PRIVATE"}},
      {"transp", {"OPAQUE", "TRANSPARENT", "OPAQUE"}},
      {"status", {"TENTATIVE", "CONFIRMED", "CANCELLED"}},
  };
  for (const auto& [field, allowed] : kEnumerations) {
    const auto* value = body.if_contains(field);
    if (!value) continue;
    if (value->is_null()) {
      event.data.erase(field);
      continue;
    }
    const auto text = ascii_upper(as_id(*value));
    if (std::find(allowed.begin(), allowed.end(), text) == allowed.end()) return ox_fail("CAL-4006", field, text);
    event.data[field] = text;
  }
  if (!event.data.contains("class")) event.data["class"] = "PUBLIC";
  if (!event.data.contains("transp")) event.data["transp"] = "OPAQUE";
  const auto classification = as_string(event.data, "class");
  const bool own = folder.folder.is_private() && folder.folder.created_by == call.user;
  if (body.contains("class") && classification != "PUBLIC" && !own)
    return ox_fail("CAL-4222", classification, folder.name());
  return {};
}

Ox<> apply_dates(Event& event, const json::object& body) {
  for (const auto* field : {"startDate", "endDate"}) {
    const auto* value = body.if_contains(field);
    if (!value) continue;
    if (value->is_null()) {
      event.data.erase(field);
      continue;
    }
    OXB_TRY(const auto moment, parse_moment(*value));
    event.data[field] = moment_value(moment);
  }
  const auto* list = body.if_contains("deleteExceptionDates");
  if (list && !event.is_exception()) {
    std::vector<std::int64_t> dates;
    if (const auto* array = list->if_array()) {
      for (const auto& value : *array) {
        const auto local = parse_recurrence(as_id(value), event.start());
        if (!local) return ox_fail("CAL-4061", as_id(value), event.rule());
        dates.push_back(*local);
      }
    }
    set_deleted_dates(event, std::move(dates));
  }
  return {};
}

std::string group_uri(std::int64_t context, std::int64_t group) {
  return fmt::format("urn:uuid:{:08x}-0000-{:04x}-00fc-c0e11e000002", context, group);
}

struct Attendees {
  json::array list;
  json::object* find(std::int64_t entity) {
    for (auto& value : list) {
      if (as_number(value.as_object(), "entity") == entity) return &value.as_object();
    }
    return nullptr;
  }
};

// What the client said of a user beside his identity.
void copy_details(const json::object& from, json::object& to) {
  for (const auto* field : {"role", "rsvp", "comment", "partStat", "extendedParameters", "sentBy"}) {
    if (const auto* value = from.if_contains(field); value && !value->is_null()) to[field] = *value;
  }
}

std::int64_t entity_of_address(const Call& call, std::string_view uri) {
  if (!ascii_lower(uri).starts_with("mailto:")) return 0;
  return call.db.integer("SELECT user FROM address WHERE address = ? AND context = ?", uri.substr(7), call.context)
      .value_or(0);
}

Ox<> add_user(const Call& call, Attendees& out, std::int64_t entity, const json::object& sent) {
  if (!find_user(call.db, call.context, entity))
    return ox_fail("CAL-4034", std::to_string(entity), entity, "INDIVIDUAL");
  if (auto* known = out.find(entity)) {
    copy_details(sent, *known);
    return {};
  }
  json::object attendee{{"entity", entity}, {"cuType", "INDIVIDUAL"}, {"partStat", "NEEDS-ACTION"}};
  copy_details(sent, attendee);
  out.list.push_back(std::move(attendee));
  return {};
}

Ox<> add_attendee(Call& call, Attendees& out, const json::object& sent) {
  auto entity = as_number(sent, "entity").value_or(0);
  const auto uri = as_string(sent, "uri");
  auto type = as_string(sent, "cuType");
  if (type.empty()) type = "INDIVIDUAL";
  if (entity <= 0 && type == "INDIVIDUAL") entity = entity_of_address(call, uri);
  if (entity <= 0) {
    if (uri.empty()) return ox_fail("CAL-4034", uri, 0, type);
    json::object attendee{{"uri", uri}};
    for (const auto* field : {"cn", "email"}) {
      if (const auto value = as_string(sent, field); !value.empty()) attendee[field] = value;
    }
    if (!attendee.contains("email") && ascii_lower(uri).starts_with("mailto:")) attendee["email"] = uri.substr(7);
    attendee["cuType"] = type;
    copy_details(sent, attendee);
    out.list.push_back(std::move(attendee));
    return {};
  }
  if (type == "RESOURCE" || type == "ROOM") {
    const auto resource = find_resource(call.db, call.context, entity);
    if (!resource) return ox_fail("CAL-4034", std::to_string(entity), entity, type);
    if (out.find(entity)) return {};
    const auto mail = as_string(resource->data, "mailaddress");
    json::object attendee{{"uri", "mailto:" + mail}, {"cn", as_string(resource->data, "display_name")},
                          {"email", mail},           {"entity", entity},
                          {"cuType", type},          {"partStat", "ACCEPTED"}};
    if (const auto text = as_string(resource->data, "description"); !text.empty()) attendee["comment"] = text;
    out.list.push_back(std::move(attendee));
    return {};
  }
  if (type == "GROUP") {
    const auto group = find_group(call.sandbox, call.context, entity);
    if (!group) return ox_fail("CAL-4034", std::to_string(entity), entity, type);
    const auto group_id = group_uri(call.context, entity);
    for (const auto member : group->members) {
      OXB_CHECK(add_user(call, out, member, {}));
      auto& list = (*out.find(member))["member"];
      if (!list.is_array()) list = json::array();
      list.get_array().push_back(json::value(group_id));
    }
    out.list.push_back(json::object{{"uri", group_id},
                                    {"cn", group->display_name},
                                    {"entity", entity},
                                    {"cuType", "GROUP"},
                                    {"partStat", "ACCEPTED"}});
    return {};
  }
  return add_user(call, out, entity, sent);
}

Ox<json::object> checked_alarm(const json::value& value, std::size_t index) {
  const auto* sent = value.if_object();
  const auto bad = [&] { return ox_fail("CAL-4005", std::to_string(index)); };
  if (!sent) return bad();
  const auto action = as_string(*sent, "action");
  const auto* trigger = sent->if_contains("trigger");
  if (action.empty() || !trigger || !trigger->is_object()) return bad();
  // A display alarm without a text is refused.
  if (action == "DISPLAY" && as_string(*sent, "description").empty()) return bad();
  const auto& inner = trigger->get_object();
  if (as_string(inner, "duration").empty() && as_string(inner, "dateTime").empty()) return bad();
  json::object alarm;
  for (const auto* field :
       {"action", "uid", "description", "summary", "attendees", "acknowledged", "relatedTo", "repeat"}) {
    if (const auto* member = sent->if_contains(field); member && !member->is_null()) alarm[field] = *member;
  }
  json::object kept = inner;
  if (kept.contains("duration") && !kept.contains("related")) kept["related"] = "START";
  alarm["trigger"] = std::move(kept);
  if (!alarm.contains("uid")) alarm["uid"] = to_text(random_guid());
  return alarm;
}

}  // namespace

Ox<> apply_event(Call& call, const CalendarFolder& folder, Event& event, const json::object& body, Writing writing) {
  OXB_CHECK(apply_dates(event, body));
  OXB_CHECK(apply_texts(event, body, writing));
  OXB_CHECK(apply_enumerations(call, folder, event, body));
  for (const auto* field : kObjects) {
    const auto* value = body.if_contains(field);
    if (!value) continue;
    if (value->is_null()) {
      event.data.erase(field);
    } else {
      event.data[field] = *value;
    }
  }
  if (!event.data.contains("attendeePrivileges")) event.data["attendeePrivileges"] = "DEFAULT";
  return check_times(event);
}

Ox<> check_times(const Event& event) {
  for (const auto& [field, label] : {std::pair{"startDate", "Starts on"}, {"endDate", "Ends on"}}) {
    if (!event.data.contains(field)) return ox_fail("CAL-4220", label);
  }
  const auto start = event.start();
  const auto end = event.end();
  const auto text = [&](const char* field) { return as_string(event.data.at(field).as_object(), "value"); };
  if (!start.same_kind(end)) return ox_fail("CAL-4229", text("startDate"), text("endDate"));
  if (end.utc(Zone()) < start.utc(Zone())) return ox_fail("CAL-4221", text("startDate"), text("endDate"));
  const auto rule = event.rule();
  if (!rule.empty() && !Recurrence::parse(rule, start)) return ox_fail("CAL-4002", rule);
  return {};
}

Ox<> set_attendees(Call& call, const CalendarFolder& folder, Event& event, const json::value* sent) {
  Attendees out;
  const auto self = folder.viewer(call);
  const json::array before = event.attendees();
  if (sent && sent->is_array()) {
    if (sent->get_array().size() > kMostAttendees) return ox_fail("CAL-5073", kMostAttendees);
    for (const auto& value : sent->get_array()) {
      if (!value.is_object()) return wrong_type("String", "JSONObject");
      OXB_CHECK(add_attendee(call, out, value.get_object()));
    }
  }
  // The calendar user always takes part, and as its organizer has accepted.
  const auto* organizer = event.data.if_contains("organizer");
  const bool external = organizer && organizer->is_object() && !organizer->get_object().contains("entity");
  if (!out.find(self)) {
    json::object me{{"entity", self}, {"cuType", "INDIVIDUAL"}, {"partStat", "ACCEPTED"}};
    out.list.insert(out.list.begin(), std::move(me));
  } else if (!external) {
    (*out.find(self))["partStat"] = "ACCEPTED";
  }
  out.find(self)->erase("member");
  for (auto& value : out.list) {
    auto& attendee = value.as_object();
    const auto entity = as_number(attendee, "entity").value_or(0);
    for (const auto& old : before) {  // answers, places and what is hidden stay
      const auto& known = old.as_object();
      const bool same =
          entity > 0 ? as_number(known, "entity") == entity : as_string(known, "uri") == as_string(attendee, "uri");
      if (!same) continue;
      for (const auto* field : {"folder", "hidden", "transp", "partStat", "comment"}) {
        if (const auto* kept = known.if_contains(field);
            kept && !(std::string_view(field) == "partStat" && entity == self)) {
          attendee[field] = *kept;
        }
      }
    }
    const bool user = entity > 0 && as_string(attendee, "cuType") == "INDIVIDUAL";
    if (user && event.folder == 0 && !attendee.contains("folder")) {
      attendee["folder"] =
          entity == self ? folder.folder.id : default_folder(call.db, call.context, entity, "calendar");
    }
  }
  if (as_string(event.data, "class") == "PRIVATE") {
    for (const auto& value : out.list) {
      if (as_string(value.as_object(), "cuType") == "RESOURCE") return ox_fail("CAL-42210", "PRIVATE");
    }
  }
  event.data["attendees"] = std::move(out.list);
  return {};
}

Ox<> set_alarms(Call& call, std::int64_t event, std::int64_t user, const json::value& alarms) {
  std::vector<json::object> checked;
  if (const auto* list = alarms.if_array()) {
    if (list->size() > kMostAlarms) return ox_fail("CAL-5074", kMostAlarms);
    for (std::size_t i = 0; i < list->size(); ++i) {
      OXB_TRY(auto alarm, checked_alarm((*list)[i], i));
      checked.push_back(std::move(alarm));
    }
  } else if (!alarms.is_null()) {
    return wrong_type("String", "JSONArray");
  }
  std::vector<std::int64_t> ids;  // kept in order of their places
  auto q = call.db.query("SELECT id FROM alarm WHERE context = ? AND event = ? AND user = ? ORDER BY id", call.context,
                         event, user);
  while (q.next()) ids.push_back(q.integer(0));
  call.db.run("DELETE FROM alarm WHERE context = ? AND event = ? AND user = ?", call.context, event, user);
  for (std::size_t i = 0; i < checked.size(); ++i) {
    const auto id = i < ids.size() ? ids[i] : call.sandbox_id("alarm");
    call.db.run("INSERT INTO alarm (context, id, event, user, data) VALUES (?, ?, ?, ?, ?)", call.context, id, event,
                user, json::serialize(checked[i]));
  }
  return {};
}

Ox<> set_attachments(Call& call, Event& event, const json::value& attachments) {
  json::array kept;
  std::vector<std::int64_t> ids;
  if (const auto* list = attachments.if_array()) {
    for (const auto& value : *list) {
      if (!value.is_object()) return wrong_type("String", "JSONObject");
      const auto& sent = value.get_object();
      if (const auto id = as_number(sent, "managedId")) {  // an old one that stays
        const auto* before = event.data.if_contains("attachments");
        if (!before || !before->is_array()) return ox_fail("CAL-4047", *id, std::to_string(event.id), "");
        for (const auto& old : before->get_array()) {
          if (as_number(old.as_object(), "managedId") == id) kept.push_back(old);
        }
        ids.push_back(*id);
        continue;
      }
      const auto uri = as_string(sent, "uri");
      const auto part =
          std::find_if(call.parts.begin(), call.parts.end(), [&](const Part& p) { return "cid:" + p.name == uri; });
      if (part == call.parts.end()) {
        if (uri.empty() || uri.starts_with("cid:")) return ox_fail("ATT-0401");
        kept.push_back(sent);  // a link
        continue;
      }
      const auto id = call.sandbox_id("attachment");
      json::object attachment;
      for (const auto* field : {"filename", "fmtType"}) {
        if (const auto text = as_string(sent, field); !text.empty()) attachment[field] = text;
      }
      if (!attachment.contains("filename")) attachment["filename"] = part->file_name;
      if (!attachment.contains("fmtType")) attachment["fmtType"] = part->content_type;
      attachment["size"] = part->content.size();
      attachment["created"] = call.sandbox_now();
      attachment["managedId"] = id;
      call.db.run("INSERT INTO event_file (context, id, event, content) VALUES (?, ?, ?, ?)", call.context, id,
                  event.id, part->content);
      kept.push_back(std::move(attachment));
      ids.push_back(id);
    }
  }
  std::vector<std::int64_t> stored;
  auto q = call.db.query("SELECT id FROM event_file WHERE context = ? AND event = ?", call.context, event.id);
  while (q.next()) stored.push_back(q.integer(0));
  for (const auto id : stored) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end())
      call.db.run("DELETE FROM event_file WHERE context = ? AND id = ?", call.context, id);
  }
  if (kept.empty()) {
    event.data.erase("attachments");
  } else {
    event.data["attachments"] = std::move(kept);
  }
  return {};
}

bool raises_sequence(const json::object& body) {
  return std::any_of(std::begin(kSequenceFields), std::end(kSequenceFields),
                     [&](const char* field) { return body.contains(field); });
}

void raise_sequence(Event& event) { event.data["sequence"] = as_number(event.data, "sequence").value_or(0) + 1; }

void mark_changed(Call& call, Event& event, std::int64_t stamp) {
  event.modified = stamp;
  event.data["modifiedBy"] = call.user;
  event.data["lastModified"] = stamp;
  event.data["dtstamp"] = stamp;
}

void count_scheduling(Call& call, const Event& event, std::string_view kind) {
  const auto scheduling = call.param_or("scheduling", "all");
  if (scheduling == "none") return;
  for (const auto& value : event.attendees()) {
    const auto& attendee = value.as_object();
    const auto entity = as_number(attendee, "entity").value_or(0);
    if (entity == call.user || as_string(attendee, "cuType") != "INDIVIDUAL") continue;
    const bool internal = entity > 0;
    if ((internal && scheduling == "external-only") || (!internal && scheduling == "internal-only")) continue;
    call.count_mail(fmt::format("{}/{}", kind, internal ? "internal" : "external"));
  }
}

}  // namespace oxb::sandbox
