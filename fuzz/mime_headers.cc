// parts: format
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "format/mime/message.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oxb;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!is_valid_utf8(mime::decode_text(text))) std::abort();
  for (const auto& box : mime::parse_addresses(text))
    if (!is_valid_utf8(box.name) || !is_valid_utf8(box.address)) std::abort();
  mime::parse_date(text);
  mime::parse_message_id(text);
  mime::unflow(text, mime::DeleteSpace::yes);
  mime::extract_uuencoded(text);
  for (const auto* encoding : {"base64", "quoted-printable", "x-uuencode", "8bit"})
    mime::decode_transfer(text, encoding);
  const std::string mail =
      "Content-Type: " + std::string(text) + "\nContent-Disposition: " + std::string(text) + "\n\n";
  if (const auto part = mime::parse(mail); part && !is_valid_utf8(part->file_name)) std::abort();
  return 0;
}
