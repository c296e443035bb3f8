// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The backend's folder lists become one tree [design, "One tree"].
#include "model/folder.h"
#include "replica/replica.h"
#include "sync/events.h"

namespace oxb::sync {

// The folder at the mail server that holds what Open-Xchange has no place for: the Outbox.
inline constexpr std::string_view kHomeFolder = "Oxbridge";

// One backend's complete listing, or nothing where that backend could not be asked: its folders then stay as they are.
struct FolderListing {
  std::vector<model::Folder> folders;
  std::vector<replica::Source> sources;  // what the listing speaks for: mail, or calendar + contacts + tasks
};

struct FolderMerge {
  std::vector<MailboxEvent> events;
  std::map<FolderId, model::Folder> folders;  // of the listings, by our id
  bool paused = false;                        // the deletion brake holds
};

Result<FolderMerge> merge_folders(replica::WriteTx& tx, const std::vector<FolderListing>& listings, Instant now);

replica::Source source_of(model::FolderKind kind);

}  // namespace oxb::sync
