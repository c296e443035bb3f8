// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/table.h"

#include "proto/mapi/ids.h"
#include "proto/mapi/tags.h"
#include "proto/rop/error_codes.h"
#include "session/matcher.h"

#include <algorithm>

namespace oxb::session {
namespace {

namespace tag = mapi::tag;
using mapi::PropertyValue;

// PidTagRowType [MS-OXCTABL] 2.2.1.4
constexpr std::int32_t kLeafRow = 1, kExpandedCategory = 3, kCollapsedCategory = 4;
constexpr std::uint8_t kOriginBeginning = 0, kOriginCurrent = 1, kOriginEnd = 2, kOriginBookmark = 3;
constexpr std::size_t kFindBatch = 256;

bool is_instance_type(mapi::PropTag t) {
  return (static_cast<unsigned>(t.type()) & mapi::kMultiValueInstanceFlag) == mapi::kMultiValueInstanceFlag;
}

template <class T>
void put(Bytes& out, T x) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<std::byte>(x >> (8 * i) & 0xFFU));
}

template <class T>
T get(ByteView in, std::size_t at) {
  T x{};
  for (std::size_t i = 0; i < sizeof(T); ++i) x |= static_cast<T>(std::to_integer<T>(in[at + i]) << (8 * i));
  return x;
}

// PidTagInstanceKey: the row's id and instance; unique inside one table.
Bytes instance_key(const RowName& row) {
  Bytes out;
  put<std::uint64_t>(out, row.is_header ? row.key : mapi::Eid::of(row.key).raw);
  put<std::uint32_t>(out, row.instance);
  return out;
}

Value integer(std::int64_t x) { return PropertyValue(static_cast<std::int32_t>(x)); }

// A row as the table shows it: what the object has, and what the table adds.
class ShownRow final : public PropertySource {
 public:
  ShownRow(const PropertySource& row, const View& view, std::size_t position)
      : row_(row),
        view_(view),
        name_(view.name(position)),
        header_(view.header(position)),
        depth_(view.depth(position)) {}

  Value find(mapi::PropTag wanted) const override {
    switch (wanted.id()) {
      case tag::kInstanceKey.id():
        return PropertyValue(instance_key(name_));
      case tag::kInstanceNum.id():
        return integer(name_.instance);
      case tag::kRowType.id():
        if (header_ == nullptr) return integer(kLeafRow);
        return integer(header_->expanded ? kExpandedCategory : kCollapsedCategory);
      case tag::kDepth.id():
        if (view_.is_grouped()) return integer(depth_);
        break;
      default:
        break;
    }
    return header_ == nullptr ? leaf(wanted) : category(wanted);
  }
  std::vector<mapi::PropTag> tags() const override { return row_.tags(); }
  std::vector<const mapi::PropertyBag*> children(mapi::PropTag which) const override { return row_.children(which); }

 private:
  Value leaf(mapi::PropTag wanted) const {
    auto value = row_.find(wanted);
    if (!value && wanted.id() == tag::kDepth.id()) return integer(0);
    if (!value || !is_instance_type(wanted)) return value;
    auto all = members(*value);
    const bool shows_instances = std::any_of(view_.spec().orders.begin(), view_.spec().orders.end(),
                                             [](const auto& o) { return is_instance_type(o.tag); });
    const std::size_t index = shows_instances ? name_.instance : 0;
    return index < all.size() ? Value(std::move(all[index])) : Value();
  }
  Value category(mapi::PropTag wanted) const {
    switch (wanted.id()) {
      case tag::kInstID.id():
        return PropertyValue(static_cast<std::int64_t>(header_->id));
      case tag::kContentCount.id():
        return integer(header_->content);
      case tag::kContentUnreadCount.id():
        return integer(header_->unread);
      case tag::kFolderId.id():
      case tag::kParentFolderId.id():
        return row_.find(wanted);
      default:
        break;
    }
    const auto& orders = view_.spec().orders;
    for (std::size_t i = 0; i <= header_->depth && i < orders.size(); ++i) {
      if (orders[i].tag.id() != wanted.id()) continue;
      auto value = row_.find(wanted);
      if (!value || !is_instance_type(orders[i].tag)) return value;
      auto all = members(*value);
      return header_->first_instance < all.size() ? Value(std::move(all[header_->first_instance])) : Value();
    }
    return {};
  }

