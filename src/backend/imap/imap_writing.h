// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The commands that write mails and folders. Each write has two halves: what prepares it changes nothing and may be
// repeated on another connection; what follows is sent once.
#include "backend/imap/imap_connection.h"
#include "backend/writing.h"

namespace oxb::backend {

// Sees that the connection is alive before something is sent that cannot be sent twice.
Task<Result<>> check_alive(ImapConnection& connection, Wait wait);
// Opens the folder, or brings what is open up to date. conflict: its UIDVALIDITY is another.
Task<Result<>> open_for(ImapConnection& connection, ImapMode mode, std::string folder, std::uint32_t uid_validity,
                        Wait wait);

Task<Result<MailPlace>> append_mail(ImapConnection& connection, std::string folder, Bytes message,
                                    model::MailFlags flags, std::optional<Instant> received, Wait wait);

Task<Result<std::vector<std::uint32_t>>> find_mails(ImapConnection& connection, std::string folder, std::string field,
                                                    std::string text, Wait wait);

// The next two work in the folder that open_for opened.
Task<Result<std::vector<MailWriter::Transferred>>> transfer_mails(ImapConnection& connection,
                                                                  std::vector<std::uint32_t> uids, std::string to,
                                                                  MailWriter::Transfer how, Wait wait);
Task<Result<>> expunge_mails(ImapConnection& connection, std::vector<std::uint32_t> uids, Wait wait);

// The full name of a folder below another. invalid: no folder can be called that.
Task<Result<std::string>> folder_name(ImapConnection& connection, std::string parent, std::string name, Wait wait);
Task<Result<>> create_mail_folder(ImapConnection& connection, std::string folder, Wait wait);
// The subscribed folders of that name and below it.
Task<Result<std::vector<std::string>>> subscriptions_below(ImapConnection& connection, std::string folder, Wait wait);
// invalid: a folder cannot be below itself.
Task<Result<>> check_rename(ImapConnection& connection, std::string from, std::string to, Wait wait);
Task<Result<>> rename_mail_folder(ImapConnection& connection, std::string from, std::string to,
                                  std::vector<std::string> subscribed, Wait wait);
// conflict: there are folders below it.
Task<Result<>> check_no_folders_below(ImapConnection& connection, std::string folder, Wait wait);
Task<Result<>> delete_mail_folder(ImapConnection& connection, std::string folder, Wait wait);

}  // namespace oxb::backend
