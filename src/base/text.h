// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Text inside the gateway is UTF-8. A lone UTF-16 surrogate from a client is kept as its three-byte form (WTF-8), so
// that what Outlook wrote comes back unchanged.
#include "base/bytes.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace oxb {

std::string utf8_from_utf16(std::u16string_view text);  // never fails; lone surrogates become WTF-8
std::u16string utf16_from_utf8(std::string_view text);  // invalid bytes become U+FFFD; WTF-8 surrogates are kept
bool is_valid_utf8(std::string_view text);
std::string make_valid_utf8(std::string_view text);  // invalid bytes become U+FFFD, surrogates too

// Windows code pages (1252, 65001, 932, ...) through ICU. Unmappable characters become '?' or U+FFFD.
// unsupported: no converter for that number.
Result<std::string> utf8_from_code_page(std::string_view bytes, std::uint32_t code_page);
Result<std::string> code_page_from_utf8(std::string_view text, std::uint32_t code_page);
// By MIME name ("iso-8859-15", "gb2312", "utf-7" ...), with the aliases found in real mail.
Result<std::string> utf8_from_charset(std::string_view bytes, std::string_view charset);
// Windows code page of a MIME charset name; 0 where there is none.
std::uint32_t code_page_of_charset(std::string_view charset);

std::string ascii_lower(std::string_view text);
std::string ascii_upper(std::string_view text);
bool ascii_iequals(std::string_view a, std::string_view b);
// Full Unicode case folding, for comparisons and search.
std::string fold_case(std::string_view utf8);
// Case folding plus removal of non-spacing marks ("é" -> "e").
std::string fold_loose(std::string_view utf8);
std::string_view trim(std::string_view text);  // ASCII white space

// A sort key under the root collation (ICU), comparable with memcmp; strength: case-insensitive, accent-sensitive.
std::string collation_key(std::string_view utf8);

}  // namespace oxb
