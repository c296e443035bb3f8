// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Recipients as clients write them [MS-OXCDATA] 2.8.3.
#include "proto/mapi/recipient.h"
#include "session/store.h"

namespace oxb::session {

// The properties that a row stands for, complete enough to be sent to and to be replied to: type, address, entry id,
// search key. columns: of the whole list. type: with the flags in its upper bits.
mapi::PropertyBag recipient_properties(const Store& store, const mapi::RecipientRow& row,
                                       const std::vector<mapi::PropTag>& columns, std::uint8_t type,
                                       std::uint32_t code_page);

}  // namespace oxb::session
