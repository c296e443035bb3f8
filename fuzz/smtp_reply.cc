// parts: format
// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever a submission server sends: replies do not depend on how the bytes arrive, and are bounded. Whatever is sent
// after DATA never holds the line that ends it, and comes back as it was.
#include "format/smtp/message.h"
#include "format/smtp/reply.h"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace oxb;
using namespace oxb::smtp;

void require(bool condition) {
  if (!condition) std::abort();
}

std::vector<Reply> read(ByteView bytes, std::size_t chunk) {
  ReplyParser parser;
  std::vector<Reply> all;
  while (!bytes.empty()) {
    const auto size = std::min(chunk, bytes.size());
    const auto fed = parser.feed(bytes.first(size));
    while (auto reply = parser.next()) all.push_back(std::move(*reply));
    if (!fed) break;
    bytes = bytes.subspan(size);
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto whole = read(bytes, size);
  const auto parts = read(bytes, 7);
  require(whole.size() == parts.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    require(whole[i].lines == parts[i].lines && whole[i].code >= 200 && whole[i].code < 600);
    (void)Extensions::of(whole[i]).number("SIZE");
  }
  (void)is_address(as_text(bytes));
  const auto text = data_text(as_text(bytes));
  require(!text.starts_with(".\r\n") && text.find("\r\n.\r\n") == std::string::npos);
  require(text.empty() || text.ends_with("\r\n"));
  require(data_text(message_of_data(text)) == text);
  (void)needs_of(as_text(bytes));
  return 0;
}
