// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/rtf/rtf.h"
#include "proto/mapi/named.h"
#include "tests/convert_mail/mail.h"

namespace oxb::convert::test {
namespace {

using namespace mapi;

// Writes just enough of [MS-OXTNEF] for the tests.
class TnefWriter {
 public:
  TnefWriter() { put(0x223E9F78, 4), put(1, 2), attribute(1, 0x00069007, number(1252, 4) + number(0, 4)); }
  static std::string number(std::uint64_t value, unsigned bytes) {
    std::string out;
    for (unsigned i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 255));
    return out;
  }
  static std::string padded(std::string text) {
    text.resize((text.size() + 3) / 4 * 4);
    return text;
  }
  static std::string variable(std::uint32_t tag, const std::string& bytes) {
    return number(tag & 0xFFFF, 2) + number(tag >> 16, 2) + number(1, 4) + number(bytes.size(), 4) + padded(bytes);
  }
  static std::string fixed(std::uint32_t tag, std::uint64_t value, unsigned bytes) {
    return number(tag & 0xFFFF, 2) + number(tag >> 16, 2) + padded(number(value, bytes));
  }
  static std::string list(const std::vector<std::string>& properties) {
    auto out = number(properties.size(), 4);
    for (const auto& p : properties) out += p;
    return out;
  }
  void attribute(int level, std::uint32_t id, const std::string& data) {
    put(static_cast<unsigned>(level), 1), put(id, 4), put(data.size(), 4);
    bytes_ += data;
    std::uint32_t sum = 0;
    for (const char c : data) sum += static_cast<unsigned char>(c);
    put(sum & 0xFFFF, 2);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void put(std::uint64_t value, unsigned bytes) { bytes_ += number(value, bytes); }
  std::string bytes_;
};

std::string mail_with(const std::string& tnef, std::string_view headers = {}) {
  return "From: a@example.com\nTo: ada@example.com\nSubject: Envelope\n" + std::string(headers) +
         "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nplain form\n--b\nContent-Type: application/ms-tnef; "
         "name=winmail.dat\n"
         "Content-Transfer-Encoding: base64\n\n" +
         to_base64(as_bytes(tnef)) + "\n--b--\n";
}

TEST(MailTnef, BodyPropertiesAndFiles) {
  TnefWriter w;
  const auto packed = rtf::compress(rtf::from_html("<p>rich form</p>"));
  w.attribute(1, 0x00069003,
              TnefWriter::list({TnefWriter::variable(0x0037001E, std::string("Inside\0", 7)),
                                TnefWriter::fixed(0x00170003, 2, 4),
                                TnefWriter::variable(0x10090102, std::string(as_text(packed))),
                                TnefWriter::variable(0x0E1D001E, std::string("Inside\0", 7))}));
  w.attribute(2, 0x00069002, std::string(14, '\0'));
  w.attribute(2, 0x00018010, std::string("SHORT~1.TXT\0", 12));
  w.attribute(2, 0x0006800F, "file bytes");
  w.attribute(2, 0x00069005,
              TnefWriter::list({TnefWriter::variable(0x3707001E, std::string("Gr\xF6\xDF"
                                                                             "e.txt\0",
                                                                             10))}));
  const auto c = converted(mail_with(w.bytes(), "X-MS-Has-Attach: yes\n"));
  EXPECT_EQ(text(c.properties, tag::kSubject), "Envelope") << "the mail's own header wins";
  EXPECT_EQ(text(c.properties, tag::kMessageClass), "IPM.Note");
  const auto rtf = rtf::decompress(binary(c.properties, tag::kRtfCompressed));
  ASSERT_TRUE(rtf);
  EXPECT_EQ(rtf::encapsulated_html(*rtf).value_or(""), "<p>rich form</p>");
  EXPECT_EQ(number(c.properties, tag::kNativeBody), 2);
  EXPECT_FALSE(c.properties.has(tag::kBody));
  ASSERT_EQ(c.attachments.size(), 1U);
  EXPECT_EQ(name_of(c.attachments[0]), "Größe.txt");
  EXPECT_EQ(data_of(c.attachments[0]), "file bytes");
  EXPECT_TRUE(flag(c.properties, tag::kHasAttachments));
}

TEST(MailTnef, MessagesInside) {
  TnefWriter inner;
  inner.attribute(1, 0x00018004, std::string("Inner\0", 6));
  inner.attribute(1, 0x0002800C, std::string("inner text\0", 11));
  TnefWriter w;
  const auto interface = std::string(as_text(Guid::of(0x00020307, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}).bytes));
  w.attribute(2, 0x00069002, std::string(14, '\0'));
  w.attribute(2, 0x00069005,
              TnefWriter::list(
                  {TnefWriter::fixed(0x37050003, 5, 4), TnefWriter::variable(0x3701000D, interface + inner.bytes())}));
  const auto c = converted(mail_with(w.bytes()));
  EXPECT_EQ(body(c), "plain form");
  ASSERT_EQ(c.attachments.size(), 1U);
  ASSERT_TRUE(c.attachments[0].embedded);
  EXPECT_EQ(text(c.attachments[0].embedded->properties, tag::kSubject), "Inner");
  EXPECT_EQ(body(*c.attachments[0].embedded), "inner text");
  EXPECT_TRUE(flag(c.properties, tag::kHasAttachments)) << "found although the header did not say so";
}

TEST(MailTnef, WhatIsNoTnefStaysAFile) {
  const auto c = converted(mail_with("no tnef at all"));
  ASSERT_EQ(c.attachments.size(), 1U);
  EXPECT_EQ(name_of(c.attachments[0]), "winmail.dat");
  EXPECT_EQ(data_of(c.attachments[0]), "no tnef at all");
}

}  // namespace
}  // namespace oxb::convert::test
