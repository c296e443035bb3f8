// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// PropertyRow [MS-OXCDATA] 2.8.1: values in the order of columns that are known from elsewhere (wire parameter
// Columns).
#include "proto/mapi/value.h"

namespace oxb::mapi {

struct PropertyRow {
  static constexpr std::string_view kName = "PropertyRow";
  // std::monostate: the column has no value (flag 1); ErrorValue: an error stands in its place (flag 0xA).
  std::vector<PropertyValue> values;
  // Kept from reading; a row with missing values or errors is always written flagged.
  bool flagged = false;
  bool operator==(const PropertyRow&) const = default;
};

// The row of `columns` made of what `bag` holds; what is missing becomes ErrorValue{missing}, whatever its column asked
// (clients treat any other form of "missing" in tables as fatal).
PropertyRow make_row(const std::vector<PropTag>& columns, const PropertyBag& bag, std::uint32_t missing);

void read_row(wire::Reader& r, PropertyRow& x, const std::vector<PropTag>& columns, ValueForm form);
void write_row(wire::Writer& w, const PropertyRow& x, const std::vector<PropTag>& columns, ValueForm form);
// A row by itself, as notifications carry it.
Result<Bytes> encode_row(const PropertyRow& row, const std::vector<PropTag>& columns);
void print_row(wire::Printer& p, const PropertyRow& x, const std::vector<PropTag>& columns);
void make_random_row(wire::Generator& g, PropertyRow& x, const std::vector<PropTag>& columns, ValueForm form);

// A row with explicit columns.
template <class R>
struct RowOf {
  static constexpr bool kIsAdapter = true;
  const std::vector<PropTag>& columns;
  R& row;
  ValueForm form = ValueForm::rop;
  template <class Visitor>
  void visit(Visitor& v) const {
    if constexpr (wire::is_reader<Visitor>)
      read_row(v, row, columns, form);
    else if constexpr (wire::is_writer<Visitor>)
      write_row(v, row, columns, form);
    else if constexpr (wire::is_printer<Visitor>)
      print_row(v, row, columns);
    else
      make_random_row(v, row, columns, form);
  }
};
template <class R>
RowOf<R> row_of(const std::vector<PropTag>& columns, R& row, ValueForm form = ValueForm::rop) {
  return {columns, row, form};
}

}  // namespace oxb::mapi

// With the columns of the wire parameter mapi::Columns. Without that parameter a row cannot be read.
template <>
struct oxb::wire::Form<oxb::mapi::PropertyRow> {
  static void read(Reader& r, mapi::PropertyRow& x);
  static void write(Writer& w, const mapi::PropertyRow& x);
  static void print(Printer& p, const mapi::PropertyRow& x);
  static void make(Generator& g, mapi::PropertyRow& x);
};
