// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/mapi_reply.h"

#include "proto/mapihttp/envelope.h"
#include "tests/front/fixture.h"

namespace oxb::front {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kRequest =
    "POST /mapi/emsmdb/ HTTP/1.1\r\nHost: x\r\nX-RequestType: Execute\r\nConnection: close\r\nContent-Length: "
    "0\r\n\r\n";

Task<MapiReply::Outcome> when_told(net::AsyncEvent go, ResponseCode code) {
  co_await go.wait_after(0, net::soon());
  co_return MapiReply::Outcome{code, to_bytes("the body")};
}

Task<> serve(net::HttpExchange& exchange, const MapiSettings& settings, net::AsyncEvent go, ResponseCode code) {
  MapiReply reply(exchange, settings, std::chrono::seconds(900), "/mapi/emsmdb");
  reply.set_context_cookie("abc");
  co_await reply.answer(when_told(go, code));
}

class MapiReplyTest : public testing::Test {
 protected:
  void start(ResponseCode code) {
    auto server = net::HttpServer::listen(
        loop_.executor(), "127.0.0.1", 0, nullptr, {},
        [this, code](net::HttpExchange& exchange) { return serve(exchange, settings_, go_, code); });
    ASSERT_TRUE(server);
    server_ = std::move(*server);
  }
  // Reads until PENDING came twice, then lets the work end.
  static Task<std::string> slowly(std::uint16_t port, net::AsyncEvent go) {
    auto stream = co_await net::Stream::connect("127.0.0.1", port, net::soon());
    co_await (*stream)->write(as_bytes(kRequest), net::soon());
    auto text = co_await net::read_until(
        **stream,
        [](const std::string& t) {
          const auto first = t.find("PENDING");
          return first != std::string::npos && t.find("PENDING", first + 1) != std::string::npos;
        },
        net::soon());
    go.notify_all();
    co_return text + co_await net::read_all(**stream, net::soon());
  }

  MapiSettings settings_{.pending_period = std::chrono::milliseconds(10),
                         .whole_answer_within = std::chrono::milliseconds(1)};
  net::AsyncEvent go_;
  net::EventLoop loop_{2, 1};
  std::unique_ptr<net::HttpServer> server_;
};

TEST_F(MapiReplyTest, SlowWorkIsAnnouncedAndKeptAlive) {
  start(ResponseCode::success);
  const auto text = loop_.run(slowly(server_->port(), go_));
  EXPECT_THAT(text, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(text, HasSubstr("X-ResponseCode: 0\r\n"));
  EXPECT_THAT(text, HasSubstr("X-PendingPeriod: 10\r\n"));
  EXPECT_THAT(text, HasSubstr("Set-Cookie: MapiContext=abc; path=/mapi/emsmdb; HttpOnly\r\n"));
  // Each token is a chunk of its own.
  EXPECT_THAT(text, HasSubstr("\r\n\r\nc\r\nPROCESSING\r\n\r\n9\r\nPENDING\r\n\r\n9\r\nPENDING\r\n\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\nDONE\r\nX-ElapsedTime: "));
  EXPECT_THAT(text, HasSubstr("\r\n\r\nthe body\r\n0\r\n\r\n"));
}

TEST_F(MapiReplyTest, LateFailureOverridesTheFirstCode) {
  start(ResponseCode::context_not_found);
  const auto text = loop_.run(slowly(server_->port(), go_));
  EXPECT_THAT(text, HasSubstr("DONE\r\nX-ResponseCode: 10\r\n"));
}

TEST_F(MapiReplyTest, ReadyAnswersTravelWhole) {
  settings_.whole_answer_within = std::chrono::seconds(10);
  start(ResponseCode::success);
  go_.notify_all();
  const auto text = loop_.run(net::talk(server_->port(), std::string(kRequest)));
  EXPECT_THAT(text, HasSubstr("Content-Length: "));
  EXPECT_THAT(text, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(text, HasSubstr("\r\n\r\nPROCESSING\r\nDONE\r\nX-ElapsedTime: "));
}

TEST_F(MapiReplyTest, EarlyFailureIsAPageForPeople) {
  settings_.whole_answer_within = std::chrono::seconds(10);
  start(ResponseCode::invalid_request_body);
  go_.notify_all();
  const auto text = loop_.run(net::talk(server_->port(), std::string(kRequest)));
  EXPECT_THAT(text, HasSubstr("X-ResponseCode: 12\r\n"));
  EXPECT_THAT(text, HasSubstr("Content-Type: text/html"));
}

TEST_F(MapiReplyTest, WorkEndsEvenWhenTheClientHasGone) {
  start(ResponseCode::success);
  loop_.run([](std::uint16_t port) -> Task<> {
    auto stream = co_await net::Stream::connect("127.0.0.1", port, net::soon());
    co_await (*stream)->write(as_bytes(kRequest), net::soon());
    co_await net::read_until(
        **stream, [](const auto& t) { return t.find("PENDING") != std::string::npos; }, net::soon());
  }(server_->port()));
  go_.notify_all();
  loop_.run(server_->stop(net::soon()));
}

}  // namespace
}  // namespace oxb::front
