// SPDX-License-Identifier: GPL-3.0-or-later
// Signing in, TLS, and servers that misbehave.
#include "backend/imap/imap_position.h"
#include "tests/imap/scripted_server.h"
#include "tests/imap/support.h"

namespace oxb::backend {
namespace {

using testing::Dovecot;
using testing::ScriptedServer;
using Say = ScriptedServer::Say;
using Hear = ScriptedServer::Hear;
using Hold = ScriptedServer::Hold;
using SayForEver = ScriptedServer::SayForEver;

Dovecot& dovecot() {
  static Dovecot server;
  return server;
}

class ImapSignIn : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_FALSE(dovecot().failed()) << dovecot().why_not();
    if (!dovecot().running()) GTEST_SKIP() << dovecot().why_not();
    settings_ = plain_settings(dovecot().imap());
    settings_.host = "localhost";
  }
  Errc refusal(const std::string& password = Dovecot::kPassword) {
    ImapMailStore store(loop_.executor(), settings_, login_of("user1@example.test", password));
    const auto result = loop_.run(store.sign_in(seconds(20)));
    return result ? Errc::count_ : result.error().code;
  }
  net::EventLoop loop_{2, 1};
  ImapSettings settings_;
};

TEST_F(ImapSignIn, PlainTlsAndStartTls) {
  EXPECT_EQ(refusal(), Errc::count_);
  settings_.ca_file = dovecot().ca_file();
  settings_.security = ImapSettings::Security::starttls;
  EXPECT_EQ(refusal(), Errc::count_);
  settings_.security = ImapSettings::Security::tls;
  settings_.port = dovecot().imaps();
  EXPECT_EQ(refusal(), Errc::count_);
}

TEST_F(ImapSignIn, AnUnknownCertificateIsRefusedInWords) {
  for (const auto& [security, port] : {std::pair(ImapSettings::Security::starttls, dovecot().imap()),
                                       std::pair(ImapSettings::Security::tls, dovecot().imaps())}) {
    settings_.security = security;
    settings_.port = port;
    settings_.verify_certificates = true;
    ImapMailStore store(loop_.executor(), settings_, login_of("user1@example.test"));
    const auto result = loop_.run(store.sign_in(seconds(20)));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::access_denied);
    EXPECT_NE(result.error().what.find("certificate"), std::string::npos) << result.error().what;
    settings_.verify_certificates = false;
    EXPECT_EQ(refusal(), Errc::count_);
  }
}

TEST_F(ImapSignIn, AWrongPasswordIsRefusedOnceAndNotTriedAgain) {
  ImapMailStore store(loop_.executor(), settings_, login_of("user1@example.test", "wrong"));
  EXPECT_EQ(loop_.run(store.sign_in(seconds(20))).error().code, Errc::unauthenticated);
  const auto again = loop_.run(store.folders(seconds(20)));
  EXPECT_EQ(again.error().code, Errc::unauthenticated);
  EXPECT_NE(again.error().what.find("before"), std::string::npos);
  EXPECT_EQ(again.error().what.find("wrong"), std::string::npos);
}

TEST_F(ImapSignIn, IdleWorksUnderTlsAndTheConnectionStaysGood) {
  settings_.ca_file = dovecot().ca_file();
  settings_.security = ImapSettings::Security::tls;
  settings_.port = dovecot().imaps();
  const auto strand = loop_.make_strand();
  const auto on_strand = [&](auto task) {
    return boost::asio::co_spawn(strand, std::move(task), boost::asio::use_future).get();
  };
  auto connection = on_strand(ImapConnection::open(settings_, login_of("user2@example.test"), seconds(20)));
  ASSERT_TRUE(connection) << connection.error().what;
  ASSERT_TRUE((*connection)->secure());
  ASSERT_TRUE(on_strand((*connection)->select("INBOX", ImapMode::read, std::nullopt, seconds(20))));
  for (int i = 0; i < 3; ++i) {
    const auto news = on_strand((*connection)->idle(Wait::upto(std::chrono::milliseconds(150))));
    ASSERT_TRUE(news) << news.error().what;
    EXPECT_FALSE(*news);
    const auto noop = on_strand((*connection)->run_one(imap::Command("NOOP"), seconds(20)));
    ASSERT_TRUE(noop) << noop.error().what;
    EXPECT_TRUE(noop->is_ok());
  }
  on_strand([](ImapConnection& c) -> Task<Result<>> {
    co_await c.log_out(seconds(5));
    co_return Result<>{};
  }(**connection));
  EXPECT_TRUE((*connection)->broken());
}

