// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/fake/state.h"
#include "format/oxjson/changes.h"
#include "format/oxjson/contact.h"
#include "format/oxjson/event.h"
#include "format/oxjson/limits.h"
#include "format/oxjson/task.h"

#include <boost/json.hpp>

#include <algorithm>

namespace oxb::backend::fake {
namespace {

using model::FolderKind, model::Rights;
using oxjson::Form;

constexpr std::size_t kFolderName = 767;

bool fits(FolderKind kind, const Item& item) {
  if (std::holds_alternative<model::Series>(item)) return kind == FolderKind::calendar;
  if (std::holds_alternative<model::Task>(item)) return kind == FolderKind::tasks;
  return kind == FolderKind::contacts;
}

struct CheckTexts {
  Result<> operator()(const model::Series& series) const {
    if (series.master)
      OXB_CHECK(oxjson::check_limits(oxjson::json_of(*series.master, Form::writable), oxjson::event_limits()));
    for (const auto& exception : series.exceptions)
      OXB_CHECK(oxjson::check_limits(oxjson::json_of(exception, Form::writable), oxjson::event_limits()));
    return {};
  }
  Result<> operator()(const model::Task& task) const {
    return oxjson::check_limits(oxjson::json_of(task, Form::writable), oxjson::task_columns());
  }
  template <class T>
  Result<> operator()(const T& contact) const {
    return oxjson::check_limits(oxjson::json_of(contact, Form::writable), oxjson::contact_columns());
  }
};
Result<> check_texts(const Item& item) { return std::visit(CheckTexts{}, item); }

boost::json::array parts_of(const model::Series& series) {
  boost::json::array out;
  if (series.master) out.emplace_back(oxjson::json_of(*series.master, Form::writable));
  for (const auto& exception : series.exceptions) out.emplace_back(oxjson::json_of(exception, Form::writable));
  return out;
}

// Of two items of one kind: nothing that a client may change differs.
bool is_same(const Item& before, const Item& after) {
  return std::visit(
      [&]<class T>(const T& one) {
        const auto& other = std::get<T>(after);
        if constexpr (std::is_same_v<T, model::Series>) {
          return parts_of(one) == parts_of(other);
        } else {
          return oxjson::changes_of(one, other).empty();
        }
      },
      before);
}

std::string uid_of(const Item& item) {
  const auto* series = std::get_if<model::Series>(&item);
  if (series == nullptr) {
    return std::visit(
        [](const auto& one) {
          if constexpr (requires { one.uid; })
            return one.uid;
          else
            return std::string();
        },
        item);
  }
  if (series->master) return series->master->uid;
  return series->exceptions.empty() ? std::string() : series->exceptions.front().uid;
}

void set_creator(Item& item, const RemoteId& user) {
  if (auto* series = std::get_if<model::Series>(&item)) {
    if (series->master) series->master->created_by = user;
    for (auto& exception : series->exceptions) exception.created_by = user;
  } else if (auto* contact = std::get_if<model::Contact>(&item)) {
    contact->created_by = user;
  } else if (auto* task = std::get_if<model::Task>(&item)) {
    task->created_by = user;
  }
}

std::vector<model::FileData>* files_of(Item& item) {
  if (auto* contact = std::get_if<model::Contact>(&item)) return &contact->attachments;
  if (auto* task = std::get_if<model::Task>(&item)) return &task->attachments;
  auto* series = std::get_if<model::Series>(&item);
  if (series == nullptr) return nullptr;
  if (series->master) return &series->master->attachments;
  return series->exceptions.empty() ? nullptr : &series->exceptions.front().attachments;
}

// What no change of an item touches.
template <class T>
void keep(const T& stored, T& now) {
  now.id = stored.id;
  now.folder = stored.folder;
  now.uid = stored.uid;
  now.created = stored.created;
  now.raw = stored.raw;
  if constexpr (requires { now.attachments; }) now.attachments = stored.attachments;
  if constexpr (requires { now.created_by; }) now.created_by = stored.created_by;
}

void keep_image(const model::Contact& stored, model::Contact& now) {
  if (now.image && !now.image->data && stored.image) now.image = stored.image;
}

const model::Event* find_exception(const model::Series& series, const model::Event& wanted) {
  for (const auto& one : series.exceptions) {
    const bool same = wanted.id.value.empty() ? one.recurrence_id == wanted.recurrence_id : one.id == wanted.id;
    if (same) return &one;
  }
  return nullptr;
}

// What follows from other parts of a series.
void settle(model::Series& series) {
  auto& master = *series.master;
  if (master.recurrence_rule.empty()) series.exceptions.clear();
  const auto& deleted = master.deleted_occurrences;
  std::erase_if(series.exceptions, [&](const model::Event& one) {
    return one.recurrence_id && std::find(deleted.begin(), deleted.end(), *one.recurrence_id) != deleted.end();
  });
  master.changed_occurrences.clear();
  for (const auto& one : series.exceptions)
    if (one.recurrence_id) master.changed_occurrences.push_back(*one.recurrence_id);
}

struct ClearId {
  void operator()(model::Series& series) const {
    series.master->id = series.master->series = {};
    for (auto& exception : series.exceptions) exception.id = exception.series = {};
  }
  template <class T>
  void operator()(T& one) const {
    one.id = {};
  }
};

// Exceptions go when their occurrence is deleted, never by being left out.
Result<model::Series> changed_series(const model::Series& stored, model::Series now) {
  if (stored.master.has_value() != now.master.has_value())
    return fail(Errc::invalid, "a series cannot get or lose its master");
  for (auto& exception : now.exceptions) {
    if (const auto* known = find_exception(stored, exception)) {
      keep(*known, exception);
    } else if (!now.master || !exception.recurrence_id) {
      return fail(Errc::invalid, "an occurrence of a series that is not here");
    } else {
      exception.id = {};
      exception.uid = now.master->uid;
    }
  }
  for (const auto& known : stored.exceptions)
    if (find_exception(now, known) == nullptr) now.exceptions.push_back(known);
  if (!now.master) return now;
  keep(*stored.master, *now.master);
  settle(now);
  return now;
}

class FakeGroupwareWriter final : public GroupwareWriter {
 public:
  explicit FakeGroupwareWriter(std::shared_ptr<Session> session) : session_(std::move(session)) {}

