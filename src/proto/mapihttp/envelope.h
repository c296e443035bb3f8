// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The common response format [MS-OXCMAPIHTTP] 2.2.7: PROCESSING, PENDING ..., DONE, headers, an empty line, the body.
#include "base/bytes.h"

#include <string>
#include <utility>
#include <vector>

namespace oxb::mapihttp {

inline constexpr std::string_view kProcessing = "PROCESSING\r\n";
inline constexpr std::string_view kPending = "PENDING\r\n";
inline constexpr std::string_view kDone = "DONE\r\n";

struct Envelope {
  std::vector<std::pair<std::string, std::string>>
      headers;              // behind DONE: X-ElapsedTime, X-StartTime, X-ResponseCode ...
  std::size_t pending = 0;  // how many PENDING tokens stood in front
  Bytes body;
  // First value, or empty; names compare case-insensitively.
  std::string_view header(std::string_view name) const;
};

// malformed: no DONE, or no empty line behind the headers.
Result<Envelope> parse_envelope(ByteView bytes);
// DONE, headers and body; the tokens in front have been sent.
Bytes encode_done(const std::vector<std::pair<std::string, std::string>>& headers, ByteView body);

}  // namespace oxb::mapihttp
