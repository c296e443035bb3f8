// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Positions in the sorted address book and the STAT that clients carry them in [MS-OXNSPI] 2.2.8, 3.1.4.5. Pure.
#include "directory/view.h"
#include "proto/nspi/types.h"

namespace oxb::front {

// The row that a STAT stands on, without its Delta; the view's size: behind the last row. Nothing: the row is not known
// (any more).
std::optional<std::size_t> row_of(const nspi::Stat& stat, const directory::View& view);
// The row after moving by Delta; never before the first row nor beyond the end.
std::size_t moved(std::size_t row, std::int32_t delta, const directory::View& view);
// Writes a row into the STAT that goes back: CurrentRec, Delta, NumPos, TotalRecs.
void place(nspi::Stat& stat, std::size_t row, const directory::View& view);

// What is wrong with a STAT for calls that walk the address list: its code page, container or order.
EcCode check_list_stat(const nspi::Stat& stat);

}  // namespace oxb::front
