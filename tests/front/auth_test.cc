// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/auth.h"

#include "tests/front/fixture.h"

#include <boost/asio/use_future.hpp>

namespace oxb::front {
namespace {

using namespace std::chrono_literals;

class AuthTest : public AccountsTest {
 protected:
  AuthTest() { start({}); }
  void start(AuthOptions options) {
    options.clock = &clock_;
    auth_ = std::make_unique<Authenticator>(*accounts_, std::move(options));
  }
  net::HttpRequest request(std::string_view login, std::string_view password, std::string address = "127.0.0.1") {
    net::HttpRequest request;
    request.client_address = std::move(address);
    request.secure = true;
    request.headers.add("Authorization", basic(login, password));
    return request;
  }
  Authenticated ask(const net::HttpRequest& request) { return loop_.run(auth_->authenticate(request)); }
  static int status(const Authenticated& result) {
    const auto* response = std::get_if<net::HttpResponse>(&result);
    return response ? response->status : 200;
  }
  static const sync::Mailbox* mailbox(const Authenticated& result) {
    const auto* found = std::get_if<MailboxPtr>(&result);
    return found ? found->get() : nullptr;
  }

  std::unique_ptr<Authenticator> auth_;
};

TEST_F(AuthTest, MissingOrBrokenLoginIsAskedFor) {
  net::HttpRequest bare;
  bare.client_address = "127.0.0.1";
  const auto result = ask(bare);
  ASSERT_EQ(status(result), 401);
  EXPECT_THAT(std::string(std::get<net::HttpResponse>(result).headers.get("WWW-Authenticate")),
              testing::StartsWith("Basic realm="));
  for (const std::string_view header :
       {"Bearer abc", "Basic", "Basic !!!", "Basic YQ==", "Basic OnB3", "Basic dXNlcjo="}) {
    net::HttpRequest broken = bare;
    broken.headers.add("Authorization", std::string(header));
    EXPECT_EQ(status(ask(broken)), 401) << header;
  }
  EXPECT_EQ(fake_.calls("sign_in"), 0U);
}

TEST_F(AuthTest, AllLoginFormsOfOneUserMeetInOneMailbox) {
  fake_.add_user({.other_logins = {"EXAMPLE\\anton"}, .aliases = {"a.alpha@example.test"}});
  const auto first = ask(request("anton", "secret"));
  ASSERT_NE(mailbox(first), nullptr);
  for (const auto* login : {"anton@example.test", "a.alpha@example.test", "EXAMPLE\\anton", "anton@1"}) {
    const auto other = ask(request(login, "secret"));
    EXPECT_EQ(mailbox(other), mailbox(first)) << login;
  }
}

TEST_F(AuthTest, EqualLoginsOfTwoContextsStayApart) {
  fake_.add_user({.context = 1, .id = 3, .login = "anton", .password = "one", .email = "anton@one.test"});
  fake_.add_user({.context = 2, .id = 3, .login = "anton", .password = "two", .email = "anton@two.test"});
  const auto first = ask(request("anton@1", "one"));
  const auto second = ask(request("anton@2", "two"));
  ASSERT_NE(mailbox(first), nullptr);
  ASSERT_NE(mailbox(second), nullptr);
  EXPECT_NE(mailbox(first), mailbox(second));
  EXPECT_EQ(mailbox(second)->owner().entity.context, 2U);
  EXPECT_EQ(status(ask(request("anton@2", "one"))), 401);
}

TEST_F(AuthTest, AcceptedLoginIsRememberedForFiveMinutesAtMost) {
  const auto user = fake_.add_user();
  ASSERT_EQ(status(ask(request("anton", "secret"))), 200);
  ASSERT_EQ(status(ask(request("anton", "secret"))), 200);
  EXPECT_EQ(fake_.calls("sign_in"), 1U);
  fake_.set_password(user, "changed");
  clock_.move(299s);
  EXPECT_EQ(status(ask(request("anton", "secret"))), 200);
  clock_.move(2s);
  EXPECT_EQ(status(ask(request("anton", "secret"))), 401);
  EXPECT_EQ(status(ask(request("anton", "changed"))), 200);
}

TEST_F(AuthTest, RefusalIsNeverRemembered) {
  const auto user = fake_.add_user();
  EXPECT_EQ(status(ask(request("anton", "new"))), 401);
  fake_.set_password(user, "new");
  EXPECT_EQ(status(ask(request("anton", "new"))), 200);
}

TEST_F(AuthTest, ParallelRequestsAskTheBackendOnce) {
  fake_.add_user();
  fake_.hold();
  const auto asked = request("anton", "secret");
  std::vector<std::future<Authenticated>> results;
  for (int i = 0; i < 8; ++i)
    results.push_back(boost::asio::co_spawn(loop_.make_strand(), auth_->authenticate(asked), boost::asio::use_future));
  while (fake_.held() == 0) std::this_thread::yield();
  fake_.release();
  for (auto& result : results) EXPECT_EQ(status(result.get()), 200);
  EXPECT_EQ(fake_.calls("sign_in"), 1U);
}

TEST_F(AuthTest, UnreachableBackendIsNoRefusal) {
  fake_.add_user();
  fake_.set_unavailable(true);
  const auto result = ask(request("anton", "secret"));
  ASSERT_EQ(status(result), 503);
  EXPECT_TRUE(std::get<net::HttpResponse>(result).headers.has("Retry-After"));
  fake_.set_unavailable(false);
  EXPECT_EQ(status(ask(request("anton", "secret"))), 200);
}

TEST_F(AuthTest, WrongGuessesOfAnAccountAreStoppedBeforeTheBackend) {
  fake_.add_user();
  start({.guesses = {.per_account = 3, .per_network = 100}});
  // The user's own site signed in before: it is not locked out by strangers.
  ASSERT_EQ(status(ask(request("anton", "secret", "192.0.2.1"))), 200);
  clock_.move(301s);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status(ask(request("anton", fmt::format("guess{}", i), "198.51.100.1"))), 401);
  const auto asked = fake_.calls("sign_in");
  const auto blocked = ask(request("Anton", "secret", "203.0.113.1"));
  ASSERT_EQ(status(blocked), 429);
  const auto wait = std::stoi(std::string(std::get<net::HttpResponse>(blocked).headers.get("Retry-After")));
  EXPECT_GT(wait, 800);
  EXPECT_LE(wait, 900);
  EXPECT_EQ(fake_.calls("sign_in"), asked);
  EXPECT_EQ(status(ask(request("anton", "secret", "192.0.2.200"))), 200);
  clock_.move(901s);
  EXPECT_EQ(status(ask(request("anton", "secret", "203.0.113.1"))), 200);
}

TEST_F(AuthTest, WrongGuessesOfANetworkAreStopped) {
  fake_.add_user();
  start({.guesses = {.per_account = 100, .per_network = 3}});
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(status(ask(request(fmt::format("user{}", i), "x", fmt::format("198.51.100.{}", i)))), 401);
  EXPECT_EQ(status(ask(request("anton", "secret", "198.51.100.77"))), 429);
  EXPECT_EQ(status(ask(request("anton", "secret", "198.51.101.77"))), 200);
}

TEST_F(AuthTest, ColleaguesWithOldPasswordsLockNobodyOut) {
  fake_.add_user();
  start({.guesses = {.per_account = 100, .per_network = 3}});
  ASSERT_EQ(status(ask(request("anton", "secret", "198.51.100.1"))), 200);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status(ask(request("berta", "old", "198.51.100.2"))), 401);
  EXPECT_EQ(status(ask(request("berta", "old", "198.51.100.2"))), 429);
  clock_.move(301s);
  EXPECT_EQ(status(ask(request("anton", "secret", "198.51.100.1"))), 200);
}

