// SPDX-License-Identifier: GPL-3.0-or-later
// Lists of messages, and folders: removed, copied, moved.
#include "convert/permission.h"
#include "sync/changes.h"
#include "sync/folders.h"
#include "sync/mailbox_impl.h"
#include "sync/skeleton.h"
#include "sync/upload.h"

#include <algorithm>

namespace oxb::sync {

using Kind = MailboxEvent::Kind;
using replica::ContentsKind;
using replica::FolderRow;
using replica::MessageRow;
using replica::ReadTx;
using replica::Source;
using replica::Special;
using replica::WriteTx;

namespace {

struct Group {
  FolderRow folder;
  std::vector<MessageRow> local, remote;
};

// By folder; what is gone already is left out.
Result<std::vector<Group>> grouped(replica::Replica& replica, const std::vector<MessageId>& messages) {
  return replica.read([&](ReadTx& tx) -> Result<std::vector<Group>> {
    OXB_TRY(auto rows, tx.messages(messages));
    std::map<FolderId, Group> groups;
    for (auto& row : rows) {
      auto& group = groups[row.folder];
      (row.remote.value.empty() ? group.local : group.remote).push_back(std::move(row));
    }
    std::vector<Group> out;
    for (auto& [id, group] : groups) {
      OXB_TRY(group.folder, folder_row(tx, id));
      out.push_back(std::move(group));
    }
    return out;
  });
}

void refuse(Partial& out, const std::vector<MessageRow>& rows, const Error& error) {
  for (const auto& row : rows) out.refused.push_back({row.id, error});
}

std::vector<MessageId> ids_of(const std::vector<MessageRow>& rows) {
  std::vector<MessageId> out;
  for (const auto& row : rows) out.push_back(row.id);
  return out;
}

struct Uids {
  std::uint32_t validity{};
  std::vector<std::uint32_t> uids;
};
Result<Uids> uids_of(const std::vector<MessageRow>& rows) {
  Uids out;
  for (const auto& row : rows) {
    const auto uid = uid_of(row.remote);
    const auto validity = validity_of(row.remote_version);
    if (!uid || (out.validity != 0 && validity != out.validity))
      return fail(Errc::unavailable, "the mail server is renumbering the folder");
    out.validity = validity;
    out.uids.push_back(*uid);
  }
  return out;
}

MailboxEvent folder_event(Kind kind, FolderId folder, FolderId parent) {
  MailboxEvent event;
  event.kind = kind;
  event.folder = folder;
  event.parent = parent;
  return event;
}

Error unsupported(std::string what) { return {Errc::unsupported, std::move(what), __FILE__, __LINE__}; }

bool is_groupware(Source source) {
  return source == Source::calendar || source == Source::contacts || source == Source::tasks;
}

// Folders that no backend has an object for: settings, and what lies outside the tree that users see.
bool is_local_class(std::string_view container_class) {
  return container_class.starts_with("IPF.Configuration") || container_class.starts_with("IPF.ShortcutFolder");
}

}  // namespace

// --- messages

Task<Result<Partial>> Push::remove(std::vector<MessageId> messages, Removal, Wait wait) {
  const auto self = mailbox_.shared_from_this();
  OXB_CO_TRY(const auto groups, grouped(mailbox_.replica(), messages));
  Partial out;
  for (const auto& group : groups) {
    if (!group.local.empty())
      if (auto done = remove_rows(group.folder, group.local); !done) refuse(out, group.local, done.error());
    if (group.remote.empty()) continue;
    if (is_groupware(group.folder.source)) {
      refuse(out, group.remote, unsupported("calendars, contacts and tasks are not written to yet"));
      continue;
    }
    if (auto done = co_await remove_mail(group.folder, group.remote, wait); !done)
      refuse(out, group.remote, done.error());
  }
  co_return out;
}

Result<> Push::remove_rows(const FolderRow& folder, const std::vector<MessageRow>& rows) {
  std::vector<MailboxEvent> events;
  OXB_CHECK(mailbox_.replica().write([&](WriteTx& tx) -> Result<> {
    for (const auto& row : rows) {
      OXB_TRY(const auto now, tx.message(row.id));
      if (!now || now->folder != folder.id) continue;
      OXB_CHECK(sync::remove(tx, folder.id, row.id, events));
      events.back().contents = row.kind;
    }
    return {};
  }));
  add_counts_event(events, folder);
  mailbox_.post(std::move(events));
  return {};
}

Task<Result<>> Push::remove_mail(const FolderRow& folder, std::vector<MessageRow> rows, Wait wait) {
  OXB_CO_TRY(auto mails, uids_of(rows));
  const Ended ended{mailbox_.progress_};
  const Entry<MessageId> in_flight(in_flight_, ids_of(rows));
  OXB_CO_CHECK(co_await mail().expunge(folder.remote, mails.validity, std::move(mails.uids), std::move(wait)));
  co_return remove_rows(folder, rows);
}

Task<Result<Partial>> Push::transfer(std::vector<MessageId> messages, FolderId target, Transfer how, Wait wait) {
  const auto self = mailbox_.shared_from_this();
  OXB_CO_TRY(auto to, mailbox_.replica().read([&](ReadTx& tx) { return folder_row(tx, target); }));
  if (to.special == Special::outbox && to.source == Source::local) {
    OXB_CO_TRY(to, co_await home_of(std::move(to), wait));
  }
  OXB_CO_TRY(const auto groups, grouped(mailbox_.replica(), messages));
  Partial out;
  for (const auto& group : groups) {
    if (group.folder.id == to.id && how == Transfer::move) continue;
    if (!group.local.empty()) {
      if (auto done = co_await transfer_local(group.local, to, how, wait); !done)
        refuse(out, group.local, done.error());
    }
    if (group.remote.empty()) continue;
    if (group.folder.source != Source::mail || to.source != Source::mail) {
      refuse(out, group.remote, unsupported("only mails are copied and moved yet, between mail folders"));
      continue;
    }
    if (auto done = co_await transfer_mail(group.folder, group.remote, to, how, wait); !done)
      refuse(out, group.remote, done.error());
  }
  co_return out;
}

// FAI go wherever they are put; a message of the gateway's own that goes to a folder of the backend is stored there.
Task<Result<>> Push::transfer_local(std::vector<MessageRow> rows, FolderRow to, Transfer how, Wait wait) {
  for (const auto& row : rows) {
    OXB_CO_TRY(const auto content, mailbox_.replica().read([&](ReadTx& tx) { return tx.content(row.id); }));
    const bool stays_local = row.kind == ContentsKind::associated || to.source == Source::local;
    std::vector<MailboxEvent> events;
    if (stays_local) {
      OXB_CO_CHECK(mailbox_.replica().write([&](WriteTx& tx) -> Result<> {
        if (how == Transfer::move) {
          OXB_CHECK(tx.move_message(row.id, to.id, {}));
          events.push_back(message_event(Kind::message_moved, to.id, row.id));
          events.back().old_folder = row.folder;
        } else {
          WriteTx::MessageChange change;
          change.row = row;
          change.row.id = {};
          change.row.folder = to.id;
          change.content = content;
          OXB_TRY(const auto put, tx.put_message(std::move(change)));
          events.push_back(message_event(Kind::message_created, to.id, put.id));
        }
        events.back().contents = row.kind;
        return {};
      }));
      add_counts_event(events, to);
      mailbox_.post(std::move(events));
      continue;
    }
    SavedMessage saved;
    saved.folder = to.id;
    saved.content = content;
    saved.is_read = row.read;
    OXB_CO_TRY(const auto stored, co_await save(std::move(saved), wait));
    static_cast<void>(stored);
    if (how == Transfer::move) {
      OXB_CO_TRY(const auto from, mailbox_.replica().read([&](ReadTx& tx) { return folder_row(tx, row.folder); }));
      OXB_CO_CHECK(remove_rows(from, {row}));
    }
  }
  co_return Result<>{};
}

Task<Result<>> Push::transfer_mail(const FolderRow& from, std::vector<MessageRow> rows, const FolderRow& to,
                                   Transfer how, Wait wait) {
  OXB_CO_TRY(auto mails, uids_of(rows));
  const Ended ended{mailbox_.progress_};
  const Entry<MessageId> in_flight(in_flight_, ids_of(rows));
  const auto manner = how == Transfer::move ? backend::MailWriter::Transfer::move : backend::MailWriter::Transfer::copy;
  OXB_CO_TRY(const auto done, co_await mail().transfer(from.remote, mails.validity, std::move(mails.uids), to.remote,
                                                       manner, std::move(wait)));
  std::map<RemoteId, RemoteId> arrived;  // by where it came from; empty where the server does not say
  std::string version;
  for (const auto& one : done) {
    arrived[remote_of(one.from)] = one.to.uid != 0 ? remote_of(one.to.uid) : RemoteId{};
    version = std::to_string(one.to.uid_validity);
  }
  std::vector<MailboxEvent> events;
  if (how == Transfer::move) {
    OXB_CO_CHECK(mailbox_.replica().write([&](WriteTx& tx) -> Result<> {
      for (const auto& row : rows) {
        const auto place = arrived.find(row.remote);
        if (place == arrived.end()) continue;  // it was gone already, which the next look tells
        if (place->second.value.empty()) {
          OXB_CHECK(sync::remove(tx, from.id, row.id, events));
          continue;
        }
        OXB_TRY(const auto seen, tx.message_by_remote(to.id, place->second));
        if (seen) OXB_CHECK(sync::remove(tx, to.id, *seen, events));  // a pull was faster
        OXB_CHECK(tx.move_message(row.id, to.id, place->second, version));
        events.push_back(message_event(Kind::message_moved, to.id, row.id));
        events.back().old_folder = from.id;
      }
      return {};
    }));
    if (!events.empty()) {
      events.push_back(folder_event(Kind::folder_modified, from.id, from.parent));
      events.push_back(folder_event(Kind::folder_modified, to.id, to.parent));
    }
    mailbox_.post(std::move(events));
    const bool all_known =
        std::none_of(arrived.begin(), arrived.end(), [](const auto& a) { return a.second.value.empty(); });
    if (all_known) co_return Result<>{};
  } else {
    for (const auto& [source, place] : arrived) own_.emplace(to.id, place);
  }
  auto pulled = co_await mailbox_.pull(to.id);
  for (const auto& [source, place] : arrived) own_.erase({to.id, place});
  // The copies are there; what the list of them says can wait.
  if (!pulled) mailbox_.noticed(pulled.error(), "push.copied_unlisted");
  if (how == Transfer::copy) OXB_CO_CHECK(copy_beside(rows, arrived, to.id));
  co_return Result<>{};
}

// What only the replica knows of a mail is true of its copy too.
Result<> Push::copy_beside(const std::vector<MessageRow>& rows, const std::map<RemoteId, RemoteId>& arrived,
                           FolderId to) {
  return mailbox_.replica().write([&](WriteTx& tx) -> Result<> {
    for (const auto& row : rows) {
      const auto place = arrived.find(row.remote);
      if (place == arrived.end() || place->second.value.empty()) continue;
      OXB_TRY(const auto id, tx.message_by_remote(to, place->second));
      if (!id) continue;
      OXB_TRY(const auto copy, message_row(tx, *id));
      mapi::Content original, shown;
      original.properties = row.properties;
      shown.properties = copy.properties;
      const auto kept = beside(tx, original, shown);
      if (!kept.empty()) OXB_CHECK(tx.set_message_properties(*id, kept, {}));
    }
    return {};
  });
}

// --- folders

Task<Result<FolderId>> Push::create_folder(FolderId parent_id, std::string name, std::string container_class,
                                           Wait wait) {
  const auto self = mailbox_.shared_from_this();
  OXB_CO_TRY(const auto parent, mailbox_.replica().read([&](ReadTx& tx) { return folder_row(tx, parent_id); }));
  const bool at_top = parent.special == Special::ipm_subtree;
  if (is_groupware(parent.source) || (!container_class.empty() && !container_class.starts_with("IPF.Note") &&
                                      !is_local_class(container_class) && (at_top || parent.source == Source::mail)))
    co_return fail(Errc::unsupported, "calendars, contact and task folders are not made yet");
  if (is_local_class(container_class) || (!at_top && parent.source != Source::mail)) {
    FolderRow row;
    row.parent = parent.id;
    row.name = std::move(name);
    row.container_class = std::move(container_class);
    row.rights = parent.rights;
    std::vector<MailboxEvent> events;
    OXB_CO_TRY(const auto id, mailbox_.replica().write([&](WriteTx& tx) -> Result<FolderId> {
      OXB_TRY(const auto put, tx.put_folder(row));
      events.push_back(folder_event(Kind::folder_created, put.id, parent.id));
      return put.id;
    }));
    mailbox_.post(std::move(events));
    co_return id;
  }
  OXB_CO_TRY(const auto remote,
             co_await mail().create_folder(at_top ? RemoteId{} : parent.remote, std::move(name), wait));
  co_return co_await listed(remote, std::move(wait));
}

// The id of a folder that the backend has now.
Task<Result<FolderId>> Push::listed(RemoteId remote, Wait wait) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    OXB_CO_CHECK(co_await mailbox_.pull_folders(wait));
    OXB_CO_TRY(const auto row,
               mailbox_.replica().read([&](ReadTx& tx) { return tx.folder_by_remote(Source::mail, remote); }));
    if (row) co_return row->id;
  }
  co_return fail(Errc::unavailable, "the mail server does not list the folder that was made");
}

