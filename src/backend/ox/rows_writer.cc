// SPDX-License-Identifier: GPL-3.0-or-later
// Writing contacts, distribution lists and tasks.
#include "backend/ox/rows.h"
#include "backend/ox/writer.h"
#include "format/oxjson/changes.h"
#include "format/oxjson/contact.h"
#include "format/oxjson/json.h"
#include "format/oxjson/task.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace oxb::backend::ox::rows {
namespace {

using model::FolderKind;
using oxjson::Form;

std::span<const oxjson::Column> all_columns(const Module& module) {
  return module.kind == FolderKind::tasks ? oxjson::task_columns() : oxjson::contact_columns();
}

json::value folder_value(const Module& module) {
  if (module.kind != FolderKind::tasks) return json::value(module.folder);
  return oxjson::integer_of(json::value(module.folder)).value_or(0);
}

// Members are named the way the module names folders.
Item with_plain_members(const Module& module, Item item) {
  auto* list = std::get_if<model::DistributionList>(&item);
  if (list == nullptr || module.reading != "contacts") return item;
  for (auto& member : list->members) member.contact_folder.value = plain_id(member.contact_folder.value);
  return item;
}

json::object object_of(const Item& item) {
  if (const auto* contact = std::get_if<model::Contact>(&item)) return oxjson::json_of(*contact, Form::writable);
  if (const auto* list = std::get_if<model::DistributionList>(&item)) return oxjson::json_of(*list, Form::writable);
  return oxjson::json_of(std::get<model::Task>(item), Form::writable);
}

json::object changes_between(const Item& before, const Item& after) {
  if (const auto* contact = std::get_if<model::Contact>(&before))
    return oxjson::changes_of(*contact, std::get<model::Contact>(after));
  if (const auto* list = std::get_if<model::DistributionList>(&before))
    return oxjson::changes_of(*list, std::get<model::DistributionList>(after));
  return oxjson::changes_of(std::get<model::Task>(before), std::get<model::Task>(after));
}

const std::string& uid_of(const Item& item) {
  if (const auto* contact = std::get_if<model::Contact>(&item)) return contact->uid;
  if (const auto* list = std::get_if<model::DistributionList>(&item)) return list->uid;
  return std::get<model::Task>(item).uid;
}

const std::vector<model::FileData>& files_of(const Item& item) {
  static const std::vector<model::FileData> kNone;
  if (const auto* contact = std::get_if<model::Contact>(&item)) return contact->attachments;
  if (const auto* task = std::get_if<model::Task>(&item)) return task->attachments;
  return kNone;
}

Request change_request(const Module& module, const RemoteId& id, std::string stamp, json::object body) {
  return writing(module.reading, "update",
                 {{"id", id.value}, {"folder", module.folder}, {"timestamp", std::move(stamp)}},
                 json::value(std::move(body)));
}

Request remove_request(const Module& module, const RemoteId& id, std::string stamp) {
  return writing(module.reading, "delete", {{"timestamp", std::move(stamp)}},
                 json::value(list_body(module, std::array{id.value})));
}

// What module attachment calls the object that files hang on.
Result<json::object> parent_object(const Module& module, const RemoteId& id) {
  const auto folder = oxjson::integer_of(json::value(module.plain_folder)),
             object = oxjson::integer_of(json::value(id.value));
  if (!folder || !object) return fail(Errc::unsupported, "attachments in an external folder");
  return json::object{{"folder", *folder},
                      {"attached", *object},
                      {"module", oxjson::integer_of(json::value(module.attachment_module)).value_or(0)}};
}

Task<Result<model::Version>> attach(Context context, Module module, RemoteId id, std::vector<Upload> files, Wait wait) {
  OXB_CO_TRY(const auto parent, parent_object(module, id));
  json::array descriptions;
  for (const auto& file : files) {
    auto one = parent;
    one["filename"] = file.file_name;
    if (!file.mime_type.empty()) one["file_mimetype"] = file.mime_type;
    descriptions.emplace_back(std::move(one));
  }
  auto request = writing("attachment", "attach", {}, json::value(std::move(descriptions)));
  request.files = std::move(files);
  request.each_described = true;
  OXB_CO_TRY(const auto answer, co_await context.session->ask(std::move(request), wait));
  OXB_CO_CHECK(require_written(answer, "attachment attach"));
  co_return version_in(answer, "attachment attach");
}

Task<Result<oxjson::Answer>> ask_to_detach(Context context, Module module, RemoteId id, std::span<const RemoteId> files,
                                           Wait wait) {
  json::array body;
  for (const auto& file : files) body.emplace_back(oxjson::integer_of(json::value(file.value)).value_or(0));
  auto request =
      writing("attachment", "detach",
              {{"attached", id.value}, {"folder", module.plain_folder}, {"module", module.attachment_module}},
              json::value(std::move(body)));
  return context.session->ask(std::move(request), std::move(wait));
}

// One that is gone already spoils a request for many; then each is asked for alone.
Task<Result<model::Version>> detach(Context context, Module module, RemoteId id, std::vector<RemoteId> files,
                                    model::Version version, Wait wait) {
  OXB_CO_TRY(const auto answer, co_await ask_to_detach(context, module, id, files, wait));
  const bool gone = answer.error && oxjson::errc_of(*answer.error) == Errc::not_found;
  if (!gone) {
    OXB_CO_CHECK(require_written(answer, "attachment detach"));
    co_return version_in(answer, "attachment detach");
  }
  for (std::size_t i = 0; files.size() > 1 && i < files.size(); ++i) {
    OXB_CO_TRY(const auto one, co_await ask_to_detach(context, module, id, {&files[i], 1}, wait));
    if (one.error && oxjson::errc_of(*one.error) == Errc::not_found) continue;
    OXB_CO_CHECK(require_written(one, "attachment detach"));
    OXB_CO_TRY(version, version_in(one, "attachment detach"));
  }
  co_return version;
}

// conflict: the object has another version by now. not_found: it is gone.
Task<Result<>> require_version(Context context, Module module, RemoteId id, std::string stamp, Wait wait) {
  const auto columns = some_columns(module, {1, 6});
  auto request = base_request(module.reading, "list", columns);
  request.body = json::value(list_body(module, std::array{id.value}));
  OXB_CO_TRY(const auto answer, co_await context.session->call(std::move(request), wait));
  OXB_CO_TRY(const auto values, array_of(answer, module.reading + " list"));
  if (values.empty()) co_return fail(Errc::not_found, "item " + id.value);
  OXB_CO_TRY(const auto object, oxjson::object_of_row(columns, values.front()));
  oxjson::Reader in(object);
  if (in.text("last_modified_utc") != stamp)
    co_return fail(Errc::conflict, "item " + id.value + " was changed meanwhile");
  co_return Result<>{};
}

// Refused deletions of tasks do not say whether the task is there.
Task<Result<>> tell_gone_from_denied(Context context, model::Folder folder, std::vector<Written> items,
                                     std::vector<Result<>>& results, std::vector<std::size_t> refused, Wait wait) {
  std::vector<RemoteId> ids;
  for (const auto i : refused) ids.push_back(items[i].id);
  OXB_CO_TRY(const auto there, co_await existing(context, folder, std::move(ids), wait));
  for (const auto i : refused) {
    if (std::find(there.begin(), there.end(), items[i].id) == there.end()) results[i] = Result<>{};
  }
  co_return Result<>{};
}

}  // namespace

