// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/net/loopback.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace oxb::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

class HttpServerTest : public testing::Test {
 protected:
  void serve(HttpHandler handler, HttpServerLimits limits = {}, std::shared_ptr<TlsServerContext> tls = nullptr) {
    auto server = HttpServer::listen(loop_.executor(), "127.0.0.1", 0, std::move(tls), limits, std::move(handler));
    ASSERT_TRUE(server) << server.error().what;
    server_ = std::move(*server);
  }
  std::string say(std::string text) { return loop_.run(talk(server_->port(), std::move(text))); }
  std::string url(std::string_view path, std::string_view scheme = "http") const {
    return fmt::format("{}://127.0.0.1:{}{}", scheme, server_->port(), path);
  }
  Result<HttpResponse> call(HttpCall call, HttpClientOptions options = {}) {
    auto client = HttpClient::create(loop_.executor(), options);
    if (!client) return tl::unexpected(client.error());
    return loop_.run((*client)->call(std::move(call), soon()));
  }

  EventLoop loop_{2, 1};
  std::unique_ptr<HttpServer> server_;
};

Task<void> echo(HttpExchange& exchange) {
  const auto& request = exchange.request();
  HttpResponse response = HttpResponse::text(200, request.method + " " + request.path + " ");
  response.body.insert(response.body.end(), request.body.begin(), request.body.end());
  response.headers.add("X-Client", request.client_address);
  response.headers.add("X-Secure", request.secure ? "yes" : "no");
  co_await exchange.respond(std::move(response));
}

TEST_F(HttpServerTest, AnswersOverPlainTcp) {
  serve(echo);
  HttpCall call;
  call.method = "POST";
  call.url = url("/a%20b?x=1");
  call.body = to_bytes("hello");
  const auto answer = this->call(std::move(call));
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(as_text(answer->body), "POST /a b hello");
  EXPECT_EQ(answer->headers.get("x-client"), "127.0.0.1");
  EXPECT_EQ(answer->headers.get("x-secure"), "no");
  EXPECT_TRUE(answer->headers.has("Date"));
}

