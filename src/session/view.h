// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The rows that a table shows and their order [MS-OXCTABL] 3.2.1: restricted, sorted, grouped, one row per value of a
// multi-value. Kept current row by row; that is also where exact row notifications come from.
#include "session/row_source.h"

#include <memory>
#include <set>

namespace oxb::session {

// Decides which rows belong to the view.
using RowFilter = std::function<bool(const PropertySource&)>;

struct ViewSpec {
  RowFilter filter;               // empty: every row
  std::vector<ViewOrder> orders;  // category columns first
  std::uint16_t categories = 0;
  std::uint16_t expanded = 0;
  std::uint32_t code_page = 1252;
};

// A row of the view as the client names it.
struct RowName {
  RowKey key{};
  std::uint32_t instance{};  // of a multi-value; 0 where the view has none
  bool is_header = false;    // key is a category id then
  auto operator<=>(const RowName&) const = default;
};

struct Header {
  std::uint64_t id{};  // stable for equal category values
  std::uint16_t depth{};
  bool expanded = false;
  std::uint32_t content{};  // messages below, once each
  std::uint32_t unread{};
  RowKey first_leaf{};  // has the category's values
  std::uint32_t first_instance{};
};

class View {
 public:
  // One leaf: 16 bytes, so that a folder of 100,000 messages costs 1.6 MB while its table is open.
  struct Leaf {
    RowKey key{};
    std::uint32_t instance{};
    std::uint32_t unread{};
  };

  View(std::shared_ptr<RowSource> source, ViewSpec spec) : source_(std::move(source)), spec_(std::move(spec)) {}

  Result<> build(replica::ReadTx& tx);

  std::size_t size() const { return is_grouped() ? shown_.size() : leaves_.size(); }
  RowName name(std::size_t position) const;
  // Null for leaves.
  const Header* header(std::size_t position) const;
  const ViewSpec& spec() const { return spec_; }
  RowSource& source() const { return *source_; }
  bool is_grouped() const { return spec_.categories > 0; }
  std::uint16_t depth(std::size_t position) const;
  std::optional<std::size_t> position_of(const RowName& name) const;

  // What one changed, new or gone row does to the view. everything: more moved than single rows can say.
  struct Change {
    enum class Kind : std::uint8_t { added, modified, deleted } kind = Kind::added;
    RowName row;
    std::optional<RowName> after;  // added, modified: the row before it; none: first
    std::size_t position{};        // added, modified: where it is now; deleted: where it was
    std::size_t old_position{};    // modified: where it was
  };
  struct Update {
    std::vector<Change> changes;  // deletions from the end, then the others in ascending position
    bool everything = false;
  };
  Result<Update> update(replica::ReadTx& tx, RowKey key);

  // Groups [MS-OXCTABL] 2.2.2.17, 2.2.2.18: the number of rows that appeared or went, directly behind the header.
  // not_found: no such category; invalid: it is in that state already.
  Result<std::uint32_t> expand(std::uint64_t category);
  Result<std::uint32_t> collapse(std::uint64_t category);
  // Category ids whose state is not what the sort order asked for.
  const std::set<std::uint64_t>& toggled() const { return toggled_; }
  void set_toggled(std::set<std::uint64_t> ids);

 private:
  struct Keyed {
    std::string key;               // the sort keys of all columns
    std::vector<std::size_t> cut;  // where the key of each category ends
    std::string aggregate;         // of the column that says MaximumCategory
    Leaf leaf;
  };
  struct Group {
    Header header;
    std::size_t first{}, end{};  // leaves
    std::string path;            // the sort keys of the categories down to this one
  };
  bool before(const Keyed& a, const Keyed& b) const;
  Keyed keyed(RowKey key, const PropertySource& row, std::uint32_t instance) const;
  void collect(RowKey key, const PropertySource& row, std::vector<Keyed>& out) const;
  Result<std::vector<Keyed>> load(replica::ReadTx& tx, RowKey key) const;
  Result<std::optional<Keyed>> load_leaf(replica::ReadTx& tx, const Leaf& leaf) const;
  Result<std::size_t> place(replica::ReadTx& tx, const Keyed& row) const;
  void arrange(std::vector<Keyed> rows);
  void order_groups(std::vector<Keyed>& rows) const;
  void make_groups(const std::vector<Keyed>& rows);
  void insert(std::size_t at, const Keyed& row);
  void erase(std::size_t at);
  void count();
  void show();
  void set_expanded(std::uint64_t category, bool expanded);
  bool is_expanded(std::uint64_t id, std::uint16_t depth) const;
  bool has_maximum() const;
  const ViewOrder* instance_order() const;
  std::vector<RowName> affected(RowKey key) const;
  std::vector<std::pair<std::uint64_t, std::size_t>> header_positions() const;
  std::vector<RowName> names_without(const std::vector<RowName>& left_out) const;
  Result<Update> rebuild_and_compare(replica::ReadTx& tx, RowKey key);

  std::shared_ptr<RowSource> source_;
  ViewSpec spec_;
  std::vector<Leaf> leaves_;
  std::vector<Group> groups_;         // by first leaf, parents before children
  std::vector<std::uint32_t> shown_;  // grouped: index of a leaf, or of a group with the highest bit set
  std::set<std::uint64_t> toggled_;
};

}  // namespace oxb::session
