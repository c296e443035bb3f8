// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <chrono>
#include <cstdint>

namespace oxb {

// 100 ns ticks since 1970-01-01 UTC: a FILETIME fits without loss.
using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;
using Instant = std::chrono::time_point<std::chrono::system_clock, Ticks>;

// FILETIME counts from 1601-01-01 [MS-DTYP] 2.3.3. Values outside int64 are clamped.
constexpr std::int64_t kFileTimeEpoch = 116'444'736'000'000'000;
constexpr std::uint64_t to_file_time(Instant t) {
  const auto ticks = t.time_since_epoch().count();
  return ticks < -kFileTimeEpoch ? 0 : static_cast<std::uint64_t>(ticks) + static_cast<std::uint64_t>(kFileTimeEpoch);
}
constexpr Instant from_file_time(std::uint64_t file_time) {
  if (file_time > 0x7fff'ffff'ffff'ffffULL) file_time = 0x7fff'ffff'ffff'ffffULL;
  return Instant(Ticks(static_cast<std::int64_t>(file_time) - kFileTimeEpoch));
}
constexpr Instant from_unix_ms(std::int64_t ms) {
  constexpr std::int64_t kBound = 922'337'203'685'477;
  if (ms > kBound) ms = kBound;
  if (ms < -kBound) ms = -kBound;
  return Instant(Ticks(ms * 10'000));
}
constexpr std::int64_t to_unix_ms(Instant t) {
  return std::chrono::floor<std::chrono::milliseconds>(t.time_since_epoch()).count();
}

// Time is injected: tests stop and move it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;                                   // wall clock
  virtual std::chrono::steady_clock::time_point steady() const = 0;  // deadlines
};
const Clock& system_clock();

}  // namespace oxb
