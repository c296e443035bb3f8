// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A Table object [MS-OXCTABL] 3.2.1: columns, order, restriction, cursor and bookmarks over a view.
#include "proto/mapi/restriction.h"
#include "proto/mapi/row.h"
#include "session/objects.h"
#include "session/view.h"

#include <map>

namespace oxb::session {

class Table final : public Object {
 public:
  static constexpr std::size_t kMaxColumns = 1000;
  static constexpr std::size_t kMaxBookmarks = 1000;
  static constexpr std::size_t kMaxOrders = 32;
  static constexpr std::uint16_t kMaxCategories = 4;

  enum class Notify : std::uint8_t { yes, no };
  Table(std::shared_ptr<RowSource> source, Notify notify, std::uint32_t code_page)
      : source_(std::move(source)), notify_(notify), code_page_(code_page) {}

  RowSource& source() const { return *source_; }
  std::shared_ptr<RowSource> shared_source() const { return source_; }
  const std::vector<mapi::PropTag>& columns() const { return columns_; }

  Result<> set_columns(std::vector<mapi::PropTag> columns);
  Result<> set_order(std::vector<ViewOrder> orders, std::uint16_t categories, std::uint16_t expanded);
  Result<> set_restriction(mapi::Restriction restriction);
  void reset();
  bool has_columns() const { return !columns_.empty(); }

  // Builds the view where there is none yet; from then on row notifications are due.
  Result<> ensure_view(replica::ReadTx& tx);
  bool is_watched() const { return view_ != nullptr && notify_ == Notify::yes && has_columns(); }
  View& view() { return *view_; }
  const View& view() const { return *view_; }
  std::size_t size() const { return view_->size(); }

  std::size_t cursor() const { return cursor_; }
  void set_cursor(std::size_t position) { cursor_ = std::min(position, size()); }

  // The rows at those positions, in that order; a row that is gone has errors only.
  Result<std::vector<mapi::PropertyRow>> rows(replica::ReadTx& tx, const std::vector<std::size_t>& positions) const;
  // Types of the columns as they stand in rows (instances of multi-values are single values).
  std::vector<mapi::PropTag> row_columns() const;
  // Every column that the table can have.
  Result<std::vector<mapi::PropTag>> all_columns(replica::ReadTx& tx) const;

  Result<Bytes> create_bookmark(std::size_t position);
  struct Place {
    std::size_t position{};
    bool is_gone = false;  // the row that was marked: the next one is meant
  };
  Result<Place> place_of(ByteView bookmark) const;
  Result<> free_bookmark(ByteView bookmark);
  // Origins of SeekRow and FindRow [MS-OXCTABL] 2.2.2.9.1
  Result<Place> place_of(std::uint8_t origin, ByteView bookmark) const;

  // The first row from a position on, forward or backward, that meets the restriction.
  Result<std::optional<std::size_t>> find(replica::ReadTx& tx, std::size_t from, bool backward,
                                          const mapi::Restriction& restriction) const;

  // Applies one changed row and moves cursor and bookmarks along.
  Result<View::Update> update(replica::ReadTx& tx, RowKey key);
  // Drops the view; the next query builds it again.
  void invalidate();
  void follow(std::size_t position, std::ptrdiff_t rows);  // rows appeared (or went) behind a position

  Result<Bytes> collapse_state(const RowName& row) const;
  Result<std::size_t> restore_collapse_state(ByteView state);

  bool is_lost = false;  // notifications were dropped: TableChanged is due

 private:
  struct Bookmark {
    RowName row;
    std::size_t position{};
    bool at_end = false;
  };
  std::optional<std::size_t> lookup(const mapi::Restriction& restriction, std::size_t from, bool backward) const;
  void moved(const View::Change& change);

  std::shared_ptr<RowSource> source_;
  Notify notify_;
  std::uint32_t code_page_;
  std::vector<mapi::PropTag> columns_;
  ViewSpec spec_;
  std::optional<mapi::Restriction> restriction_;
  std::unique_ptr<View> view_;
  std::size_t cursor_ = 0;
  std::map<std::uint32_t, Bookmark> bookmarks_;
  std::uint32_t next_bookmark_ = 1;
  std::set<std::uint64_t> kept_toggles_;
};

}  // namespace oxb::session
