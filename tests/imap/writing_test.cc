// SPDX-License-Identifier: GPL-3.0-or-later
// Writing to servers that are old, full, or go away in the middle; the friendly ones are in tests/contract.
#include "tests/imap/scripted_server.h"
#include "tests/imap/support.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace oxb::backend {
namespace {

using oxb::testing::ScriptedServer;
using Say = ScriptedServer::Say;
using Hear = ScriptedServer::Hear;
using Hold = ScriptedServer::Hold;
using Script = ScriptedServer::Script;
using Transfer = MailWriter::Transfer;

const RemoteId kInbox{"INBOX"};
constexpr const char* kSelected =
    "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 9] x\r\n%t OK [READ-WRITE] x\r\n";

class ImapWriting : public ::testing::Test {
 protected:
  static std::size_t count(const ScriptedServer& server, const std::string& part) {
    const auto& heard = server.heard();
    return static_cast<std::size_t>(std::count_if(
        heard.begin(), heard.end(), [&](const std::string& line) { return line.find(part) != std::string::npos; }));
  }
  ImapMailStore store_of(const ScriptedServer& server) {
    return ImapMailStore(loop_.executor(), plain_settings(server.port()), login_of("anna"));
  }
  Result<MailPlace> append(const ScriptedServer& server, const std::string& raw = mail("x")) {
    auto store = store_of(server);
    return loop_.run(store.append(kInbox, to_bytes(raw), {}, {}, seconds(20)));
  }
  Result<std::vector<MailWriter::Transferred>> transfer(const ScriptedServer& server, std::vector<std::uint32_t> uids,
                                                        Transfer how) {
    auto store = store_of(server);
    return loop_.run(store.transfer(kInbox, 7, std::move(uids), RemoteId{"Trash"}, how, seconds(20)));
  }

