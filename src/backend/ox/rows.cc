// SPDX-License-Identifier: GPL-3.0-or-later
// Contacts and tasks: modules that answer with rows of columns.
//
// Contacts have a trap: `updates` fails with SVL-0011 when objects were deleted and none was modified since the stamp
// asked for (seen with 8.19.0). So the question always goes back to just before the newest object known, the anchor;
// that object comes again and is dropped here. When the anchor itself was deleted, the newest object left takes its
// place.
#include "backend/ox/rows.h"

#include "format/oxjson/contact.h"
#include "format/oxjson/json.h"
#include "format/oxjson/task.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace oxb::backend::ox::rows {
using model::FolderKind;

Module module_of(const Context& context, const model::Folder& folder) {
  const auto plain = plain_id(folder.id.value);
  if (folder.kind == FolderKind::tasks) return {folder.kind, "tasks", plain, "tasks", plain, "4"};
  const bool first = is_first_account(folder.id.value);
  const bool composite = folder.id.value.starts_with("con://") && context.capabilities->has(Feature::addressbooks);
  Module out{folder.kind, "contacts", plain, "contacts", plain, "7"};
  if (composite) {
    out.reading = "addressbooks";
    out.folder = folder.id.value;
  }
  if (!first) out.updating.clear();
  return out;
}

namespace {

const oxjson::Columns& columns_of(const Context& context, const Module& module) {
  return module.kind == FolderKind::tasks ? oxjson::task_request() : context.capabilities->contact_columns();
}

}  // namespace

oxjson::Columns some_columns(const Module& module, std::initializer_list<int> numbers) {
  oxjson::Columns out;
  const auto all = module.kind == FolderKind::tasks ? oxjson::task_columns() : oxjson::contact_columns();
  for (const int number : numbers) out.push_back(*oxjson::find_column(all, number));
  return out;
}

Request base_request(const std::string& module, std::string action, const oxjson::Columns& columns) {
  return {module, std::move(action), {{"columns", oxjson::column_list(columns)}, {"timezone", "UTC"}}, {}};
}

namespace {

// What answers said about the objects of one folder.
class Collection {
 public:
  Collection(FolderKind kind, RemoteId folder) : kind_(kind), folder_(std::move(folder)) {}

  Result<> add(const oxjson::Columns& columns, const json::value& row) {
    auto object = oxjson::object_of_row(columns, row);
    // Rows of another length than asked for: nothing in the answer can be trusted.
    if (!object) return fail(Errc::unavailable, object.error().what);
    auto item = item_of(*object);
    if (item) {
      items_.insert_or_assign(id_of(*item), std::move(*item));
      return {};
    }
    oxjson::Reader in(*object);
    const auto id = in.text("id");
    if (id.empty()) return fail(Errc::unavailable, "row without id");
    broken_.insert(RemoteId{id});
    reason_ = item.error().what;
    return {};
  }

  std::map<RemoteId, Item>& items() { return items_; }
  const std::set<RemoteId>& broken() const { return broken_; }
  const std::string& reason() const { return reason_; }
  void deliver(ItemChanges& out) && {
    for (auto& [id, item] : items_) out.changed.push_back(std::move(item));
    out.unreadable.assign(broken_.begin(), broken_.end());
    out.unreadable_reason = reason_;
  }

 private:
  Result<Item> item_of(const json::object& object) const {
    if (kind_ == FolderKind::tasks) {
      OXB_TRY(auto task, oxjson::task_of(object));
      task.folder = folder_;
      return Item(std::move(task));
    }
    OXB_TRY(auto found, oxjson::contact_of(object));
    if (auto* list = std::get_if<model::DistributionList>(&found)) name_folders_alike(*list);
    return std::visit(
        [&](auto& one) {
          one.folder = folder_;
          return Result<Item>(std::move(one));
        },
        found);
  }

  // Members lie in "con://0/32" when module addressbooks says so, and in "32" when contacts does.
  void name_folders_alike(model::DistributionList& list) const {
    if (!folder_.value.starts_with("con://")) return;
    for (auto& member : list.members) {
      auto& id = member.contact_folder.value;
      if (!id.empty() && id.find("://") == std::string::npos) id.insert(0, "con://0/");
    }
  }

