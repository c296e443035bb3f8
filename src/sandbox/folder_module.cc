// SPDX-License-Identifier: GPL-3.0-or-later
// Module `folders`, reading.
#include "sandbox/folder_write.h"
#include "sandbox/folders.h"
#include "sandbox/principals.h"
#include "sandbox/registry.h"

#include <set>

namespace oxb::sandbox {
namespace {

using Name = FolderView::Name;

struct Rows {
  json::array rows;
  std::int64_t newest = 0;
  void add(const Call& call, const Folder& folder, const FolderView& view, const std::vector<int>& columns) {
    rows.push_back(folder_row(call, folder, view, columns));
    newest = std::max(newest, folder.modified);
  }
  Answer answer() && { return newest > 0 ? Answer(std::move(rows), newest) : Answer(std::move(rows)); }
};

bool visible(const Call& call, const Folder& folder) {
  return rights_on(call.db, call.context, call.user, folder).sees();
}

bool subscribed(const Call& call, const Folder& folder) { return folder_column(call, folder, {}, 314).as_bool(); }

enum class Show : std::uint8_t { subscribed, all };
Show show_of(const Call& call) { return call.flag("all") ? Show::all : Show::subscribed; }

bool listed(const Call& call, const Folder& folder, Show show) {
  return visible(call, folder) && (show == Show::all || subscribed(call, folder));
}

std::vector<Folder> by_title(std::vector<Folder> folders) {
  std::stable_sort(folders.begin(), folders.end(), [](const Folder& a, const Folder& b) { return a.title < b.title; });
  return folders;
}

Ox<std::vector<int>> needed_columns(const Call& call) {
  OXB_TRY(const auto ignored, call.need("columns"));
  return call.columns();
}

Ox<Answer> root(Call& call) {
  OXB_TRY(const auto columns, needed_columns(call));
  Rows rows;
  for (const int id : {1, 2, 3, 9}) {
    if (const auto folder = find_folder(call.db, call.context, id)) rows.add(call, *folder, {}, columns);
  }
  return std::move(rows).answer();
}

Ox<Answer> get(Call& call) {
  OXB_TRY(const auto id, call.need("id"));
  OXB_TRY(const auto found, open_folder(call, id));
  return Answer(folder_object(call, found.folder, found.view), found.folder.modified);
}

// The folders of one section (private, public, shared) and one module in both their name forms, as one list mixes them.
void list_section(const Call& call, const std::vector<int>& columns, Show show, std::int64_t parent, Rows& out) {
  const auto section = [&](const Folder& folder) {
    if (parent == 3) return folder.shared_for(call.user);
    if (parent == 1) return folder.is_private() && folder.created_by == call.user;
    return folder.is_public() || folder.id == kAddressBook;
  };
  const FolderView composite{Name::composite, std::to_string(parent)};
  for (const auto* module : {"calendar", "contacts"}) {
    for (const auto& folder : by_title(folders_of_module(call.db, call.context, module))) {
      if (section(folder) && listed(call, folder, show)) out.add(call, folder, composite, columns);
    }
    if (parent == 1 && std::string_view(module) == "calendar") out.add(call, birthday_folder(call), composite, columns);
  }
  if (parent == 3) {
    std::set<std::int64_t> owners;
    for (const auto& folder : folders_of_module(call.db, call.context, "")) {
      if (folder.shared_for(call.user) && listed(call, folder, show)) owners.insert(folder.created_by);
    }
    for (const auto owner : owners) out.add(call, shared_by_folder(call, owner), {}, columns);
    return;
  }
  for (const auto& folder : by_title(children_of(call.db, call.context, parent))) {
    const bool own = parent != 1 || folder.created_by == call.user;
    if (own && listed(call, folder, show)) out.add(call, folder, {}, columns);
  }
}

Ox<Answer> list(Call& call) {
  OXB_TRY(const auto parent, call.need("parent"));
  OXB_TRY(const auto columns, needed_columns(call));
  const auto show = show_of(call);
  const auto name = FolderName::parse(parent);
  Rows rows;
  if (name.kind == FolderName::Kind::plain && name.number == 0) return root(call);
  if (name.kind == FolderName::Kind::plain && name.number >= 1 && name.number <= 3) {
    list_section(call, columns, show, name.number, rows);
    return std::move(rows).answer();
  }
  if (name.kind == FolderName::Kind::shared_by) {
    for (const auto& folder : by_title(folders_of_module(call.db, call.context, ""))) {
      if (folder.created_by == name.number && folder.shared_for(call.user) && listed(call, folder, show)) {
        rows.add(call, folder, {}, columns);
      }
    }
    return std::move(rows).answer();
  }
  OXB_TRY(const auto found, open_folder(call, parent));
  if (found.view.name == Name::plain) {
    for (const auto& folder : by_title(children_of(call.db, call.context, found.folder.id))) {
      if (listed(call, folder, show)) rows.add(call, folder, {}, columns);
    }
  }
  return std::move(rows).answer();
}

Ox<Answer> path(Call& call) {
  OXB_TRY(const auto id, call.need("id"));
  OXB_TRY(const auto columns, needed_columns(call));
  OXB_TRY(auto found, open_folder(call, id));
  Rows rows;
  rows.add(call, found.folder, found.view, columns);
  std::int64_t parent = found.folder.parent;
  if (found.folder.shared_for(call.user)) {
    rows.add(call, shared_by_folder(call, found.folder.created_by), {}, columns);
    parent = 3;
  }
  for (int depth = 0; parent != 0 && depth < 100; ++depth) {
    const auto folder = find_folder(call.db, call.context, parent);
    if (!folder) break;
    rows.add(call, *folder, {}, columns);
    parent = folder->parent;
  }
  rows.newest = found.folder.modified;
  return std::move(rows).answer();
}

Ox<Answer> all_visible(Call& call) {
  OXB_TRY(const auto type, call.need("content_type"));
  OXB_TRY(const auto columns, needed_columns(call));
  OXB_TRY(const auto kind, content_type(type));
  const auto show = show_of(call);
  Rows sections[3];
  for (const auto& folder : by_title(folders_of_module(call.db, call.context, kind.module))) {
    if (!listed(call, folder, show)) continue;
    if (folder.module == "infostore" && folder.standard != 8) continue;  // only the user's own root
    const int section = folder.shared_for(call.user) ? 2 : folder.is_private() ? 0 : 1;
    sections[section].add(call, folder, {kind.name, ""}, columns);
  }
  if (type == "event") sections[0].add(call, birthday_folder(call), {kind.name, ""}, columns);
  json::object data;
  std::int64_t newest = 0;
  for (int i = 0; i < 3; ++i) {
    static constexpr const char* kNames[] = {"private", "public", "shared"};
    newest = std::max(newest, sections[i].newest);
    if (!sections[i].rows.empty()) data[kNames[i]] = std::move(sections[i].rows);
  }
  return newest > 0 ? Answer(std::move(data), newest) : Answer(std::move(data));
}

Ox<Answer> shares(Call& call) {
  OXB_TRY(const auto type, call.need("content_type"));
  OXB_TRY(const auto columns, needed_columns(call));
  OXB_TRY(const auto kind, content_type(type));
  (void)kind;
  // Only link and guest shares count here; this box has none.
  return Answer(json::array());
}

// Changed folders of all modules under their plain names, then the ids of deleted or invisible ones.
Ox<Answer> updates(Call& call) {
  OXB_TRY(const auto since, call.need_number("timestamp"));
  OXB_TRY(const auto columns, needed_columns(call));
  Rows rows;
  std::set<std::int64_t> gone;
  for (const auto& folder : folders_of_module(call.db, call.context, "")) {
    if (folder.modified <= since) continue;
    if (visible(call, folder)) {
      rows.add(call, folder, {}, columns);
    } else if (since > 0) {
      gone.insert(folder.id);
      rows.newest = std::max(rows.newest, folder.modified);
    }
  }
  auto q =
      call.db.query("SELECT id, modified FROM folder_gone WHERE context = ? AND modified > ?", call.context, since);
  while (q.next()) {
    gone.insert(q.integer(0));
    rows.newest = std::max(rows.newest, q.integer(1));
  }
  if (call.param_or("ignore", "") != "deleted" && since > 0) {
    for (const auto id : gone) rows.rows.push_back(json::value(std::to_string(id)));
  }
  return std::move(rows).answer();
}

constexpr Action kActions[] = {
    {"folders", "root", root},
    {"folders", "get", get},
    {"folders", "list", list},
    {"folders", "path", path},
    {"folders", "allVisible", all_visible},
    {"folders", "shares", shares},
    {"folders", "updates", updates},
    {"folders", "new", create_folder},
    {"folders", "update", update_folder},
    {"folders", "delete", delete_folders},
    {"folders", "clear", clear_folders},
};

}  // namespace

std::span<const Action> folder_actions() { return kActions; }

Ox<ContentType> content_type(std::string_view name) {
  static constexpr std::pair<std::string_view, ContentType> kTypes[] = {
      {"tasks", {"tasks", Name::plain}},         {"1", {"tasks", Name::plain}},
      {"calendar", {"calendar", Name::plain}},   {"2", {"calendar", Name::plain}},
      {"event", {"calendar", Name::composite}},  {"contacts", {"contacts", Name::plain}},
      {"3", {"contacts", Name::plain}},          {"addressdata", {"contacts", Name::composite}},
      {"infostore", {"infostore", Name::plain}}, {"8", {"infostore", Name::plain}},
  };
  for (const auto& [key, type] : kTypes) {
    if (key == name) return type;
  }
  return ox_fail("FLD-1018", name);
}

Ox<OpenedFolder> open_folder(const Call& call, std::string_view id) {
  const auto name = FolderName::parse(id);
  OpenedFolder out;
  switch (name.kind) {
    case FolderName::Kind::unknown:
    case FolderName::Kind::mail:
      return ox_fail("FLD-1004", "0", id);
    case FolderName::Kind::shared_by:
      out.folder = shared_by_folder(call, name.number);
      return out;
    case FolderName::Kind::calendar:
      if (name.account != 0) {
        if (name.account != birthday_account(call.db, call.context, call.user))
          return ox_fail("CAL-4044", name.account);
        out.folder = birthday_folder(call);
        out.view.name = Name::composite;
        return out;
      }
      [[fallthrough]];
    case FolderName::Kind::contacts:
      out.view.name = Name::composite;
      break;
    case FolderName::Kind::plain:
      break;
  }
  auto folder = find_folder(call.db, call.context, name.number);
  if (!folder) return ox_fail("FLD-0008", name.number, call.context);
  if (!visible(call, *folder)) {
    return ox_fail("FLD-0003", std::to_string(name.number), std::to_string(call.user), std::to_string(call.context));
  }
  out.folder = std::move(*folder);
  return out;
}

}  // namespace oxb::sandbox
