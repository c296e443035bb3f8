// SPDX-License-Identifier: GPL-3.0-or-later
// Deleting, moving and copying messages [MS-OXCFOLD] 2.2.1.6, 2.2.1.9 - 2.2.1.12. The backend is asked for what it
// holds; associated messages are the replica's own. An asynchronous request is answered when it is done. Nobody is told
// that a message was deleted unread (NotifyNonRead).
#include "session/rights.h"
#include "session/rops/handlers.h"
#include "session/rops/lookup.h"

#include <map>

namespace oxb::session {
namespace {

using replica::ContentsKind;
using sync::Writer;
using Event = sync::MailboxEvent;

// What the user asked for, by who does it.
struct Chosen {
  std::vector<MessageId> remote;
  std::vector<replica::MessageRow> local;
  std::size_t denied = 0;
  bool empty() const { return remote.empty() && local.empty(); }
};

enum class Need : std::uint8_t { read, remove };

// Folders that messages of a search folder lie in.
class Homes {
 public:
  explicit Homes(replica::ReadTx& tx) : tx_(tx) {}
  Result<const replica::FolderRow*> of(FolderId id) {
    auto at = rows_.find(id);
    if (at == rows_.end()) {
      OXB_TRY(auto row, tx_.folder(id));
      at = rows_.emplace(id, std::move(row)).first;
    }
    return at->second ? &*at->second : nullptr;
  }

