// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/ox/capabilities.h"
#include "tests/support/ox_box.h"

#include <boost/json.hpp>

namespace oxb::backend::ox::test {
namespace {

using sandbox::Fault, sandbox::FaultKind;

TEST(OxSignIn, SaysWhoTheUserIs) {
  Box box;
  const auto account = box.sign_in("anton");
  const auto& who = account->principal();
  EXPECT_EQ(who.backend, "box");
  EXPECT_EQ(who.context, 1U);
  EXPECT_EQ(who.user, 3U);
  EXPECT_EQ(who.login, "anton");
  EXPECT_EQ(who.display_name, "Anton Alpha");
  EXPECT_EQ(who.email, "anton@example.test");
  EXPECT_EQ(who.aliases, std::vector<std::string>{"anton.alias@example.test"});
  EXPECT_EQ(who.imap_login, "anton@example.test");
  EXPECT_EQ(who.locale, "en_US");
  EXPECT_EQ(who.time_zone, "Europe/Berlin");
}

TEST(OxSignIn, LoginFormsOfOneUserMeetAndContextsDoNot) {
  Box box;
  for (const auto* login : {"anton", "anton@example.test", "anton@defaultcontext", "anton@1"}) {
    const auto account = box.sign_in(login);
    EXPECT_EQ(account->principal().context, 1U) << login;
    EXPECT_EQ(account->principal().user, 3U) << login;
  }
  const auto other = box.sign_in("anton@second");
  EXPECT_EQ(other->principal().context, 2U);
  EXPECT_EQ(other->principal().email, "anton@second.test");
}

TEST(OxSignIn, TakesTwoRequests) {
  Box box;
  const auto account = box.sign_in("anton");
  EXPECT_EQ(box.requests(""), 2U) << box.counters();
}

TEST(OxSignIn, WrongPasswordIsUnauthenticated) {
  Box box;
  EXPECT_EQ(box.try_sign_in("anton", "wrong").error().code, Errc::unauthenticated);
  EXPECT_EQ(box.try_sign_in("nobody", "x").error().code, Errc::unauthenticated);
  EXPECT_EQ(box.try_sign_in("anton", "").error().code, Errc::unauthenticated);
  EXPECT_EQ(box.requests("login/login"), 2U);  // an empty password never travels
}

TEST(OxSignIn, AServerThatCannotBeAskedIsUnavailable) {
  Box box;
  Fault busy;
  busy.kind = FaultKind::status;
  busy.module = "login";
  busy.remaining = 1;
  for (const int status : {500, 502, 503, 429}) {
    busy.status = status;
    box.fault(busy);
    EXPECT_EQ(box.try_sign_in("anton", "anton-secret").error().code, Errc::unavailable) << status;
  }
  for (const auto kind : {FaultKind::drop_before, FaultKind::drop_after, FaultKind::truncate}) {
    Fault cut;
    cut.kind = kind;
    cut.module = "login";
    cut.remaining =
        kind == FaultKind::truncate ? 1 : 2;  // a kept connection that was cut is replaced once by the client
    box.fault(cut);
    EXPECT_EQ(box.try_sign_in("anton", "anton-secret").error().code, Errc::unavailable) << static_cast<int>(kind);
  }
  Fault maintenance;
  maintenance.kind = FaultKind::error;
  maintenance.code = "CTX-0007";
  maintenance.module = "login";
  maintenance.remaining = 1;
  box.fault(maintenance);
  EXPECT_EQ(box.try_sign_in("anton", "anton-secret").error().code, Errc::unavailable);
  EXPECT_TRUE(box.try_sign_in("anton", "anton-secret"));
}

// While a server starts or stops, its modules come and go one by one (seen with 8.19): 404 is not "no such thing".
TEST(OxSession, AModuleThatIsNotThereYetIsUnavailable) {
  Box box;
  const auto account = box.sign_in("anton");
  const auto folders = box.run(account->groupware().folders(soon())).value();
  const auto tasks = folder_of(folders, model::FolderRole::tasks);
  Fault missing;
  missing.kind = FaultKind::status;
  missing.status = 404;
  box.fault(missing);
  EXPECT_EQ(box.run(account->groupware().folders(soon())).error().code, Errc::unavailable);
  EXPECT_EQ(box.run(account->groupware().changes(tasks, {}, soon())).error().code, Errc::unavailable);
  EXPECT_EQ(box.run(account->address_book().entries(soon())).error().code, Errc::unavailable);
  model::FileData file;
  file.id = RemoteId{"1"};
  EXPECT_EQ(box.run(account->groupware().attachment(tasks, RemoteId{"1"}, file, soon())).error().code,
            Errc::unavailable);
  box.clear_faults();
  EXPECT_TRUE(box.run(account->groupware().folders(soon())));
}

TEST(OxSignIn, TooManySessionsIsUnavailable) {
  Box box;
  box.server().with_sandbox([](sandbox::Sandbox& sandbox) {
    sandbox::SessionRules rules;
    rules.per_user = 1;
    sandbox.sessions().set_rules(rules);
  });
  const auto account = box.sign_in("anton");
  EXPECT_EQ(box.try_sign_in("anton", "anton-secret").error().code, Errc::unavailable);
}

TEST(OxSignIn, NobodyListens) {
  Box box;
  auto options = box.options();
  options.url = "http://127.0.0.1:1";
  const auto backend = make_backend(box.loop().executor(), box.http(), options);
  const auto who = credentials("anton", "anton-secret");
  EXPECT_EQ(box.run(backend->sign_in(who, soon())).error().code, Errc::unavailable);
}

TEST(OxSignIn, LoginTemplate) {
  Box box;
  auto options = box.options();
  options.login_template = "{local}@second";
  options.imap_login_template = "{local}%{context}/{user}/{email}/{nothing}";
  const auto backend = make_backend(box.loop().executor(), box.http(), options);
  const auto who = credentials("anton@outlook.example", "anton-secret");
  const auto account = box.run(backend->sign_in(who, soon())).value();
  EXPECT_EQ(account->principal().context, 2U);
  EXPECT_EQ(account->principal().imap_login, "anton%2/3/anton@second.test/{nothing}");
}

TEST(OxSession, AnExpiredSessionIsReplacedOnceAndSilently) {
  Box box;
  const auto account = box.sign_in("anton");
  box.reset_counters();
  Fault stale;
  stale.kind = FaultKind::stale_session;
  stale.module = "multiple";
  stale.remaining = 1;
  box.fault(stale);
  const auto folders = box.run(account->groupware().folders(soon()));
  ASSERT_TRUE(folders) << folders.error().what;
  EXPECT_GT(folders->size(), 2U);
  EXPECT_EQ(box.requests("login/login"), 1U);
}

TEST(OxSession, AServerThatForgetsAtOnceIsUnavailable) {
  Box box;
  const auto account = box.sign_in("anton");
  Fault stale;
  stale.kind = FaultKind::stale_session;
  stale.module = "multiple";
  box.fault(stale);
  EXPECT_EQ(box.run(account->groupware().folders(soon())).error().code, Errc::unavailable);
}

TEST(OxSession, ARefusedSecretIsNotTriedAgain) {
  Box box;
  const auto account = box.sign_in("anton");
  box.server().with_sandbox([](sandbox::Sandbox& sandbox) {
    sandbox.db().query("UPDATE user SET password = 'changed' WHERE context = 1 AND id = 3").next();
  });
  Fault stale;
  stale.kind = FaultKind::stale_session;
  stale.module = "multiple";
  stale.remaining = 1;
  box.fault(stale);
  box.reset_counters();
  EXPECT_EQ(box.run(account->groupware().folders(soon())).error().code, Errc::unauthenticated);
  EXPECT_EQ(box.run(account->groupware().folders(soon())).error().code, Errc::unauthenticated);
  EXPECT_EQ(box.run(account->address_book().entries(soon())).error().code, Errc::unauthenticated);
  EXPECT_EQ(box.requests("login/login"), 1U);
}

Task<Result<>> ask_folders(Account& account, std::shared_ptr<std::atomic<int>> good) {
  auto folders = co_await account.groupware().folders(soon());
  if (folders) ++*good;
  co_return Result<>{};
}

TEST(OxSession, ManyCallersShareOneRenewal) {
  Box box;
  const auto account = box.sign_in("anton");
  box.reset_counters();
  Fault stale;
  stale.kind = FaultKind::stale_session;
  stale.module = "multiple";
  stale.remaining = 1;
  box.fault(stale);
  const auto good = std::make_shared<std::atomic<int>>(0);
  std::vector<std::future<Result<>>> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.push_back(
        boost::asio::co_spawn(box.loop().make_strand(), ask_folders(*account, good), boost::asio::use_future));
  }
  for (auto& w : waiting) EXPECT_TRUE(w.get());
  EXPECT_EQ(*good, 8);
  EXPECT_LE(box.requests("login/login"), 2U);
}

TEST(OxSession, SignsOut) {
  Box box;
  auto account = box.sign_in("anton");
  box.run([](Account& a) -> Task<bool> {
    co_await a.sign_out(soon());
    co_return true;
  }(*account));
  EXPECT_EQ(box.requests("login/logout"), 1U);
  EXPECT_EQ(box.run(account->groupware().folders(soon())).error().code, Errc::unauthenticated);
}

TEST(OxSession, DeadlinesAndCancellationEndACall) {
  Box box;
  const auto account = box.sign_in("anton");
  Fault slow;
  slow.kind = FaultKind::latency;
  slow.delay = std::chrono::seconds(1);
  slow.module = "multiple";
  slow.remaining = 1;
  box.fault(slow);
  const auto result = box.run(account->groupware().folders(Wait::upto(std::chrono::milliseconds(50))));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::unavailable);
}

