// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/message_address.h"
#include "convert/message_envelope.h"
#include "proto/mapi/named.h"
#include "tests/convert_mail/mail.h"

namespace oxb::convert::test {
namespace {

using namespace mapi;

TEST(MailEnvelope, PeopleTimesAndIds) {
  const auto c = converted(
      "From: \"Bob B\" <bob@example.com>\r\nSender: list@example.com\r\nTo: Ada <Ada@Example.com>, carl@example.com\r\n"
      "Cc: Dora <dora@example.com>\r\nReply-To: \"Help; desk\" <help@example.com>, x@example.com\r\nSubject: RE: "
      "Hello\r\n"
      "Date: Fri, 21 Nov 1997 09:55:06 -0600\r\nMessage-ID: <1@example.com>\r\nIn-Reply-To: <0@example.com>\r\n"
      "References: <a@example.com>\r\n <0@example.com>\r\n\r\nText\r\n");
  const auto& p = c.properties;
  EXPECT_EQ(text(p, tag::kSentRepresentingName), "Bob B");
  EXPECT_EQ(text(p, tag::kSentRepresentingSmtpAddress), "bob@example.com");
  EXPECT_EQ(text(p, tag::kSenderName), "list@example.com");
  EXPECT_EQ(text(p, tag::kSenderAddressType), "SMTP");
  EXPECT_EQ(as_text(binary(p, tag::kSenderSearchKey)), std::string_view("SMTP:LIST@EXAMPLE.COM\0", 22));
  EXPECT_EQ(text(p, tag::kReceivedByName), "Ada Owner");
  EXPECT_EQ(text(p, tag::kDisplayTo), "Ada; carl@example.com");
  EXPECT_EQ(text(p, tag::kDisplayCc), "Dora");
  EXPECT_EQ(text(p, tag::kDisplayBcc), "");
  EXPECT_TRUE(flag(p, tag::kMessageToMe));
  EXPECT_FALSE(flag(p, tag::kMessageCcMe));
  EXPECT_EQ(text(p, tag::kSubject), "RE: Hello");
  EXPECT_EQ(text(p, tag::kSubjectPrefix), "RE: ");
  EXPECT_EQ(text(p, tag::kNormalizedSubject), "Hello");
  EXPECT_EQ(text(p, tag::kConversationTopic), "Hello");
  EXPECT_EQ(*p.get<FileTime>(tag::kClientSubmitTime), file_time(from_unix_ms(880127706000)));
  EXPECT_EQ(*p.get<FileTime>(tag::kMessageDeliveryTime), file_time(from_unix_ms(1'700'000'000'000)));
  EXPECT_EQ(text(p, tag::kInternetMessageId), "<1@example.com>");
  EXPECT_EQ(text(p, tag::kInReplyToId), "<0@example.com>");
  EXPECT_EQ(text(p, tag::kInternetReferences), "<a@example.com> <0@example.com>");
  // As many names as entries, no semicolon inside a name.
  EXPECT_EQ(text(p, tag::kReplyRecipientNames), "Help, desk; x@example.com");
  const auto entries = binary(p, tag::kReplyRecipientEntries);
  ASSERT_GT(entries.size(), 8U);
  EXPECT_EQ(entries[0], std::byte{2});
  EXPECT_EQ(entries.size() % 4, 0U);
  EXPECT_EQ(binary(p, tag::kSearchKey).size(), 16U);
  ASSERT_EQ(c.recipients.size(), 3U);
  EXPECT_EQ(number(c.recipients[2].properties, tag::kRecipientType), 2);
  EXPECT_EQ(text(c.recipients[1].properties, tag::kDisplayName), "carl@example.com");
  for (const auto& r : c.recipients) EXPECT_FALSE(binary(r.properties, tag::kEntryId).empty());
}

TEST(MailEnvelope, OneOffEntryIdOfTheSpecification) {
  // [MS-OXCDATA] 2.2.5.1: flags, provider, version, MAE/format bits, then three texts in UTF-16.
  EXPECT_EQ(to_hex(one_off_entry_id("A", "a@b")),
            "00000000812b1fa4bea310199d6e00dd010f540200000180"
            "41000000"
            "53004d00540050000000"
            "6100400062000000");
}

TEST(MailEnvelope, SubjectPrefixes) {
  const auto split = [](std::string_view s) {
    return std::pair(std::string(split_subject(s).prefix), std::string(split_subject(s).normalized));
  };
  EXPECT_EQ(split("FW: x"), std::pair(std::string("FW: "), std::string("x")));
  EXPECT_EQ(split("回复: 你好"), std::pair(std::string("回复: "), std::string("你好")));
  EXPECT_EQ(split("Note: x").first, "");
  EXPECT_EQ(split("R2: x").first, "");
  EXPECT_EQ(split("RE:x").first, "");
  EXPECT_EQ(split(": x").first, "");
  EXPECT_EQ(split("").first, "");
}

TEST(MailEnvelope, EmptySubjectsAreNoConversation) {
  // A topic that is the empty text would join all such mails.
  const auto c = converted("From: a@example.com\n\nx");
  EXPECT_FALSE(c.properties.has(tag::kConversationTopic));
  EXPECT_FALSE(c.properties.has(tag::kConversationId));
  EXPECT_EQ(text(c.properties, tag::kSubject), "");
}

TEST(MailEnvelope, ConversationsByTopicAndIndex) {
  const auto a = converted("Subject: Plan\n\nx"), b = converted("Subject: AW: plan\n\nx");
  EXPECT_EQ(binary(a.properties, tag::kConversationId), binary(b.properties, tag::kConversationId));
  EXPECT_EQ(binary(a.properties, tag::kConversationId).size(), 16U);
  const auto c = converted("Subject: Plan\nThread-Topic: Other\nThread-Index: AQHRdWz/lQ1VfBsKyUq5r5qkPzXiEQ==\n\nx");
  EXPECT_EQ(text(c.properties, tag::kConversationTopic), "Other");
  EXPECT_EQ(binary(c.properties, tag::kConversationIndex).size(), 22U);
}

TEST(MailEnvelope, ImportanceSensitivityAndReceipts) {
  const auto c = converted(
      "X-Priority: 1 (Highest)\nSensitivity: Company-Confidential\nDisposition-Notification-To: Bob "
      "<b@example.com>\n\nx");
  EXPECT_EQ(number(c.properties, tag::kImportance), 2);
  EXPECT_EQ(number(c.properties, tag::kPriority), 1);
  EXPECT_EQ(number(c.properties, tag::kSensitivity), 3);
  EXPECT_TRUE(flag(c.properties, tag::kReadReceiptRequested));
  EXPECT_EQ(text(c.properties, tag::kReadReceiptSmtpAddress), "b@example.com");
  EXPECT_EQ(number(c.properties, tag::kMessageFlags) & 0x300, 0x300);
  auto seen = context();
  seen.flags.seen = true;
  const auto read = converted("Disposition-Notification-To: b@example.com\n\nx", seen);
  EXPECT_EQ(number(read.properties, tag::kMessageFlags) & 0x300, 0)
      << "a receipt for a mail already seen would be a second one";
  EXPECT_EQ(number(converted("Importance: low\n\nx").properties, tag::kImportance), 0);
  EXPECT_EQ(number(converted("\nx").properties, tag::kImportance), 1);
}

TEST(MailEnvelope, FlagsAndKeywords) {
  auto with = context();
  with.flags.seen = with.flags.flagged = true;
  with.flags.keywords = {"$Forwarded", "NonJunk", "Projekt"};
  const auto c = converted("From: Owner <owner@example.com>\n\nx", with);
  EXPECT_EQ(number(c.properties, tag::kMessageFlags), 1 | 2 | 0x20 | 0x400 | 0x2000);
  EXPECT_EQ(number(c.properties, tag::kLastVerbExecuted), 104);
  EXPECT_EQ(number(c.properties, tag::kIconIndex), 0x106);
  EXPECT_EQ(number(c.properties, tag::kFlagStatus), 2);
  const auto* categories = c.find_named(named::kKeywords);
  ASSERT_TRUE(categories);
  EXPECT_EQ(*categories, PropertyValue(std::vector<std::string>{"Projekt"}));
  model::MailFlags none;
  const auto changed = flag_properties(none, number(c.properties, tag::kMessageFlags));
  EXPECT_EQ(number(changed.properties, tag::kMessageFlags), 2 | 0x20 | 0x2000);
  EXPECT_EQ(number(changed.properties, tag::kFlagStatus), 0);
  EXPECT_FALSE(changed.find_named(named::kKeywords));
}

TEST(MailEnvelope, HeadersAsPropertiesWithoutFillingTheNameTable) {
  const auto c = converted(
      "List-Id: Users <users.example.com>\nList-Unsubscribe: <mailto:u@example.com>\nX-Invented-By-Spammer: "
      "1\nX-Mailer: M\n\nx");
  EXPECT_EQ(text(c.properties, tag::kListUnsubscribe), "<mailto:u@example.com>");
  ASSERT_TRUE(c.find_named({set::kInternetHeaders, std::string("list-id")}));
  EXPECT_FALSE(c.find_named({set::kInternetHeaders, std::string("x-invented-by-spammer")}));
  EXPECT_NE(text(c.properties, tag::kTransportMessageHeaders).find("X-Invented-By-Spammer: 1\r\nX-Mailer"),
            std::string::npos);
}

TEST(MailEnvelope, BrokenSendersStillShowSomething) {
  EXPECT_EQ(text(converted("From: \n\nx").properties, tag::kSubject), "");
  EXPECT_EQ(text(converted("From: Just A Name\n\nx").properties, tag::kSenderName), "Just A Name");
  EXPECT_EQ(text(converted("From: bob@example.com, carl@example.com\n\nx").properties, tag::kSenderName),
            "bob@example.com");
  EXPECT_EQ(
      text(converted("Date: whenever\nReceived: from x by y; Fri, 21 Nov 1997 09:55:06 -0600\n\nx", {}).properties,
           tag::kMessageClass),
      "IPM.Note");
  const auto by_received = converted("Date: whenever\nReceived: from x by y; Fri, 21 Nov 1997 09:55:06 -0600\n\nx", {});
  EXPECT_EQ(*by_received.properties.get<FileTime>(tag::kMessageDeliveryTime), file_time(from_unix_ms(880127706000)));
}

}  // namespace
}  // namespace oxb::convert::test
