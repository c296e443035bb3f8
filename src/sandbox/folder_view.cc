// SPDX-License-Identifier: GPL-3.0-or-later
// How one user sees one folder: every column of the folders module.
#include "base/bytes.h"
#include "sandbox/folders.h"
#include "sandbox/principals.h"

namespace oxb::sandbox {
namespace {

using Name = FolderView::Name;

bool composite(const Folder& folder, const FolderView& view) {
  return folder.id == kBirthdays ||
         (view.name == Name::composite && (folder.module == "calendar" || folder.module == "contacts"));
}

std::string parent_text(const Call& call, const Folder& folder, const FolderView& view) {
  if (!view.parent.empty()) return view.parent;
  if (folder.shared_for(call.user)) return fmt::format("u:{}", folder.created_by);
  const bool below_folder = folder.parent >= 20;
  if (below_folder && composite(folder, view)) {
    return folder.module == "contacts" ? address_book_name(folder.parent) : calendar_name(folder.parent);
  }
  return std::to_string(folder.parent);
}

json::value permissions_value(const Folder& folder) {
  json::array out;
  for (const auto& entry : folder.permissions) {
    out.push_back(json::object{{"identifier", std::to_string(entry.entity)},
                               {"bits", entry.bits},
                               {"entity", entry.entity},
                               {"group", entry.group}});
  }
  return out;
}

json::object contact_of(const User& user) {
  json::object out;
  for (const auto* field : {"first_name", "last_name", "email1"}) {
    if (const auto* value = user.contact_data.if_contains(field)) out[field] = *value;
  }
  return out;
}

json::value entity_value(const Call& call, std::int64_t id) {
  const auto user = id > 0 ? find_user(call.db, call.context, id) : std::nullopt;
  if (!user) return nullptr;
  return json::object{{"identifier", std::to_string(id)},
                      {"type", "user"},
                      {"display_name", user->name()},
                      {"entity", id},
                      {"contact", contact_of(*user)}};
}

json::value extended_permissions(const Call& call, const Folder& folder) {
  json::array out;
  for (const auto& entry : folder.permissions) {
    json::object item{{"identifier", std::to_string(entry.entity)},
                      {"entity", entry.entity},
                      {"bits", entry.bits},
                      {"type", entry.group ? "group" : "user"}};
    if (entry.group) {
      const auto name = call.db.text("SELECT display_name FROM principal_group WHERE context = ? AND id = ?",
                                     call.context, entry.entity);
      item["display_name"] = entry.entity == kAllUsers ? "All users"
                             : entry.entity == kGuests ? "Guests"
                                                       : name.value_or("");
    } else if (const auto user = find_user(call.db, call.context, entry.entity)) {
      item["display_name"] = user->name();
      item["contact"] = contact_of(*user);
    }
    out.push_back(std::move(item));
  }
  return out;
}

json::value capabilities_value(const Folder& folder, const FolderView& view) {
  if (folder.id == kBirthdays) return json::array{"ctag", "search", "subscribe", "alarms"};
  if (folder.module == "infostore" && folder.id > 9) {
    return json::array{"file_versions", "restore", "extended_metadata", "case_insensitive", "permissions", "quota",
                       "sort",          "locks",   "zippable_folder"};
  }
  if (composite(folder, view)) {
    if (folder.module == "calendar")
      return json::array{"search", "subscribe", "permissions", "quota", "alarms", "warnings", "sync"};
    return json::array{"use_count", "search", "read_write", "subscribe", "sync", "permissions"};
  }
  if (folder.id == 1 || folder.id == 2 || folder.id == 3 || folder.id == 9 || folder.id < 0) return nullptr;
  return json::array{"permissions", "quota", "sort"};
}

json::object subscription_of(const Call& call, const Folder& folder) {
  return parse_object(call.db
                          .text("SELECT data FROM subscription WHERE context = ? AND user = ? AND folder = ?",
                                call.context, call.user, folder.id)
                          .value_or("{}"));
}

bool is_default(const Call& call, const Folder& folder) {
  return folder.standard != 0 && folder.created_by == call.user;
}

json::value sync_value(const Call& call, const Folder& folder) {
  bool used = true;
  bool fixed = is_default(call, folder) && folder.module != "infostore";
  const bool pim = folder.module == "contacts" || folder.module == "calendar" || folder.module == "tasks";
  if (!pim || (folder.module == "tasks" && folder.shared_for(call.user))) {
    used = false;
    fixed = true;
  }
  if (!fixed) {
    const auto data = subscription_of(call, folder);
    if (const auto* value = data.if_contains("used_for_sync"); value && value->is_bool()) used = value->get_bool();
  }
  return json::object{{"value", used ? "true" : "false"}, {"protected", fixed ? "true" : "false"}};
}

bool has_children(const Call& call, const Folder& folder, const FolderView& view) {
  if (folder.id <= kSharedByBase) return true;
  if (composite(folder, view) || folder.id == kBirthdays) return false;
  if (folder.id == 4) return true;
  if (folder.id == 3) {
    for (const auto& other : folders_of_module(call.db, call.context, "")) {
      if (other.shared_for(call.user) && rights_on(call.db, call.context, call.user, other).sees()) return true;
    }
    return false;
  }
  return call.db
      .integer("SELECT 1 FROM folder WHERE context = ? AND parent = ? AND id <> 0 LIMIT 1", call.context, folder.id)
      .has_value();
}

int standard_type(const Call& call, const Folder& folder, const FolderView& view) {
  if (folder.id == kBirthdays) return 2;
  if (folder.shared_for(call.user)) return 0;
  if (is_default(call, folder)) return folder.standard;
  if (!composite(folder, view)) return 0;
  return folder.module == "calendar" ? 2 : 3;
}

json::value extended_properties(const Folder& folder) {
  if (folder.id == kBirthdays) {
    return json::object{
        {"color", json::object()},
        {"description", json::object{{"value", "The birthdays of your address books."}, {"protected", "true"}}},
        {"scheduleTransp", json::object{{"value", "TRANSPARENT"}, {"protected", "true"}}}};
  }
  json::object out{{"color", json::object()},
                   {"scheduleTransp", json::object{{"value", "OPAQUE"}, {"protected", "true"}}}};
  if (const auto* stored = folder.data.if_contains("properties"); stored && stored->is_object()) {
    for (const auto& [name, value] : stored->get_object()) out[name] = value;
  }
  return out;
}

json::value caldav_url(const Call& call, const Folder& folder, const FolderView& view) {
  if (folder.module != "calendar" && folder.module != "tasks") return nullptr;
  auto name = to_base64(as_bytes(folder_id_text(folder, view)));
  while (!name.empty() && name.back() == '=') name.pop_back();
  return json::value(fmt::format("https://{}/caldav/{}", call.host, name));
}

json::value account_value(const Folder& folder, const FolderView& view) {
  if (folder.module == "infostore" && folder.id > 9) return "com.openexchange.infostore://infostore";
  if (!composite(folder, view)) return nullptr;
  if (folder.id == kBirthdays)
    return json::value(fmt::format("cal://{}", as_number(folder.data, "account").value_or(1)));
  return folder.module == "calendar" ? "cal://0" : "con://0";
}

json::value calendar_only(const Folder& folder, const FolderView& view, json::value value) {
  return composite(folder, view) && folder.module == "calendar" ? std::move(value) : json::value();
}
json::value contacts_only(const Folder& folder, const FolderView& view, json::value value) {
  return composite(folder, view) && folder.module == "contacts" ? std::move(value) : json::value();
}

json::value identity_column(const Call& call, const Folder& folder, const FolderView& view, int column) {
  switch (column) {
    case 1:
      return json::value(folder_id_text(folder, view));
    case 2:
      return folder.created_by > 0 && folder.id >= 0 ? json::value(folder.created_by) : json::value();
    case 3:
      return folder.modified_by > 0 ? json::value(folder.modified_by) : json::value();
    case 4:
      return folder.created > 0 ? json::value(call.to_time(folder.created)) : json::value();
    case 5:
      return folder.modified > 0 ? json::value(call.to_time(folder.modified)) : json::value();
    case 6:
      return folder.modified > 0 ? json::value(folder.modified) : json::value();
    case 20:
      return json::value(parent_text(call, folder, view));
    case 23: {
      const auto* meta = folder.data.if_contains("meta");
      return meta ? *meta : json::value();
    }
    case 51:
      return folder.id < 0 ? json::value() : entity_value(call, folder.created_by);
    case 52:
      return entity_value(call, folder.modified_by);
    default:
      return nullptr;
  }
}

// Present only in objects, without a number of its own: after the columns of the API.
constexpr int kAddressProvider = 100'000;
constexpr int kAddressConfig = 100'001;
constexpr int kPreDefined = 100'002;

json::value extension_column(const Call& call, const Folder& folder, const FolderView& view, int column) {
  switch (column) {
    case 3020:
      return false;
    case 3030: {
      const auto owner = folder.id < 0 ? std::nullopt : find_user(call.db, call.context, folder.created_by);
      return owner ? json::value(owner->name()) : json::value();
    }
    case 3060:
      return extended_permissions(call, folder);
    case 3201:
      return calendar_only(folder, view, extended_properties(folder));
    case 3203:
      return calendar_only(folder, view, folder.id == kBirthdays ? "birthdays" : "chronos");
    case 3205:
      return calendar_only(folder, view,
                           folder.id == kBirthdays
                               ? json::value(json::object{{"folderTypes", json::array{"shared", "private", "public"}}})
                               : json::value(json::object()));
    case 3220:
      return caldav_url(call, folder, view);
    case 3301:
      return contacts_only(folder, view,
                           json::object{{"usedInPicker", json::object{{"value", "true"}, {"protected", "true"}}}});
    case kAddressProvider:
      return contacts_only(folder, view, "contacts");
    case kAddressConfig:
      return contacts_only(folder, view, json::object());
    case kPreDefined:
      return false;
    default:
      return nullptr;
  }
}

struct ObjectField {
  int column;
  const char* name;
};
constexpr ObjectField kObjectFields[] = {
    {1, "id"},
    {2, "created_by"},
    {3, "modified_by"},
    {4, "creation_date"},
    {5, "last_modified"},
    {6, "last_modified_utc"},
    {20, "folder_id"},
    {23, "meta"},
    {300, "title"},
    {301, "module"},
    {302, "type"},
    {304, "subfolders"},
    {305, "own_rights"},
    {306, "permissions"},
    {308, "standard_folder"},
    {314, "subscribed"},
    {315, "subscr_subflds"},
    {316, "standard_folder_type"},
    {317, "supported_capabilities"},
    {318, "account_id"},
    {319, "folder_name"},
    {321, "used_for_sync"},
    {51, "created_from"},
    {52, "modified_from"},
    {3030, "com.openexchange.folderstorage.displayName"},
    {3020, "com.openexchange.subscribe.subscriptionFlag"},
    {3060, "com.openexchange.share.extendedPermissions"},
    {3220, "com.openexchange.caldav.url"},
    {3205, "com.openexchange.calendar.config"},
    {3203, "com.openexchange.calendar.provider"},
    {3201, "com.openexchange.calendar.extendedProperties"},
    {kAddressConfig, "com.openexchange.contacts.config"},
    {kAddressProvider, "com.openexchange.contacts.provider"},
    {3301, "com.openexchange.contacts.extendedProperties"},
    {kPreDefined, "preDefined"},
};

}  // namespace

std::string folder_id_text(const Folder& folder, const FolderView& view) {
  if (folder.id == kBirthdays) return fmt::format("cal://{}/0", as_number(folder.data, "account").value_or(1));
  if (folder.id <= kSharedByBase) return fmt::format("u:{}", kSharedByBase - folder.id);
  if (!composite(folder, view)) return std::to_string(folder.id);
  return folder.module == "calendar" ? calendar_name(folder.id) : address_book_name(folder.id);
}

json::value folder_column(const Call& call, const Folder& folder, const FolderView& view, int column) {
  if (column < 300) return identity_column(call, folder, view, column);
  if (column > 321) return extension_column(call, folder, view, column);
  switch (column) {
    case 300:
      return json::value(folder.id == kAddressBook ? "All Users" : folder.title);
    case 301:
      return json::value(folder.module);
    case 302:
      return folder.shared_for(call.user) ? 3 : static_cast<int>(folder.type);
    case 304:
      return has_children(call, folder, view);
    case 305:
      return rights_on(call.db, call.context, call.user, folder).pack();
    case 306:
      return permissions_value(folder);
    case 308:
      return is_default(call, folder) || folder.data.contains("collects");
    case 314: {
      const auto data = subscription_of(call, folder);
      const auto* value = data.if_contains("subscribed");
      return is_default(call, folder) || !value || !value->is_bool() || value->get_bool();
    }
    case 315:
      return has_children(call, folder, view);
    case 316:
      return standard_type(call, folder, view);
    case 317:
      return capabilities_value(folder, view);
    case 318:
      return account_value(folder, view);
    case 319:
      return json::value(folder.title);
    case 321:
      return sync_value(call, folder);
    default:
      return nullptr;
  }
}

json::array folder_row(const Call& call, const Folder& folder, const FolderView& view,
                       const std::vector<int>& columns) {
  json::array row;
  for (const int column : columns) row.push_back(folder_column(call, folder, view, column));
  return row;
}

json::object folder_object(const Call& call, const Folder& folder, const FolderView& view) {
  json::object out;
  for (const auto& field : kObjectFields) {
    auto value = folder_column(call, folder, view, field.column);
    if (!value.is_null()) out[field.name] = std::move(value);
  }
  return out;
}

Folder birthday_folder(const Call& call) {
  Folder folder;
  folder.id = kBirthdays;
  folder.parent = 1;
  folder.module = "calendar";
  folder.title = "Birthdays";
  folder.data["account"] = birthday_account(call.db, call.context, call.user);
  folder.modified =
      call.db
          .integer(
              "SELECT CAST(value AS INTEGER) FROM setting WHERE context = ? AND user = ? AND name = 'birthday-since'",
              call.context, call.user)
          .value_or(0);
  folder.permissions.push_back({call.user, false, 257});
  // No creator: private to whoever asks.
  folder.type = FolderType::private_folder;
  folder.created_by = call.user;
  return folder;
}

Folder shared_by_folder(const Call& call, std::int64_t owner) {
  Folder folder;
  folder.id = kSharedByBase - owner;
  folder.parent = 3;
  folder.module = "system";
  folder.type = FolderType::system;
  const auto user = find_user(call.db, call.context, owner);
  folder.title = user ? user->name() : std::to_string(owner);
  folder.permissions.push_back({kAllUsers, true, 1});
  return folder;
}

}  // namespace oxb::sandbox
