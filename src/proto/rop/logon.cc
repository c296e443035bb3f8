// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/rop/logon.h"

#include "proto/mapi/tags.h"
#include "proto/rop/info_impl.h"

namespace oxb::rop {

const std::vector<PropTag>& GetReceiveFolderTable::Response::columns() {
  static const std::vector<PropTag> kColumns = {
      mapi::tag::kFolderId, mapi::tag::kMessageClass.with(mapi::PropType::string8), mapi::tag::kLastModificationTime};
  return kColumns;
}

std::span<const RopInfo> logon_infos() {
  static constexpr auto kInfos = make_infos(LogonRops{});
  return kInfos;
}

}  // namespace oxb::rop
