// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// How a measurement is taken and printed: one line a figure, the budget of docs/architecture.md beside it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::bench {

class Stopwatch {
 public:
  double ms() const { return std::chrono::duration<double, std::milli>(Clock::now() - start_).count(); }
  // Since the last lap, or the start.
  double lap() {
    const auto now = ms();
    const auto out = now - lap_;
    lap_ = now;
    return out;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
  double lap_ = 0;
};

class Samples {
 public:
  void add(double value) { values_.push_back(value); }
  std::size_t count() const { return values_.size(); }
  // The smallest value that so many parts of all do not exceed (nearest rank).
  double quantile(double part) const {
    if (values_.empty()) return 0;
    auto sorted = values_;
    std::sort(sorted.begin(), sorted.end());
    const auto rank = static_cast<std::size_t>(part * static_cast<double>(sorted.size()) + 0.999999);
    return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
  }
  double p50() const { return quantile(0.50); }
  double p95() const { return quantile(0.95); }

 private:
  std::vector<double> values_;
};

struct Budget {
  double limit;
  std::string_view unit = "ms";
  bool at_least = false;  // the figure should be above it
};

inline std::string verdict(double value, const std::optional<Budget>& budget) {
  if (!budget) return "budget -";
  const bool good = budget->at_least ? value >= budget->limit : value <= budget->limit;
  return fmt::format("budget {} {:g} {}  {}", budget->at_least ? ">=" : "<=", budget->limit, budget->unit,
                     good ? "ok" : "OVER");
}

inline void print_line(std::string_view name, const std::string& values, const std::string& judged,
                       std::string_view note) {
  fmt::print("{:<62} {:<38} {:<26} {}\n", name, values, judged, note);
  std::fflush(stdout);
}

// Times in milliseconds; the budget is held against p95.
inline void print_times(std::string_view name, const Samples& times, std::optional<double> budget_ms,
                        std::string_view note = {}) {
  std::optional<Budget> budget;
  if (budget_ms) budget = Budget{*budget_ms};
  print_line(name, fmt::format("p50 {:8.1f} ms  p95 {:8.1f} ms  n {}", times.p50(), times.p95(), times.count()),
             verdict(times.p95(), budget), note);
}

inline void print_value(std::string_view name, double value, std::string_view unit, std::optional<Budget> budget = {},
                        std::string_view note = {}) {
  print_line(name, fmt::format("{:12.1f} {}", value, unit), verdict(value, budget), note);
}

// A measurement that cannot go on; caught by run(), so that no process is left behind.
struct GivenUp {
  std::string why;
};
[[noreturn]] inline void give_up(std::string_view why) { throw GivenUp{std::string(why)}; }

template <class Body>
int run(Body body) {
  try {
    body();
    return 0;
  } catch (const GivenUp& given_up) {
    fmt::print(stderr, "bench: {}\n", given_up.why);
    return 1;
  }
}

template <class R>
auto need(R result, std::string_view what) {
  if (!result) give_up(fmt::format("{}: {}", what, result.error().what));
  if constexpr (!std::is_void_v<typename R::value_type>) return *std::move(result);
}

}  // namespace oxb::bench
