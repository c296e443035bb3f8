// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/search.h"

#include "base/text.h"
#include "proto/rop/buffer.h"
#include "session/matcher.h"
#include "session/message_rows.h"
#include "session/rights.h"
#include "session/rops/lookup.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::session {
namespace {

using replica::ReadTx;
using Event = sync::MailboxEvent;

constexpr std::uint32_t kRecursive = 0x4;
constexpr std::uint32_t kOwnerRights = 0x7FB;
constexpr std::size_t kRowsAtOnce = 500;

std::string note_of(FolderId folder) { return fmt::format("search/{:x}", folder.value); }

Result<> check_name(ReadTx& tx, FolderId parent, const std::string& name, FolderId self) {
  OXB_TRY(const auto rows, tx.folders_below(parent, ReadTx::Depth::children));
  const auto wanted = fold_case(name);
  for (const auto& row : rows)
    if (row.id != self && fold_case(row.name) == wanted) return fail(Errc::exists, "folder name");
  return {};
}

Result<std::map<FolderId, std::uint32_t>> scope_of(ReadTx& tx, const SearchCriteria& criteria) {
  std::map<FolderId, std::uint32_t> out;
  const auto add = [&](const replica::FolderRow& row) {
    if (row.source != replica::Source::search && may_read(row)) out.emplace(row.id, row.rights);
  };
  for (const auto id : criteria.folders) {
    if (!id.is_own()) continue;
    OXB_TRY(const auto row, tx.folder(id.folder()));
    if (!row) continue;
    add(*row);
    if ((criteria.flags & kRecursive) == 0) continue;
    OXB_TRY(const auto below, tx.folders_below(row->id, ReadTx::Depth::descendants));
    for (const auto& one : below) add(one);
  }
  return out;
}

}  // namespace

Result<std::optional<SearchCriteria>> search_criteria(ReadTx& tx, FolderId folder) {
  OXB_TRY(const auto text, tx.note(note_of(folder)));
  if (!text || text->empty()) return std::optional<SearchCriteria>();
  OXB_TRY(const auto bytes, from_hex(*text));
  OXB_TRY(const auto buffer, rop::parse_request_buffer(bytes));
  const auto* criteria = buffer.rops.empty() ? nullptr : buffer.rops[0].body.get<SearchCriteria>();
  if (criteria == nullptr) return fail(Errc::internal, "kept search criteria");
  return std::optional(*criteria);
}

Result<> put_search_criteria(replica::WriteTx& tx, FolderId folder, const SearchCriteria& criteria) {
  rop::RequestBuffer buffer;
  buffer.rops.push_back(rop::RopRequest::of<rop::SetSearchCriteria>(0, criteria));
  OXB_TRY(const auto bytes, rop::encode_request_buffer(buffer));
  return tx.set_note(note_of(folder), to_hex(bytes));
}

Answer<FolderId> create_search_folder(Call& call, const replica::FolderRow& parent, std::string name) {
  replica::FolderRow row;
  row.parent = parent.id;
  row.source = replica::Source::search;
  row.name = std::move(name);
  row.container_class = "IPF.Note";
  row.rights = kOwnerRights;
  OXB_TRY(row.id, call.replica().write([&](replica::WriteTx& tx) -> Result<FolderId> {
    OXB_CHECK(check_name(tx, parent.id, row.name, {}));
    OXB_TRY(const auto put, tx.put_folder(row));
    return put.id;
  }));
  call.mailbox().post({event_of(row, Event::Kind::folder_created)});
  return row.id;
}

Answer<void> delete_search_folder(Call& call, const replica::FolderRow& folder) {
  OXB_CHECK(call.replica().write([&](replica::WriteTx& tx) -> Result<> {
    OXB_CHECK(tx.set_note(note_of(folder.id), {}));
    return tx.remove_folder(folder.id);
  }));
  call.mailbox().post({event_of(folder, Event::Kind::folder_deleted)});
  return {};
}

