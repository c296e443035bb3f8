// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/oxjson/folder.h"

#include "format/oxjson/json.h"

#include <boost/json.hpp>

#include <array>

namespace oxb::oxjson {
namespace {

using model::Folder, model::FolderKind, model::FolderRole, model::FolderScope, model::Rights;

constexpr std::uint32_t kAdminBit = 1U << 28;
constexpr std::string_view kOwnerName = "com.openexchange.folderstorage.displayName";
constexpr std::string_view kProvider = "com.openexchange.calendar.provider";

Rights::FolderLevel folder_level(std::uint32_t packed) {
  switch (packed) {
    case 1:
      return Rights::FolderLevel::visible;
    case 2:
      return Rights::FolderLevel::create_items;
    case 4:
    case 64:
      return Rights::FolderLevel::create_folders;
    default:
      return Rights::FolderLevel::none;
  }
}

Rights::ItemLevel item_level(std::uint32_t packed) {
  switch (packed) {
    case 1:
      return Rights::ItemLevel::own;
    case 2:
    case 64:
      return Rights::ItemLevel::all;
    default:
      return Rights::ItemLevel::none;
  }
}

struct StandardType {
  std::int64_t number;
  FolderRole role;
};
constexpr std::array<StandardType, 8> kStandardTypes = {{{1, FolderRole::tasks},
                                                         {2, FolderRole::calendar},
                                                         {3, FolderRole::contacts},
                                                         {7, FolderRole::inbox},
                                                         {9, FolderRole::drafts},
                                                         {10, FolderRole::sent},
                                                         {11, FolderRole::junk},
                                                         {12, FolderRole::trash}}};

FolderKind kind_of(const std::string& id, const std::string& module) {
  if (id.starts_with("cal://")) return FolderKind::calendar;
  if (id.starts_with("con://")) return FolderKind::contacts;
  if (module == "calendar" || module == "event") return FolderKind::calendar;
  if (module == "contacts" || module == "addressdata") return FolderKind::contacts;
  if (module == "tasks") return FolderKind::tasks;
  if (module == "mail") return FolderKind::mail;
  return FolderKind::other;
}

std::string_view module_of(const Folder& folder) {
  switch (folder.kind) {
    case FolderKind::calendar:
      return "calendar";
    case FolderKind::contacts:
      return "contacts";
    case FolderKind::tasks:
      return "tasks";
    case FolderKind::mail:
      return "mail";
    default:
      return "system";
  }
}

FolderScope scope_of(std::int64_t type) {
  switch (type) {
    case 2:
      return FolderScope::everyone;
    case 3:
      return FolderScope::shared;
    case 5:
      return FolderScope::system;
    default:
      return FolderScope::own;
  }
}

std::int64_t type_of(const Folder& folder) {
  if (folder.role == FolderRole::global_address_book) return 5;
  switch (folder.scope) {
    case FolderScope::everyone:
      return 2;
    case FolderScope::shared:
      return 3;
    case FolderScope::system:
      return 5;
    default:
      return folder.kind == FolderKind::mail ? 7 : 1;
  }
}

Result<> read_permissions(Reader& in, Folder& out) {
  for (const auto& value : in.array("permissions")) {
    if (!value.is_object()) return fail(Errc::malformed, "permission");
    Reader one(value.get_object());
    model::Permission permission;
    permission.entity = one.id("entity");
    permission.group = one.boolean("group").value_or(one.text("type") == "group");
    permission.rights = rights_of(static_cast<std::uint32_t>(one.integer("bits").value_or(0)));
    OXB_CHECK(one.check());
    out.permissions.push_back(std::move(permission));
  }
  return {};
}

void read_role(Reader& in, Folder& out, std::int64_t type) {
  const bool standard = in.boolean("standard_folder").value_or(false);
  const auto standard_type = in.integer("standard_folder_type").value_or(0);
  const auto provider = in.text(kProvider);
  if (!provider.empty() && provider != "chronos")
    out.raw[std::string(kProvider)] = json::serialize(json::value(provider));
  if (out.id.value == "6" || out.id.value == "con://0/6") {
    out.role = FolderRole::global_address_book;
    out.scope = FolderScope::everyone;
  } else if (provider == "birthdays") {
    out.role = FolderRole::birthdays;
  } else if (standard && (type == 1 || type == 7)) {
    for (const auto& known : kStandardTypes) {
      if (known.number == standard_type) out.role = known.role;
    }
  }
}

void read_owner(Reader& in, Folder& out) {
  const auto name = in.text(kOwnerName);
  const auto creator = in.positive_id("created_by");
  if (out.scope != FolderScope::shared) return;
  out.owner_name = name;
  out.owner = out.parent.value.starts_with("u:") ? RemoteId{out.parent.value.substr(2)} : creator;
}

// Composite folders say what they can; plain ones always have deltas.
void read_capabilities(Reader& in, Folder& out) {
  const auto capabilities = in.texts("supported_capabilities");
  const bool composite = out.id.value.find("://") != std::string::npos;
  if (!composite || capabilities.empty()) return;
  out.supports_changes = std::find(capabilities.begin(), capabilities.end(), "sync") != capabilities.end();
}

}  // namespace

Rights rights_of(std::uint32_t bits) {
  Rights out;
  out.folder = folder_level(bits & 127);
  out.read = item_level(bits >> 7 & 127);
  out.write = item_level(bits >> 14 & 127);
  out.remove = item_level(bits >> 21 & 127);
  out.admin = (bits & kAdminBit) != 0;
  return out;
}

std::uint32_t bits_of(const Rights& rights) {
  if (rights == model::full_rights()) return 64U | 64U << 7 | 64U << 14 | 64U << 21 | kAdminBit;
  constexpr std::array<std::uint32_t, 4> kFolder = {0, 1, 2, 4};
  return kFolder[static_cast<std::size_t>(rights.folder)] | static_cast<std::uint32_t>(rights.read) << 7 |
         static_cast<std::uint32_t>(rights.write) << 14 | static_cast<std::uint32_t>(rights.remove) << 21 |
         (rights.admin ? kAdminBit : 0);
}

Result<Folder> folder_of(const json::object& object) {
  Reader in(object);
  Folder out;
  out.id = in.id("id");
  if (out.id.value.empty()) return fail(Errc::malformed, "folder without id");
  out.parent = in.id("folder_id");
  if (out.parent.value == "0") out.parent = {};
  out.name = in.text("title");
  const auto plain_name = in.text("folder_name");
  if (out.name.empty()) out.name = plain_name;
  out.kind = kind_of(out.id.value, in.text("module"));
  const auto type = in.integer("type").value_or(1);
  out.scope = scope_of(type);
  read_role(in, out, type);
  out.own_rights = rights_of(static_cast<std::uint32_t>(in.integer("own_rights").value_or(0)));
  OXB_CHECK(read_permissions(in, out));
  read_owner(in, out);
  read_capabilities(in, out);
  out.has_subfolders = in.boolean("subfolders").value_or(false);
  out.subscribed = in.boolean("subscribed").value_or(true);
  const auto counter = [&](std::string_view field) -> std::optional<std::uint32_t> {
    const auto number = in.integer(field);
    if (!number || *number < 0) return {};
    return static_cast<std::uint32_t>(*number);
  };
  out.total = counter("total");
  out.unread = counter("unread");
  out.created = in.instant("creation_date");
  const auto zoned = in.integer("last_modified");
  const auto modified = in.integer("last_modified_utc");
  if (const auto ms = modified ? modified : zoned) {
    out.version = model::Version{std::to_string(*ms)};
    out.modified = from_unix_ms(*ms);
  }
  OXB_CHECK(in.check());
  auto raw = in.rest();
  raw.merge(out.raw);
  out.raw = std::move(raw);
  return out;
}

json::object json_of(const Folder& folder, Form form) {
  Writer out;
  out.text("folder_id", folder.parent.value).text("title", folder.name).text("module", std::string(module_of(folder)));
  json::array permissions;
  for (const auto& permission : folder.permissions) {
    Writer one;
    one.numeric_id("entity", permission.entity).value("group", permission.group);
    permissions.push_back(one.number("bits", bits_of(permission.rights)).take());
  }
  if (!permissions.empty()) out.value("permissions", std::move(permissions));
  out.value("subscribed", folder.subscribed);
  if (form == Form::writable) return out.take();
  out.text("id", folder.id.value).number("type", type_of(folder)).number("own_rights", bits_of(folder.own_rights));
  for (const auto& known : kStandardTypes) {
    if (known.role != folder.role) continue;
    out.value("standard_folder", true).number("standard_folder_type", known.number);
  }
  if (folder.role == FolderRole::birthdays) out.value(kProvider, "birthdays");
  out.text(kOwnerName, folder.owner_name);
  if (folder.scope == FolderScope::shared && !folder.parent.value.starts_with("u:"))
    out.numeric_id("created_by", folder.owner);
  if (folder.id.value.find("://") != std::string::npos) {
    out.value("supported_capabilities",
              folder.supports_changes ? json::array{"search", "sync"} : json::array{"search"});
  }
  out.value("subfolders", folder.has_subfolders).number("total", folder.total).number("unread", folder.unread);
  out.instant("creation_date", folder.created).instant("last_modified", folder.modified);
  out.number("last_modified_utc", integer_of(json::value(folder.version.value)));
  return out.raw(folder.raw).take();
}

}  // namespace oxb::oxjson
