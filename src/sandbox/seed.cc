// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/seed.h"

#include "sandbox/chronos_dates.h"
#include "sandbox/dispatch.h"
#include "sandbox/folders.h"
#include "sandbox/principals.h"
#include "sandbox/sandbox.h"
#include "sandbox/seed_dates.h"
#include "sandbox/setup.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace oxb::sandbox {
namespace {

constexpr std::int64_t kFarFuture = 9'999'999'999'999;

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return fail(Errc::not_found, "cannot read " + path.string());
  return std::move(text).str();
}

struct Entry {
  std::string context;
  json::object data;
};

class Seeder {
 public:
  Seeder(Sandbox& sandbox, const SeedOptions& options, std::int64_t today)
      : sandbox_(sandbox), directory_(options.directory), password_(options.password), today_(today) {}

  Result<> run() {
    OXB_CHECK(principals());
    OXB_CHECK(each("folders.json", [this](const Entry& entry) { return folder(entry); }));
    OXB_CHECK(each("contacts.json", [this](const Entry& entry) { return contact(entry); }));
    OXB_CHECK(each("events.json", [this](const Entry& entry) { return event(entry); }));
    return each("tasks.json", [this](const Entry& entry) { return task(entry); });
  }

 private:
  Result<json::value> load(const std::string& name) {
    OXB_TRY(const auto text, read_file(directory_ / name));
    boost::system::error_code code;
    auto value = json::parse(text, code);
    if (code) return fail(Errc::malformed, name + ": " + code.message());
    return value;
  }

  // {"<context>": [entry, ...], ...}
  template <class Fn>
  Result<> each(const std::string& name, Fn fn) {
    OXB_TRY(const auto value, load(name));
    if (!value.is_object()) return fail(Errc::malformed, name);
    for (const auto& [context, list] : value.get_object()) {
      if (!list.is_array()) return fail(Errc::malformed, name);
      std::size_t number = 0;
      for (const auto& item : list.get_array()) {
        ++number;
        if (!item.is_object()) return fail(Errc::malformed, name);
        auto done = fn(Entry{std::string(context), item.get_object()});
        if (!done)
          return tl::unexpected(
              std::move(done).error().in(fmt::format("{} {} entry {}", name, std::string_view(context), number)));
      }
    }
    return {};
  }

  Result<> principals() {
    OXB_TRY(const auto value, load("company.json"));
    if (!value.is_array()) return fail(Errc::malformed, "company.json");
    for (const auto& item : value.get_array()) {
      const auto& data = item.as_object();
      NewContext wanted{as_string(data, "name"), as_string(data, "domain"), "oxadmin", secret()};
      OXB_TRY(const auto id, create_context(sandbox_, wanted));
      contexts_[wanted.name] = id;
      for (const auto& user : data.at("users").as_array()) OXB_CHECK(user_entry(wanted.name, id, user.as_object()));
      for (const auto& resource : data.at("resources").as_array()) {
        OXB_TRY(const auto number, add_resource(sandbox_, id, resource.as_object()));
        ids_[wanted.name + "/room:" + as_string(resource.as_object(), "name")] = number;
      }
      for (const auto& group : data.at("groups").as_array()) {
        const auto& object = group.as_object();
        std::vector<std::int64_t> members;
        for (const auto& login : object.at("members").as_array())
          members.push_back(ids_.at(wanted.name + "/" + as_id(login)));
        OXB_TRY(const auto number,
                add_group(sandbox_, id, as_string(object, "name"), as_string(object, "display_name"), members));
        ids_[wanted.name + "/group:" + as_string(object, "name")] = number;
      }
    }
    return {};
  }

