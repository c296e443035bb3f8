// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/view.h"

#include "proto/mapi/ids.h"
#include "proto/mapi/tags.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace oxb::session {
namespace {

constexpr std::uint32_t kGroupBit = 0x8000'0000;
constexpr std::int32_t kReadFlag = 1;
// Category ids look like ids of a replica that no mailbox has, so that they never meet a message id.
constexpr std::uint16_t kCategoryReplica = 0x7FFE;

std::uint64_t category_id(std::string_view path) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325ULL;
  for (const char c : path) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3ULL;
  return mapi::Eid::of((hash ^ hash >> 48) & mapi::kMaxCounter, kCategoryReplica).raw;
}

void append_inverted(std::string& out, std::string_view key) {
  for (const char c : key) out.push_back(static_cast<char>(~static_cast<unsigned char>(c)));
}

}  // namespace

// Equal rows stand in the order of their ids, in the direction of the last sort order, as an index gives them.
bool View::before(const Keyed& a, const Keyed& b) const {
  if (a.key != b.key) return a.key < b.key;
  const auto left = std::pair(a.leaf.key, a.leaf.instance);
  const auto right = std::pair(b.leaf.key, b.leaf.instance);
  return !spec_.orders.empty() && spec_.orders.back().descending ? right < left : left < right;
}

const ViewOrder* View::instance_order() const {
  for (const auto& order : spec_.orders)
    if ((static_cast<unsigned>(order.tag.type()) & mapi::kMultiValueInstanceFlag) == mapi::kMultiValueInstanceFlag)
      return &order;
  return nullptr;
}

bool View::has_maximum() const {
  return std::any_of(spec_.orders.begin(), spec_.orders.end(), [](const auto& order) { return order.maximum; });
}

View::Keyed View::keyed(RowKey key, const PropertySource& row, std::uint32_t instance) const {
  Keyed out;
  out.leaf = {key, instance, 0};
  const auto* by_instance = instance_order();
  for (const auto& order : spec_.orders) {
    auto part = source_->index_key(order.tag, row);
    if (!part) {
      auto value = find_as(row, order.tag, spec_.code_page);
      if (&order == by_instance && value) {
        auto all = members(*value);
        value = instance < all.size() ? Value(std::move(all[instance])) : Value();
      }
      part = sort_key(value, spec_.code_page);
    }
    if (order.maximum) {  // orders the groups, not the leaves
      out.aggregate = *part;
      continue;
    }
    if (order.descending)
      append_inverted(out.key, *part);
    else
      out.key += *part;
    if (out.cut.size() < spec_.categories) out.cut.push_back(out.key.size());
  }
  if (is_grouped()) {
    const auto flags = row.find(mapi::tag::kMessageFlags);
    const auto* bits = flags ? std::get_if<std::int32_t>(&*flags) : nullptr;
    out.leaf.unread = bits != nullptr && (*bits & kReadFlag) == 0 ? 1 : 0;
  }
  return out;
}

void View::collect(RowKey key, const PropertySource& row, std::vector<Keyed>& out) const {
  if (spec_.filter && !spec_.filter(row)) return;
  std::size_t instances = 1;
  if (const auto* order = instance_order()) {
    const auto value = find_as(row, order->tag, spec_.code_page);
    if (value) instances = std::max<std::size_t>(1, members(*value).size());
  }
  for (std::size_t i = 0; i < instances; ++i) out.push_back(keyed(key, row, static_cast<std::uint32_t>(i)));
}

Result<> View::build(replica::ReadTx& tx) {
  leaves_.clear();
  groups_.clear();
  shown_.clear();
  if (!spec_.filter && !is_grouped() && instance_order() == nullptr) {
    OXB_TRY(auto keys, source_->indexed(tx, spec_.orders));
    if (keys) {
      leaves_.reserve(keys->size());
      for (const auto key : *keys) leaves_.push_back({key, 0, 0});
      return {};
    }
  }
  std::vector<Keyed> rows;
  OXB_CHECK(source_->each(tx, [&](RowKey key, const PropertySource& row) { collect(key, row, rows); }));
  arrange(std::move(rows));
  return {};
}

