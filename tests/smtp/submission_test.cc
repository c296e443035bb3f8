// SPDX-License-Identifier: GPL-3.0-or-later
// The submission client against servers that say what the test wants, good and bad.
#include "backend/smtp/smtp_connection.h"
#include "net/event_loop.h"
#include "tests/imap/scripted_server.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oxb::backend {
namespace {

using Server = oxb::testing::ScriptedServer;
using Script = Server::Script;
using Outcome = Submitted::Outcome;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kGreeting = "220 mx.example.test ESMTP\r\n";
constexpr const char* kExtensions =
    "250-mx.example.test\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN "
    "LOGIN\r\n";
constexpr const char* kMail = "Subject: x\r\n\r\n.dot\r\n";

// A whole dialogue of a friendly server for one recipient.
Script dialogue(const std::string& extensions = kExtensions) {
  return {Server::Say{kGreeting},
          Server::Hear{"EHLO"},
          Server::Say{extensions},
          Server::Hear{"AUTH"},
          Server::Say{"235 in\r\n"},
          Server::Hear{"RCPT"},
          Server::Say{"250 ok\r\n250 ok\r\n"},
          Server::Hear{"DATA"},
          Server::Say{"354 go\r\n"},
          Server::HearLine{"."},
          Server::Say{"250 taken\r\n"},
          Server::Hold{}};
}
constexpr std::size_t kEndOfData = 9;  // the step that hears the lone dot

class Smtp : public ::testing::Test {
 protected:
  SmtpSettings settings(std::uint16_t port) {
    SmtpSettings out;
    out.host = "127.0.0.1";
    out.port = port;
    out.security = MailSecurity::plaintext;
    out.hello = "gateway.example.test";
    return out;
  }
  Result<Submitted> submit(const SmtpSettings& where, Envelope envelope, const std::string& mail = kMail,
                           Wait wait = Wait::upto(std::chrono::seconds(20))) {
    MailLogin login;
    login.user = "anton@example.test";
    login.secret = Secret("top-secret");
    SmtpSubmission submission(where, login);
    return loop_.run(submission.submit(std::move(envelope), to_bytes(mail), std::move(wait)));
  }
  Result<Submitted> submit(const Server& server, Envelope envelope = {"anton@example.test", {"berta@example.test"}},
                           const std::string& mail = kMail) {
    return submit(settings(server.port()), std::move(envelope), mail);
  }
  // The dialogue from EHLO to AUTH, then these steps.
  static Script signed_in(Script more, const std::string& extensions = kExtensions) {
    auto script = dialogue(extensions);
    script.resize(5);
    script.insert(script.end(), more.begin(), more.end());
    return script;
  }

