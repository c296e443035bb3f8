// SPDX-License-Identifier: GPL-3.0-or-later
// Where Outlook looks for a server, seen from `oxbridge check`: whose answer is it?
#include "base/text.h"
#include "cli/check_places.h"
#include "net/http_server.h"
#include "net/tls.h"
#include "net/url_parts.h"
#include "proto/autodiscover/pox.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace oxb::cli {
namespace {

using Kind = PlaceAnswer::Kind;

class Places : public ::testing::Test {
 protected:
  Places() : http_(*net::HttpClient::create(loop_.executor(), {})) {}
  ~Places() override {
    http_.reset();
    for (auto& server : servers_) loop_.run(server->stop(Wait::upto(std::chrono::seconds(5))));
  }

  // An origin whose Autodiscover asks for a login and whose JSON answer names `url`; without it, both are 404.
  std::string serve(std::string url, std::shared_ptr<net::TlsServerContext> tls = nullptr) {
    const auto scheme = tls ? "https" : "http";
    auto server = net::HttpServer::listen(
        loop_.executor(), "127.0.0.1", 0, std::move(tls), {},
        [this, url = std::move(url)](net::HttpExchange& exchange) { return answer(exchange, url); });
    EXPECT_TRUE(server);
    servers_.push_back(std::move(*server));
    return fmt::format("{}://127.0.0.1:{}", scheme, servers_.back()->port());
  }
  PlaceAnswer look(const std::string& origin, const std::string& gateway) {
    return look_at_place(loop_, *http_, origin, "anton@nordwind.example", gateway);
  }

  bool saw_a_password_ = false;

 private:
  Task<> answer(net::HttpExchange& exchange, std::string url) {
    if (exchange.request().headers.has("Authorization")) saw_a_password_ = true;
    auto response = net::HttpResponse::text(404, "nothing\n");
    if (!url.empty() && exchange.request().path == "/autodiscover/autodiscover.xml") {
      response = net::HttpResponse::text(401, "sign in\n");
      response.headers.add("WWW-Authenticate", "Basic realm=\"x\"");
    }
    if (!url.empty() && exchange.request().path == "/autodiscover/autodiscover.json")
      response = net::HttpResponse::text(200, autodiscover::build_json("AutodiscoverV1", url), "application/json");
    co_await exchange.respond(std::move(response));
  }

  net::EventLoop loop_{2, 1};
  std::unique_ptr<net::HttpClient> http_;
  std::vector<std::unique_ptr<net::HttpServer>> servers_;
};

TEST_F(Places, LeadingToTheGateway) {
  const auto origin = serve("https://mapi.example.com/autodiscover/autodiscover.xml");
  EXPECT_EQ(look(origin, "mapi.example.com").kind, Kind::ours);
  EXPECT_EQ(look(origin, "MAPI.example.com").kind, Kind::ours);
  EXPECT_EQ(look(origin, "127.0.0.1").kind, Kind::ours) << "it is the gateway itself";
  EXPECT_EQ(look(origin, "").kind, Kind::ours) << "no gateway is known yet";
  EXPECT_FALSE(saw_a_password_);
}

TEST_F(Places, SomebodyElseAsksForAPassword) {
  const auto answer = look(serve("https://elsewhere.example.net/x"), "mapi.example.com");
  EXPECT_EQ(answer.kind, Kind::foreign);
  EXPECT_NE(answer.detail.find("elsewhere.example.net"), std::string::npos);
}

TEST_F(Places, NothingThere) {
  EXPECT_EQ(look(serve(""), "mapi.example.com").kind, Kind::absent);
  EXPECT_EQ(look("https://nobody.invalid", "mapi.example.com").kind, Kind::absent);
}

TEST_F(Places, CertificateThatIsNotTrusted) {
  std::string directory = "/var/tmp/oxb-places.XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  ASSERT_TRUE(net::ensure_development_certificate(directory, {"127.0.0.1"}));
  auto tls = net::load_tls(directory + "/cert.pem", directory + "/key.pem");
  std::filesystem::remove_all(directory);
  ASSERT_TRUE(tls);
  const auto answer = look(serve("https://mapi.example.com/x", *tls), "mapi.example.com");
  EXPECT_EQ(answer.kind, Kind::certificate);
  EXPECT_NE(answer.detail.find("certificate"), std::string::npos) << answer.detail;
}

TEST(PlaceNames, ThoseThatNoDnsKnows) {
  for (const auto* name : {"nordwind.example", "a.b.test", "x.invalid", "localhost", "here.LOCALHOST"})
    EXPECT_TRUE(is_example_domain(name)) << name;
  for (const auto* name : {"example.com", "test.de", "example.test.org"}) EXPECT_FALSE(is_example_domain(name)) << name;
}

}  // namespace
}  // namespace oxb::cli