Task<Result<>> Push::move_folder(FolderId id, FolderId parent_id, std::string name, Wait wait) {
  const auto self = mailbox_.shared_from_this();
  OXB_CO_TRY(const auto folder, mailbox_.replica().read([&](ReadTx& tx) { return folder_row(tx, id); }));
  OXB_CO_TRY(const auto parent, mailbox_.replica().read([&](ReadTx& tx) { return folder_row(tx, parent_id); }));
  OXB_CO_TRY(const auto below,
             mailbox_.replica().read([&](ReadTx& tx) { return tx.folders_below(id, ReadTx::Depth::descendants); }));
  if (parent.id == id || std::ranges::any_of(below, [&](const auto& row) { return row.id == parent.id; }))
    co_return fail(Errc::invalid, "a folder cannot be put below itself");
  const bool at_top = parent.special == Special::ipm_subtree;
  RemoteId remote;
  if (folder.source == Source::mail) {
    if (!at_top && parent.source != Source::mail)
      co_return fail(Errc::unsupported, "mail folders stay among mail folders");
    OXB_CO_CHECK(co_await mailbox_.lock_folders(wait));
    auto moved = co_await mail().move_folder(folder.remote, at_top ? RemoteId{} : parent.remote, name, wait);
    mailbox_.unlock_folders();
    if (!moved) co_return tl::unexpected(std::move(moved).error());
    remote = *std::move(moved);
  } else if (folder.source != Source::local && folder.source != Source::search) {
    co_return fail(Errc::unsupported, "calendars, contact and task folders are not changed yet");
  }
  auto event = folder_event(folder.parent != parent.id ? Kind::folder_moved : Kind::folder_modified, id, parent.id);
  event.old_folder = folder.parent;
  OXB_CO_CHECK(mailbox_.replica().write([&](WriteTx& tx) -> Result<> {
    OXB_TRY(auto row, folder_row(tx, id));
    row.parent = parent.id;
    row.name = std::move(name);
    row.remote = remote;
    OXB_TRY(const auto put, tx.put_folder(row));
    static_cast<void>(put);
    // The folders below have their names behind that of the moved one.
    for (const auto& old : below) {
      if (old.source != Source::mail || !old.remote.value.starts_with(folder.remote.value)) continue;
      OXB_TRY(auto one, folder_row(tx, old.id));
      one.remote.value = remote.value + old.remote.value.substr(folder.remote.value.size());
      OXB_TRY(const auto renamed, tx.put_folder(one));
      static_cast<void>(renamed);
    }
    return {};
  }));
  mailbox_.forget_folder(id);
  for (const auto& one : below) mailbox_.forget_folder(one.id);
  mailbox_.post({event});
  co_return Result<>{};
}

