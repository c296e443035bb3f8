// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/fake/state.h"

#include <charconv>

namespace oxb::backend::fake {

RemoteId creator_of(const Item& item) {
  struct Visitor {
    RemoteId operator()(const model::Series& s) const {
      if (s.master) return s.master->created_by;
      return s.exceptions.empty() ? RemoteId{} : s.exceptions.front().created_by;
    }
    RemoteId operator()(const model::Contact& c) const { return c.created_by; }
    RemoteId operator()(const model::DistributionList&) const { return {}; }
    RemoteId operator()(const model::Task& t) const { return t.created_by; }
  };
  return std::visit(Visitor{}, item);
}

namespace {

void strip(std::vector<model::FileData>& files) {
  for (auto& f : files) f.data.reset();
}

// What a listing delivers: everything but the bytes of attachments and pictures.
Item without_bytes(Item item) {
  if (auto* series = std::get_if<model::Series>(&item)) {
    if (series->master) strip(series->master->attachments);
    for (auto& e : series->exceptions) strip(e.attachments);
  } else if (auto* contact = std::get_if<model::Contact>(&item)) {
    strip(contact->attachments);
    if (contact->image) contact->image->data.reset();
  } else if (auto* task = std::get_if<model::Task>(&item)) {
    strip(task->attachments);
  }
  return item;
}

const model::FileData* find_file(const std::vector<model::FileData>& files, const RemoteId& id) {
  for (const auto& f : files) {
    if (f.id == id) return &f;
  }
  return nullptr;
}

const model::FileData* find_file(const Item& item, const RemoteId& owner, const RemoteId& file) {
  if (const auto* series = std::get_if<model::Series>(&item)) {
    if (series->master && series->master->id == owner) return find_file(series->master->attachments, file);
    for (const auto& e : series->exceptions) {
      if (e.id == owner) return find_file(e.attachments, file);
    }
    return nullptr;
  }
  if (id_of(item) != owner) return nullptr;
  if (const auto* contact = std::get_if<model::Contact>(&item)) return find_file(contact->attachments, file);
  if (const auto* task = std::get_if<model::Task>(&item)) return find_file(task->attachments, file);
  return nullptr;
}

class FakeGroupware final : public Groupware {
 public:
  explicit FakeGroupware(std::shared_ptr<Session> session) : session_(std::move(session)) {}

  Task<Result<std::vector<model::Folder>>> folders(Wait wait) override {
    OXB_CO_CHECK(co_await session_->begin("groupware.folders", std::move(wait)));
    std::vector<model::Folder> out;
    {
      auto& state = session_->state();
      const std::scoped_lock lock(state.mutex);
      for (const auto& f : state.folders) {
        if (f->folder.kind == model::FolderKind::mail) continue;
        if (state.find(session_->user(), f->folder.id) != f.get() || !state.view(session_->user(), f->folder.id))
          continue;
        out.push_back(state.as_seen(session_->user(), *f));
      }
    }
    OXB_CO_CHECK(session_->end("groupware.folders"));
    co_return out;
  }

  Task<Result<ItemChanges>> changes(const model::Folder& folder, const model::Position& since, Wait wait) override {
    const auto id = folder.id;
    const auto from = since;
    OXB_CO_CHECK(co_await session_->begin("groupware.changes", std::move(wait)));
    OXB_CO_TRY(auto out, read_changes(id, from));
    OXB_CO_CHECK(session_->end("groupware.changes"));
    co_return out;
  }

  Task<Result<std::vector<RemoteId>>> existing(const model::Folder& folder, std::vector<RemoteId> ids,
                                               Wait wait) override {
    const auto id = folder.id;
    OXB_CO_CHECK(co_await session_->begin("groupware.existing", std::move(wait)));
    std::vector<RemoteId> out;
    {
      const std::scoped_lock lock(session_->state().mutex);
      OXB_CO_TRY(const auto view, readable(id));
      for (auto& item : ids) {
        if (find(view, item) != nullptr) out.push_back(std::move(item));
      }
    }
    OXB_CO_CHECK(session_->end("groupware.existing"));
    co_return out;
  }

  Task<Result<std::vector<Result<Item>>>> items(const model::Folder& folder, std::vector<RemoteId> ids,
                                                Wait wait) override {
    const auto id = folder.id;
    OXB_CO_CHECK(co_await session_->begin("groupware.items", std::move(wait)));
    std::vector<Result<Item>> out;
    {
      const std::scoped_lock lock(session_->state().mutex);
      OXB_CO_TRY(const auto view, readable(id));
      for (const auto& item : ids) out.push_back(read_item(view, item));
    }
    OXB_CO_CHECK(session_->end("groupware.items"));
    co_return out;
  }

