// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/rop/notification.h"

#include "proto/rop/info_impl.h"

namespace oxb::rop {

std::span<const RopInfo> notification_infos() {
  static constexpr auto kInfos = make_infos(NotificationRops{});
  return kInfos;
}
std::span<const RopInfo> server_infos() {
  static constexpr auto kInfos = make_infos(ServerRops{});
  return kInfos;
}

}  // namespace oxb::rop
