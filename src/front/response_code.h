// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "proto/mapihttp/bodies.h"

#include <string_view>

namespace oxb::front {

using mapihttp::ResponseCode;

// For the human who reads the body of a refused request.
std::string_view describe(ResponseCode code);

}  // namespace oxb::front