void View::arrange(std::vector<Keyed> rows) {
  if (!spec_.orders.empty() || source_->is_ordered_by_key())
    std::sort(rows.begin(), rows.end(), [this](const Keyed& a, const Keyed& b) { return before(a, b); });
  if (is_grouped() && has_maximum()) order_groups(rows);
  leaves_.clear();
  leaves_.reserve(rows.size());
  for (const auto& row : rows) leaves_.push_back(row.leaf);
  if (!is_grouped()) return;
  make_groups(rows);
  count();
  show();
}

// The innermost groups change places by the greatest value of the column that says MaximumCategory, in the direction of
// their own category.
void View::order_groups(std::vector<Keyed>& rows) const {
  struct Run {
    std::string outer, greatest;
    std::size_t first{}, end{};
  };
  const auto last = static_cast<std::size_t>(spec_.categories) - 1;
  std::vector<Run> runs;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto path = [&](std::size_t row) { return std::string_view(rows[row].key).substr(0, rows[row].cut[last]); };
    if (i == 0 || path(i) != path(i - 1))
      runs.push_back({rows[i].key.substr(0, last == 0 ? 0 : rows[i].cut[last - 1]), {}, i, i});
    runs.back().end = i + 1;
    runs.back().greatest = std::max(runs.back().greatest, rows[i].aggregate);
  }
  const bool descending = spec_.orders[last].descending;
  std::stable_sort(runs.begin(), runs.end(), [descending](const Run& a, const Run& b) {
    if (a.outer != b.outer) return a.outer < b.outer;
    return descending ? b.greatest < a.greatest : a.greatest < b.greatest;
  });
  std::vector<Keyed> out;
  out.reserve(rows.size());
  for (const auto& run : runs)
    std::move(rows.begin() + static_cast<std::ptrdiff_t>(run.first),
              rows.begin() + static_cast<std::ptrdiff_t>(run.end), std::back_inserter(out));
  rows = std::move(out);
}

void View::make_groups(const std::vector<Keyed>& rows) {
  groups_.clear();
  std::vector<std::size_t> open(spec_.categories, 0);  // index of the current group of each depth
  for (std::size_t i = 0; i < rows.size(); ++i) {
    bool fresh = i == 0;
    for (std::uint16_t depth = 0; depth < spec_.categories && depth < rows[i].cut.size(); ++depth) {
      const auto path = std::string_view(rows[i].key).substr(0, rows[i].cut[depth]);
      if (!fresh && groups_[open[depth]].path != path) fresh = true;
      if (fresh) {
        Group group;
        group.path = std::string(path);
        group.header.id = category_id(path);
        group.header.depth = depth;
        group.first = i;
        open[depth] = groups_.size();
        groups_.push_back(std::move(group));
      }
      groups_[open[depth]].end = i + 1;
    }
  }
}

bool View::is_expanded(std::uint64_t id, std::uint16_t depth) const {
  return (depth < spec_.expanded) != toggled_.contains(id);
}

void View::count() {
  for (auto& group : groups_) {
    auto& header = group.header;
    header.content = static_cast<std::uint32_t>(group.end - group.first);
    header.unread = 0;
    for (auto i = group.first; i < group.end; ++i) header.unread += leaves_[i].unread;
    header.first_leaf = leaves_[group.first].key;
    header.first_instance = leaves_[group.first].instance;
    header.expanded = is_expanded(header.id, header.depth);
  }
}

void View::show() {
  shown_.clear();
  std::size_t hidden_until = 0;  // leaves (and groups) before this one are inside a collapsed group
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const auto& group = groups_[g];
    if (group.first < hidden_until) continue;
    shown_.push_back(static_cast<std::uint32_t>(g) | kGroupBit);
    if (!group.header.expanded) {
      hidden_until = group.end;
    } else if (group.header.depth + 1 == spec_.categories) {
      for (auto i = group.first; i < group.end; ++i) shown_.push_back(static_cast<std::uint32_t>(i));
    }
  }
}

RowName View::name(std::size_t position) const {
  if (!is_grouped()) return {leaves_[position].key, leaves_[position].instance, false};
  const auto entry = shown_[position];
  if ((entry & kGroupBit) != 0) return {groups_[entry & ~kGroupBit].header.id, 0, true};
  return {leaves_[entry].key, leaves_[entry].instance, false};
}

const Header* View::header(std::size_t position) const {
  if (!is_grouped() || (shown_[position] & kGroupBit) == 0) return nullptr;
  return &groups_[shown_[position] & ~kGroupBit].header;
}

