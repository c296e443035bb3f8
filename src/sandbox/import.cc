// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/import.h"

#include "base/text.h"
#include "format/ical/ical.h"
#include "format/ical/zone.h"
#include "format/oxjson/columns.h"
#include "format/oxjson/contact.h"
#include "format/oxjson/event.h"
#include "format/oxjson/task.h"
#include "format/vcard/vcard.h"
#include "sandbox/dispatch.h"
#include "sandbox/folders.h"
#include "sandbox/principals.h"
#include "sandbox/recurrence.h"
#include "sandbox/sandbox.h"
#include "sandbox/setup.h"

#include <boost/json/serialize.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>
#include <utility>

namespace oxb::sandbox {
namespace {

constexpr std::int64_t kFarFuture = 9'999'999'999'999;
constexpr std::uintmax_t kLargestFile = 64 * 1024 * 1024;

// At most limit characters (bytes where the limit is one of bytes), never within a character.
std::string cut(std::string text, std::size_t limit) {
  const bool bytes = limit >= 65535;
  std::size_t used = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t next = at + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0U) == 0x80U) ++next;
    used += bytes ? next - at : 1;
    if (used > limit) break;
    at = next;
  }
  text.resize(at);
  return text;
}

// What no text of the API may hold.
void clean(json::value& value) {
  if (auto* text = value.if_string()) {
    auto valid = make_valid_utf8(*text);
    std::erase_if(valid,
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t'; });
    *text = valid;
  } else if (auto* list = value.if_array()) {
    for (auto& item : *list) clean(item);
  } else if (auto* object = value.if_object()) {
    for (auto& [key, item] : *object) clean(item);
  }
}

void cut_columns(json::object& object, std::span<const oxjson::Column> columns) {
  for (const auto& column : columns) {
    auto* value = object.if_contains(column.name);
    if (value && value->is_string() && column.limit > 0)
      *value = json::value(cut(std::string(value->get_string()), column.limit));
  }
}

void cut_event(json::object& event) {
  for (const auto& [field, limit] : {std::pair{"summary", 255},
                                     {"location", 255},
                                     {"description", 65535},
                                     {"color", 32},
                                     {"filename", 1024},
                                     {"uid", 1024}}) {
    auto* value = event.if_contains(field);
    if (value && value->is_string())
      *value = json::value(cut(std::string(value->get_string()), static_cast<std::size_t>(limit)));
  }
  if (as_string(event, "url").size() > 767) event.erase("url");
  if (auto* alarms = event.if_contains("alarms"); alarms && alarms->is_array()) {
    for (auto& value : alarms->get_array()) {  // a display alarm has to say something
      if (auto* alarm = value.if_object(); alarm && as_string(*alarm, "description").empty())
        (*alarm)["description"] = "Reminder";
    }
  }
}

class Importer {
 public:
  Importer(Sandbox& sandbox, const Session& session, const ImportTarget& target)
      : sandbox_(sandbox), session_(session), target_(target) {}

  void series(const model::Series& series) {
    std::string master;
    if (series.master) {
      auto whole = *series.master;
      const auto extra = take_extra(whole, series.exceptions);
      if (!settle_rule(whole)) {
        report.refused.push_back({"VEVENT", whole.uid, {}, "a series all of whose occurrences are excluded"});
      } else if (const auto made = event(whole); made && !whole.recurrence_rule.empty()) {
        master = *made;
      }
      for (const auto& one : extra) event(one);
    }
    for (const auto& exception : series.exceptions) {
      if (master.empty()) {
        event(exception);  // invited to single occurrences only
      } else {
        change(master, exception);
      }
    }
  }

  void task(const model::Task& task) {
    auto body = oxjson::json_of(task, oxjson::Form::writable);
    body["folder_id"] = target_.tasks;
    json::value value(std::move(body));
    clean(value);
    cut_columns(value.get_object(), oxjson::task_columns());
    const auto answer = call("tasks", "new", {}, value);
    if (!answer) return refuse("VTODO", task.uid, {}, answer.error());
    made("task", task.uid, as_number(answer->data->as_object(), "id").value_or(0), target_.tasks, answer->timestamp);
    files(4, report.made.back(), task.attachments);
  }

  void contact(const model::Contact& contact) {
    card(oxjson::json_of(contact, oxjson::Form::writable), "contact", contact.uid, &contact.attachments);
  }
  void list(const model::DistributionList& list) {
    card(oxjson::json_of(list, oxjson::Form::writable), "list", list.uid, nullptr);
  }

  void refuse_read(const std::string& component, const std::string& uid, const std::string& reason) {
    report.refused.push_back({component, uid, {}, reason});
  }

  ImportReport report;

 private:
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  Ox<Answer> call(std::string_view module, std::string_view action, Parameters parameters, json::value body,
                  std::vector<Part> parts = {}) {
    Call made(sandbox_, sandbox_.db(), &session_);
    made.module = module;
    made.action = action;
    made.method = "PUT";
    made.parameters = std::move(parameters);
    made.parameters.emplace_back("timezone", "UTC");
    made.parameters.emplace_back("scheduling", "none");
    made.importing = true;
    made.parts = std::move(parts);
    made.set_body(std::move(body));
    return run_call(made);
  }

  void refuse(std::string_view component, const std::string& uid, std::string occurrence, const OxError& error) {
    report.refused.push_back(
        {std::string(component), uid, std::move(occurrence), fmt::format("{} {}", error.code, error.description)});
  }
  void made(std::string_view kind, const std::string& uid, std::int64_t id, std::int64_t folder,
            std::optional<std::int64_t> stamp) {
    report.made.push_back({id, folder, stamp.value_or(0), std::string(kind), uid, {}, {}});
  }
  static std::string occurrence_of(const model::Event& event) {
    return event.recurrence_id ? oxjson::text_of_recurrence_id(*event.recurrence_id) : std::string();
  }

  // The wall clock of an occurrence in the series' own zone, as the API counts it.
  static std::optional<std::int64_t> wall_of(const model::DateTime& time, const Moment& start) {
    return parse_recurrence(oxjson::text_of_recurrence_id(time), start);
  }

  // The API has rules but no single extra dates (RDATE): those become events of their own.
  static std::vector<model::Event> take_extra(model::Event& master, const std::vector<model::Event>& exceptions) {
    const auto dates = std::exchange(master.extra_occurrences, {});
    const auto start = parse_moment(json::value(oxjson::json_of(master.start)));
    if (!start) return {};
    std::set<std::int64_t> taken;
    if (master.recurrence_rule.empty()) taken.insert(start->local);
    for (const auto& date : master.deleted_occurrences)
      if (const auto wall = wall_of(date, *start)) taken.insert(*wall);
    for (const auto& exception : exceptions)
      if (const auto wall = exception.recurrence_id ? wall_of(*exception.recurrence_id, *start) : std::nullopt)
        taken.insert(*wall);
    const auto rule = Recurrence::parse(master.recurrence_rule, *start);
    std::vector<model::Event> extra;
    for (const auto& date : dates) {
      const auto wall = wall_of(date, *start);
      if (!wall || !taken.insert(*wall).second || (rule && rule->contains(*wall))) continue;
      const auto moved = [by = std::chrono::milliseconds(*wall - start->local)](const model::DateTime& time) {
        return ical::date_time(ical::local_time(time) + std::chrono::floor<std::chrono::seconds>(by), time.kind,
                               time.zone);
      };
      auto& one = extra.emplace_back(master);
      one.recurrence_rule.clear();
      one.deleted_occurrences.clear();
      one.start = moved(master.start);
      one.end = moved(master.end);
      one.recurrence_id = date;
    }
    return extra;
  }

  // A rule that never comes true leaves the event at its start; false where that is excluded too.
  static bool settle_rule(model::Event& master) {
    if (master.recurrence_rule.empty()) return true;
    const auto start = parse_moment(json::value(oxjson::json_of(master.start)));
    const auto rule = start ? Recurrence::parse(master.recurrence_rule, *start) : std::nullopt;
    if (!rule) return true;  // the API says what is wrong
    std::set<std::int64_t> excluded;
    for (const auto& date : master.deleted_occurrences)
      if (const auto wall = wall_of(date, *start)) excluded.insert(*wall);
    const auto found = rule->starts(std::numeric_limits<std::int64_t>::max(), excluded.size() + 1);
    if (std::any_of(found.begin(), found.end(), [&](auto wall) { return !excluded.contains(wall); })) return true;
    master.recurrence_rule.clear();
    master.deleted_occurrences.clear();
    return !excluded.contains(start->local);
  }

  json::value event_body(const model::Event& event, std::vector<Part>& parts) {
    auto body = oxjson::json_of(event, oxjson::Form::writable);
    body.erase("attachments");
    json::array attachments;
    for (const auto& file : event.attachments) {
      json::object attachment{{"filename", file.name.empty() ? "attachment" : file.name}};
      if (!file.mime_type.empty()) attachment["fmtType"] = file.mime_type;
      if (file.data) {
        const auto name = fmt::format("file_{}", parts.size());
        parts.push_back({name, file.name, file.mime_type, *file.data});
        attachment["uri"] = "cid:" + name;
      } else if (!file.uri.empty()) {
        attachment["uri"] = file.uri;
      } else {
        continue;
      }
      attachments.push_back(std::move(attachment));
    }
    if (!attachments.empty()) body["attachments"] = std::move(attachments);
    json::value value(std::move(body));
    clean(value);
    cut_event(value.get_object());
    return value;
  }

  // Items of several files may share a UID, and occurrences may stand alone: those become events under a new one.
  std::optional<std::string> event(const model::Event& event) {
    std::vector<Part> parts;
    auto body = event_body(event, parts);
    body.get_object().erase("recurrenceId");
    const Parameters where{{"folder", calendar_name(target_.calendar)}};
    auto answer = call("chronos", "new", where, body, parts);
    if (!answer && answer.error().code == "CAL-4090") {
      body.get_object().erase("uid");
      answer = call("chronos", "new", where, std::move(body), std::move(parts));
    }
    if (!answer) {
      refuse("VEVENT", event.uid, occurrence_of(event), answer.error());
      return std::nullopt;
    }
    const auto* created = answer->data->as_object().if_contains("created");
    if (!created || created->as_array().empty()) {
      report.refused.push_back({"VEVENT", event.uid, occurrence_of(event), "conflicts with a booked resource"});
      return std::nullopt;
    }
    const auto& stored = created->as_array().front().as_object();
    auto id = as_id(stored, "id");
    made("event", event.uid, parse_number(id).value_or(0), target_.calendar, answer->timestamp);
    report.made.back().stored_uid = as_string(stored, "uid");
    report.made.back().occurrence = occurrence_of(event);
    return id;
  }

  void change(const std::string& master, const model::Event& exception) {
    std::vector<Part> parts;
    auto body = event_body(exception, parts);
    body.get_object().erase("uid");
    if (!exception.recurrence_id) return;
    const auto answer = call("chronos", "update",
                             {{"folder", calendar_name(target_.calendar)},
                              {"id", master},
                              {"timestamp", std::to_string(kFarFuture)},
                              {"recurrenceId", oxjson::text_of_recurrence_id(*exception.recurrence_id)}},
                             std::move(body), std::move(parts));
    if (!answer && answer.error().code == "CAL-4061") {  // not one of the series' own
      event(exception);
      return;
    }
    if (!answer) return refuse("VEVENT", exception.uid, occurrence_of(exception), answer.error());
    const auto* created = answer->data->as_object().if_contains("created");
    if (!created || created->as_array().empty()) {
      report.refused.push_back({"VEVENT", exception.uid, occurrence_of(exception), "conflicts with a booked resource"});
      return;
    }
    const auto& stored = created->as_array().front().as_object();
    made("event", exception.uid, parse_number(as_id(stored, "id")).value_or(0), target_.calendar, answer->timestamp);
    report.made.back().stored_uid = as_string(stored, "uid");
    report.made.back().occurrence = occurrence_of(exception);
  }

  void card(json::object body, std::string_view kind, const std::string& uid,
            const std::vector<model::FileData>* attachments) {
    body["folder_id"] = std::to_string(target_.contacts);
    json::value value(std::move(body));
    clean(value);
    cut_columns(value.get_object(), oxjson::contact_columns());
    auto answer = call("contacts", "new", {}, value);
    for (int field = 1; field <= 3 && !answer && answer.error().code == "CON-0100"; ++field) {
      // An address that is none is kept in the note.
      auto& object = value.get_object();
      const auto bad = answer.error().parameters.empty() ? std::string() : as_id(answer.error().parameters.front());
      for (const auto* name : {"email1", "email2", "email3"}) {
        if (as_string(object, name) == bad) object.erase(name);
      }
      object["note"] = as_string(object, "note") + "\n" + bad;
      answer = call("contacts", "new", {}, value);
    }
    if (!answer && value.get_object().contains("image1") &&
        (answer.error().code == "CON-0158" || answer.error().code == "CON-0172")) {
      value.get_object().erase("image1");
      answer = call("contacts", "new", {}, value);
    }
    if (!answer) return refuse("VCARD", uid, {}, answer.error());
    made(kind, uid, parse_number(as_id(answer->data->as_object(), "id")).value_or(0), target_.contacts,
         answer->timestamp);
    if (attachments) files(7, report.made.back(), *attachments);
  }

  void files(int module, const Imported& item, const std::vector<model::FileData>& attachments) {
    for (const auto& file : attachments) {
      if (!file.data) continue;
      const json::object about{{"module", module},
                               {"attached", item.id},
                               {"folder", item.folder},
                               {"filename", file.name.empty() ? "attachment" : file.name}};
      std::vector<Part> parts;
      parts.push_back({"json_0", "", "application/json", to_bytes(json::serialize(about))});
      parts.push_back({"file_0", file.name, file.mime_type, *file.data});
      const auto answer = call("attachment", "attach", {}, {}, std::move(parts));
      if (!answer) refuse("ATTACH", item.uid, {}, answer.error());
    }
  }

  Sandbox& sandbox_;
  const Session& session_;
  ImportTarget target_;
};

Result<std::string> read_file(const std::filesystem::path& path) {
  std::error_code code;
  if (std::filesystem::file_size(path, code) > kLargestFile || code)
    return fail(Errc::limit, path.string() + " is too large");
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return fail(Errc::not_found, "cannot read " + path.string());
  return std::move(text).str();
}

void print_text(const std::filesystem::path& path, const ImportReport& report) {
  std::printf("%s: %zu imported, %zu refused\n", path.string().c_str(), report.made.size(), report.refused.size());
  for (const auto& item : report.refused) std::printf("  %s: %s\n", item.what().c_str(), item.reason.c_str());
  if (report.made.empty() && report.refused.empty()) std::printf("  there is nothing to import\n");
}

void print_json(const std::filesystem::path& path, const ImportReport& report) {
  json::array made, refused;
  for (const auto& item : report.made)
    made.push_back(json::object{{"kind", item.kind},
                                {"id", item.id},
                                {"uid", item.uid},
                                {"stored_uid", item.stored_uid},
                                {"occurrence", item.occurrence}});
  for (const auto& item : report.refused)
    refused.push_back(json::object{
        {"component", item.component}, {"uid", item.uid}, {"occurrence", item.occurrence}, {"reason", item.reason}});
  json::value line(json::object{{"file", path.string()}, {"made", std::move(made)}, {"refused", std::move(refused)}});
  clean(line);
  std::printf("%s\n", json::serialize(line).c_str());
}

}  // namespace