  net::EventLoop loop_{2, 1};
};

TEST_F(Smtp, OneMail) {
  Server server({dialogue()});
  const auto sent = submit(server);
  ASSERT_TRUE(sent) << sent.error().what;
  EXPECT_EQ(sent->outcome, Outcome::sent);
  EXPECT_TRUE(sent->refusals.empty());
  const auto& heard = server.heard();
  EXPECT_THAT(heard, Contains("EHLO gateway.example.test"));
  EXPECT_THAT(heard, Contains("AUTH PLAIN AGFudG9uQGV4YW1wbGUudGVzdAB0b3Atc2VjcmV0"));
  EXPECT_THAT(heard, Contains("MAIL FROM:<anton@example.test> SIZE=21"));
  EXPECT_THAT(heard, Contains("RCPT TO:<berta@example.test>"));
  EXPECT_THAT(heard, Contains("..dot"));
}

TEST_F(Smtp, AServerThatGoesAtAnyStep) {
  const auto whole = dialogue();
  for (std::size_t step = 0; step <= kEndOfData + 1; ++step) {
    Server server({Script(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(step))});
    const auto sent = submit(server);
    // At the last but one the server goes while the data is on its way: the client may or may not notice.
    if (step < kEndOfData || (step == kEndOfData && !sent)) {
      ASSERT_FALSE(sent) << step;
      EXPECT_EQ(sent.error().code, Errc::unavailable) << step;
    } else {
      ASSERT_TRUE(sent) << step << " " << sent.error().what;
      EXPECT_EQ(sent->outcome, Outcome::unknown) << step;
    }
  }
}

TEST_F(Smtp, NonsenseAtAnyStep) {
  const auto whole = dialogue();
  for (const std::string nonsense : {"hello\r\n", "25\r\n", "250-a\r\n354 b\r\n"}) {
    for (std::size_t step = 0; step <= kEndOfData + 1; ++step) {
      if (!std::holds_alternative<Server::Say>(whole[step])) continue;
      auto script = Script(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(step));
      script.emplace_back(Server::Say{nonsense});
      script.emplace_back(Server::Hold{});
      Server server({script});
      const auto sent = submit(server);
      if (step <= kEndOfData) {
        EXPECT_EQ(sent.error().code, Errc::unavailable) << step;
      } else {
        EXPECT_EQ(sent->outcome, Outcome::unknown) << step;
      }
    }
  }
}

TEST_F(Smtp, AnswersWithoutEnd) {
  const auto whole = dialogue();
  for (const std::string endless : {"250 and so on ", "250-and so on\r\n"}) {
    for (std::size_t step = 0; step <= kEndOfData + 1; ++step) {
      if (!std::holds_alternative<Server::Say>(whole[step])) continue;
      auto script = Script(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(step));
      script.emplace_back(Server::SayForEver{endless});
      Server server({script});
      const auto sent = submit(server);
      if (step <= kEndOfData) {
        EXPECT_EQ(sent.error().code, Errc::unavailable) << step;
      } else {
        EXPECT_EQ(sent->outcome, Outcome::unknown) << step;
      }
    }
  }
}

TEST_F(Smtp, SilenceEndsWithTheDeadline) {
  for (const std::size_t step : {0U, 2U, 6U, 10U}) {
    const auto whole = dialogue();
    auto script = Script(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(step));
    script.emplace_back(Server::Hold{});
    Server server({script});
    const auto sent = submit(settings(server.port()), {"a@example.test", {"b@example.test"}}, kMail,
                             Wait::upto(std::chrono::milliseconds(300)));
    if (step <= kEndOfData) {
      EXPECT_EQ(sent.error().code, Errc::unavailable) << step;
    } else {
      EXPECT_EQ(sent->outcome, Outcome::unknown) << step;
    }
  }
}

TEST_F(Smtp, NobodyListens) {
  std::uint16_t port = 0;
  {
    Server server({});
    port = server.port();
  }
  EXPECT_EQ(submit(settings(port), {"a@example.test", {"b@example.test"}}).error().code, Errc::unavailable);
}

TEST_F(Smtp, SigningIn) {
  const auto with = [&](const std::string& extensions, const std::string& answer) {
    auto script = dialogue(extensions);
    script.resize(4);
    script.emplace_back(Server::Say{answer});
    script.emplace_back(Server::Hold{});
    Server server({script});
    return submit(server).error().code;
  };
  EXPECT_EQ(with(kExtensions, "535 5.7.8 no\r\n"), Errc::unauthenticated);
  EXPECT_EQ(with(kExtensions, "454 4.7.0 later\r\n"), Errc::unavailable);
  EXPECT_EQ(with(kExtensions, "538 5.7.11 encrypt\r\n"), Errc::access_denied);
  EXPECT_EQ(with("250-mx\r\n250 SIZE 1000\r\n", ""), Errc::access_denied);
  EXPECT_EQ(with("250-mx\r\n250 AUTH GSSAPI\r\n", ""), Errc::access_denied);

  Server server(
      {Script{Server::Say{kGreeting}, Server::Hear{"EHLO"}, Server::Say{"250-mx\r\n250 AUTH LOGIN\r\n"},
              Server::Hear{"AUTH LOGIN"}, Server::Say{"334 VXNlcm5hbWU6\r\n"}, Server::Hear{"YW50b25A"},
              Server::Say{"334 UGFzc3dvcmQ6\r\n"}, Server::Hear{"dG9wLXNlY3JldA=="}, Server::Say{"235 in\r\n"},
              Server::Hear{"MAIL"}, Server::Say{"451 later\r\n"}, Server::Hold{}}});
  EXPECT_EQ(submit(server).error().code, Errc::unavailable);
  EXPECT_THAT(server.heard(), Not(Contains(HasSubstr("RCPT"))));  // no PIPELINING: one after the other
}

TEST_F(Smtp, PasswordsTravelUnencryptedToLoopbackOnly) {
  auto where = settings(25);
  where.host = "mx.example.test";
  EXPECT_EQ(submit(where, {"a@b", {"c@d"}}).error().code, Errc::access_denied);
  where.host = "127.0.0.1.example.test";
  EXPECT_EQ(submit(where, {"a@b", {"c@d"}}).error().code, Errc::access_denied);
}

TEST_F(Smtp, WithoutStartTlsNothingIsSaid) {
  Server server({Script{Server::Say{kGreeting}, Server::Hear{"EHLO"}, Server::Say{kExtensions},
                        Server::Hear{"STARTTLS"}, Server::Say{"502 no\r\n"}, Server::Hold{}}});
  auto where = settings(server.port());
  where.security = MailSecurity::starttls;
  EXPECT_EQ(submit(where, {"a@b", {"c@d"}}).error().code, Errc::access_denied);
  EXPECT_THAT(server.heard(), Not(Contains(HasSubstr("AUTH"))));
}

TEST_F(Smtp, TheWholeMailIsRefused) {
  const auto with = [&](Script more) {
    Server server({signed_in(std::move(more))});
    return submit(server);
  };
  const auto mail =
      with({Server::Hear{"RCPT"}, Server::Say{"550-5.7.1 not\r\n550 5.7.1 yours\r\n503 no\r\n"}, Server::Hold{}});
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->outcome, Outcome::refused);
  EXPECT_EQ(mail->refusal.code, 550);
  EXPECT_EQ(mail->refusal.text, "5.7.1 not 5.7.1 yours");
  EXPECT_TRUE(mail->refusals.empty());