  Task<Result<Written>> create(const model::Folder& folder, const Item& item, Wait wait) override {
    auto id = folder.id;
    auto made = item;
    OXB_CO_CHECK(co_await session_->begin("write.item.create", std::move(wait)));
    OXB_CO_TRY(auto out, create_now(id, std::move(made)));
    co_return co_await finish("write.item.create", std::move(out));
  }

  Task<Result<Written>> update(const model::Folder& folder, const Item& before, const Item& after, Wait wait) override {
    const auto id = folder.id;
    const Written known{id_of(before), version_of(before)};
    auto now = after;
    const bool same_kind = before.index() == after.index();
    const bool same = same_kind && is_same(before, after);
    OXB_CO_CHECK(co_await session_->begin("write.item.update", std::move(wait)));
    if (!same_kind) co_return fail(Errc::invalid, "items of different kinds");
    if (same) co_return known;
    OXB_CO_TRY(auto out, update_now(id, known, std::move(now)));
    co_return co_await finish("write.item.update", std::move(out));
  }

  Task<Result<Written>> change_files(const model::Folder& folder, const Item& item, FileChanges changes,
                                     Wait wait) override {
    const auto id = folder.id;
    const Written known{id_of(item), version_of(item)};
    OXB_CO_CHECK(co_await session_->begin("write.item.change_files", std::move(wait)));
    OXB_CO_TRY(auto out, change_files_now(id, known, std::move(changes)));
    co_return co_await finish("write.item.change_files", std::move(out));
  }

  Task<Result<std::vector<Result<>>>> remove(const model::Folder& folder, std::vector<Written> items,
                                             Wait wait) override {
    const auto id = folder.id;
    OXB_CO_CHECK(co_await session_->begin("write.item.remove", std::move(wait)));
    std::vector<Result<>> out;
    {
      const std::scoped_lock lock(state().mutex);
      for (const auto& item : items) out.push_back(remove_now(id, item));
    }
    co_return co_await finish("write.item.remove", std::move(out));
  }

