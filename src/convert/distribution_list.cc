// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/distribution_list.h"

#include "convert/pim_common.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"

#include <array>

namespace oxb::convert {
namespace {

namespace tag = mapi::tag;
namespace lid = mapi::lid;
using Member = model::DistributionList::Member;

// [MS-OXOCNTC] 2.2.2.2.4.1.1: low nibble 3 a contact, bits 4 to 6 which of its addresses, the top bit is always set.
std::uint8_t wrapped_type(Member::Kind kind) {
  switch (kind) {
    case Member::Kind::email2:
      return 0xD3;
    case Member::Kind::email3:
      return 0xE3;
    default:
      return 0xC3;
  }
}

Bytes one_off(const Member& member) { return entry_id_of({member.name, member.email, {}}); }

Bytes member_entry_id(const Member& member, const FindContactEntryId& find_contact) {
  if (member.kind != Member::Kind::external && find_contact) {
    if (auto contact = find_contact(member.contact, member.contact_folder)) {
      mapi::WrappedEntryId wrapped;
      wrapped.type = wrapped_type(member.kind);
      wrapped.entry_id = std::move(*contact);
      return mapi::to_bytes(wrapped);
    }
  }
  return one_off(member);
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? value >> 1 ^ 0xEDB88320U : value >> 1;
    table[i] = value;
  }
  return table;
}
constexpr auto kCrcTable = make_crc_table();

}  // namespace

// The CRC of [MS-OXRTFCP] 3.1.3.2: no inversion before or after.
std::uint32_t distribution_list_checksum(const std::vector<Bytes>& members) {
  std::uint32_t crc = 0;
  for (const auto& member : members)
    for (const auto byte : member) crc = kCrcTable[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xFF] ^ crc >> 8;
  return crc;
}

Result<mapi::Content> distribution_list_from_item(const model::DistributionList& list, const PimContext& context,
                                                  const FindContactEntryId& find_contact) {
  mapi::Content content;
  auto& p = content.properties;
  p.set(tag::kMessageClass, std::string("IPM.DistList"));
  p.set(tag::kIconIndex, std::int32_t{0x202});
  p.set(tag::kImportance, std::int32_t{1});
  put(content, lid::kSideEffects, std::int32_t{0x110});
  set_subject(content, list.name);
  p.set(tag::kDisplayName, list.name);
  put(content, lid::kDistributionListName, list.name);
  put(content, lid::kFileUnder, list.name);
  put(content, lid::kFileUnderId, std::int32_t{-1});
  std::vector<Bytes> members, one_offs;
  for (const auto& member : list.members) {
    members.push_back(member_entry_id(member, find_contact));
    one_offs.push_back(one_off(member));
  }
  put(content, lid::kDistributionListChecksum, static_cast<std::int32_t>(distribution_list_checksum(members)));
  if (!members.empty()) {  // a list without elements must not be set
    put(content, lid::kDistributionListMembers, std::move(members));
    put(content, lid::kDistributionListOneOffMembers, std::move(one_offs));
  }
  set_body(content, list.note);
  set_categories(content, list.categories);
  set_privacy(content, list.secret ? Privacy::private_item : Privacy::open);
  set_times(content, list.created, list.modified);
  set_sender(content, owner_of(context), owner_of(context));
  set_flags(content);
  return content;
}

}  // namespace oxb::convert
