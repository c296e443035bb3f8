// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/rop/stream.h"

#include "proto/rop/info_impl.h"

namespace oxb::rop {

std::span<const RopInfo> stream_infos() {
  static constexpr auto kInfos = make_infos(StreamRops{});
  return kInfos;
}

}  // namespace oxb::rop
