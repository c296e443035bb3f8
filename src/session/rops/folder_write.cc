// SPDX-License-Identifier: GPL-3.0-or-later
// Making, moving, copying and deleting folders [MS-OXCFOLD] 2.2.1.2, 2.2.1.3, 2.2.1.7, 2.2.1.8. Search folders are the
// replica's own; all others are the backend's.
#include "base/text.h"
#include "proto/mapi/tags.h"
#include "session/rights.h"
#include "session/rops/handlers.h"
#include "session/rops/lookup.h"
#include "session/search.h"

#include <algorithm>

namespace oxb::session {
namespace {

using replica::ReadTx;
using sync::Writer;
using Event = sync::MailboxEvent;

constexpr std::size_t kMostNameBytes = 1000;

Answer<std::string> text_of(const Folder& folder, const std::string& raw, bool unicode) {
  if (unicode) return raw;
  return utf8_from_code_page(raw, folder.logon->code_page).value_or(raw);
}

Answer<std::string> name_of(const Folder& folder, const std::string& raw, bool unicode) {
  OXB_TRY(auto name, text_of(folder, raw, unicode));
  if (trim(name).empty() || name.size() > kMostNameBytes) return refuse(EcCode::invalid_parameter);
  return name;
}

Result<std::optional<replica::FolderRow>> child_named(Call& call, FolderId parent, const std::string& name) {
  OXB_TRY(auto rows,
          call.replica().read([&](ReadTx& tx) { return tx.folders_below(parent, ReadTx::Depth::children); }));
  const auto wanted = fold_case(name);
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return fold_case(row.name) == wanted; });
  if (found == rows.end()) return std::optional<replica::FolderRow>();
  return std::optional(std::move(*found));
}

Answer<rop::CreateFolder::Response> open_made(Call& call, rop::HandleIndex output, const Folder& parent, FolderId id,
                                              bool existed) {
  auto folder = std::make_shared<Folder>();
  folder->logon = parent.logon;
  folder->id = id;
  OXB_CHECK(call.open(output, std::move(folder)));
  rop::CreateFolder::Response response;
  response.folder = mapi::Eid::of(id);
  response.existed = existed;
  return response;
}

Answer<void> keep_comment(Call& call, FolderId folder, std::string comment) {
  if (comment.empty()) return {};
  const mapi::Property property{mapi::tag::kComment, std::move(comment)};
  OXB_CHECK(
      call.replica().write([&](replica::WriteTx& tx) { return tx.set_folder_properties(folder, {property}, {}); }));
  return {};
}

// Whether `below` is `folder` or lies somewhere in it.
Result<bool> is_inside(ReadTx& tx, FolderId below, FolderId folder) {
  constexpr int kDeepest = 1000;
  for (int depth = 0; depth < kDeepest && below.value != 0; ++depth) {
    if (below == folder) return true;
    OXB_TRY(const auto row, tx.folder(below));
    if (!row) return false;
    below = row->parent;
  }
  return false;
}

// What moving and copying have in common.
struct Journey {
  replica::FolderRow folder, to;
  std::string name;
};
template <class Request>
Answer<Journey> journey(Call& call, const Request& request) {
  OXB_TRY(const auto source, call.object<Folder>(request.source));
  OXB_TRY(const auto destination, destination_at<Folder>(call, request.destination));
  Journey out;
  OXB_TRY(out.folder, folder_row(call, request.folder));
  OXB_TRY(out.to, folder_row(call, destination->id));
  OXB_TRY(out.name, text_of(*source, request.new_name, request.unicode));
  if (trim(out.name).empty()) out.name = out.folder.name;
  if (out.name.size() > kMostNameBytes) return refuse(EcCode::invalid_parameter);
  OXB_TRY(const bool cycle, call.replica().read([&](ReadTx& tx) { return is_inside(tx, out.to.id, out.folder.id); }));
  if (cycle) return refuse(EcCode::folder_cycle);
  if (out.to.source == replica::Source::search) return refuse(EcCode::search_folder);
  if (!may_create_folder(out.to)) return refuse(EcCode::access_denied);
  return out;
}

bool is_protected(const replica::FolderRow& folder) {
  return folder.special != replica::Special::none || !may_administer(folder);
}

}  // namespace

