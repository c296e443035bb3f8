// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "format/imap/response.h"
#include "model/mail.h"

namespace oxb::imap {

// BODYSTRUCTURE (RFC 3501 section 7.4.2). An embedded message has its content's structure as its only part.
Result<model::MailPart> parse_structure(const Value& value);

}  // namespace oxb::imap