  const Script upto_data{Server::Hear{"RCPT"}, Server::Say{"250 ok\r\n250 ok\r\n"}, Server::Hear{"DATA"}};
  auto script = upto_data;
  script.insert(script.end(), {Server::Say{"554 no\r\n"}, Server::Hold{}});
  EXPECT_EQ(with(script)->outcome, Outcome::refused);
  script = upto_data;
  script.insert(script.end(),
                {Server::Say{"354 go\r\n"}, Server::HearLine{"."}, Server::Say{"552 spam\r\n"}, Server::Hold{}});
  const auto end = with(script);
  EXPECT_EQ(end->outcome, Outcome::refused);
  EXPECT_EQ(end->refusal.code, 552);
  script[4] = Server::HearLine{"."};
  script[5] = Server::Say{"451 later\r\n"};
  EXPECT_EQ(with(script).error().code, Errc::unavailable);
}

TEST_F(Smtp, RecipientsAreRefusedOneByOne) {
  const Envelope envelope{"anton@example.test", {"a@x.test", "b@x.test", "not an address", "a@x.test", "c@x.test"}};
  Server server(
      {signed_in({Server::Hear{"c@x.test"}, Server::Say{"250 ok\r\n550 5.1.1 who\r\n250 ok\r\n452 4.2.2 full\r\n"},
                  Server::Hear{"DATA"}, Server::Say{"354 go\r\n"}, Server::HearLine{"."}, Server::Say{"250 ok\r\n"},
                  Server::Hold{}})});
  const auto sent = submit(server, envelope);
  ASSERT_TRUE(sent) << sent.error().what;
  EXPECT_EQ(sent->outcome, Outcome::sent);
  ASSERT_EQ(sent->refusals.size(), 3U);
  EXPECT_EQ(sent->refusals[0].recipient, "not an address");
  EXPECT_EQ(sent->refusals[1].recipient, "a@x.test");
  EXPECT_EQ(sent->refusals[1].code, 550);
  EXPECT_EQ(sent->refusals[1].text, "5.1.1 who");
  EXPECT_EQ(sent->refusals[2].recipient, "c@x.test");
  EXPECT_EQ(sent->refusals[2].code, 452);

  const Envelope two{"anton@example.test", {"a@x.test", "b@x.test"}};
  Server none({signed_in({Server::Hear{"b@x"}, Server::Say{"250 ok\r\n550 who\r\n551 gone\r\n"}, Server::Hold{}})});
  const auto refused = submit(none, two);
  EXPECT_EQ(refused->outcome, Outcome::refused);
  EXPECT_EQ(refused->refusals.size(), 2U);
  EXPECT_THAT(none.heard(), Not(Contains("DATA")));
  Server later({signed_in({Server::Hear{"b@x"}, Server::Say{"250 ok\r\n550 who\r\n450 busy\r\n"}, Server::Hold{}})});
  EXPECT_EQ(submit(later, two).error().code, Errc::unavailable);
}

