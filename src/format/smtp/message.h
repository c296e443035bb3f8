// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What a client sends: addresses and the text after DATA.
#include "base/bytes.h"

#include <string>
#include <string_view>

namespace oxb::smtp {

// Can stand between the angle brackets of MAIL and RCPT: a local part and a domain, in bounds (RFC 5321 section
// 4.5.3.1), nothing that would end the command.
bool is_address(std::string_view address);
bool is_ascii(std::string_view text);

// The message after DATA, up to and without the line that ends it: every line end is CRLF, so that a server cannot see
// an end where there is none, and lines that begin with a dot have a second one (RFC 5321 section 4.5.2).
std::string data_text(std::string_view message);
// The other way round, for a server; without the line that ends it.
std::string message_of_data(std::string_view data);

// What a message needs of the server.
struct Needs {
  bool eight_bit = false;  // 8BITMIME (RFC 6152)
  bool utf8 = false;       // SMTPUTF8 (RFC 6531): header fields beyond ASCII
};
Needs needs_of(std::string_view message);

}  // namespace oxb::smtp