  Task<Result<std::vector<Result<Written>>>> move(const model::Folder& from, std::vector<Written> items,
                                                  const model::Folder& to, Wait wait) override {
    const auto source = from.id, target = to.id;
    OXB_CO_CHECK(co_await session_->begin("write.item.move", std::move(wait)));
    std::vector<Result<Written>> out;
    {
      const std::scoped_lock lock(state().mutex);
      const auto seen = state().view(session_->user(), source), there = state().view(session_->user(), target);
      if (seen && there && seen->stored->folder.kind != there->stored->folder.kind)
        co_return fail(Errc::invalid, "folders of different kinds");
      for (const auto& item : items) out.push_back(move_now(source, item, target));
    }
    co_return co_await finish("write.item.move", std::move(out));
  }

  Task<Result<std::optional<RemoteId>>> find(const model::Folder& folder, const std::string& uid, Wait wait) override {
    const auto id = folder.id;
    const auto wanted = uid;
    OXB_CO_CHECK(co_await session_->begin("write.item.find", std::move(wait)));
    std::optional<RemoteId> out;
    {
      const std::scoped_lock lock(state().mutex);
      OXB_CO_TRY(const auto view, open(id));
      if (view.rights.read == Rights::ItemLevel::none) co_return fail(Errc::access_denied, "folder " + id.value);
      out = by_uid(*view.stored, wanted);
    }
    OXB_CO_CHECK(session_->end("write.item.find"));
    co_return out;
  }

  Task<Result<RemoteId>> create_folder(const model::Folder& parent, std::string name, FolderKind kind,
                                       Wait wait) override {
    const auto parent_id = parent.id;
    OXB_CO_CHECK(co_await session_->begin("write.item.create_folder", std::move(wait)));
    RemoteId out;
    {
      const std::scoped_lock lock(state().mutex);
      OXB_CO_TRY(out, create_folder_now(parent_id, name, kind));
    }
    co_return co_await finish("write.item.create_folder", std::move(out));
  }

  Task<Result<>> change_folder(const model::Folder& folder, const RemoteId& parent, std::string name,
                               Wait wait) override {
    const auto id = folder.id, parent_id = parent;
    OXB_CO_CHECK(co_await session_->begin("write.item.change_folder", std::move(wait)));
    {
      const std::scoped_lock lock(state().mutex);
      OXB_CO_CHECK(change_folder_now(id, parent_id, name));
    }
    state().changed.raise();
    co_return session_->end("write.item.change_folder");
  }

  Task<Result<>> delete_folder(const model::Folder& folder, Wait wait) override {
    const auto id = folder.id;
    OXB_CO_CHECK(co_await session_->begin("write.item.delete_folder", std::move(wait)));
    {
      const std::scoped_lock lock(state().mutex);
      OXB_CO_CHECK(delete_folder_now(id));
    }
    state().changed.raise();
    co_return session_->end("write.item.delete_folder");
  }

 private:
  State& state() { return session_->state(); }
  RemoteId me() { return RemoteId{std::to_string(state().users[session_->user()].user.id)}; }

  template <class T>
  Task<Result<T>> finish(std::string operation, T result) {
    state().changed.raise();
    OXB_CO_CHECK(session_->end(operation));
    co_return result;
  }

  Result<State::View> open(const RemoteId& id) {
    const auto view = state().view(session_->user(), id);
    if (!view || view->stored->folder.kind == FolderKind::mail) return fail(Errc::not_found, "folder " + id.value);
    return *view;
  }

  bool may(Rights::ItemLevel level, const Item& item) {
    return level == Rights::ItemLevel::all || (level == Rights::ItemLevel::own && creator_of(item) == me());
  }

  static std::optional<RemoteId> by_uid(const StoredFolder& folder, const std::string& uid) {
    for (const auto& [id, stored] : folder.items)
      if (uid_of(stored.item) == uid) return id;
    return {};
  }

  // The item as it is, when it is of that version.
  Result<StoredItem*> current(const State::View& view, const Written& known) {
    const auto it = view.stored->items.find(known.id);
    if (it == view.stored->items.end() || !may(view.rights.read, it->second.item))
      return fail(Errc::not_found, "item " + known.id.value);
    if (known.version.value.empty()) return fail(Errc::invalid, "a change without the version it is based on");
    if (version_of(it->second.item) != known.version)
      return fail(Errc::conflict, "item " + known.id.value + " was changed meanwhile");
    return &it->second;
  }

  Written put(StoredFolder& folder, Item item) {
    const auto id = state().put(folder, std::move(item));
    return {id, version_of(folder.items.at(id).item)};
  }

