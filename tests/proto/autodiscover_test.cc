// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/autodiscover/pox.h"

#include <gtest/gtest.h>

using namespace oxb;
using namespace oxb::autodiscover;

// [MS-OXDSCLI] 4.1, example request.
TEST(Pox, ReadsTheRequestOfTheSpecification) {
  const auto request = parse_request(as_bytes(R"(<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">
  <Request>
    <EMailAddress>user@contoso.com</EMailAddress>
    <AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema>
  </Request>
</Autodiscover>)"));
  ASSERT_TRUE(request) << request.error().what;
  EXPECT_EQ(request->email_address, "user@contoso.com");
  EXPECT_TRUE(request->wants_outlook());
}

TEST(Pox, RequestsSurvive) {
  const auto built = build_request({"a@example.com", "/o=x/cn=y", {}});
  const auto request = parse_request(as_bytes(built));
  ASSERT_TRUE(request) << request.error().what;
  EXPECT_EQ(request->legacy_dn, "/o=x/cn=y");
  EXPECT_TRUE(request->wants_outlook());
}

TEST(Pox, OtherSchemasAndNonsenseAreToldApart) {
  const auto other = parse_request(as_bytes(build_request(
      {"a@example.com", "", "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006"})));
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->wants_outlook());
  EXPECT_FALSE(parse_request(as_bytes("<a>")));
  EXPECT_FALSE(parse_request(as_bytes("<Autodiscover><Request/></Autodiscover>")));
  EXPECT_FALSE(parse_request({}));
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "<a>";
  EXPECT_EQ(parse_request(as_bytes(deep)).error().code, Errc::limit);
}

TEST(Pox, SettingsSurvive) {
  Settings settings;
  settings.display_name = "Anna & <Bert>";
  settings.legacy_dn = "/o=oxbridge/ou=x/cn=Recipients/cn=1";
  settings.smtp_address = "anna@example.com";
  settings.deployment_id = "8b1f5e7c-0000-0000-0000-000000000000";
  settings.mapi_http =
      MapiHttpUrls{"https://h/mapi/emsmdb/?MailboxId=x@example.com", "https://h/mapi/nspi/?MailboxId=x@example.com"};
  settings.web = WebServices{
      "x@example.com", "https://h/EWS/Exchange.asmx", "https://h/EWS/Exchange.asmx", "https://h/oab/", "", "basic"};
  settings.alternative_mailboxes = {{"Delegate", "Team", "team@example.com", "team@example.com"}};
  settings.public_folder_smtp = "public@example.com";
  const auto xml = build_settings(settings);
  const auto answer = parse_answer(as_bytes(xml));
  ASSERT_TRUE(answer) << answer.error().what;
  ASSERT_EQ(answer->kind, PoxAnswer::Kind::settings);
  const auto& back = answer->settings;
  EXPECT_EQ(back.display_name, settings.display_name);
  EXPECT_EQ(back.legacy_dn, settings.legacy_dn);
  ASSERT_TRUE(back.mapi_http && back.web);
  EXPECT_EQ(back.mapi_http->mail_store, settings.mapi_http->mail_store);
  EXPECT_EQ(back.mapi_http->address_book, settings.mapi_http->address_book);
  EXPECT_EQ(back.web->ews_url, settings.web->ews_url);
  EXPECT_EQ(back.alternative_mailboxes.at(0).display_name, "Team");
  EXPECT_EQ(back.public_folder_smtp, "public@example.com");
  // Outlook ignores the answer when these are mixed up.
  EXPECT_NE(xml.find("<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\">"),
            std::string::npos);
  EXPECT_NE(
      xml.find("<Response xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a\">"),
      std::string::npos);
}

TEST(Pox, WithoutTheCapabilityThereIsNoMapiNode) {
  const auto xml = build_settings({});
  EXPECT_EQ(xml.find("mapiHttp"), std::string::npos);
}

TEST(Pox, ErrorsAndRedirectsSurvive) {
  const auto error = build_error(PoxError::no_provider, "Provider is not available", from_unix_ms(3'723'004), 77);
  EXPECT_NE(error.find("Time=\"01:02:03.0040000\""), std::string::npos) << error;
  const auto answer = parse_answer(as_bytes(error)).value();
  EXPECT_EQ(answer.kind, PoxAnswer::Kind::error);
  EXPECT_EQ(answer.error_code, 601);
  EXPECT_EQ(answer.error_message, "Provider is not available");
  EXPECT_EQ(parse_answer(as_bytes(build_redirect_address("b@example.org"))).value().redirect, "b@example.org");
  EXPECT_EQ(parse_answer(as_bytes(build_redirect_url("https://x/y"))).value().kind, PoxAnswer::Kind::redirect_url);
}

TEST(Json, AnswersSurvive) {
  EXPECT_EQ(build_json("AutodiscoverV1", "https://h/a.xml"),
            R"({"Protocol":"AutodiscoverV1","Url":"https://h/a.xml"})");
  EXPECT_EQ(parse_json(as_bytes(build_json("Ews", "u"))).value().url, "u");
  EXPECT_EQ(parse_json(as_bytes(build_json_error("ProtocolNotSupported", "m"))).value().error_code,
            "ProtocolNotSupported");
  EXPECT_FALSE(parse_json(as_bytes("[]")));
  EXPECT_FALSE(parse_json(as_bytes("{")));
}
