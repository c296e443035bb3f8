// SPDX-License-Identifier: GPL-3.0-or-later
#include "sync/skeleton.h"

namespace oxb::sync {
namespace {

using replica::Source;
using replica::Special;

// Everything an owner may do with a folder, without free/busy bits [MS-OXCPERM] 2.2.7.
constexpr std::uint32_t kOwner = 0x7FB;

struct Entry {
  Special special;
  Special parent;  // none: no parent
  std::string_view name;
  std::string_view container_class;
  bool hidden;
};

// Parents before children. The order is the order of the ids.
constexpr std::array kEntries = {
    Entry{Special::root, Special::none, "", "", false},
    Entry{Special::deferred_action, Special::root, "Deferred Action", "", true},
    Entry{Special::spooler_queue, Special::root, "Spooler Queue", "", true},
    Entry{Special::ipm_subtree, Special::root, "Top of Information Store", "", false},
    Entry{Special::inbox, Special::ipm_subtree, "Inbox", "IPF.Note", false},
    Entry{Special::outbox, Special::ipm_subtree, "Outbox", "IPF.Note", false},
    Entry{Special::sent_items, Special::ipm_subtree, "Sent Items", "IPF.Note", false},
    Entry{Special::deleted_items, Special::ipm_subtree, "Deleted Items", "IPF.Note", false},
    Entry{Special::common_views, Special::root, "Common Views", "", true},
    Entry{Special::schedule, Special::root, "Schedule", "", true},
    Entry{Special::finder, Special::root, "Finder", "", true},
    Entry{Special::views, Special::root, "Views", "", true},
    Entry{Special::shortcuts, Special::root, "Shortcuts", "", true},
    Entry{Special::freebusy_data, Special::root, "Freebusy Data", "", true},
    Entry{Special::notes, Special::ipm_subtree, "Notes", "IPF.StickyNote", false},
    Entry{Special::journal, Special::ipm_subtree, "Journal", "IPF.Journal", false},
    Entry{Special::sync_issues, Special::ipm_subtree, "Sync Issues", "IPF.Note", false},
    Entry{Special::conflicts, Special::sync_issues, "Conflicts", "IPF.Note", false},
    Entry{Special::local_failures, Special::sync_issues, "Local Failures", "IPF.Note", false},
    Entry{Special::server_failures, Special::sync_issues, "Server Failures", "IPF.Note", false},
};

}  // namespace

Result<> ensure_skeleton(replica::WriteTx& tx) {
  for (const auto& entry : kEntries) {
    if (const auto known = tx.special(entry.special); known) continue;
    replica::FolderRow row;
    if (entry.parent != Special::none) {
      OXB_TRY(const auto parent, tx.special(entry.parent));
      row.parent = parent.id;
    }
    row.special = entry.special;
    row.name = entry.name;
    row.container_class = entry.container_class;
    row.rights = kOwner;
    row.hidden = entry.hidden;
    OXB_CHECK(tx.put_folder(std::move(row)));
  }
  return {};
}

std::string_view container_class(Source source) {
  switch (source) {
    case Source::mail:
      return "IPF.Note";
    case Source::calendar:
      return "IPF.Appointment";
    case Source::contacts:
      return "IPF.Contact";
    case Source::tasks:
      return "IPF.Task";
    case Source::local:
    case Source::search:
      break;
  }
  return "";
}

}  // namespace oxb::sync