  net::EventLoop loop_{2, 1};
};

TEST_F(ImapWriting, AWriteThatBreaksOffIsNeverRepeated) {
  const auto broken = ScriptedServer::friendly("LITERAL+ UIDPLUS", {Hear{"APPEND"}});
  const auto again = ScriptedServer::friendly("LITERAL+ UIDPLUS", {Hear{"APPEND"}, Say{"%t OK x\r\n"}, Hold{}});
  ScriptedServer server({broken, again});
  EXPECT_EQ(append(server).error().code, Errc::unavailable);
  EXPECT_EQ(count(server, "APPEND"), 1U);

  const auto moving = ScriptedServer::friendly("MOVE UIDPLUS", {Hear{"SELECT"}, Say{kSelected}, Hear{"MOVE"}});
  ScriptedServer mover({moving, moving});
  EXPECT_EQ(transfer(mover, {1}, Transfer::move).error().code, Errc::unavailable);
  EXPECT_EQ(count(mover, "UID MOVE"), 1U);
}

TEST_F(ImapWriting, NonsenseInTheAnswerSaysNothingOfTheWrite) {
  const auto script = ScriptedServer::friendly("LITERAL+", {Hear{"APPEND"}, Say{"zz OK for another\r\n"}, Hold{}});
  ScriptedServer server({script, script});
  EXPECT_EQ(append(server).error().code, Errc::unavailable);
  const auto odd = ScriptedServer::friendly(
      "LITERAL+", {Hear{"APPEND"}, Hear{"xxx"}, Say{"a2 OK [APPENDUID nonsense] x\r\n"}, Hold{}});
  ScriptedServer unclear({odd});
  const auto place = append(unclear);
  ASSERT_TRUE(place) << place.error().what;
  EXPECT_EQ(*place, MailPlace{});
}

TEST_F(ImapWriting, WhatPreparesAWriteMayBeRepeated) {
  // The connection dies while the folder is opened: nothing was written yet.
  auto first = ScriptedServer::friendly(
      "MOVE UIDPLUS", {Hear{"LIST"}, Say{"* LIST () \"/\" INBOX\r\n%t OK x\r\n"}, Hear{"LSUB"}, Say{"%t OK x\r\n"},
                       Hear{"STATUS"}, Say{"%t OK x\r\n"}, Hear{"SELECT"}});
  auto second = ScriptedServer::friendly(
      "MOVE UIDPLUS", {Hear{"SELECT"}, Say{kSelected}, Hear{"SEARCH"}, Say{"* SEARCH 1\r\n%t OK x\r\n"}, Hear{"MOVE"},
                       Say{"* OK [COPYUID 9 1 4] x\r\n* 1 EXPUNGE\r\n%t OK x\r\n"}, Hold{}});
  ScriptedServer server({first, second});
  auto store = store_of(server);
  ASSERT_TRUE(loop_.run(store.folders(seconds(20))));
  const auto moved = loop_.run(store.transfer(kInbox, 7, {1}, RemoteId{"Trash"}, Transfer::move, seconds(20)));
  ASSERT_TRUE(moved) << moved.error().what;
  ASSERT_EQ(moved->size(), 1U);
  EXPECT_EQ(moved->at(0).to, (MailPlace{9, 4}));
  EXPECT_EQ(count(server, "UID MOVE"), 1U);
}

TEST_F(ImapWriting, RefusalsHaveTheirMeaning) {
  const auto with = [&](const std::string& answer) {
    ScriptedServer server({ScriptedServer::friendly("", {Hear{"APPEND"}, Say{"%t NO " + answer + "\r\n"}, Hold{}})});
    return append(server).error().code;
  };
  EXPECT_EQ(with("[OVERQUOTA] full"), Errc::quota);
  EXPECT_EQ(with("[TRYCREATE] none"), Errc::not_found);
  EXPECT_EQ(with("[NOPERM] no"), Errc::access_denied);
  EXPECT_EQ(with("[TOOBIG] no"), Errc::limit);
  EXPECT_EQ(with("[LIMIT] no"), Errc::limit);
  EXPECT_EQ(with("[INUSE] no"), Errc::unavailable);
  for (const bool there : {true, false}) {
    ScriptedServer server({ScriptedServer::friendly(
        "", {Hear{"APPEND"}, Say{"%t NO no\r\n"}, Hear{"LIST"},
             Say{std::string(there ? "* LIST () \"/\" INBOX\r\n" : "") + "%t OK x\r\n"}, Hold{}})});
    EXPECT_EQ(append(server).error().code, there ? Errc::access_denied : Errc::not_found);
  }
  ScriptedServer small({ScriptedServer::friendly("APPENDLIMIT=50", {Hold{}})});
  EXPECT_EQ(append(small).error().code, Errc::limit);
}

TEST_F(ImapWriting, WithoutUidPlusNothingCanBeMoved) {
  ScriptedServer server({ScriptedServer::friendly("", {Hear{"SELECT"}, Say{kSelected}, Hold{}})});
  EXPECT_EQ(transfer(server, {1}, Transfer::move).error().code, Errc::unsupported);
  ScriptedServer expunging({ScriptedServer::friendly("", {Hear{"SELECT"}, Say{kSelected}, Hold{}})});
  auto store = store_of(expunging);
  EXPECT_EQ(loop_.run(store.expunge(kInbox, 7, {1}, seconds(20))).error().code, Errc::unsupported);
}

TEST_F(ImapWriting, ServersThatDoNotSayWhereACopyLies) {
  ScriptedServer server(
      {ScriptedServer::friendly("", {Hear{"EXAMINE"}, Say{kSelected}, Hear{"SEARCH"},
                                     Say{"* SEARCH 1 3\r\n%t OK x\r\n"}, Hear{"COPY"}, Say{"%t OK x\r\n"}, Hold{}})});
  const auto copied = transfer(server, {1, 2, 3}, Transfer::copy);
  ASSERT_TRUE(copied) << copied.error().what;
  ASSERT_EQ(copied->size(), 2U);
  EXPECT_EQ(copied->at(1).from, 3U);
  EXPECT_EQ(copied->at(1).to, MailPlace{});
}

TEST_F(ImapWriting, ACopyThatIsNotMadeIsNotExpunged) {
  ScriptedServer server({ScriptedServer::friendly(
      "UIDPLUS", {Hear{"SELECT"}, Say{kSelected}, Hear{"SEARCH"}, Say{"* SEARCH 1\r\n%t OK x\r\n"}, Hear{"COPY"},
                  Say{"%t NO [OVERQUOTA] full\r\n"}, Hold{}})});
  EXPECT_EQ(transfer(server, {1}, Transfer::move).error().code, Errc::quota);
  EXPECT_EQ(count(server, "STORE"), 0U);
  EXPECT_EQ(count(server, "EXPUNGE"), 0U);
}

TEST_F(ImapWriting, HalfAMoveIsNoRefusal) {
  std::vector<std::uint32_t> uids;  // two commands
  for (std::uint32_t uid = 100'001; uid < 102'000; uid += 2) uids.push_back(uid);
  ScriptedServer server({ScriptedServer::friendly(
      "UIDPLUS MOVE",
      {Hear{"SELECT"}, Say{kSelected}, Hear{"SEARCH"}, Say{"* SEARCH 100001 101801\r\n%t OK x\r\n"}, Hear{"SEARCH"},
       Say{"%t OK x\r\n"}, Hear{"MOVE"}, Say{"* OK [COPYUID 9 100001 1] x\r\n%t OK x\r\n"}, Hear{"MOVE"},
       Say{"%t NO [OVERQUOTA] full\r\n"}, Hold{}})});
  const auto moved = transfer(server, uids, Transfer::move);
  EXPECT_EQ(moved.error().code, Errc::unavailable);
  EXPECT_NE(moved.error().what.find("only some"), std::string::npos) << moved.error().what;
}

TEST_F(ImapWriting, AReadOnlyFolderStaysReadOnly) {
  const std::string selected = "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n%t OK [READ-ONLY] x\r\n";
  ScriptedServer server(
      {ScriptedServer::friendly("UIDPLUS", {Hear{"SELECT"}, Say{selected}, Hear{"SELECT"}, Say{selected}, Hold{}})});
  auto store = store_of(server);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(loop_.run(store.expunge(kInbox, 7, {1}, seconds(20))).error().code, Errc::access_denied);
}

TEST_F(ImapWriting, AFullMailbox) {
  static oxb::testing::Dovecot dovecot({"imap/mail_plugins = acl imap_acl quota", "plugin/quota = maildir:User quota",
                                        "plugin/quota_rule = *:storage=100K"});
  ASSERT_FALSE(dovecot.failed()) << dovecot.why_not();
  if (!dovecot.running()) GTEST_SKIP() << dovecot.why_not();
  ImapMailStore store(loop_.executor(), plain_settings(dovecot.imap()), login_of("user1@example.test"));
  const auto put = [&](std::size_t size) {
    return loop_.run(store.append(kInbox, to_bytes(mail("x", size)), {}, {}, seconds(20)));
  };
  const auto first = put(80'000);
  ASSERT_TRUE(first) << first.error().what;
  const auto second = put(80'000);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::quota);
  const auto copied = loop_.run(
      store.transfer(kInbox, first->uid_validity, {first->uid}, RemoteId{"Trash"}, Transfer::copy, seconds(20)));
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code, Errc::quota);
  EXPECT_TRUE(loop_.run(
      store.transfer(kInbox, first->uid_validity, {first->uid}, RemoteId{"Trash"}, Transfer::move, seconds(20))));
}

}  // namespace
}  // namespace oxb::backend