 private:
  replica::ReadTx& tx_;
  std::map<FolderId, std::optional<replica::FolderRow>> rows_;
};

// What is gone, or was moved elsewhere meanwhile, is no error: it is as asked.
Result<Chosen> choose(Call& call, const replica::FolderRow& folder, const std::vector<mapi::Eid>& ids, Need need) {
  return call.replica().read([&](replica::ReadTx& tx) -> Result<Chosen> {
    Chosen out;
    Homes homes(tx);
    for (const auto id : ids) {
      if (!id.is_own()) continue;
      OXB_TRY(auto row, tx.message(id.message()));
      if (!row || (row->folder != folder.id && folder.source != replica::Source::search)) continue;
      OXB_TRY(const auto* home, homes.of(row->folder));
      if (home == nullptr) continue;
      if (need == Need::remove ? !may_delete(call.store(), *home, *row) : !may_read(*home)) {
        ++out.denied;
      } else if (row->kind == ContentsKind::associated) {
        out.local.push_back(*std::move(row));
      } else {
        out.remote.push_back(row->id);
      }
    }
    return out;
  });
}

Answer<void> remove_local(Call& call, const std::vector<replica::MessageRow>& rows) {
  if (rows.empty()) return {};
  std::vector<Event> events;
  OXB_CHECK(call.replica().write([&](replica::WriteTx& tx) -> Result<> {
    for (const auto& row : rows) {
      OXB_CHECK(tx.remove_message(row.id));
      events.push_back(event_of(row, Event::Kind::message_deleted));
    }
    return {};
  }));
  call.mailbox().post(std::move(events));
  return {};
}

Result<Event> move_local(replica::WriteTx& tx, const replica::MessageRow& row, FolderId to) {
  OXB_CHECK(tx.move_message(row.id, to, row.remote));
  auto event = event_of(row, Event::Kind::message_moved);
  event.old_folder = row.folder;
  event.old_message = row.id;
  event.folder = to;
  return event;
}

Result<Event> copy_local(replica::WriteTx& tx, const replica::MessageRow& row, FolderId to) {
  replica::WriteTx::MessageChange change;
  change.row = row;
  change.row.id = {};
  change.row.folder = to;
  OXB_TRY(change.content, tx.content(row.id));
  OXB_TRY(const auto put, tx.put_message(std::move(change)));
  auto copy = row;
  copy.id = put.id;
  copy.folder = to;
  return event_of(copy, Event::Kind::message_created);
}

Answer<void> transfer_local(Call& call, const std::vector<replica::MessageRow>& rows, FolderId to,
                            Writer::Transfer how) {
  if (rows.empty()) return {};
  std::vector<Event> events;
  OXB_CHECK(call.replica().write([&](replica::WriteTx& tx) -> Result<> {
    for (const auto& row : rows) {
      OXB_TRY(auto event, how == Writer::Transfer::move ? move_local(tx, row, to) : copy_local(tx, row, to));
      events.push_back(std::move(event));
    }
    return {};
  }));
  call.mailbox().post(std::move(events));
  return {};
}

// The answer when `refused` of the messages that the backend was asked for were not done.
Answer<rop::PartialCompletion> completion(const Chosen& chosen, const sync::Partial& partial) {
  const bool nothing = chosen.local.empty() && partial.refused.size() == chosen.remote.size();
  if (nothing && !partial.refused.empty()) return tl::unexpected(Failure(partial.refused[0].error));
  return rop::PartialCompletion{chosen.denied > 0 || !partial.complete()};
}

Task<Answer<rop::PartialCompletion>> remove_messages(Call& call, replica::FolderRow folder, std::vector<mapi::Eid> ids,
                                                     Writer::Removal how) {
  OXB_CO_TRY(const auto chosen, choose(call, folder, ids, Need::remove));
  if (chosen.empty() && chosen.denied > 0) co_return refuse(EcCode::access_denied);
  OXB_CO_CHECK(remove_local(call, chosen.local));
  sync::Partial partial;
  if (!chosen.remote.empty()) {
    OXB_CO_TRY(partial, co_await call.mailbox().writer().remove(chosen.remote, how, call.wait()));
  }
  co_return completion(chosen, partial);
}

Reply<rop::DeleteMessages> remove_named(Call& call, const rop::DeleteMessagesRequest& request, Writer::Removal how) {
  OXB_CO_TRY(const auto folder, call.object<Folder>(request.input));
  OXB_CO_TRY(auto row, folder_row(call, folder->id));
  co_return co_await remove_messages(call, std::move(row), request.messages, how);
}

Answer<std::vector<mapi::Eid>> all_messages(Call& call, FolderId folder, ContentsKind kind) {
  using replica::ReadTx;
  OXB_TRY(const auto ids, call.replica().read([&](ReadTx& tx) {
    return tx.message_ids(folder, kind, replica::SortKey::id, ReadTx::Order::ascending);
  }));
  std::vector<mapi::Eid> out;
  out.reserve(ids.size());
  for (const auto id : ids) out.push_back(mapi::Eid::of(id));
  return out;
}

// False: some folders below stay.
Task<Answer<bool>> remove_subfolders(Call& call, FolderId folder, Writer::Removal how) {
  OXB_CO_TRY(const auto rows, call.replica().read([&](replica::ReadTx& tx) {
    return tx.folders_below(folder, replica::ReadTx::Depth::children);
  }));
  bool all = true;
  for (const auto& row : rows) {
    if (row.special != replica::Special::none || !may_administer(row)) {
      all = false;
      continue;
    }
    const auto gone = co_await call.mailbox().writer().delete_folder(row.id, how, call.wait());
    // The rest will not go better.
    if (!gone && gone.error().code == Errc::unavailable) co_return tl::unexpected(Failure(gone.error()));
    if (!gone) all = false;
  }
  co_return all;
}

Reply<rop::EmptyFolder> empty(Call& call, const rop::EmptyFolderRequest& request, Writer::Removal how) {
  OXB_CO_TRY(const auto folder, call.object<Folder>(request.input));
  OXB_CO_TRY(auto row, folder_row(call, folder->id));
  if (row.source == replica::Source::search) co_return refuse(EcCode::search_folder);
  constexpr auto kDelete = right::kDeleteAny | right::kDeleteOwned | right::kOwner;
  if (!has_right(row, kDelete)) co_return refuse(EcCode::access_denied);
  auto status = co_await call.mailbox().ensure_contents(row.id, call.wait());
  if (!status && !row.listed) co_return tl::unexpected(Failure(status.error()));
  OXB_CO_TRY(auto ids, all_messages(call, row.id, ContentsKind::normal));
  if (request.delete_associated) {
    OXB_CO_TRY(const auto more, all_messages(call, row.id, ContentsKind::associated));
    ids.insert(ids.end(), more.begin(), more.end());
  }
  const auto id = row.id;
  OXB_CO_TRY(auto completion, co_await remove_messages(call, std::move(row), std::move(ids), how));
  OXB_CO_TRY(const bool all, co_await remove_subfolders(call, id, how));
  completion.partial = completion.partial || !all;
  co_return completion;
}

}  // namespace

Reply<rop::DeleteMessages> handle(Of<rop::DeleteMessages>, Call& call, const rop::DeleteMessages::Request& request) {
  return remove_named(call, request, Writer::Removal::soft);
}

Reply<rop::HardDeleteMessages> handle(Of<rop::HardDeleteMessages>, Call& call,
                                      const rop::HardDeleteMessages::Request& request) {
  return remove_named(call, request, Writer::Removal::hard);
}

Reply<rop::EmptyFolder> handle(Of<rop::EmptyFolder>, Call& call, const rop::EmptyFolder::Request& request) {
  return empty(call, request, Writer::Removal::soft);
}

Reply<rop::HardDeleteMessagesAndSubfolders> handle(Of<rop::HardDeleteMessagesAndSubfolders>, Call& call,
                                                   const rop::HardDeleteMessagesAndSubfolders::Request& request) {
  return empty(call, request, Writer::Removal::hard);
}

Reply<rop::MoveCopyMessages> handle(Of<rop::MoveCopyMessages>, Call& call,
                                    const rop::MoveCopyMessages::Request& request) {
  OXB_CO_TRY(const auto source, call.object<Folder>(request.source));
  OXB_CO_TRY(const auto destination, destination_at<Folder>(call, request.destination));
  OXB_CO_TRY(const auto from, folder_row(call, source->id));
  OXB_CO_TRY(const auto to, folder_row(call, destination->id));
  if (to.source == replica::Source::search) co_return refuse(EcCode::search_folder);
  if (!may_create(to)) co_return refuse(EcCode::access_denied);
  const auto how = request.copy ? Writer::Transfer::copy : Writer::Transfer::move;
  if (!request.copy && from.id == to.id) co_return rop::PartialCompletion{};
  OXB_CO_TRY(const auto chosen, choose(call, from, request.messages, request.copy ? Need::read : Need::remove));
  if (chosen.empty() && chosen.denied > 0) co_return refuse(EcCode::access_denied);
  OXB_CO_CHECK(transfer_local(call, chosen.local, to.id, how));
  sync::Partial partial;
  if (!chosen.remote.empty()) {
    OXB_CO_TRY(partial, co_await call.mailbox().writer().transfer(chosen.remote, to.id, how, call.wait()));
  }
  co_return completion(chosen, partial);
}

}  // namespace oxb::session
