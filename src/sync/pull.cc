// SPDX-License-Identifier: GPL-3.0-or-later
// Backend -> replica. Every batch is one transaction together with the position it leads to, so that a crash or an
// abandoned pull continues where the last finished batch ended.
#include "base/log.h"
#include "convert/permission.h"
#include "net/event_loop.h"
#include "sync/brake.h"
#include "sync/changes.h"
#include "sync/mailbox_impl.h"
#include "sync/skeleton.h"

namespace oxb::sync {
namespace {

using replica::FolderRow;
using replica::ReadTx;
using replica::Source;
using replica::WriteTx;
using Kind = MailboxEvent::Kind;
using Outcome = WriteTx::Put::Outcome;

constexpr const char* kFoldersListed = "folders listed";
constexpr std::string_view kVoid = "void ";  // prefix of remote ids of an earlier UIDVALIDITY

// UIDVALIDITY changed: the mails keep their MAPI ids and wait, under void remote ids, to be recognised.
Result<> void_uids(WriteTx& tx, FolderId folder) {
  OXB_TRY(const auto states, tx.remote_states(folder));
  for (const auto& state : states)
    if (!state.remote.value.starts_with(kVoid))
      OXB_CHECK(tx.move_message(state.id, folder, RemoteId{std::string(kVoid) + state.remote.value}));
  return {};
}

Result<std::map<std::string, MessageId>> void_identities(ReadTx& tx, FolderId folder) {
  std::map<std::string, MessageId> found;
  OXB_CHECK(tx.for_each_message(folder, replica::ContentsKind::normal, [&](const replica::MessageRow& row) {
    if (row.remote.value.starts_with(kVoid) && !row.remote_identity.empty()) found.emplace(row.remote_identity, row.id);
  }));
  return found;
}

struct MailBatch {
  FolderRow folder;
  const backend::MailChanges& changes;
  std::vector<MailRow> rows;
  const Push& push;
  std::vector<replica::Intent> intents;  // uploads whose mails may be among the rows
};

// A mail that the gateway itself stored has the id that was kept for it; what it replaces is not shown any more.
Result<std::optional<MessageId>> uploaded(WriteTx& tx, const MailBatch& batch, const MailRow& mail,
                                          std::vector<MailboxEvent>& events) {
  if (!mail.mark) return std::nullopt;
  for (const auto& intent : batch.intents) {
    if (intent.token != *mail.mark) continue;
    OXB_TRY(const auto old, tx.message(intent.message));
    if (old) {
      OXB_CHECK(tx.move_message(intent.message, batch.folder.id, remote_of(mail.uid)));
      if (old->folder != batch.folder.id) {
        events.push_back(message_event(Kind::message_moved, batch.folder.id, intent.message));
        events.back().old_folder = old->folder;
      }
    }
    return intent.message;
  }
  return std::nullopt;
}

bool is_replaced(const MailBatch& batch, const RemoteId& remote) {
  return std::ranges::any_of(
      batch.intents, [&](const auto& intent) { return intent.old_folder == batch.folder.id && intent.old == remote; });
}

Result<> put_mail(WriteTx& tx, MailBatch& batch, MailRow& mail, std::map<std::string, MessageId>& voided,
                  std::vector<MailboxEvent>& events) {
  auto& row = mail.change.row;
  row.folder = batch.folder.id;
  row.remote = remote_of(mail.uid);
  // The bytes behind a UID never change, so neither does the version of the cached content.
  row.remote_version = std::to_string(batch.changes.uid_validity);
  OXB_TRY(auto known, tx.message_by_remote(batch.folder.id, row.remote));
  if (!known && !voided.empty()) {
    if (const auto same = voided.find(row.remote_identity); same != voided.end()) {
      known = same->second;
      OXB_CHECK(tx.move_message(same->second, batch.folder.id, row.remote));
      voided.erase(same);
    }
  }
  bool own = batch.push.is_own(batch.folder.id, row.remote);
  if (!known && !batch.intents.empty()) {
    if (is_replaced(batch, row.remote)) return {};
    OXB_TRY(const auto bound, uploaded(tx, batch, mail, events));
    if (bound) row.id = *bound;
    own = own || bound;
  }
  if (mail.hidden) return known ? remove(tx, batch.folder.id, *known, events) : Result<>{};
  if (mail.flags_only) {
    if (!known) return {};  // its summary comes with the batch that announces it
    OXB_TRY(const auto old, tx.message(*known));
    if (!old) return {};
    auto properties = old->properties;
    properties.merge(row.properties);
    row.properties = std::move(properties);
    row.remote_identity = old->remote_identity;
    row.modified = old->modified;
  }
  if (known) row.id = *known;
  OXB_TRY(const auto put, tx.put_message(std::move(mail.change)));
  if (put.outcome == Outcome::unchanged) return {};
  auto event = message_event(put.outcome == Outcome::created ? Kind::message_created : Kind::message_modified,
                             batch.folder.id, put.id);
  event.found = put.outcome == Outcome::created && !batch.folder.listed;
  event.new_mail = put.outcome == Outcome::created && batch.folder.listed && !own;
  event.message_class = "IPM.Note";
  events.push_back(std::move(event));
  return {};
}

Result<std::vector<MailboxEvent>> apply_mail(WriteTx& tx, MailBatch& batch) {
  std::vector<MailboxEvent> events;
  const auto voided_note = fmt::format("void {:x}", batch.folder.id.value);
  if (batch.changes.renumbered) {
    OXB_CHECK(void_uids(tx, batch.folder.id));
    OXB_CHECK(tx.set_note(voided_note, "1"));
  }
  std::map<std::string, MessageId> voided;
  OXB_TRY(const auto waiting, tx.note(voided_note));
  if (waiting && !waiting->empty()) {
    OXB_TRY(voided, void_identities(tx, batch.folder.id));
    if (voided.empty()) OXB_CHECK(tx.set_note(voided_note, ""));
  }
  for (auto& mail : batch.rows) OXB_CHECK(put_mail(tx, batch, mail, voided, events));
  for (const auto uid : batch.changes.vanished) {
    OXB_TRY(const auto known, tx.message_by_remote(batch.folder.id, remote_of(uid)));
    if (known && !batch.push.is_in_flight(*known)) OXB_CHECK(remove(tx, batch.folder.id, *known, events));
  }
  const bool listed = !batch.changes.more || batch.folder.listed;
  OXB_CHECK(tx.set_folder_counts(batch.folder.id, batch.changes.total, batch.changes.unread));
  OXB_CHECK(tx.set_folder_position(batch.folder.id, batch.changes.position.value, listed));
  add_counts_event(events, batch.folder);
  return events;
}

}  // namespace

// --- folders
// ----------------------------------------------------------------------------------------------------------

// Mail may be unreachable while the groupware is not, and the other way round: each half stands for itself.
Task<Result<std::vector<FolderListing>>> MailboxImpl::list_folders(Wait wait) {
  std::vector<FolderListing> listings;
  auto groupware = co_await parts_.account->groupware().folders(wait);
  if (!groupware && groupware.error().code == Errc::unauthenticated)
    co_return tl::unexpected(std::move(groupware).error());
  auto mail = co_await parts_.account->mail().folders(wait);
  if (!groupware && !mail) co_return tl::unexpected(std::move(groupware).error());
  if (mail)
    listings.push_back({*std::move(mail), {Source::mail}});
  else
    noticed(mail.error(), "pull.mail_folders");
  if (groupware)
    listings.push_back({*std::move(groupware), {Source::calendar, Source::contacts, Source::tasks}});
  else
    noticed(groupware.error(), "pull.groupware_folders");
  co_return listings;
}

Task<Result<>> MailboxImpl::pull_folders(Wait wait) {
  const auto self = shared_from_this();
  const auto before = folder_pulls_;
  OXB_CO_CHECK(co_await lock_folders(wait));
  if (folder_pulls_ != before) {
    unlock_folders();
    co_return folders_result_;  // of who was faster
  }
  folders_result_ = co_await [](MailboxImpl* mailbox, Wait until) -> Task<Result<>> {
    OXB_CO_TRY(auto listings, co_await mailbox->list_folders(until));
    // A folder that is missing is asked for again before anybody believes it.
    const auto missing = mailbox->parts_.replica->read([&](ReadTx& tx) -> Result<bool> {
      for (const auto& listing : listings) {
        std::set<RemoteId> named;
        for (const auto& f : listing.folders) named.insert(f.id);
        for (const auto& [id, folder] : mailbox->model_folders_)
          if (std::ranges::find(listing.sources, source_of(folder.kind)) != listing.sources.end() &&
              !named.contains(folder.id))
            return true;
        (void)tx;
      }
      return false;
    });
    if (missing && *missing) {
      OXB_CO_TRY(listings, co_await mailbox->list_folders(until));
    }
    OXB_CO_TRY(auto merged, mailbox->parts_.replica->write([&](WriteTx& tx) -> Result<FolderMerge> {
      OXB_CHECK(ensure_skeleton(tx));
      OXB_TRY(auto merge, merge_folders(tx, listings, mailbox->parts_.options.clock->now()));
      OXB_CHECK(tx.set_note(kFoldersListed, "1"));
      return merge;
    }));
    if (merged.paused) log().warning("pull.folders_paused").id("user", mailbox->parts_.owner.entity.id);
    for (auto& [id, folder] : merged.folders) mailbox->model_folders_.insert_or_assign(id, std::move(folder));
    for (const auto& event : merged.events)
      if (event.kind == Kind::folder_deleted) {
        mailbox->model_folders_.erase(event.folder);
        mailbox->states_.erase(event.folder);
      }
    mailbox->last_folders_ = mailbox->steady();
    mailbox->post(std::move(merged.events));
    co_return Result<>{};
  }(this, wait);
  ++folder_pulls_;
  unlock_folders();
  co_return folders_result_;
}

Task<Result<>> MailboxImpl::lock_folders(Wait wait) {
  while (pulling_folders_) {
    const auto seen = progress_.generation();
    if (!pulling_folders_) break;
    if (!co_await progress_.wait_after(seen, wait))
      co_return fail(Errc::unavailable, "the backend did not list the folders in time");
  }
  pulling_folders_ = true;
  co_return Result<>{};
}

void MailboxImpl::unlock_folders() {
  pulling_folders_ = false;
  progress_.notify_all();
}

void MailboxImpl::forget_folder(FolderId folder) {
  model_folders_.erase(folder);
  states_.erase(folder);
}

Task<Result<model::Folder>> MailboxImpl::model_folder(FolderId folder, Wait wait) {
  if (!model_folders_.contains(folder)) OXB_CO_CHECK(co_await pull_folders(std::move(wait)));
  const auto found = model_folders_.find(folder);
  if (found == model_folders_.end()) co_return fail(Errc::not_found, fmt::format("folder {:x}", folder.value));
  co_return found->second;
}

Task<Result<>> MailboxImpl::pull_address_book(Wait wait) {
  const auto self = shared_from_this();
  last_address_book_ = steady();
  reading_address_book_ = true;
  auto entries = co_await parts_.account->address_book().entries(std::move(wait));
  Result<> result;
  if (!entries)
    result = tl::unexpected(std::move(entries).error());
  else if (parts_.address_book_read)
    result = parts_.address_book_read(parts_.owner, *entries);
  reading_address_book_ = false;
  address_book_read_ = address_book_read_ || result.has_value();
  progress_.notify_all();
  co_return result;
}

// --- contents
// ---------------------------------------------------------------------------------------------------------

Task<Result<>> MailboxImpl::pull(FolderId folder) {
  const auto self = shared_from_this();
  while (states_[folder].pulling) {
    const auto seen = progress_.generation();
    if (!states_[folder].pulling) break;
    if (!co_await progress_.wait_after(seen, backend_wait()))
      co_return fail(Errc::unavailable, "the backend is still listing the folder");
    if (!states_[folder].pulling) co_return states_[folder].last_result;
  }
  states_[folder].pulling = true;
  Result<> result;
  const auto row = parts_.replica->read([&](ReadTx& tx) { return folder_row(tx, folder); });
  if (!row)
    result = tl::unexpected(row.error());
  else if ((row->rights & convert::right::kReadAny) == 0)  // what was read while it was allowed stays, out of reach
    result = parts_.replica->write([&](WriteTx& tx) { return tx.set_folder_position(folder, row->position, true); });
  else if (row->source == Source::mail)
    result = co_await pull_mail(folder);
  else if (row->source != Source::local && row->source != Source::search)
    result = co_await pull_items(folder);
  auto& state = states_[folder];
  state.pulling = false;
  state.last_pull = steady();
  state.last_result = result;
  progress_.notify_all();
  co_return result;
}

Task<Result<>> MailboxImpl::pull_mail(FolderId folder) {
  if (const auto source = co_await model_folder(folder, backend_wait()); source && !source->selectable) {
    // It holds folders only: as read as it will ever be.
    co_return parts_.replica->write([&](WriteTx& tx) -> Result<> {
      OXB_TRY(const auto row, folder_row(tx, folder));
      return tx.set_folder_position(folder, row.position, true);
    });
  }
  std::set<std::uint32_t> seen;
  bool whole = true;  // every batch of this pull was part of a complete listing
  for (bool more = true; more;) {
    OXB_CO_TRY(const auto row, parts_.replica->read([&](ReadTx& tx) { return folder_row(tx, folder); }));
    OXB_CO_TRY(const auto changes, co_await parts_.account->mail().changes(row.remote, model::Position{row.position},
                                                                           parts_.options.mail_batch, backend_wait()));
    const auto context = convert_context();
    auto rows = co_await net::run_on_cpu(parts_.cpu, [&] {
      std::vector<MailRow> made;
      made.reserve(changes.changed.size());
      for (const auto& mail : changes.changed) made.push_back(row_of(mail, context));
      return made;
    });
    for (const auto& mail : changes.changed) seen.insert(mail.uid);
    whole = whole && changes.complete;
    auto events = parts_.replica->write([&](WriteTx& tx) -> Result<std::vector<MailboxEvent>> {
      OXB_TRY(auto current, folder_row(tx, folder));
      OXB_TRY(auto intents, tx.intents());
      MailBatch batch{std::move(current), changes, std::move(rows), push_, std::move(intents)};
      return apply_mail(tx, batch);
    });
    if (!events) co_return tl::unexpected(std::move(events).error());
    post(*std::move(events));
    progress_.notify_all();
    more = changes.more;
  }
  if (whole) co_return co_await remove_unlisted_mail(folder, std::move(seen));
  co_return Result<>{};
}

// Absence from a complete listing is only a suspicion: each UID is asked for again, and the brake is applied.
Task<Result<>> MailboxImpl::remove_unlisted_mail(FolderId folder, std::set<std::uint32_t> seen) {
  OXB_CO_TRY(const auto row, parts_.replica->read([&](ReadTx& tx) { return folder_row(tx, folder); }));
  OXB_CO_TRY(const auto states, parts_.replica->read([&](ReadTx& tx) { return tx.remote_states(folder); }));
  std::vector<std::uint32_t> suspects;
  std::vector<ReadTx::RemoteState> gone;
  for (const auto& state : states) {
    const auto uid = uid_of(state.remote);
    if (!uid)
      gone.push_back(state);  // of an earlier UIDVALIDITY, and not recognised in the complete listing of the new one
    else if (!seen.contains(*uid))
      suspects.push_back(*uid);
  }
  if (!suspects.empty()) {
    OXB_CO_TRY(const auto alive, co_await parts_.account->mail().existing(row.remote, suspects, backend_wait()));
    const std::set<std::uint32_t> still(alive.begin(), alive.end());
    for (const auto& state : states) {
      const auto uid = uid_of(state.remote);
      if (uid && !seen.contains(*uid) && !still.contains(*uid)) gone.push_back(state);
    }
  }
  if (gone.empty()) co_return Result<>{};
  std::vector<MailboxEvent> events;
  OXB_CO_TRY(const auto brake_state, parts_.replica->write([&](WriteTx& tx) -> Result<Brake> {
    Inferred inferred;
    inferred.total = states.size();
    for (const auto& state : gone) inferred.missing.push_back(state.remote.value);
    OXB_TRY(const auto decision,
            brake(tx, fmt::format("{:x}", folder.value), std::move(inferred), parts_.options.clock->now()));
    if (decision == Brake::holding) return decision;
    for (const auto& state : gone) {
      OXB_TRY(const auto now, tx.message(state.id));
      if (now && now->folder == folder && now->remote == state.remote && !push_.is_in_flight(state.id))
        OXB_CHECK(remove(tx, folder, state.id, events));
    }
    return decision;
  }));
  if (brake_state == Brake::holding)
    log()
        .warning("pull.deletions_paused")
        .id("folder", folder.value)
        .size("missing", gone.size())
        .size("of", states.size());
  add_counts_event(events, row);
  post(std::move(events));
  co_return Result<>{};
}

Task<Result<>> MailboxImpl::pull_items(FolderId folder) {
  OXB_CO_TRY(const auto source, co_await model_folder(folder, backend_wait()));
  OXB_CO_TRY(const auto before, parts_.replica->read([&](ReadTx& tx) { return folder_row(tx, folder); }));
  OXB_CO_TRY(auto changes,
             co_await parts_.account->groupware().changes(source, model::Position{before.position}, backend_wait()));
  std::vector<backend::Item> items;
  for (auto& item : changes.changed)
    for (auto& one : split_item(std::move(item))) items.push_back(std::move(one));
  const auto context = convert_context();
  const auto contents = co_await net::run_on_cpu(parts_.cpu, [&] {
    std::vector<Result<mapi::Content>> made;
    made.reserve(items.size());
    for (const auto& item : items) made.push_back(convert_item(item, context));
    return made;
  });
  std::vector<MailboxEvent> events;
  OXB_CO_CHECK(parts_.replica->write([&](WriteTx& tx) -> Result<> {
    OXB_TRY(const auto row, folder_row(tx, folder));
    // Hidden until it can be shown again; the backend's item is never touched.
    const auto hide = [&](const RemoteId& remote, std::string reason) -> Result<> {
      OXB_CHECK(tx.put_quarantine(folder, remote, std::move(reason)));
      OXB_TRY(const auto known, tx.message_by_remote(folder, remote));
      return known ? remove(tx, folder, *known, events) : Result<>{};
    };
    for (std::size_t i = 0; i < contents.size(); ++i) {
      const auto& item = items[i];
      const auto& remote = backend::id_of(item);
      if (!contents[i]) {
        OXB_CHECK(hide(remote, contents[i].error().what));
        continue;
      }
      // Occurrences that stood alone until the user was invited to their whole series are part of it now.
      if (const auto* series = std::get_if<model::Series>(&item); series && series->master) {
        for (const auto& exception : series->exceptions) {
          OXB_TRY(const auto alone, tx.message_by_remote(folder, exception.id));
          if (alone) OXB_CHECK(remove(tx, folder, *alone, events));
        }
      }
      auto change = row_of(item, *contents[i]);
      change.row.folder = folder;
      if (!lacks_bytes(item)) change.content = std::make_shared<const mapi::Content>(*contents[i]);
      OXB_CHECK(tx.clear_quarantine(folder, remote));
      OXB_TRY(const auto put, tx.put_message(std::move(change)));
      if (put.outcome == Outcome::unchanged) continue;
      auto event = message_event(put.outcome == Outcome::created ? Kind::message_created : Kind::message_modified,
                                 folder, put.id);
      event.found = put.outcome == Outcome::created && !row.listed;
      events.push_back(std::move(event));
    }
    for (const auto& remote : changes.unreadable) OXB_CHECK(hide(remote, changes.unreadable_reason));
    for (const auto& remote : changes.deleted) {
      OXB_CHECK(tx.clear_quarantine(folder, remote));
      OXB_TRY(const auto known, tx.message_by_remote(folder, remote));
      if (known) OXB_CHECK(remove(tx, folder, *known, events));
    }
    OXB_CHECK(tx.set_folder_position(folder, changes.position.value, true));
    add_counts_event(events, row);
    return {};
  }));
  post(std::move(events));
  progress_.notify_all();
  if (!changes.complete) co_return Result<>{};
  std::set<RemoteId> seen(changes.unreadable.begin(), changes.unreadable.end());
  for (const auto& item : items) seen.insert(backend::id_of(item));
  co_return co_await remove_unlisted_items(folder, std::move(seen));
}

Task<Result<>> MailboxImpl::remove_unlisted_items(FolderId folder, std::set<RemoteId> seen) {
  OXB_CO_TRY(const auto source, co_await model_folder(folder, backend_wait()));
  OXB_CO_TRY(const auto row, parts_.replica->read([&](ReadTx& tx) { return folder_row(tx, folder); }));
  OXB_CO_TRY(const auto states, parts_.replica->read([&](ReadTx& tx) { return tx.remote_states(folder); }));
  std::vector<RemoteId> suspects;
  for (const auto& state : states)
    if (!seen.contains(state.remote)) suspects.push_back(state.remote);
  if (suspects.empty()) co_return Result<>{};
  OXB_CO_TRY(const auto alive, co_await parts_.account->groupware().existing(source, suspects, backend_wait()));
  const std::set<RemoteId> still(alive.begin(), alive.end());
  Inferred inferred;
  inferred.total = states.size();
  for (const auto& remote : suspects)
    if (!still.contains(remote)) inferred.missing.push_back(remote.value);
  const std::set<std::string> gone(inferred.missing.begin(), inferred.missing.end());
  if (gone.empty()) co_return Result<>{};
  std::vector<MailboxEvent> events;
  OXB_CO_TRY(const auto decision, parts_.replica->write([&](WriteTx& tx) -> Result<Brake> {
    OXB_TRY(const auto state,
            brake(tx, fmt::format("{:x}", folder.value), std::move(inferred), parts_.options.clock->now()));
    if (state == Brake::holding) return state;
    for (const auto& s : states)
      if (gone.contains(s.remote.value)) OXB_CHECK(remove(tx, folder, s.id, events));
    return state;
  }));
  if (decision == Brake::holding)
    log()
        .warning("pull.deletions_paused")
        .id("folder", folder.value)
        .size("missing", gone.size())
        .size("of", states.size());
  add_counts_event(events, row);
  post(std::move(events));
  co_return Result<>{};
}

// --- full contents
// ----------------------------------------------------------------------------------------------------

Task<Result<mapi::Content>> MailboxImpl::fetch_mail(const FolderRow& folder, const replica::MessageRow& row,
                                                    Wait wait) {
  const auto uid = uid_of(row.remote);
  if (!uid) co_return fail(Errc::unavailable, "the mail server is renumbering the folder");
  OXB_CO_TRY(auto raw, co_await parts_.account->mail().messages(folder.remote, {*uid}, std::move(wait)));
  if (raw.size() != 1) co_return fail(Errc::internal, "the mail store answered for another number of mails");
  if (!raw.front()) co_return tl::unexpected(std::move(raw.front()).error());
  const auto context = convert_context();
  co_return co_await net::run_on_cpu(parts_.cpu, [&] { return convert_mail(*raw.front(), row, context); });
}

Task<Result<mapi::Content>> MailboxImpl::fetch_item(const FolderRow& folder, const replica::MessageRow& row,
                                                    Wait wait) {
  OXB_CO_TRY(const auto source, co_await model_folder(folder.id, wait));
  OXB_CO_TRY(auto items, co_await parts_.account->groupware().items(source, {row.remote}, wait));
  if (items.size() != 1) co_return fail(Errc::internal, "the groupware answered for another number of items");
  if (!items.front()) co_return tl::unexpected(std::move(items.front()).error());
  OXB_CO_CHECK(co_await fetch_bytes(source, *items.front(), std::move(wait)));
  const auto context = convert_context();
  co_return co_await net::run_on_cpu(parts_.cpu, [&] { return convert_item(*items.front(), context); });
}

namespace {

std::vector<std::pair<RemoteId, model::FileData*>> files_of(backend::Item& item) {
  std::vector<std::pair<RemoteId, model::FileData*>> files;
  const auto add = [&](const RemoteId& id, std::vector<model::FileData>& attachments) {
    for (auto& file : attachments)
      if (!file.data && file.uri.empty()) files.emplace_back(id, &file);
  };
  if (auto* series = std::get_if<model::Series>(&item)) {
    if (series->master) add(series->master->id, series->master->attachments);
    for (auto& e : series->exceptions) add(e.id, e.attachments);
  } else if (auto* contact = std::get_if<model::Contact>(&item)) {
    add(contact->id, contact->attachments);
  } else if (auto* task = std::get_if<model::Task>(&item)) {
    add(task->id, task->attachments);
  }
  return files;
}

}  // namespace

Task<Result<>> MailboxImpl::fetch_bytes(const model::Folder& folder, backend::Item& item, Wait wait) {
  for (auto& [owner, file] : files_of(item)) {
    OXB_CO_TRY(file->data, co_await parts_.account->groupware().attachment(folder, owner, *file, wait));
  }
  if (auto* contact = std::get_if<model::Contact>(&item); contact && contact->image && !contact->image->data) {
    OXB_CO_TRY(contact->image->data, co_await parts_.account->groupware().picture(folder, *contact, wait));
  }
  co_return Result<>{};
}

}  // namespace oxb::sync