TEST_F(ImapSignIn, ACommandLargerThanTheWindowAndManySmallOnes) {
  Hand hand(loop_, settings_, "user3@example.test");
  hand.append("INBOX", mail("big", 2'000'000));
  const auto strand = loop_.make_strand();
  const auto on_strand = [&](auto task) {
    return boost::asio::co_spawn(strand, std::move(task), boost::asio::use_future).get();
  };
  auto connection = on_strand(ImapConnection::open(settings_, login_of("user3@example.test"), seconds(20)));
  ASSERT_TRUE(connection);
  std::vector<imap::Command> commands(500, imap::Command("NOOP"));
  commands.emplace_back("EXAMINE INBOX");
  commands.emplace_back("UID FETCH 1:* (UID RFC822.SIZE)");
  const auto answers = on_strand((*connection)->run(std::move(commands), seconds(30)));
  ASSERT_TRUE(answers) << answers.error().what;
  ASSERT_EQ(answers->size(), 502U);
  for (const auto& answer : *answers) EXPECT_TRUE(answer.is_ok());
  EXPECT_EQ(answers->back().untagged.size(), 1U);
}

// --- servers that misbehave
// ---------------------------------------------------------------------------------------------

class ImapHostile : public ::testing::Test {
 protected:
  // Signs in and reads INBOX; the outcome as an error code, count_ for success.
  Errc outcome(std::vector<ScriptedServer::Script> scripts, std::function<void(ImapSettings&)> change = {}) {
    server_ = std::make_unique<ScriptedServer>(std::move(scripts));
    auto settings = plain_settings(server_->port());
    if (change) change(settings);
    ImapMailStore store(loop_.executor(), settings, login_of("anna", "top-secret"));
    const auto result = loop_.run(store.changes(RemoteId{"INBOX"}, {}, 10, seconds(20)));
    if (!result) what_ = result.error().what;
    if (result) changes_ = std::move(*result);
    EXPECT_EQ(what_.find("top-secret"), std::string::npos);
    return result ? Errc::count_ : result.error().code;
  }
  std::string heard() {
    std::string all;
    for (const auto& line : server_->heard()) all += line + "\n";
    return all;
  }
  net::EventLoop loop_{2, 1};
  std::unique_ptr<ScriptedServer> server_;
  std::string what_;
  MailChanges changes_;
};

const Say kSelected{"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 5] x\r\n%t OK [READ-ONLY] done\r\n"};

ScriptedServer::Script reading(const std::string& fetch) {
  return ScriptedServer::friendly(
      "", {Hear{"EXAMINE"}, kSelected, Hear{"SEARCH UNSEEN"}, Say{"* SEARCH\r\n%t OK done\r\n"}, Hear{"UID SEARCH"},
           Say{"* SEARCH 4\r\n%t OK done\r\n"}, Hear{"UID FETCH"}, Say{fetch}, Hold{}});
}

TEST_F(ImapHostile, NotImapAtAll) {
  EXPECT_EQ(outcome({{Say{"HTTP/1.1 400 Bad Request\r\n\r\n"}, Hold{}}}), Errc::unavailable);
  EXPECT_NE(what_.find("does not speak IMAP"), std::string::npos) << what_;
  EXPECT_EQ(outcome({{Say{"\x16\x03\x01\xff\n"}, Hold{}}}), Errc::unavailable);
  EXPECT_EQ(outcome({{}}), Errc::unavailable);
  EXPECT_EQ(outcome({{Say{"* BYE too busy\r\n"}}}), Errc::unavailable);
}