std::uint16_t View::depth(std::size_t position) const {
  const auto* row = header(position);
  return row != nullptr ? row->depth : spec_.categories;
}

std::optional<std::size_t> View::position_of(const RowName& wanted) const {
  for (std::size_t i = 0; i < size(); ++i)
    if (name(i) == wanted) return i;
  return std::nullopt;
}

Result<std::vector<View::Keyed>> View::load(replica::ReadTx& tx, RowKey key) const {
  std::vector<Keyed> out;
  OXB_CHECK(source_->some(tx, std::span(&key, 1), [&](RowKey k, const PropertySource& row) { collect(k, row, out); }));
  return out;
}

Result<std::optional<View::Keyed>> View::load_leaf(replica::ReadTx& tx, const Leaf& leaf) const {
  std::optional<Keyed> out;
  const RowKey key = leaf.key;
  OXB_CHECK(source_->some(tx, std::span(&key, 1),
                          [&](RowKey k, const PropertySource& row) { out = keyed(k, row, leaf.instance); }));
  return out;
}

// Where a row belongs among the leaves, by a binary search that loads the rows it meets. Rows that are gone meanwhile,
// but whose event has not come yet, are stepped over.
Result<std::size_t> View::place(replica::ReadTx& tx, const Keyed& row) const {
  std::size_t low = 0;
  std::size_t high = leaves_.size();
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    auto probe = middle;
    std::optional<Keyed> met;
    for (; probe < high && !met; ++probe) {
      OXB_TRY(met, load_leaf(tx, leaves_[probe]));
      if (met) break;
    }
    if (!met) {
      high = middle;
    } else if (before(*met, row)) {
      low = probe + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void View::erase(std::size_t at) {
  leaves_.erase(leaves_.begin() + static_cast<std::ptrdiff_t>(at));
  for (auto& group : groups_) {
    if (group.first > at) --group.first;
    if (group.end > at) --group.end;
  }
  std::erase_if(groups_, [](const Group& group) { return group.first == group.end; });
}

void View::insert(std::size_t at, const Keyed& row) {
  leaves_.insert(leaves_.begin() + static_cast<std::ptrdiff_t>(at), row.leaf);
  if (!is_grouped()) return;
  std::vector<bool> found(row.cut.size(), false);
  for (auto& group : groups_) {
    const auto depth = group.header.depth;
    if (depth < row.cut.size() && group.path == std::string_view(row.key).substr(0, row.cut[depth])) {
      ++group.end;
      found[depth] = true;
    } else if (group.first >= at) {
      ++group.first;
      ++group.end;
    }
  }
  for (std::size_t depth = 0; depth < found.size(); ++depth) {
    if (found[depth]) continue;
    Group group;
    group.path = row.key.substr(0, row.cut[depth]);
    group.header.id = category_id(group.path);
    group.header.depth = static_cast<std::uint16_t>(depth);
    group.first = at;
    group.end = at + 1;
    groups_.push_back(std::move(group));
  }
  std::sort(groups_.begin(), groups_.end(), [](const Group& a, const Group& b) {
    return std::pair(a.first, a.header.depth) < std::pair(b.first, b.header.depth);
  });
}

// The shown rows that belong to a key: its leaves and the headers above them.
std::vector<RowName> View::affected(RowKey key) const {
  std::vector<RowName> out;
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    if (leaves_[i].key != key) continue;
    out.push_back({key, leaves_[i].instance, false});
    for (const auto& group : groups_)
      if (group.first <= i && i < group.end) out.push_back({group.header.id, 0, true});
  }
  return out;
}

std::vector<RowName> View::names_without(const std::vector<RowName>& left_out) const {
  std::vector<RowName> out;
  for (std::size_t i = 0; i < size(); ++i) {
    auto row = name(i);
    if (std::find(left_out.begin(), left_out.end(), row) == left_out.end()) out.push_back(row);
  }
  return out;
}

namespace {

using Positions = std::map<RowName, std::size_t>;

Positions positions_of(const View& view, const std::vector<RowName>& names) {
  Positions out;
  if (names.empty()) return out;
  for (std::size_t i = 0; i < view.size(); ++i) {
    const auto row = view.name(i);
    if (std::find(names.begin(), names.end(), row) != names.end()) out.emplace(row, i);
  }
  return out;
}

View::Update difference(const View& view, const Positions& old, const Positions& fresh) {
  using Change = View::Change;
  View::Update out;
  for (const auto& [row, position] : old)
    if (!fresh.contains(row)) out.changes.push_back({Change::Kind::deleted, row, std::nullopt, position, position});
  std::sort(out.changes.begin(), out.changes.end(),
            [](const Change& a, const Change& b) { return a.position > b.position; });
  const auto deletions = static_cast<std::ptrdiff_t>(out.changes.size());
  for (const auto& [row, position] : fresh) {
    Change change{Change::Kind::added, row, std::nullopt, position, position};
    if (position > 0) change.after = view.name(position - 1);
    if (const auto at = old.find(row); at != old.end()) {
      change.kind = Change::Kind::modified;
      change.old_position = at->second;
    }
    out.changes.push_back(change);
  }
  std::sort(out.changes.begin() + deletions, out.changes.end(),
            [](const Change& a, const Change& b) { return a.position < b.position; });
  return out;
}

void add_all(std::vector<RowName>& to, const std::vector<RowName>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

Result<View::Update> View::rebuild_and_compare(replica::ReadTx& tx, RowKey key) {
  auto names = affected(key);
  const View old = *this;
  OXB_CHECK(build(tx));
  add_all(names, affected(key));
  auto update = difference(*this, positions_of(old, names), positions_of(*this, names));
  update.everything = old.names_without(names) != names_without(names);
  return update;
}

Result<View::Update> View::update(replica::ReadTx& tx, RowKey key) {
  if (has_maximum() || (spec_.orders.empty() && !source_->is_ordered_by_key())) return rebuild_and_compare(tx, key);
  auto names = affected(key);
  auto old = positions_of(*this, names);
  const auto headers = header_positions();
  for (std::size_t i = leaves_.size(); i-- > 0;)
    if (leaves_[i].key == key) erase(i);
  OXB_TRY(auto rows, load(tx, key));
  for (const auto& row : rows) {
    OXB_TRY(const auto at, place(tx, row));
    insert(at, row);
  }
  if (is_grouped()) {
    count();
    show();
  }
  const auto now = affected(key);
  for (const auto& name : now) {  // a row may come below a header that stood there before
    const auto at = std::find_if(headers.begin(), headers.end(), [&](const auto& h) { return h.first == name.key; });
    if (name.is_header && at != headers.end()) old.emplace(name, at->second);
  }
  add_all(names, now);
  return difference(*this, old, positions_of(*this, names));
}

std::vector<std::pair<std::uint64_t, std::size_t>> View::header_positions() const {
  std::vector<std::pair<std::uint64_t, std::size_t>> out;
  for (std::size_t i = 0; i < shown_.size(); ++i)
    if ((shown_[i] & kGroupBit) != 0) out.emplace_back(groups_[shown_[i] & ~kGroupBit].header.id, i);
  return out;
}

void View::set_expanded(std::uint64_t category, bool expanded) {
  for (auto& group : groups_) {
    if (group.header.id != category) continue;
    group.header.expanded = expanded;
    if (expanded == (group.header.depth < spec_.expanded))
      toggled_.erase(category);
    else
      toggled_.insert(category);
  }
  show();
}

Result<std::uint32_t> View::expand(std::uint64_t category) {
  const auto at = position_of({category, 0, true});
  if (!at) return fail(Errc::not_found, "category");
  if (header(*at)->expanded) return fail(Errc::invalid, "category is expanded");
  const auto had = size();
  set_expanded(category, true);
  return static_cast<std::uint32_t>(size() - had);
}

Result<std::uint32_t> View::collapse(std::uint64_t category) {
  const auto at = position_of({category, 0, true});
  if (!at) return fail(Errc::not_found, "category");
  if (!header(*at)->expanded) return fail(Errc::invalid, "category is collapsed");
  const auto had = size();
  set_expanded(category, false);
  return static_cast<std::uint32_t>(had - size());
}

void View::set_toggled(std::set<std::uint64_t> ids) {
  toggled_ = std::move(ids);
  for (auto& group : groups_) group.header.expanded = is_expanded(group.header.id, group.header.depth);
  show();
}

}  // namespace oxb::session
