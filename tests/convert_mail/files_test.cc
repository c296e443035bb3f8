// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/convert_mail/mail.h"

namespace oxb::convert::test {
namespace {

using namespace mapi;

TEST(MailFiles, NamesTypesAndSizes) {
  const auto c = converted(
      "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nbody\n--b\nContent-Type: application/pdf\n"
      "Content-Disposition: attachment; "
      "filename*=utf-8''Bericht%20f%C3%BCr%20M%C3%A4rz.pdf\nContent-Transfer-Encoding: base64\n\nAAEC\n--b\n"
      "Content-Type: image/png\n\nPNG\n--b\nContent-Type: text/vcard\n\nBEGIN:VCARD\n--b--\n");
  ASSERT_EQ(c.attachments.size(), 3U);
  const auto& p = c.attachments[0].properties;
  EXPECT_EQ(text(p, tag::kAttachLongFilename), "Bericht für März.pdf");
  EXPECT_EQ(text(p, tag::kAttachFilename), "Berich~1.pdf");
  EXPECT_EQ(text(p, tag::kAttachExtension), ".pdf");
  EXPECT_EQ(text(p, tag::kAttachMimeTag), "application/pdf");
  EXPECT_EQ(number(p, tag::kAttachMethod), 1);
  EXPECT_EQ(number(p, tag::kRenderingPosition), -1);
  EXPECT_GE(number(p, tag::kAttachSize), 3);
  EXPECT_EQ(to_hex(binary(p, tag::kAttachDataBinary)), "000102");
  EXPECT_EQ(name_of(c.attachments[1]), "ATT00001.png");
  EXPECT_EQ(name_of(c.attachments[2]), "ATT00002.vcf");
  EXPECT_TRUE(flag(c.properties, tag::kHasAttachments));
  EXPECT_NE(number(c.properties, tag::kMessageFlags) & 0x10, 0);
}

constexpr std::string_view kPictures =
    "Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n<img src=\"cid:shown@x\">\n--r\n"
    "Content-Type: image/png; name=shown.png\nContent-ID: <shown@x>\n\nA\n--r\nContent-Type: image/png; "
    "name=lost.png\nContent-ID: <lost@x>\n\nB\n--r--\n";

TEST(MailFiles, PicturesOfTheBodyAreHiddenOthersNever) {
  const auto c = converted(kPictures);
  ASSERT_EQ(c.attachments.size(), 2U);
  EXPECT_EQ(text(c.attachments[0].properties, tag::kAttachContentId), "shown@x");
  EXPECT_TRUE(flag(c.attachments[0].properties, tag::kAttachmentHidden));
  EXPECT_EQ(number(c.attachments[0].properties, tag::kAttachFlags), 4);
  EXPECT_FALSE(flag(c.attachments[1].properties, tag::kAttachmentHidden));
  // PidLidSmartNoAttachment: no paper clip for a mail with nothing but pictures.
  const auto* smart = c.find_named({Guid::of(0x00062008, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}), 0x8514U});
  ASSERT_TRUE(smart);
  EXPECT_EQ(*smart, PropertyValue(true));
}

TEST(MailFiles, PicturesByLocationAndOutsideRelated) {
  const auto c = converted(
      "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/html\n\n<img src='http://x/p.gif'><img "
      "src=cid:q>\n--m\n"
      "Content-Type: image/gif\nContent-Location: http://x/p.gif\n\nG\n--m\nContent-Type: image/gif\nContent-ID: "
      "<q>\n\nG\n--m--\n");
  ASSERT_EQ(c.attachments.size(), 2U);
  EXPECT_EQ(text(c.attachments[0].properties, tag::kAttachContentLocation), "http://x/p.gif");
  EXPECT_TRUE(flag(c.attachments[0].properties, tag::kAttachmentHidden));
  EXPECT_TRUE(flag(c.attachments[1].properties, tag::kAttachmentHidden));
}

TEST(MailFiles, EmbeddedMessages) {
  const auto c = converted(
      "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee below\n--b\nContent-Type: message/rfc822\n\n"
      "Subject: Inner\nFrom: in@example.com\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\ninner text\n--i\n"
      "Content-Type: message/rfc822\n\nSubject: Innermost\n\ndeep\n--i--\n--b--\n");
  ASSERT_EQ(c.attachments.size(), 1U);
  const auto& a = c.attachments[0];
  EXPECT_EQ(number(a.properties, tag::kAttachMethod), 5);
  EXPECT_EQ(text(a.properties, tag::kDisplayName), "Inner");
  EXPECT_FALSE(a.properties.has(tag::kAttachDataBinary));
  ASSERT_TRUE(a.embedded);
  EXPECT_EQ(text(a.embedded->properties, tag::kSenderSmtpAddress), "in@example.com");
  EXPECT_EQ(body(*a.embedded), "inner text");
  ASSERT_EQ(a.embedded->attachments.size(), 1U);
  ASSERT_TRUE(a.embedded->attachments[0].embedded);
  EXPECT_EQ(body(*a.embedded->attachments[0].embedded), "deep");
}

TEST(MailFiles, InvitationsKeepTheirCalendarPart) {
  constexpr std::string_view kMail =
      "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplease come\n--b\nContent-Type: text/calendar; "
      "method=REQUEST; charset=utf-8\n\n"
      "BEGIN:VCALENDAR\n--b--\n";
  const auto c = converted(kMail);
  EXPECT_EQ(text(c.properties, tag::kMessageClass), "IPM.Note");
  ASSERT_EQ(c.attachments.size(), 1U);
  EXPECT_EQ(name_of(c.attachments[0]), "meeting.ics");
  const auto part = calendar_part(as_bytes(kMail));
  ASSERT_TRUE(part);
  EXPECT_EQ(part->method, "request");
  EXPECT_EQ(part->text, "BEGIN:VCALENDAR");
  EXPECT_FALSE(calendar_part(as_bytes("\nx")));
}

TEST(MailFiles, SignedMailKeepsItsExactBytes) {
  // Note 101: Outlook verifies what it is given; an epilogue must not be part of it.
  constexpr std::string_view kBody =
      "--s\r\nContent-Type: text/plain\r\n\r\nsigned  text \r\n--s\r\nContent-Type: application/pkcs7-signature; "
      "name=smime.p7s\r\n\r\nSIG\r\n--s--";
  const auto c = converted(
      "Subject: s\r\nContent-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n micalg=sha-256; "
      "boundary=s\r\n\r\n" +
      std::string(kBody) + "\r\nepilogue\r\n");
  EXPECT_EQ(text(c.properties, tag::kMessageClass), "IPM.Note.SMIME.MultipartSigned");
  ASSERT_EQ(c.attachments.size(), 1U);
  EXPECT_EQ(text(c.attachments[0].properties, tag::kAttachMimeTag), "multipart/signed");
  EXPECT_EQ(data_of(c.attachments[0]),
            "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n micalg=sha-256; "
            "boundary=s\r\n\r\n" +
                std::string(kBody) + "\r\n");
  EXPECT_EQ(body(c), "signed  text ");
  const auto opaque = converted(
      "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: "
      "base64\n\nAAEC\n");
  EXPECT_EQ(text(opaque.properties, tag::kMessageClass), "IPM.Note.SMIME");
  ASSERT_EQ(opaque.attachments.size(), 1U);
  EXPECT_EQ(to_hex(binary(opaque.attachments[0].properties, tag::kAttachDataBinary)), "000102");
}

TEST(MailFiles, PgpSignaturesAreFiles) {
  const auto c = converted(
      "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; "
      "boundary=s\n\n--s\n\ntext\n--s\nContent-Type: application/pgp-signature; "
      "name=signature.asc\n\nPGP\n--s--\n");
  EXPECT_EQ(text(c.properties, tag::kMessageClass), "IPM.Note");
  EXPECT_EQ(body(c), "text");
  ASSERT_EQ(c.attachments.size(), 1U);
}

TEST(MailFiles, PlaceholderForWhatCannotBeRead) {
  // Field note F29: one faulty mail must not stop its folder.
  std::string mail = "Subject: Bomb\nFrom: a@example.com\nContent-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 3000; ++i) mail += "--b\n\nx\n";
  const auto refused = message_from_mime(as_bytes(mail), context());
  ASSERT_FALSE(refused);
  const auto c = message_placeholder(as_bytes(mail), refused.error().what, context());
  EXPECT_EQ(text(c.properties, tag::kSubject), "Bomb");
  EXPECT_EQ(text(c.properties, tag::kMessageClass), "IPM.Note");
  EXPECT_NE(body(c).find("too many parts"), std::string::npos);
  ASSERT_EQ(c.attachments.size(), 1U);
  EXPECT_EQ(data_of(c.attachments[0]), mail);
  EXPECT_EQ(name_of(c.attachments[0]), "message.eml");
}

}  // namespace
}  // namespace oxb::convert::test