TEST_F(ImapHostile, EndlessLinesAndLiteralsEnd) {
  EXPECT_EQ(outcome({{SayForEver{std::string(100'000, 'x')}}}), Errc::limit);
  EXPECT_EQ(outcome({{Say{"* X {99999999999}\r\n"}, Hold{}}}), Errc::limit);
  EXPECT_EQ(outcome({ScriptedServer::friendly("", {Hear{"EXAMINE"}, SayForEver{"* 5 EXISTS\r\n"}})},
                    [](ImapSettings& s) { s.answer_bytes = 1 << 20; }),
            Errc::limit);
}

TEST_F(ImapHostile, ASilentServerIsGivenUp) {
  EXPECT_EQ(outcome({ScriptedServer::friendly("", {Hear{"EXAMINE"}, Say{"* 1 EXI"}, Hold{}})},
                    [](ImapSettings& s) { s.silence = std::chrono::seconds(1); }),
            Errc::unavailable);
}

TEST_F(ImapHostile, GoodbyeAndCloseInTheMiddle) {
  const auto bye = ScriptedServer::friendly("", {Hear{"EXAMINE"}, Say{"* BYE shutting down\r\n"}});
  EXPECT_EQ(outcome({bye}), Errc::unavailable);
  EXPECT_NE(what_.find("goodbye"), std::string::npos) << what_;
  const auto cut = ScriptedServer::friendly("", {Hear{"EXAMINE"}, Say{"* 1 EXISTS\r\n* OK [UIDVAL"}});
  EXPECT_EQ(outcome({cut}), Errc::unavailable);
}

TEST_F(ImapHostile, AShortOrBrokenListingIsAnErrorNotAnEmptyFolder) {
  EXPECT_EQ(outcome({ScriptedServer::friendly(
                "", {Hear{"EXAMINE"}, kSelected, Hear{"SEARCH UNSEEN"}, Say{"* SEARCH\r\n%t OK done\r\n"},
                     Hear{"UID SEARCH"}, Say{"* SEARCH 4 (((\r\n%t NO [SERVERBUG] failed\r\n"}, Hold{}})}),
            Errc::unavailable);
  EXPECT_EQ(outcome({ScriptedServer::friendly(
                "", {Hear{"EXAMINE"}, kSelected, Hear{"SEARCH UNSEEN"}, Say{"* SEARCH\r\n%t OK done\r\n"},
                     Hear{"UID SEARCH"}, Say{"* SEARCH 4 x\r\n%t OK done\r\n"}, Hold{}})}),
            Errc::malformed);
  EXPECT_EQ(outcome({reading("* 1 FETCH (UID 4 FLAGS (\\Seen\r\n%t NO no\r\n")}), Errc::unavailable);
}

TEST_F(ImapHostile, AnAnswerToNoCommandIsRefused) {
  EXPECT_EQ(outcome({ScriptedServer::friendly("", {Hear{"EXAMINE"}, Say{"zz9 OK hello\r\n"}, Hold{}})}),
            Errc::malformed);
}

// One structure that breaks the grammar must not hide its mail or the folder.
TEST_F(ImapHostile, ABrokenStructureIsLeftOut) {
  auto script = reading(
      "* 1 FETCH (UID 4 FLAGS () INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 9 BODYSTRUCTURE ((((\r\n%t OK "
      "done\r\n");
  script.pop_back();
  script.push_back(Hear{"UID FETCH"});
  script.push_back(
      Say{"* 1 FETCH (UID 4 FLAGS () INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 9 BODY[HEADER]<0> "
          "{5}\r\nA: b\n)\r\n%t OK "
          "done\r\n"});
  script.push_back(Hold{});
  EXPECT_EQ(outcome({script}), Errc::count_) << what_;
  ASSERT_EQ(changes_.changed.size(), 1U);
  EXPECT_FALSE(changes_.changed[0].structure);
  EXPECT_EQ(as_text(changes_.changed[0].headers), "A: b\n");
}

TEST_F(ImapHostile, WhatIsSaidBeforeTlsDoesNotCount) {
  const auto starttls = [](ImapSettings& s) { s.security = ImapSettings::Security::starttls; };
  // The injected capability and the injected sign-in are thrown away; the handshake fails on a server without TLS.
  const auto injected = outcome({{Say{"* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] x\r\n"}, Hear{"STARTTLS"},
                                  Say{"%t OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na2 OK in\r\n"}, Hold{}}},
                                [&](ImapSettings& s) {
                                  starttls(s);
                                  s.sign_in_time = std::chrono::seconds(1);
                                });
  EXPECT_EQ(injected, Errc::unavailable);
  server_.reset();
  EXPECT_EQ(outcome({{Say{"* PREAUTH hello\r\n"}, Hold{}}}, starttls), Errc::access_denied);
  EXPECT_EQ(outcome({{Say{"* OK hi\r\n"}, Hear{"STARTTLS"}, Say{"%t BAD what\r\n"}, Hold{}}}, starttls),
            Errc::access_denied);
  EXPECT_EQ(heard().find("AUTHENTICATE"), std::string::npos);
}

TEST_F(ImapHostile, NoPasswordLeavesInTheClear) {
  const auto remote = [](ImapSettings& s) { s.host = "imap.example.test"; };
  EXPECT_EQ(outcome({{}}, remote), Errc::access_denied);
  EXPECT_EQ(outcome({{Say{"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] x\r\n"}, Hold{}}}), Errc::access_denied);
  EXPECT_TRUE(heard().empty());
}

TEST_F(ImapHostile, RefusalsAreToldApart) {
  const auto refused = [](const std::string& answer) {
    return ScriptedServer::Script{Say{"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] x\r\n"},
                                  Hear{"AUTHENTICATE"},
                                  Say{"+ \r\n"},
                                  Hear{""},
                                  Say{answer},
                                  Hold{}};
  };
  EXPECT_EQ(outcome({refused("a1 NO [AUTHENTICATIONFAILED] no\r\n")}), Errc::unauthenticated);
  EXPECT_EQ(outcome({refused("a1 NO nope\r\n")}), Errc::unauthenticated);
  EXPECT_EQ(outcome({refused("a1 NO [UNAVAILABLE] later\r\n")}), Errc::unavailable);
  EXPECT_EQ(outcome({refused("a1 NO [PRIVACYREQUIRED] tls\r\n")}), Errc::access_denied);
  // LOGIN where the server has no SASL, with the capabilities asked for.
  EXPECT_EQ(outcome({{Say{"* OK hi\r\n"}, Hear{"CAPABILITY"}, Say{"* CAPABILITY IMAP4rev1\r\n%t OK x\r\n"},
                      Hear{"LOGIN"}, Say{"%t NO [REFERRAL imap://elsewhere.example.test/] no\r\n"}, Hold{}}}),
            Errc::unauthenticated);
}

TEST_F(ImapHostile, AServerWithoutExtensionsIsRead) {
  EXPECT_EQ(outcome({reading(
                "* 1 FETCH (UID 4 FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 9 "
                "BODYSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 3 1) BODY[HEADER]<0> {6}\r\nA: b\r\n)\r\n"
                "%t OK done\r\n")}),
            Errc::count_)
      << what_;
  ASSERT_EQ(changes_.changed.size(), 1U);
  EXPECT_EQ(changes_.changed[0].uid, 4U);
  EXPECT_TRUE(changes_.complete);
}

TEST_F(ImapHostile, ADeadConnectionIsReplacedOnce) {
  // The first connection answers once and is closed by the server while it is free.
  auto first = ScriptedServer::friendly("", {Hear{"LIST"}, Say{"* LIST () \"/\" INBOX\r\n%t OK x\r\n"}, Hear{"LSUB"},
                                             Say{"%t OK x\r\n"}, Hear{"STATUS"}, Say{"%t OK x\r\n"}});
  auto second = ScriptedServer::friendly("", {Hear{"LIST"}, Say{"* LIST () \"/\" Second\r\n%t OK x\r\n"}, Hear{"LSUB"},
                                              Say{"%t OK x\r\n"}, Hear{"STATUS"}, Say{"%t OK x\r\n"}, Hold{}});
  ScriptedServer server({first, second});
  ImapMailStore store(loop_.executor(), plain_settings(server.port()), login_of("anna"));
  ASSERT_TRUE(loop_.run(store.folders(seconds(20))));
  const auto again = loop_.run(store.folders(seconds(20)));
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again->at(0).id.value, "Second");
}

TEST_F(ImapHostile, AnUnreachableServerIsNotHammered) {
  std::uint16_t port = 0;
  { port = ScriptedServer({}).port(); }
  ImapMailStore store(loop_.executor(), plain_settings(port), login_of("anna"));
  EXPECT_EQ(loop_.run(store.folders(seconds(20))).error().code, Errc::unavailable);
  const auto soon = loop_.run(store.folders(seconds(20)));
  EXPECT_EQ(soon.error().code, Errc::unavailable);
  EXPECT_NE(soon.error().what.find("next attempt"), std::string::npos) << soon.error().what;
}

TEST(ImapPositionText, ComesBackAndRefusesNonsense) {
  ImapPosition position;
  position.uid_validity = 1795574922;
  position.mod_seq = 1ULL << 62;
  position.uid_next = 17;
  position.below = 12;
  position.flags_done = 3;
  position.flags_target = 99;
  const auto text = print_position(position);
  EXPECT_LE(text.value.size(), 120U);
  const auto again = parse_position(text);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, position);
  for (const char* bad :
       {"1", "2 v=1 n=1", "1 v=1", "1 v=x n=1", "1 v=1 n=1 z=3", "1  v=1 n=1", "1 v=1 n=99999999999999999999"})
    EXPECT_EQ(parse_position(model::Position{bad}).error().code, Errc::invalid) << bad;
}

}  // namespace
}  // namespace oxb::backend
