// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/contact_fields.h"

#include "base/text.h"
#include "sandbox/principals.h"

#include <boost/json/serialize.hpp>

namespace oxb::sandbox {
namespace {

using oxjson::ColumnKind;

constexpr std::string_view kSelect =
    "SELECT id, folder, created_by, private, modified, data, image IS NOT NULL FROM contact ";

Contact read_contact(const Query& row) {
  Contact contact;
  contact.id = row.integer(0);
  contact.folder = row.integer(1);
  contact.created_by = row.integer(2);
  contact.is_private = row.integer(3) != 0;
  contact.modified = row.integer(4);
  contact.data = parse_object(row.text(5));
  contact.has_image = row.integer(6) != 0;
  return contact;
}

json::value image_url(const Call& call, const Contact& contact) {
  if (!contact.has_image) return nullptr;
  (void)call;
  return json::value(fmt::format("/ajax/contacts/picture?action=get&contact_id={}&folder_id={}&timestamp={}",
                                 contact.id, contact.folder, contact.modified));
}

std::string sort_key(const Contact& contact, int column) {
  if (column == 0 || column == 607 || column == 608 || column == 609) return collation_key(sort_name_of(contact.data));
  const auto* row = oxjson::find_column(oxjson::contact_columns(), column);
  if (!row) return {};
  const auto* value = contact.data.if_contains(row->name);
  if (!value) return {};
  if (value->is_string()) return collation_key(value->get_string());
  return fmt::format("{:020}", as_number(*value).value_or(0));
}

}  // namespace

std::optional<Contact> find_contact(Database& db, std::int64_t context, std::int64_t id) {
  auto q = db.query(std::string(kSelect) + "WHERE context = ? AND id = ?", context, id);
  if (!q.next()) return std::nullopt;
  return read_contact(q);
}

std::vector<Contact> contacts_in(Database& db, std::int64_t context, std::int64_t folder, std::int64_t modified_after) {
  std::vector<Contact> out;
  auto q = db.query(std::string(kSelect) + "WHERE context = ? AND folder = ? AND modified > ? ORDER BY id", context,
                    folder, modified_after);
  while (q.next()) out.push_back(read_contact(q));
  return out;
}

void store_contact(Database& db, std::int64_t context, const Contact& contact) {
  db.run(
      "INSERT INTO contact (context, id, folder, created_by, private, modified, sort_name, data) VALUES (?, ?, ?, ?, "
      "?, ?, ?, ?) "
      "ON CONFLICT (context, id) DO UPDATE SET folder = excluded.folder, private = excluded.private, "
      "modified = excluded.modified, sort_name = excluded.sort_name, data = excluded.data",
      context, contact.id, contact.folder, contact.created_by, contact.is_private, contact.modified,
      sort_name_of(contact.data), json::serialize(contact.data));
}

std::string sort_name_of(const json::object& data) {
  std::string out;
  for (const auto* field : {"last_name", "first_name", "yomiLastName", "yomiFirstName"}) {
    const auto name = as_string(data, field);
    if (!name.empty()) out += out.empty() ? name : "_" + name;
  }
  if (!out.empty()) return out;
  for (const auto* field : {"display_name", "company", "email1", "email2"}) {
    if (auto value = as_string(data, field); !value.empty()) return value;
  }
  return {};
}

json::value contact_value(const Call& call, const Contact& contact, const oxjson::Column& column,
                          std::string_view folder_name) {
  switch (column.number) {
    case 1:
      return json::value(std::to_string(contact.id));
    case 2:
      return contact.created_by;
    case 4:
      return call.to_time(as_number(contact.data, "creation_date").value_or(0));
    case 5:
      return call.to_time(contact.modified);
    case 6:
      return contact.modified;
    case 20:
      return json::value(folder_name);
    case 101:
      return contact.is_private;
    case 102:
      return as_number(contact.data, "color_label").value_or(0);
    case 570:
      return nullptr;
    case 592:
      return contact.data.contains("distribution_list") ? json::value(list_members(call, contact)) : json::value();
    case 594: {
      const auto* list = contact.data.if_contains("distribution_list");
      return list && list->is_array() ? list->get_array().size() : std::size_t{0};
    }
    case 596:
      return contact.has_image ? 1 : 0;
    case 606:
      return image_url(call, contact);
    case 524:
      return as_number(contact.data, "user_id").value_or(0);
    case 602:
      return contact.data.contains("distribution_list");
    case 607: {
      auto name = sort_name_of(contact.data);
      return name.empty() ? json::value() : json::value(name);
    }
    case 608:
      return as_number(contact.data, "useCount").value_or(0);
    default:
      break;
  }
  const auto* value = contact.data.if_contains(column.name);
  return value ? *value : json::value();
}

json::object contact_object(const Call& call, const Contact& contact, std::string_view folder_name) {
  json::object out;
  for (const auto& column : oxjson::contact_columns()) {
    auto value = contact_value(call, contact, column, folder_name);
    // What rows show as false or 0, objects leave out.
    const bool number = column.number == 102 || column.number == 524 || column.number == 594;
    const bool unset = value == json::value(false) || (number && value == json::value(0));
    if (!value.is_null() && !unset) out[column.name] = std::move(value);
  }
  return out;
}

json::array contact_row(const Call& call, const Contact& contact, const std::vector<int>& columns,
                        std::string_view folder_name) {
  json::array row;
  for (const int number : columns) {
    const auto* column = oxjson::find_column(oxjson::contact_columns(), number);
    if (column) row.push_back(contact_value(call, contact, *column, folder_name));
  }
  return row;
}

void sort_contacts(const Call& call, std::vector<Contact>& contacts) {
  const auto column = static_cast<int>(parse_number(call.param_or("sort", "0")).value_or(0));
  const bool descending = ascii_iequals(call.param_or("order", "asc"), "desc");
  std::vector<std::pair<std::string, std::size_t>> keys;
  for (std::size_t i = 0; i < contacts.size(); ++i) keys.emplace_back(sort_key(contacts[i], column), i);
  std::stable_sort(keys.begin(), keys.end(),
                   [&](const auto& a, const auto& b) { return descending ? b.first < a.first : a.first < b.first; });
  std::vector<Contact> sorted;
  sorted.reserve(contacts.size());
  for (const auto& [key, index] : keys) sorted.push_back(std::move(contacts[index]));
  contacts = std::move(sorted);
}

}  // namespace oxb::sandbox
