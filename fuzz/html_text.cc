// parts: format
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "format/html/html.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oxb;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string joined;
  html::Tokenizer tokens(text);
  for (html::Token token; tokens.next(token);) {
    if (token.raw.empty()) std::abort();
    joined += token.raw;
  }
  if (joined != text) std::abort();
  html::to_text(text);
  html::preview(text, 100);
  html::references(text);
  html::declared_charset(text);
  html::with_declared_charset(text, "utf-8");
  html::to_text(html::from_text(text));
  return 0;
}
