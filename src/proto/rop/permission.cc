// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/rop/permission.h"

#include "proto/rop/info_impl.h"

namespace oxb::rop {

std::span<const RopInfo> permission_infos() {
  static constexpr auto kInfos = make_infos(PermissionRops{});
  return kInfos;
}

}  // namespace oxb::rop
