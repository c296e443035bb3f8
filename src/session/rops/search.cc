// SPDX-License-Identifier: GPL-3.0-or-later
// Search criteria [MS-OXCFOLD] 2.2.1.4, 2.2.1.5, 3.2.5.4, 3.2.5.5.
#include "session/search.h"

#include "session/matcher.h"
#include "session/rops/handlers.h"
#include "session/rops/lookup.h"
#include "session/session.h"

#include <algorithm>

namespace oxb::session {
namespace {

// SearchFlags of the request
constexpr std::uint32_t kStop = 0x1, kRestart = 0x2, kRecursive = 0x4, kShallow = 0x8, kForeground = 0x10,
                        kStatic = 0x40000;
// and of the answer
constexpr std::uint32_t kIsRunning = 0x1, kIsRecursive = 0x4, kIsForeground = 0x8, kIsComplete = 0x1000,
                        kIsStatic = 0x10000;

// What the request leaves open stays as it was.
SearchCriteria merged(const rop::SetSearchCriteria::Request& request, const std::optional<SearchCriteria>& before) {
  SearchCriteria out = request;
  out.input = 0;
  if (before && !out.restriction) out.restriction = before->restriction;
  if (before && out.folders.empty()) out.folders = before->folders;
  const bool says_depth = (request.flags & (kRecursive | kShallow)) != 0;
  out.flags &= kStop | kRecursive | kForeground | kStatic;
  if (before && !says_depth) out.flags |= before->flags & kRecursive;
  return out;
}

Answer<void> check(Call& call, const SearchCriteria& criteria, FolderId self) {
  if (!criteria.restriction || criteria.folders.empty()) return refuse(EcCode::not_initialized);
  if (!check_restriction(*criteria.restriction) || depends_on_order(*criteria.restriction))
    return refuse(EcCode::too_complex);
  for (const auto id : criteria.folders) {
    if (!id.is_own() || id.folder() == self) return refuse(EcCode::search_folder_scope_violation);
    OXB_CHECK(folder_row(call, id));
  }
  return {};
}

Answer<replica::FolderRow> search_folder(Call& call, const Folder& folder) {
  OXB_TRY(auto row, folder_row(call, folder.id));
  if (row.source != replica::Source::search) return refuse(EcCode::not_search_folder);
  return row;
}

}  // namespace

Reply<rop::SetSearchCriteria> handle(Of<rop::SetSearchCriteria>, Call& call,
                                     const rop::SetSearchCriteria::Request& request) {
  OXB_CO_TRY(const auto folder, call.object<Folder>(request.input));
  OXB_CO_TRY(const auto row, search_folder(call, *folder));
  OXB_CO_TRY(const auto before, call.replica().read([&](replica::ReadTx& tx) { return search_criteria(tx, row.id); }));
  const auto criteria = merged(request, before);
  OXB_CO_CHECK(check(call, criteria, row.id));
  // Clients say the same again every few minutes: nothing restarts then.
  if (before && *before == criteria && (request.flags & kRestart) == 0) co_return rop::NoFields{};
  OXB_CO_CHECK(call.replica().write([&](replica::WriteTx& tx) { return put_search_criteria(tx, row.id, criteria); }));
  call.mailbox().post({event_of(row, sync::MailboxEvent::Kind::folder_modified)});
  call.session().tell_search_complete(row.id);
  co_return rop::NoFields{};
}

Reply<rop::GetSearchCriteria> handle(Of<rop::GetSearchCriteria>, Call& call,
                                     const rop::GetSearchCriteria::Request& request) {
  OXB_CO_TRY(const auto folder, call.object<Folder>(request.input));
  OXB_CO_TRY(const auto row, search_folder(call, *folder));
  OXB_CO_TRY(auto criteria, call.replica().read([&](replica::ReadTx& tx) { return search_criteria(tx, row.id); }));
  if (!criteria) co_return refuse(EcCode::not_initialized);
  rop::GetSearchCriteria::Response response;
  if (request.include_restriction) response.restriction = std::move(criteria->restriction);
  response.logon = folder->logon->id;
  if (request.include_folders) response.folders = std::move(criteria->folders);
  response.flags = kIsComplete;
  if ((criteria->flags & kStop) == 0) response.flags |= kIsRunning;
  if ((criteria->flags & kRecursive) != 0) response.flags |= kIsRecursive;
  if ((criteria->flags & kForeground) != 0) response.flags |= kIsForeground;
  if ((criteria->flags & kStatic) != 0) response.flags |= kIsStatic;
  co_return response;
}

}  // namespace oxb::session
