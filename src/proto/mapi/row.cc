// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/row.h"

#include "base/text.h"
#include "proto/mapi/tags.h"
#include "wire/generator.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::mapi {
namespace {

constexpr std::uint8_t kStandard = 0x00;
constexpr std::uint8_t kFlagged = 0x01;
// FlaggedPropertyValue [MS-OXCDATA] 2.11.5
constexpr std::uint8_t kHasValue = 0x00;
constexpr std::uint8_t kNoValue = 0x01;
constexpr std::uint8_t kHasError = 0x0A;

bool has_problem(const PropertyValue& value) {
  return std::holds_alternative<std::monostate>(value) || std::holds_alternative<ErrorValue>(value);
}

// The type in front of a value whose column is PtypUnspecified.
PropType written_type(const PropertyValue& value) {
  return std::holds_alternative<std::monostate>(value) ? PropType::error_code : type_of(value);
}

// The value in the type that the column asks for, where it is the other kind of string [MS-OXCDATA] 2.11.1.2.
std::optional<PropertyValue> as_type(const PropertyValue& value, PropType wanted) {
  if (wanted == PropType::unspecified || type_of(value) == wanted) return value;
  if (wanted == PropType::string8 && std::holds_alternative<std::string>(value)) {
    const auto& text = std::get<std::string>(value);
    auto bytes = code_page_from_utf8(text, 1252);
    return String8{bytes ? std::move(*bytes) : text};
  }
  if (wanted == PropType::string && std::holds_alternative<String8>(value)) {
    auto text = utf8_from_code_page(std::get<String8>(value).bytes, 1252);
    if (text) return std::move(*text);
  }
  return std::nullopt;
}

}  // namespace

PropertyRow make_row(const std::vector<PropTag>& columns, const PropertyBag& bag, std::uint32_t missing) {
  PropertyRow row;
  row.values.reserve(columns.size());
  for (const auto column : columns) {
    const auto* found = bag.find(column.id());
    auto value = found ? as_type(found->value, column.type()) : std::nullopt;
    row.values.push_back(value ? std::move(*value) : PropertyValue{ErrorValue{missing}});
  }
  row.flagged = std::any_of(row.values.begin(), row.values.end(), has_problem);
  return row;
}

void read_row(wire::Reader& r, PropertyRow& x, const std::vector<PropTag>& columns, ValueForm form) {
  const auto flag = r.number<std::uint8_t>();
  if (flag > kFlagged) return r.set_error(Errc::malformed, "unknown kind of property row");
  x.flagged = flag == kFlagged;
  x.values.clear();
  for (std::size_t i = 0; i < columns.size() && !r.failed() && r.spend(); ++i) {
    auto& value = x.values.emplace_back();
    auto type = columns[i].type();
    if (type == PropType::unspecified) type = static_cast<PropType>(r.number<std::uint16_t>());
    const auto state = x.flagged ? r.number<std::uint8_t>() : kHasValue;
    if (state == kHasError)
      value = ErrorValue{r.number<std::uint32_t>()};
    else if (state == kHasValue)
      read_value(r, type, value, form);
    else if (state != kNoValue)
      r.set_error(Errc::malformed, "unknown flag of a property value");
  }
}

void write_row(wire::Writer& w, const PropertyRow& x, const std::vector<PropTag>& columns, ValueForm form) {
  if (x.values.size() != columns.size()) return w.set_error(Errc::internal, "row does not fit its columns");
  // In NSPI form a std::monostate can stand in an unflagged row: its HasValue byte says so.
  const bool flagged = x.flagged ||
                       (form != ValueForm::nspi && std::any_of(x.values.begin(), x.values.end(), has_problem)) ||
                       std::any_of(x.values.begin(), x.values.end(),
                                   [](const auto& v) { return std::holds_alternative<ErrorValue>(v); });
  w.number(flagged ? kFlagged : kStandard);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    auto type = columns[i].type();
    const auto& value = x.values[i];
    if (type == PropType::unspecified) {
      type = written_type(value);
      w.number(static_cast<std::uint16_t>(type));
    }
    if (!flagged) {
      write_value(w, type, value, form);
    } else if (const auto* error = std::get_if<ErrorValue>(&value)) {
      w.number(kHasError);
      w.number(error->code);
    } else if (std::holds_alternative<std::monostate>(value)) {
      w.number(kNoValue);
    } else {
      w.number(kHasValue);
      write_value(w, type, value, form);
    }
  }
}

Result<Bytes> encode_row(const PropertyRow& row, const std::vector<PropTag>& columns) {
  wire::Writer w;
  write_row(w, row, columns, ValueForm::rop);
  return std::move(w).finish();
}

void print_row(wire::Printer& p, const PropertyRow& x, const std::vector<PropTag>& columns) {
  p.value(x.flagged ? "flagged row" : "row");
  p.enter();
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const auto privacy = p.shows_private() ? wire::Privacy::show : wire::Privacy::hide;
    p.begin_line(i < columns.size() ? tag_text(columns[i]) : std::string("?"));
    p.value(value_text(x.values[i], privacy));
  }
  p.leave();
}

void make_random_row(wire::Generator& g, PropertyRow& x, const std::vector<PropTag>& columns, ValueForm form) {
  x.flagged = (g.next() & 1) != 0;
  x.values.clear();
  for (const auto column : columns) {
    auto& value = x.values.emplace_back();
    const auto dice = x.flagged ? g.pick(4) : 0;
    const auto type = column.type() == PropType::unspecified ? generate_type(g) : column.type();
    if (dice == 1 && column.type() != PropType::unspecified)
      value = std::monostate{};
    else if (dice == 2)
      value = ErrorValue{0x8004'010F};
    else
      make_value(g, type, value, form);
    if (x.flagged && form == ValueForm::nspi && std::holds_alternative<std::monostate>(value))
      value = ErrorValue{0x8004'010F};
    if (std::holds_alternative<ErrorValue>(value)) x.flagged = true;
    if (!x.flagged && column.type() == PropType::unspecified && std::holds_alternative<std::monostate>(value))
      value = std::int32_t{1};
  }
}

}  // namespace oxb::mapi

namespace oxb::wire {
namespace {

template <class V>
const std::vector<mapi::PropTag>& columns_of(V& v) {
  static const std::vector<mapi::PropTag> kNone;
  const auto* columns = v.template parameter<mapi::Columns>();
  return columns ? columns->tags : kNone;
}

}  // namespace

void Form<mapi::PropertyRow>::read(Reader& r, mapi::PropertyRow& x) {
  if (!r.parameter<mapi::Columns>()) return r.set_error(Errc::invalid, "row whose columns are not known");
  mapi::read_row(r, x, columns_of(r), mapi::ValueForm::rop);
}
void Form<mapi::PropertyRow>::write(Writer& w, const mapi::PropertyRow& x) {
  mapi::write_row(w, x, columns_of(w), mapi::ValueForm::rop);
}
void Form<mapi::PropertyRow>::print(Printer& p, const mapi::PropertyRow& x) { mapi::print_row(p, x, columns_of(p)); }
void Form<mapi::PropertyRow>::make(Generator& g, mapi::PropertyRow& x) {
  mapi::make_random_row(g, x, columns_of(g), mapi::ValueForm::rop);
}

}  // namespace oxb::wire
