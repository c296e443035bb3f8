// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "format/mime/message.h"

#include <gtest/gtest.h>

namespace oxb::mime {
namespace {

TEST(MimeDecode, TransferEncodings) {
  EXPECT_EQ(as_text(decode_transfer("SGVs\r\nbG8=\r\n", "base64")), "Hello");
  EXPECT_EQ(as_text(decode_transfer("a=C3=A4=\r\nb =\n c=3D", "quoted-printable")),
            "a\xC3\xA4"
            "b  c=");
  EXPECT_EQ(as_text(decode_transfer("as is=20", "8bit")), "as is=20");
  EXPECT_EQ(as_text(decode_transfer("begin 644 x\n%2&5L;&\\\n`\nend\n", "x-uuencode")), "Hello");
}

TEST(MimeDecode, TextFallsBackInsteadOfFailing) {
  EXPECT_EQ(text_from_charset("gr\xFC\xDF", "iso-8859-1"), "grüß");
  EXPECT_EQ(text_from_charset("gr\xC3\xBC", ""), "grü");
  EXPECT_EQ(text_from_charset("gr\xFC", ""), "grü");
  EXPECT_EQ(text_from_charset("gr\xC3\xBC", "us-ascii"), "grü");
  EXPECT_EQ(text_from_charset("gr\xFC", "x-never-heard-of"), "grü");
  EXPECT_EQ(text_from_charset("\x1b$B%F%9%H\x1b(B", "iso-2022-jp"), "テスト");
  EXPECT_EQ(text_from_charset("plain", "utf-16"), "plain");
  EXPECT_TRUE(is_valid_utf8(text_from_charset("\xFF\xC3", "utf-8")));
}

TEST(MimeDecode, FlowedText) {
  // RFC 3676 section 4.2 and 4.5.
  EXPECT_EQ(unflow("To be, \r\nor not.\r\nThat.\r\n", DeleteSpace::no), "To be, or not.\r\nThat.\r\n");
  EXPECT_EQ(unflow("ab \r\ncd", DeleteSpace::yes), "abcd");
  EXPECT_EQ(unflow("> quoted \r\n> more\r\nmine\r\n", DeleteSpace::no), "> quoted more\r\nmine\r\n");
  EXPECT_EQ(unflow("> a \r\n>> b\r\n", DeleteSpace::no), "> a \r\n>> b\r\n");
  EXPECT_EQ(unflow(" From here\r\n", DeleteSpace::no), "From here\r\n");
  EXPECT_EQ(unflow("text \r\n-- \r\nme\r\n", DeleteSpace::no), "text \r\n-- \r\nme\r\n");
}

TEST(MimeDecode, UuencodedFilesInText) {
  const auto found = extract_uuencoded("before\nbegin 644 hello.txt\n%2&5L;&\\\n`\nend\nafter\n");
  ASSERT_EQ(found.files.size(), 1U);
  EXPECT_EQ(found.files[0].name, "hello.txt");
  EXPECT_EQ(as_text(found.files[0].content), "Hello");
  EXPECT_EQ(found.text, "before\nafter\n");
  const auto prose = extract_uuencoded("begin 644 times over\nand never end it\nok?\n");
  EXPECT_TRUE(prose.files.empty());
  EXPECT_EQ(prose.text, "begin 644 times over\nand never end it\nok?\n");
}

}  // namespace
}  // namespace oxb::mime
