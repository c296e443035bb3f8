// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A writer without a backend: what a session asks for is done in the replica alone, by the rules of sync/writer.h.
#include "base/text.h"
#include "proto/mapi/tags.h"
#include "sync/mailbox.h"

#include <algorithm>
#include <map>

namespace oxb::session {

class ReplicaWriter final : public sync::Writer {
 public:
  using Event = sync::MailboxEvent;
  using Contents = std::map<MessageId, std::shared_ptr<const mapi::Content>>;

  explicit ReplicaWriter(sync::Mailbox& mailbox) : mailbox_(mailbox) {}

  std::optional<Errc> trouble;                // what every call answers
  std::set<MessageId> stubborn;               // messages that cannot be deleted or moved
  Contents contents;                          // what was saved
  std::optional<sync::SavedMessage> last;     // as it came in
  std::vector<MessageId> submitted;           // in that order
  std::vector<Removal> removals;              // one per call
  std::shared_ptr<const mapi::Content> sent;  // by send()
  sync::SubmitOutcome outcome;
  std::size_t calls = 0;

  Task<Result<MessageId>> save(sync::SavedMessage message, Wait) override {
    OXB_CO_CHECK(begin());
    bool is_new = false;
    auto done = replica().write([&](replica::WriteTx& tx) { return put(tx, message, is_new); });
    if (!done) co_return tl::unexpected(std::move(done).error());
    contents[*done] = message.content;
    tell(*done, is_new ? Event::Kind::message_created : Event::Kind::message_modified);
    last = std::move(message);
    co_return done;
  }

  Task<Result<sync::Partial>> remove(std::vector<MessageId> messages, Removal how, Wait) override {
    OXB_CO_CHECK(begin());
    removals.push_back(how);
    sync::Partial partial;
    std::vector<Event> events;
    OXB_CO_CHECK(replica().write([&](replica::WriteTx& tx) -> Result<> {
      for (const auto id : messages) {
        OXB_TRY(const auto row, tx.message(id));
        if (!row) continue;
        if (refuses(id, partial)) continue;
        OXB_CHECK(tx.remove_message(id));
        events.push_back(of(*row, Event::Kind::message_deleted));
      }
      return {};
    }));
    if (!events.empty()) mailbox_.post(std::move(events));
    co_return partial;
  }

  Task<Result<sync::Partial>> transfer(std::vector<MessageId> messages, FolderId to, Transfer how, Wait) override {
    OXB_CO_CHECK(begin());
    sync::Partial partial;
    std::vector<Event> events;
    OXB_CO_CHECK(replica().write([&](replica::WriteTx& tx) -> Result<> {
      for (const auto id : messages) {
        OXB_TRY(const auto row, tx.message(id));
        if (!row || refuses(id, partial)) continue;
        OXB_CHECK(how == Transfer::copy ? copy(tx, *row, to, events) : move(tx, *row, to, events));
      }
      return {};
    }));
    if (!events.empty()) mailbox_.post(std::move(events));
    co_return partial;
  }

  Task<Result<FolderId>> create_folder(FolderId parent, std::string name, std::string container_class, Wait) override {
    OXB_CO_CHECK(begin());
    replica::FolderRow row;
    row.name = std::move(name);
    row.container_class = std::move(container_class);
    OXB_CO_TRY(const auto made, replica().write([&](replica::WriteTx& tx) { return make(tx, row, parent); }));
    mailbox_.post({of(made, Event::Kind::folder_created)});
    co_return made.id;
  }

  Task<Result<>> set_container_class(FolderId folder, std::string container_class, Wait) override {
    OXB_CO_CHECK(begin());
    OXB_CO_TRY(const auto row, replica().write([&](replica::WriteTx& tx) -> Result<replica::FolderRow> {
      OXB_TRY(auto found, tx.folder(folder));
      if (!found) return fail(Errc::not_found, "folder");
      found->container_class = container_class;
      OXB_CHECK(tx.put_folder(*found));
      return *found;
    }));
    mailbox_.post({of(row, Event::Kind::folder_modified)});
    co_return Result<>{};
  }

