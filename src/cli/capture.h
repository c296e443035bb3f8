// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A captured MAPI/HTTP body as it may lie in a file: bytes or hexadecimal digits, with or without the HTTP head, with
// or without the chunked transfer coding.
#include "base/bytes.h"

#include <string>
#include <string_view>

namespace oxb::cli {

struct Capture {
  enum class Side : std::uint8_t { unknown, request, response } side = Side::unknown;  // as the HTTP head says
  std::string type;  // X-RequestType of the head, or empty
  std::string head;  // first line and those headers that name nobody; for printing
  Bytes body;
};

// malformed: an HTTP head without an end, or chunks that are cut short.
Result<Capture> read_capture(std::string_view file_content);

}  // namespace oxb::cli
