// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/tnef/tnef.h"

#include <gtest/gtest.h>

#include <fstream>

namespace oxb::tnef {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value_or(Bytes{}); }

// The first attributes of the sample message in [MS-OXTNEF] 3.1, as hexadecimal digits.
std::string sample_start() {
  std::ifstream in(OXB_SOURCE_DIR "/tests/vectors/tnef/sample_start.hex");
  EXPECT_TRUE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Tnef, StartOfTheSampleMessage) {
  const auto bytes = hex(sample_start());
  ASSERT_TRUE(is_tnef(bytes));
  const auto message = parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->code_page, 1252U);
  EXPECT_EQ(as_text(message->message_class), "IPM.Microsoft Mail.Note");
  EXPECT_EQ(as_text(message->subject), "Simple subject");
}

// Two properties: PidTagAlternateRecipientAllowed true, a named text; then an attachment.
std::string whole() {
  return sample_start() +
         "01 03900600 44000000"
         "02000000"
         "0b000200 01000000"
         "1f000080 2903020000000000c000000000000046 01000000 0a000000 4b006500790073000000 0000 "
         "01000000 06000000 68006900000000 00"
         "0000"
         "02 02900600 0e000000 0100ffffffff0000000000000000 fd03"
         "02 10800100 06000000 612e74787400 0000"
         "02 0f800600 03000000 616263 2601";
}

TEST(Tnef, PropertiesNamesAndAttachments) {
  const auto bytes = hex(whole());
  const auto message = parse(bytes);
  ASSERT_TRUE(message);
  ASSERT_EQ(message->properties.size(), 2U);
  EXPECT_EQ(message->properties[0].id, 0x0002);
  EXPECT_EQ(to_hex(message->properties[0].values.at(0)), "0100");
  ASSERT_TRUE(message->properties[1].name);
  EXPECT_EQ(std::get<std::string>(message->properties[1].name->id), "Keys");
  EXPECT_EQ(to_hex(message->properties[1].values.at(0)), "680069000000");
  ASSERT_EQ(message->attachments.size(), 1U);
  EXPECT_EQ(as_text(message->attachments[0].title), "a.txt");
  EXPECT_EQ(as_text(message->attachments[0].data), "abc");
}

TEST(Tnef, DamageKeepsWhatCameBefore) {
  const auto bytes = hex(whole());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto message = parse(ByteView(bytes).first(size));
    EXPECT_EQ(message.has_value(), size >= 6);
  }
  EXPECT_FALSE(parse(hex("00")));
  auto wild = bytes;
  for (std::size_t i = 6; i < wild.size(); ++i) {
    wild[i] ^= std::byte{0xFF};
    static_cast<void>(parse(wild));
    wild[i] ^= std::byte{0xFF};
  }
}

}  // namespace
}  // namespace oxb::tnef
