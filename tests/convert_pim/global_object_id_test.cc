// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/global_object_id.h"

#include "base/text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

namespace oxb::convert {
namespace {

constexpr std::string_view kOutlookUid =
    "040000008200E00074C5B7101A82E00800000000A0F7D9CE6A3AC701000000000000000010000000F1D2C3B4A5968778695A4B3C2D1E0F10";

TEST(GlobalObjectId, ForeignUidsAreWrapped) {  // [MS-OXCICAL] 2.1.3.1.1.20.26
  EXPECT_EQ(to_hex(global_object_id("abc@example.com")),
            "040000008200e00074c5b7101a82e00800000000000000000000000000000000000000001c000000"
            "7643616c2d55696401000000"
            "616263406578616d706c652e636f6d00");
}

std::string vector_file(const std::string& name) {
  std::ifstream in(OXB_SOURCE_DIR "/tests/vectors/goid/" + name);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(GlobalObjectId, ExceptionOfTheSpecification) {  // [MS-OXOCAL] 4.1.2.1
  const auto bytes = from_hex(vector_file("exception.hex"));
  ASSERT_TRUE(bytes);
  const auto instance = instance_of_global_object_id(*bytes);
  const auto uid = uid_of_global_object_id(*bytes);
  ASSERT_TRUE(instance && uid);
  EXPECT_EQ(fmt::format("instance: {:04}-{:02}-{:02}\nuid: {}\n", static_cast<int>(instance->year),
                        static_cast<unsigned>(instance->month), static_cast<unsigned>(instance->day), *uid),
            vector_file("exception.txt"));
  EXPECT_EQ(to_hex(global_object_id(*uid, *instance)), to_hex(*bytes));
}

TEST(GlobalObjectId, OutlooksOwnUidsAreTheirBytes) {
  EXPECT_EQ(to_hex(global_object_id(kOutlookUid)), ascii_lower(kOutlookUid));
}

// Rule F5: mail invitation and server copy have the same id, whatever the UID looks like.
TEST(GlobalObjectId, F5UidsComeBackUnchanged) {
  std::string nested = to_hex(global_object_id("inner"));
  for (const std::string& uid :
       {std::string("abc@example.com"), std::string(kOutlookUid), ascii_lower(kOutlookUid), std::string(""),
        std::string("Besprechung-ÄÖÜ"), std::string("040000008200E00074C5B7101A82E008"), nested, ascii_upper(nested),
        ascii_upper(to_hex(global_object_id(ascii_upper(nested)))), std::string(900, 'x'),
        // Outlook's form with an instance date is not the form of a whole item.
        std::string(kOutlookUid).replace(32, 8, "07D70410")}) {
    const auto id = global_object_id(uid);
    const auto back = uid_of_global_object_id(id);
    ASSERT_TRUE(back) << uid;
    EXPECT_EQ(*back, uid);
  }
}

TEST(GlobalObjectId, IdsComeBackUnchanged) {
  for (const auto* hex :
       {"040000008200e00074c5b7101a82e00800000000000000000000000000000000000000001c0000007643616c2d55696401000000"
        "616263406578616d706c652e636f6d00",
        "040000008200e00074c5b7101a82e00800000000a0f7d9ce6a3ac701000000000000000010000000f1d2c3b4a5968778695a4b3c"
        "2d1e0f10",
        // wrapped, but with a creation time
        "040000008200e00074c5b7101a82e00800000000a0f7d9ce6a3ac7010000000000000000100000007643616c2d556964010000006162"
        "6300",
        "040000008200e00074c5b7101a82e00800000000000000000000000000000000000000000000000000"}) {
    auto id = *from_hex(hex);
    id.resize(40 + std::to_integer<std::size_t>(id[36]));
    const auto uid = uid_of_global_object_id(id);
    ASSERT_TRUE(uid) << hex;
    EXPECT_EQ(to_hex(global_object_id(*uid)), to_hex(id));
  }
}

TEST(GlobalObjectId, InstanceDatesComeAndGo) {
  const auto id = global_object_id("abc", model::Date{2007, 4, 16});
  EXPECT_EQ(to_hex(ByteView(id).subspan(16, 4)), "07d70410");
  EXPECT_EQ(instance_of_global_object_id(id), (model::Date{2007, 4, 16}));
  EXPECT_EQ(*clean_global_object_id(id), global_object_id("abc"));
  EXPECT_EQ(*uid_of_global_object_id(id), "abc");
  EXPECT_FALSE(instance_of_global_object_id(global_object_id("abc")));
}

TEST(GlobalObjectId, OtherBytesAreMalformed) {
  for (const auto& bytes : {Bytes(), Bytes(40), to_bytes("040000008200E00074C5B7101A82E008")}) {
    EXPECT_FALSE(uid_of_global_object_id(bytes));
    EXPECT_FALSE(clean_global_object_id(bytes));
  }
  auto cut = global_object_id("abc");
  cut.pop_back();
  EXPECT_FALSE(uid_of_global_object_id(cut));
}

TEST(GlobalObjectId, OwnerAppointmentIdIsPositiveAndStable) {
  EXPECT_EQ(owner_appointment_id("abc"), owner_appointment_id("abc"));
  EXPECT_NE(owner_appointment_id("abc"), owner_appointment_id("abd"));
  for (int i = 0; i < 1000; ++i) EXPECT_GT(owner_appointment_id(std::to_string(i)), 0);
}

}  // namespace
}  // namespace oxb::convert