  const PropertySource& row_;
  const View& view_;
  RowName name_;
  const Header* header_;
  std::uint16_t depth_;
};

PropertyValue not_found() { return mapi::ErrorValue{static_cast<std::uint32_t>(EcCode::not_found)}; }

}  // namespace

Result<> Table::set_columns(std::vector<mapi::PropTag> columns) {
  if (columns.empty()) return fail(Errc::invalid, "no columns");
  if (columns.size() > kMaxColumns) return fail(Errc::limit, "too many columns");
  columns_ = std::move(columns);
  cursor_ = 0;
  return {};
}

Result<> Table::set_order(std::vector<ViewOrder> orders, std::uint16_t categories, std::uint16_t expanded) {
  const auto sorts =
      static_cast<std::size_t>(std::count_if(orders.begin(), orders.end(), [](const auto& o) { return !o.maximum; }));
  if (orders.size() > kMaxOrders || categories > kMaxCategories || categories > sorts || expanded > categories)
    return fail(Errc::invalid, "sort order");
  if (std::count_if(orders.begin(), orders.end(), [](const auto& o) { return is_instance_type(o.tag); }) > 1)
    return fail(Errc::unsupported, "more than one column of multi-value instances");
  // Outside a grouped table "maximum" orders like a plain descending column.
  if (categories == 0)
    for (auto& order : orders)
      if (order.maximum) order = {order.tag, true, false};
  invalidate();
  kept_toggles_.clear();
  bookmarks_.clear();
  cursor_ = 0;
  spec_.orders = std::move(orders);
  spec_.categories = categories;
  spec_.expanded = expanded;
  return {};
}

Result<> Table::set_restriction(mapi::Restriction restriction) {
  OXB_CHECK(check_restriction(restriction));
  invalidate();
  bookmarks_.clear();
  cursor_ = 0;
  if (std::holds_alternative<mapi::NoRestriction>(restriction.node))
    restriction_.reset();
  else
    restriction_ = std::move(restriction);
  return {};
}

void Table::reset() {
  invalidate();
  columns_.clear();
  bookmarks_.clear();
  kept_toggles_.clear();
  cursor_ = 0;
  spec_ = {};
  restriction_.reset();
}

void Table::invalidate() {
  if (view_) kept_toggles_ = view_->toggled();
  view_.reset();
}

Result<> Table::ensure_view(replica::ReadTx& tx) {
  if (view_) return {};
  auto spec = spec_;
  spec.code_page = code_page_;
  if (restriction_) {
    auto matcher = std::make_shared<Matcher>(*restriction_, code_page_);
    spec.filter = [matcher](const PropertySource& row) { return (*matcher)(row); };
  }
  auto view = std::make_unique<View>(source_, std::move(spec));
  OXB_CHECK(view->build(tx));
  if (!kept_toggles_.empty()) view->set_toggled(kept_toggles_);
  view_ = std::move(view);
  cursor_ = std::min(cursor_, size());
  return {};
}

std::vector<mapi::PropTag> Table::row_columns() const {
  auto out = columns_;
  for (auto& column : out)
    if (is_instance_type(column)) column = column.with(member_type(column.type()));
  return out;
}

Result<std::vector<mapi::PropertyRow>> Table::rows(replica::ReadTx& tx,
                                                   const std::vector<std::size_t>& positions) const {
  mapi::PropertyRow gone;
  gone.values.assign(columns_.size(), not_found());
  gone.flagged = true;
  std::vector<mapi::PropertyRow> out(positions.size(), gone);
  std::vector<RowKey> keys;
  keys.reserve(positions.size());
  for (const auto position : positions) {
    const auto* header = view_->header(position);
    keys.push_back(header != nullptr ? header->first_leaf : view_->name(position).key);
  }
  std::size_t at = 0;
  OXB_CHECK(source_->some(tx, keys, [&](RowKey key, const PropertySource& source) {
    while (at < keys.size() && keys[at] != key) ++at;
    if (at == keys.size()) return;
    const ShownRow shown(source, *view_, positions[at]);
    auto& row = out[at++];
    row.flagged = false;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      auto value =
          converted(shown.find(columns_[i]),
                    is_instance_type(columns_[i]) ? member_type(columns_[i].type()) : columns_[i].type(), code_page_);
      if (value && std::holds_alternative<mapi::ObjectValue>(*value)) value = {};
      row.values[i] = value ? cut_for_row(*value) : not_found();
      if (!value) row.flagged = true;
    }
  }));
  return out;
}