Reply<rop::CreateFolder> handle(Of<rop::CreateFolder>, Call& call, const rop::CreateFolder::Request& request) {
  OXB_CO_TRY(const auto parent, call.object<Folder>(request.input));
  OXB_CO_TRY(const auto name, name_of(*parent, request.name, request.unicode));
  OXB_CO_TRY(auto comment, text_of(*parent, request.comment, request.unicode));
  if (request.type != rop::CreateFolder::kGeneric && request.type != rop::CreateFolder::kSearch)
    co_return refuse(EcCode::invalid_parameter);
  OXB_CO_TRY(const auto above, folder_row(call, parent->id));
  OXB_CO_TRY(const auto known, child_named(call, parent->id, name));
  if (known && !request.open_existing) co_return refuse(EcCode::duplicate_name);
  if (known) co_return open_made(call, request.output, *parent, known->id, true);
  if (!may_create_folder(above)) co_return refuse(EcCode::access_denied);
  if (above.source == replica::Source::search) co_return refuse(EcCode::not_supported);
  FolderId id;
  if (request.type == rop::CreateFolder::kSearch) {
    OXB_CO_TRY(id, create_search_folder(call, above, name));
  } else {
    const auto made = co_await call.mailbox().writer().create_folder(above.id, name, {}, call.wait());
    if (!made && made.error().code == Errc::exists && request.open_existing) {
      // Somebody else was faster.
      OXB_CO_TRY(const auto now, child_named(call, parent->id, name));
      if (now) co_return open_made(call, request.output, *parent, now->id, true);
    }
    if (!made) co_return tl::unexpected(Failure(made.error()));
    id = *made;
  }
  OXB_CO_CHECK(keep_comment(call, id, std::move(comment)));
  co_return open_made(call, request.output, *parent, id, false);
}

// What is gone already is as asked. A folder that holds more than the flags allow stays.
Reply<rop::DeleteFolder> handle(Of<rop::DeleteFolder>, Call& call, const rop::DeleteFolder::Request& request) {
  constexpr std::uint8_t kMessages = 0x01, kFolders = 0x04, kHard = 0x10;
  OXB_CO_TRY(const auto parent, call.object<Folder>(request.input));
  auto found = folder_row(call, request.folder);
  if (!found && found.error().code == EcCode::not_found) co_return rop::PartialCompletion{};
  if (!found) co_return tl::unexpected(found.error());
  const auto row = *std::move(found);
  if (is_protected(row)) co_return refuse(EcCode::access_denied);
  if (row.source == replica::Source::search) {
    OXB_CO_CHECK(delete_search_folder(call, row));
    co_return rop::PartialCompletion{};
  }
  if (row.has_subfolders && (request.flags & kFolders) == 0) co_return rop::PartialCompletion{true};
  if ((request.flags & kMessages) == 0) {
    auto status = co_await call.mailbox().ensure_contents(row.id, call.wait());
    if (!status && !row.listed) co_return tl::unexpected(Failure(status.error()));
    OXB_CO_TRY(const auto now, folder_row(call, row.id));
    if (now.total > 0) co_return rop::PartialCompletion{true};
  }
  const auto how = (request.flags & kHard) != 0 ? Writer::Removal::hard : Writer::Removal::soft;
  const auto gone = co_await call.mailbox().writer().delete_folder(row.id, how, call.wait());
  if (!gone && gone.error().code != Errc::not_found) co_return tl::unexpected(Failure(gone.error()));
  co_return rop::PartialCompletion{};
}

Reply<rop::MoveFolder> handle(Of<rop::MoveFolder>, Call& call, const rop::MoveFolder::Request& request) {
  OXB_CO_TRY(const auto way, journey(call, request));
  if (is_protected(way.folder)) co_return refuse(EcCode::access_denied);
  if (way.folder.source == replica::Source::search) {
    OXB_CO_CHECK(move_search_folder(call, way.folder, way.to.id, way.name));
    co_return rop::PartialCompletion{};
  }
  OXB_CO_CHECK(co_await call.mailbox().writer().move_folder(way.folder.id, way.to.id, way.name, call.wait()));
  co_return rop::PartialCompletion{};
}

Reply<rop::CopyFolder> handle(Of<rop::CopyFolder>, Call& call, const rop::CopyFolder::Request& request) {
  OXB_CO_TRY(const auto way, journey(call, request));
  if (!may_read(way.folder)) co_return refuse(EcCode::access_denied);
  if (way.folder.source == replica::Source::search) co_return refuse(EcCode::not_supported);
  const auto depth = request.recursive ? Writer::Depth::tree : Writer::Depth::folder;
  const auto made =
      co_await call.mailbox().writer().copy_folder(way.folder.id, way.to.id, way.name, depth, call.wait());
  if (!made) co_return tl::unexpected(Failure(made.error()));
  co_return rop::PartialCompletion{};
}

}  // namespace oxb::session
