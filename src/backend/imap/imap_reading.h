// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Reading and changing mails over one connection. Each function is one call of the mail store; the caller repeats it on
// a fresh connection where an old one turned out to be dead.
#include "backend/connector.h"
#include "backend/imap/imap_connection.h"

namespace oxb::backend {

// The state of a folder as STATUS or SELECT reports it, to see whether anything changed at all.
struct ImapFolderState {
  std::uint32_t uid_validity{}, uid_next{}, exists{};
  std::uint64_t mod_seq{};
  bool operator==(const ImapFolderState&) const = default;
};

struct ImapChanges {
  MailChanges changes;
  ImapFolderState state;  // as it was when the folder was opened for this reading
};
Task<Result<ImapChanges>> read_changes(ImapConnection& connection, std::string folder, model::Position since,
                                       std::size_t limit, Wait wait);

Task<Result<std::vector<std::uint32_t>>> existing_uids(ImapConnection& connection, std::string folder,
                                                       std::vector<std::uint32_t> uids, Wait wait);

// Whole messages in the order asked; limit in the list where one is larger than allowed.
Task<Result<std::vector<Result<Bytes>>>> fetch_messages(ImapConnection& connection, std::string folder,
                                                        std::vector<std::uint32_t> uids, Wait wait);
// The sizes as the server states them, in the order asked; nothing where a mail is gone.
Task<Result<std::vector<std::optional<std::uint64_t>>>> message_sizes(ImapConnection& connection, std::string folder,
                                                                      std::vector<std::uint32_t> uids, Wait wait);

Task<Result<>> store_flags(ImapConnection& connection, std::string folder, std::vector<FlagChange> changes, Wait wait);

// True when the folder changed since before (where given) or while waiting; false at the end of the wait.
Task<Result<bool>> watch_folder(ImapConnection& connection, std::string folder, std::optional<ImapFolderState> before,
                                Wait wait);

}  // namespace oxb::backend
