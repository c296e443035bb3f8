// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What opening a message answers at once: subject, recipients [MS-OXCMSG] 2.2.3.1.2.
#include "proto/rop/message.h"
#include "session/call.h"

namespace oxb::session {

// Fills message.recipient_columns. room: bytes for the whole header; recipients are left out where they do not fit.
Answer<rop::MessageHeader> message_header(Call& call, Message& message, std::size_t room);
// The columns of its recipients' rows, beside what a RecipientRow says itself.
std::vector<mapi::PropTag> recipient_columns(const mapi::Content& content);
// Recipients from an index on, as many as fit.
std::vector<rop::ReadRecipients::Row> recipient_rows(const Message& message, std::size_t first, std::size_t room);

}  // namespace oxb::session