TEST_F(Smtp, WhatTheMailNeedsIsAskedFor) {
  Server server({signed_in({Server::Hear{"RCPT"}, Server::Say{"550 no\r\n550 no\r\n"}, Server::Hold{}})});
  EXPECT_TRUE(submit(server, {"jürgen@example.test", {"b@x.test"}}, "Subject: x\r\n\r\nü\r\n"));
  EXPECT_THAT(server.heard(), Contains("MAIL FROM:<jürgen@example.test> SIZE=18 BODY=8BITMIME SMTPUTF8"));

  Server old(
      {signed_in({Server::Hear{"MAIL"}, Server::Say{"550 no\r\n"}, Server::Hold{}}, "250-mx\r\n250 AUTH PLAIN\r\n")});
  const auto refused = submit(old, {"a@example.test", {"jürgen@x.test", "b@x.test"}});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->refusals.at(0).recipient, "jürgen@x.test");
  EXPECT_THAT(old.heard(), Contains("MAIL FROM:<a@example.test>"));
}

TEST_F(Smtp, TooLargeIsRefusedBeforeAnythingIsSent) {
  Server server({signed_in({Server::Hold{}})});
  const auto refused = submit(server, {"a@b", {"c@d"}}, std::string(2000, 'x'));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->outcome, Outcome::refused);
  EXPECT_EQ(refused->refusal.code, 552);
}

TEST_F(Smtp, CommandsCannotBeSmuggledIn) {
  Server server({signed_in({Server::Hold{}})});
  EXPECT_EQ(submit(server, {"a@b> AUTH=<>\r\nRCPT TO:<x@y", {"c@d"}})->outcome, Outcome::refused);
}

TEST_F(Smtp, ManyRecipientsInFlights) {
  Envelope envelope{"a@example.test", {}};
  std::string answers;
  for (int i = 0; i < 99; ++i) answers += "250 ok\r\n";
  for (int i = 0; i < 250; ++i) envelope.recipients.push_back(fmt::format("user{}@x.test", i));
  Server server({signed_in({Server::Hear{"user98@"}, Server::Say{"250 ok\r\n" + answers}, Server::Hear{"user198@"},
                            Server::Say{"250 ok\r\n" + answers}, Server::Hear{"user249@"},
                            Server::Say{answers.substr(0, 51 * 8)}, Server::Hear{"DATA"}, Server::Say{"354 go\r\n"},
                            Server::HearLine{"."}, Server::Say{"250 ok\r\n"}, Server::Hold{}})});
  const auto sent = submit(server, envelope);
  ASSERT_TRUE(sent) << sent.error().what;
  EXPECT_EQ(sent->outcome, Outcome::sent);
}

}  // namespace
}  // namespace oxb::backend
