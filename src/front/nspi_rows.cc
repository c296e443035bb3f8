// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/nspi_rows.h"

#include "base/text.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/tags.h"

namespace oxb::front {

namespace {

using mapi::PropType;
namespace tag = mapi::tag;

mapi::String8 narrow(const std::string& text, std::uint32_t code_page) {
  auto bytes = code_page_from_utf8(text, code_page);
  if (!bytes) bytes = code_page_from_utf8(text, 1252);
  return {bytes ? std::move(*bytes) : std::string()};
}

std::vector<mapi::String8> narrow(const std::vector<std::string>& texts, std::uint32_t code_page) {
  std::vector<mapi::String8> out;
  for (const auto& text : texts) out.push_back(narrow(text, code_page));
  return out;
}

}  // namespace

const std::vector<mapi::PropTag>& default_columns() {
  static const std::vector<mapi::PropTag> kColumns = {tag::kAddressBookContainerId,
                                                      tag::kObjectType,
                                                      tag::kDisplayType,
                                                      tag::kDisplayName.with(PropType::string8),
                                                      tag::kPrimaryTelephoneNumber.with(PropType::string8),
                                                      tag::kDepartmentName.with(PropType::string8),
                                                      tag::kOfficeLocation.with(PropType::string8)};
  return kColumns;
}

mapi::PropertyBag bag_of(const directory::Entry& entry, const RowForm& form) {
  auto bag = directory::properties_of(entry, form.context);
  bag.set(tag::kAddressBookContainerId, std::int32_t{0});
  if (form.ephemeral) {
    mapi::EphemeralEntryId id;
    id.server = form.server;
    id.mid = entry.minimal_id;
    id.display_type = entry.entity.kind == directory::EntityKind::group ? 1 : 0;
    bag.set(tag::kEntryId, mapi::to_bytes(mapi::EntryId(id)));
  }
  return bag;
}

mapi::PropertyValue value_of(const mapi::PropertyBag& bag, mapi::PropTag column, const RowForm& form) {
  const mapi::PropertyValue missing = mapi::ErrorValue{static_cast<std::uint32_t>(EcCode::not_found)};
  const auto* found = bag.find(column.id());
  if (!found) return missing;
  const auto type = mapi::type_of(found->value);
  if (column.type() == type || column.type() == PropType::unspecified) return found->value;
  if (column.type() == PropType::string8)
    if (const auto* text = std::get_if<std::string>(&found->value)) return narrow(*text, form.code_page);
  if (column.type() == PropType::multi_string8)
    if (const auto* texts = std::get_if<std::vector<std::string>>(&found->value)) return narrow(*texts, form.code_page);
  return missing;
}

std::vector<mapi::Property> all_properties(const directory::Entry& entry, const RowForm& form) {
  const auto bag = bag_of(entry, form);
  const bool unicode = form.code_page == nspi::kCodePageUnicode;
  std::vector<mapi::Property> out;
  for (const auto& property : bag.all()) {
    auto type = property.tag.type();
    if (!unicode && type == PropType::string) type = PropType::string8;
    if (!unicode && type == PropType::multi_string) type = PropType::multi_string8;
    const auto column = property.tag.with(type);
    out.push_back({column, value_of(bag, column, form)});
  }
  return out;
}

mapi::PropertyRow row_of(const directory::Entry& entry, const std::vector<mapi::PropTag>& columns,
                         const RowForm& form) {
  const auto bag = bag_of(entry, form);
  mapi::PropertyRow row;
  row.values.reserve(columns.size());
  for (const auto column : columns) row.values.push_back(value_of(bag, column, form));
  return row;
}

mapi::PropertyRow empty_row(const std::vector<mapi::PropTag>& columns) {
  mapi::PropertyRow row;
  row.values.assign(columns.size(), mapi::ErrorValue{static_cast<std::uint32_t>(EcCode::not_found)});
  return row;
}

}  // namespace oxb::front
