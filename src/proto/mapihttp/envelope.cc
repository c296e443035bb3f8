// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapihttp/envelope.h"

#include "base/text.h"

namespace oxb::mapihttp {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMaxHeaders = 64;

// Takes one line without its end off the front; false where no line end is left.
bool take_line(std::string_view& text, std::string_view& line) {
  const auto end = text.find(kLineEnd);
  if (end == std::string_view::npos) return false;
  line = text.substr(0, end);
  text.remove_prefix(end + kLineEnd.size());
  return true;
}

}  // namespace

std::string_view Envelope::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (ascii_iequals(key, name)) return value;
  return {};
}

Result<Envelope> parse_envelope(ByteView bytes) {
  Envelope out;
  auto text = as_text(bytes);
  std::string_view line;
  for (;;) {
    if (!take_line(text, line)) return fail(Errc::malformed, "response without DONE");
    if (line == "DONE") break;
    if (line == "PENDING")
      ++out.pending;
    else if (line != "PROCESSING")
      return fail(Errc::malformed, "unknown token in front of the response");
  }
  for (;;) {
    if (!take_line(text, line)) return fail(Errc::malformed, "response headers without an end");
    if (line.empty()) break;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || out.headers.size() == kMaxHeaders)
      return fail(Errc::malformed, "broken response header");
    out.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
  out.body = to_bytes(text);
  return out;
}

Bytes encode_done(const std::vector<std::pair<std::string, std::string>>& headers, ByteView body) {
  std::string text(kDone);
  for (const auto& [name, value] : headers) text.append(name).append(": ").append(value).append(kLineEnd);
  text.append(kLineEnd);
  auto out = to_bytes(text);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

}  // namespace oxb::mapihttp