  Result<Written> create_now(const RemoteId& folder, Item item) {
    const std::scoped_lock lock(state().mutex);
    OXB_TRY(const auto view, open(folder));
    if (!fits(view.stored->folder.kind, item)) return fail(Errc::invalid, "folder " + folder.value);
    if (view.rights.folder < Rights::FolderLevel::create_items)
      return fail(Errc::access_denied, "folder " + folder.value);
    OXB_CHECK(check_texts(item));
    if (const auto uid = uid_of(item); !uid.empty() && by_uid(*view.stored, uid))
      return fail(Errc::exists, "an item has that UID");
    if (auto* series = std::get_if<model::Series>(&item)) {
      if (!series->master) return fail(Errc::invalid, "an occurrence of a series that is not here");
      settle(*series);
    }
    std::visit(ClearId{}, item);
    set_creator(item, me());
    if (auto* files = files_of(item)) number_files(*files);
    return put(*view.stored, std::move(item));
  }

  void number_files(std::vector<model::FileData>& files) {
    for (auto& file : files) {
      if (!file.data) continue;
      file.id = RemoteId{std::to_string(state().next_item++)};
      file.size = file.data->size();
    }
  }

  Result<Written> update_now(const RemoteId& folder, const Written& known, Item now) {
    const std::scoped_lock lock(state().mutex);
    OXB_TRY(const auto view, open(folder));
    OXB_TRY(auto* stored, current(view, known));
    if (!may(view.rights.write, stored->item)) return fail(Errc::access_denied, "item " + known.id.value);
    OXB_CHECK(check_texts(now));
    if (stored->item.index() != now.index()) return fail(Errc::invalid, "items of different kinds");
    if (auto* series = std::get_if<model::Series>(&now)) {
      OXB_TRY(*series, changed_series(std::get<model::Series>(stored->item), std::move(*series)));
    } else if (auto* contact = std::get_if<model::Contact>(&now)) {
      keep(std::get<model::Contact>(stored->item), *contact);
      keep_image(std::get<model::Contact>(stored->item), *contact);
    } else if (auto* list = std::get_if<model::DistributionList>(&now)) {
      keep(std::get<model::DistributionList>(stored->item), *list);
    } else {
      keep(std::get<model::Task>(stored->item), std::get<model::Task>(now));
    }
    return put(*view.stored, std::move(now));
  }

  Result<Written> change_files_now(const RemoteId& folder, const Written& known, FileChanges changes) {
    const std::scoped_lock lock(state().mutex);
    OXB_TRY(const auto view, open(folder));
    OXB_TRY(auto* stored, current(view, known));
    if (!may(view.rights.write, stored->item)) return fail(Errc::access_denied, "item " + known.id.value);
    auto item = stored->item;
    auto* files = files_of(item);
    const bool all_there =
        std::all_of(changes.add.begin(), changes.add.end(), [](const auto& file) { return file.data.has_value(); });
    if (files == nullptr || !all_there) return fail(Errc::invalid, "item " + known.id.value);
    if (changes.empty()) return known;
    number_files(changes.add);
    std::erase_if(*files, [&](const model::FileData& file) {
      return std::find(changes.remove.begin(), changes.remove.end(), file.id) != changes.remove.end();
    });
    std::move(changes.add.begin(), changes.add.end(), std::back_inserter(*files));
    return put(*view.stored, std::move(item));
  }

  Result<> remove_now(const RemoteId& folder, const Written& known) {
    const auto view = open(folder);
    if (!view) return {};
    const auto stored = current(*view, known);
    if (!stored && stored.error().code == Errc::not_found) return {};
    if (!stored) return tl::unexpected(stored.error());
    if (!may(view->rights.remove, (*stored)->item)) return fail(Errc::access_denied, "item " + known.id.value);
    view->stored->items.erase(known.id);
    view->stored->tombstones[known.id] = ++state().sequence;
    return {};
  }

  Result<Written> move_now(const RemoteId& from, const Written& known, const RemoteId& to) {
    if (from == to) return known;
    OXB_TRY(const auto source, open(from));
    OXB_TRY(auto* stored, current(source, known));
    OXB_TRY(const auto target, open(to));
    if (!may(source.rights.remove, stored->item) || target.rights.folder < Rights::FolderLevel::create_items)
      return fail(Errc::access_denied, "item " + known.id.value);
    auto item = std::move(stored->item);
    source.stored->items.erase(known.id);
    source.stored->tombstones[known.id] = ++state().sequence;
    return put(*target.stored, std::move(item));
  }

