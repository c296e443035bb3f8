// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Recurrence rules of events (RFC 5545), over libical.
#include "sandbox/chronos_dates.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace oxb::sandbox {

class Recurrence {
 public:
  // Nothing when the rule cannot be read.
  static std::optional<Recurrence> parse(const std::string& rule, const Moment& start);

  // Starts of occurrences (wall clock) up to the bound, at most `most` of them, exception dates not considered.
  std::vector<std::int64_t> starts(std::int64_t until_local, std::size_t most = 10'000) const;
  bool contains(std::int64_t local) const;
  bool finite() const { return finite_; }
  std::optional<std::int64_t> last() const;  // of a finite rule

 private:
  Recurrence(std::string rule, Moment start) : rule_(std::move(rule)), start_(std::move(start)) {}
  std::string rule_;
  Moment start_;
  bool finite_ = false;
};

// The rule with its end replaced.
std::string rule_until(const std::string& rule, const std::string& until);
std::string rule_count(const std::string& rule, std::int64_t count);
std::optional<std::int64_t> count_of(const std::string& rule);
// UNTIL that ends a series just before the occurrence at `local`.
std::string until_before(const Moment& start, std::int64_t local);

}  // namespace oxb::sandbox