Result<std::vector<mapi::PropTag>> Table::all_columns(replica::ReadTx& tx) const {
  constexpr std::size_t kSampleRows = 50;  // what the first rows have stands for the rest
  auto out = source_->columns();
  OXB_TRY(auto keys, source_->indexed(tx, {}));
  if (keys) {
    keys->resize(std::min(keys->size(), kSampleRows));
    OXB_CHECK(source_->some(tx, *keys, [&](RowKey, const PropertySource& row) {
      for (const auto t : row.tags()) out.push_back(t);
    }));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end(), [](auto a, auto b) { return a.id() == b.id(); }), out.end());
  return out;
}

Result<Bytes> Table::create_bookmark(std::size_t position) {
  if (bookmarks_.size() >= kMaxBookmarks) return fail(Errc::limit, "too many bookmarks");
  Bookmark mark;
  mark.position = std::min(position, size());
  mark.at_end = mark.position == size();
  if (!mark.at_end) mark.row = view_->name(mark.position);
  Bytes out;
  put<std::uint32_t>(out, next_bookmark_);
  bookmarks_[next_bookmark_++] = mark;
  return out;
}

Result<Table::Place> Table::place_of(ByteView bookmark) const {
  if (bookmark.size() != sizeof(std::uint32_t)) return fail(Errc::invalid, "bookmark");
  const auto at = bookmarks_.find(get<std::uint32_t>(bookmark, 0));
  if (at == bookmarks_.end()) return fail(Errc::invalid, "bookmark");
  const auto& mark = at->second;
  if (mark.at_end) return Place{size(), false};
  if (mark.position < size() && view_->name(mark.position) == mark.row) return Place{mark.position, false};
  if (const auto position = view_->position_of(mark.row)) return Place{*position, false};
  return Place{std::min(mark.position, size()), true};
}

Result<> Table::free_bookmark(ByteView bookmark) {
  if (bookmark.size() != sizeof(std::uint32_t) || bookmarks_.erase(get<std::uint32_t>(bookmark, 0)) == 0)
    return fail(Errc::invalid, "bookmark");
  return {};
}

Result<Table::Place> Table::place_of(std::uint8_t origin, ByteView bookmark) const {
  switch (origin) {
    case kOriginBeginning:
      return Place{0, false};
    case kOriginCurrent:
      return Place{cursor_, false};
    case kOriginEnd:
      return Place{size(), false};
    case kOriginBookmark:
      return place_of(bookmark);
    default:
      return fail(Errc::invalid, "origin");
  }
}

// A row that the client names by one of its ids is found without reading rows.
std::optional<std::size_t> Table::lookup(const mapi::Restriction& restriction, std::size_t from, bool backward) const {
  const auto* property = std::get_if<mapi::PropertyRestriction>(&restriction.node);
  if (property == nullptr || property->relation != mapi::RelationalOperator::equal) return std::nullopt;
  RowName row;
  if (const auto* key = std::get_if<Bytes>(&property->value.value);
      key != nullptr && property->tag.id() == tag::kInstanceKey.id() && key->size() == 12) {
    const mapi::Eid id{get<std::uint64_t>(*key, 0)};
    row = {id.is_own() ? id.counter() : id.raw, get<std::uint32_t>(*key, 8), !id.is_own()};
  } else if (const auto* number = std::get_if<std::int64_t>(&property->value.value);
             number != nullptr && (property->tag.id() == tag::kInstID.id() || property->tag.id() == tag::kMid.id())) {
    const auto id = mapi::Eid::from_property(*number);
    row = {id.is_own() ? id.counter() : id.raw, 0, !id.is_own()};
  } else {
    return std::nullopt;
  }
  const auto at = view_->position_of(row);
  if (!at || (backward ? *at > from : *at < from)) return std::nullopt;
  return at;
}

