// SPDX-License-Identifier: GPL-3.0-or-later
// Messages as clients write them, as mails.
#include "convert/mime_out.h"

#include "base/text.h"
#include "convert/body.h"
#include "convert/message_address.h"
#include "convert/message_flags.h"
#include "format/mime/message.h"
#include "format/rtf/rtf.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/named.h"
#include "tests/convert_mail/mail.h"

namespace oxb::convert::test {
namespace {

using namespace mapi;

MimeContext sending() {
  MimeContext out;
  out.purpose = Purpose::send;
  out.sender = {"Ada Owner", "ada@example.com", {}};
  out.message_id = "<made@example.com>";
  out.now = from_unix_ms(1'700'000'000'000);
  out.boundary_seed = "seed";
  return out;
}

Content note(std::string subject = "Subject", std::string text = "Text\r\n") {
  Content out;
  out.properties.set(tag::kMessageClass, std::string("IPM.Note"));
  out.properties.set(tag::kSubject, std::move(subject));
  out.properties.set(tag::kMessageFlags, std::int32_t{9});
  set_text_body(out.properties, std::move(text));
  out.recipients.push_back(make_recipient({"Bea", "bea@example.net", {}}, RecipientType::to, 0));
  return out;
}

Attachment attached(const std::string& name, std::string_view data, const std::string& type = {}) {
  Attachment out;
  out.properties.set(tag::kAttachMethod, std::int32_t{1});
  out.properties.set(tag::kAttachLongFilename, name);
  out.properties.set(tag::kAttachDataBinary, to_bytes(data));
  if (!type.empty()) out.properties.set(tag::kAttachMimeTag, type);
  return out;
}

Attachment embedded(Content inner) {
  Attachment out;
  out.properties.set(tag::kAttachMethod, std::int32_t{5});
  out.embedded = std::make_shared<Content>(std::move(inner));
  return out;
}

// The mail and its parts; the parts look into the text.
struct Written {
  std::string text;
  mime::Part root;
  explicit Written(const Content& content, const MimeContext& with = sending()) {
    auto made = mime_from_message(content, with);
    EXPECT_TRUE(made) << (made ? "" : made.error().what);
    if (made) text = as_text(*made);
    auto parsed = mime::parse(text);
    EXPECT_TRUE(parsed);
    if (parsed) root = std::move(*parsed);
  }
  Written(const Written&) = delete;
  std::string field(std::string_view name) const { return root.headers.text(name); }
};

// "mixed(alternative(plain,html),pdf)"
std::string shape(const mime::Part& part) {
  const auto slash = part.type.find('/');
  auto out = part.type.substr(slash + 1);
  if (part.children.empty()) return out;
  out += "(";
  for (const auto& child : part.children) out += (&child == &part.children.front() ? "" : ",") + shape(child);
  return out + ")";
}

TEST(MimeOut, APlainMail) {
  const Written mail(note());
  EXPECT_EQ(mail.text,
            "From: Ada Owner <ada@example.com>\r\n"
            "To: Bea <bea@example.net>\r\n"
            "Subject: Subject\r\n"
            "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
            "Message-ID: <made@example.com>\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=us-ascii\r\n"
            "Content-Transfer-Encoding: 7bit\r\n"
            "\r\n"
            "Text\r\n");
}

TEST(MimeOut, FieldsOfProperties) {
  struct Row {
    PropTag tag;
    PropertyValue value;
    std::string field, text;
  };
  const auto when = file_time(from_unix_ms(1'700'000'000'000));
  const std::string date = "Tue, 14 Nov 2023 22:13:20 +0000";
  const std::vector<Row> rows = {
      {tag::kInternetMessageId, std::string("<own@example.com>"), "Message-ID", "<own@example.com>"},
      {tag::kInternetMessageId, std::string("<a b>\r\nBcc: x@y"), "Message-ID", "<made@example.com>"},
      {tag::kInReplyToId, std::string("<first@example.com>"), "In-Reply-To", "<first@example.com>"},
      {tag::kInternetReferences, std::string("<a@x>\r\n <b@x>\tc"), "References", "<a@x> <b@x> c"},
      {tag::kConversationTopic, std::string("Topic"), "Thread-Topic", "Topic"},
      {tag::kConversationTopic, std::string("Subject"), "Thread-Topic", ""},
      {tag::kConversationIndex, Bytes(22, std::byte{1}), "Thread-Index", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=="},
      {tag::kConversationIndex, Bytes(21, std::byte{1}), "Thread-Index", ""},
      {tag::kImportance, std::int32_t{2}, "Importance", "high"},
      {tag::kImportance, std::int32_t{2}, "X-Priority", "1"},
      {tag::kImportance, std::int32_t{0}, "Importance", "low"},
      {tag::kImportance, std::int32_t{1}, "Importance", ""},
      {tag::kPriority, std::int32_t{1}, "Priority", "urgent"},
      {tag::kPriority, std::int32_t{-1}, "Priority", "non-urgent"},
      {tag::kSensitivity, std::int32_t{1}, "Sensitivity", "Personal"},
      {tag::kSensitivity, std::int32_t{2}, "Sensitivity", "Private"},
      {tag::kSensitivity, std::int32_t{3}, "Sensitivity", "Company-Confidential"},
      {tag::kSensitivity, std::int32_t{4711}, "Sensitivity", ""},
      {tag::kReadReceiptRequested, true, "Disposition-Notification-To", "Ada Owner <ada@example.com>"},
      {tag::kOriginatorDeliveryReportRequested, true, "Return-Receipt-To", "Ada Owner <ada@example.com>"},
      {tag::kReadReceiptRequested, false, "Disposition-Notification-To", ""},
      {tag::kExpiryTime, when, "Expires", date},
      {tag::kReplyTime, when, "Reply-By", date},
      {tag::kDeferredSendTime, when, "Deferred-Delivery", date},
      {tag::kExpiryTime, FileTime{0x0CB34557A3DD4000}, "Expires", ""},
      {tag::kClientSubmitTime, file_time(from_unix_ms(0)), "Date", "Thu, 01 Jan 1970 00:00:00 +0000"},
      {tag::kAutoResponseSuppress, std::int32_t{-1}, "X-Auto-Response-Suppress", "All"},
      {tag::kAutoResponseSuppress, std::int32_t{17}, "X-Auto-Response-Suppress", "DR, OOF"},
      {tag::kListUnsubscribe, std::string("<mailto:x@y>"), "List-Unsubscribe", "<mailto:x@y>"},
      {tag::kMessageLocaleId, std::int32_t{0x0407}, "Content-Language", "de-DE"},
      {tag::kMessageClass, std::string("IPM.Note.Custom.Order"), "Content-Class", "urn:content-class:custom.Order"},
  };
  for (const auto& row : rows) {
    auto content = note();
    content.properties.set(row.tag, row.value);
    const Written mail(content);
    EXPECT_EQ(mail.field(row.field), row.text) << row.field;
    EXPECT_EQ(mail.field("Bcc"), "");
  }
}

TEST(MimeOut, ALongConversationComesBack) {
  auto content = note();
  Bytes index(22 + 5 * 100);
  for (std::size_t i = 0; i < index.size(); ++i) index[i] = static_cast<std::byte>(i * 7);
  content.properties.set(tag::kConversationIndex, index);
  content.properties.set(tag::kConversationTopic, std::string("Topic"));
  content.properties.set(tag::kImportance, std::int32_t{2});
  content.properties.set(tag::kPriority, std::int32_t{0});
  const auto back = converted(Written(content).text);
  EXPECT_EQ(binary(back.properties, tag::kConversationIndex), index);
  EXPECT_EQ(text(back.properties, tag::kConversationTopic), "Topic");
  EXPECT_EQ(number(back.properties, tag::kImportance), 2);
  EXPECT_EQ(number(back.properties, tag::kPriority), 0);
}

TEST(MimeOut, SendOnBehalf) {
  auto content = note();
  set_person(content.properties, kSentRepresenting, {"The Chief", "chief@example.com", {}});
  {
    const Written mail(content);
    EXPECT_EQ(mail.field("From"), "The Chief <chief@example.com>");
    EXPECT_EQ(mail.field("Sender"), "Ada Owner <ada@example.com>");
    const auto envelope = envelope_of(content, sending());
    EXPECT_EQ(envelope.from.address, "chief@example.com");
    EXPECT_EQ(envelope.sender.address, "ada@example.com");
  }
  // Send As: the client says that both are the same [MS-OXCMAIL] 2.1.3.1.4.
  set_person(content.properties, kSender, {"The Chief", "CHIEF@example.com", {}});
  EXPECT_EQ(Written(content).field("Sender"), "");
}

TEST(MimeOut, BccStaysWithTheOwner) {
  auto content = note();
  content.recipients.push_back(make_recipient({"Cid", "cid@example.net", {}}, RecipientType::cc, 1));
  content.recipients.push_back(make_recipient({"Dan", "dan@example.net", {}}, RecipientType::bcc, 2));
  auto outer = note("Outer");
  outer.attachments.push_back(embedded(content));
  const Written sent(outer);
  EXPECT_EQ(sent.text.find("dan@example.net"), std::string::npos);
  EXPECT_EQ(Written(content).text.find("dan@example.net"), std::string::npos);
  auto storing = sending();
  storing.purpose = Purpose::store;
  EXPECT_EQ(Written(content, storing).field("Bcc"), "Dan <dan@example.net>");
  EXPECT_EQ(envelope_of(content, sending()).recipients,
            (std::vector<std::string>{"bea@example.net", "cid@example.net", "dan@example.net"}));
}

TEST(MimeOut, AddressesOfEveryKind) {
  Content content = note();
  content.recipients.clear();
  const auto add = [&](std::vector<Property> properties) {
    Recipient r;
    for (auto& p : properties) r.properties.set(p.tag, std::move(p.value));
    content.recipients.push_back(std::move(r));
  };
  const auto to = Property{tag::kRecipientType, std::int32_t{1}};
  const auto name = [](std::string n) { return Property{tag::kDisplayName, std::move(n)}; };
  const auto type = [](std::string t) { return Property{tag::kAddressType, std::move(t)}; };
  const auto address = [](std::string a) { return Property{tag::kEmailAddress, std::move(a)}; };
  add({to, name("SMTP"), type("SMTP"), address("one@example.net")});
  add({to, name("EX with SMTP"), type("EX"), address("/o=x/cn=two"),
       Property{tag::kSmtpAddress, std::string("two@example.net")}});
  add({to, name("EX alone"), type("EX"), address("/o=x/cn=three")});
  add({to, name("entry id"), Property{tag::kEntryId, one_off_entry_id("entry id", "four@example.net")}});
  AddressBookEntryId directory;
  directory.dn = "/o=x/cn=three";
  add({to, name("book"), Property{tag::kEntryId, to_bytes(EntryId(directory))}});
  add({to, name("'five@example.net'"), type("SMTP"), address(" <five@example.net> ")});
  add({to, name("domain"), type("SMTP"), address("six@müller.example")});
  add({to, name("seven@example.net")});
  add({to, name("Fax"), type("FAX"), address("+49 1")});
  add({to, name("Unknown EX"), type("EX"), address("/o=x/cn=nobody")});
  add({to, name("evil"), type("SMTP"), address("x@y>\r\nRCPT TO:<z@y")});
  add({Property{tag::kRecipientType, std::int32_t{0x10000001}}, name("again"), type("SMTP"),
       address("One@example.net")});
  add({Property{tag::kRecipientType, std::int32_t{0}}, name("originator"), type("SMTP"), address("no@example.net")});
  auto with = sending();
  with.smtp_address = [](std::string_view dn) -> std::optional<std::string> {
    if (dn == "/o=x/cn=three") return "three@example.net";
    return std::nullopt;
  };
  const auto envelope = envelope_of(content, with);
  EXPECT_EQ(envelope.recipients,
            (std::vector<std::string>{"one@example.net", "two@example.net", "three@example.net", "four@example.net",
                                      "five@example.net", "six@xn--mller-kva.example", "seven@example.net"}));
  EXPECT_EQ(envelope.unknown, (std::vector<std::string>{"Fax", "Unknown EX", "evil"}));
  const Written mail(content, with);
  EXPECT_EQ(mail.field("To"),
            "SMTP <one@example.net>, EX with SMTP <two@example.net>, EX alone <three@example.net>, entry id "
            "<four@example.net>, book <three@example.net>, five@example.net, domain <six@xn--mller-kva.example>, "
            "seven@example.net, again "
            "<One@example.net>");
}

TEST(MimeOut, NothingBreaksOutOfItsField) {
  const std::string evil = "x\r\nBcc: evil@example.org\r\n\r\nbody \xED\xA0\x80 \xFF \x01" + std::string(1, '\0');
  auto content = note(evil, evil);
  auto& p = content.properties;
  for (const auto tag : {tag::kInternetMessageId, tag::kInReplyToId, tag::kInternetReferences, tag::kConversationTopic,
                         tag::kListHelp, tag::kListSubscribe, tag::kListUnsubscribe, tag::kSenderName,
                         tag::kSenderEmailAddress, tag::kSentRepresentingName, tag::kSentRepresentingSmtpAddress,
                         tag::kReadReceiptSmtpAddress, tag::kTransportMessageHeaders})
    p.set(tag, evil);
  p.set(tag::kMessageClass, "IPM.Note.Custom." + evil);
  p.set(tag::kReadReceiptRequested, true);
  p.set(tag::kFlagStatus, std::int32_t{2});
  content.set_named(lid::kFlagRequest, evil);
  content.set_named(lid::kClassified, true);
  content.set_named(lid::kClassification, evil);
  content.set_named({set::kInternetHeaders, std::string("x-mine")}, evil);
  content.set_named({set::kInternetHeaders, evil}, evil);
  content.recipients.push_back(make_recipient({evil, evil, {}}, RecipientType::cc, 1));
  content.attachments.push_back(attached(evil, "data", evil));
  content.attachments.back().properties.set(tag::kAttachContentId, evil);
  content.attachments.back().properties.set(tag::kAttachContentLocation, evil);
  content.attachments.push_back(embedded(content));
  auto with = sending();
  with.message_id = evil;
  with.extra_fields = {{"X-Mark", evil}, {evil, "value"}};
  with.calendar = CalendarPart{evil, evil};
  for (const auto purpose : {Purpose::send, Purpose::store}) {
    with.purpose = purpose;
    if (purpose == Purpose::send) {
      EXPECT_EQ(mime_from_message(content, with).error().code, Errc::invalid);  // for want of an author
      p.erase(tag::kSentRepresentingSmtpAddress.id());
      p.erase(tag::kSentRepresentingName.id());
      p.erase(tag::kSenderEmailAddress.id());
      p.set(tag::kSenderEmailAddress, std::string("ada@example.com"));
    }
    const Written mail(content, with);
    EXPECT_EQ(mail.root.headers.find("Bcc"), nullptr);
    EXPECT_TRUE(is_valid_utf8(mail.text));
    EXPECT_EQ(mail.text.find('\0'), std::string::npos);
    for (std::size_t i = 0; i < mail.text.size(); ++i) {
      if (mail.text[i] == '\n') ASSERT_TRUE(i > 0 && mail.text[i - 1] == '\r') << i;
      if (mail.text[i] == '\r') ASSERT_EQ(mail.text.substr(i + 1, 1), "\n") << i;
    }
    ASSERT_EQ(mail.root.children.size(), 3U);
  }
}

TEST(MimeOut, Bodies) {
  auto html = note();
  html.properties.erase(tag::kBody.id());
  set_html_body(html.properties,
                to_bytes("<p>Gr\xF6\xDF"
                         "er</p>"),
                1252);
  {
    const Written mail(html);
    EXPECT_EQ(shape(mail.root), "alternative(plain,html)");
    EXPECT_EQ(trim(mail.root.children[0].text()), "Größer");
    EXPECT_EQ(trim(mail.root.children[1].text()), "<p>Größer</p>");
  }
  auto rtf = note();
  rtf.properties.erase(tag::kBody.id());
  set_rtf_body(rtf.properties, rtf::from_html("<p>Some <b>bold</b> text</p>"));
  {
    const Written mail(rtf);
    EXPECT_EQ(shape(mail.root), "alternative(plain,html)");
    EXPECT_EQ(trim(mail.root.children[1].text()), "<p>Some <b>bold</b> text</p>");
  }
  set_rtf_body(rtf.properties, "{\\rtf1 Some {\\b bold} text\\par}");
  {
    const Written mail(rtf);
    EXPECT_EQ(shape(mail.root), "alternative(plain,html)");
    EXPECT_EQ(trim(mail.root.children[0].text()), "Some bold text");
    EXPECT_NE(mail.root.children[1].text().find("Some <b>bold</b> text</p>"), std::string::npos);
  }
  set_rtf_body(rtf.properties, rtf::from_text("Plain text"));
  EXPECT_EQ(shape(Written(rtf).root), "plain");
  Content nothing;
  EXPECT_EQ(shape(Written(nothing).root), "plain");
}

TEST(MimeOut, PicturesOfTheBodyAreRelated) {
  auto content = note();
  content.properties.erase(tag::kBody.id());
  set_html_body(content.properties, to_bytes("<img src='cid:one@x'><img src=\"CID:two\"><a href='cid:four'>x</a>"));
  const auto picture = [](const std::string& id) {
    auto out = attached(id + ".png", "png", "image/png");
    out.properties.set(tag::kAttachContentId, id);
    out.properties.set(tag::kAttachFlags, std::int32_t{4});
    return out;
  };
  content.attachments = {attached("a.pdf", "pdf"), picture("one@x"), picture("two"), picture("three")};
  const Written mail(content);
  EXPECT_EQ(shape(mail.root), "mixed(related(alternative(plain,html),png,png),pdf,png)");
  const auto& related = mail.root.children[0];
  EXPECT_EQ(related.parameter("type"), "multipart/alternative");
  EXPECT_EQ(related.children[1].content_id, "one@x");
  EXPECT_EQ(related.children[1].disposition, "inline");
  EXPECT_EQ(mail.root.children[2].disposition, "attachment");
  EXPECT_EQ(mail.field("X-MS-Has-Attach"), "yes");
}

TEST(MimeOut, FilesOfEveryKind) {
  struct Row {
    std::string name, tag, type, encoding;
  };
  const std::vector<Row> rows = {
      {"a.docx", "", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "base64"},
      {"a.PNG", "", "image/png", "base64"},
      {"a", "", "application/octet-stream", "base64"},
      {"a.eml", "message/rfc822", "application/octet-stream", "base64"},
      {"a.bin", "multipart/mixed; boundary=x", "application/octet-stream", "base64"},
      {"a.bin", "application/ms-tnef", "application/octet-stream", "base64"},
      {"a.txt", "text/plain; charset=x", "text/plain", "base64"},
      {"a.bin", "no type", "application/octet-stream", "base64"},
      {"status.txt", "message/delivery-status", "message/delivery-status", "7bit"}};
  for (const auto& row : rows) {
    auto content = note();
    content.attachments.push_back(attached(row.name, "data\r\n", row.tag));
    const Written mail(content);
    ASSERT_EQ(mail.root.children.size(), 2U);
    const auto& part = mail.root.children[1];
    EXPECT_EQ(part.type, row.type);
    EXPECT_EQ(part.encoding, row.encoding);
    EXPECT_EQ(part.file_name, row.name);
    EXPECT_EQ(as_text(part.content()), "data\r\n");
  }
  // Never the private format of Outlook.
  auto content = note();
  content.attachments.push_back(attached("winmail.dat", "x", "application/ms-tnef"));
  EXPECT_EQ(Written(content).root.children[1].file_name, "winmail.bin");
}

TEST(MimeOut, LinksAndObjects) {
  auto content = note();
  Attachment link;
  link.properties.set(tag::kAttachMethod, std::int32_t{7});
  link.properties.set(tag::kAttachLongFilename, std::string("plan.xlsx"));
  link.properties.set(tag::kAttachLongPathname, std::string("https://files.example/plan.xlsx\r\nx"));
  auto ole = attached("Drawing", "object");
  ole.properties.set(tag::kAttachMethod, std::int32_t{6});
  auto shown = ole;
  shown.properties.set(tag::kAttachRendering, to_bytes("wmf"));
  content.attachments = {link, ole, shown, Attachment{}};
  content.attachments.back().properties.set(tag::kAttachMethod, std::int32_t{0});
  const Written mail(content);
  ASSERT_EQ(mail.root.children.size(), 4U);
  EXPECT_EQ(mail.root.children[1].file_name, "plan.xlsx.url");
  EXPECT_EQ(as_text(mail.root.children[1].content()), "[InternetShortcut]\r\nURL=https://files.example/plan.xlsxx\r\n");
  EXPECT_EQ(as_text(mail.root.children[2].content()), "object");
  EXPECT_EQ(mail.root.children[3].type, "image/wmf");
  EXPECT_EQ(as_text(mail.root.children[3].content()), "wmf");
}

TEST(MimeOut, ItemsInside) {
  auto inner = note("Größe", "inner");
  inner.properties.set(tag::kInternetMessageId, std::string("<inner@x>"));
  auto contact = note("Card");
  contact.properties.set(tag::kMessageClass, std::string("IPM.Contact"));
  auto content = note();
  content.attachments = {embedded(inner), embedded(contact)};
  auto with = sending();
  with.item_file = [](const Content& item) -> std::optional<ItemFile> {
    if (text(item.properties, tag::kMessageClass) != "IPM.Contact") return std::nullopt;
    return ItemFile{"card.vcf", "text/vcard", "BEGIN:VCARD"};
  };
  const Written mail(content, with);
  EXPECT_EQ(shape(mail.root), "mixed(plain,rfc822(plain),vcard)");
  const auto& message = mail.root.children[1].children[0];
  EXPECT_EQ(message.headers.text("Subject"), "Größe");
  EXPECT_EQ(message.headers.text("Message-ID"), "<inner@x>");
  EXPECT_EQ(message.headers.text("X-Unsent"), "1");
  EXPECT_EQ(message.headers.find("From"), nullptr);  // nobody's but its own
  EXPECT_EQ(mail.root.children[2].file_name, "card.vcf");
}

TEST(MimeOut, DepthAndNumberAreBounded) {
  auto content = note();
  for (int i = 0; i < 12; ++i) {
    auto outer = note();
    outer.attachments.push_back(embedded(std::move(content)));
    content = std::move(outer);
  }
  EXPECT_TRUE(message_from_mime(*mime_from_message(content, sending()), context()));
  for (int i = 0; i < 200; ++i) {
    auto outer = note();
    outer.attachments.push_back(embedded(std::move(content)));
    content = std::move(outer);
  }
  EXPECT_EQ(mime_from_message(content, sending()).error().code, Errc::limit);
  // One message shared by many attachments, level by level: 2^20 parts if they were all written.
  content = note();
  for (int i = 0; i < 20; ++i) {
    auto outer = note();
    outer.attachments.push_back(embedded(std::move(content)));
    outer.attachments.push_back(outer.attachments.back());
    content = std::move(outer);
  }
  EXPECT_EQ(mime_from_message(content, sending()).error().code, Errc::limit);
}

TEST(MimeOut, TenThousandRecipients) {
  auto content = note();
  content.recipients.clear();
  for (int i = 0; i < 10'000; ++i)
    content.recipients.push_back(
        make_recipient({"Person " + std::to_string(i), std::to_string(i) + "@example.net", {}}, RecipientType::to, 0));
  EXPECT_EQ(envelope_of(content, sending()).recipients.size(), 10'000U);
  const Written mail(content);
  EXPECT_NE(mail.text.find("<9999@example.net>"), std::string::npos);
}

TEST(MimeOut, ProtectedEntitiesGoOutAsTheyAre) {
  const std::string signed_entity =
      "Content-Type: multipart/signed; micalg=sha-256;\r\n\tprotocol=\"application/pkcs7-signature\"; "
      "boundary=b\r\n\r\n"
      "--b\r\nContent-Type: text/plain\r\n\r\nSigned  \r\n--b\r\nContent-Type: application/pkcs7-signature\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\nMII=\r\n--b--\r\n";
  auto content = note();
  content.properties.set(tag::kMessageClass, std::string("IPM.Note.SMIME.MultipartSigned"));
  content.attachments.push_back(attached("smime.p7m", signed_entity, "multipart/signed"));
  {
    const Written mail(content);
    EXPECT_TRUE(mail.text.ends_with(signed_entity));
    EXPECT_EQ(mail.field("Subject"), "Subject");
    EXPECT_EQ(shape(mail.root), "signed(plain,pkcs7-signature)");
  }
  content.properties.set(tag::kMessageClass, std::string("IPM.Note.SMIME"));
  content.attachments = {
      attached("smime.p7m", "CMS", "application/pkcs7-mime;smime-type=enveloped-data;name=smime.p7m")};
  {
    const Written mail(content);
    EXPECT_EQ(mail.root.type, "application/pkcs7-mime");
    EXPECT_EQ(mail.root.parameter("smime-type"), "enveloped-data");
    EXPECT_EQ(mail.root.file_name, "smime.p7m");
    EXPECT_EQ(as_text(mail.root.content()), "CMS");
    EXPECT_EQ(mail.text.find("Text"), std::string::npos);
  }
  // What was to be protected is not sent without protection.
  content.attachments.clear();
  EXPECT_EQ(mime_from_message(content, sending()).error().code, Errc::invalid);
  auto storing = sending();
  storing.purpose = Purpose::store;
  EXPECT_TRUE(mime_from_message(content, storing));
}

TEST(MimeOut, MeetingTextIsAForm) {
  auto with = sending();
  with.calendar = CalendarPart{"request", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"};
  const Written mail(note(), with);
  EXPECT_EQ(shape(mail.root), "alternative(plain,calendar)");
  EXPECT_EQ(mail.root.children[1].parameter("method"), "REQUEST");
  const auto back = calendar_part(as_bytes(mail.text));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->method, "request");
  EXPECT_EQ(back->text, with.calendar->text);
}

TEST(MimeOut, Receipts) {
  auto content = note("Read: Plan", "");
  content.properties.set(tag::kMessageClass, std::string("REPORT.IPM.Note.IPNRN"));
  content.properties.set(tag::kOriginalMessageId, std::string("<first@example.net>"));
  content.properties.set(tag::kOriginalSubject, std::string("Plan"));
  content.properties.set(tag::kParentKey, to_bytes("key"));
  const Written mail(content);
  EXPECT_EQ(shape(mail.root), "report(plain,disposition-notification)");
  EXPECT_EQ(mail.root.parameter("report-type"), "disposition-notification");
  EXPECT_EQ(mail.root.children[1].body,
            "Final-Recipient: rfc822; ada@example.com\r\n"
            "Original-Message-ID: <first@example.net>\r\n"
            "Disposition: manual-action/MDN-sent-manually; displayed\r\n"
            "X-MSExch-Correlation-Key: a2V5\r\n"
            "X-Display-Name: Ada Owner\r\n");
  const auto back = converted(mail.text);
  EXPECT_EQ(text(back.properties, tag::kMessageClass), "REPORT.IPM.Note.IPNRN");
  EXPECT_EQ(text(back.properties, tag::kOriginalMessageId), "<first@example.net>");
  content.properties.set(tag::kMessageClass, std::string("REPORT.IPM.Note.IPNNRN"));
  EXPECT_EQ(text(converted(Written(content).text).properties, tag::kMessageClass), "REPORT.IPM.Note.IPNNRN");
}

TEST(MimeOut, DeliveryReports) {
  auto content = note("Undeliverable: Plan", "It could not be delivered.\r\n");
  auto& p = content.properties;
  p.set(tag::kMessageClass, std::string("REPORT.IPM.Note.NDR"));
  set_person(p, kReceivedRepresenting, {"Ada Owner", "ada@example.com", {}});
  p.set(tag::kReportingMessageTransferAgent, std::string("mx.example.com"));
  content.recipients[0].properties.set(tag::kNonDeliveryReportStatusCode, std::int32_t{511});
  content.recipients[0].properties.set(tag::kSupplementaryInfo, std::string("550 5.1.1 unknown"));
  content.attachments.push_back(embedded(note("Plan")));
  const Written mail(content);
  EXPECT_EQ(shape(mail.root), "report(plain,delivery-status,rfc822(plain))");
  EXPECT_EQ(mail.field("To"), "Ada Owner <ada@example.com>");
  const auto back = converted(mail.text);
  EXPECT_EQ(text(back.properties, tag::kMessageClass), "REPORT.IPM.Note.NDR");
  ASSERT_EQ(back.recipients.size(), 1U);
  EXPECT_EQ(text(back.recipients[0].properties, tag::kEmailAddress), "bea@example.net");
  EXPECT_EQ(number(back.recipients[0].properties, tag::kNonDeliveryReportStatusCode), 511);
  EXPECT_EQ(text(back.recipients[0].properties, tag::kSupplementaryInfo), "550 5.1.1 unknown");
  EXPECT_EQ(text(back.properties, tag::kOriginalSubject), "Plan");
}

TEST(MimeOut, HeaderPropertiesOfClients) {
  auto content = note();
  content.set_named({set::kInternetHeaders, std::string("x-mine")}, std::string("größer"));
  content.set_named({set::kInternetHeaders, std::string("subject")}, std::string("other"));
  content.set_named({set::kInternetHeaders, std::string("received-spf")}, std::string("pass"));
  content.set_named({set::kInternetHeaders, std::string("content-type")}, std::string("text/x"));
  content.set_named({set::kInternetHeaders, std::string("x-number")}, std::int32_t{1});
  auto with = sending();
  with.extra_fields = {{"X-Oxbridge-Upload", "4711"}};
  const Written mail(content, with);
  EXPECT_EQ(mail.field("X-Mine"), "größer");
  EXPECT_EQ(mail.field("Subject"), "Subject");
  EXPECT_EQ(mail.field("Received-SPF"), "");
  EXPECT_EQ(mail.root.type, "text/plain");
  EXPECT_EQ(mail.field("X-Oxbridge-Upload"), "4711");
}

TEST(MimeOut, ReceivedMailsKeepTheirFieldsInTheStore) {
  const auto before = converted(
      "Received: from a by b;\r\n Tue, 14 Nov 2023 22:13:20 +0000\r\nReturn-Path: <x@y>\r\nDKIM-Signature: v=1\r\n"
      "X-Own: one\r\nX-Own: two\r\nFrom: a@b.example\r\nSubject: s\r\n\r\nt\r\n");
  auto with = sending();
  with.purpose = Purpose::store;
  const Written stored(before, with);
  EXPECT_EQ(stored.field("Received"), "from a by b; Tue, 14 Nov 2023 22:13:20 +0000");
  EXPECT_EQ(stored.field("Return-Path"), "<x@y>");
  EXPECT_EQ(stored.field("DKIM-Signature"), "");
  EXPECT_EQ(std::count_if(stored.root.headers.fields.begin(), stored.root.headers.fields.end(),
                          [](const auto& f) { return f.name == "X-Own"; }),
            2);
  EXPECT_EQ(Written(before).field("Received"), "");
}

TEST(MailFlags, BothDirectionsAgree) {
  struct Row {
    const char* what;
    model::MailFlags flags;
  };
  const std::vector<Row> rows = {{"none", {}},
                                 {"seen", {.seen = true, .keywords = {}}},
                                 {"answered", {.answered = true, .keywords = {}}},
                                 {"flagged", {.flagged = true, .keywords = {}}},
                                 {"draft", {.draft = true, .keywords = {}}},
                                 {"forwarded", {.keywords = {"$Forwarded"}}},
                                 {"categories", {.keywords = {"Blue", "Red"}}},
                                 {"all", {.seen = true, .answered = true, .flagged = true, .keywords = {"Blue"}}}};
  for (const auto& row : rows) {
    const auto content = flag_properties(row.flags, Attachments::none);
    EXPECT_EQ(flags_of(content), row.flags) << row.what;
  }
}

TEST(MailFlags, WhatPropertiesDoNotDecideStays) {
  const model::MailFlags before = {
      .answered = true, .deleted = true, .keywords = {"$Forwarded", "$MDNSent", "Old", "NonJunk"}};
  Content content;
  EXPECT_EQ(flags_of(content, before).answered, true);
  content.properties.set(tag::kMessageFlags, std::int32_t{1});
  content.properties.set(tag::kLastVerbExecuted, std::int32_t{104});
  content.set_named(named::kKeywords, std::vector<std::string>{"New", "two words", "größer", "$evil", "a\r\nb"});
  const auto after = flags_of(content, before);
  EXPECT_TRUE(after.seen && after.answered && after.deleted);
  EXPECT_EQ(after.keywords, (std::vector<std::string>{"$Forwarded", "$MDNSent", "New", "NonJunk"}));
  // A completed follow-up is none; a client that takes the verb back means both.
  content.properties.set(tag::kFlagStatus, std::int32_t{1});
  content.properties.set(tag::kLastVerbExecuted, std::int32_t{0});
  const auto last = flags_of(content, before);
  EXPECT_FALSE(last.flagged || last.answered);
  EXPECT_EQ(last.keywords, (std::vector<std::string>{"$MDNSent", "New", "NonJunk"}));
}

}  // namespace
}  // namespace oxb::convert::test
