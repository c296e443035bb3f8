// SPDX-License-Identifier: GPL-3.0-or-later
// The submission client with the box's server, and Dovecot behind it.
#include "backend/smtp/smtp_connection.h"
#include "sandbox/outgoing.h"
#include "sandbox/server.h"
#include "sandbox/setup.h"
#include "tests/imap/support.h"

#include <boost/json/serialize.hpp>

namespace oxb::backend {
namespace {

using Outcome = Submitted::Outcome;

oxb::testing::Dovecot& dovecot() {
  static oxb::testing::Dovecot server({}, {"anton@example.test", "berta@example.test"});
  return server;
}

class Box : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_FALSE(dovecot().failed()) << dovecot().why_not();
    if (!dovecot().running()) GTEST_SKIP() << dovecot().why_not();
    if (dovecot().lmtp() == 0) GTEST_SKIP() << "Dovecot's LMTP server is not installed; scripts/packages.sh run";
    start(dovecot().lmtp());
  }
  void TearDown() override {
    if (server_) loop_.run(server_->stop(Wait::upto(std::chrono::seconds(5))));
  }
  void start(std::uint16_t lmtp_port) {
    TearDown();
    sandbox::ServerOptions options;
    options.sandbox.file = ":memory:";
    options.submission.emplace();
    options.submission->lmtp_port = lmtp_port;
    server_ = sandbox::Server::start(loop_.executor(), std::move(options)).value();
    server_->with_sandbox([](sandbox::Sandbox& box) {
      const auto context =
          sandbox::create_context(box, {"defaultcontext", "example.test", "oxadmin", "oxadmin-secret"}).value();
      for (const std::string login : {"anton", "berta", "carl"}) {  // carl has no mailbox
        sandbox::NewUser user;
        user.context = context;
        user.login = login;
        user.password = login + "-secret";
        user.first_name = user.last_name = login;
        user.aliases = {login + ".alias@example.test"};
        sandbox::add_user(box, user).value();
      }
    });
  }
  Result<Submitted> submit(Envelope envelope, const std::string& mail, const std::string& password = "anton-secret") {
    SmtpSettings settings;
    settings.host = "127.0.0.1";
    settings.port = server_->submission_port();
    settings.security = MailSecurity::plaintext;
    SmtpSubmission submission(settings, login_of("anton@example.test", password));
    return loop_.run(submission.submit(std::move(envelope), to_bytes(mail), seconds(20)));
  }
  boost::json::array outgoing() {
    return server_->with_sandbox([](sandbox::Sandbox& box) { return sandbox::all_outgoing(box.db()); });
  }
  void fault(sandbox::FaultKind kind, const std::string& step, int status = 0) {
    sandbox::Fault fault;
    fault.kind = kind;
    fault.module = "submission";
    fault.action = step;
    fault.remaining = 1;
    fault.status = status;
    server_->with_sandbox([&](sandbox::Sandbox& box) { box.faults().add(fault); });
  }
  // The mails of that subject in the Inbox, as stored.
  std::vector<std::string> inbox(const std::string& user, const std::string& subject) {
    ImapMailStore store(loop_.executor(), plain_settings(dovecot().imap()), login_of(user));
    const RemoteId folder{"INBOX"};
    const auto uids = loop_.run(store.find(folder, "Subject", subject, seconds(20))).value();
    std::vector<std::string> mails;
    const auto messages = loop_.run(store.messages(folder, uids, seconds(20))).value();
    for (const auto& message : messages) mails.emplace_back(as_text(message.value()));
    loop_.run(store.close(seconds(5)));
    return mails;
  }
  static std::string text(const boost::json::value& value) { return boost::json::serialize(value); }

  net::EventLoop loop_{2, 1};
  std::unique_ptr<sandbox::Server> server_;
};

const Envelope kToBerta{"anton@example.test", {"berta@example.test"}};

TEST_F(Box, InsideIsDeliveredOutsideIsRecorded) {
  const auto raw = mail("both") + ".\r\n..two\r\n";
  const auto sent = submit({"anton@example.test", {"berta.alias@example.test", "someone@elsewhere.test"}}, raw);
  ASSERT_TRUE(sent) << sent.error().what;
  EXPECT_EQ(sent->outcome, Outcome::sent);
  EXPECT_TRUE(sent->refusals.empty());
  const auto mails = inbox("berta@example.test", "both");
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_TRUE(mails[0].ends_with(raw)) << mails[0];
  const auto recorded = outgoing();
  ASSERT_EQ(recorded.size(), 1U);
  EXPECT_EQ(text(recorded[0].at("outside")), R"(["someone@elsewhere.test"])");
  EXPECT_EQ(text(recorded[0].at("recipients")), R"(["berta.alias@example.test","someone@elsewhere.test"])");
  EXPECT_EQ(as_text(from_base64(recorded[0].at("message").as_string()).value()), raw);
}

