// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Commands about sets of UIDs, in lines of bounded length.
#include "backend/imap/imap_connection.h"

namespace oxb::backend {

// Commands "verb <uids> arguments", each with at most count UIDs.
std::vector<imap::Command> for_uids(std::string_view verb, const std::vector<std::uint32_t>& uids, std::size_t count,
                                    std::string_view arguments);

// "UID SEARCH ... UID", to be followed by a set.
std::string search_verb(const ImapConnection& connection);
Result<imap::UidSet> found_in(const ImapAnswer& answer);
Task<Result<imap::UidSet>> search_uids(ImapConnection& connection, std::vector<imap::Command> commands, Wait wait);

}  // namespace oxb::backend