  Result<> check_name(const std::string& name, const RemoteId& parent, std::size_t owner, const RemoteId& except) {
    if (!is_folder_name(name)) return fail(Errc::invalid, "folder name");
    if (oxjson::count_characters(name) > kFolderName) return fail(Errc::limit, "field title is too long");
    for (const auto& folder : state().folders) {
      const auto& one = folder->folder;
      if (folder->owner == owner && one.kind != FolderKind::mail && one.parent == parent && one.name == name &&
          one.id != except)
        return fail(Errc::exists, "folder " + one.id.value);
    }
    return {};
  }

  Result<RemoteId> create_folder_now(RemoteId parent, const std::string& name, FolderKind kind) {
    if (kind == FolderKind::mail || kind == FolderKind::other) return fail(Errc::invalid, "folder of another kind");
    auto owner = session_->user();
    if (!parent.value.empty()) {
      OXB_TRY(const auto view, open(parent));
      if (view.stored->folder.kind != kind || view.rights.folder < Rights::FolderLevel::create_folders)
        return fail(Errc::access_denied, "folder " + parent.value);
      owner = view.stored->owner;
      if (kind == FolderKind::calendar && owner != session_->user())
        return fail(Errc::access_denied, "folder " + parent.value);
    }
    if (kind == FolderKind::calendar) parent = {};  // they lie side by side
    OXB_CHECK(check_name(name, parent, owner, {}));
    model::Folder folder;
    folder.kind = kind;
    folder.parent = parent;
    folder.name = name;
    folder.own_rights = model::full_rights();
    folder.id = state().new_folder_id(folder);
    return state().add_folder(owner, std::move(folder)).folder.id;
  }

  Result<State::View> own(const RemoteId& id) {
    OXB_TRY(const auto view, open(id));
    if (view.stored->owner != session_->user()) return fail(Errc::access_denied, "folder " + id.value);
    return view;
  }

  bool is_below(RemoteId id, const RemoteId& top) {
    while (!id.value.empty() && id != top) {
      const auto* folder = state().find(session_->user(), id);
      id = folder == nullptr ? RemoteId{} : folder->folder.parent;
    }
    return id == top;
  }

  Result<> change_folder_now(const RemoteId& id, const RemoteId& parent, const std::string& name) {
    OXB_TRY(const auto view, own(id));
    auto& folder = view.stored->folder;
    if (!is_folder_name(name)) return fail(Errc::invalid, "folder name");
    if (folder.parent == parent && folder.name == name) return {};
    if (folder.role != model::FolderRole::none) return fail(Errc::access_denied, "folder " + id.value);
    if (!parent.value.empty()) {
      OXB_TRY(const auto target, own(parent));
      if (target.stored->folder.kind != folder.kind || folder.kind == FolderKind::calendar || is_below(parent, id))
        return fail(Errc::access_denied, "folder " + parent.value);
    }
    OXB_CHECK(check_name(name, parent, view.stored->owner, id));
    state().rename(*view.stored, parent, name);
    return {};
  }

  Result<> delete_folder_now(const RemoteId& id) {
    const auto seen = open(id);
    if (!seen) return {};
    OXB_TRY(const auto view, own(id));
    if (view.stored->folder.role != model::FolderRole::none) return fail(Errc::access_denied, "folder " + id.value);
    delete_all(id);
    return {};
  }

  void delete_all(const RemoteId& id) {
    std::vector<RemoteId> below;
    for (const auto& folder : state().folders)
      if (folder->owner == session_->user() && folder->folder.parent == id) below.push_back(folder->folder.id);
    for (const auto& child : below) delete_all(child);
    if (const auto* folder = state().find(session_->user(), id)) state().remove_folder(*folder);
  }

  std::shared_ptr<Session> session_;
};

}  // namespace

std::unique_ptr<GroupwareWriter> make_groupware_writer(std::shared_ptr<Session> session) {
  return std::make_unique<FakeGroupwareWriter>(std::move(session));
}

}  // namespace oxb::backend::fake
