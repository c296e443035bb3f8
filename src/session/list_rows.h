// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Rows of the small tables: folders, attachments, permissions. Rules tables are empty lists.
#include "session/folder_source.h"
#include "session/row_source.h"

namespace oxb::session {

// [MS-OXCFOLD] 2.2.1.13
class FolderRows final : public RowSource {
 public:
  FolderRows(std::shared_ptr<const Store> store, FolderId parent, replica::ReadTx::Depth depth)
      : store_(std::move(store)), parent_(parent), depth_(depth) {}
  Result<> each(replica::ReadTx& tx, const Visit& visit) override;
  Result<> some(replica::ReadTx& tx, std::span<const RowKey> keys, const Visit& visit) override;
  Result<std::optional<std::vector<RowKey>>> indexed(replica::ReadTx& tx,
                                                     const std::vector<ViewOrder>& orders) override;
  std::optional<std::string> index_key(mapi::PropTag, const PropertySource&) const override { return std::nullopt; }
  bool is_ordered_by_key() const override { return false; }
  std::vector<mapi::PropTag> columns() const override;

  FolderId parent() const { return parent_; }
  replica::ReadTx::Depth depth() const { return depth_; }

 private:
  std::shared_ptr<const Store> store_;
  FolderId parent_;
  replica::ReadTx::Depth depth_;
};

// Rows that are values: attachments [MS-OXCMSG] 2.2.3.17, permissions [MS-OXCPERM] 2.2.1, rules [MS-OXORULE] 2.2.2. The
// key of a row is its index.
class ListRows final : public RowSource {
 public:
  ListRows(std::vector<mapi::PropertyBag> rows, std::vector<mapi::PropTag> columns)
      : rows_(std::move(rows)), columns_(std::move(columns)) {}
  Result<> each(replica::ReadTx& tx, const Visit& visit) override;
  Result<> some(replica::ReadTx& tx, std::span<const RowKey> keys, const Visit& visit) override;
  Result<std::optional<std::vector<RowKey>>> indexed(replica::ReadTx& tx,
                                                     const std::vector<ViewOrder>& orders) override;
  std::optional<std::string> index_key(mapi::PropTag, const PropertySource&) const override { return std::nullopt; }
  bool is_ordered_by_key() const override { return true; }
  std::vector<mapi::PropTag> columns() const override { return columns_; }

 private:
  std::vector<mapi::PropertyBag> rows_;
  std::vector<mapi::PropTag> columns_;
};

}  // namespace oxb::session
