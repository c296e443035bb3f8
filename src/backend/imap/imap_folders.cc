// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/imap/imap_folders.h"

#include "base/text.h"

#include <fmt/format.h>

#include <array>
#include <map>

namespace oxb::backend {

using imap::Command;
using imap::ListEntry;
using imap::Namespace;
using model::Folder;
using model::FolderRole;
using model::FolderScope;

namespace {

constexpr std::size_t kMostFolders = 50'000;

// RFC 6154, and Apple's and Google's spellings of the same.
constexpr std::array kRoleAttributes = {
    std::pair{std::string_view("\\drafts"), FolderRole::drafts},
    std::pair{std::string_view("\\sent"), FolderRole::sent},
    std::pair{std::string_view("\\trash"), FolderRole::trash},
    std::pair{std::string_view("\\junk"), FolderRole::junk},
    std::pair{std::string_view("\\spam"), FolderRole::junk},
    std::pair{std::string_view("\\archive"), FolderRole::archive},
};

// Names in use where a server has no SPECIAL-USE, folded, most usual first.
constexpr std::array kRoleNames = {
    std::pair{std::string_view("drafts"), FolderRole::drafts},
    std::pair{std::string_view("entwürfe"), FolderRole::drafts},
    std::pair{std::string_view("brouillons"), FolderRole::drafts},
    std::pair{std::string_view("sent items"), FolderRole::sent},
    std::pair{std::string_view("sent"), FolderRole::sent},
    std::pair{std::string_view("sent messages"), FolderRole::sent},
    std::pair{std::string_view("sent mail"), FolderRole::sent},
    std::pair{std::string_view("gesendete objekte"), FolderRole::sent},
    std::pair{std::string_view("gesendete elemente"), FolderRole::sent},
    std::pair{std::string_view("gesendet"), FolderRole::sent},
    std::pair{std::string_view("éléments envoyés"), FolderRole::sent},
    std::pair{std::string_view("trash"), FolderRole::trash},
    std::pair{std::string_view("deleted items"), FolderRole::trash},
    std::pair{std::string_view("deleted messages"), FolderRole::trash},
    std::pair{std::string_view("papierkorb"), FolderRole::trash},
    std::pair{std::string_view("gelöschte objekte"), FolderRole::trash},
    std::pair{std::string_view("gelöschte elemente"), FolderRole::trash},
    std::pair{std::string_view("corbeille"), FolderRole::trash},
    std::pair{std::string_view("junk"), FolderRole::junk},
    std::pair{std::string_view("spam"), FolderRole::junk},
    std::pair{std::string_view("junk e-mail"), FolderRole::junk},
    std::pair{std::string_view("junk mail"), FolderRole::junk},
    std::pair{std::string_view("archive"), FolderRole::archive},
    std::pair{std::string_view("archives"), FolderRole::archive},
    std::pair{std::string_view("archiv"), FolderRole::archive},
};

struct Place {
  const Namespace* space = nullptr;
  FolderScope scope = FolderScope::own;
};

std::string bare_prefix(const Namespace& space) {
  auto bare = space.prefix;
  if (!bare.empty() && bare.substr(bare.size() - 1) == space.separator) bare.pop_back();
  return bare;
}

// The namespace with the longest prefix that fits.
Place place_of(const std::string& name, const imap::Namespaces& spaces) {
  Place best;
  const auto consider = [&](const std::vector<Namespace>& list, FolderScope scope) {
    for (const auto& space : list) {
      // The node "shared" belongs to the namespace "shared/".
      if (name.compare(0, space.prefix.size(), space.prefix) != 0 && name != bare_prefix(space)) continue;
      if (!best.space || space.prefix.size() > best.space->prefix.size()) best = {&space, scope};
    }
  };
  consider(spaces.personal, FolderScope::own);
  consider(spaces.other_users, FolderScope::shared);
  consider(spaces.shared, FolderScope::everyone);
  return best;
}

class Listing {
 public:
  Listing(ImapConnection& connection, const ImapSettings& settings, Wait wait)
      : connection_(connection), settings_(settings), wait_(std::move(wait)) {}