std::string NotImported::what() const {
  return fmt::format("{} {}{}", component, uid, occurrence.empty() ? "" : " (one occurrence)");
}

ImportReport import_calendar(Sandbox& sandbox, const Session& session, std::string_view text,
                             const ImportTarget& target) {
  Importer importer(sandbox, session, target);
  ical::ReadOptions options;
  options.default_zone = user_time_zone(sandbox.db(), session.context, session.user);
  options.find_zone = [&](const ical::ZoneDescription& zone) {
    return ical::find_zone_by_rules(zone, options.default_zone);
  };
  const auto calendar = ical::read(text, options);
  if (!calendar) {
    importer.refuse_read("VCALENDAR", "", calendar.error().what);
    return std::move(importer.report);
  }
  for (const auto& series : calendar->series) importer.series(series);
  for (const auto& task : calendar->tasks) importer.task(task);
  for (const auto& item : calendar->rejected) importer.refuse_read(item.component, item.uid, item.reason);
  return std::move(importer.report);
}

ImportReport import_cards(Sandbox& sandbox, const Session& session, std::string_view text, const ImportTarget& target) {
  Importer importer(sandbox, session, target);
  const auto cards = vcard::read(text);
  if (!cards) {
    importer.refuse_read("VCARD", "", cards.error().what);
    return std::move(importer.report);
  }
  for (const auto& contact : cards->contacts) importer.contact(contact);
  for (const auto& list : cards->lists) importer.list(list);
  for (const auto& item : cards->rejected) importer.refuse_read("VCARD", item.uid, item.reason);
  return std::move(importer.report);
}

