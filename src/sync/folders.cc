// SPDX-License-Identifier: GPL-3.0-or-later
#include "sync/folders.h"

#include "convert/permission.h"
#include "sync/brake.h"
#include "sync/skeleton.h"

#include <set>

namespace oxb::sync {
namespace {

// Of folders that hold folders only: visible, and empty to who opens them.
constexpr std::uint32_t kFoldersOnly = convert::right::kFolderVisible | convert::right::kReadAny;

using model::Folder;
using model::FolderKind;
using model::FolderRole;
using model::FolderScope;
using replica::FolderRow;
using replica::Source;
using replica::Special;

// A role decides only for the user's own folders: another user's Inbox is an ordinary folder here.
Special special_of(const Folder& f) {
  if (f.scope != FolderScope::own) return Special::none;
  switch (f.role) {
    case FolderRole::inbox:
      return Special::inbox;
    case FolderRole::drafts:
      return Special::drafts;
    case FolderRole::sent:
      return Special::sent_items;
    case FolderRole::trash:
      return Special::deleted_items;
    case FolderRole::junk:
      return Special::junk;
    case FolderRole::archive:
      return Special::archive;
    case FolderRole::calendar:
      return Special::calendar;
    case FolderRole::contacts:
      return Special::contacts;
    case FolderRole::tasks:
      return Special::tasks;
    default:
      return Special::none;
  }
}

class Merger {
 public:
  Merger(replica::WriteTx& tx, Instant now) : tx_(tx), now_(now) {}

  Result<FolderMerge> run(const std::vector<FolderListing>& listings) {
    for (const auto& listing : listings) {
      wanted_.clear();
      for (const auto& f : listing.folders) wanted_.emplace(f.id, &f);
      for (const auto& f : listing.folders) OXB_CHECK(place(f, 0));
      OXB_CHECK(remove_missing(listing));
    }
    return std::move(result_);
  }

 private:
  // Holds what Open-Xchange has no place for; what is in it is shown at its own places.
  static bool is_home(const Folder& f) {
    return f.kind == FolderKind::mail && f.scope == FolderScope::own && f.name == kHomeFolder &&
           f.role == FolderRole::none;
  }
  bool is_in_home(const Folder& f) const {
    const auto parent = wanted_.find(f.parent);
    return f.scope == FolderScope::own && parent != wanted_.end() && is_home(*parent->second);
  }

  static bool is_kept(const Folder& f) {
    // The address book is reached through NSPI; roots stand for places of the one tree.
    return !is_home(f) && f.kind != FolderKind::other && f.role != FolderRole::global_address_book &&
           f.role != FolderRole::mail_root && f.role != FolderRole::private_root && f.role != FolderRole::shared_root &&
           f.role != FolderRole::public_root;
  }

  Result<FolderId> place(const Folder& f, int depth) {
    if (!is_kept(f)) return FolderId{};
    if (const auto done = placed_.find(f.id); done != placed_.end()) return done->second;
    if (depth > 64)
      return fail(Errc::malformed, fmt::format("folders of the backend are nested beyond reason at {}", f.id.value));
    OXB_TRY(const auto parent, parent_of(f, depth));
    FolderRow row;
    row.special = is_in_home(f) && f.name == "Outbox" ? Special::outbox : special_of(f);
    row.source = source_of(f.kind);
    row.parent = parent;
    OXB_TRY(const auto known, tx_.folder_by_remote(row.source, f.id));
    if (known) {
      row.id = known->id;
      if (known->special != Special::none && row.special != known->special) OXB_CHECK(keep_special(*known, row));
    } else if (row.special != Special::none) {
      // Inbox, Sent Items and Deleted Items exist before their backend folder is known; so does a folder whose role
      // moved.
      if (const auto reserved = tx_.special(row.special); reserved && reserved->remote.value.empty())
        row.id = reserved->id;
      else if (reserved)
        row.special = Special::none;
    }
    row.remote = f.id;
    row.remote_version = f.version.value;
    row.name = f.role == FolderRole::inbox && row.special == Special::inbox ? "Inbox" : f.name;
    row.container_class = container_class(row.source);
    row.rights = convert::effective_rights(f.own_rights) | (f.selectable ? 0 : kFoldersOnly);
    row.created = f.created.value_or(Instant{});
    row.total = f.total.value_or(0);
    row.unread = f.unread.value_or(0);
    const auto old = known;
    OXB_TRY(const auto put, tx_.put_folder(row));
    if (f.total || f.unread) OXB_CHECK(tx_.set_folder_counts(put.id, f.total.value_or(0), f.unread.value_or(0)));
    note(put, parent, old ? std::optional(old->parent) : std::nullopt);
    placed_.emplace(f.id, put.id);
    result_.folders.emplace(put.id, f);
    return put.id;
  }

  // The backend took a role away from a folder or gave it another one: the folder with that role is found again by it.
  Result<> keep_special(const FolderRow& known, FolderRow& row) {
    if (row.special == Special::none) {
      // Without another holder the place stays where it was: a logon must always find its folders.
      row.special = known.special;
    } else if (const auto holder = tx_.special(row.special); holder && holder->id != known.id) {
      row.special = known.special;
    }
    return {};
  }