TEST(GuessLimitTest, MemoryIsBounded) {
  MovedClock clock;
  GuessLimit limit({.per_account = 1, .per_network = 1000, .entries = 10}, clock);
  for (int i = 0; i < 1000; ++i) {
    limit.wrong(fmt::format("user{}", i), "n");
    clock.move(std::chrono::seconds(1));
  }
  EXPECT_TRUE(limit.blocked("user999", "n"));
  EXPECT_FALSE(limit.blocked("user1", "n"));
}

TEST_F(AuthTest, PlainHttpIsRefusedExceptOnLoopbackOrBehindAProxy) {
  fake_.add_user();
  start({.trusted_proxies = *Networks::parse({"10.0.0.1"})});
  auto plain = request("anton", "secret", "192.0.2.1");
  plain.secure = false;
  EXPECT_EQ(status(ask(plain)), 403);
  EXPECT_EQ(fake_.calls("sign_in"), 0U);
  plain.client_address = "127.0.0.1";
  EXPECT_EQ(status(ask(plain)), 200);
  plain.client_address = "10.0.0.1";
  plain.headers.add("X-Forwarded-For", "192.0.2.1");
  EXPECT_EQ(status(ask(plain)), 200);
  plain.headers.add("X-Forwarded-Proto", "http");
  EXPECT_EQ(status(ask(plain)), 403);
}

TEST_F(AuthTest, PasswordsInTheOldCodePageAreUnderstood) {
  fake_.add_user({.password = "grün"});
  EXPECT_EQ(status(ask(request("anton", "grün"))), 200);
  EXPECT_EQ(status(ask(request("anton", "gr\xFCn"))), 200);
}

TEST_F(AuthTest, ExpiredLoginsLetGoOfTheMailbox) {
  fake_.add_user();
  std::weak_ptr<sync::Mailbox> weak = std::get<MailboxPtr>(ask(request("anton", "secret")));
  EXPECT_FALSE(weak.expired());
  clock_.move(301s);
  auth_->forget_expired();
  const auto late = net::soon();
  while (!weak.expired() && !late.expired()) std::this_thread::yield();  // its own work ends on its queue
  EXPECT_TRUE(weak.expired());
}

}  // namespace
}  // namespace oxb::front
