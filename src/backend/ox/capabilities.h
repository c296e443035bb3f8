// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What differs between Open-Xchange releases, in one table: filled from the version, then corrected by probing.
#include "format/oxjson/rows.h"

#include <atomic>
#include <compare>
#include <string>
#include <string_view>

namespace oxb::backend::ox {

struct Release {
  int major = 8, minor = 19, patch = 0;
  auto operator<=>(const Release&) const = default;
};
// "8.19.0", "7.10.6-Rev24"; anything else is taken for a current one.
Release release_of(std::string_view version);

enum class Feature : std::uint8_t {
  chronos,            // calendar folders cal://, module chronos
  addressbooks,       // contact folders con://, module addressbooks
  formatted_address,  // contact columns 616 ... 621
  scheduling,         // parameter scheduling=none on event writes
  count_
};

class Capabilities {
 public:
  explicit Capabilities(Release release);
  bool has(Feature feature) const { return flags_[static_cast<std::size_t>(feature)]; }
  // Probing found that the server cannot do it after all. From any thread.
  void lacks(Feature feature) { flags_[static_cast<std::size_t>(feature)] = false; }
  const Release& release() const { return release_; }
  const oxjson::Columns& contact_columns() const;

 private:
  Release release_;
  std::array<std::atomic<bool>, static_cast<std::size_t>(Feature::count_)> flags_{};
};

}  // namespace oxb::backend::ox
