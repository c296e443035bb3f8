// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/list_rows.h"

#include "proto/mapi/tags.h"

#include <map>

namespace oxb::session {

namespace tag = mapi::tag;

Result<> FolderRows::each(replica::ReadTx& tx, const Visit& visit) {
  OXB_TRY(const auto rows, tx.folders_below(parent_, depth_));
  std::map<FolderId, std::int32_t> depths;  // parents come before their children
  for (const auto& row : rows) {
    const auto above = depths.find(row.parent);
    const auto depth = above == depths.end() ? 1 : above->second + 1;
    depths.emplace(row.id, depth);
    visit(row.id.value, FolderSource(*store_, row, nullptr, depth));
  }
  return {};
}

Result<> FolderRows::some(replica::ReadTx& tx, std::span<const RowKey> keys, const Visit& visit) {
  for (const auto key : keys) {
    OXB_TRY(const auto row, tx.folder(FolderId{key}));
    if (!row) continue;
    std::int32_t depth = 1;
    for (auto parent = row->parent; parent != parent_; ++depth) {
      OXB_TRY(const auto above, tx.folder(parent));
      if (!above || above->parent.value == 0) {
        depth = 0;  // not below this table's folder any more
        break;
      }
      parent = above->parent;
    }
    if (depth == 0 || (depth > 1 && depth_ == replica::ReadTx::Depth::children)) continue;
    visit(key, FolderSource(*store_, *row, nullptr, depth));
  }
  return {};
}

Result<std::optional<std::vector<RowKey>>> FolderRows::indexed(replica::ReadTx& tx,
                                                               const std::vector<ViewOrder>& orders) {
  if (!orders.empty()) return std::nullopt;
  OXB_TRY(const auto rows, tx.folders_below(parent_, depth_));
  std::vector<RowKey> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(row.id.value);
  return std::optional(std::move(out));
}

std::vector<mapi::PropTag> FolderRows::columns() const {
  return {tag::kFolderId,
          tag::kParentFolderId,
          tag::kEntryId,
          tag::kRecordKey,
          tag::kParentEntryId,
          tag::kSourceKey,
          tag::kParentSourceKey,
          tag::kChangeKey,
          tag::kPredecessorChangeList,
          tag::kDisplayName,
          tag::kComment,
          tag::kContainerClass,
          tag::kFolderType,
          tag::kContentCount,
          tag::kContentUnreadCount,
          tag::kAssociatedContentCount,
          tag::kSubfolders,
          tag::kDepth,
          tag::kAccess,
          tag::kRights,
          tag::kAttributeHidden,
          tag::kCreationTime,
          tag::kLastModificationTime,
          tag::kLocalCommitTimeMax,
          tag::kDeletedCountTotal,
          tag::kHierarchyChangeNumber};
}

Result<> ListRows::each(replica::ReadTx&, const Visit& visit) {
  for (std::size_t i = 0; i < rows_.size(); ++i) visit(i, BagSource(rows_[i]));
  return {};
}

Result<> ListRows::some(replica::ReadTx&, std::span<const RowKey> keys, const Visit& visit) {
  for (const auto key : keys)
    if (key < rows_.size()) visit(key, BagSource(rows_[key]));
  return {};
}

Result<std::optional<std::vector<RowKey>>> ListRows::indexed(replica::ReadTx&, const std::vector<ViewOrder>& orders) {
  if (!orders.empty()) return std::nullopt;
  std::vector<RowKey> out(rows_.size());
  for (std::size_t i = 0; i < rows_.size(); ++i) out[i] = i;
  return std::optional(std::move(out));
}

}  // namespace oxb::session
