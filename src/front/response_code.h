// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <string_view>

namespace oxb::front {

// [MS-OXCMAPIHTTP] 2.2.3.3.3
enum class ResponseCode : std::uint8_t {
  success = 0,
  unknown_failure = 1,
  invalid_verb = 2,
  invalid_path = 3,
  invalid_header = 4,
  invalid_request_type = 5,
  invalid_context_cookie = 6,
  missing_header = 7,
  anonymous_not_allowed = 8,
  too_large = 9,
  context_not_found = 10,
  no_privilege = 11,
  invalid_request_body = 12,
  missing_cookie = 13,
  reserved = 14,
  invalid_sequence = 15,
  endpoint_disabled = 16,
  invalid_response = 17,
  endpoint_shutting_down = 18,
};

// For the human who reads the body of a refused request.
std::string_view describe(ResponseCode code);

}  // namespace oxb::front
