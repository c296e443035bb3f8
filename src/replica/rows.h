// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What a mailbox store holds, as values. MAPI terms only; the backend appears as opaque remote ids and positions.
#include "base/clock.h"
#include "base/ids.h"
#include "proto/mapi/content.h"

#include <optional>
#include <string>

namespace oxb::replica {

// Folders that have a fixed place. The first thirteen are those of the RopLogon answer, in its order
// [MS-OXCSTOR] 2.2.1.1.3.
enum class Special : std::uint8_t {
  root,
  deferred_action,
  spooler_queue,
  ipm_subtree,
  inbox,
  outbox,
  sent_items,
  deleted_items,
  common_views,
  schedule,
  finder,
  views,
  shortcuts,
  freebusy_data,
  drafts,
  junk,
  calendar,
  contacts,
  tasks,
  notes,
  journal,
  sync_issues,
  conflicts,
  local_failures,
  server_failures,
  public_root,
  shared_root,
  archive,
  none
};
constexpr std::size_t kLogonFolders = 13;

// Where a folder's content comes from.
enum class Source : std::uint8_t { local, mail, calendar, contacts, tasks, search };

struct FolderRow {
  FolderId id;
  FolderId parent;  // zero for the root
  Special special = Special::none;
  Source source = Source::local;
  RemoteId remote;              // empty for local folders
  std::string remote_version;   // changes when the backend's folder does
  std::string name;             // PidTagDisplayName
  std::string container_class;  // "IPF.Note"
  std::uint32_t rights{};       // PidTagRights of the caller
  bool hidden = false;          // PidTagAttributeHidden
  std::uint32_t total{}, unread{}, associated{};
  bool has_subfolders = false;  // computed
  ChangeNumber change;
  Instant created, modified;
  std::string position;          // how far the backend's folder was read; empty: never listed
  bool listed = false;           // the content was read completely at least once
  mapi::PropertyBag properties;  // everything else that was set
};

enum class ContentsKind : std::uint8_t { normal, associated };

struct MessageRow {
  MessageId id;
  FolderId folder;
  ContentsKind kind = ContentsKind::normal;
  RemoteId remote;  // empty for local messages (FAI)
  std::string remote_version;
  std::string remote_identity;  // recognises an item that moved (mail GUID, UID of an event)
  ChangeNumber change;
  ChangeNumber read_change;
  bool read = false;
  Instant created, modified;
  mapi::PropertyBag
      properties;  // table properties; named ones under this mailbox's ids; large bodies are in the content
};

// An upload under way: written before the backend is asked, erased in the transaction that records what came of it. What
// remains after a crash says what to look for at the backend.
struct Intent {
  Guid token;  // the mark that the uploaded item carries
  enum class Kind : std::uint8_t { create, replace, submit } kind = Kind::create;
  enum class State : std::uint8_t { begun, sending, sent } state = State::begun;  // beyond begun: submit only
  FolderId folder;
  MessageId message;   // the id that the item has, or will have
  FolderId old_folder;  // replace, submit: where the item was before
  RemoteId old;
  std::string old_version;
  std::string digest;  // of what is uploaded
  Instant made;
  bool operator==(const Intent&) const = default;
};

struct Identity {
  Guid mailbox;  // MailboxGuid of the logon answer
  Guid replica;  // ReplGuid, replid 1
};

// Columns with an index: a contents table sorted by one of these needs no scan of property blobs.
enum class SortKey : std::uint8_t { id, received, subject, sender, size, start };

}  // namespace oxb::replica
