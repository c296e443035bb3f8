// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/result.h"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace oxb {

std::string_view name(Errc code) {
  static constexpr std::array kNames = {"malformed",       "unsupported", "invalid", "not_found", "access_denied",
                                        "unauthenticated", "conflict",    "exists",  "limit",     "quota",
                                        "unavailable",     "cancelled",   "internal"};
  static_assert(kNames.size() == static_cast<std::size_t>(Errc::count_));
  const auto index = static_cast<std::size_t>(code);
  return index < kNames.size() ? kNames[index] : "unknown";
}

void assertion_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "oxbridge: broken promise: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace oxb
