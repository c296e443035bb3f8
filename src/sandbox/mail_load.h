// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Reads sample mail from .eml files, folders of them and .mbox files, and loads it into an IMAP server.
//
// A file's folder in the mailbox is its sub-directory below the path given; what lies at the top goes to the folder named
// in the options. Two header fields are instructions to the loader and not part of the mail: X-Sample-Flags holds IMAP
// flags and keywords ("\Seen $Forwarded Kunde"); X-Sample-Date ("day-3 09:12 +0100") says when the mail arrived, in days
// before the day of loading, so that a demonstration is always fresh, and the Date field then says the same. Without it a
// mail arrives at its Date.
#include <filesystem>
#include <functional>

#include "sandbox/imap_append.h"

namespace oxb::sandbox {

struct LoadOptions {
  std::string folder = "INBOX";        // for what lies at the top
  Instant now = system_clock().now();  // what relative dates count from; nothing of those arrives later
  std::size_t largest = 64U << 20;     // of one mail
  std::size_t most = 200'000;          // mails of one call
};

// Calls visit for every mail, in the order of the paths. not_found where the path is missing.
Result<> read_mails(const std::filesystem::path& path, const LoadOptions& options,
                    const std::function<Result<>(StoredMail)>& visit);
// One mail as a server stores it: CR LF, without the line that mbox puts before it and without the sample fields.
StoredMail stored_mail(std::string_view bytes, std::string folder, Instant now);
// Batches of one folder each; the number of mails.
Result<std::size_t> load_mails(ImapAppend& server, const std::vector<std::filesystem::path>& paths,
                               const LoadOptions& options);

}  // namespace oxb::sandbox
