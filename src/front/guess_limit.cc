// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/guess_limit.h"

#include <algorithm>

namespace oxb::front {

std::optional<std::chrono::seconds> GuessLimit::over(Counts& counts, const std::string& key, unsigned limit) const {
  const auto found = counts.find(key);
  if (found == counts.end()) return std::nullopt;
  const auto age = clock_.steady() - found->second.since;
  if (age >= limits_.window) {
    found->second = {0, clock_.steady()};
    return std::nullopt;
  }
  if (found->second.wrong < limit) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(limits_.window - age);
}

GuessLimit::Count& GuessLimit::entry(Counts& counts, const std::string& key) const {
  const auto found = counts.find(key);
  if (found != counts.end()) return found->second;
  if (counts.size() >= limits_.entries) {
    // What has run out goes; if nothing has, the oldest. An attacker who fills the table only forgets his own traces.
    const auto now = clock_.steady();
    std::erase_if(counts, [&](const auto& item) { return now - item.second.since >= limits_.window; });
    if (counts.size() >= limits_.entries)
      counts.erase(std::min_element(counts.begin(), counts.end(),
                                    [](const auto& a, const auto& b) { return a.second.since < b.second.since; }));
  }
  return counts.emplace(key, Count{0, clock_.steady()}).first->second;
}

void GuessLimit::count(Counts& counts, const std::string& key) const {
  auto& item = entry(counts, key);
  if (clock_.steady() - item.since >= limits_.window) item = {0, clock_.steady()};
  ++item.wrong;
}

std::optional<std::chrono::seconds> GuessLimit::blocked(const std::string& account, const std::string& network) {
  const std::lock_guard lock(mutex_);
  const auto both = pair(account, network);
  if (known_.count(both) > 0) return over(known_, both, limits_.per_account);
  if (const auto wait = over(networks_, network, limits_.per_network)) return wait;
  return over(accounts_, account, limits_.per_account);
}

void GuessLimit::wrong(const std::string& account, const std::string& network) {
  const std::lock_guard lock(mutex_);
  count(networks_, network);
  const auto both = pair(account, network);
  if (known_.count(both) > 0)
    count(known_, both);
  else
    count(accounts_, account);
}

void GuessLimit::right(const std::string& account, const std::string& network) {
  const std::lock_guard lock(mutex_);
  entry(known_, pair(account, network)) = {0, clock_.steady()};
}

}  // namespace oxb::front
