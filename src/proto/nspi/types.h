// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Structures shared by the address book requests [MS-OXNSPI] 2.2, [MS-OXCMAPIHTTP] 2.2.1.
#include "proto/mapi/restriction.h"
#include "proto/mapi/row.h"
#include "proto/rop/error_codes.h"

namespace oxb::nspi {

using mapi::PropTag;
using MinimalId = std::uint32_t;

// [MS-OXNSPI] 2.2.1.8, .9
constexpr MinimalId kBeginningOfTable = 0;
constexpr MinimalId kUnresolved = 0;
constexpr MinimalId kCurrent = 1;
constexpr MinimalId kAmbiguous = 1;
constexpr MinimalId kEndOfTable = 2;
constexpr MinimalId kResolved = 2;
constexpr MinimalId kFirstRealId = 0x10;

constexpr std::uint32_t kCodePageUnicode = 0x4B0;  // invalid in STAT except where a call says otherwise
constexpr std::uint32_t kCodePageTeletex = 0x4F25;

// SortType
constexpr std::uint32_t kSortByDisplayName = 0;
constexpr std::uint32_t kSortByPhoneticName = 3;

// STAT [MS-OXNSPI] 2.2.8
struct Stat {
  static constexpr std::string_view kName = "STAT";
  std::uint32_t sort_type{};
  std::uint32_t container{};
  MinimalId current{};
  std::int32_t delta{};
  std::uint32_t position{};
  std::uint32_t total{};
  std::uint32_t code_page{};
  std::uint32_t template_locale{};
  std::uint32_t sort_locale{};
  static void describe(auto& v, auto& m) {
    v("SortType", m.sort_type);
    v("ContainerID", m.container);
    v("CurrentRec", m.current);
    v("Delta", m.delta);
    v("NumPos", m.position);
    v("TotalRecs", m.total);
    v("CodePage", m.code_page);
    v("TemplateLocale", m.template_locale);
    v("SortLocale", m.sort_locale);
  }
  bool operator==(const Stat&) const = default;
};

// LargePropertyTagArray [MS-OXCMAPIHTTP] 2.2.1.8, behind a byte that says whether it is there.
template <class T>
auto tags(T& maybe) {
  return wire::present_as(maybe, [](auto& list) { return wire::counted<std::uint32_t>(list); });
}
using Tags = std::optional<std::vector<PropTag>>;
using MinimalIds = std::optional<std::vector<MinimalId>>;

// AddressBookPropertyValueList [MS-OXCMAPIHTTP] 2.2.1.3
struct PropertyList {
  std::vector<mapi::Property> values;
  static void describe(auto& v, auto& m) {
    v("PropertyValues", wire::counted_as<std::uint32_t>(m.values, [](auto& x) {
        return mapi::PropertyIn<std::remove_reference_t<decltype(x)>>{x, mapi::ValueForm::nspi};
      }));
  }
  bool operator==(const PropertyList&) const = default;
};

// Columns and AddressBookPropertyRows.
struct RowSet {
  std::vector<PropTag> columns;
  std::vector<mapi::PropertyRow> rows;
  static void describe(auto& v, auto& m) {
    v("Columns", wire::counted<std::uint32_t>(m.columns));
    const auto& columns = m.columns;
    v("RowData", wire::counted_as<std::uint32_t>(
                     m.rows, [&columns](auto& row) { return mapi::row_of(columns, row, mapi::ValueForm::nspi); }));
  }
  bool operator==(const RowSet&) const = default;
};

// PropertyName_r without its string form: GUID and LID.
struct NamedId {
  Guid set;
  std::uint32_t id{};
  static void describe(auto& v, auto& m) {
    v("PropertyNameGuid", m.set);
    v("PropertyNameId", m.id);
  }
  bool operator==(const NamedId&) const = default;
};

}  // namespace oxb::nspi