  Result<> user_entry(const std::string& context_name, std::int64_t context, const json::object& data) {
    NewUser user;
    user.context = context;
    user.login = as_string(data, "login");
    user.password = secret();
    user.first_name = as_string(data, "first_name");
    user.last_name = as_string(data, "last_name");
    if (const auto zone = as_string(data, "timezone"); !zone.empty()) user.time_zone = zone;
    if (const auto locale = as_string(data, "locale"); !locale.empty()) user.locale = locale;
    if (const auto* aliases = data.if_contains("aliases")) {
      for (const auto& alias : aliases->as_array()) user.aliases.push_back(as_id(alias));
    }
    if (const auto* contact = data.if_contains("contact")) user.contact = contact->as_object();
    OXB_TRY(const auto id, add_user(sandbox_, user));
    ids_[context_name + "/" + user.login] = id;
    OXB_CHECK(sandbox_.transaction([&]() -> Result<> {
      prepare_user(sandbox_, context, id);
      return {};
    }));
    const auto picture = as_string(data, "picture");
    if (picture.empty()) return {};
    OXB_TRY(const auto image, read_file(directory_ / "pictures" / picture));
    const auto contact = find_user(sandbox_.db(), context, id)->contact;
    const json::object body{{"image1", to_base64(as_bytes(image))}, {"image1_content_type", "image/png"}};
    OXB_TRY(const auto ignored,
            call({context_name, user.login}, "contacts", "update",
                 {{"id", std::to_string(contact)}, {"folder", "6"}, {"timestamp", std::to_string(kFarFuture)}}, body));
    return {};
  }

  struct Who {
    std::string context;
    std::string login;
  };
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  Result<json::value> call(const Who& who, const std::string& module, const std::string& action, Parameters parameters,
                           json::value body, std::vector<Part> parts = {}) {
    const auto user = ids_.find(who.context + "/" + who.login);
    if (user == ids_.end()) return fail(Errc::not_found, "no user " + who.login);
    Session session;
    session.context = contexts_.at(who.context);
    session.user = user->second;
    Call made(sandbox_, sandbox_.db(), &session);
    made.module = module;
    made.action = action;
    made.method = "PUT";
    made.parameters = std::move(parameters);
    made.parameters.emplace_back("timezone", "UTC");
    made.parts = std::move(parts);
    made.set_body(std::move(body));
    auto answer = run_call(made);
    if (!answer)
      return fail(Errc::invalid,
                  fmt::format("{} {}: {} {}", module, action, answer.error().code, answer.error().description));
    return answer->data ? std::move(*answer->data) : json::value();
  }

  std::string secret() const { return password_.empty() ? random_token().substr(0, 16) : password_; }

  // "anton/calendar" is a default folder, anything else the key of an entry in folders.json.
  Result<std::int64_t> folder_number(const std::string& context, const std::string& name) {
    if (name == "private") return 1;
    if (name == "public") return 2;
    if (const auto known = folders_.find(context + "/" + name); known != folders_.end()) return known->second;
    const auto slash = name.find('/');
    const auto user = ids_.find(context + "/" + name.substr(0, slash));
    if (slash == std::string::npos || user == ids_.end()) return fail(Errc::not_found, "no folder " + name);
    const auto id = default_folder(sandbox_.db(), contexts_.at(context), user->second, name.substr(slash + 1));
    if (id == 0) return fail(Errc::not_found, "no folder " + name);
    return id;
  }

  Result<json::array> permissions(const std::string& context, const std::string& owner, const json::object& wanted) {
    json::array out;
    out.push_back(json::object{{"entity", ids_.at(context + "/" + owner)}, {"group", false}, {"bits", kOwnerBits}});
    for (const auto& [name, bits] : wanted) {
      if (name == "all") {
        out.push_back(json::object{{"entity", kAllUsers}, {"group", true}, {"bits", bits}});
        continue;
      }
      const auto id = ids_.find(context + "/" + std::string(name));
      if (id == ids_.end()) return fail(Errc::not_found, "no principal " + std::string(name));
      out.push_back(json::object{{"entity", id->second}, {"group", name.starts_with("group:")}, {"bits", bits}});
    }
    return out;
  }

  Result<> folder(const Entry& entry) {
    const auto& data = entry.data;
    const Who who{entry.context, as_string(data, "by")};
    json::object body;
    if (const auto* wanted = data.if_contains("permissions")) {
      OXB_TRY(body["permissions"], permissions(entry.context, who.login, wanted->as_object()));
    }
    if (const auto shared = as_string(data, "share"); !shared.empty()) {
      OXB_TRY(const auto id, folder_number(entry.context, shared));
      OXB_TRY(const auto ignored,
              call(who, "folders", "update", {{"id", std::to_string(id)}}, json::object{{"folder", body}}));
      return {};
    }
    body["title"] = as_string(data, "title");
    body["module"] = as_string(data, "module");
    if (const auto color = as_string(data, "color"); !color.empty()) {
      body["com.openexchange.calendar.extendedProperties"] = json::object{{"color", json::object{{"value", color}}}};
    }
    OXB_TRY(const auto parent, folder_number(entry.context, as_string(data, "parent")));
    OXB_TRY(const auto made,
            call(who, "folders", "new", {{"folder_id", std::to_string(parent)}}, json::object{{"folder", body}}));
    folders_[entry.context + "/" + as_string(data, "key")] = FolderName::parse(as_id(made)).number;
    return {};
  }

