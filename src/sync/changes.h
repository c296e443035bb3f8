// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Small things that every change of the replica needs.
#include "replica/replica.h"
#include "sync/events.h"

namespace oxb::sync {

MailboxEvent message_event(MailboxEvent::Kind kind, FolderId folder, MessageId message);
// That the folder's counts changed, where anything did.
void add_counts_event(std::vector<MailboxEvent>& events, const replica::FolderRow& folder);
// Takes a message away, with its event.
Result<> remove(replica::WriteTx& tx, FolderId folder, MessageId id, std::vector<MailboxEvent>& events);
Result<replica::FolderRow> folder_row(replica::ReadTx& tx, FolderId id);     // not_found
Result<replica::MessageRow> message_row(replica::ReadTx& tx, MessageId id);  // not_found

// The remote id of a mail is its UID; nullopt for what is under an earlier UIDVALIDITY.
std::optional<std::uint32_t> uid_of(const RemoteId& remote);
RemoteId remote_of(std::uint32_t uid);
// The version of a mail is its UIDVALIDITY: the bytes behind a UID never change.
std::uint32_t validity_of(const std::string& version);

}  // namespace oxb::sync
