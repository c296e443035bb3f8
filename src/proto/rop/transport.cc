// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/rop/transport.h"

#include "proto/rop/info_impl.h"

namespace oxb::rop {

std::span<const RopInfo> transport_infos() {
  static constexpr auto kInfos = make_infos(TransportRops{});
  return kInfos;
}

}  // namespace oxb::rop