Task<Result<Written>> create(Context context, model::Folder folder, Item item, Wait wait) {
  const auto module = module_of(context, folder);
  const auto doing = module.reading + " new";
  auto body = object_of(with_plain_members(module, item));
  body["folder_id"] = folder_value(module);
  // Tasks have unique UIDs; contacts have not.
  if (module.kind == FolderKind::contacts && !uid_of(item).empty()) {
    OXB_CO_TRY(const auto known, co_await find(context, folder, uid_of(item), wait));
    if (known) co_return fail(Errc::exists, "item " + known->value + " has that UID");
  }
  OXB_CO_TRY(const auto answer,
             co_await context.session->ask(writing(module.reading, "new", {}, json::value(body)), wait));
  OXB_CO_CHECK(require_written(answer, doing, body, all_columns(module)));
  const auto* id = answer.data.is_object() ? answer.data.get_object().if_contains("id") : nullptr;
  Written out;
  if (id != nullptr) out.id = RemoteId{oxjson::text_of(*id).value_or("")};
  if (out.id.value.empty()) co_return fail(Errc::unavailable, doing + ": no id in the answer");
  OXB_CO_TRY(out.version, version_in(answer, doing));
  auto files = uploads_of(files_of(item));
  if (files.empty()) co_return out;
  auto attached = co_await attach(context, module, out.id, std::move(files), wait);
  if (!attached) {
    // Nothing half: without its files the item would look complete.
    if (!is_unknown(attached.error()))
      OXB_CO_CHECK(co_await context.session->ask(remove_request(module, out.id, kAnyVersion), wait));
    co_return tl::unexpected(std::move(attached).error());
  }
  out.version = std::move(*attached);
  co_return out;
}

