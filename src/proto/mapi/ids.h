// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Wire forms of folder ids, message ids and change numbers [MS-OXCDATA] 2.2.1, [MS-OXCFXICS] 2.2.2. The only place
// where a counter becomes bytes and back.
#include "base/bytes.h"
#include "base/guid.h"
#include "base/ids.h"

#include <array>
#include <compare>
#include <optional>

namespace oxb::mapi {

// GLOBCNT: six bytes, the most significant first.
using Globcnt = std::array<std::byte, 6>;
constexpr std::uint64_t kMaxCounter = 0xFFFF'FFFF'FFFF;
constexpr Globcnt globcnt(std::uint64_t counter) {
  Globcnt out{};
  for (unsigned i = 0; i < 6; ++i) out[i] = static_cast<std::byte>(counter >> (8 * (5 - i)) & 255U);
  return out;
}
constexpr std::uint64_t counter_of(const Globcnt& bytes) {
  std::uint64_t counter = 0;
  for (const auto b : bytes) counter = counter << 8 | static_cast<std::uint8_t>(b);
  return counter;
}

constexpr std::uint16_t kOwnReplica = 1;  // REPLID of the mailbox's own database GUID

// A FID, MID or CN as it stands in a ROP: REPLID, then GLOBCNT; `raw` is those eight bytes as a little-endian number.
struct Eid {
  std::uint64_t raw{};
  auto operator<=>(const Eid&) const = default;

  static constexpr Eid of(std::uint64_t counter, std::uint16_t replica = kOwnReplica) {
    Eid id{replica};
    const auto bytes = globcnt(counter);
    for (unsigned i = 0; i < 6; ++i) id.raw |= static_cast<std::uint64_t>(bytes[i]) << (8 * (i + 2));
    return id;
  }
  static constexpr Eid of(FolderId id) { return of(id.value); }
  static constexpr Eid of(MessageId id) { return of(id.value); }
  static constexpr Eid of(ChangeNumber id) { return of(id.value); }

  constexpr std::uint16_t replica() const { return static_cast<std::uint16_t>(raw & 0xFFFF); }
  constexpr std::uint64_t counter() const {
    Globcnt bytes{};
    for (unsigned i = 0; i < 6; ++i) bytes[i] = static_cast<std::byte>(raw >> (8 * (i + 2)) & 255U);
    return counter_of(bytes);
  }
  constexpr bool is_zero() const { return raw == 0; }
  constexpr bool is_own() const { return replica() == kOwnReplica; }
  // Meaningful only when is_own(); ids of other replicas go through the mailbox's replica map first.
  constexpr FolderId folder() const { return FolderId{counter()}; }
  constexpr MessageId message() const { return MessageId{counter()}; }
  constexpr ChangeNumber change() const { return ChangeNumber{counter()}; }
  // As the value of PidTagFolderId, PidTagMid ... (PtypInteger64).
  constexpr std::int64_t property() const { return static_cast<std::int64_t>(raw); }
  static constexpr Eid from_property(std::int64_t value) { return Eid{static_cast<std::uint64_t>(value)}; }
};

// REPLGUID and counter: GID (22 bytes) or, with two zero bytes behind, LongTermID (24 bytes).
struct LongTermId {
  Guid replica;
  std::uint64_t counter{};
  auto operator<=>(const LongTermId&) const = default;

  Bytes gid() const;    // 22 bytes: SourceKey
  Bytes bytes() const;  // 24 bytes
  // 22 bytes, or 24 with whatever padding; malformed otherwise.
  static Result<LongTermId> parse(ByteView bytes);
};

// [MS-OXCFXICS] 2.2.2.2: namespace GUID and a local id of 1 to 8 bytes, kept exactly.
struct Xid {
  Guid space;
  Bytes local;
  auto operator<=>(const Xid&) const = default;

  static Xid of(const Guid& replica, std::uint64_t counter);
  Bytes bytes() const;
  static Result<Xid> parse(ByteView bytes);
  // The counter of a six-byte local id.
  std::optional<std::uint64_t> counter() const;
};

}  // namespace oxb::mapi