  FolderKind kind_;
  RemoteId folder_;
  std::map<RemoteId, Item> items_;
  std::set<RemoteId> broken_;
  std::string reason_;
};

std::uint32_t attachment_count(const Item& item) {
  if (const auto* contact = std::get_if<model::Contact>(&item)) return contact->attachment_count;
  if (const auto* task = std::get_if<model::Task>(&item)) return task->attachment_count;
  return 0;
}

std::vector<model::FileData>& attachments_of(Item& item) {
  if (auto* contact = std::get_if<model::Contact>(&item)) return contact->attachments;
  return std::get<model::Task>(item).attachments;
}

// Names and sizes of the attachments of those items that have any. `multiple` cannot ask for them: the parameter that
// names the kind of object is called like the one that names the module.
Task<Result<>> read_attachments(Context context, Module module, Collection& collection, Wait wait) {
  std::vector<Request> requests;
  std::vector<Item*> owners;
  for (auto& [id, item] : collection.items()) {
    if (attachment_count(item) == 0) continue;
    auto request = base_request("attachment", "all", oxjson::attachment_request());
    request.parameters.insert(
        request.parameters.end(),
        {{"attached", id.value}, {"folder", module.plain_folder}, {"module", module.attachment_module}});
    requests.push_back(std::move(request));
    owners.push_back(&item);
  }
  if (requests.empty()) co_return Result<>{};
  OXB_CO_TRY(const auto answers, co_await context.session->several(std::move(requests), wait));
  for (std::size_t i = 0; i < owners.size(); ++i) {
    if (answers[i].error && oxjson::errc_of(*answers[i].error) == Errc::not_found) continue;  // deleted meanwhile
    OXB_CO_TRY(const auto values, array_of(answers[i], "attachment all"));
    for (const auto& row : values) {
      OXB_CO_TRY(const auto object, oxjson::object_of_row(oxjson::attachment_request(), row));
      OXB_CO_TRY(auto file, oxjson::attachment_of(object));
      attachments_of(*owners[i]).push_back(std::move(file));
    }
  }
  co_return Result<>{};
}

}  // namespace

json::array list_body(const Module& module, std::span<const std::string> ids) {
  json::array body;
  for (const auto& id : ids) {
    json::object one;
    if (module.kind == FolderKind::tasks) {  // numbers in this module
      one["id"] = oxjson::integer_of(json::value(id)).value_or(0);
      one["folder"] = oxjson::integer_of(json::value(module.folder)).value_or(0);
    } else {
      one["id"] = id;
      one["folder"] = module.folder;
    }
    body.push_back(std::move(one));
  }
  return body;
}

