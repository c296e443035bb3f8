// parts: format
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "format/rtf/rtf.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oxb;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(rtf::decompress(as_bytes(text)));
  if (const auto plain = rtf::to_text(text); plain && !is_valid_utf8(*plain)) std::abort();
  static_cast<void>(rtf::encapsulated_html(text));
  if (const auto page = rtf::to_html(text); page && !is_valid_utf8(*page)) std::abort();
  if (rtf::decompress(rtf::compress(text)).value_or("?") != text) std::abort();
  // What is put into RTF comes out again.
  const auto clean = make_valid_utf8(text);
  if (clean.find('\0') == std::string::npos && clean.find('\r') == std::string::npos) {
    auto back = rtf::encapsulated_html(rtf::from_html(clean)).value_or("?");
    std::erase(back, '\r');
    if (back != clean) std::abort();
  }
  static_cast<void>(rtf::to_text(rtf::from_text(clean)));
  return 0;
}
