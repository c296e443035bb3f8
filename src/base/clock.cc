// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/clock.h"

namespace oxb {
namespace {

class SystemClock final : public Clock {
 public:
  Instant now() const override { return std::chrono::time_point_cast<Ticks>(std::chrono::system_clock::now()); }
  std::chrono::steady_clock::time_point steady() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace oxb