namespace {

// Servers skip columns they do not know, which shows in the rows' length; the basic set is known to all.
bool narrower_columns_help(const Context& context, const Module& module, std::span<const json::value> values) {
  if (module.kind == FolderKind::tasks || !context.capabilities->has(Feature::formatted_address)) return false;
  const auto wanted = context.capabilities->contact_columns().size();
  const bool short_rows = std::any_of(values.begin(), values.end(), [&](const json::value& row) {
    return row.is_array() && row.get_array().size() < wanted;
  });
  if (short_rows) context.capabilities->lacks(Feature::formatted_address);
  return short_rows;
}

// Full rows of these ids; those the server does not have are simply absent.
Task<Result<>> read_list(Context context, Module module, std::vector<std::string> ids, Collection& into, Wait wait) {
  for (const auto& some : chunks(ids, context.session->options().rows)) {
    for (bool again = true; again;) {
      again = false;
      const auto& columns = columns_of(context, module);
      auto request = base_request(module.reading, "list", columns);
      request.body = json::value(list_body(module, some));
      OXB_CO_TRY(const auto answer, co_await context.session->call(std::move(request), wait));
      OXB_CO_TRY(const auto values, array_of(answer, module.reading + " list"));
      if (narrower_columns_help(context, module, values)) {
        again = true;
        continue;
      }
      for (const auto& row : values) OXB_CO_CHECK(into.add(columns, row));
    }
  }
  co_return Result<>{};
}

struct Index {
  std::vector<std::string> ids;
  std::int64_t newest = 0;  // last_modified_utc
  std::int64_t stamp = 0;   // of the envelope
};

Task<Result<Index>> read_index(Context context, Module module, Wait wait) {
  const auto columns = some_columns(module, {1, 6});
  auto request = base_request(module.reading, "all", columns);
  request.parameters.emplace_back("folder", module.folder);
  OXB_CO_TRY(const auto answer, co_await context.session->call(std::move(request), wait));
  OXB_CO_TRY(const auto values, array_of(answer, module.reading + " all"));
  Index out;
  for (const auto& row : values) {
    OXB_CO_TRY(const auto object, oxjson::object_of_row(columns, row));
    oxjson::Reader in(object);
    out.ids.push_back(in.text("id"));
    if (out.ids.back().empty()) co_return fail(Errc::unavailable, module.reading + " all: row without id");
    out.newest = std::max(out.newest, in.integer("last_modified_utc").value_or(0));
  }
  out.stamp = std::max(out.newest, answer.timestamp.value_or(0));
  co_return out;
}

Task<Result<ItemChanges>> read_all(Context context, model::Folder folder, Module module, Wait wait) {
  // Ids and stamps first: what changes after this answer is newer than its stamp and comes with the next reading.
  OXB_CO_TRY(const auto index, co_await read_index(context, module, wait));
  Collection collection(module.kind, folder.id);
  OXB_CO_CHECK(co_await read_list(context, module, index.ids, collection, wait));
  OXB_CO_CHECK(co_await read_attachments(context, module, collection, wait));
  ItemChanges out;
  out.complete = true;
  std::move(collection).deliver(out);
  out.position = print_position(position_now(index.stamp, index.newest, *context.session->options().clock));
  co_return out;
}

struct Delta {
  Collection collection;
  std::set<RemoteId> deleted;
  std::int64_t stamp = 0, newest = 0;
};

// Rows, then bare ids of what was deleted.
Result<Delta> read_delta(const Module& module, const RemoteId& folder, const oxjson::Columns& columns,
                         const oxjson::Answer& answer, const Position& from) {
  OXB_TRY(const auto values, array_of(answer, module.updating + " updates"));
  Delta out{Collection(module.kind, folder), {}, from.stamp, 0};
  std::set<RemoteId> alive;
  for (const auto& value : values) {
    if (!value.is_array()) {
      const auto id = oxjson::text_of(value);
      if (!id) return fail(Errc::unavailable, "updates: neither a row nor an id");
      out.deleted.insert(RemoteId{*id});
      continue;
    }
    const auto object = oxjson::object_of_row(columns, value);
    if (!object) return fail(Errc::unavailable, object.error().what);
    oxjson::Reader in(*object);
    alive.insert(in.id("id"));
    const auto modified = in.integer("last_modified_utc").value_or(0);
    out.newest = std::max(out.newest, modified);
    // The anchor and its contemporaries are known already.
    if (modified != 0 && modified <= from.stamp) continue;
    OXB_CHECK(out.collection.add(columns, value));
  }
  for (const auto& id : alive) out.deleted.erase(id);
  out.stamp = std::max({from.stamp, out.newest, module.kind == FolderKind::tasks ? answer.timestamp.value_or(0) : 0});
  return out;
}

Request updates_request(const Context& context, const Module& module, std::int64_t since) {
  auto request = base_request(module.updating, "updates", columns_of(context, module));
  request.parameters.insert(request.parameters.end(), {{"folder", module.plain_folder},
                                                       {"timestamp", std::to_string(std::max<std::int64_t>(since, 0))},
                                                       {"ignore", "false"}});
  return request;
}

bool is_deletions_only_fault(const oxjson::Answer& answer) { return answer.error && answer.error->code == "SVL-0011"; }

// The stamp of the newest object of a folder; nothing where there is none.
Task<Result<std::optional<std::int64_t>>> newest_object(Context context, Module module, Wait wait) {
  OXB_CO_TRY(const auto index, co_await read_index(context, module, wait));
  if (index.ids.empty()) co_return std::optional<std::int64_t>();
  co_return std::optional(index.newest);
}

}  // namespace