Task<Result<FolderId>> Push::copy_folder(FolderId id, FolderId parent, std::string name, Depth depth, Wait wait) {
  const auto self = mailbox_.shared_from_this();
  OXB_CO_TRY(const auto folder, mailbox_.replica().read([&](ReadTx& tx) { return folder_row(tx, id); }));
  OXB_CO_TRY(const auto children,
             mailbox_.replica().read([&](ReadTx& tx) { return tx.folders_below(id, ReadTx::Depth::children); }));
  OXB_CO_CHECK(co_await mailbox_.ensure_contents(id, wait));
  OXB_CO_TRY(const auto copy, co_await create_folder(parent, std::move(name), folder.container_class, wait));
  for (const auto kind : {ContentsKind::normal, ContentsKind::associated}) {
    OXB_CO_TRY(auto messages, mailbox_.replica().read([&](ReadTx& tx) {
      return tx.message_ids(id, kind, replica::SortKey::id, ReadTx::Order::ascending);
    }));
    OXB_CO_TRY(const auto copied, co_await transfer(std::move(messages), copy, Transfer::copy, wait));
    if (!copied.complete()) co_return tl::unexpected(copied.refused.front().error);
  }
  if (depth == Depth::tree)
    for (const auto& child : children) {
      OXB_CO_TRY(const auto below, co_await copy_folder(child.id, copy, child.name, depth, wait));
      static_cast<void>(below);
    }
  co_return copy;
}

