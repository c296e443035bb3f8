// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/rop/property.h"

#include "proto/rop/info_impl.h"

namespace oxb::rop {

std::span<const RopInfo> property_infos() {
  static constexpr auto kInfos = make_infos(PropertyRops{});
  return kInfos;
}

}  // namespace oxb::rop
