// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "format/mime/message.h"

#include <gtest/gtest.h>

namespace oxb::mime {
namespace {

struct Words {
  std::string_view raw, text;
};

TEST(MimeHeaders, EncodedWordsAsRealMailHasThem) {
  // Field note F32: charset damage in names and subjects.
  const Words kCases[] = {
      {"=?ISO-8859-1?Q?Andr=E9?= Pirard", "André Pirard"},
      {"=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"},
      {"=?UTF-8?Q?a?= =?UTF-8?Q?b?=", "ab"},  // RFC 2047 section 8
      {"=?UTF-8?Q?a?=\r\n    =?UTF-8?Q?b?=", "ab"},
      {"=?UTF-8?Q?a_?= =?UTF-8?Q?b?=", "a b"},
      {"=?utf-8?B?44Gq44KT44Gg?= =?utf-8?B?44KI?=", "なんだよ"},
      {"=?utf-8?B?44Gq44KT44E=?= =?utf-8?B?oOOCiA==?=", "なんだよ"},  // a character split between two words
      {"=?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=", "テスト"},
      {"=?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=\r\n =?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=", "テストテスト"},
      {"=?gb2312?B?1tDOxA==?=", "中文"},
      {"=?ks_c_5601-1987?B?x9G6uQ==?=", "한복"},
      {"=?koi8-r?B?89DJ08/L?=", "Список"},
      {"=?windows-1254?Q?=DEi=FEli?=", "Şişli"},
      {"=?iso-8859-7?Q?=C1=E8=DE=ED=E1?=", "Αθήνα"},
      {"=?windows-1256?B?48fR?=", "مار"},
      {"=?iso-8859-1*de?Q?stra=DFe?=", "straße"},  // RFC 2231 section 5
      {"=?utf-8?Q?broken", "=?utf-8?Q?broken"},
      {"plain\r\n folded", "plain folded"},
      {"caf\xC3\xA9", "café"},  // RFC 6532
      {"caf\xE9", "café"},      // raw 8-bit of long ago
  };
  for (const auto& c : kCases) EXPECT_EQ(decode_text(c.raw), c.text) << c.raw;
}

TEST(MimeHeaders, UnknownCharsetStillGivesText) {
  EXPECT_TRUE(is_valid_utf8(decode_text("=?x-nonsense?Q?=E9t=E9?=")));
  EXPECT_FALSE(decode_text("=?x-nonsense?Q?=E9t=E9?=").empty());
}

TEST(MimeHeaders, Addresses) {
  const auto list = parse_addresses(
      "\"Doe, John\" <john@example.com>, =?utf-8?q?J=C3=BCrgen?= <j@example.com>, bare@example.com (With Comment), "
      "Team: a@example.com, \"B\" <b@example.com>;, undisclosed-recipients:;");
  ASSERT_EQ(list.size(), 5U);
  EXPECT_EQ(list[0], (Mailbox{"Doe, John", "john@example.com", ""}));
  EXPECT_EQ(list[1], (Mailbox{"Jürgen", "j@example.com", ""}));
  EXPECT_EQ(list[2].address, "bare@example.com");
  EXPECT_EQ(list[3], (Mailbox{"", "a@example.com", "Team"}));
  EXPECT_EQ(list[4], (Mailbox{"B", "b@example.com", "Team"}));
}

TEST(MimeHeaders, BrokenAddressesGiveWhatCanBeRead) {
  EXPECT_TRUE(parse_addresses("").empty());
  EXPECT_TRUE(parse_addresses("<>").empty() || parse_addresses("<>")[0].address.empty());
  const auto encoded_in_quotes = parse_addresses("\"=?utf-8?q?J=C3=BCrgen?=\" <j@example.com>");
  ASSERT_EQ(encoded_in_quotes.size(), 1U);
  EXPECT_EQ(encoded_in_quotes[0].name, "Jürgen");
  const auto unquoted = parse_addresses("Dr. A. B@home <ab@example.com>");
  ASSERT_FALSE(unquoted.empty());
  EXPECT_EQ(unquoted.back().address, "ab@example.com");
  const auto semicolons = parse_addresses("a@example.com; b@example.com");
  ASSERT_EQ(semicolons.size(), 2U);
  EXPECT_EQ(semicolons[1].address, "b@example.com");
}

TEST(MimeHeaders, CommentsAnywhere) {
  // RFC 5322 appendix A.5 and A.6.3.
  const auto list = parse_addresses(
      "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>, A Group(Some people):Chris <c@(its) "
      "example.net>;(end)");
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0], (Mailbox{"Pete", "pete@silly.test", ""}));
  EXPECT_EQ(list[1], (Mailbox{"Chris", "c@example.net", "A Group"}));
  const auto part = parse("From : John Doe <j@example.com>\n\nx");
  ASSERT_TRUE(part);
  EXPECT_EQ(part->headers.text("From"), "John Doe <j@example.com>");
}