  static void pass_on(const json::object& from, std::initializer_list<std::string_view> own, json::object& to) {
    for (const auto& [key, value] : from) {
      if (std::find(own.begin(), own.end(), std::string_view(key)) == own.end()) to[key] = value;
    }
  }

  Result<> contact(const Entry& entry) {
    const auto& data = entry.data;
    const Who who{entry.context, as_string(data, "by")};
    json::object body;
    pass_on(data, {"by", "folder", "key", "birthday", "anniversary", "picture", "members"}, body);
    OXB_TRY(const auto folder, folder_number(entry.context, as_string(data, "folder")));
    body["folder_id"] = std::to_string(folder);
    for (const auto* field : {"birthday", "anniversary"}) {
      auto text = as_string(data, field);
      std::erase(text, '-');
      if (const auto day = parse_stamp(text)) body[field] = *day;
    }
    if (const auto picture = as_string(data, "picture"); !picture.empty()) {
      OXB_TRY(const auto image, read_file(directory_ / "pictures" / picture));
      body["image1"] = to_base64(as_bytes(image));
      body["image1_content_type"] = "image/png";
    }
    if (const auto* members = data.if_contains("members")) {
      json::array list;
      for (const auto& member : members->as_array()) {
        OXB_TRY(auto one, list_member(entry.context, member.as_object()));
        list.push_back(std::move(one));
      }
      body["mark_as_distributionlist"] = true;
      body["distribution_list"] = std::move(list);
    }
    OXB_TRY(const auto made, call(who, "contacts", "new", {}, body));
    if (const auto key = as_string(data, "key"); !key.empty()) {
      contacts_[entry.context + "/" + key] = {as_id(made.as_object(), "id"), std::to_string(folder)};
    }
    return {};
  }

  Result<json::object> list_member(const std::string& context, const json::object& member) {
    if (const auto key = as_string(member, "contact"); !key.empty()) {
      const auto known = contacts_.find(context + "/" + key);
      if (known == contacts_.end()) return fail(Errc::not_found, "no contact " + key);
      return json::object{{"id", known->second.first}, {"folder_id", known->second.second}, {"mail_field", 1}};
    }
    if (const auto login = as_string(member, "user"); !login.empty()) {
      const auto id = ids_.find(context + "/" + login);
      const auto user = id == ids_.end() ? std::nullopt : find_user(sandbox_.db(), contexts_.at(context), id->second);
      if (!user) return fail(Errc::not_found, "no user " + login);
      return json::object{{"id", std::to_string(user->contact)}, {"folder_id", "6"}, {"mail_field", 1}};
    }
    return json::object{
        {"display_name", as_string(member, "name")}, {"mail", as_string(member, "mail")}, {"mail_field", 0}};
  }

  Result<json::value> moment(const std::string& text, const std::string& zone) {
    const auto time = parse_relative(text, today_);
    if (!time) return fail(Errc::malformed, "no date: " + text);
    if (!time->timed) return json::value(json::object{{"value", format_day(time->local)}});
    if (zone == "floating") return json::value(json::object{{"value", format_stamp(time->local)}});
    if (zone == "UTC") return json::value(json::object{{"value", format_stamp(time->local) + "Z"}});
    return json::value(json::object{{"value", format_stamp(time->local)}, {"tzid", zone}});
  }

  Result<> add_dates(const json::object& data, const std::string& zone, json::object& body) {
    for (const auto& [from, to] : {std::pair{"start", "startDate"}, {"end", "endDate"}}) {
      if (const auto text = as_string(data, from); !text.empty()) {
        OXB_TRY(body[to], moment(text, zone));
      }
    }
    return {};
  }