Result<std::optional<std::size_t>> Table::find(replica::ReadTx& tx, std::size_t from, bool backward,
                                               const mapi::Restriction& restriction) const {
  if (const auto at = lookup(restriction, from, backward)) return at;
  Matcher matcher(restriction, code_page_);
  std::vector<std::size_t> positions;
  const auto total = size();
  std::size_t done = 0;  // rows looked at
  const auto count = backward ? std::min(from + 1, total) : total - std::min(from, total);
  if (total == 0 || count == 0) return std::nullopt;
  const auto first = backward ? std::min(from, total - 1) : from;
  while (done < count) {
    positions.clear();
    std::vector<RowKey> keys;
    for (std::size_t i = 0; i < kFindBatch && done < count; ++i, ++done) {
      const auto position = backward ? first - done : first + done;
      positions.push_back(position);
      const auto* header = view_->header(position);
      keys.push_back(header != nullptr ? header->first_leaf : view_->name(position).key);
    }
    std::optional<std::size_t> found;
    std::size_t at = 0;
    OXB_CHECK(source_->some(tx, keys, [&](RowKey key, const PropertySource& source) {
      while (at < keys.size() && keys[at] != key) ++at;
      if (at == keys.size()) return;
      const auto position = positions[at++];
      if (!found && matcher(ShownRow(source, *view_, position))) found = position;
    }));
    if (found) return found;
  }
  return std::nullopt;
}

void Table::moved(const View::Change& change) {
  using Kind = View::Change::Kind;
  const auto shift = [&](std::size_t& position) {
    if (change.kind != Kind::added) {
      const auto old = change.kind == Kind::modified ? change.old_position : change.position;
      if (position > old) --position;
    }
    if (change.kind != Kind::deleted && change.position < position) ++position;
  };
  shift(cursor_);
  for (auto& [id, mark] : bookmarks_) {
    if (change.kind == Kind::modified && mark.row == change.row && !mark.at_end)
      mark.position = change.position;
    else
      shift(mark.position);
  }
  cursor_ = std::min(cursor_, size());
}

void Table::follow(std::size_t position, std::ptrdiff_t rows) {
  const auto shift = [&](std::size_t& at) {
    if (at <= position) return;
    const auto next = static_cast<std::ptrdiff_t>(at) + rows;
    at = std::max(static_cast<std::size_t>(std::max<std::ptrdiff_t>(next, 0)), position + 1);
  };
  shift(cursor_);
  cursor_ = std::min(cursor_, size());
  for (auto& [id, mark] : bookmarks_) shift(mark.position);
}

Result<View::Update> Table::update(replica::ReadTx& tx, RowKey key) {
  if (restriction_ && depends_on_order(*restriction_)) return View::Update{{}, true};
  OXB_TRY(auto update, view_->update(tx, key));
  for (const auto& change : update.changes) moved(change);
  cursor_ = std::min(cursor_, size());
  return update;
}

// Version, row, instance, then the toggled categories. The client keeps it for months; a blob that does not fit is
// refused.
Result<Bytes> Table::collapse_state(const RowName& row) const {
  Bytes out;
  put<std::uint32_t>(out, 1);
  put<std::uint64_t>(out, row.key);
  put<std::uint32_t>(out, row.instance);
  put<std::uint32_t>(out, row.is_header ? 1 : 0);
  put<std::uint32_t>(out, static_cast<std::uint32_t>(view_->toggled().size()));
  for (const auto id : view_->toggled()) put<std::uint64_t>(out, id);
  return out;
}

Result<std::size_t> Table::restore_collapse_state(ByteView state) {
  constexpr std::size_t kHead = 24;
  if (state.size() < kHead || get<std::uint32_t>(state, 0) != 1) return fail(Errc::not_found, "collapse state");
  const RowName row{get<std::uint64_t>(state, 4), get<std::uint32_t>(state, 12), get<std::uint32_t>(state, 16) != 0};
  const auto count = get<std::uint32_t>(state, 20);
  if ((state.size() - kHead) / 8 < count) return fail(Errc::not_found, "collapse state");
  std::set<std::uint64_t> toggled;
  for (std::size_t i = 0; i < count; ++i) toggled.insert(get<std::uint64_t>(state, kHead + 8 * i));
  view_->set_toggled(std::move(toggled));
  cursor_ = std::min(cursor_, size());
  return view_->position_of(row).value_or(0);
}

}  // namespace oxb::session