TEST_F(Box, AnUnknownAddressOfTheHouseIsRefused) {
  const auto alone = submit({"anton@example.test", {"nobody@example.test"}}, mail("none"));
  EXPECT_EQ(alone->outcome, Outcome::refused);
  EXPECT_EQ(alone->refusals.at(0).code, 550);
  EXPECT_TRUE(outgoing().empty());
  const auto some = submit({"anton@example.test", {"nobody@example.test", "berta@example.test"}}, mail("some"));
  EXPECT_EQ(some->outcome, Outcome::sent);
  ASSERT_EQ(some->refusals.size(), 1U);
  EXPECT_EQ(some->refusals[0].recipient, "nobody@example.test");
  EXPECT_EQ(inbox("berta@example.test", "some").size(), 1U);
}

TEST_F(Box, OnlyWithTheRightPasswordAndFromOwnAddresses) {
  EXPECT_EQ(submit(kToBerta, mail("x"), "wrong").error().code, Errc::unauthenticated);
  const auto foreign = submit({"carl@example.test", {"berta@example.test"}}, mail("foreign"));
  EXPECT_EQ(foreign->outcome, Outcome::refused);
  EXPECT_EQ(foreign->refusal.code, 553);
  EXPECT_EQ(submit({"anton.alias@example.test", {"berta@example.test"}}, mail("alias"))->outcome, Outcome::sent);
  EXPECT_EQ(submit({"", {"berta@example.test"}}, mail("report"))->outcome, Outcome::sent);
}

TEST_F(Box, WhatHappensToTheAnswer) {
  using sandbox::FaultKind;
  fault(FaultKind::drop_after, "end");
  EXPECT_EQ(submit(kToBerta, mail("lost-answer"))->outcome, Outcome::unknown);
  EXPECT_EQ(inbox("berta@example.test", "lost-answer").size(), 1U);
  fault(FaultKind::drop_before, "end");
  EXPECT_EQ(submit(kToBerta, mail("lost-mail"))->outcome, Outcome::unknown);
  EXPECT_TRUE(inbox("berta@example.test", "lost-mail").empty());
  fault(FaultKind::status, "end", 451);
  EXPECT_EQ(submit(kToBerta, mail("later")).error().code, Errc::unavailable);
  fault(FaultKind::status, "rcpt", 452);
  EXPECT_EQ(submit(kToBerta, mail("later")).error().code, Errc::unavailable);
  for (const auto* step : {"ehlo", "auth", "mail", "rcpt", "data"}) {
    fault(FaultKind::drop_before, step);
    EXPECT_EQ(submit(kToBerta, mail("gone")).error().code, Errc::unavailable) << step;
  }
  EXPECT_EQ(outgoing().size(), 1U);
}

TEST_F(Box, AMailboxThatTakesNothingIsToldToTheSender) {
  EXPECT_EQ(submit({"anton@example.test", {"carl@example.test", "berta@example.test"}}, mail("partly"))->outcome,
            Outcome::sent);
  EXPECT_EQ(inbox("berta@example.test", "partly").size(), 1U);
  const auto bounces = inbox("anton@example.test", "Undelivered");
  ASSERT_EQ(bounces.size(), 1U);
  EXPECT_NE(bounces[0].find("carl@example.test: 550"), std::string::npos);
}

TEST_F(Box, AMailServerThatIsDown) {
  start(1);
  EXPECT_EQ(submit(kToBerta, mail("down")).error().code, Errc::unavailable);
  EXPECT_TRUE(outgoing().empty());
}

TEST_F(Box, ALargeMail) {
  std::string raw = mail("large");
  for (int i = 0; i < 60'000; ++i) raw += i % 7 == 0 ? ".\r\n" : "..a line of a large mail, with dots in front\r\n";
  EXPECT_EQ(submit(kToBerta, raw)->outcome, Outcome::sent);
  const auto mails = inbox("berta@example.test", "large");
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_TRUE(mails[0].ends_with(raw));
  const auto refused = submit(kToBerta, std::string(51U << 20, 'x'));
  EXPECT_EQ(refused->outcome, Outcome::refused);
  EXPECT_EQ(refused->refusal.code, 552);
}

}  // namespace
}  // namespace oxb::backend
