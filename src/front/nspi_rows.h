// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Entries as the property values and rows that a client asks for: either width of text, either form of entry id.
#include "directory/properties.h"
#include "proto/nspi/types.h"

namespace oxb::front {

struct RowForm {
  directory::PropertyContext context;
  Guid server;  // of ephemeral entry ids
  std::uint32_t code_page = 1252;
  bool ephemeral = false;  // fEphID [MS-OXNSPI] 2.2.1.14
};

// [MS-OXNSPI] 3.1.4.1.8: what a client gets that names no columns.
const std::vector<mapi::PropTag>& default_columns();

// Every property of the entry, in the width that the code page says (Unicode for kCodePageUnicode).
std::vector<mapi::Property> all_properties(const directory::Entry& entry, const RowForm& form);
// One value in the type that is asked for, or ErrorValue{ecNotFound}.
mapi::PropertyValue value_of(const mapi::PropertyBag& bag, mapi::PropTag column, const RowForm& form);
mapi::PropertyBag bag_of(const directory::Entry& entry, const RowForm& form);
mapi::PropertyRow row_of(const directory::Entry& entry, const std::vector<mapi::PropTag>& columns, const RowForm& form);
// For an id that names nobody: every value is an error.
mapi::PropertyRow empty_row(const std::vector<mapi::PropTag>& columns);

}  // namespace oxb::front