  Task<Result<Bytes>> attachment(const model::Folder& folder, const RemoteId& item, const model::FileData& file,
                                 Wait wait) override {
    const auto id = folder.id;
    const auto owner = item;
    const auto file_id = file.id;
    OXB_CO_CHECK(co_await session_->begin("groupware.attachment", std::move(wait)));
    Bytes out;
    {
      const std::scoped_lock lock(session_->state().mutex);
      OXB_CO_TRY(const auto view, readable(id));
      const model::FileData* found = nullptr;
      for (const auto& [key, stored] : view.stored->items) {
        if (found == nullptr) found = find_file(stored.item, owner, file_id);
      }
      if (found == nullptr || !found->data) co_return fail(Errc::not_found, "attachment " + file_id.value);
      out = *found->data;
    }
    OXB_CO_CHECK(session_->end("groupware.attachment"));
    co_return out;
  }

  Task<Result<Bytes>> picture(const model::Folder& folder, const model::Contact& contact, Wait wait) override {
    const auto id = folder.id;
    const auto owner = contact.id;
    OXB_CO_CHECK(co_await session_->begin("groupware.picture", std::move(wait)));
    Bytes out;
    {
      const std::scoped_lock lock(session_->state().mutex);
      OXB_CO_TRY(const auto view, readable(id));
      const auto* stored = find(view, owner);
      const auto* found = stored == nullptr ? nullptr : std::get_if<model::Contact>(&stored->item);
      if (found == nullptr || !found->image || !found->image->data) co_return fail(Errc::not_found, "picture");
      out = *found->image->data;
    }
    OXB_CO_CHECK(session_->end("groupware.picture"));
    co_return out;
  }

 private:
  Result<State::View> readable(const RemoteId& id) {
    const auto view = session_->state().view(session_->user(), id);
    if (!view || view->stored->folder.kind == model::FolderKind::mail)
      return fail(Errc::not_found, "folder " + id.value);
    if (view->rights.read == model::Rights::ItemLevel::none) return fail(Errc::access_denied, "folder " + id.value);
    return *view;
  }

  bool may_read(const State::View& view, const StoredItem& stored) {
    if (view.rights.read == model::Rights::ItemLevel::all) return true;
    return creator_of(stored.item).value == std::to_string(session_->state().users[session_->user()].user.id);
  }

  const StoredItem* find(const State::View& view, const RemoteId& id) {
    const auto it = view.stored->items.find(id);
    return it == view.stored->items.end() || !may_read(view, it->second) ? nullptr : &it->second;
  }

  Result<Item> read_item(const State::View& view, const RemoteId& id) {
    const auto* stored = find(view, id);
    if (stored == nullptr) return fail(Errc::not_found, "item " + id.value);
    if (!stored->unreadable.empty()) return fail(Errc::malformed, stored->unreadable);
    return without_bytes(stored->item);
  }

  Result<ItemChanges> read_changes(const RemoteId& id, const model::Position& since) {
    auto& state = session_->state();
    const std::scoped_lock lock(state.mutex);
    OXB_TRY(const auto view, readable(id));
    std::uint64_t from = 0;
    if (!since.value.empty()) {
      const auto* end = since.value.data() + since.value.size();
      const auto [ptr, error] = std::from_chars(since.value.data(), end, from);
      if (error != std::errc{} || ptr != end) return fail(Errc::invalid, "position");
    }
    ItemChanges out;
    out.complete = since.value.empty() || from < state.trimmed || !view.stored->folder.supports_changes;
    for (const auto& [item_id, stored] : view.stored->items) {
      if ((!out.complete && stored.modified <= from) || !may_read(view, stored)) continue;
      if (stored.unreadable.empty()) {
        out.changed.push_back(without_bytes(stored.item));
      } else {
        out.unreadable.push_back(item_id);
        out.unreadable_reason = stored.unreadable;
      }
    }
    if (!out.complete) {
      for (const auto& [item_id, when] : view.stored->tombstones) {
        if (when > from) out.deleted.push_back(item_id);
      }
    }
    out.position = model::Position{std::to_string(state.sequence)};
    return out;
  }

  std::shared_ptr<Session> session_;
};

}  // namespace

std::unique_ptr<Groupware> make_groupware(std::shared_ptr<Session> session) {
  return std::make_unique<FakeGroupware>(std::move(session));
}

}  // namespace oxb::backend::fake
