// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Flags and keywords of the backend as properties and back; one table for both directions. The direction from flags to
// properties is flag_properties in message.h.
#include "model/mail.h"
#include "proto/mapi/content.h"

namespace oxb::convert {

// What the properties say: PidTagMessageFlags (read, unsent), PidTagFlagStatus, PidNameKeywords (categories),
// PidTagLastVerbExecuted or PidTagIconIndex (answered, forwarded). before: the flags so far. What the properties do not
// decide stays as it was there: \Deleted, $MDNSent, $Junk and every other keyword of the system; of a mail that was
// both answered and forwarded, Outlook shows the last only, so neither goes away when the other is set. A property that
// is absent changes nothing.
model::MailFlags flags_of(const mapi::Content& content, const model::MailFlags& before = {});

// Whether the keyword is the mail system's own and never a category.
bool is_system_keyword(std::string_view keyword);
// Whether IMAP can hold a category of that name as a keyword (RFC 9051 flag-keyword: an atom). Others are left out of
// flags_of; they must be kept elsewhere.
bool is_keyword(std::string_view category);

}  // namespace oxb::convert
