// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/convert_mail/mail.h"

namespace oxb::convert::test {
namespace {

using namespace mapi;

std::string bounce(std::string_view action, std::string_view status) {
  return "From: MAILER-DAEMON@example.com\nTo: ada@example.com\nSubject: Undelivered\n"
         "Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\nSorry.\n--r\nContent-Type: "
         "message/delivery-status\n\n"
         "Reporting-MTA: dns; mail.example.com\n\nFinal-Recipient: rfc822; nobody@example.org\nAction: " +
         std::string(action) + "\nStatus: " + std::string(status) +
         "\nRemote-MTA: dns; mx.example.org\nDiagnostic-Code: smtp; 550 no such user\n\n"
         "Final-Recipient: rfc822; fine@example.org\nAction: delivered\nStatus: 2.0.0\n--r\nContent-Type: "
         "message/rfc822\n\n"
         "Subject: Offer\nTo: nobody@example.org\nMessage-ID: <o@example.com>\nDate: Fri, 21 Nov 1997 09:55:06 "
         "-0600\n\ntext\n--r--\n";
}

TEST(MailReport, NonDelivery) {
  const auto c = converted(bounce("failed", "5.1.1"));
  const auto& p = c.properties;
  EXPECT_EQ(text(p, tag::kMessageClass), "REPORT.IPM.Note.NDR");
  EXPECT_EQ(text(p, tag::kReportingMessageTransferAgent), "mail.example.com");
  EXPECT_EQ(text(p, tag::kOriginalSubject), "Offer");
  EXPECT_EQ(text(p, tag::kOriginalDisplayTo), "nobody@example.org");
  EXPECT_EQ(text(p, tag::kOriginalMessageId), "<o@example.com>");
  EXPECT_EQ(body(c), "Sorry.");
  ASSERT_EQ(c.recipients.size(), 1U) << "only those that the report is about";
  const auto& r = c.recipients[0].properties;
  EXPECT_EQ(text(r, tag::kSmtpAddress), "nobody@example.org");
  EXPECT_EQ(number(r, tag::kNonDeliveryReportStatusCode), 511);  // [MS-OXCMAIL] 2.2.3.7.1.3
  EXPECT_EQ(number(r, tag::kNonDeliveryReportDiagCode), 0);
  EXPECT_EQ(number(r, tag::kNonDeliveryReportReasonCode), 0);
  EXPECT_EQ(text(r, tag::kSupplementaryInfo), "550 no such user");
  EXPECT_EQ(text(r, tag::kRemoteMessageTransferAgent), "mx.example.org");
  ASSERT_EQ(c.attachments.size(), 1U);
  ASSERT_TRUE(c.attachments[0].embedded);
  EXPECT_EQ(text(c.attachments[0].embedded->properties, tag::kSubject), "Offer");
}

TEST(MailReport, ActionsDecideTheClass) {
  EXPECT_EQ(text(converted(bounce("delivered", "2.0.0")).properties, tag::kMessageClass), "REPORT.IPM.Note.DR");
  EXPECT_EQ(text(converted(bounce("delayed", "4.4.7")).properties, tag::kMessageClass), "REPORT.IPM.Note.Delayed.DR");
  EXPECT_EQ(text(converted(bounce("relayed (to another world)", "2.0.0")).properties, tag::kMessageClass),
            "REPORT.IPM.Note.Relayed.DR");
  EXPECT_EQ(converted(bounce("delivered", "2.0.0")).recipients.size(), 2U);
}

std::string receipt(std::string_view disposition) {
  return "Subject: Read: x\nContent-Type: multipart/report; report-type=disposition-notification; "
         "boundary=r\n\n--r\n\nwas read\n--r\n"
         "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; "
         "b@example.org\nOriginal-Message-ID: <o@example.com>\n"
         "Disposition: manual-action/MDN-sent-manually; " +
         std::string(disposition) + "\n--r--\n";
}

TEST(MailReport, Receipts) {
  const auto read = converted(receipt("displayed"));
  EXPECT_EQ(text(read.properties, tag::kMessageClass), "REPORT.IPM.Note.IPNRN");
  EXPECT_EQ(text(read.properties, tag::kOriginalMessageId), "<o@example.com>");
  EXPECT_EQ(text(read.properties, tag::kReportDisposition), "displayed");
  EXPECT_EQ(text(converted(receipt("deleted/error")).properties, tag::kMessageClass), "REPORT.IPM.Note.IPNNRN");
}

TEST(MailReport, BrokenReportsAreStillMails) {
  const auto c =
      converted("Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\nonly text\n--r--\n");
  EXPECT_EQ(text(c.properties, tag::kMessageClass), "IPM.Note");
  EXPECT_EQ(body(c), "only text");
}

}  // namespace
}  // namespace oxb::convert::test
