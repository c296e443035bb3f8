// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/ox/capabilities.h"

#include <charconv>

namespace oxb::backend::ox {
namespace {

struct Since {
  Feature feature;
  Release release;
};

constexpr std::array kTable = {
    Since{Feature::chronos, {7, 10, 0}},
    Since{Feature::addressbooks, {7, 10, 5}},
    Since{Feature::formatted_address, {7, 10, 0}},
    Since{Feature::scheduling, {8, 0, 0}},
};
static_assert(kTable.size() == static_cast<std::size_t>(Feature::count_));

}  // namespace

Release release_of(std::string_view version) {
  Release out;
  std::array<int, 3> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [ptr, error] = std::from_chars(version.data(), version.data() + version.size(), numbers[i]);
    if (error != std::errc{}) return i < 2 ? out : Release{numbers[0], numbers[1], 0};
    version.remove_prefix(static_cast<std::size_t>(ptr - version.data()));
    if (version.empty() || version.front() != '.') {
      if (i == 0) return out;
      break;
    }
    version.remove_prefix(1);
  }
  return {numbers[0], numbers[1], numbers[2]};
}

Capabilities::Capabilities(Release release) : release_(release) {
  for (const auto& row : kTable) flags_[static_cast<std::size_t>(row.feature)] = release >= row.release;
}

const oxjson::Columns& Capabilities::contact_columns() const {
  return has(Feature::formatted_address) ? oxjson::contact_request() : oxjson::contact_request_basic();
}

}  // namespace oxb::backend::ox
