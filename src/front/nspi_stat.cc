// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/nspi_stat.h"

#include <algorithm>

namespace oxb::front {

std::optional<std::size_t> row_of(const nspi::Stat& stat, const directory::View& view) {
  switch (stat.current) {
    case nspi::kBeginningOfTable:
      return 0;
    case nspi::kEndOfTable:
      return view.size();
    case nspi::kCurrent: {
      // Fractional positioning 3.1.4.5.3: the client's own idea of the table's length counts.
      if (stat.total == 0 || stat.position >= stat.total) return stat.total == 0 ? 0 : view.size();
      return static_cast<std::size_t>(static_cast<std::uint64_t>(stat.position) * view.size() / stat.total);
    }
    default:
      return view.position_of(stat.current);
  }
}

std::size_t moved(std::size_t row, std::int32_t delta, const directory::View& view) {
  const auto target = static_cast<std::int64_t>(row) + delta;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(target, 0, static_cast<std::int64_t>(view.size())));
}

void place(nspi::Stat& stat, std::size_t row, const directory::View& view) {
  stat.current = row < view.size() ? view.at(row).minimal_id : nspi::kEndOfTable;
  stat.delta = 0;
  stat.position = static_cast<std::uint32_t>(row);
  stat.total = static_cast<std::uint32_t>(view.size());
}

EcCode check_list_stat(const nspi::Stat& stat) {
  if (stat.code_page == nspi::kCodePageUnicode) return EcCode::unknown_code_page;
  if (stat.container != 0) return EcCode::invalid_bookmark;
  if (stat.sort_type != nspi::kSortByDisplayName && stat.sort_type != nspi::kSortByPhoneticName) return EcCode::error;
  return EcCode::none;
}

}  // namespace oxb::front