TEST(OxSession, ASlowDripIsWaitedFor) {
  Box box;
  const auto account = box.sign_in("anton");
  Fault drip;
  drip.kind = FaultKind::drip;
  drip.delay = std::chrono::milliseconds(1);
  drip.piece = 200;
  drip.module = "multiple";
  drip.remaining = 1;
  box.fault(drip);
  EXPECT_TRUE(box.run(account->groupware().folders(soon())));
}

TEST(OxTemplates, ReleaseNumbers) {
  EXPECT_EQ(release_of("7.10.6-Rev24"), (Release{7, 10, 6}));
  EXPECT_EQ(release_of("8.19.0"), (Release{8, 19, 0}));
  EXPECT_EQ(release_of("8.20"), (Release{8, 20, 0}));
  EXPECT_EQ(release_of("<unknown version>"), Release{});
  EXPECT_EQ(release_of(""), Release{});
  EXPECT_FALSE(Capabilities(release_of("7.10.3")).has(Feature::addressbooks));
  EXPECT_TRUE(Capabilities(release_of("8.19.0")).has(Feature::addressbooks));
  EXPECT_FALSE(Capabilities(release_of("7.8.4-Rev20")).has(Feature::chronos));
}

}  // namespace
}  // namespace oxb::backend::ox::test