Task<Result<>> Push::delete_folder(FolderId id, Removal, Wait wait) {
  const auto self = mailbox_.shared_from_this();
  OXB_CO_TRY(const auto folder, mailbox_.replica().read([&](ReadTx& tx) { return folder_row(tx, id); }));
  if (folder.special != Special::none)
    co_return fail(Errc::access_denied, "a folder that Outlook needs is not deleted");
  OXB_CO_TRY(auto doomed,
             mailbox_.replica().read([&](ReadTx& tx) { return tx.folders_below(id, ReadTx::Depth::descendants); }));
  doomed.insert(doomed.begin(), folder);
  if (std::ranges::any_of(doomed, [](const auto& row) { return is_groupware(row.source); }))
    co_return fail(Errc::unsupported, "calendars, contact and task folders are not deleted yet");
  for (auto row = doomed.rbegin(); row != doomed.rend(); ++row) {  // children before parents
    if (row->source == Source::mail)
      if (auto gone = co_await mail().delete_folder(row->remote, wait); !gone && gone.error().code != Errc::not_found)
        co_return gone;
    OXB_CO_CHECK(mailbox_.replica().write([&](WriteTx& tx) { return tx.remove_folder(row->id); }));
    mailbox_.forget_folder(row->id);
    mailbox_.post({folder_event(Kind::folder_deleted, row->id, row->parent)});
  }
  co_return Result<>{};
}

Task<Result<FolderRow>> Push::home_of(FolderRow folder, Wait wait) {
  // Both may be there already, from an earlier store.
  OXB_CO_TRY(const auto known, co_await mailbox_.parts_.account->mail().folders(wait));
  RemoteId top, home;
  for (const auto& f : known)
    if (f.parent.value.empty() && f.name == kHomeFolder) top = f.id;
  for (const auto& f : known)
    if (!top.value.empty() && f.parent == top && f.name == folder.name) home = f.id;
  if (top.value.empty()) {
    OXB_CO_TRY(top, co_await mail().create_folder({}, std::string(kHomeFolder), wait));
  }
  if (home.value.empty()) {
    OXB_CO_TRY(home, co_await mail().create_folder(top, folder.name, wait));
  }
  OXB_CO_TRY(const auto id, co_await listed(home, wait));
  co_return mailbox_.replica().read([&](ReadTx& tx) { return folder_row(tx, id); });
}

}  // namespace oxb::sync
