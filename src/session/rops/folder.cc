// SPDX-License-Identifier: GPL-3.0-or-later
// Folder ROPs [MS-OXCFOLD] 2.2.1.
#include "base/text.h"
#include "session/folder_source.h"
#include "session/list_rows.h"
#include "session/message_rows.h"
#include "session/rights.h"
#include "session/rops/handlers.h"
#include "session/rops/lookup.h"
#include "session/search.h"
#include "session/session.h"

#include <algorithm>

namespace oxb::session {
namespace {

std::shared_ptr<Folder> make_folder(const std::shared_ptr<Logon>& logon, FolderId id) {
  auto folder = std::make_shared<Folder>();
  folder->logon = logon;
  folder->id = id;
  return folder;
}

Table::Notify notify_by(std::uint8_t flags, std::uint8_t silent) {
  return (flags & silent) != 0 ? Table::Notify::no : Table::Notify::yes;
}

std::shared_ptr<Table> make_table(const Folder& folder, std::shared_ptr<RowSource> rows, Table::Notify notify) {
  auto table = std::make_shared<Table>(std::move(rows), notify, folder.logon->code_page);
  table->logon = folder.logon;
  return table;
}

// There is no recoverable-items store: nothing is soft-deleted.
std::shared_ptr<RowSource> no_rows() {
  return std::make_shared<ListRows>(std::vector<mapi::PropertyBag>{}, std::vector<mapi::PropTag>{});
}

struct Found {
  std::shared_ptr<SearchRows> rows;
  std::uint32_t total{};
};
// The folder's counts are those of the last look.
Answer<Found> search_results(Call& call, const Folder& folder) {
  SearchRows::Counts counts;
  OXB_TRY(auto rows, call.replica().read([&](replica::ReadTx& tx) -> Result<std::shared_ptr<SearchRows>> {
    OXB_TRY(auto made, SearchRows::create(tx, call.shared_store(), folder.id, folder.logon->code_page));
    OXB_TRY(counts, made->counts(tx));
    return made;
  }));
  OXB_CHECK(call.replica().write(
      [&](replica::WriteTx& tx) { return tx.set_folder_counts(folder.id, counts.total, counts.unread); }));
  return Found{std::move(rows), counts.total};
}

}  // namespace

Reply<rop::OpenFolder> handle(Of<rop::OpenFolder>, Call& call, const rop::OpenFolder::Request& request) {
  OXB_CO_TRY(const auto logon, logon_at(call, request.input));
  // An invisible folder does not exist for the client: anything but ecNotFound makes Outlook ask again and again.
  if (!request.folder.is_own()) co_return refuse(EcCode::not_found);
  OXB_CO_TRY(const auto row, folder_row(call, request.folder.folder()));
  OXB_CO_CHECK(call.open(request.output, make_folder(logon, row.id)));
  co_return rop::OpenFolder::Response{};
}

Reply<rop::GetHierarchyTable> handle(Of<rop::GetHierarchyTable>, Call& call,
                                     const rop::GetHierarchyTable::Request& request) {
  using Depth = replica::ReadTx::Depth;
  OXB_CO_TRY(const auto folder, call.object<Folder>(request.input));
  const auto notify = notify_by(request.flags, rop::kTableNoNotifications | rop::kTableSuppressNotifications);
  if ((request.flags & rop::kTableSoftDeletes) != 0) {
    OXB_CO_CHECK(call.open(request.output, make_table(*folder, no_rows(), notify)));
    co_return rop::RowCount{};
  }
  const auto depth = (request.flags & rop::kTableDepth) != 0 ? Depth::descendants : Depth::children;
  OXB_CO_TRY(const auto row, folder_row(call, folder->id));
  OXB_CO_TRY(const auto rows,
             call.replica().read([&](replica::ReadTx& tx) { return tx.folders_below(row.id, depth); }));
  auto source = std::make_shared<FolderRows>(call.shared_store(), folder->id, depth);
  OXB_CO_CHECK(call.open(request.output, make_table(*folder, std::move(source), notify)));
  co_return rop::RowCount{static_cast<std::uint32_t>(rows.size())};
}

Reply<rop::GetContentsTable> handle(Of<rop::GetContentsTable>, Call& call,
                                    const rop::GetContentsTable::Request& request) {
  using replica::ContentsKind;
  OXB_CO_TRY(const auto folder, call.object<Folder>(request.input));
  // A table over the whole mailbox, by conversation.
  if ((request.flags & rop::kTableConversationMembers) != 0) co_return refuse(EcCode::not_supported);
  const auto notify = notify_by(request.flags, rop::kTableNoNotifications);
  if ((request.flags & rop::kTableSoftDeletes) != 0) {
    OXB_CO_CHECK(call.open(request.output, make_table(*folder, no_rows(), notify)));
    co_return rop::RowCount{};
  }
  const auto kind = (request.flags & rop::kTableAssociated) != 0 ? ContentsKind::associated : ContentsKind::normal;
  OXB_CO_TRY(auto row, folder_row(call, folder->id));
  if (!may_read(row)) co_return refuse(EcCode::access_denied);
  if (kind == ContentsKind::normal && row.source == replica::Source::search) {
    OXB_CO_TRY(auto found, search_results(call, *folder));
    OXB_CO_CHECK(call.open(request.output, make_table(*folder, std::move(found.rows), notify)));
    co_return rop::RowCount{found.total};
  }
  if (kind == ContentsKind::normal) {
    // What was read before is shown when the backend cannot be asked; an unread folder is never shown as empty.
    auto status = co_await call.mailbox().ensure_contents(row.id, call.wait());
    if (!status && !row.listed) co_return tl::unexpected(Failure(status.error()));
    OXB_CO_TRY(row, folder_row(call, folder->id));
  }
  struct Opened {
    std::shared_ptr<MessageRows> rows;
    std::size_t count{};
  };
  OXB_CO_TRY(auto opened, call.replica().read([&](replica::ReadTx& tx) -> Result<Opened> {
    OXB_TRY(auto rows, MessageRows::create(tx, call.shared_store(), row.id, kind));
    if (kind == ContentsKind::normal && row.listed) return Opened{std::move(rows), row.total};
    OXB_TRY(const auto ids, tx.message_ids(row.id, kind, replica::SortKey::id, replica::ReadTx::Order::ascending));
    return Opened{std::move(rows), ids.size()};
  }));
  OXB_CO_CHECK(call.open(request.output, make_table(*folder, std::move(opened.rows), notify)));
  co_return rop::RowCount{static_cast<std::uint32_t>(opened.count)};
}

}  // namespace oxb::session
