// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/rop/table.h"

#include "proto/rop/info_impl.h"

namespace oxb::rop {

std::span<const RopInfo> table_infos() {
  static constexpr auto kInfos = make_infos(TableRops{});
  return kInfos;
}

}  // namespace oxb::rop
