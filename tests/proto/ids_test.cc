// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/ids.h"

#include <gtest/gtest.h>

using namespace oxb;
using namespace oxb::mapi;

// [MS-OXCDATA] 2.2.1.1: REPLID little endian, then six bytes with the most significant first.
TEST(Eid, HoldsTheReplicaLowAndTheCounterReversed) {
  constexpr auto id = Eid::of(std::uint64_t{0x0102'0304'0506}, 1);
  static_assert(id.raw == 0x0605'0403'0201'0001ULL);
  EXPECT_EQ(id.replica(), 1);
  EXPECT_EQ(id.counter(), 0x0102'0304'0506ULL);
  EXPECT_TRUE(id.is_own());
}

TEST(Eid, KeepsEveryCounter) {
  for (std::uint64_t counter : {1ULL, 255ULL, 256ULL, 0xFFFFULL, 0x1234'5678'9ABCULL, 0xFFFF'FFFF'FFFFULL})
    EXPECT_EQ(Eid::of(FolderId{counter}).folder().value, counter);
}

TEST(Eid, SurvivesAsAPropertyValue) {
  const auto id = Eid::of(MessageId{0xFFFF'FFFF'FFFF});
  EXPECT_EQ(Eid::from_property(id.property()), id);
}

TEST(LongTermId, IsTheGuidTheCounterAndTwoZeros) {
  const LongTermId id{Guid::of(1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}), 0x1234};
  EXPECT_EQ(to_hex(id.bytes()),
            "0100000002000300040506070809"
            "0a0b0000000012340000");
  EXPECT_EQ(id.gid().size(), 22u);
  EXPECT_EQ(LongTermId::parse(id.bytes()).value(), id);
  EXPECT_EQ(LongTermId::parse(id.gid()).value(), id);
  EXPECT_FALSE(LongTermId::parse(Bytes(23)));
}

TEST(Xid, KeepsForeignLocalIds) {
  const Xid xid{Guid::of(1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}), to_bytes("abcdefgh")};
  EXPECT_EQ(Xid::parse(xid.bytes()).value(), xid);
  EXPECT_FALSE(xid.counter());
  EXPECT_EQ(Xid::of(xid.space, 77).counter(), 77u);
  EXPECT_FALSE(Xid::parse(Bytes(16)));
  EXPECT_FALSE(Xid::parse(Bytes(25)));
}