  // "berta", "group:sales", "room:loft", "Max Muster <max@example.org>"
  Result<json::object> attendee(const std::string& context, const std::string& text) {
    if (const auto open = text.find('<'); open != std::string::npos) {
      return json::object{{"uri", "mailto:" + text.substr(open + 1, text.size() - open - 2)},
                          {"cn", text.substr(0, open - 1)},
                          {"cuType", "INDIVIDUAL"}};
    }
    const auto id = ids_.find(context + "/" + text);
    if (id == ids_.end()) return fail(Errc::not_found, "no attendee " + text);
    const char* type = text.starts_with("group:") ? "GROUP" : text.starts_with("room:") ? "RESOURCE" : "INDIVIDUAL";
    return json::object{{"entity", id->second}, {"cuType", type}};
  }

  Result<> event(const Entry& entry) {
    const auto& data = entry.data;
    const Who who{entry.context, as_string(data, "by")};
    const auto zone = as_string(data, "zone").empty() ? std::string("Europe/Berlin") : as_string(data, "zone");
    json::object body;
    pass_on(data, {"by", "folder", "start", "end", "zone", "attendees", "answers", "exceptions", "reminder", "file"},
            body);
    OXB_CHECK(add_dates(data, zone, body));
    if (const auto* list = data.if_contains("attendees")) {
      json::array attendees;
      for (const auto& text : list->as_array()) {
        OXB_TRY(auto one, attendee(entry.context, as_id(text)));
        attendees.push_back(std::move(one));
      }
      body["attendees"] = std::move(attendees);
    }
    if (const auto before = as_string(data, "reminder"); !before.empty()) {
      body["alarms"] =
          json::array{json::object{{"action", "DISPLAY"},
                                   {"description", "Reminder"},
                                   {"trigger", json::object{{"related", "START"}, {"duration", "-" + before}}}}};
    }
    std::vector<Part> parts;
    if (const auto* file = data.if_contains("file")) {
      const auto& object = file->as_object();
      parts.push_back({"file_0", as_string(object, "name"), "text/plain", to_bytes(as_string(object, "text"))});
      body["attachments"] = json::array{
          json::object{{"filename", as_string(object, "name")}, {"fmtType", "text/plain"}, {"uri", "cid:file_0"}}};
    }
    OXB_TRY(const auto number, folder_number(entry.context, as_string(data, "folder")));
    const auto folder = calendar_name(number);
    OXB_TRY(const auto made, call(who, "chronos", "new", {{"folder", folder}}, body, std::move(parts)));
    const auto* created = made.as_object().if_contains("created");
    if (!created || created->as_array().empty()) return fail(Errc::conflict, "not created: conflicts");
    const auto id = as_id(created->as_array().front().as_object(), "id");
    if (const auto* answers = data.if_contains("answers")) {
      for (const auto& [login, answer] : answers->as_object())
        OXB_CHECK(answer_event({entry.context, std::string(login)}, id, as_id(answer)));
    }
    if (const auto* exceptions = data.if_contains("exceptions")) {
      for (const auto& one : exceptions->as_array()) OXB_CHECK(exception(who, folder, id, zone, one.as_object()));
    }
    return {};
  }

  Result<> answer_event(const Who& who, const std::string& id, const std::string& answer) {
    OXB_TRY(const auto seen, call(who, "chronos", "resolve", {{"id", id}}, {}));
    if (!seen.is_object()) return fail(Errc::not_found, who.login + " does not attend");
    OXB_TRY(const auto ignored, call(who, "chronos", "updateAttendee",
                                     {{"id", id},
                                      {"folder", as_string(seen.get_object(), "folder")},
                                      {"timestamp", std::to_string(kFarFuture)}},
                                     json::object{{"attendee", json::object{{"partStat", answer}}}}));
    return {};
  }

  Result<> exception(const Who& who, const std::string& folder, const std::string& id, const std::string& zone,
                     const json::object& data) {
    const auto of = parse_relative(as_string(data, "of"), today_);
    if (!of) return fail(Errc::malformed, "no date: " + as_string(data, "of"));
    Moment start;
    start.kind = of->timed ? Moment::Kind::zoned : Moment::Kind::day;
    if (of->timed) start.zone = Zone::find(zone).value_or(Zone());
    const auto recurrence = recurrence_text(start, of->local);
    const auto stamp = std::to_string(kFarFuture);
    if (data.contains("delete")) {
      OXB_TRY(const auto done,
              call(who, "chronos", "delete", {{"timestamp", stamp}},
                   json::array{json::object{{"id", id}, {"folder", folder}, {"recurrenceId", recurrence}}}));
      const auto* error = done.as_array().front().as_object().if_contains("error");
      return error ? Result<>(fail(Errc::invalid, as_string(error->as_object(), "code"))) : Result<>();
    }
    json::object body;
    pass_on(data, {"of", "start", "end"}, body);
    OXB_CHECK(add_dates(data, zone, body));
    OXB_TRY(const auto ignored,
            call(who, "chronos", "update",
                 {{"id", id}, {"folder", folder}, {"timestamp", stamp}, {"recurrenceId", recurrence}}, body));
    return {};
  }

