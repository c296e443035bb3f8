// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/message_rows.h"

#include "base/text.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"
#include "session/rights.h"

#include <algorithm>

namespace oxb::session {
namespace {

namespace tag = mapi::tag;
using replica::SortKey;

constexpr std::size_t kIndexedKeyBytes = 96;  // of a text, as the replica's index keeps it

Value first_of(const PropertySource& row, std::initializer_list<mapi::PropTag> tags) {
  for (const auto t : tags)
    if (auto value = row.find(t)) return value;
  return {};
}

std::string text_key(const PropertySource& row, std::initializer_list<mapi::PropTag> tags) {
  for (const auto t : tags) {
    const auto value = row.find(t);
    const auto* text = value ? std::get_if<std::string>(&*value) : nullptr;
    if (text == nullptr || text->empty()) continue;
    auto key = collation_key(*text);
    key.resize(std::min(key.size(), kIndexedKeyBytes));
    return sort_key(Value(mapi::PropertyValue(to_bytes(key))), 0);
  }
  return sort_key(Value(), 0);
}

}  // namespace

Result<std::shared_ptr<MessageRows>> MessageRows::create(replica::ReadTx& tx, std::shared_ptr<const Store> store,
                                                         FolderId folder, replica::ContentsKind kind) {
  auto rows = std::shared_ptr<MessageRows>(new MessageRows(std::move(store), folder, kind));
  OXB_TRY(const auto start, tx.property_id(mapi::lid::kAppointmentStartWhole.name()));
  if (start) rows->start_ = mapi::PropTag(*start, mapi::PropType::time);
  OXB_TRY(const auto row, tx.folder(folder));
  if (row) rows->rights_ = row->rights;
  return rows;
}

MessageSource MessageRows::source(replica::ReadTx& tx, const replica::MessageRow& row) const {
  const auto access = message_access(*store_, rights_, row);
  return {*store_, row, nullptr, &tx, access, (access & 1) != 0};
}

Result<> MessageRows::each(replica::ReadTx& tx, const Visit& visit) {
  return tx.for_each_message(folder_, kind_,
                             [&](const replica::MessageRow& row) { visit(row.id.value, source(tx, row)); });
}

Result<> MessageRows::some(replica::ReadTx& tx, std::span<const RowKey> keys, const Visit& visit) {
  std::vector<MessageId> ids;
  ids.reserve(keys.size());
  for (const auto key : keys) ids.push_back(MessageId{key});
  OXB_TRY(const auto rows, tx.messages(ids));
  for (const auto& row : rows)
    if (row.folder == folder_ && row.kind == kind_) visit(row.id.value, source(tx, row));
  return {};
}

std::optional<SortKey> MessageRows::index_of(mapi::PropTag t) const {
  if (t == tag::kMessageDeliveryTime) return SortKey::received;
  if (t == tag::kNormalizedSubject) return SortKey::subject;
  if (t == tag::kSentRepresentingName) return SortKey::sender;
  if (t == tag::kMessageSize) return SortKey::size;
  if (start_.value != 0 && t == start_) return SortKey::start;
  return std::nullopt;
}

Result<std::optional<std::vector<RowKey>>> MessageRows::indexed(replica::ReadTx& tx,
                                                                const std::vector<ViewOrder>& orders) {
  using Order = replica::ReadTx::Order;
  auto key = std::optional(SortKey::id);
  auto order = Order::ascending;
  if (orders.size() > 1) return std::nullopt;
  if (!orders.empty()) {
    key = index_of(orders[0].tag);
    if (!key || orders[0].maximum) return std::nullopt;
    order = orders[0].descending ? Order::descending : Order::ascending;
  }
  OXB_TRY(const auto ids, tx.message_ids(folder_, kind_, *key, order));
  std::vector<RowKey> out;
  out.reserve(ids.size());
  for (const auto id : ids) out.push_back(id.value);
  return std::optional(std::move(out));
}

std::optional<std::string> MessageRows::index_key(mapi::PropTag t, const PropertySource& row) const {
  const auto key = index_of(t);
  if (!key) return std::nullopt;
  switch (*key) {
    case SortKey::received:
      return sort_key(first_of(row, {tag::kMessageDeliveryTime, tag::kClientSubmitTime, tag::kLastModificationTime}),
                      0);
    case SortKey::subject:
      return text_key(row, {tag::kNormalizedSubject, tag::kSubject});
    case SortKey::sender:
      return text_key(row, {tag::kSentRepresentingName, tag::kSenderName});
    case SortKey::start:
      return sort_key(first_of(row, {start_, tag::kStartDate}), 0);
    default:
      return std::nullopt;
  }
}

std::vector<mapi::PropTag> MessageRows::columns() const { return usual_columns(); }

std::vector<mapi::PropTag> MessageRows::usual_columns() {
  auto out = MessageSource::computed_tags();
  for (const auto t : {tag::kInstID, tag::kInstanceNum, tag::kInstanceKey, tag::kRowType, tag::kDepth, tag::kSubject,
                       tag::kNormalizedSubject, tag::kMessageDeliveryTime, tag::kMessageSize, tag::kSenderName,
                       tag::kSentRepresentingName, tag::kDisplayTo, tag::kImportance})
    out.push_back(t);
  return out;
}

}  // namespace oxb::session
