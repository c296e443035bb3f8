// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/rop/message.h"

#include "proto/rop/info_impl.h"

namespace oxb::rop {

std::span<const RopInfo> message_infos() {
  static constexpr auto kInfos = make_infos(MessageRops{});
  return kInfos;
}

}  // namespace oxb::rop
