// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Search folders [MS-OXCFOLD] 2.2.1.4, 2.2.1.5: kept in the replica alone. What they hold is found when somebody looks,
// and kept current while he does.
#include "proto/rop/folder.h"
#include "session/call.h"
#include "session/row_source.h"
#include "session/store.h"

#include <set>

namespace oxb::session {

// As set: restriction, folders and flags. nullopt: not set yet.
using SearchCriteria = rop::SetSearchCriteria::Request;
Result<std::optional<SearchCriteria>> search_criteria(replica::ReadTx& tx, FolderId folder);
Result<> put_search_criteria(replica::WriteTx& tx, FolderId folder, const SearchCriteria& criteria);

Answer<FolderId> create_search_folder(Call& call, const replica::FolderRow& parent, std::string name);
Answer<void> delete_search_folder(Call& call, const replica::FolderRow& folder);
// exists: the parent has a folder of that name.
Answer<void> move_search_folder(Call& call, replica::FolderRow folder, FolderId parent, std::string name);

// The messages that meet the criteria, in the order of their ids.
class SearchRows final : public RowSource {
 public:
  static Result<std::shared_ptr<SearchRows>> create(replica::ReadTx& tx, std::shared_ptr<const Store> store,
                                                    FolderId folder, std::uint32_t code_page);
  Result<> each(replica::ReadTx& tx, const Visit& visit) override;
  Result<> some(replica::ReadTx& tx, std::span<const RowKey> keys, const Visit& visit) override;
  Result<std::optional<std::vector<RowKey>>> indexed(replica::ReadTx& tx,
                                                     const std::vector<ViewOrder>& orders) override;
  std::optional<std::string> index_key(mapi::PropTag, const PropertySource&) const override { return std::nullopt; }
  bool is_ordered_by_key() const override { return true; }
  std::vector<mapi::PropTag> columns() const override;
  std::optional<FolderId> message_folder() const override { return folder_; }

  struct Counts {
    std::uint32_t total = 0, unread = 0;
  };
  Result<Counts> counts(replica::ReadTx& tx);
  bool is_in_scope(FolderId folder) const { return scope_.contains(folder); }
  // True if the criteria, or the folders that they mean, are others now.
  Result<bool> reload(replica::ReadTx& tx);

 private:
  SearchRows(std::shared_ptr<const Store> store, FolderId folder, std::uint32_t code_page)
      : store_(std::move(store)), folder_(folder), code_page_(code_page) {}
  // Calls visit for the rows that match.
  Result<> find(replica::ReadTx& tx, const std::function<void(const replica::MessageRow&)>& visit);
  bool matches(replica::ReadTx& tx, const replica::MessageRow& row);

  std::shared_ptr<const Store> store_;
  FolderId folder_;
  std::uint32_t code_page_;
  std::optional<SearchCriteria> criteria_;
  std::map<FolderId, std::uint32_t> scope_;  // with the user's rights there
};

}  // namespace oxb::session