Answer<void> move_search_folder(Call& call, replica::FolderRow folder, FolderId parent, std::string name) {
  auto event = event_of(folder, folder.parent == parent ? Event::Kind::folder_modified : Event::Kind::folder_moved);
  event.old_folder = folder.parent;
  event.parent = parent;
  folder.parent = parent;
  folder.name = std::move(name);
  OXB_CHECK(call.replica().write([&](replica::WriteTx& tx) -> Result<> {
    OXB_CHECK(check_name(tx, parent, folder.name, folder.id));
    OXB_TRY(const auto put, tx.put_folder(folder));
    static_cast<void>(put);
    return {};
  }));
  call.mailbox().post({event});
  return {};
}

Result<std::shared_ptr<SearchRows>> SearchRows::create(ReadTx& tx, std::shared_ptr<const Store> store, FolderId folder,
                                                       std::uint32_t code_page) {
  auto rows = std::shared_ptr<SearchRows>(new SearchRows(std::move(store), folder, code_page));
  OXB_CHECK(rows->reload(tx));
  return rows;
}

Result<bool> SearchRows::reload(ReadTx& tx) {
  OXB_TRY(auto criteria, search_criteria(tx, folder_));
  std::map<FolderId, std::uint32_t> scope;
  if (criteria) {
    OXB_TRY(scope, scope_of(tx, *criteria));
  }
  const bool changed = criteria != criteria_ || scope != scope_;
  criteria_ = std::move(criteria);
  scope_ = std::move(scope);
  return changed;
}

bool SearchRows::matches(ReadTx& tx, const replica::MessageRow& row) {
  if (!criteria_ || !criteria_->restriction) return false;
  const auto at = scope_.find(row.folder);
  if (at == scope_.end() || row.kind != replica::ContentsKind::normal) return false;
  const MessageSource source(*store_, row, nullptr, &tx, 0, false);
  return Matcher(*criteria_->restriction, code_page_)(source);
}

Result<> SearchRows::find(ReadTx& tx, const std::function<void(const replica::MessageRow&)>& visit) {
  for (const auto& [folder, rights] : scope_) {
    OXB_CHECK(tx.for_each_message(folder, replica::ContentsKind::normal, [&](const replica::MessageRow& row) {
      if (matches(tx, row)) visit(row);
    }));
  }
  return {};
}

Result<> SearchRows::each(ReadTx& tx, const Visit& visit) {
  std::vector<RowKey> keys;
  OXB_CHECK(find(tx, [&](const replica::MessageRow& row) { keys.push_back(row.id.value); }));
  std::sort(keys.begin(), keys.end());
  for (std::size_t at = 0; at < keys.size(); at += kRowsAtOnce)
    OXB_CHECK(some(tx, std::span(keys).subspan(at, std::min(kRowsAtOnce, keys.size() - at)), visit));
  return {};
}

Result<> SearchRows::some(ReadTx& tx, std::span<const RowKey> keys, const Visit& visit) {
  std::vector<MessageId> ids;
  for (const auto key : keys) ids.push_back(MessageId{key});
  OXB_TRY(const auto rows, tx.messages(ids));
  for (const auto& row : rows) {
    if (!matches(tx, row)) continue;
    const auto access = message_access(*store_, scope_.at(row.folder), row);
    visit(row.id.value, MessageSource(*store_, row, nullptr, &tx, access, (access & 1) != 0));
  }
  return {};
}

Result<std::optional<std::vector<RowKey>>> SearchRows::indexed(ReadTx&, const std::vector<ViewOrder>&) {
  return std::optional<std::vector<RowKey>>();
}

std::vector<mapi::PropTag> SearchRows::columns() const { return MessageRows::usual_columns(); }

Result<SearchRows::Counts> SearchRows::counts(ReadTx& tx) {
  Counts out;
  OXB_CHECK(find(tx, [&](const replica::MessageRow& row) {
    ++out.total;
    if (!row.read) ++out.unread;
  }));
  return out;
}

}  // namespace oxb::session
