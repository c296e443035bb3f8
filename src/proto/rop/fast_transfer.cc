// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/rop/fast_transfer.h"

#include "proto/rop/info_impl.h"

namespace oxb::rop {

std::span<const RopInfo> fast_transfer_infos() {
  static constexpr auto kInfos = make_infos(FastTransferRops{});
  return kInfos;
}

}  // namespace oxb::rop