  Task<Result<>> move_folder(FolderId folder, FolderId parent, std::string name, Wait) override {
    OXB_CO_CHECK(begin());
    Event event;
    OXB_CO_CHECK(replica().write([&](replica::WriteTx& tx) -> Result<> {
      OXB_TRY(auto row, tx.folder(folder));
      if (!row) return fail(Errc::not_found, "folder");
      OXB_CHECK(check_name(tx, parent, name, folder));
      event = of(*row, row->parent == parent ? Event::Kind::folder_modified : Event::Kind::folder_moved);
      event.old_folder = row->parent;
      event.parent = parent;
      row->parent = parent;
      row->name = name;
      OXB_TRY(const auto put, tx.put_folder(*std::move(row)));
      static_cast<void>(put);
      return {};
    }));
    mailbox_.post({event});
    co_return Result<>{};
  }

  Task<Result<FolderId>> copy_folder(FolderId folder, FolderId parent, std::string name, Depth depth, Wait) override {
    OXB_CO_CHECK(begin());
    std::vector<Event> events;
    OXB_CO_TRY(const auto id, replica().write([&](replica::WriteTx& tx) {
      return copy_tree(tx, folder, parent, name, depth, events);
    }));
    mailbox_.post(std::move(events));
    co_return id;
  }

  Task<Result<>> delete_folder(FolderId folder, Removal how, Wait) override {
    OXB_CO_CHECK(begin());
    removals.push_back(how);
    std::vector<Event> events;
    OXB_CO_CHECK(replica().write([&](replica::WriteTx& tx) -> Result<> {
      OXB_TRY(const auto row, tx.folder(folder));
      if (!row) return {};
      OXB_TRY(auto below, tx.folders_below(folder, replica::ReadTx::Depth::descendants));
      std::reverse(below.begin(), below.end());
      for (const auto& one : below) events.push_back(of(one, Event::Kind::folder_deleted));
      events.push_back(of(*row, Event::Kind::folder_deleted));
      return tx.remove_folder(folder);
    }));
    if (!events.empty()) mailbox_.post(std::move(events));
    co_return Result<>{};
  }

  Task<Result<sync::SubmitOutcome>> submit(MessageId message, Wait) override {
    OXB_CO_CHECK(begin());
    const auto content = contents.find(message);
    if (content == contents.end() || content->second->recipients.empty()) co_return fail(Errc::invalid, "recipients");
    submitted.push_back(message);
    std::vector<Event> events;
    OXB_CO_CHECK(replica().write([&](replica::WriteTx& tx) -> Result<> {
      OXB_TRY(const auto row, tx.message(message));
      if (!row) return fail(Errc::not_found, "message");
      OXB_TRY(const auto to, tx.special(replica::Special::sent_items));
      return move(tx, *row, to.id, events);
    }));
    mailbox_.post(std::move(events));
    co_return outcome;
  }

  Task<Result<>> abort_submit(MessageId message, Wait) override {
    OXB_CO_CHECK(begin());
    const bool is_gone = std::find(submitted.begin(), submitted.end(), message) != submitted.end();
    co_return is_gone ? Result<>(fail(Errc::not_found, "message")) : Result<>();
  }

  Task<Result<sync::SubmitOutcome>> send(std::shared_ptr<const mapi::Content> content, Wait) override {
    OXB_CO_CHECK(begin());
    if (content->recipients.empty()) co_return fail(Errc::invalid, "recipients");
    sent = std::move(content);
    co_return outcome;
  }

 private:
  static constexpr std::uint32_t kAllRights = 0x7FB;
  static constexpr std::size_t kMostRowBytes = 1024;

  replica::Replica& replica() { return mailbox_.replica(); }

  Result<> begin() {
    ++calls;
    if (trouble) return fail(*trouble, "writer");
    return {};
  }
  bool refuses(MessageId id, sync::Partial& partial) {
    if (!stubborn.contains(id)) return false;
    partial.refused.push_back({id, Error{Errc::access_denied, "message"}});
    return true;
  }

  static Event of(const replica::MessageRow& row, Event::Kind kind) {
    Event event;
    event.kind = kind;
    event.folder = row.folder;
    event.message = row.id;
    event.contents = row.kind;
    return event;
  }
  static Event of(const replica::FolderRow& row, Event::Kind kind) {
    Event event;
    event.kind = kind;
    event.folder = row.id;
    event.parent = row.parent;
    return event;
  }
  void tell(MessageId id, Event::Kind kind) {
    const auto row = replica().read([&](replica::ReadTx& tx) { return tx.message(id); });
    if (row && *row) mailbox_.post({of(**row, kind)});
  }

