// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Table ROPs [MS-OXCROPS] 2.2.5, [MS-OXCTABL] 2.2.2. Rows need the wire parameter mapi::Columns.
#include "proto/mapi/row.h"
#include "proto/mapi/sort.h"
#include "proto/rop/body.h"
#include "proto/rop/restriction_block.h"

namespace oxb::rop {

// BOOKMARK [MS-OXCTABL] 2.2.2.1.1
enum class Bookmark : std::uint8_t { beginning = 0, current = 1, end = 2, custom = 3 };
// TableStatus [MS-OXCTABL] 2.2.2.1.3
enum class TableStatus : std::uint8_t {
  complete = 0,
  sorting = 9,
  sort_error = 10,
  setting_columns = 11,
  restricting = 14
};

struct TableState {
  TableStatus status = TableStatus::complete;
  static void describe(auto& v, auto& m) { v("TableStatus", m.status); }
  bool operator==(const TableState&) const = default;
};

struct SetColumns {
  static constexpr std::uint8_t kId = 0x12;
  static constexpr std::string_view kName = "RopSetColumns";
  struct Request {
    HandleIndex input{};
    std::uint8_t flags{};
    std::vector<PropTag> columns;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("SetColumnsFlags", m.flags);
      v("PropertyTags", wire::counted<std::uint16_t>(m.columns));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = TableState;
};

struct SortTable {
  static constexpr std::uint8_t kId = 0x13;
  static constexpr std::string_view kName = "RopSortTable";
  struct Request {
    HandleIndex input{};
    std::uint8_t flags{};
    mapi::SortOrderSet order;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("SortTableFlags", m.flags);
      v("Sort", m.order);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = TableState;
};

struct Restrict {
  static constexpr std::uint8_t kId = 0x14;
  static constexpr std::string_view kName = "RopRestrict";
  struct Request {
    HandleIndex input{};
    std::uint8_t flags{};
    std::optional<mapi::Restriction> restriction;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("RestrictFlags", m.flags);
      v("RestrictionData", restriction_block(m.restriction));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = TableState;
};

// Rows of one column set; the count is LE16.
struct QueryRows {
  static constexpr std::uint8_t kId = 0x15;
  static constexpr std::string_view kName = "RopQueryRows";
  static constexpr std::uint8_t kNoAdvance = 0x01;
  static constexpr std::uint8_t kEnablePackedBuffers = 0x02;
  struct Request {
    HandleIndex input{};
    std::uint8_t flags{};
    bool forward = true;
    std::uint16_t count{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("QueryRowsFlags", m.flags);
      v("ForwardRead", wire::bool8(m.forward));
      v("RowCount", m.count);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    Bookmark origin = Bookmark::beginning;
    std::vector<mapi::PropertyRow> rows;
    static void describe(auto& v, auto& m) {
      v("Origin", m.origin);
      v("RowData", wire::counted<std::uint16_t>(m.rows));
    }
    bool operator==(const Response&) const = default;
  };
};

struct Abort {
  static constexpr std::uint8_t kId = 0x38;
  static constexpr std::string_view kName = "RopAbort";
  using Request = InputOnly;
  using Response = TableState;
};

struct GetStatus {
  static constexpr std::uint8_t kId = 0x16;
  static constexpr std::string_view kName = "RopGetStatus";
  using Request = InputOnly;
  using Response = TableState;
};

struct QueryPosition {
  static constexpr std::uint8_t kId = 0x17;
  static constexpr std::string_view kName = "RopQueryPosition";
  using Request = InputOnly;
  struct Response {
    std::uint32_t numerator{};
    std::uint32_t denominator{};
    static void describe(auto& v, auto& m) {
      v("Numerator", m.numerator);
      v("Denominator", m.denominator);
    }
    bool operator==(const Response&) const = default;
  };
};

struct SeekRow {
  static constexpr std::uint8_t kId = 0x18;
  static constexpr std::string_view kName = "RopSeekRow";
  struct Request {
    HandleIndex input{};
    Bookmark origin = Bookmark::beginning;
    std::int32_t count{};
    bool want_moved_count{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("Origin", m.origin);
      v("RowCount", m.count);
      v("WantRowMovedCount", wire::bool8(m.want_moved_count));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    bool sought_less{};
    std::int32_t rows_sought{};
    static void describe(auto& v, auto& m) {
      v("HasSoughtLess", wire::bool8(m.sought_less));
      v("RowsSought", m.rows_sought);
    }
    bool operator==(const Response&) const = default;
  };
};

struct SeekRowBookmark {
  static constexpr std::uint8_t kId = 0x19;
  static constexpr std::string_view kName = "RopSeekRowBookmark";
  struct Request {
    HandleIndex input{};
    Bytes bookmark;
    std::int32_t count{};
    bool want_moved_count{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("Bookmark", wire::blob<std::uint16_t>(m.bookmark));
      v("RowCount", m.count);
      v("WantRowMovedCount", wire::bool8(m.want_moved_count));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    bool row_no_longer_visible{};
    bool sought_less{};
    std::int32_t rows_sought{};
    static void describe(auto& v, auto& m) {
      v("RowNoLongerVisible", wire::bool8(m.row_no_longer_visible));
      v("HasSoughtLess", wire::bool8(m.sought_less));
      v("RowsSought", m.rows_sought);
    }
    bool operator==(const Response&) const = default;
  };
};

struct SeekRowFractional {
  static constexpr std::uint8_t kId = 0x1A;
  static constexpr std::string_view kName = "RopSeekRowFractional";
  struct Request {
    HandleIndex input{};
    std::uint32_t numerator{};
    std::uint32_t denominator = 1;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("Numerator", m.numerator);
      v("Denominator", m.denominator);
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct BookmarkBytes {
  Bytes bookmark;
  static void describe(auto& v, auto& m) { v("Bookmark", wire::blob<std::uint16_t>(m.bookmark)); }
  bool operator==(const BookmarkBytes&) const = default;
};

struct CreateBookmark {
  static constexpr std::uint8_t kId = 0x1B;
  static constexpr std::string_view kName = "RopCreateBookmark";
  using Request = InputOnly;
  using Response = BookmarkBytes;
};

struct QueryColumnsAll {
  static constexpr std::uint8_t kId = 0x37;
  static constexpr std::string_view kName = "RopQueryColumnsAll";
  using Request = InputOnly;
  struct Response {
    std::vector<PropTag> columns;
    static void describe(auto& v, auto& m) { v("PropertyTags", wire::counted<std::uint16_t>(m.columns)); }
    bool operator==(const Response&) const = default;
  };
};

struct FindRow {
  static constexpr std::uint8_t kId = 0x4F;
  static constexpr std::string_view kName = "RopFindRow";
  static constexpr std::uint8_t kBackwards = 0x01;
  struct Request {
    HandleIndex input{};
    std::uint8_t flags{};
    std::optional<mapi::Restriction> restriction;
    Bookmark origin = Bookmark::beginning;
    Bytes bookmark;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("FindRowFlags", m.flags);
      v("RestrictionData", restriction_block(m.restriction));
      v("Origin", m.origin);
      v("Bookmark", wire::blob<std::uint16_t>(m.bookmark));
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    bool row_no_longer_visible{};
    bool has_row{};
    mapi::PropertyRow row;
    static void describe(auto& v, auto& m) {
      v("RowNoLongerVisible", wire::bool8(m.row_no_longer_visible));
      v("HasRowData", wire::bool8(m.has_row));
      if (m.has_row) v("RowData", m.row);
    }
    bool operator==(const Response&) const = default;
  };
};

struct FreeBookmark {
  static constexpr std::uint8_t kId = 0x89;
  static constexpr std::string_view kName = "RopFreeBookmark";
  struct Request {
    HandleIndex input{};
    Bytes bookmark;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("Bookmark", wire::blob<std::uint16_t>(m.bookmark));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = NoFields;
};

struct ResetTable {
  static constexpr std::uint8_t kId = 0x81;
  static constexpr std::string_view kName = "RopResetTable";
  using Request = InputOnly;
  using Response = NoFields;
};

struct ExpandRow {
  static constexpr std::uint8_t kId = 0x59;
  static constexpr std::string_view kName = "RopExpandRow";
  struct Request {
    HandleIndex input{};
    std::uint16_t max_rows{};
    Eid category;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("MaxRowCount", m.max_rows);
      v("CategoryId", m.category);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::uint32_t expanded{};
    std::vector<mapi::PropertyRow> rows;
    static void describe(auto& v, auto& m) {
      v("ExpandedRowCount", m.expanded);
      v("RowData", wire::counted<std::uint16_t>(m.rows));
    }
    bool operator==(const Response&) const = default;
  };
};

struct CollapseRow {
  static constexpr std::uint8_t kId = 0x5A;
  static constexpr std::string_view kName = "RopCollapseRow";
  struct Request {
    HandleIndex input{};
    Eid category;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("CategoryId", m.category);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    std::uint32_t collapsed{};
    static void describe(auto& v, auto& m) { v("CollapsedRowCount", m.collapsed); }
    bool operator==(const Response&) const = default;
  };
};

struct GetCollapseState {
  static constexpr std::uint8_t kId = 0x6B;
  static constexpr std::string_view kName = "RopGetCollapseState";
  struct Request {
    HandleIndex input{};
    Eid row;
    std::uint32_t instance{};
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("RowId", m.row);
      v("RowInstanceNumber", m.instance);
    }
    bool operator==(const Request&) const = default;
  };
  struct Response {
    Bytes state;
    static void describe(auto& v, auto& m) { v("CollapseState", wire::blob<std::uint16_t>(m.state)); }
    bool operator==(const Response&) const = default;
  };
};

struct SetCollapseState {
  static constexpr std::uint8_t kId = 0x6C;
  static constexpr std::string_view kName = "RopSetCollapseState";
  struct Request {
    HandleIndex input{};
    Bytes state;
    static void describe(auto& v, auto& m) {
      v("InputHandleIndex", m.input);
      v("CollapseState", wire::blob<std::uint16_t>(m.state));
    }
    bool operator==(const Request&) const = default;
  };
  using Response = BookmarkBytes;
};

using TableRops = TypeList<SetColumns, SortTable, Restrict, QueryRows, Abort, GetStatus, QueryPosition, SeekRow,
                           SeekRowBookmark, SeekRowFractional, CreateBookmark, QueryColumnsAll, FindRow, FreeBookmark,
                           ResetTable, ExpandRow, CollapseRow, GetCollapseState, SetCollapseState>;

}  // namespace oxb::rop
