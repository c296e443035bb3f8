// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/url_parts.h"
#include "proto/mapihttp/aux.h"
#include "tests/front/gateway_fixture.h"
#include "tests/net/loopback.h"

#include <boost/asio/use_future.hpp>

namespace oxb::front {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class EmsmdbTest : public GatewayTest {
 protected:
  void SetUp() override {
    fake_.add_user();
    fake_.add_user(
        {.id = 4, .login = "berta", .password = "geheim", .display_name = "Berta Beta", .email = "berta@example.test"});
    start();
  }
  template <class Response>
  static Response decoded(const MapiAnswer& answer) {
    auto response = wire::decode<Response>(answer.envelope.body);
    EXPECT_TRUE(response) << response.error().what;
    return response ? *response : Response{};
  }
  // The one ROP of an Execute answer.
  static rop::RopResponse first_rop(const MapiAnswer& answer) {
    const auto response = decoded<mapihttp::Execute::Response>(answer);
    EXPECT_EQ(response.code, EcCode::none);
    const auto payloads = mapihttp::unframe(response.rop_buffer);
    EXPECT_TRUE(payloads);
    const auto buffer = rop::parse_response_buffer(payloads->front(), {});
    EXPECT_TRUE(buffer) << buffer.error().what;
    return buffer->rops.at(0);
  }
};

TEST_F(EmsmdbTest, ConnectLogonDisconnect) {
  auto client = mailbox();
  const auto connected = run(client.connect(dn()));
  ASSERT_EQ(connected.code, 0);
  const auto response = decoded<mapihttp::Connect::Response>(connected);
  EXPECT_EQ(response.status, 0U);
  EXPECT_EQ(response.code, EcCode::none);
  EXPECT_EQ(response.display_name, "Anton Alpha");
  EXPECT_EQ(response.polls_max, 60'000U);
  const auto aux = mapihttp::parse_aux_buffer(response.aux);
  ASSERT_TRUE(aux);
  EXPECT_EQ(aux->size(), 3U);

  const auto& headers = connected.http.headers;
  EXPECT_EQ(headers.get("Content-Type"), "application/mapi-http");
  EXPECT_EQ(headers.get("X-RequestType"), "Connect");
  EXPECT_EQ(headers.get("X-RequestId"), "{C715155F-2BE8-44E0-BD34-2960067874C8}:1");
  EXPECT_EQ(headers.get("X-ClientInfo"), "{2EF33C39-49C8-421C-B876-CDF7F2AC3AA0}:123");
  EXPECT_EQ(headers.get("X-PendingPeriod"), "20");
  EXPECT_EQ(headers.get("X-ExpirationInfo"), "900000");
  EXPECT_THAT(std::string(headers.get("X-ServerApplication")), StartsWith("Exchange/15."));
  EXPECT_THAT(std::string(headers.get("Set-Cookie")), HasSubstr("path=/mapi/emsmdb; HttpOnly; secure"));
  EXPECT_THAT(std::string(as_text(connected.http.body)), StartsWith("PROCESSING\r\nDONE\r\nX-ElapsedTime: "));

  const auto before = client.cookies().cookies();
  const auto logon = run(client.execute(logon_request(dn())));
  ASSERT_EQ(logon.code, 0);
  const auto rop = first_rop(logon);
  EXPECT_EQ(rop.id, rop::Logon::kId);
  EXPECT_EQ(rop.code, EcCode::none);
  const auto after = client.cookies().cookies();
  EXPECT_EQ(before.at("MapiContext"), after.at("MapiContext"));
  EXPECT_NE(before.at("MapiSequence"), after.at("MapiSequence"));

  const auto disconnected = run(client.call("Disconnect", mapihttp::Disconnect::Request{}));
  EXPECT_EQ(disconnected.code, 0);
  EXPECT_TRUE(client.cookies().cookies().empty());
  EXPECT_EQ(run(client.execute(logon_request(dn()))).code, 13);
}

TEST_F(EmsmdbTest, WhoMayConnectAsWhom) {
  const auto code = [&](std::string user_dn, std::uint32_t flags = 0) {
    auto client = mailbox();
    const auto answer = run(client.connect(std::move(user_dn), flags));
    EXPECT_EQ(answer.code, 0);
    const auto response = decoded<mapihttp::Connect::Response>(answer);
    EXPECT_EQ(response.status, 0U);
    EXPECT_EQ(client.cookies().cookies().empty(), response.code != EcCode::none);
    return response.code;
  };
  EXPECT_EQ(code(""), EcCode::access_denied);
  EXPECT_EQ(code("/o=Elsewhere/cn=x"), EcCode::unknown_user);
  EXPECT_EQ(code(dn(4)), EcCode::access_denied);
  EXPECT_EQ(code(dn(), 1), EcCode::login_perm);
  EXPECT_EQ(code(ascii_upper(dn())), EcCode::none);
}

TEST_F(EmsmdbTest, AllLoginFormsOpenTheSameMailbox) {
  std::set<std::string> guids;
  for (const auto* login : {"anton", "anton@example.test", "anton@1"}) {
    auto client = mailbox(login);
    ASSERT_EQ(run(client.connect(dn())).code, 0);
    const auto rop = first_rop(run(client.execute(logon_request(dn()))));
    ASSERT_EQ(rop.code, EcCode::none);
    guids.insert(to_text(rop.as<rop::Logon>().mailbox_guid));
  }
  EXPECT_EQ(guids.size(), 1U);
}

TEST_F(EmsmdbTest, WrongCookiesHaveTheirCodes) {
  auto client = mailbox();
  EXPECT_EQ(run(client.execute(logon_request(dn()))).code, 13);
  ASSERT_EQ(run(client.connect(dn())).code, 0);
  const auto good = client.cookies().cookies();
  const auto with = [&](std::string context, std::string sequence) {
    net::HttpHeaders set;
    set.add("Set-Cookie", "MapiContext=" + context);
    set.add("Set-Cookie", "MapiSequence=" + sequence);
    auto other = mailbox();
    other.cookies().accept(set);
    return run(other.execute(logon_request(dn()))).code;
  };
  EXPECT_EQ(with("nonsense", good.at("MapiSequence")), 6);
  EXPECT_EQ(with(std::string(48, 'a'), good.at("MapiSequence")), 10);
  EXPECT_EQ(with(good.at("MapiContext"), "0123456789abcdef"), 15);
  EXPECT_EQ(with(good.at("MapiContext"), good.at("MapiSequence")), 0);
  EXPECT_EQ(with(good.at("MapiContext"), good.at("MapiSequence")), 15);
}

TEST_F(EmsmdbTest, AContextBelongsToOneUser) {
  auto anton = mailbox();
  ASSERT_EQ(run(anton.connect(dn())).code, 0);
  auto berta = mailbox("berta", "geheim");
  berta.cookies() = anton.cookies();
  EXPECT_EQ(run(berta.execute(logon_request(dn(4)))).code, 10);
  EXPECT_EQ(run(berta.call("Disconnect", mapihttp::Disconnect::Request{})).code, 10);
  EXPECT_EQ(run(berta.call("NotificationWait", mapihttp::NotificationWait::Request{})).code, 10);
  EXPECT_EQ(run(berta.call("PING", Bytes{})).code, 10);
  // A Connect with foreign cookies neither uses nor closes the other's context.
  EXPECT_EQ(run(berta.connect(dn(4))).code, 0);
  EXPECT_EQ(run(anton.execute(logon_request(dn()))).code, 0);
}

TEST_F(EmsmdbTest, ReconnectDropsTheOldContext) {
  auto client = mailbox();
  ASSERT_EQ(run(client.connect(dn())).code, 0);
  auto old = mailbox();
  old.cookies() = client.cookies();
  ASSERT_EQ(run(client.connect(dn())).code, 0);
  EXPECT_EQ(run(old.execute(logon_request(dn()))).code, 10);
  EXPECT_EQ(run(client.execute(logon_request(dn()))).code, 0);
}

TEST_F(EmsmdbTest, OfTwoRequestsWithOneSequenceOneIsRefused) {
  auto client = mailbox();
  ASSERT_EQ(run(client.connect(dn())).code, 0);
  auto other = mailbox();
  other.cookies() = client.cookies();
  auto first = boost::asio::co_spawn(loop_.make_strand(), client.execute(logon_request(dn())), boost::asio::use_future);
  auto second = boost::asio::co_spawn(loop_.make_strand(), other.execute(logon_request(dn())), boost::asio::use_future);
  const std::multiset<int> codes = {first.get().code, second.get().code};
  EXPECT_EQ(codes, (std::multiset<int>{0, 15}));
}

TEST_F(EmsmdbTest, NotificationWaitRunsBesideExecute) {
  auto client = mailbox();
  ASSERT_EQ(run(client.connect(dn())).code, 0);
  auto waiter = mailbox();
  waiter.cookies() = client.cookies();
  auto waiting =
      boost::asio::co_spawn(loop_.make_strand(), waiter.call("NotificationWait", mapihttp::NotificationWait::Request{}),
                            boost::asio::use_future);
  EXPECT_EQ(run(client.execute(logon_request(dn()))).code, 0);
  EXPECT_EQ(run(client.execute(logon_request(dn()))).code, 0);
  EXPECT_EQ(run(client.call("Disconnect", mapihttp::Disconnect::Request{})).code, 0);
  const auto answer = waiting.get();
  if (answer.code == 10) return;  // it came after the Disconnect
  EXPECT_EQ(answer.code, 0);
  EXPECT_EQ(decoded<mapihttp::NotificationWait::Response>(answer).event_pending, 0U);
  // The wait never touches the sequence.
  for (const auto line : answer.http.headers.all("Set-Cookie"))
    EXPECT_THAT(std::string(line), Not(HasSubstr("MapiSequence")));
}

TEST_F(EmsmdbTest, BrokenBodiesAreRefused) {
  auto client = mailbox();
  EXPECT_EQ(run(client.call("Connect", Bytes{})).code, 12);
  EXPECT_EQ(run(client.call("Connect", Bytes(1000, std::byte{0x41}))).code, 12);
  ASSERT_EQ(run(client.connect(dn())).code, 0);
  EXPECT_EQ(run(client.call("Execute", Bytes(7, std::byte{0xFF}))).code, 12);

  mapihttp::Execute::Request request;
  request.max_rop_out = 0x10008;
  const auto code = [&] { return decoded<mapihttp::Execute::Response>(run(client.call("Execute", request))).code; };
  request.rop_buffer = Bytes(4, std::byte{0});
  EXPECT_EQ(code(), EcCode::network);
  request.rop_buffer = Bytes(0x40001, std::byte{0});
  EXPECT_EQ(code(), EcCode::bad_stub_data);
  request.rop_buffer = Bytes(64, std::byte{0xFF});
  EXPECT_EQ(code(), EcCode::rpc_format);
  request.rop_buffer =
      *mapihttp::frame({Bytes(20, std::byte{0xEE})}, mapihttp::Compression::none, mapihttp::Obfuscation::none);
  EXPECT_EQ(code(), EcCode::rpc_format);
  request.max_rop_out = 10;
  EXPECT_EQ(code(), EcCode::buffer_too_small);
  // And the context is still good.
  EXPECT_EQ(first_rop(run(client.execute(logon_request(dn())))).code, EcCode::none);
}

TEST_F(EmsmdbTest, WrongRequestsHaveTheirCodes) {
  auto client = mailbox();
  EXPECT_EQ(run(client.call("", Bytes{})).code, 7);
  EXPECT_EQ(run(client.call("Bind", Bytes{})).code, 5);
  const auto put = send("PUT", "/mapi/emsmdb/", "x");
  EXPECT_EQ(put.status, 200);
  EXPECT_EQ(put.headers.get("X-ResponseCode"), "2");
  EXPECT_EQ(put.headers.get("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(send("GET", "/mapi/emsmdb/").status, 200);
  EXPECT_EQ(send("HEAD", "/MAPI/emsmdb").status, 200);
}

TEST_F(EmsmdbTest, RequestTypesIgnoreCase) {
  auto client = mailbox();
  EXPECT_EQ(run(client.call("PiNg", Bytes{})).code, 0);
  ASSERT_EQ(run(client.connect(dn())).code, 0);
  EXPECT_EQ(run(client.call("ping", Bytes{})).code, 0);
  EXPECT_EQ(run(client.execute(logon_request(dn()))).code, 0);
}

TEST_F(EmsmdbTest, DisconnectIgnoresTheSequence) {
  auto client = mailbox();
  ASSERT_EQ(run(client.connect(dn())).code, 0);
  auto stale = mailbox();
  stale.cookies() = client.cookies();
  ASSERT_EQ(run(client.execute(logon_request(dn()))).code, 0);
  EXPECT_EQ(run(stale.call("Disconnect", mapihttp::Disconnect::Request{})).code, 0);
  EXPECT_EQ(run(client.execute(logon_request(dn()))).code, 10);
}

TEST_F(EmsmdbTest, IdsOfTheRequestMayBeMissing) {
  net::HttpHeaders headers;
  headers.add("X-RequestType", "PING");
  const auto answer = send("POST", "/mapi/emsmdb/?x", "", "anton", "secret", headers);
  EXPECT_EQ(answer.headers.get("X-ResponseCode"), "0");
  EXPECT_FALSE(answer.headers.has("X-RequestId"));
}

TEST_F(EmsmdbTest, WithoutLoginThereIsNothing) {
  net::HttpCall call;
  EXPECT_EQ(send("POST", "/mapi/emsmdb/", std::string(100'000, 'x'), "").status, 401);
  EXPECT_EQ(send("GET", "/mapi/emsmdb/", "", "").status, 401);
  EXPECT_EQ(send("POST", "/mapi/emsmdb/", "", "anton", "wrong").status, 401);
}

TEST_F(EmsmdbTest, StoppingTellsClientsToComeBackLater) {
  auto client = mailbox();
  ASSERT_EQ(run(client.connect(dn())).code, 0);
  const auto url = net::url_parts(gateway_->url());
  const auto request = fmt::format(
      "POST /mapi/emsmdb/?MailboxId=x@example.test HTTP/1.1\r\nHost: {}\r\nAuthorization: Basic {}\r\nCookie: {}\r\n"
      "Content-Type: application/mapi-http\r\nX-RequestType: NotificationWait\r\nX-RequestId: "
      "{{C715155F-2BE8-44E0-BD34-2960067874C8}}:7\r\nX-ClientInfo: {{2EF33C39-49C8-421C-B876-CDF7F2AC3AA0}}:7\r\n"
      "Content-Length: 8\r\n\r\n",
      url.host, to_base64(as_bytes("anton:secret")), client.cookies().header());
  std::unique_ptr<net::Stream> stream;
  const auto announced =
      run([](const net::UrlParts& to, std::string text, std::unique_ptr<net::Stream>& out) -> Task<std::string> {
        auto connected = co_await net::Stream::connect(to.host, to.port, net::soon());
        if (!connected) co_return connected.error().what;
        out = *std::move(connected);
        if (auto secure = co_await out->start_tls({to.host, {}, false}, net::soon()); !secure)
          co_return secure.error().what;
        co_await out->write(as_bytes(text + std::string(8, '\0')), net::soon());
        // The request is being waited upon.
        co_return co_await net::read_until(
            *out, [](const auto& t) { return t.find("PROCESSING") != std::string::npos; }, net::soon());
      }(url, request, stream));
  ASSERT_THAT(announced, HasSubstr("PROCESSING"));
  auto rest = boost::asio::co_spawn(loop_.make_strand(), net::read_all(*stream, net::soon()), boost::asio::use_future);
  run(gateway_->stop(net::soon()));
  const auto answer = announced + rest.get();
  EXPECT_THAT(answer, HasSubstr("DONE"));
  EXPECT_THAT(answer, testing::AnyOf(HasSubstr("X-ResponseCode: 0"), HasSubstr("X-ResponseCode: 18")));
  stream.reset();
  gateway_.reset();
}

}  // namespace
}  // namespace oxb::front
