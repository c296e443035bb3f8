// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/capture.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace oxb::cli {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

// What is printed of a head: nothing that names somebody or lets anybody in.
constexpr std::array<std::string_view, 10> kShown = {
    "Content-Type",    "X-RequestType",       "X-RequestId",         "X-ResponseCode", "X-ElapsedTime",
    "X-PendingPeriod", "X-ClientApplication", "X-ServerApplication", "Retry-After",    "X-ExpirationInfo",
};

bool begins_with(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

Bytes bytes_of(std::string_view content) {
  const bool hex =
      !content.empty() && content.find_first_not_of("0123456789abcdefABCDEF \t\r\n") == std::string_view::npos;
  if (hex)
    if (auto bytes = from_hex(content)) return std::move(*bytes);
  return to_bytes(content);
}

// The size in front of a chunk, with its line taken off; nothing where there is none.
std::optional<std::size_t> take_chunk_size(std::string_view& text) {
  std::size_t size = 0;
  const auto end = text.find(kLineEnd);
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const auto digits = text.substr(0, std::min(end, text.find(';')));
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (error != std::errc{} || stop != digits.data() + digits.size()) return std::nullopt;
  text.remove_prefix(end + kLineEnd.size());
  return size;
}

// RFC 9112 7.1
Result<Bytes> unchunk(std::string_view text) {
  Bytes out;
  while (true) {
    const auto size = take_chunk_size(text);
    if (!size) return fail(Errc::malformed, "a chunk without its size");
    if (*size == 0) return out;
    if (text.size() < kLineEnd.size() || *size > text.size() - kLineEnd.size())
      return fail(Errc::malformed, fmt::format("a chunk of {} bytes is cut short", *size));
    const auto chunk = as_bytes(text.substr(0, *size));
    out.insert(out.end(), chunk.begin(), chunk.end());
    text.remove_prefix(*size);
    if (!begins_with(text, kLineEnd)) return fail(Errc::malformed, "a chunk without its end");
    text.remove_prefix(kLineEnd.size());
  }
}

bool looks_chunked(std::string_view text) {
  const auto size = take_chunk_size(text);
  return size && (begins_with(text, "PROCESSING\r\n") || begins_with(text, "DONE\r\n"));
}

Result<Capture> read_http(std::string_view text, Capture::Side side) {
  const auto end = text.find(kHeadEnd);
  if (end == std::string_view::npos) return fail(Errc::malformed, "an HTTP head without an end");
  Capture out;
  out.side = side;
  bool chunked = false;
  auto head = text.substr(0, end);
  const auto first = head.find(kLineEnd);
  // The target of a request names a mailbox.
  out.head = side == Capture::Side::response ? std::string(head.substr(0, first)) + "\n" : std::string();
  while (head.find(kLineEnd) != std::string_view::npos) {
    head.remove_prefix(head.find(kLineEnd) + kLineEnd.size());
    const auto line = head.substr(0, head.find(kLineEnd));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto name = trim(line.substr(0, colon));
    const auto value = trim(line.substr(colon + 1));
    if (ascii_iequals(name, "X-RequestType")) out.type = value;
    if (ascii_iequals(name, "Transfer-Encoding")) chunked = ascii_iequals(value, "chunked");
    if (std::any_of(kShown.begin(), kShown.end(), [&](auto shown) { return ascii_iequals(name, shown); }))
      out.head += fmt::format("{}: {}\n", name, value);
  }
  const auto body = text.substr(end + kHeadEnd.size());
  if (!chunked) {
    out.body = to_bytes(body);
    return out;
  }
  OXB_TRY(out.body, unchunk(body));
  return out;
}

}  // namespace

Result<Capture> read_capture(std::string_view file_content) {
  Capture out;
  out.body = bytes_of(file_content);
  const auto text = as_text(out.body);
  if (begins_with(text, "HTTP/1.")) return read_http(text, Capture::Side::response);
  if (begins_with(text, "POST /")) return read_http(text, Capture::Side::request);
  if (!looks_chunked(text)) return out;
  OXB_TRY(auto body, unchunk(text));
  out.body = std::move(body);
  return out;
}

}  // namespace oxb::cli
