// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/oxjson/rows.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace oxb::oxjson {
namespace {

Columns without(std::span<const Column> columns, std::initializer_list<int> unwanted) {
  Columns out;
  for (const auto& column : columns) {
    if (std::find(unwanted.begin(), unwanted.end(), column.number) == unwanted.end()) out.push_back(column);
  }
  return out;
}

Result<const boost::json::array*> array_of_row(const boost::json::value& row) {
  if (!row.is_array()) return fail(Errc::malformed, "row is not an array");
  return &row.get_array();
}

tl::unexpected<Error> wrong_length(const Columns& columns, const boost::json::array& array) {
  return fail(Errc::malformed, fmt::format("row has {} elements for {} columns", array.size(), columns.size()));
}

boost::json::object object_of(const Columns& columns, const boost::json::array& array) {
  boost::json::object out;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!array[i].is_null()) out[columns[i].name] = array[i];
  }
  return out;
}

}  // namespace

const Columns& contact_request() {
  static const auto kColumns = without(contact_columns(), {570, 608, 609});
  return kColumns;
}

const Columns& contact_request_basic() {
  static const auto kColumns = without(contact_columns(), {570, 607, 608, 609, 616, 617, 618, 619, 620, 621});
  return kColumns;
}

const Columns& user_request() {
  static const auto kColumns = [] {
    // 616 is the phonetic first name of a contact, but the creator of a guest in module user.
    auto columns = without(contact_columns(), {570, 607, 608, 609, 616, 617, 618});
    for (const auto& column : user_columns()) columns.push_back(column);
    return columns;
  }();
  return kColumns;
}

const Columns& task_request() {
  static const auto kColumns = without(task_columns(), {217, 224, 225, 226, 227, 228, 229, 304, 306, 310, 311});
  return kColumns;
}

const Columns& folder_request() {
  static const auto kColumns = [] {
    Columns columns;
    for (const int number : {1,   2,   3,   4,   5,   6,   20,  300, 301, 302,  304,  305, 306,
                             308, 309, 311, 314, 316, 317, 318, 319, 321, 3030, 3201, 3203}) {
      if (const auto* column = find_column(folder_columns(), number)) columns.push_back(*column);
    }
    return columns;
  }();
  return kColumns;
}

const Columns& attachment_request() {
  static const auto kColumns = without(attachment_columns(), {});
  return kColumns;
}

std::string column_list(const Columns& columns) {
  std::string out;
  for (const auto& column : columns) out += fmt::format("{}{}", out.empty() ? "" : ",", column.number);
  return out;
}

Result<boost::json::object> object_of_row(const Columns& columns, const boost::json::value& row) {
  OXB_TRY(const auto* array, array_of_row(row));
  if (array->size() != columns.size()) return wrong_length(columns, *array);
  return object_of(columns, *array);
}

Result<boost::json::object> object_of_user_row(const Columns& columns, const boost::json::value& row) {
  OXB_TRY(const auto* array, array_of_row(row));
  if (array->size() < columns.size()) return wrong_length(columns, *array);
  return object_of(columns, *array);
}

}  // namespace oxb::oxjson
