// parts: net
// SPDX-License-Identifier: GPL-3.0-or-later
// Requests cut at arbitrary places must parse alike, and nothing a peer sends may break the text helpers.
#include "net/http_client.h"
#include "net/http_request_parser.h"
#include "net/url_parts.h"

#include <cstdlib>

namespace {

using namespace oxb;
using namespace oxb::net;

// -1 when refused, 0 when incomplete, else 1; step 0: all at once.
int parse(ByteView input, std::size_t step, HttpRequest& request) {
  RequestParser parser({2048, 4096});
  Bytes arrived;
  std::size_t at = 0;
  while (!parser.done()) {
    const auto taken = parser.feed(arrived);
    if (!taken) return -1;
    arrived.erase(arrived.begin(), arrived.begin() + static_cast<std::ptrdiff_t>(*taken));
    if (parser.done()) break;
    if (*taken > 0 && !arrived.empty()) continue;
    if (at >= input.size()) return 0;
    const auto piece = input.subspan(at, step == 0 ? input.size() : std::min(step, input.size() - at));
    arrived.insert(arrived.end(), piece.begin(), piece.end());
    at += piece.size();
  }
  request = parser.take();
  return 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  HttpRequest whole;
  HttpRequest pieces;
  const int a = parse(input, 0, whole);
  const int b = parse(input, 7, pieces);
  if (a == 1 && b == 1 && (whole.target != pieces.target || whole.body != pieces.body)) std::abort();
  if (a == 1) {
    (void)whole.cookie("MapiContext");
    CookieJar jar;
    jar.accept(whole.headers);
    (void)jar.header();
    if (percent_decode(percent_encode(whole.path)) != whole.path) std::abort();
  }
  (void)url_parts(as_text(input));
  return 0;
}