  Result<FolderId> parent_of(const Folder& f, int depth) {
    if (const auto p = wanted_.find(f.parent); p != wanted_.end() && p->second != &f && is_kept(*p->second)) {
      // Inbox's children stay below it; a folder below another kind of root goes to the root of its scope.
      OXB_TRY(const auto id, place(*p->second, depth + 1));
      if (id.value != 0) return id;
    }
    switch (f.scope) {
      case FolderScope::own: {
        OXB_TRY(const auto top, tx_.special(Special::ipm_subtree));
        return top.id;
      }
      case FolderScope::shared:
        return owner_root(f);
      case FolderScope::everyone:
      case FolderScope::system:
        break;
    }
    return root_of(Special::public_root, "Public Folders");
  }

  Result<FolderId> root_of(Special special, std::string_view name) {
    if (const auto known = tx_.special(special); known) return known->id;
    OXB_TRY(const auto top, tx_.special(Special::ipm_subtree));
    FolderRow row;
    row.special = special;
    row.parent = top.id;
    row.name = name;
    row.container_class = "IPF.Note";
    row.rights = kFoldersOnly;
    OXB_TRY(const auto put, tx_.put_folder(std::move(row)));
    note(put, top.id, std::nullopt);
    return put.id;
  }

  // Shared folders hang below "Shared Folders", one folder for each owner.
  Result<FolderId> owner_root(const Folder& f) {
    OXB_TRY(const auto shared, root_of(Special::shared_root, "Shared Folders"));
    if (f.owner.value.empty() && f.owner_name.empty()) return shared;
    FolderRow row;
    row.parent = shared;
    row.remote.value = "owner " + (f.owner.value.empty() ? f.owner_name : f.owner.value);
    row.name = f.owner_name.empty() ? f.owner.value : f.owner_name;
    row.container_class = "IPF.Note";
    row.rights = kFoldersOnly;
    OXB_TRY(const auto known, tx_.folder_by_remote(Source::local, row.remote));
    if (known) row.name = f.owner_name.empty() ? known->name : f.owner_name;
    OXB_TRY(const auto put, tx_.put_folder(std::move(row)));
    note(put, shared, std::nullopt);
    return put.id;
  }

  void note(const replica::WriteTx::PutFolder& put, FolderId parent, std::optional<FolderId> old_parent) {
    using Outcome = replica::WriteTx::PutFolder::Outcome;
    if (put.outcome == Outcome::unchanged) return;
    MailboxEvent event;
    event.kind = put.outcome == Outcome::created       ? MailboxEvent::Kind::folder_created
                 : old_parent && *old_parent != parent ? MailboxEvent::Kind::folder_moved
                                                       : MailboxEvent::Kind::folder_modified;
    event.folder = put.id;
    event.parent = parent;
    if (event.kind == MailboxEvent::Kind::folder_moved) event.old_folder = *old_parent;
    result_.events.push_back(std::move(event));
  }

  // The listing was complete and without error; what it no longer names is gone, within the brake.
  Result<> remove_missing(const FolderListing& listing) {
    OXB_TRY(const auto root, tx_.special(Special::root));
    OXB_TRY(const auto all, tx_.folders_below(root.id, replica::ReadTx::Depth::descendants));
    Inferred inferred;
    std::vector<FolderRow> gone;
    for (const auto& row : all) {
      if (row.remote.value.empty() || std::ranges::find(listing.sources, row.source) == listing.sources.end()) continue;
      ++inferred.total;
      if (placed_.contains(row.remote)) continue;
      inferred.missing.push_back(row.remote.value);
      gone.push_back(row);
    }
    const auto key =
        fmt::format("folders {}", static_cast<int>(listing.sources.empty() ? Source::local : listing.sources.front()));
    OXB_TRY(const auto state, brake(tx_, key, std::move(inferred), now_));
    if (state == Brake::holding) {
      result_.paused = true;
      return {};
    }
    for (const auto& row : gone) {
      if (row.special <= Special::shortcuts) {  // a place of the logon stays, without its backend folder
        auto empty = row;
        empty.remote = {};
        empty.source = Source::local;
        OXB_CHECK(tx_.put_folder(std::move(empty)));
        continue;
      }
      OXB_CHECK(tx_.remove_folder(row.id));
      MailboxEvent event;
      event.kind = MailboxEvent::Kind::folder_deleted;
      event.folder = row.id;
      event.parent = row.parent;
      result_.events.push_back(std::move(event));
    }
    return {};
  }

  replica::WriteTx& tx_;
  Instant now_;
  std::map<RemoteId, const Folder*> wanted_;
  std::map<RemoteId, FolderId> placed_;
  FolderMerge result_;
};

}  // namespace

Source source_of(FolderKind kind) {
  switch (kind) {
    case FolderKind::mail:
      return Source::mail;
    case FolderKind::calendar:
      return Source::calendar;
    case FolderKind::contacts:
      return Source::contacts;
    case FolderKind::tasks:
      return Source::tasks;
    case FolderKind::other:
      break;
  }
  return Source::local;
}

Result<FolderMerge> merge_folders(replica::WriteTx& tx, const std::vector<FolderListing>& listings, Instant now) {
  return Merger(tx, now).run(listings);
}

}  // namespace oxb::sync
