// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Rows of contents tables: the messages of one folder [MS-OXCFOLD] 2.2.1.14.
#include "session/message_source.h"
#include "session/row_source.h"

namespace oxb::session {

class MessageRows final : public RowSource {
 public:
  static Result<std::shared_ptr<MessageRows>> create(replica::ReadTx& tx, std::shared_ptr<const Store> store,
                                                     FolderId folder, replica::ContentsKind kind);
  Result<> each(replica::ReadTx& tx, const Visit& visit) override;
  Result<> some(replica::ReadTx& tx, std::span<const RowKey> keys, const Visit& visit) override;
  Result<std::optional<std::vector<RowKey>>> indexed(replica::ReadTx& tx,
                                                     const std::vector<ViewOrder>& orders) override;
  std::optional<std::string> index_key(mapi::PropTag tag, const PropertySource& row) const override;
  bool is_ordered_by_key() const override { return true; }
  std::vector<mapi::PropTag> columns() const override;

  std::optional<FolderId> message_folder() const override { return folder_; }
  static std::vector<mapi::PropTag> usual_columns();
  FolderId folder() const { return folder_; }
  replica::ContentsKind kind() const { return kind_; }

 private:
  MessageRows(std::shared_ptr<const Store> store, FolderId folder, replica::ContentsKind kind)
      : store_(std::move(store)), folder_(folder), kind_(kind) {}
  std::optional<replica::SortKey> index_of(mapi::PropTag tag) const;
  MessageSource source(replica::ReadTx& tx, const replica::MessageRow& row) const;

  std::shared_ptr<const Store> store_;
  FolderId folder_;
  replica::ContentsKind kind_;
  std::uint32_t rights_ = 0;  // of the folder, when the table was opened
  mapi::PropTag start_;       // PidLidAppointmentStartWhole under this mailbox's id, or zero
};

}  // namespace oxb::session