  Task<Result<std::vector<Folder>>> run() {
    OXB_CO_CHECK(co_await list());
    OXB_CO_CHECK(co_await complete());
    std::vector<Folder> folders;
    for (const auto& [name, entry] : entries_) folders.push_back(make_folder(name, entry));
    add_missing_parents(folders);
    settle_foreign(folders);
    assign_roles(folders);
    co_return folders;
  }

 private:
  bool extended() const { return connection_.has("LIST-EXTENDED"); }

  std::string list_options() const {
    if (!extended()) return {};
    std::string options = "SUBSCRIBED CHILDREN";
    if (connection_.has("SPECIAL-USE")) options += " SPECIAL-USE";
    if (connection_.has("LIST-MYRIGHTS")) options += " MYRIGHTS";
    if (connection_.has("LIST-STATUS")) options += fmt::format(" STATUS {}", status_items());
    return fmt::format("RETURN ({})", options);
  }
  std::string status_items() const {
    return connection_.has("CONDSTORE") ? "(MESSAGES UNSEEN UIDVALIDITY UIDNEXT HIGHESTMODSEQ)"
                                        : "(MESSAGES UNSEEN UIDVALIDITY UIDNEXT)";
  }
  Command list_command(std::string_view verb, const std::string& prefix) const {
    Command command{std::string(verb) + " \"\""};
    // A pattern may hold wildcards, which quoting does not hide; the prefix of a namespace has none.
    command.raw(prefix.empty() ? "\"*\"" : fmt::format("\"{}*\"", imap::name_to_wire(prefix, connection_.encoding())));
    if (verb == "LIST" && extended()) command.raw(list_options());
    return command;
  }
  static bool is_plain_prefix(const std::string& prefix) {
    return prefix.find_first_of(std::string_view("\"\\%*\r\n\0", 7)) == std::string::npos;
  }

  Task<Result<>> list() {
    std::vector<Command> commands;
    commands.push_back(list_command("LIST", ""));
    // "*" need not reach into namespaces with a prefix of their own.
    const auto& spaces = connection_.namespaces();
    for (const auto* list : {&spaces.personal, &spaces.other_users, &spaces.shared})
      for (const auto& space : *list)
        if (!space.prefix.empty() && is_plain_prefix(space.prefix) && commands.size() < 20)
          commands.push_back(list_command("LIST", space.prefix));
    if (!extended()) commands.push_back(list_command("LSUB", ""));
    OXB_CO_TRY(const auto answers, co_await connection_.run(std::move(commands), wait_));
    for (const auto& answer : answers) {
      OXB_CO_CHECK(check_answer(answer, "LIST"));
      if (answer.malformed > 0) co_return fail(Errc::malformed, "LIST: the mail server's answer breaks the grammar");
      for (const auto& response : answer.untagged) OXB_CO_CHECK(take(response));
    }
    co_return Result<>{};
  }

  Result<> take(const imap::Response& response) {
    const auto encoding = connection_.encoding();
    if (response.name == "LIST" || response.name == "LSUB") {
      OXB_TRY(auto entry, imap::parse_list(response, encoding));
      if (entry.name.empty()) return {};
      if (response.name == "LSUB") {
        subscribed_.insert(std::move(entry.name));
        return {};
      }
      if (entries_.size() >= kMostFolders) return fail(Errc::limit, "the mail server lists too many folders");
      auto& known = entries_[entry.name];
      known.name = entry.name;
      known.separator = entry.separator;
      known.attributes.merge(entry.attributes);
    } else if (response.name == "STATUS") {
      OXB_TRY(auto entry, imap::parse_status(response, encoding));
      status_[entry.name] = std::move(entry.items);
    } else if (response.name == "MYRIGHTS") {
      OXB_TRY(auto entry, imap::parse_my_rights(response, encoding));
      rights_.insert(std::move(entry));
    }
    return {};
  }

  // What LIST did not tell: counts without LIST-STATUS, rights in other people's folders without LIST-MYRIGHTS.
  Task<Result<>> complete() {
    std::vector<Command> commands;
    for (const auto& [name, entry] : entries_) {
      if (entry.has("\\noselect")) continue;
      if (!connection_.has("LIST-STATUS") || !extended()) {
        commands.emplace_back("STATUS");
        commands.back().mailbox(name, connection_.encoding()).raw(status_items());
      }
      const bool foreign = place_of(name, connection_.namespaces()).scope != FolderScope::own;
      if (foreign && connection_.has("ACL") && rights_.count(name) == 0) {
        commands.emplace_back("MYRIGHTS");
        commands.back().mailbox(name, connection_.encoding());
      }
    }
    if (commands.empty()) co_return Result<>{};
    OXB_CO_TRY(const auto answers, co_await connection_.run(std::move(commands), wait_));
    // A single folder that gives no counts or rights does not spoil the list.
    for (const auto& answer : answers)
      for (const auto& response : answer.untagged) OXB_CO_CHECK(take(response));
    co_return Result<>{};
  }

