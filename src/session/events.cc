// SPDX-License-Identifier: GPL-3.0-or-later
// From what changed in the mailbox to notifications [MS-OXCNOTIF] 3.1.4.3.
#include "base/log.h"
#include "session/list_rows.h"
#include "session/message_rows.h"
#include "session/search.h"
#include "session/session.h"

#include <algorithm>
#include <set>

namespace oxb::session {
namespace {

using Kind = sync::MailboxEvent::Kind;
using rop::NotificationData;

// More changed rows at once than this are told as "the table changed".
constexpr std::size_t kMostRowEvents = 200;

bool is_message_event(const sync::MailboxEvent& event) { return event.kind >= Kind::message_created; }

NotificationData object_data(const sync::MailboxEvent& event) {
  NotificationData data;
  data.folder = mapi::Eid::of(event.folder);
  if (is_message_event(event)) {
    data.flags = rop::kNotifyMessage;
    data.message = mapi::Eid::of(event.message);
    data.old_message = mapi::Eid::of(event.old_message.value != 0 ? event.old_message : event.message);
    data.old_folder = mapi::Eid::of(event.old_folder);
  } else {
    data.parent = mapi::Eid::of(event.parent);
    data.old_folder = mapi::Eid::of(event.folder);
    data.old_parent = mapi::Eid::of(event.old_folder);
  }
  switch (event.kind) {
    case Kind::folder_created:
    case Kind::message_created:
      data.flags |= rop::kNotifyCreated;
      break;
    case Kind::folder_modified:
    case Kind::message_modified:
      data.flags |= rop::kNotifyModified;
      break;
    case Kind::folder_deleted:
    case Kind::message_deleted:
      data.flags |= rop::kNotifyDeleted;
      break;
    case Kind::folder_moved:
    case Kind::message_moved:
      data.flags |= rop::kNotifyMoved;
      break;
  }
  return data;
}

NotificationData new_mail_data(const sync::MailboxEvent& event) {
  NotificationData data;
  data.flags = rop::kNotifyMessage | rop::kNotifyNewMail;
  data.folder = mapi::Eid::of(event.folder);
  data.message = mapi::Eid::of(event.message);
  data.message_flags = event.message_flags;
  data.message_class = event.message_class.empty() ? "IPM.Note" : event.message_class;
  return data;
}

bool is_in_scope(const Subscription& subscription, const sync::MailboxEvent& event) {
  if (subscription.whole_store) return true;
  if (subscription.message.value != 0) return is_message_event(event) && event.message == subscription.message;
  return event.folder == subscription.folder ||
         (event.old_folder.value != 0 && event.old_folder == subscription.folder) ||
         (!is_message_event(event) && event.parent == subscription.folder && event.kind != Kind::folder_modified);
}

// Folders whose counts may have changed.
std::set<FolderId> counted_folders(std::span<const sync::MailboxEvent> events) {
  std::set<FolderId> out;
  for (const auto& event : events) {
    if (event.kind == Kind::folder_modified) out.insert(event.folder);
    if (!is_message_event(event)) continue;
    out.insert(event.folder);
    if (event.kind == Kind::message_moved) out.insert(event.old_folder);
  }
  return out;
}

void add_key(std::vector<RowKey>& keys, RowKey key) {
  if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
}

// The rows of a table that events touch, in the order of the events.
std::vector<RowKey> touched(const RowSource& source, std::span<const sync::MailboxEvent> events) {
  std::vector<RowKey> keys;
  if (const auto* messages = dynamic_cast<const MessageRows*>(&source)) {
    std::set<RowKey> seen;
    for (const auto& event : events) {
      if (!is_message_event(event) || event.contents != messages->kind()) continue;
      if (event.folder != messages->folder() && event.old_folder != messages->folder()) continue;
      if (seen.insert(event.message.value).second) keys.push_back(event.message.value);
    }
  } else if (const auto* search = dynamic_cast<const SearchRows*>(&source)) {
    std::set<RowKey> seen;
    for (const auto& event : events) {
      if (!is_message_event(event) || event.contents != replica::ContentsKind::normal) continue;
      if (!search->is_in_scope(event.folder) && !search->is_in_scope(event.old_folder)) continue;
      if (seen.insert(event.message.value).second) keys.push_back(event.message.value);
    }
  } else if (dynamic_cast<const FolderRows*>(&source) != nullptr) {
    for (const auto& event : events) {
      if (!is_message_event(event)) {
        add_key(keys, event.folder.value);
        if (event.parent.value != 0) add_key(keys, event.parent.value);  // its "has subfolders" may have changed
        if (event.kind == Kind::folder_moved) add_key(keys, event.old_folder.value);
      }
    }
    for (const auto folder : counted_folders(events)) add_key(keys, folder.value);
  }
  return keys;
}

// The table's folder was deleted with all that was in it.
bool is_gone(const RowSource& source, std::span<const sync::MailboxEvent> events) {
  const auto folder = source.message_folder();
  return folder && std::any_of(events.begin(), events.end(), [&](const auto& event) {
           return event.kind == Kind::folder_deleted && event.folder == *folder;
         });
}

// A search folder's criteria, or the folders that they mean, may be others now.
bool is_searched_anew(replica::ReadTx& tx, RowSource& source, std::span<const sync::MailboxEvent> events) {
  auto* search = dynamic_cast<SearchRows*>(&source);
  if (search == nullptr) return false;
  if (std::all_of(events.begin(), events.end(), [](const auto& event) { return is_message_event(event); }))
    return false;
  const auto changed = search->reload(tx);
  return !changed || *changed;
}

rop::TableRowKey row_key(const RowSource& source, const RowName& row) {
  rop::TableRowKey out;
  if (const auto folder = source.message_folder()) {
    out.folder = mapi::Eid::of(*folder);
    out.message = row.is_header ? mapi::Eid{row.key} : mapi::Eid::of(MessageId{row.key});
    out.instance = row.instance;
  } else {
    out.folder = row.is_header ? mapi::Eid{row.key} : mapi::Eid::of(FolderId{row.key});
  }
  return out;
}

}  // namespace

void Session::on_events(std::span<const sync::MailboxEvent> events) {
  if (is_closed_ || (subscriptions_.empty() && tables_.empty())) return;
  notify_objects(events);
  auto status = mailbox_->replica().read([&](replica::ReadTx& tx) -> Result<> {
    notify_folder_counts(tx, events);
    notify_tables(tx, events);
    return {};
  });
  if (!status) log().event("session.notify_failed").err(status.error());
  if (!queue_.empty()) {
    has_events_ = true;
    event_.notify_all();
  }
}

bool Session::push(Handle handle, std::uint8_t logon, NotificationData data) {
  if (queue_.size() >= limits_.queued_notifications) return false;
  queue_.push_back({{handle, logon, std::move(data)}});
  return true;
}

void Session::push_object(const Subscription& subscription, NotificationData data) {
  push(subscription.handle, subscription.logon->id, std::move(data));
}

void Session::notify_objects(std::span<const sync::MailboxEvent> events) {
  for (const auto& event : events) {
    if (event.kind == Kind::folder_modified) continue;  // told once, with the counts
    if (event.found) continue;
    auto data = object_data(event);
    for (const auto& [handle, subscription] : subscriptions_) {
      if (!is_in_scope(*subscription, event)) continue;
      // A new message is both: NewMail, and ObjectCreated.
      if (event.new_mail && (subscription->types & rop::kNotifyNewMail) != 0)
        push_object(*subscription, new_mail_data(event));
      if ((subscription->types & data.type()) != 0) push_object(*subscription, data);
    }
  }
}

void Session::notify_folder_counts(replica::ReadTx& tx, std::span<const sync::MailboxEvent> events) {
  if (subscriptions_.empty()) return;
  for (const auto folder : counted_folders(events)) {
    const auto row = tx.folder(folder);
    if (!row || !*row) continue;
    sync::MailboxEvent event;
    event.kind = Kind::folder_modified;
    event.folder = folder;
    event.parent = (*row)->parent;
    auto data = object_data(event);
    data.flags |= rop::kNotifyHasTotal | rop::kNotifyHasUnread;
    data.total = (*row)->total;
    data.unread = (*row)->unread;
    for (const auto& [handle, subscription] : subscriptions_)
      if ((subscription->types & rop::kNotifyModified) != 0 && is_in_scope(*subscription, event))
        push_object(*subscription, data);
  }
}

void Session::tell_search_complete(FolderId folder) {
  NotificationData data;
  data.flags = rop::kNotifySearchComplete;
  data.folder = mapi::Eid::of(folder);
  for (const auto& [handle, subscription] : subscriptions_)
    if ((subscription->types & rop::kNotifySearchComplete) != 0 &&
        (subscription->whole_store || subscription->folder == folder))
      push_object(*subscription, data);
  if (!queue_.empty()) {
    has_events_ = true;
    event_.notify_all();
  }
}

void Session::notify_tables(replica::ReadTx& tx, std::span<const sync::MailboxEvent> events) {
  for (const auto& [handle, table] : tables_) {
    if (!table->is_watched()) continue;
    const bool is_anew = is_searched_anew(tx, table->source(), events);
    const auto keys = touched(table->source(), events);
    if (is_anew || keys.size() > kMostRowEvents || is_gone(table->source(), events)) {
      table->invalidate();
      push_table_changed(*table);
    } else if (!keys.empty()) {
      notify_table(tx, *table, keys);
    }
  }
}

void Session::notify_table(replica::ReadTx& tx, Table& table, const std::vector<RowKey>& keys) {
  for (const auto key : keys) {
    auto update = table.update(tx, key);
    if (!update || update->everything) {
      table.invalidate();
      push_table_changed(table);
      return;
    }
    for (const auto& change : update->changes) push_row(tx, table, change);
  }
}

void Session::push_row(replica::ReadTx& tx, Table& table, const View::Change& change) {
  NotificationData data;
  data.flags = rop::kNotifyTableModified;
  if (table.source().message_folder()) data.flags |= rop::kNotifyMessage;
  data.row = row_key(table.source(), change.row);
  if (change.kind == View::Change::Kind::deleted) {
    data.table_event = rop::TableEvent::row_deleted;
  } else {
    data.table_event =
        change.kind == View::Change::Kind::added ? rop::TableEvent::row_added : rop::TableEvent::row_modified;
    if (change.after) data.insert_after = row_key(table.source(), *change.after);
    const auto rows = table.rows(tx, {change.position});
    if (!rows) return push_table_changed(table);
    auto bytes = mapi::encode_row((*rows)[0], table.row_columns());
    constexpr std::size_t kMostRowBytes = 0x6000;  // must fit an answer beside other things
    if (!bytes || bytes->size() > kMostRowBytes) return push_table_changed(table);
    data.row_data = std::move(*bytes);
  }
  if (!push(table.handle, table.logon->id, std::move(data))) {
    table.is_lost = true;
    has_lost_ = true;
  }
}

// The client reads the table again. Rows that wait in the queue for it mean nothing any more.
void Session::push_table_changed(Table& table) {
  std::erase_if(queue_, [&](const Queued& queued) { return queued.notify.handle == table.handle; });
  NotificationData data;
  data.flags = rop::kNotifyTableModified;
  if (table.source().message_folder()) data.flags |= rop::kNotifyMessage;
  data.table_event = rop::TableEvent::changed;
  if (!push(table.handle, table.logon->id, std::move(data))) {
    table.is_lost = true;
    has_lost_ = true;
  }
}

}  // namespace oxb::session
