// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Mailbox names on the wire: modified UTF-7 (RFC 3501 section 5.1.3), or UTF-8 after ENABLE UTF8=ACCEPT (RFC 6855).
#include <string>
#include <string_view>

namespace oxb::imap {

enum class NameEncoding { modified_utf7, utf8 };

// The bytes for a UTF-8 name. Invalid UTF-8 becomes U+FFFD.
std::string encode_modified_utf7(std::string_view utf8);
// Never fails: what is not modified UTF-7 stays as it is.
std::string decode_modified_utf7(std::string_view wire);

// A name as the gateway keeps it: UTF-8, reversible. A wire name that decoding and encoding would not bring back (not
// canonical, raw 8-bit) is kept as it came, behind a mark.
std::string name_from_wire(std::string_view wire, NameEncoding encoding);
std::string name_to_wire(std::string_view name, NameEncoding encoding);

}  // namespace oxb::imap
