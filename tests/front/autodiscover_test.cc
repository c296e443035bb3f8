// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/autodiscover/pox.h"
#include "tests/front/gateway_fixture.h"

namespace oxb::front {
namespace {

using autodiscover::PoxAnswer;
using testing::HasSubstr;
using testing::StartsWith;

class AutodiscoverTest : public GatewayTest {
 protected:
  void SetUp() override {
    fake_.add_user({.aliases = {"a.alpha@example.test"}});
    fake_.add_user(
        {.id = 4, .login = "berta", .password = "geheim", .display_name = "Berta Beta", .email = "berta@example.test"});
    fake_.add_user({.context = 2,
                    .id = 3,
                    .login = "anton",
                    .password = "other",
                    .display_name = "Other Anton",
                    .email = "anton@other.test"});
    start();
  }
  PoxAnswer ask(const autodiscover::PoxRequest& request, std::string capability = "1",
                std::string login = "anton@example.test", std::string password = "secret") {
    net::HttpHeaders headers;
    headers.add("Content-Type", "text/xml");
    if (!capability.empty()) headers.add("X-MapiHttpCapability", capability);
    const auto response =
        send("POST", "/autodiscover/autodiscover.xml", autodiscover::build_request(request), login, password, headers);
    EXPECT_EQ(response.status, 200);
    const auto answer = autodiscover::parse_answer(response.body);
    EXPECT_TRUE(answer) << answer.error().what;
    return answer ? *answer : PoxAnswer{};
  }
  static autodiscover::PoxRequest address(std::string email) {
    autodiscover::PoxRequest request;
    request.email_address = std::move(email);
    request.response_schema = autodiscover::kOutlookResponseSchema;
    return request;
  }
};

TEST_F(AutodiscoverTest, OwnAddressGivesSettings) {
  const auto answer = ask(address("Anton@example.test"));
  ASSERT_EQ(answer.kind, PoxAnswer::Kind::settings);
  EXPECT_EQ(answer.settings.display_name, "Anton Alpha");
  EXPECT_EQ(answer.settings.legacy_dn, dn());
  EXPECT_EQ(answer.settings.smtp_address, "anton@example.test");
  EXPECT_EQ(answer.settings.deployment_id, to_text(installation_.guid()));
  ASSERT_TRUE(answer.settings.mapi_http);
  const auto id = to_text(installation_.mailbox_id({directory::EntityKind::user, 1, 3})) + "@example.test";
  EXPECT_EQ(answer.settings.mapi_http->mail_store, gateway_->url() + "/mapi/emsmdb/?MailboxId=" + id);
  EXPECT_EQ(answer.settings.mapi_http->address_book, gateway_->url() + "/mapi/nspi/?MailboxId=" + id);
  ASSERT_TRUE(answer.settings.web);
  EXPECT_EQ(answer.settings.web->server, id);
}

TEST_F(AutodiscoverTest, AliasesNameThePrimaryAddress) {
  const auto answer = ask(address("a.alpha@example.test"));
  ASSERT_EQ(answer.kind, PoxAnswer::Kind::settings);
  EXPECT_EQ(answer.settings.smtp_address, "anton@example.test");
}

TEST_F(AutodiscoverTest, ColleaguesAreFoundWithTheCallersLogin) {
  const auto answer = ask(address("berta@example.test"));
  ASSERT_EQ(answer.kind, PoxAnswer::Kind::settings);
  EXPECT_EQ(answer.settings.legacy_dn, dn(4));
  autodiscover::PoxRequest by_dn = address("nonsense@example.test");
  by_dn.legacy_dn = dn(4);
  EXPECT_EQ(ask(by_dn).settings.smtp_address, "berta@example.test");
}

TEST_F(AutodiscoverTest, OtherContextsDoNotExist) {
  EXPECT_EQ(ask(address("anton@other.test")).error_code, 500);
  autodiscover::PoxRequest by_dn = address("x@example.test");
  by_dn.legacy_dn = dn(3, 2);
  EXPECT_EQ(ask(by_dn).error_code, 500);
  EXPECT_EQ(ask(address("berta@example.test"), "1", "anton@2", "other").error_code, 500);
}

TEST_F(AutodiscoverTest, MapiHttpOnlyForClientsThatSpeakIt) {
  EXPECT_FALSE(ask(address("anton@example.test"), "").settings.mapi_http);
  EXPECT_FALSE(ask(address("anton@example.test"), "0").settings.mapi_http);
  EXPECT_TRUE(ask(address("anton@example.test"), "2").settings.mapi_http);
}

TEST_F(AutodiscoverTest, ErrorsTravelInsideSuccess) {
  auto request = address("anton@example.test");
  request.response_schema = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006";
  EXPECT_EQ(ask(request).error_code, 601);
  for (const std::string body : {"", "<xml", "<a/>", "not xml at all"}) {
    const auto response = send("POST", "/autodiscover/autodiscover.xml", body, "anton@example.test");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(autodiscover::parse_answer(response.body)->error_code, 600) << body;
  }
  EXPECT_EQ(autodiscover::parse_answer(send("GET", "/autodiscover/autodiscover.xml", "", "anton@example.test").body)
                ->error_code,
            600);
}

TEST_F(AutodiscoverTest, PathIgnoresCaseAndLoginIsNeeded) {
  const auto body = autodiscover::build_request(address("anton@example.test"));
  EXPECT_EQ(send("POST", "/AutoDiscover/AutoDiscover.XML", body, "anton@example.test").status, 200);
  EXPECT_EQ(send("POST", "/autodiscover/autodiscover.xml", body, "").status, 401);
}

TEST_F(AutodiscoverTest, JsonNeedsNoLogin) {
  const auto good = send("GET", "/autodiscover/autodiscover.json?Email=x%40y.test&Protocol=autodiscoverv1", "", "");
  EXPECT_EQ(good.status, 200);
  const auto answer = autodiscover::parse_json(good.body);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->url, gateway_->url() + "/autodiscover/autodiscover.xml");
  EXPECT_EQ(send("GET", "/autodiscover/autodiscover.json/v1.0/x@y.test?Protocol=AutodiscoverV1", "", "").status, 200);
  const auto code = [&](std::string query) {
    const auto response = send("GET", "/autodiscover/autodiscover.json" + query, "", "");
    EXPECT_EQ(response.status, 400);
    return autodiscover::parse_json(response.body)->error_code;
  };
  EXPECT_EQ(code("?Email=x@y.test&Protocol=Rest"), "ProtocolNotSupported");
  EXPECT_EQ(code("?Email=x@y.test"), "MandatoryParameterMissing");
  EXPECT_EQ(code("?Protocol=AutodiscoverV1"), "MandatoryParameterMissing");
}

TEST_F(AutodiscoverTest, PagesForPeople) {
  EXPECT_THAT(std::string(as_text(send("GET", "/", "", "").body)), HasSubstr("Oxbridge"));
  EXPECT_THAT(std::string(as_text(send("GET", "/status", "", "").body)), HasSubstr("running"));
  EXPECT_EQ(as_text(send("GET", "/health", "", "").body), "ok\n");
  EXPECT_EQ(send("GET", "/nothing", "", "").status, 404);
  EXPECT_EQ(send("GET", "/../etc/passwd", "", "").status, 404);
}

}  // namespace
}  // namespace oxb::front
