// SPDX-License-Identifier: GPL-3.0-or-later
// The box behind real sockets: sessions over HTTP, faults, counters.
#include "net/event_loop.h"
#include "net/http_client.h"
#include "sandbox/server.h"
#include "sandbox/setup.h"
#include "tests/sandbox/box.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace oxb::sandbox::test {
namespace {

class SandboxHttp : public ::testing::Test {
 protected:
  void SetUp() override {
    ServerOptions options;
    options.sandbox.file = ":memory:";
    auto started = Server::start(loop_.executor(), std::move(options));
    ASSERT_TRUE(started) << started.error().what;
    server_ = std::move(*started);
    server_->with_sandbox([](Sandbox& box) {
      ASSERT_TRUE(create_context(box, {"defaultcontext", "example.test", "oxadmin", "x"}));
      NewUser user;
      user.context = 1;
      user.login = "anton";
      user.password = "anton-secret";
      user.first_name = "Anton";
      user.last_name = "Alpha";
      ASSERT_TRUE(add_user(box, user));
    });
    auto client = net::HttpClient::create(loop_.executor(), {});
    ASSERT_TRUE(client) << client.error().what;
    client_ = std::move(*client);
  }
  void TearDown() override {
    if (server_) loop_.run(server_->stop(Wait::upto(std::chrono::seconds(5))));
  }

  Result<net::HttpResponse> call(const std::string& method, const std::string& path, const std::string& body = "",
                                 const std::string& token = "", std::chrono::seconds time = std::chrono::seconds(20)) {
    net::HttpCall call;
    call.method = method;
    call.url = server_->url() + path;
    call.body = to_bytes(body);
    call.cookies = &jar_;
    if (!body.empty() && path.find("login") != std::string::npos)
      call.headers.add("Content-Type", "application/x-www-form-urlencoded");
    if (!token.empty()) call.headers.add("X-Control-Token", token);
    return loop_.run(client_->call(std::move(call), Wait::upto(time)));
  }
  json::value answer(const std::string& method, const std::string& path, const std::string& body = "",
                     const std::string& token = "") {
    auto response = call(method, path, body, token);
    EXPECT_TRUE(response) << response.error().what;
    boost::system::error_code code;
    return response ? json::parse(as_text(response->body), code) : json::value();
  }
  void log_in() {
    const auto logged_in = answer("POST", "/ajax/login?action=login", "name=anton&password=anton-secret&client=test");
    ASSERT_TRUE(logged_in.is_object());
    session_ = std::string(logged_in.at("session").as_string());
  }
  std::string path(const std::string& call) const { return "/ajax/" + call + "&session=" + session_; }
  json::value control(const std::string& what, const std::string& body = "") {
    return answer(body.empty() && what == "counters" ? "GET" : "POST", "/control/" + what, body,
                  server_->control_token());
  }