Task<Result<ItemChanges>> changes(Context context, model::Folder folder, model::Position since, Wait wait) {
  const auto module = module_of(context, folder);
  const auto from = parse_position(since);
  if (module.updating.empty() || !folder.supports_changes || needs_full_reading(from, context)) {
    co_return co_await read_all(context, folder, module, wait);
  }
  const bool contacts = module.kind == FolderKind::contacts;
  const auto start = contacts && from->anchor > 0 ? std::min(from->anchor - 1, from->stamp) : from->stamp;
  OXB_CO_TRY(auto answer, co_await context.session->ask_together(updates_request(context, module, start), wait));
  if (contacts && is_deletions_only_fault(answer)) {
    OXB_CO_TRY(const auto anchor, co_await newest_object(context, module, wait));
    if (!anchor) co_return co_await read_all(context, folder, module, wait);
    OXB_CO_TRY(answer,
               co_await context.session->ask(updates_request(context, module, std::min(*anchor - 1, start)), wait));
    if (is_deletions_only_fault(answer)) co_return co_await read_all(context, folder, module, wait);
  }
  if (answer.error && oxjson::errc_of(*answer.error) == Errc::unsupported) {
    co_return co_await read_all(context, folder, module, wait);
  }
  if (answer.data.is_array()) {
    const auto& array = answer.data.get_array();
    if (narrower_columns_help(context, module, {array.data(), array.size()})) {
      co_return co_await changes(context, folder, since, wait);
    }
  }
  OXB_CO_TRY(auto delta, read_delta(module, folder.id, columns_of(context, module), answer, *from));
  OXB_CO_CHECK(co_await read_attachments(context, module, delta.collection, wait));
  ItemChanges out;
  out.deleted.assign(delta.deleted.begin(), delta.deleted.end());
  std::move(delta.collection).deliver(out);
  const auto anchor = delta.newest != 0 ? delta.newest : from->anchor;
  out.position = print_position(position_now(delta.stamp, contacts ? anchor : 0, *context.session->options().clock));
  co_return out;
}

Task<Result<std::vector<RemoteId>>> existing(Context context, model::Folder folder, std::vector<RemoteId> ids,
                                             Wait wait) {
  const auto module = module_of(context, folder);
  const auto columns = some_columns(module, {1, 20});
  std::vector<std::string> plain;
  for (const auto& id : ids) plain.push_back(id.value);
  std::set<RemoteId> found;
  for (const auto& some : chunks(plain, context.session->options().rows)) {
    auto request = base_request(module.reading, "list", columns);
    request.body = json::value(list_body(module, some));
    OXB_CO_TRY(const auto answer, co_await context.session->call(std::move(request), wait));
    OXB_CO_TRY(const auto values, array_of(answer, module.reading + " list"));
    for (const auto& row : values) {
      OXB_CO_TRY(const auto object, oxjson::object_of_row(columns, row));
      oxjson::Reader in(object);
      const auto id = in.id("id");
      if (plain_id(in.text("folder_id")) == module.plain_folder) found.insert(id);
    }
  }
  std::erase_if(ids, [&](const RemoteId& id) { return !found.contains(id); });
  co_return ids;
}

Task<Result<std::vector<Result<Item>>>> items(Context context, model::Folder folder, std::vector<RemoteId> ids,
                                              Wait wait) {
  const auto module = module_of(context, folder);
  std::vector<std::string> plain;
  for (const auto& id : ids) plain.push_back(id.value);
  Collection collection(module.kind, folder.id);
  OXB_CO_CHECK(co_await read_list(context, module, plain, collection, wait));
  OXB_CO_CHECK(co_await read_attachments(context, module, collection, wait));
  std::vector<Result<Item>> out;
  for (const auto& id : ids) {
    if (const auto it = collection.items().find(id); it != collection.items().end()) {
      out.emplace_back(it->second);
    } else if (collection.broken().contains(id)) {
      out.emplace_back(fail(Errc::malformed, collection.reason()));
    } else {
      out.emplace_back(fail(Errc::not_found, "item " + id.value));
    }
  }
  co_return out;
}

}  // namespace oxb::backend::ox::rows