  // Times of tasks are meant in the zone of their maker.
  Result<std::int64_t> instant(const Who& who, const std::string& text, bool& timed) {
    const auto time = parse_relative(text, today_);
    if (!time) return fail(Errc::malformed, "no date: " + text);
    timed = time->timed;
    if (!time->timed) return time->local;
    const auto zone =
        Zone::find(user_time_zone(sandbox_.db(), contexts_.at(who.context), ids_.at(who.context + "/" + who.login)));
    return time->local - zone.value_or(Zone()).offset_at_local(time->local);
  }

  Result<> task(const Entry& entry) {
    const auto& data = entry.data;
    const Who who{entry.context, as_string(data, "by")};
    json::object body;
    pass_on(data, {"by", "folder", "start", "end", "alarm", "done", "until", "participants", "file"}, body);
    OXB_TRY(const auto folder, folder_number(entry.context, as_string(data, "folder")));
    body["folder_id"] = folder;
    bool timed = false;
    for (const auto& [from, to] : {std::pair{"alarm", "alarm"},
                                   {"done", "date_completed"},
                                   {"until", "until"},
                                   {"start", "start_time"},
                                   {"end", "end_time"}}) {
      if (const auto text = as_string(data, from); !text.empty()) {
        OXB_TRY(body[to], instant(who, text, timed));
      }
    }
    if (body.contains("start_time") || body.contains("end_time")) body["full_time"] = !timed;
    if (const auto* list = data.if_contains("participants")) {
      json::array participants;
      for (const auto& text : list->as_array()) {
        OXB_TRY(const auto one, attendee(entry.context, as_id(text)));
        if (one.contains("uri")) {
          participants.push_back(
              json::object{{"type", 5}, {"mail", as_string(one, "uri").substr(7)}, {"display_name", one.at("cn")}});
        } else {
          participants.push_back(
              json::object{{"type", as_string(one, "cuType") == "GROUP" ? 2 : 1}, {"id", one.at("entity")}});
        }
      }
      body["participants"] = std::move(participants);
    }
    OXB_TRY(const auto made, call(who, "tasks", "new", {}, body));
    const auto* file = data.if_contains("file");
    if (!file) return {};
    const auto& object = file->as_object();
    const json::object about{{"module", 4},
                             {"attached", made.as_object().at("id")},
                             {"folder", folder},
                             {"filename", as_string(object, "name")}};
    std::vector<Part> parts;
    parts.push_back({"json_0", "", "application/json", to_bytes(json::serialize(about))});
    parts.push_back({"file_0", as_string(object, "name"), "text/plain", to_bytes(as_string(object, "text"))});
    OXB_TRY(const auto ignored, call(who, "attachment", "attach", {}, {}, std::move(parts)));
    return {};
  }

  Sandbox& sandbox_;
  std::filesystem::path directory_;
  std::string password_;
  std::int64_t today_;
  std::map<std::string, std::int64_t> contexts_;
  std::map<std::string, std::int64_t> ids_;  // "<context>/<login>", "<context>/group:<name>", "<context>/room:<name>"
  std::map<std::string, std::int64_t> folders_;  // "<context>/<key>"
  std::map<std::string, std::pair<std::string, std::string>> contacts_;
};

}  // namespace

Result<> seed_company(Sandbox& sandbox, const SeedOptions& options) {
  auto today = sandbox.now_ms() / kDay * kDay;
  if (!options.today.empty()) {
    auto text = options.today;
    std::erase(text, '-');
    const auto day = parse_stamp(text);
    if (!day || text.size() != 8) return fail(Errc::invalid, "--today takes a date like 2026-11-22");
    today = *day;
  }
  try {
    auto done = Seeder(sandbox, options, today).run();
    sandbox.faults().reset_counters();
    return done;
  } catch (const std::exception& e) {  // Boost.JSON on a file of another shape
    return fail(Errc::malformed, std::string("sample data: ") + e.what());
  }
}

}  // namespace oxb::sandbox
