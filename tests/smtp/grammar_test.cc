// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/smtp/message.h"
#include "format/smtp/reply.h"

#include <gtest/gtest.h>

namespace oxb::smtp {
namespace {

Result<std::vector<Reply>> read(std::string_view text, std::size_t chunk) {
  ReplyParser parser;
  std::vector<Reply> all;
  for (std::size_t at = 0; at < text.size(); at += chunk) {
    OXB_TRY([[maybe_unused]] const auto fed, parser.feed(as_bytes(text.substr(at, chunk))).map([] { return 0; }));
    while (auto reply = parser.next()) all.push_back(std::move(*reply));
  }
  return all;
}

TEST(SmtpReply, LinesBecomeReplies) {
  // RFC 5321 section 4.2.1 and D.1
  for (const std::size_t chunk : {1U, 3U, 1000U}) {
    const auto replies = read(
        "250-foo.com greets bar.com\r\n250-8BITMIME\r\n250-SIZE 1000\r\n250 HELP\r\n354\r\n550 No such user here\r\n",
        chunk);
    ASSERT_TRUE(replies);
    ASSERT_EQ(replies->size(), 3U);
    EXPECT_EQ((*replies)[0].code, 250);
    EXPECT_EQ((*replies)[0].lines.size(), 4U);
    EXPECT_EQ((*replies)[1].code, 354);
    EXPECT_EQ((*replies)[2].text(), "No such user here");
    EXPECT_FALSE((*replies)[2].is_positive());
  }
}

TEST(SmtpReply, WhatIsNotSmtpIsRefused) {
  for (const std::string_view text : {"* OK IMAP\r\n", "HTTP/1.1 400\r\n", "25 x\r\n", "250x\r\n", "999 x\r\n",
                                      "150 x\r\n", "\r\n", "250-a\r\n550 b\r\n"})
    EXPECT_EQ(read(text, 1000).error().code, Errc::malformed) << text;
  EXPECT_EQ(read("250 " + std::string(100'000, 'x'), 1000).error().code, Errc::limit);
  std::string endless;
  for (int i = 0; i < 1000; ++i) endless += "250-more\r\n";
  EXPECT_EQ(read(endless, 1000).error().code, Errc::limit);
}

TEST(SmtpReply, TextIsSafeToShow) {
  const auto replies = read("550 a\x01\x1b[31m\xff\r\n", 1000).value();
  EXPECT_EQ(replies[0].text(), "a  [31m\xEF\xBF\xBD");
}

TEST(SmtpExtensions, KeywordsAndParameters) {
  const auto reply =
      read("250-mx\r\n250-size 35882577\r\n250-AUTH PLAIN LOGIN\r\n250-AUTH=CRAM-MD5\r\n250 PIPELINING\r\n", 1000)
          .value()
          .front();
  const auto extensions = Extensions::of(reply);
  EXPECT_EQ(extensions.number("SIZE"), 35882577U);
  EXPECT_TRUE(extensions.has("PIPELINING"));
  EXPECT_FALSE(extensions.has("MX"));
  EXPECT_TRUE(extensions.has("AUTH", "login"));
  EXPECT_TRUE(extensions.has("AUTH", "CRAM-MD5"));
  EXPECT_FALSE(extensions.has("AUTH", "XOAUTH2"));
  EXPECT_EQ(extensions.number("PIPELINING"), 0U);
}

TEST(SmtpData, DotsAndLineEnds) {
  EXPECT_EQ(data_text(""), "");
  EXPECT_EQ(data_text("a\r\n.\r\n..b\r\nc"), "a\r\n..\r\n...b\r\nc\r\n");
  // What a server might take for the end of the mail (bare line ends) is none any more.
  EXPECT_EQ(data_text("a\n.\nMAIL FROM:<x@y>\r.\rb"), "a\r\n..\r\nMAIL FROM:<x@y>\r\n..\r\nb\r\n");
  EXPECT_EQ(message_of_data("..\r\n...b\r\n"), ".\r\n..b\r\n");
}

TEST(SmtpAddress, WhatMayStandInAPath) {
  for (const std::string_view good :
       {"a@b", "anton.o'neill+x@example.test", "\"a b\"@example.test", "jürgen@exämple.test", "x@[127.0.0.1]"})
    EXPECT_TRUE(is_address(good)) << good;
  for (const std::string_view bad : {"", "a", "@b", "a@", "a b@c", "a@b> SIZE=1", "a@b\r\nDATA", "<a@b>", "a@b c",
                                     "\"a\"b\"@c", "a,b@c", "a@b,c@d", "\xff@b"})
    EXPECT_FALSE(is_address(bad)) << bad;
  EXPECT_FALSE(is_address(std::string(300, 'a') + "@b"));
}

TEST(SmtpNeeds, OfAMessage) {
  EXPECT_FALSE(needs_of("Subject: x\r\n\r\nbody\r\n").eight_bit);
  const auto body = needs_of("Subject: x\r\n\r\nbödy\r\n");
  EXPECT_TRUE(body.eight_bit);
  EXPECT_FALSE(body.utf8);
  EXPECT_TRUE(needs_of("Subject: ü\r\n\r\nbody\r\n").utf8);
}

}  // namespace
}  // namespace oxb::smtp
