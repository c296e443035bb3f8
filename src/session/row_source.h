// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Where the rows of a table come from: messages of a folder, folders below one, attachments, permissions.
#include "replica/replica.h"
#include "session/values.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace oxb::session {

// What names a row inside its table: a message id, folder id, attachment number, member id.
using RowKey = std::uint64_t;

struct ViewOrder {
  mapi::PropTag tag;
  bool descending = false;
  bool maximum = false;  // MaximumCategory [MS-OXCDATA] 2.13.1: orders the groups of the category before it
};

class RowSource {
 public:
  using Visit = std::function<void(RowKey, const PropertySource&)>;
  virtual ~RowSource() = default;
  // Every row, in the source's natural order.
  virtual Result<> each(replica::ReadTx& tx, const Visit& visit) = 0;
  // Those rows that still exist, in the order of keys.
  virtual Result<> some(replica::ReadTx& tx, std::span<const RowKey> keys, const Visit& visit) = 0;
  // All keys in the natural order or, where the replica has an index for it, by one sort order. nullopt: no index.
  virtual Result<std::optional<std::vector<RowKey>>> indexed(replica::ReadTx& tx,
                                                             const std::vector<ViewOrder>& orders) = 0;
  // The memcmp key by which indexed() orders, where it differs from the plain value's. nullopt: the value's.
  virtual std::optional<std::string> index_key(mapi::PropTag tag, const PropertySource& row) const = 0;
  // True if rows without a sort order stand by ascending key; false: the order of each() is all that is known.
  virtual bool is_ordered_by_key() const = 0;
  // The folder whose messages the rows are; nullopt: they are something else.
  virtual std::optional<FolderId> message_folder() const { return std::nullopt; }
  // The columns that QueryColumnsAll names beside those that the first rows have.
  virtual std::vector<mapi::PropTag> columns() const = 0;
};

}  // namespace oxb::session