Result<> import_tree(Sandbox& sandbox, const std::string& directory, const std::string& user, ImportOutput output) {
  auto& db = sandbox.db();
  const auto who = find_login(db, user);
  if (!who) return fail(Errc::not_found, "no user " + user);
  Session session;
  session.context = who->context;
  session.user = who->user;
  OXB_CHECK(sandbox.transaction([&]() -> Result<> {
    prepare_user(sandbox, who->context, who->user);
    return {};
  }));
  const auto home = [&](std::string_view module) { return default_folder(db, who->context, who->user, module); };
  const ImportTarget target{home("calendar"), home("tasks"), home("contacts")};
  std::error_code code;
  std::vector<std::filesystem::path> paths;
  for (std::filesystem::recursive_directory_iterator it(directory, code), end; it != end && !code; it.increment(code)) {
    if (it->is_regular_file(code)) paths.push_back(it->path());
  }
  if (code) return fail(Errc::not_found, "cannot read " + directory);
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    const auto extension = ascii_lower(path.extension().string());
    if (extension != ".ics" && extension != ".vcf") continue;
    const auto text = read_file(path);
    ImportReport report;
    if (!text)
      report.refused.push_back({"file", {}, {}, text.error().what});
    else if (extension == ".ics")
      report = import_calendar(sandbox, session, *text, target);
    else
      report = import_cards(sandbox, session, *text, target);
    (output == ImportOutput::json ? print_json : print_text)(path, report);
  }
  return {};
}

}  // namespace oxb::sandbox
