// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/rop/synchronization.h"

#include "proto/rop/info_impl.h"

namespace oxb::rop {

std::span<const RopInfo> synchronization_infos() {
  static constexpr auto kInfos = make_infos(SynchronizationRops{});
  return kInfos;
}

}  // namespace oxb::rop
