// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Rich text as mail uses it: the LZFu compression [MS-OXRTFCP], HTML and plain text encapsulated in RTF [MS-OXRTFEX],
// and plain text out of any RTF. RTF is bytes in ASCII; all other text here is UTF-8.
#include "base/bytes.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace oxb::rtf {

constexpr std::size_t kMaxSize = 64U << 20;  // of an uncompressed document

// The value of PidTagRtfCompressed. limit: more than kMaxSize when unpacked.
Result<std::string> decompress(ByteView packed);
Bytes compress(std::string_view rtf);
Bytes pack_uncompressed(std::string_view rtf);  // COMPTYPE UNCOMPRESSED
std::uint32_t crc(ByteView bytes);              // [MS-OXRTFCP] 2.1.3.1.2

enum class Origin { rtf, text, html };
// What the document was made from, as it says itself [MS-OXRTFEX] 2.2.3.1.
Origin origin(std::string_view rtf);

// The HTML that was put into the document; unsupported where there is none.
Result<std::string> encapsulated_html(std::string_view rtf);
// As plain text, whatever the origin.
Result<std::string> to_text(std::string_view rtf);

// A page that shows the document about as it looks: paragraphs, bold and its kin, sizes, colors, links. For documents
// that were not made from HTML.
Result<std::string> to_html(std::string_view rtf);

std::string from_html(std::string_view html);
std::string from_text(std::string_view text);

}  // namespace oxb::rtf
