// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Sort orders [MS-OXCDATA] 2.13.
#include "proto/mapi/wire_types.h"

namespace oxb::mapi {

enum class SortDirection : std::uint8_t { ascending = 0, descending = 1, maximum_category = 4 };

struct SortOrder {
  PropType type = PropType::unspecified;
  PropId id{};
  SortDirection direction = SortDirection::ascending;
  PropTag tag() const { return {id, type}; }
  static void describe(auto& v, auto& m) {
    v("PropertyType", m.type);
    v("PropertyId", m.id);
    v("Order", m.direction);
  }
  bool operator==(const SortOrder&) const = default;
};

// SortOrderSet: the first category_count orders group the table.
struct SortOrderSet {
  static constexpr std::string_view kName = "SortOrderSet";
  std::uint16_t category_count{};
  std::uint16_t expanded_count{};
  std::vector<SortOrder> orders;
  static void describe(auto& v, auto& m) {
    std::size_t count = m.orders.size();
    v("SortOrderCount", wire::length<std::uint16_t>(count));
    v("CategorizedCount", m.category_count);
    v("ExpandedCount", m.expanded_count);
    v("SortOrders", wire::times(m.orders, count));
  }
  bool operator==(const SortOrderSet&) const = default;
};

}  // namespace oxb::mapi
