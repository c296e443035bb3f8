// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// PersistData lists of PidTagAdditionalRenEntryIdsEx [MS-OXOSFLD] 2.2.4.
#include "proto/mapi/wire_types.h"
#include "wire/codec.h"

namespace oxb::mapi {

struct PersistElement {
  static constexpr std::uint16_t kEntryId = 1;  // RSF_ELID_ENTRYID
  static constexpr std::uint16_t kHeader = 2;   // RSF_ELID_HEADER
  std::uint16_t id{};
  Bytes data;
  static void describe(auto& v, auto& m) {
    v("ElementID", m.id);
    v("ElementData", wire::blob<std::uint16_t>(m.data));
  }
  bool operator==(const PersistElement&) const = default;
};

struct PersistData {
  static constexpr std::uint16_t kSentinel = 0x0000;
  static constexpr std::uint16_t kRssSubscription = 0x8001;
  static constexpr std::uint16_t kSendAndTrack = 0x8002;
  static constexpr std::uint16_t kToDoSearch = 0x8004;
  static constexpr std::uint16_t kConversationActions = 0x8006;
  static constexpr std::uint16_t kSuggestedContacts = 0x8008;
  static constexpr std::uint16_t kContactSearch = 0x8009;
  static constexpr std::uint16_t kImContacts = 0x800A;
  static constexpr std::uint16_t kQuickContacts = 0x800B;
  std::uint16_t id = kRssSubscription;
  std::vector<PersistElement> elements;  // without the sentinel
  bool operator==(const PersistData&) const = default;
};

// The whole property; unknown ids and elements are kept.
struct PersistList {
  static constexpr std::string_view kName = "PersistDataList";
  std::vector<PersistData> items;
  bool has_sentinel = true;  // some writers leave the last one out
  bool operator==(const PersistList&) const = default;
};
Result<PersistList> parse_persist_list(ByteView bytes);
Bytes to_bytes(const PersistList& list);
std::string persist_text(const PersistList& list);

}  // namespace oxb::mapi