  Folder make_folder(const std::string& name, const ListEntry& entry) const {
    Folder folder;
    folder.id = RemoteId{name};
    folder.kind = model::FolderKind::mail;
    folder.selectable = !entry.has("\\noselect");
    folder.has_subfolders = entry.has("\\haschildren");
    folder.subscribed = extended() ? entry.has("\\subscribed") : subscribed_.count(name) != 0;
    if (name == "INBOX") folder.subscribed = true;
    place_in_tree(folder, entry.separator);
    folder.own_rights = folder.scope == FolderScope::own ? model::full_rights() : model::Rights{};
    if (const auto it = rights_.find(name); it != rights_.end()) {
      folder.own_rights = rights_from_letters(it->second);
    } else if (folder.scope != FolderScope::own && folder.selectable && !connection_.has("ACL")) {
      folder.own_rights = model::full_rights();
    } else if (!folder.selectable) {
      folder.own_rights.folder = std::max(folder.own_rights.folder, model::Rights::FolderLevel::visible);
    }
    if (const auto it = status_.find(name); it != status_.end()) add_counts(folder, it->second);
    return folder;
  }

  void place_in_tree(Folder& folder, const std::string& separator) const {
    const auto& name = folder.id.value;
    const auto place = place_of(name, connection_.namespaces());
    folder.scope = place.scope;
    folder.name = name;
    const auto last = separator.empty() ? std::string::npos : name.rfind(separator);
    if (last == std::string::npos) return;
    folder.name = name.substr(last + 1);
    folder.parent = RemoteId{name.substr(0, last)};
    const auto& prefix = place.space ? place.space->prefix : std::string();
    // Below "INBOX." as personal prefix all folders are brothers of the Inbox.
    if (place.scope == FolderScope::own && !prefix.empty() && last + 1 == prefix.size()) folder.parent = {};
    if (place.scope == FolderScope::shared) {
      const auto rest = std::string_view(name).substr(std::min(prefix.size(), name.size()));
      folder.owner_name = rest.substr(0, rest.find(separator));
    }
  }

