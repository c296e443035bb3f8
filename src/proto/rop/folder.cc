// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/rop/folder.h"

#include "proto/rop/info_impl.h"

namespace oxb::rop {

std::span<const RopInfo> folder_infos() {
  static constexpr auto kInfos = make_infos(FolderRops{});
  return kInfos;
}

}  // namespace oxb::rop
