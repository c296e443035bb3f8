// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A mail of the backend as a MAPI message [MS-OXCMAIL] 2.1.3, [MS-OXOMSG], [MS-OXCMSG]. Pure functions: the same bytes
// and context give the same content for ever; any thread may call them.
#include "base/bytes.h"
#include "base/clock.h"
#include "model/mail.h"
#include "proto/mapi/content.h"

namespace oxb::convert {

// What a converter cannot read from the mail itself.
struct MessageContext {
  Instant received{};      // INTERNALDATE; zero where unknown: taken from Received or Date fields
  std::uint64_t size = 0;  // RFC822.SIZE; 0: the number of bytes given
  model::MailFlags flags;
  std::string owner_name;                  // of the mailbox: PidTagReceivedBy...
  std::vector<std::string> own_addresses;  // the primary one first; PidTagMessageToMe and its kin
  std::string search_key_seed;             // an id of the mail that survives moves; empty: the Message-ID is used
};
// The parts of the context that a listing knows; owner and addresses stay as in base.
MessageContext context_of(const model::MailSummary& summary, MessageContext base = {});

// The whole message. limit: nested or split beyond all reason; such a mail is shown by message_placeholder.
Result<mapi::Content> message_from_mime(ByteView mime, const MessageContext& context);

// What a contents table shows, from the header block and the structure alone: no bodies, recipients or attachments, and
// the same value as message_from_mime for every property that both make. Without a structure attachments are guessed
// from the header; without headers only flags, size and times are set.
mapi::Content message_summary(const model::MailSummary& summary, const MessageContext& context);

// Only what follows from flags and keywords: PidTagMessageFlags, PidTagRead, icon, follow-up, categories. For a change
// of flags without new headers. PidNameKeywords and PidLidFlagRequest must go where they are absent here. message_flags
// is the value so far, whose other bits stay; the second form is for a mail about which nothing else is known.
mapi::Content flag_properties(const model::MailFlags& flags, std::int32_t message_flags);
enum class Attachments : std::uint8_t { none, present };
mapi::Content flag_properties(const model::MailFlags& flags, Attachments attachments);

// Stands for a mail that cannot be converted: a note that says why, with the original attached as .eml. reason is for
// people.
mapi::Content message_placeholder(ByteView raw, std::string_view reason, const MessageContext& context);

// The calendar part of a meeting mail, text in UTF-8, with the method parameter of its content type (lower case). Empty
// where the mail has none.
struct CalendarPart {
  std::string method;
  std::string text;
};
std::optional<CalendarPart> calendar_part(ByteView mime);

}  // namespace oxb::convert