  Result<MessageId> put(replica::WriteTx& tx, const sync::SavedMessage& message, bool& is_new) {
    replica::WriteTx::MessageChange change;
    OXB_TRY(const auto folder, tx.folder(message.folder));
    if (!folder) return fail(Errc::not_found, "folder");
    if (message.id.value != 0) {
      OXB_TRY(const auto now, tx.message(message.id));
      if (!now) return fail(Errc::not_found, "message");
      using OnConflict = sync::SavedMessage::OnConflict;
      if (now->change != message.base && message.on_conflict == OnConflict::refuse)
        return fail(Errc::conflict, "message");
      change.row = *now;
    } else {
      change.row.folder = message.folder;
      change.row.read = message.is_read;
      is_new = true;
    }
    change.row.modified = {};
    change.row.properties = {};
    for (const auto& property : message.content->properties.all())
      if (mapi::value_size(property.value) <= kMostRowBytes) change.row.properties.set(property.tag, property.value);
    change.content = message.content;
    change.keep_local_properties = false;
    OXB_TRY(const auto put, tx.put_message(std::move(change)));
    return put.id;
  }

  Result<> move(replica::WriteTx& tx, const replica::MessageRow& row, FolderId to, std::vector<Event>& events) {
    if (row.folder == to) return {};
    OXB_CHECK(tx.move_message(row.id, to, row.remote));
    auto event = of(row, Event::Kind::message_moved);
    event.old_folder = row.folder;
    event.folder = to;
    event.old_message = row.id;
    events.push_back(event);
    return {};
  }

  Result<> copy(replica::WriteTx& tx, const replica::MessageRow& row, FolderId to, std::vector<Event>& events) {
    replica::WriteTx::MessageChange change;
    change.row = row;
    change.row.id = {};
    change.row.remote = {};
    change.row.folder = to;
    OXB_TRY(change.content, tx.content(row.id));
    OXB_TRY(const auto put, tx.put_message(std::move(change)));
    if (const auto known = contents.find(row.id); known != contents.end()) contents[put.id] = known->second;
    auto copied = row;
    copied.id = put.id;
    copied.folder = to;
    events.push_back(of(copied, Event::Kind::message_created));
    return {};
  }

  Result<> check_name(replica::WriteTx& tx, FolderId parent, const std::string& name, FolderId self) {
    OXB_TRY(const auto rows, tx.folders_below(parent, replica::ReadTx::Depth::children));
    for (const auto& row : rows)
      if (row.id != self && fold_case(row.name) == fold_case(name)) return fail(Errc::exists, "folder");
    return {};
  }

  Result<replica::FolderRow> make(replica::WriteTx& tx, replica::FolderRow row, FolderId parent) {
    OXB_TRY(const auto above, tx.folder(parent));
    if (!above) return fail(Errc::not_found, "parent");
    OXB_CHECK(check_name(tx, parent, row.name, {}));
    if (row.container_class.empty()) row.container_class = above->container_class;
    row.id = {};
    row.parent = parent;
    row.special = replica::Special::none;
    row.remote = {};
    row.rights = kAllRights;
    row.total = row.unread = row.associated = 0;
    OXB_TRY(const auto put, tx.put_folder(row));
    OXB_TRY(const auto made, tx.folder(put.id));
    return *made;
  }

  Result<FolderId> copy_tree(replica::WriteTx& tx, FolderId folder, FolderId parent, const std::string& name,
                             Depth depth, std::vector<Event>& events) {
    OXB_TRY(auto row, tx.folder(folder));
    if (!row) return fail(Errc::not_found, "folder");
    OXB_TRY(const auto below, tx.folders_below(folder, replica::ReadTx::Depth::children));
    row->name = name;
    OXB_TRY(const auto made, make(tx, *std::move(row), parent));
    events.push_back(of(made, Event::Kind::folder_created));
    OXB_TRY(const auto ids, tx.message_ids(folder, replica::ContentsKind::normal, replica::SortKey::id,
                                           replica::ReadTx::Order::ascending));
    OXB_TRY(const auto rows, tx.messages(ids));
    for (const auto& message : rows) OXB_CHECK(copy(tx, message, made.id, events));
    if (depth == Depth::folder) return made.id;
    for (const auto& child : below) OXB_CHECK(copy_tree(tx, child.id, made.id, child.name, depth, events));
    return made.id;
  }

  sync::Mailbox& mailbox_;
};

}  // namespace oxb::session
