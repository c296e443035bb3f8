// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Stored contacts, and how they look in answers. Users are contacts too.
#include "format/oxjson/columns.h"
#include "sandbox/call.h"

#include <optional>
#include <string>
#include <vector>

namespace oxb::sandbox {

struct Contact {
  std::int64_t id = 0;
  std::int64_t folder = 0;
  std::int64_t created_by = 0;
  std::int64_t modified = 0;
  bool is_private = false;
  bool has_image = false;
  json::object data;  // every member that is set, by its name; creation_date and dates in UTC ms
};

std::optional<Contact> find_contact(Database& db, std::int64_t context, std::int64_t id);
std::vector<Contact> contacts_in(Database& db, std::int64_t context, std::int64_t folder,
                                 std::int64_t modified_after = -1);
void store_contact(Database& db, std::int64_t context, const Contact& contact);  // inserts or replaces, image kept
std::string sort_name_of(const json::object& data);

// One member as the API shows it; null when it is not set. folder_name: how the folder is called in this module.
json::value contact_value(const Call& call, const Contact& contact, const oxjson::Column& column,
                          std::string_view folder_name);
json::object contact_object(const Call& call, const Contact& contact, std::string_view folder_name);
// Unknown columns are left out, as the server does.
json::array contact_row(const Call& call, const Contact& contact, const std::vector<int>& columns,
                        std::string_view folder_name);

// Members of a distribution list as they are now.
json::array list_members(const Call& call, const Contact& contact);

// Sorts by a column, numbers as numbers, texts by collation. Column 0, 607: by sort name.
void sort_contacts(const Call& call, std::vector<Contact>& contacts);

}  // namespace oxb::sandbox