TEST_F(HttpServerTest, AnswersOverTls) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(ensure_development_certificate(directory.path(), {"localhost", "127.0.0.1"}));
  auto tls = load_tls(directory.path() + "/cert.pem", directory.path() + "/key.pem");
  ASSERT_TRUE(tls) << tls.error().what;
  serve(echo, {}, *tls);
  HttpClientOptions options;
  options.ca_file = directory.path() + "/ca.pem";
  HttpCall call;
  call.method = "PUT";
  call.url = url("/big", "https");
  call.body.assign(3'000'000, std::byte{'x'});
  const auto answer = this->call(std::move(call), options);
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer->body.size(), 3'000'009U);
  EXPECT_EQ(answer->headers.get("x-secure"), "yes");
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  serve(echo);
  const auto answer =
      say("POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nA"
          "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
          "GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto first = answer.find("POST /1 A");
  const auto second = answer.find("GET /2 ");
  const auto third = answer.find("GET /3 ");
  EXPECT_NE(third, std::string::npos) << answer;
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST_F(HttpServerTest, GarbageIsRefused) {
  serve(echo);
  EXPECT_THAT(say("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(say("GET / HTTP/1.1\r\nHost x\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, OversizedHeadersAndBodiesAreRefused) {
  HttpServerLimits limits;
  limits.header_bytes = 1000;
  limits.body_bytes = 1000;
  serve(echo, limits);
  EXPECT_THAT(say("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(5000, 'a') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'a')),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(say("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, AllBodiesTogetherAreBounded) {
  HttpServerLimits limits;
  limits.all_bodies_bytes = 1000;
  serve(echo, limits);
  EXPECT_THAT(say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'a')),
              StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(
      say("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 500\r\n\r\n" + std::string(500, 'a')),
      StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, ContinueIsSentWhenAskedFor) {
  serve(echo);
  const auto answer = loop_.run([](std::uint16_t port) -> Task<std::string> {
    auto stream = co_await Stream::connect("127.0.0.1", port, soon());
    co_await (*stream)->write(as_bytes("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
                                       "Connection: close\r\n\r\n"),
                              soon());
    auto text = co_await read_until(
        **stream, [](const auto& t) { return t.find("\r\n\r\n") != std::string::npos; }, soon());
    co_await (*stream)->write(as_bytes("ok"), soon());
    co_return text + co_await read_all(**stream, soon());
  }(server_->port()));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, SlowHeaderIsCutOff) {
  HttpServerLimits limits;
  limits.header_time = 50ms;
  serve(echo, limits);
  EXPECT_THAT(say("GET / HTTP/1.1\r\nHost: x\r\n"), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(say(""), "");
}

TEST_F(HttpServerTest, SlowBodyIsCutOff) {
  HttpServerLimits limits;
  limits.body_time = 50ms;
  serve(echo, limits);
  EXPECT_THAT(say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc"), StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpServerTest, IdleConnectionIsClosedWithoutWords) {
  HttpServerLimits limits;
  limits.idle_time = 50ms;
  serve(echo, limits);
  const auto answer = say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, testing::Not(HasSubstr("408")));
}

TEST_F(HttpServerTest, TooManyConnectionsOfOneAddressAreClosed) {
  HttpServerLimits limits;
  limits.connections_per_address = 2;
  serve(echo, limits);
  loop_.run([](std::uint16_t port) -> Task<> {
    std::vector<std::unique_ptr<Stream>> open;
    for (int i = 0; i < 2; ++i) {
      auto stream = co_await Stream::connect("127.0.0.1", port, soon());
      co_await (*stream)->write(as_bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), soon());
      const auto text = co_await read_until(
          **stream, [](const auto& t) { return t.find("GET / ") != std::string::npos; }, soon());
      EXPECT_THAT(text, StartsWith("HTTP/1.1 200"));
      open.push_back(std::move(*stream));
    }
    EXPECT_EQ(co_await talk(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "");
  }(server_->port()));
}

Task<void> in_two_chunks(HttpExchange& exchange, AsyncEvent go) {
  HttpHeaders headers;
  headers.add("Content-Type", "application/mapi-http");
  co_await exchange.start(200, headers);
  co_await exchange.chunk(as_bytes("PROCESSING\r\n"));
  co_await go.wait_after(0, soon());
  co_await exchange.chunk(as_bytes("DONE\r\n"));
  co_await exchange.finish();
}

TEST_F(HttpServerTest, ChunksArriveOneByOne) {
  AsyncEvent go;
  serve([go](HttpExchange& exchange) { return in_two_chunks(exchange, go); });
  const auto rest = loop_.run([](std::uint16_t port, AsyncEvent go) -> Task<std::string> {
    auto stream = co_await Stream::connect("127.0.0.1", port, soon());
    co_await (*stream)->write(as_bytes("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
                              soon());
    const auto first = co_await read_until(
        **stream, [](const auto& t) { return t.find("PROCESSING") != std::string::npos; }, soon());
    EXPECT_THAT(first, HasSubstr("Transfer-Encoding: chunked\r\n"));
    EXPECT_THAT(first, testing::EndsWith("\r\n\r\nc\r\nPROCESSING\r\n\r\n"));
    go.notify_all();
    co_return co_await read_all(**stream, soon());
  }(server_->port(), go));
  EXPECT_EQ(rest, "6\r\nDONE\r\n\r\n0\r\n\r\n");
}

TEST_F(HttpServerTest, OldClientsGetNoChunks) {
  serve([](HttpExchange& exchange) -> Task<void> {
    co_await exchange.start(200, {});
    co_await exchange.chunk(as_bytes("one"));
    co_await exchange.finish();
  });
  const auto answer = say("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(answer, testing::EndsWith("Connection: close\r\n\r\none"));
}

Task<void> until_gone(HttpExchange& exchange, AsyncEvent started, AsyncEvent noticed) {
  started.notify_all();
  if (!co_await sleep(Wait::upto(20s, exchange.gone()))) noticed.notify_all();
  co_await exchange.respond(HttpResponse::text(200, "finished"));
}

TEST_F(HttpServerTest, GoneFiresWhenTheClientVanishes) {
  AsyncEvent started;
  AsyncEvent noticed;
  serve([=](HttpExchange& exchange) { return until_gone(exchange, started, noticed); });
  EXPECT_TRUE(loop_.run([](std::uint16_t port, AsyncEvent started, AsyncEvent noticed) -> Task<bool> {
    auto stream = co_await Stream::connect("127.0.0.1", port, soon());
    co_await (*stream)->write(as_bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), soon());
    co_await started.wait_after(0, soon());
    (*stream)->close();
    co_return co_await noticed.wait_after(0, soon());
  }(server_->port(), started, noticed)));
}

TEST_F(HttpServerTest, HandlerWithoutAnswerOrWithExceptionIs500) {
  serve([](HttpExchange& exchange) -> Task<void> {
    if (exchange.request().path == "/throw") throw std::runtime_error("x");
    co_return;
  });
  EXPECT_THAT(say("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(say("GET /throw HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 500 "));
}

TEST_F(HttpServerTest, HeaderValuesCannotBreakTheHead) {
  serve([](HttpExchange& exchange) -> Task<void> {
    auto response = HttpResponse::text(200, "x");
    response.headers.add("X-Echo", "a\r\nInjected: yes");
    co_await exchange.respond(std::move(response));
  });
  EXPECT_THAT(say("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), HasSubstr("X-Echo: a  Injected: yes\r\n"));
}

TEST_F(HttpServerTest, HeadHasNoBody) {
  serve(echo);
  const auto answer = say("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 7\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, StopLetsAHandlerFinish) {
  AsyncEvent started;
  serve([=](HttpExchange& exchange) { return until_gone(exchange, started, AsyncEvent()); });
  auto answer = boost::asio::co_spawn(loop_.make_strand(), talk(server_->port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
                                      boost::asio::use_future);
  loop_.run(started.wait_after(0, soon()));
  loop_.run(server_->stop(soon()));
  EXPECT_THAT(answer.get(), HasSubstr("finished"));
  EXPECT_THAT(say(""), StartsWith("cannot connect"));
}

Task<void> deaf(AsyncEvent started, AsyncEvent release) {
  started.notify_all();
  co_await release.wait_after(0, soon());
}

TEST_F(HttpServerTest, StopClosesWhatIsLeft) {
  AsyncEvent started;
  AsyncEvent release;
  serve([=](HttpExchange&) { return deaf(started, release); });
  auto answer = boost::asio::co_spawn(loop_.make_strand(), talk(server_->port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
                                      boost::asio::use_future);
  loop_.run(started.wait_after(0, soon()));
  auto stopped = boost::asio::co_spawn(loop_.make_strand(), server_->stop(Wait::upto(1ms)), boost::asio::use_future);
  EXPECT_EQ(answer.get(), "");
  release.notify_all();
  stopped.get();
}

TEST_F(HttpServerTest, PortInUseSaysSo) {
  serve(echo);
  const auto second = HttpServer::listen(loop_.executor(), "127.0.0.1", server_->port(), nullptr, {}, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::unavailable);
  EXPECT_THAT(second.error().what, HasSubstr(std::to_string(server_->port())));
}

}  // namespace
}  // namespace oxb::net