  net::EventLoop loop_{2, 1};
  std::unique_ptr<Server> server_;
  std::unique_ptr<net::HttpClient> client_;
  net::CookieJar jar_;
  std::string session_;
};

TEST_F(SandboxHttp, SessionLivesInCookiesAndParameter) {
  log_in();
  EXPECT_EQ(data_of(answer("GET", path("folders?action=root&columns=1"))).as_array().size(), 4U);
  jar_.clear();
  EXPECT_EQ(code_of(answer("GET", path("folders?action=root&columns=1"))), "SES-0203");
}

TEST_F(SandboxHttp, OtherPrefixesReachTheSameApi) {
  log_in();
  EXPECT_EQ(data_of(answer("GET", "/appsuite/api/config/identifier?session=" + session_)), json::value(3));
  EXPECT_EQ(call("GET", "/elsewhere/config/identifier?session=" + session_)->status, 404);
}

TEST_F(SandboxHttp, ControlNeedsItsToken) {
  EXPECT_EQ(call("GET", "/control/counters")->status, 403);
  EXPECT_EQ(call("GET", "/control/counters", "", "wrong")->status, 403);
  EXPECT_EQ(call("GET", "/control/counters", "", server_->control_token())->status, 200);
  EXPECT_EQ(call("GET", "/control/nothing", "", server_->control_token())->status, 404);
}

TEST_F(SandboxHttp, CountersTellRequestsFromCalls) {
  log_in();
  control("reset-counters");
  answer("PUT", path("multiple?continue=true"),
         R"([{"module":"folders","action":"root","columns":"1"},{"module":"config/identifier","action":""}])");
  answer("GET", path("folders?action=root&columns=1"));
  const auto counters = control("counters");
  EXPECT_EQ(counters.at("requests").at("total"), json::value(2));
  EXPECT_EQ(counters.at("requests").at("multiple"), json::value(1));
  EXPECT_EQ(counters.at("calls").at("folders/root"), json::value(2));
  EXPECT_EQ(counters.at("calls").at("total"), json::value(3));
}

TEST_F(SandboxHttp, StatusFaultHitsItsActionAndEnds) {
  log_in();
  control("faults", R"({"kind":"status","module":"folders","action":"root","status":503,"count":1,"skip":1})");
  EXPECT_EQ(call("GET", path("folders?action=root&columns=1"))->status, 200);
  EXPECT_EQ(call("GET", path("folders?action=get&id=1"))->status, 200);
  EXPECT_EQ(call("GET", path("folders?action=root&columns=1"))->status, 503);
  EXPECT_EQ(call("GET", path("folders?action=root&columns=1"))->status, 200);
}

TEST_F(SandboxHttp, ErrorFaultAnswersTheCode) {
  log_in();
  control("faults", R"({"kind":"error","module":"folders","code":"CTX-0007","count":1})");
  EXPECT_EQ(code_of(answer("GET", path("folders?action=root&columns=1"))), "CTX-0007");
}

TEST_F(SandboxHttp, StaleSessionFaultEndsTheSession) {
  log_in();
  control("faults", R"({"kind":"stale-session","count":1})");
  EXPECT_EQ(code_of(answer("GET", path("folders?action=root&columns=1"))), "SES-0203");
  EXPECT_EQ(code_of(answer("GET", path("folders?action=root&columns=1"))), "SES-0203");
  log_in();
  EXPECT_EQ(code_of(answer("GET", path("folders?action=root&columns=1"))), "");
}

TEST_F(SandboxHttp, DroppedConnectionBeforeDoesNothingAfterDoesIt) {
  log_in();
  const std::string body = R"({"folder":{"title":"Made","module":"contacts"}})";
  // libcurl tries a second time by itself when a connection that it used before closes without an answer.
  control("faults", R"({"kind":"drop-before","module":"folders","action":"new"})");
  EXPECT_FALSE(call("PUT", path("folders?action=new&folder_id=1"), body));
  control("clear-faults");
  control("faults", R"({"kind":"drop-after","module":"folders","action":"new"})");
  EXPECT_FALSE(call("PUT", path("folders?action=new&folder_id=1"), body));
  control("clear-faults");
  // Made by the second one, and only by it.
  EXPECT_EQ(code_of(answer("PUT", path("folders?action=new&folder_id=1"), body)), "FLD-1014");
}

TEST_F(SandboxHttp, TruncatedAnswerIsNoAnswer) {
  log_in();
  control("faults", R"({"kind":"truncate","module":"folders","count":1})");
  EXPECT_FALSE(call("GET", path("folders?action=root&columns=1,300")));
  EXPECT_TRUE(call("GET", path("folders?action=root&columns=1,300")));
}

TEST_F(SandboxHttp, DrippedAnswerIsComplete) {
  log_in();
  control("faults", R"({"kind":"drip","module":"folders","piece":16,"delay_ms":1,"count":1})");
  EXPECT_EQ(data_of(answer("GET", path("folders?action=root&columns=1,300"))).as_array().size(), 4U);
}

TEST_F(SandboxHttp, LatencyOutlastsAShortWait) {
  log_in();
  control("faults", R"({"kind":"latency","module":"folders","delay_ms":60000,"count":1})");
  EXPECT_FALSE(call("GET", path("folders?action=root&columns=1"), "", "", std::chrono::seconds(1)));
  EXPECT_TRUE(call("GET", path("folders?action=root&columns=1")));
}

TEST_F(SandboxHttp, BadFaultsAreRefused) {
  EXPECT_EQ(call("POST", "/control/faults", "{", server_->control_token())->status, 400);
  EXPECT_EQ(call("POST", "/control/faults", R"({"kind":"earthquake"})", server_->control_token())->status, 400);
  EXPECT_EQ(call("POST", "/control/faults", R"({"kind":"error"})", server_->control_token())->status, 400);
}

}  // namespace
}  // namespace oxb::sandbox::test
