// SPDX-License-Identifier: GPL-3.0-or-later
// Small modules: config, capabilities, jslob, quota, system, jump, usecount.
#include "base/text.h"
#include "sandbox/folders.h"
#include "sandbox/principals.h"
#include "sandbox/registry.h"
#include "sandbox/sandbox.h"

#include <boost/json/serialize.hpp>

namespace oxb::sandbox {
namespace {

constexpr std::string_view kRelease = "8.19.0";
constexpr std::int64_t kTombstoneLife = 7'257'600'000;  // 12 weeks

constexpr std::string_view kServerCapabilities[] = {"filestore", "caldav", "carddav"};
constexpr std::string_view kUserCapabilities[] = {
    "calendar",
    "calendar_chronos",
    "calendar_birthdays",
    "contacts",
    "contact_contacts",
    "tasks",
    "delegate_tasks",
    "gab",
    "webmail",
    "vcard",
    "ical",
    "freebusy",
    "conflict_handling",
    "participants_dialog",
    "edit_group",
    "edit_resource",
    "edit_public_folders",
    "read_create_shared_folders",
    "collect_email_addresses",
    "groupware",
    "pim",
    "infostore",
    "mailfilter",
    "mailfilter_v2",
    "multiple_mail_accounts",
    "portal",
    "webdav",
    "webdav_xml",
};

json::value default_folders(const Call& call) {
  const auto id = [&](std::string_view module) { return default_folder(call.db, call.context, call.user, module); };
  return json::object{
      {"calendar", std::to_string(id("calendar"))},   {"contacts", std::to_string(id("contacts"))},
      {"tasks", std::to_string(id("tasks"))},         {"addressbooks", address_book_name(id("contacts"))},
      {"infostore", std::to_string(id("infostore"))}, {"eas", true}};
}

json::value mail_tree(const User& user) {
  const auto* aliases = user.data.if_contains("aliases");
  return json::object{{"addresses", aliases ? *aliases : json::value(json::array())},
                      {"defaultaddress", user.mail()},
                      {"sendaddress", user.mail()},
                      {"defaultseparator", "/"},
                      {"folder", json::object{{"inbox", "default0/INBOX"},
                                              {"drafts", "default0/Drafts"},
                                              {"sent", "default0/Sent Items"},
                                              {"trash", "default0/Trash"},
                                              {"spam", "default0/Spam"}}}};
}

json::object config_tree(const Call& call, const User& user) {
  auto mail = mail_tree(user);
  json::object mail_module = mail.as_object();
  mail_module["defaultFolder"] = mail_module["folder"];
  mail_module.erase("folder");
  mail_module["module"] = true;
  mail_module["contactCollectEnabled"] = false;
  const json::object modules{
      {"mail", mail_module},
      {"calendar", json::object{{"module", true},
                                {"defaultStatusPrivate", 0},
                                {"defaultStatusPublic", 0},
                                {"notifyNewModifiedDeleted", true},
                                {"notifyAcceptedDeclinedAsCreator", true},
                                {"notifyAcceptedDeclinedAsParticipant", false},
                                {"availableAlarmTypes", json::array{"DISPLAY", "AUDIO", "EMAIL"}},
                                {"calendar_conflict", true},
                                {"calendar_freebusy", true},
                                {"calendar_teamview", true},
                                {"gui", nullptr}}},
      {"contacts", json::object{{"module", true},
                                {"gui", nullptr},
                                {"maxImageSize", 4194304},
                                {"singleFolderSearch", false},
                                {"characterSearch", true},
                                {"allFoldersForAutoComplete", true},
                                {"mailAddressAutoSearch", true}}},
      {"tasks", json::object{{"module", true},
                             {"gui", nullptr},
                             {"delegate_tasks", true},
                             {"notifyNewModifiedDeleted", true},
                             {"notifyAcceptedDeclinedAsCreator", true},
                             {"notifyAcceptedDeclinedAsParticipant", true}}},
      {"caldav", json::object{{"module", false}, {"active", true}, {"url", "https://[hostname]/caldav/[folderId]"}}},
  };
  return {{"identifier", call.user},
          {"context_id", call.context},
          {"contact_id", user.contact},
          {"timezone", as_string(user.data, "timezone")},
          {"language", as_string(user.data, "locale")},
          {"serverVersion", kRelease},
          {"currentTime", call.to_time(call.sandbox.now_ms())},
          {"availableModules", json::array{"calendar", "contacts", "folder", "tasks", "mail", "com.openexchange.group",
                                           "com.openexchange.resource", "portal", "infostore"}},
          {"minimumSearchCharacters", 0},
          {"maxUploadIdleTimeout", 300000},
          {"folder", default_folders(call)},
          {"mail", std::move(mail)},
          {"modules", modules},
          {"tombstoneCleanup", json::object{{"timespan", kTombstoneLife}}}};
}

Ox<Answer> set_config(Call& call, std::string_view path) {
  if (path != "timezone" && path != "language") return ox_fail("USS-0004", fmt::format("/{}", path));
  std::string value = call.body_text();  // a JSON string, or the bare text
  if (const auto parsed = call.body(); parsed && parsed->is_string()) value = std::string(parsed->get_string());
  if (path == "timezone" && !Zone::find(value)) return ox_fail("SVL-0004", "timezone", value);
  call.db.run("UPDATE user SET data = json_set(data, ?, ?) WHERE context = ? AND id = ?",
              path == "timezone" ? "$.timezone" : "$.locale", value, call.context, call.user);
  return Answer(json::value());
}

Ox<Answer> capabilities(Call& call) {
  json::array out;
  const auto add = [&](std::string_view id) {
    out.push_back(json::object{{"id", id}, {"attributes", json::object()}});
  };
  for (const auto id : kServerCapabilities) add(id);
  if (call.session) {
    for (const auto id : kUserCapabilities) add(id);
  }
  return Answer(std::move(out));
}

json::object jslob_object(const Call& call, std::string_view id) {
  json::object tree = parse_object(call.db
                                       .text("SELECT value FROM setting WHERE context = ? AND user = ? AND name = ?",
                                             call.context, call.user, fmt::format("jslob:{}", id))
                                       .value_or("{}"));
  if (id == "io.ox/core") {
    if (const auto user = find_user(call.db, call.context, call.user)) {
      tree["timezone"] = as_string(user->data, "timezone");
      tree["language"] = as_string(user->data, "locale");
    }
    tree["serverVersion"] = kRelease;
    tree["identifier"] = call.user;
    tree["folder"] = default_folders(call);
  }
  return {{"id", id}, {"tree", std::move(tree)}, {"meta", json::object()}};
}

Ox<Answer> jslob_list(Call& call) {
  OXB_TRY(const auto ids, call.body_array());
  json::array out;
  for (const auto& id : ids) out.push_back(jslob_object(call, as_id(id)));
  return Answer(std::move(out));
}

Ox<Answer> jslob_all(Call& call) {
  json::array out;
  out.push_back(jslob_object(call, "io.ox/core"));
  auto q = call.db.query(
      "SELECT substr(name, 7) FROM setting WHERE context = ? AND user = ? AND name LIKE 'jslob:%' "
      "AND name <> 'jslob:io.ox/core' ORDER BY name",
      call.context, call.user);
  while (q.next()) out.push_back(jslob_object(call, q.text(0)));
  return Answer(std::move(out));
}

void merge(json::object& into, const json::object& from) {
  for (const auto& [key, value] : from) {
    auto* have = into.if_contains(key);
    if (have && have->is_object() && value.is_object()) {
      merge(have->get_object(), value.get_object());
    } else {
      into[key] = value;
    }
  }
}

Ox<Answer> jslob_write(Call& call) {
  OXB_TRY(const auto id, call.need("id"));
  OXB_TRY(const auto body, call.body_object());
  const auto name = fmt::format("jslob:{}", id);
  json::object tree;
  if (call.action == "update") {
    tree = parse_object(call.db
                            .text("SELECT value FROM setting WHERE context = ? AND user = ? AND name = ?", call.context,
                                  call.user, name)
                            .value_or("{}"));
  }
  merge(tree, body);
  call.db.run("INSERT OR REPLACE INTO setting (context, user, name, value) VALUES (?, ?, ?, ?)", call.context,
              call.user, name, json::serialize(tree));
  return Answer();
}

Ox<Answer> quota_filestore(Call& call) {
  const auto used =
      call.db.integer("SELECT coalesce(sum(length(content)), 0) FROM attachment WHERE context = ?", call.context)
          .value_or(0);
  return Answer(json::object{{"quota", 1'073'741'824}, {"use", used}});
}

// Negative: unknown. Mail is not ours.
Ox<Answer> quota_mail(Call&) {
  return Answer(json::object{{"quota", -1024}, {"use", -1024}, {"countquota", -1}, {"countuse", -1}});
}

Ox<Answer> quota_get(Call& call) {
  json::object out;
  for (const auto& [module, table] : {std::pair{"calendar", "event"}, {"task", "task"}, {"contact", "contact"}}) {
    const auto count =
        call.db.integer(fmt::format("SELECT count(*) FROM {} WHERE context = ?", table), call.context).value_or(0);
    out[module] = json::object{
        {"display_name", module},
        {"accounts", json::array{json::object{{"account_id", "0"}, {"countquota", 250000}, {"countuse", count}}}}};
  }
  return Answer(std::move(out));
}

Ox<Answer> yes(Call&) { return Answer(json::value(true)); }
Ox<Answer> use_count(Call&) { return Answer(json::object{{"success", true}}); }

constexpr Action kActions[] = {
    {"capabilities", "all", capabilities, ActionKind::open},
    {"jslob", "list", jslob_list},
    {"jslob", "all", jslob_all},
    {"jslob", "update", jslob_write},
    {"jslob", "set", jslob_write},
    {"quota", "filestore", quota_filestore},
    {"quota", "mail", quota_mail},
    {"quota", "get", quota_get},
    {"system", "ping", yes, ActionKind::open},
    {"jump", "dummy", yes},
    {"usecount", "increment", use_count},
};

}  // namespace

std::span<const Action> system_actions() { return kActions; }

Ox<Answer> config_call(Call& call) {
  std::string_view path = call.module;
  path.remove_prefix(std::min(path.size(), std::string_view("config/").size()));
  if (call.method == "PUT") return set_config(call, path);
  const auto user = find_user(call.db, call.context, call.user);
  if (!user) return ox_fail("USR-0010", call.user, call.context);
  json::value node = config_tree(call, *user);
  std::string walked;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto step = path.substr(0, slash);
    walked += fmt::format("/{}", step);
    const auto* next = node.is_object() ? node.get_object().if_contains(step) : nullptr;
    if (!next) {
      // The server looks at whole sub-paths from the second step on.
      return ox_fail("USS-0004",
                     walked == fmt::format("/{}", step) ? walked : fmt::format("/{}", call.module.substr(7)));
    }
    node = json::value(*next);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return Answer(std::move(node));
}

}  // namespace oxb::sandbox
