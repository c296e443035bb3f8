// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/mime/message.h"

#include <gtest/gtest.h>

namespace oxb::mime {
namespace {

Part parsed(std::string_view text) {
  auto part = parse(text);
  EXPECT_TRUE(part) << (part ? "" : part.error().what);
  return part ? std::move(*part) : Part{};
}

TEST(MimeStructure, PlainMessage) {
  constexpr std::string_view kMail =
      "From: A <a@example.com>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?q?_aus_Bonn?=\r\n\r\nHello\r\n";
  const auto part = parsed(kMail);
  EXPECT_EQ(part.type, "text/plain");
  EXPECT_EQ(part.headers.text("subject"), "Grüße aus Bonn");
  EXPECT_EQ(part.body, "Hello\r\n");
  EXPECT_EQ(part.headers.block, kMail.substr(0, kMail.size() - 9));
}

TEST(MimeStructure, NestedMultipartsKeepTheirExactBytes) {
  constexpr std::string_view kMail =
      "Content-Type: multipart/mixed; boundary=\"ab\"\n\npreamble\n--ab\n"
      "Content-Type: multipart/alternative; boundary=abc\n\n--abc\n\nplain\n--abc\nContent-Type: "
      "text/html\n\n<p>x\n--abc--\n"
      "--ab\nContent-Type: application/pdf; name*=utf-8''%e2%82%ac.pdf\nContent-Transfer-Encoding: "
      "base64\n\nAAEC\n--ab--\nepilogue";
  const auto part = parsed(kMail);
  ASSERT_EQ(part.children.size(), 2U);
  ASSERT_EQ(part.children[0].children.size(), 2U);
  EXPECT_EQ(part.children[0].children[0].body, "plain");
  EXPECT_EQ(part.children[0].children[1].raw, "Content-Type: text/html\n\n<p>x");
  EXPECT_EQ(part.children[1].file_name, "€.pdf");
  EXPECT_EQ(to_hex(part.children[1].content()), "000102");
}

TEST(MimeStructure, ABoundaryThatIsThePrefixOfAnother) {
  constexpr std::string_view kMail =
      "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/mixed; "
      "boundary=x_alt\n\n--x_alt\n\none\n--x_alt--\n--x\n\ntwo\n--x--\n";
  const auto part = parsed(kMail);
  ASSERT_EQ(part.children.size(), 2U);
  ASSERT_EQ(part.children[0].children.size(), 1U);
  EXPECT_EQ(part.children[0].children[0].body, "one");
  EXPECT_EQ(part.children[1].body, "two");
}

TEST(MimeStructure, MissingClosingDelimitersEndWithTheParent) {
  constexpr std::string_view kMail =
      "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/related; "
      "boundary=i\n\n--i\n\none\n--o\n\ntwo\n";
  const auto part = parsed(kMail);
  ASSERT_EQ(part.children.size(), 2U);
  ASSERT_EQ(part.children[0].children.size(), 1U);
  EXPECT_EQ(part.children[0].children[0].body, "one");
  EXPECT_EQ(part.children[1].body, "two\n");
}

TEST(MimeStructure, MultipartWithoutBoundaryParameterIsRepaired) {
  const auto part = parsed(
      "Content-Type: multipart/mixed\n\n--zzz\nContent-Type: text/plain\n\none\n--zzz\nContent-Type: "
      "text/html\n\ntwo\n--zzz--\n");
  ASSERT_EQ(part.children.size(), 2U);
  EXPECT_EQ(part.children[1].body, "two");
}

TEST(MimeStructure, MultipartWithoutAnyPartShowsItsText) {
  const auto part = parsed("Content-Type: multipart/mixed; boundary=q\n\nnothing but words\n");
  EXPECT_EQ(part.type, "text/plain");
  EXPECT_EQ(part.body, "nothing but words\n");
}

TEST(MimeStructure, GarbageInsideTheHeaderAndNoEmptyLineAfterIt) {
  const auto with_garbage = parsed("From x@y Mon Jan 1\nA: 1\nquite Delivered-To: z\nB: 2\n\nbody");
  EXPECT_EQ(with_garbage.headers.fields.size(), 2U);
  EXPECT_EQ(with_garbage.headers.text("B"), "2");
  EXPECT_EQ(with_garbage.body, "body");
  const auto without_line = parsed("Subject: s\nThis is the body\nand more of it\n");
  EXPECT_EQ(without_line.headers.fields.size(), 1U);
  EXPECT_EQ(without_line.body, "This is the body\nand more of it\n");
}

TEST(MimeStructure, EmbeddedMessagesAlsoWhenTransferEncoded) {
  const auto plain = parsed("Content-Type: message/rfc822\n\nSubject: inner\n\ntext");
  ASSERT_EQ(plain.children.size(), 1U);
  EXPECT_EQ(plain.children[0].headers.text("Subject"), "inner");
  const auto coded = parsed("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" +
                            to_base64(as_bytes("Subject: inner\n\ntext")));
  ASSERT_EQ(coded.children.size(), 1U);
  const auto copy = coded;  // the copy keeps the decoded bytes alive
  EXPECT_EQ(copy.children[0].body, "text");
}

TEST(MimeStructure, BoundsAreErrorsNotCrashes) {
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "Content-Type: message/rfc822\n\n";
  const auto too_deep = parse(deep);
  ASSERT_FALSE(too_deep);
  EXPECT_EQ(too_deep.error().code, Errc::limit);
  std::string wide = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 3000; ++i) wide += "--b\n\nx\n";
  const auto too_wide = parse(wide);
  ASSERT_FALSE(too_wide);
  EXPECT_EQ(too_wide.error().code, Errc::limit);
  std::string fields;
  for (int i = 0; i < 6000; ++i) fields += "A: b\n";
  ASSERT_FALSE(parse(fields));
  EXPECT_FALSE(parse("x", Limits{.bytes = 0}));
}

TEST(MimeStructure, EmptyAndOddInput) {
  EXPECT_EQ(parsed("").body, "");
  EXPECT_EQ(parsed("\r\n").body, "");
  EXPECT_EQ(parsed("no header at all\n").body, "no header at all\n");
  EXPECT_EQ(parsed("Content-Type: text\n\nx").type, "text/plain");
  EXPECT_EQ(parsed("Content-Type: nonsense\n\nx").type, "application/octet-stream");
}

}  // namespace
}  // namespace oxb::mime
