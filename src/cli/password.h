// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "base/result.h"
#include "base/secret.h"

#include <string>

namespace oxb::cli {

// The first line of the file, else the environment variable OXBRIDGE_PASSWORD, else asked for without echo.
Result<Secret> find_password(const std::string& file);

}  // namespace oxb::cli
