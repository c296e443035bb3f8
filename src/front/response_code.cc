// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/response_code.h"

#include <array>

namespace oxb::front {

std::string_view describe(ResponseCode code) {
  static constexpr std::array<std::string_view, 19> kTexts = {
      "Success",
      "The request failed for an unknown reason.",
      "This endpoint takes POST requests.",
      "There is no such endpoint.",
      "A header of the request is invalid.",
      "The X-RequestType header names no request type of this endpoint.",
      "The session context cookie is not understood.",
      "A required header is missing.",
      "Anonymous requests are not allowed.",
      "The request is too large.",
      "The session context is not known (any more). Connect again.",
      "The session context belongs to somebody else.",
      "The body of the request is invalid.",
      "The session context cookie is missing.",
      "Reserved",
      "Another request of this session context is under way, or this one came out of order.",
      "The endpoint is switched off.",
      "The response could not be made.",
      "The gateway is shutting down."};
  const auto index = static_cast<std::size_t>(code);
  return index < kTexts.size() ? kTexts[index] : kTexts[1];
}

}  // namespace oxb::front
