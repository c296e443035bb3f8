// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "sandbox/call.h"

#include <string_view>
#include <vector>

namespace oxb::sandbox {

// multipart/form-data (RFC 7578). What cannot be read is left out.
std::vector<Part> parse_multipart(std::string_view content_type, ByteView body);

}  // namespace oxb::sandbox
