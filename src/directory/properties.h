// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// An entry of the address book as MAPI properties [MS-OXOABK] 2.2.3 ... 2.2.6.
#include "directory/view.h"
#include "proto/mapi/property.h"

#include <string>

namespace oxb::directory {

// [MS-OXOABK] 2.2.3.11
inline constexpr std::int32_t kDisplayTypeUser = 0, kDisplayTypeList = 1;
// [MS-OXOABK] 2.2.3.12: a local mailbox that can be given rights; the same for rooms and for groups.
inline constexpr std::int32_t kDisplayTypeExUser = 0x4000'0000, kDisplayTypeExRoom = 0x4000'0007,
                              kDisplayTypeExGroup = 0x4000'0009;

struct PropertyContext {
  std::string server;  // host name that clients know the gateway by, or "<mailbox GUID>@<domain>"
};

// Everything there is to say. EntryId is the permanent form. Text is UTF-8; the front makes String8 where it is wanted.
mapi::PropertyBag properties_of(const Entry& entry, const PropertyContext& context);

// Permanent entry id [MS-OXNSPI] 2.2.9.3.
Bytes entry_id_of(const Entry& entry);
// The permanent or one-off entry id of a recipient, back to the entry; nullptr where the user does not see it.
const Entry* entry_by_id(const View& view, ByteView entry_id);

}  // namespace oxb::directory