TEST(MimeHeaders, Dates) {
  const auto at = parse_date("Fri, 21 Nov 1997 09:55:06 -0600");  // RFC 5322 appendix A.1.1
  ASSERT_TRUE(at);
  EXPECT_EQ(to_unix_ms(at->time), 880127706000);
  EXPECT_EQ(at->offset_minutes, -360);
  EXPECT_EQ(to_unix_ms(parse_date("21 Nov 97 09:55:06 GMT")->time), 880106106000);  // RFC 5322 appendix A.6.2
  EXPECT_EQ(to_unix_ms(parse_date("Thu, 13 Feb 1969 23:32 -0330")->time), -27723480000);
  // RFC 2822 appendix A.6.3
  EXPECT_EQ(to_unix_ms(parse_date("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600")->time), 880127706000);
  EXPECT_EQ(to_unix_ms(parse_date("Fri, 21 Nov 1997 09 : 55 -0600 (noon (or so): 12)")->time), 880127700000);
  EXPECT_FALSE(parse_date(""));
  EXPECT_FALSE(parse_date("yesterday, I think"));
}

TEST(MimeHeaders, MessageIds) {
  EXPECT_EQ(parse_message_id(" <a@b> "), "<a@b>");
  EXPECT_EQ(parse_message_id("(comment) <a@b> trailing"), "<a@b>");
  EXPECT_EQ(parse_message_id("a@b"), "<a@b>");
  EXPECT_EQ(parse_message_id("two words"), "");
}

Part typed(std::string_view type, std::string_view disposition = {}) {
  static std::string kept;
  kept = "Content-Type: " + std::string(type) + "\n";
  if (!disposition.empty()) kept += "Content-Disposition: " + std::string(disposition) + "\n";
  kept += "\nx";
  auto part = parse(kept);
  return part ? *part : Part{};
}

TEST(MimeHeaders, FileNames) {
  EXPECT_EQ(typed("application/pdf; name=\"a b.pdf\"").file_name, "a b.pdf");
  EXPECT_EQ(typed("application/pdf; name=a.pdf", "attachment; filename=\"b.pdf\"").file_name, "b.pdf");
  EXPECT_EQ(typed("application/pdf", "attachment; filename*=UTF-8''na%C3%AFve%20file.txt").file_name, "naïve file.txt");
  EXPECT_EQ(typed("application/pdf", "attachment; filename*0*=iso-8859-1'de'%FCber; filename*1=\"lang.pdf\"").file_name,
            "überlang.pdf");
  EXPECT_EQ(typed("application/pdf", "attachment; filename=\"=?utf-8?q?=C3=A4.pdf?=\"").file_name, "ä.pdf");
  EXPECT_EQ(typed("application/pdf", "attachment; filename=\"..\\\\..\\\\evil/name.exe\"").file_name, "name.exe");
  // gx note 102: a long name is cut on a code point, never inside one.
  std::string longname;
  for (int i = 0; i < 400; ++i) longname += "ä€";
  EXPECT_TRUE(is_valid_utf8(typed("application/pdf", "attachment; filename=\"" + longname + "\"").file_name));
}

TEST(MimeHeaders, ContentIdsLoseTheirBrackets) {
  const auto part = parse("Content-ID: <pic1@x>\nContent-Location: pic.png\n\n");
  ASSERT_TRUE(part);
  EXPECT_EQ(part->content_id, "pic1@x");
  EXPECT_EQ(part->content_location, "pic.png");
}

}  // namespace
}  // namespace oxb::mime
