// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Counts wrong passwords per account and per client network, in bounded memory. Thread-safe.
#include "base/clock.h"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace oxb::front {

struct GuessLimits {
  unsigned per_account = 20;
  unsigned per_network = 100;
  std::chrono::seconds window{900};  // a count is forgotten this long after its first wrong guess
  std::size_t entries = 20'000;      // of each kind; the oldest go first
};

class GuessLimit {
 public:
  GuessLimit(GuessLimits limits, const Clock& clock) : limits_(limits), clock_(clock) {}

  // How long the client has to wait before it may try again; nothing: it may.
  std::optional<std::chrono::seconds> blocked(const std::string& account, const std::string& network);
  void wrong(const std::string& account, const std::string& network);
  // From now on other people's guesses, in the same office or elsewhere, do not lock this network out of this account:
  // the two have a count of their own.
  void right(const std::string& account, const std::string& network);

 private:
  struct Count {
    unsigned wrong = 0;
    std::chrono::steady_clock::time_point since;
  };
  using Counts = std::map<std::string, Count>;
  static std::string pair(const std::string& account, const std::string& network) { return account + '\n' + network; }
  std::optional<std::chrono::seconds> over(Counts& counts, const std::string& key, unsigned limit) const;
  void count(Counts& counts, const std::string& key) const;
  Count& entry(Counts& counts, const std::string& key) const;

  const GuessLimits limits_;
  const Clock& clock_;
  std::mutex mutex_;
  Counts accounts_;
  Counts networks_;
  Counts known_;  // account and network that have signed in; wrong counts their own failures
};

}  // namespace oxb::front