Task<Result<Written>> update(Context context, model::Folder folder, Item before, Item after, Wait wait) {
  const auto module = module_of(context, folder);
  const auto id = id_of(before);
  auto body = changes_between(with_plain_members(module, before), with_plain_members(module, after));
  if (body.empty()) co_return Written{id, version_of(before)};
  OXB_CO_TRY(auto stamp, stamp_of(version_of(before)));
  OXB_CO_TRY(const auto answer,
             co_await context.session->ask(change_request(module, id, std::move(stamp), body), wait));
  const auto doing = module.reading + " update";
  OXB_CO_CHECK(require_written(answer, doing, body, all_columns(module)));
  OXB_CO_TRY(auto version, version_in(answer, doing));
  co_return Written{id, std::move(version)};
}

Task<Result<Written>> change_files(Context context, model::Folder folder, Item item, FileChanges changes, Wait wait) {
  const auto module = module_of(context, folder);
  Written out{id_of(item), version_of(item)};
  if (changes.empty()) co_return out;
  // Module attachment knows no versions.
  OXB_CO_TRY(auto stamp, stamp_of(out.version));
  OXB_CO_CHECK(co_await require_version(context, module, out.id, std::move(stamp), wait));
  if (!changes.add.empty()) {
    OXB_CO_TRY(out.version, co_await attach(context, module, out.id, uploads_of(changes.add), wait));
  }
  if (!changes.remove.empty()) {
    OXB_CO_TRY(out.version,
               co_await detach(context, module, out.id, std::move(changes.remove), std::move(out.version), wait));
  }
  co_return out;
}

Task<Result<std::vector<Result<>>>> remove(Context context, model::Folder folder, std::vector<Written> items,
                                           Wait wait) {
  const auto module = module_of(context, folder);
  std::vector<Request> requests;
  for (const auto& item : items) {
    OXB_CO_TRY(auto stamp, stamp_of(item.version));
    requests.push_back(remove_request(module, item.id, std::move(stamp)));
  }
  OXB_CO_TRY(const auto answers, co_await context.session->multiple(std::move(requests), wait));
  std::vector<Result<>> out;
  std::vector<std::size_t> refused;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    out.push_back(require_written(answers[i], module.reading + " delete"));
    if (out.back()) continue;
    if (out.back().error().code == Errc::not_found)
      out.back() = Result<>{};
    else if (out.back().error().code == Errc::access_denied && module.kind == FolderKind::tasks)
      refused.push_back(i);
  }
  if (!refused.empty()) {
    OXB_CO_CHECK(co_await tell_gone_from_denied(context, folder, std::move(items), out, std::move(refused), wait));
  }
  co_return out;
}

Task<Result<std::vector<Result<Written>>>> move(Context context, model::Folder from, std::vector<Written> items,
                                                model::Folder to, Wait wait) {
  const auto source = module_of(context, from), target = module_of(context, to);
  std::vector<Request> requests;
  for (const auto& item : items) {
    OXB_CO_TRY(auto stamp, stamp_of(item.version));
    requests.push_back(change_request(source, item.id, std::move(stamp), {{"folder_id", folder_value(target)}}));
  }
  OXB_CO_TRY(const auto answers, co_await context.session->multiple(std::move(requests), wait));
  const auto doing = source.reading + " update";
  std::vector<Result<Written>> out;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto moved = require_written(answers[i], doing);
    auto version = moved ? version_in(answers[i], doing) : Result<model::Version>(tl::unexpected(moved.error()));
    if (version)
      out.emplace_back(Written{items[i].id, std::move(*version)});
    else
      out.emplace_back(tl::unexpected(std::move(version).error()));
  }
  co_return out;
}

// Contacts can be searched for; of tasks only the titles can, so all UIDs are read.
Task<Result<std::optional<RemoteId>>> find(Context context, model::Folder folder, std::string uid, Wait wait) {
  const auto module = module_of(context, folder);
  const auto columns = some_columns(module, {1, 223});
  const bool contacts = module.kind == FolderKind::contacts;
  auto request = base_request(module.reading, contacts ? "advancedSearch" : "all", columns);
  if (contacts) {
    request.body = json::value(json::object{{"filter", json::array{"=", json::object{{"field", "uid"}}, uid}},
                                            {"folders", json::array{module.folder}}});
  } else {
    request.parameters.emplace_back("folder", module.folder);
  }
  OXB_CO_TRY(const auto answer, co_await context.session->call(std::move(request), wait));
  OXB_CO_TRY(const auto values, array_of(answer, module.reading + " search"));
  for (const auto& row : values) {
    OXB_CO_TRY(const auto object, oxjson::object_of_row(columns, row));
    oxjson::Reader in(object);
    // Searches ignore case and know wildcards.
    if (in.text("uid") == uid) co_return std::optional(in.id("id"));
  }
  co_return std::optional<RemoteId>();
}

}  // namespace oxb::backend::ox::rows