  void add_counts(Folder& folder, const std::map<std::string, std::uint64_t>& items) const {
    const auto number = [&](const char* item) -> std::optional<std::uint64_t> {
      const auto it = items.find(item);
      return it == items.end() ? std::nullopt : std::optional(it->second);
    };
    const auto count = [&](const char* item) -> std::optional<std::uint32_t> {
      const auto value = number(item);
      if (!value || *value > 0xffff'ffff) return std::nullopt;
      return static_cast<std::uint32_t>(*value);
    };
    folder.total = count("MESSAGES");
    folder.unread = count("UNSEEN");
    const auto mod_seq = number("HIGHESTMODSEQ");
    if (mod_seq.value_or(0) != 0)
      folder.raw["state"] = fmt::format("{} {} {} {}", number("UIDVALIDITY").value_or(0), number("UIDNEXT").value_or(0),
                                        number("MESSAGES").value_or(0), *mod_seq);
  }

  // Nodes that only exist as part of their children's names.
  void add_missing_parents(std::vector<Folder>& folders) const {
    std::set<std::string> there;
    for (const auto& folder : folders) there.insert(folder.id.value);
    for (std::size_t i = 0; i < folders.size() && folders.size() < 2 * kMostFolders; ++i) {  // grows while it runs
      const auto parent = folders[i].parent.value;
      if (parent.empty() || !there.insert(parent).second) continue;
      const auto& child = folders[i];
      const auto separator = child.id.value.substr(parent.size(), 1);
      Folder node;
      node.id = RemoteId{parent};
      node.kind = model::FolderKind::mail;
      node.selectable = false;
      node.has_subfolders = true;
      node.own_rights.folder = model::Rights::FolderLevel::visible;
      place_in_tree(node, separator);
      folders.push_back(std::move(node));
    }
  }

  // "shared" stands for the root of what others share, "shared/anna" for Anna's Inbox or, where that is not shared, for
  // nothing: what she shares then hangs at the root.
  void settle_foreign(std::vector<Folder>& folders) const {
    std::set<std::string> dropped;
    for (auto& folder : folders) {
      const auto place = place_of(folder.id.value, connection_.namespaces());
      if (folder.scope == FolderScope::own || !place.space) continue;
      if (folder.id.value.size() <= place.space->prefix.size()) {
        folder.role = folder.scope == FolderScope::shared ? FolderRole::shared_root : FolderRole::public_root;
        continue;
      }
      const auto& separator = place.space->separator;
      const bool owner_node = folder.scope == FolderScope::shared && !separator.empty() &&
                              folder.id.value.find(separator, place.space->prefix.size()) == std::string::npos;
      if (!owner_node) continue;
      if (folder.selectable)
        folder.name = "INBOX";
      else
        dropped.insert(folder.id.value);
    }
    std::erase_if(folders, [&](const Folder& folder) { return dropped.count(folder.id.value) != 0; });
    for (auto& folder : folders)
      if (dropped.count(folder.parent.value) != 0) folder.parent = root_of(folder.parent);
    std::set<std::string> parents;
    for (const auto& folder : folders) parents.insert(folder.parent.value);
    for (auto& folder : folders) folder.has_subfolders = parents.count(folder.id.value) != 0;
  }
  RemoteId root_of(const RemoteId& owner_node) const {
    const auto place = place_of(owner_node.value, connection_.namespaces());
    return RemoteId{place.space ? bare_prefix(*place.space) : std::string()};
  }

  void assign_roles(std::vector<Folder>& folders) const {
    std::map<FolderRole, Folder*> holders;
    const auto assign = [&](Folder& folder, FolderRole role) {
      if (folder.scope == FolderScope::own && folder.selectable && folder.role == FolderRole::none)
        if (holders.emplace(role, &folder).second) folder.role = role;
    };
    for (auto& folder : folders)
      if (folder.id.value == "INBOX") assign(folder, FolderRole::inbox);
    for (const auto& [role, name] : settings_.folder_roles)
      for (auto& folder : folders)
        if (folder.id.value == name) assign(folder, role);
    for (const auto& [attribute, role] : kRoleAttributes)
      for (auto& folder : folders) {
        const auto entry = entries_.find(folder.id.value);
        if (entry != entries_.end() && entry->second.has(attribute)) assign(folder, role);
      }
    for (const auto& [name, role] : kRoleNames)
      for (auto& folder : folders)
        if ((folder.parent.value.empty() || folder.parent.value == "INBOX") && fold_case(folder.name) == name)
          assign(folder, role);
  }

  ImapConnection& connection_;
  const ImapSettings& settings_;
  Wait wait_;
  std::map<std::string, ListEntry> entries_;
  std::map<std::string, std::map<std::string, std::uint64_t>> status_;
  std::map<std::string, std::string> rights_;
  std::set<std::string> subscribed_;
};

}  // namespace

const Namespace* namespace_of(const std::string& folder, const imap::Namespaces& namespaces) {
  return place_of(folder, namespaces).space;
}

model::Rights rights_from_letters(std::string_view letters) {
  using Item = model::Rights::ItemLevel;
  using Level = model::Rights::FolderLevel;
  const auto has = [&](char letter) { return letters.find(letter) != std::string_view::npos; };
  model::Rights rights;
  if (has('k') || has('c'))
    rights.folder = Level::create_folders;
  else if (has('i'))
    rights.folder = Level::create_items;
  else if (has('l') || has('r'))
    rights.folder = Level::visible;
  if (has('r')) rights.read = Item::all;
  if (has('w')) rights.write = Item::all;
  if (has('t') || has('e') || has('d')) rights.remove = Item::all;
  rights.admin = has('a');
  return rights;
}

Task<Result<std::vector<Folder>>> list_folders(ImapConnection& connection, ImapSettings settings, Wait wait) {
  Listing listing(connection, settings, std::move(wait));
  co_return co_await listing.run();
}

}  // namespace oxb::backend
