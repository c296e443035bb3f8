// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/body.h"
#include "format/rtf/rtf.h"
#include "tests/convert_mail/mail.h"

namespace oxb::convert::test {
namespace {

using namespace mapi;

TEST(MailBody, PlainText) {
  const auto c = converted(
      "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe\nEnde");
  EXPECT_EQ(body(c), "Grüße\r\nEnde");
  EXPECT_EQ(number(c.properties, tag::kNativeBody), 1);
  EXPECT_EQ(number(c.properties, tag::kInternetCodepage), 65001);
  EXPECT_FALSE(flag(c.properties, tag::kRtfInSync)) << "absent means true to Outlook, which then shows nothing";
}

TEST(MailBody, HtmlKeepsItsBytesAndCodePage) {
  const auto c = converted("Content-Type: text/html; charset=windows-1251\n\n<p>\xCF\xF0\xE8</p>");
  EXPECT_EQ(html(c), "<p>\xCF\xF0\xE8</p>");
  EXPECT_EQ(number(c.properties, tag::kInternetCodepage), 1251);
  EXPECT_EQ(number(c.properties, tag::kNativeBody), 3);
  EXPECT_EQ(*body_as_text(c.properties), "При\r\n");
}

TEST(MailBody, HtmlWhoseDeclarationLiesBecomesUtf8) {
  // The parameter wins over the page, and then the page must say the same.
  const auto c = converted("Content-Type: text/html; charset=utf-8\n\n<meta charset=\"iso-8859-2\"><p>\xC3\xA4</p>");
  EXPECT_EQ(html(c), "<meta charset=\"utf-8\"><p>ä</p>");
  EXPECT_EQ(number(c.properties, tag::kInternetCodepage), 65001);
  const auto d = converted("Content-Type: text/html\n\n<meta charset=koi8-r><p>\xF0\xD2\xC9</p>");
  EXPECT_EQ(*body_as_text(d.properties), "При\r\n");
  EXPECT_EQ(number(d.properties, tag::kInternetCodepage), 20866);
  const auto e = converted("Content-Type: text/html; charset=iso-2022-jp\n\n<p>\x1b$B%F%9%H\x1b(B</p>");
  EXPECT_EQ(html(e), "<p>テスト</p>");
}

TEST(MailBody, AlternativePrefersHtml) {
  const auto c = converted(
      "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: "
      "text/html\n\n<p>rich</p>\n--b\n"
      "Content-Type: text/x-amp-html\n\n<amp>\n--b--\n");
  EXPECT_EQ(html(c), "<p>rich</p>");
  EXPECT_TRUE(c.attachments.empty());
  EXPECT_FALSE(flag(c.properties, tag::kHasAttachments));
}

TEST(MailBody, AlternativeWithFilesInsideOneForm) {
  // As Apple Mail writes it: the HTML form is a multipart/mixed with the file.
  const auto c = converted(
      "Content-Type: multipart/alternative; boundary=a\n\n--a\n\nplain\n--a\nContent-Type: multipart/mixed; "
      "boundary=m\n\n--m\n"
      "Content-Type: text/html\n\n<p>one</p>\n--m\nContent-Type: application/pdf; name=x.pdf\nContent-Disposition: "
      "inline\n\nPDF\n--m\n"
      "Content-Type: text/html\n\n<p>two</p>\n--m--\n--a--\n");
  EXPECT_EQ(html(c), "<p>one</p><br>\r\n<p>two</p>");
  ASSERT_EQ(c.attachments.size(), 1U);
  EXPECT_EQ(name_of(c.attachments[0]), "x.pdf");
}

TEST(MailBody, SeveralTextsAreJoined) {
  const auto c = converted(
      "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b\nContent-Type: text/plain; "
      "name=n.txt\n\nfile\n--b--\n");
  EXPECT_EQ(body(c), "one\r\ntwo");
  ASSERT_EQ(c.attachments.size(), 1U);
  EXPECT_EQ(data_of(c.attachments[0]), "file");
  const auto mixed = converted(
      "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none & only\n--b\nContent-Type: "
      "text/html\n\n<p>two</p>\n--b--\n");
  EXPECT_NE(html(mixed).find("one &amp; only"), std::string::npos);
  EXPECT_NE(html(mixed).find("<p>two</p>"), std::string::npos);
}

TEST(MailBody, FlowedTextAndUuencodedFiles) {
  EXPECT_EQ(body(converted("Content-Type: text/plain; format=flowed\n\nlong \nline\n")), "long line\r\n");
  const auto c = converted("Subject: old\n\nhi\nbegin 644 hello.txt\n%2&5L;&\\\n`\nend\n");
  EXPECT_EQ(body(c), "hi\r\n");
  ASSERT_EQ(c.attachments.size(), 1U);
  EXPECT_EQ(name_of(c.attachments[0]), "hello.txt");
  EXPECT_EQ(data_of(c.attachments[0]), "Hello");
  EXPECT_TRUE(flag(c.properties, tag::kHasAttachments));
}

TEST(MailBody, NothingAtAll) {
  const auto c = converted("Subject: empty\n");
  EXPECT_EQ(body(c), "");
  const auto only_file = converted("Content-Type: application/pdf; name=a.pdf\n\nPDF");
  EXPECT_EQ(body(only_file), "");
  ASSERT_EQ(only_file.attachments.size(), 1U);
}

TEST(MailBody, OtherFormsOnDemand) {
  const auto c = converted("Content-Type: text/html; charset=utf-8\n\n<p>Größe &amp; <b>mehr</b></p>");
  EXPECT_EQ(*body_property(c.properties, tag::kBody), PropertyValue(std::string("Größe & mehr\r\n")));
  const auto packed = body_property(c.properties, tag::kRtfCompressed);
  ASSERT_TRUE(packed);
  const auto rtf = rtf::decompress(std::get<Bytes>(*packed));
  ASSERT_TRUE(rtf);
  EXPECT_EQ(rtf::encapsulated_html(*rtf).value_or(""), "<p>Größe &amp; <b>mehr</b></p>");
  EXPECT_EQ(body_preview(c.properties), "Größe & mehr");
  const auto plain = converted("\na < b");
  const auto page = body_property(plain.properties, tag::kHtml);
  ASSERT_TRUE(page);
  EXPECT_NE(as_text(std::get<Bytes>(*page)).find("a &lt; b"), std::string_view::npos);
  EXPECT_EQ(body_preview(plain.properties), "a < b");
}

TEST(MailBody, FromRtf) {
  PropertyBag bag;
  set_rtf_body(bag, rtf::from_html("<p>Grüße</p>"));
  EXPECT_EQ(native_body(bag), NativeBody::rtf);
  EXPECT_EQ(*body_as_html(bag), "<p>Grüße</p>");
  EXPECT_EQ(*body_as_text(bag), "Grüße\r\n");
  PropertyBag note;
  set_rtf_body(note, "{\\rtf1 Hello\\par}");
  EXPECT_EQ(*body_as_text(note), "Hello\r\n");
  EXPECT_NE(body_as_html(note)->find(">Hello</p>"), std::string::npos);
  EXPECT_FALSE(is_plain_text(note));
  set_rtf_body(note, rtf::from_text("Hello"));
  EXPECT_TRUE(is_plain_text(note));
  EXPECT_NE(body_as_html(note)->find("Hello"), std::string::npos);
}

TEST(MailBody, MadeHtmlAgreesWithTheCodePage) {
  PropertyBag bag;
  set_text_body(bag, "€ ж 😀", 1252);
  const auto page = body_property(bag, tag::kHtml);
  ASSERT_TRUE(page);
  EXPECT_NE(as_text(std::get<Bytes>(*page)).find("&#8364; &#1078; &#128512;"), std::string_view::npos);
}

TEST(MailBody, BestBodyWithoutNativeBody) {
  // [MS-OXBBODY] 2.1.3.1
  PropertyBag bag;
  EXPECT_EQ(native_body(bag), NativeBody::undefined);
  bag.set(tag::kBody, std::string("x"));
  EXPECT_EQ(native_body(bag), NativeBody::text);
  bag.set(tag::kHtml, to_bytes("<p>"));
  bag.set(tag::kRtfCompressed, rtf::compress("{\\rtf1 x}"));
  bag.set(tag::kRtfInSync, false);
  EXPECT_EQ(native_body(bag), NativeBody::html);
  bag.set(tag::kRtfInSync, true);
  EXPECT_EQ(native_body(bag), NativeBody::rtf);
}

}  // namespace
}  // namespace oxb::convert::test
