// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/rop/info.h"

#include "proto/rop/info_impl.h"

#include <fmt/format.h>

#include <array>

namespace oxb::rop {
namespace {

struct Table {
  std::array<const RopInfo*, 256> by_id{};
  std::vector<const RopInfo*> all;

  Table() {
    for (const auto group : {logon_infos(), folder_infos(), table_infos(), message_infos(), transport_infos(),
                             property_infos(), stream_infos(), permission_infos(), fast_transfer_infos(),
                             synchronization_infos(), notification_infos(), server_infos()})
      for (const auto& info : group) {
        OXB_ASSERT(by_id[info.id] == nullptr);
        by_id[info.id] = &info;
        all.push_back(&info);
      }
  }
};

const Table& table() {
  static const Table kTable;
  return kTable;
}

}  // namespace

const RopInfo* find_rop(std::uint8_t id) { return table().by_id[id]; }
std::span<const RopInfo* const> all_rops() { return table().all; }

std::string rop_name(std::uint8_t id) {
  const auto* info = find_rop(id);
  return info ? std::string(info->name) : fmt::format("Rop 0x{:02x}", id);
}

}  // namespace oxb::rop
