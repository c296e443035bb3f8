// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Identifiers that cross part borders. Ids once handed out are never reused or renumbered.
#include "base/strong.h"

#include <cstdint>
#include <string>

namespace oxb {

// Counters of one mailbox store, 48 bits (1 ... 2^48-1): the GLOBCNT of [MS-OXCDATA] 2.2.1 as a number.
// The wire forms (REPLID + big-endian counter, LongTermID) are made in proto/mapi/ids.h only.
using FolderId = Strong<std::uint64_t, struct FolderIdTag>;
using MessageId = Strong<std::uint64_t, struct MessageIdTag>;
using ChangeNumber = Strong<std::uint64_t, struct ChangeNumberTag>;

// The backend's names for things, opaque above the backend seam: "cal://0/31", "INBOX", "4711".
using RemoteId = Strong<std::string, struct RemoteIdTag>;

}  // namespace oxb
