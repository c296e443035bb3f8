// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/net/loopback.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

namespace oxb::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// A server that says one prepared text to each connection, whatever it is asked, and closes.
Task<> say_and_close(boost::asio::ip::tcp::acceptor& acceptor, std::string text) {
  const auto use = boost::asio::as_tuple(boost::asio::use_awaitable);
  auto [ec, socket] = co_await acceptor.async_accept(use);
  char buffer[4096];
  if (!ec) co_await socket.async_read_some(boost::asio::buffer(buffer), use);
  if (!ec) co_await socket.async_write_some(boost::asio::buffer(text), use);
}

class HttpClientTest : public testing::Test {
 protected:
  void serve(HttpHandler handler, std::shared_ptr<TlsServerContext> tls = nullptr) {
    auto server = HttpServer::listen(loop_.executor(), "127.0.0.1", 0, std::move(tls), {}, std::move(handler));
    ASSERT_TRUE(server) << server.error().what;
    server_ = std::move(*server);
  }
  std::shared_ptr<TlsServerContext> certificate(const std::vector<std::string>& names) {
    EXPECT_TRUE(ensure_development_certificate(directory_.path(), names));
    auto tls = load_tls(directory_.path() + "/cert.pem", directory_.path() + "/key.pem");
    EXPECT_TRUE(tls);
    return *tls;
  }
  std::string url(std::string_view path, std::string_view scheme = "http", std::string_view host = "127.0.0.1") const {
    return fmt::format("{}://{}:{}{}", scheme, host, server_->port(), path);
  }
  Result<HttpResponse> get(std::string url, HttpClientOptions options = {}) {
    HttpCall call;
    call.url = std::move(url);
    return this->call(std::move(call), std::move(options), soon());
  }
  Result<HttpResponse> call(HttpCall call, HttpClientOptions options, Wait wait) {
    auto client = HttpClient::create(loop_.executor(), std::move(options));
    if (!client) return tl::unexpected(client.error());
    return loop_.run((*client)->call(std::move(call), std::move(wait)));
  }

  const TemporaryDirectory directory_;
  EventLoop loop_{2, 1};
  std::unique_ptr<HttpServer> server_;
};

Task<void> show(HttpExchange& exchange) {
  const auto& request = exchange.request();
  std::string text = request.method + "\n";
  for (const auto& [name, value] : request.headers.fields()) text += name + ": " + value + "\n";
  auto response = HttpResponse::text(200, text);
  response.headers.add("Set-Cookie", "session=" + std::to_string(request.body.size()));
  if (request.path == "/moved") {
    response.status = 302;
    response.headers.add("Location", "http://127.0.0.1:1/elsewhere");
  }
  co_await exchange.respond(std::move(response));
}

TEST_F(HttpClientTest, SendsWhatItIsTold) {
  serve(show);
  CookieJar jar;
  HttpHeaders set;
  set.add("Set-Cookie", "old=1");
  jar.accept(set);
  HttpCall call;
  call.method = "POST";
  call.url = url("/x");
  call.headers.add("X-Empty", "");
  call.headers.add("X-Bad", "a\r\nInjected: 1");
  call.body.assign(5, std::byte{1});
  call.basic.emplace("user@example.com", Secret("pass:word"));
  call.cookies = &jar;
  const auto answer = this->call(call, {}, soon());
  ASSERT_TRUE(answer) << answer.error().what;
  const auto text = std::string(as_text(answer->body));
  EXPECT_THAT(text, testing::StartsWith("POST\n"));
  EXPECT_THAT(text, HasSubstr("Authorization: Basic dXNlckBleGFtcGxlLmNvbTpwYXNzOndvcmQ=\n"));
  EXPECT_THAT(text, HasSubstr("Cookie: old=1\n"));
  EXPECT_THAT(text, HasSubstr("X-Empty: \n"));
  EXPECT_THAT(text, testing::Not(HasSubstr("Injected")));
  EXPECT_EQ(jar.header(), "old=1; session=5");
}

TEST_F(HttpClientTest, OneClientServesManyCallsAtOnce) {
  serve(show);
  auto client = HttpClient::create(loop_.executor(), {});
  ASSERT_TRUE(client);
  std::vector<std::future<Result<HttpResponse>>> answers;
  for (int i = 0; i < 100; ++i) {
    HttpCall call;
    call.url = url("/x");
    answers.push_back(
        boost::asio::co_spawn(loop_.make_strand(), (*client)->call(std::move(call), soon()), boost::asio::use_future));
  }
  for (auto& answer : answers) {
    const auto result = answer.get();
    ASSERT_TRUE(result) << result.error().what;
    EXPECT_EQ(result->status, 200);
  }
}

TEST_F(HttpClientTest, RedirectsAreNotFollowed) {
  serve(show);
  const auto answer = get(url("/moved"));
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer->status, 302);
}

TEST_F(HttpClientTest, LongAnswersAreRefused) {
  serve([](HttpExchange& exchange) { return answer_with(exchange, HttpResponse::text(200, std::string(2000, 'x'))); });
  HttpCall call;
  call.url = url("/");
  call.answer_bytes = 1999;
  auto answer = this->call(call, {}, soon());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::limit);
  call.answer_bytes = 2000;
  EXPECT_TRUE(this->call(call, {}, soon()));
}

TEST_F(HttpClientTest, RefusedConnectionNamesHostAndPort) {
  serve(show);
  const auto where = url("/");
  const auto port = server_->port();
  loop_.run(server_->stop(soon()));
  const auto answer = get(where);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_THAT(answer.error().what, HasSubstr(fmt::format("cannot connect to 127.0.0.1:{}", port)));
}

TEST_F(HttpClientTest, UnknownHostIsNamed) {
  const auto answer = get("http://no-such-host.invalid/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_EQ(answer.error().what, "the host name no-such-host.invalid cannot be found");
}

TEST_F(HttpClientTest, OtherSchemesAreInvalid) {
  EXPECT_EQ(get("file:///etc/passwd").error().code, Errc::invalid);
  EXPECT_EQ(get("nonsense://").error().code, Errc::invalid);
}

TEST_F(HttpClientTest, DeadlineAndCancellationEndACall) {
  serve([](HttpExchange& exchange) -> Task<void> { co_await sleep(Wait::upto(20s, exchange.gone())); });
  HttpCall call;
  call.url = url("/");
  const auto late = this->call(call, {}, Wait::upto(30ms));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::unavailable);
  EXPECT_EQ(late.error().what, "127.0.0.1 did not answer in time");

  CancelSource source;
  auto client = HttpClient::create(loop_.executor(), {});
  auto answer = boost::asio::co_spawn(loop_.make_strand(), (*client)->call(call, Wait::upto(20s, source.token())),
                                      boost::asio::use_future);
  source.cancel();
  EXPECT_EQ(answer.get().error().code, Errc::cancelled);
}

TEST_F(HttpClientTest, CutAnswerIsUnavailable) {
  boost::asio::ip::tcp::acceptor acceptor(loop_.make_strand(), {boost::asio::ip::make_address("127.0.0.1"), 0});
  spawn(acceptor.get_executor(), say_and_close(acceptor, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"));
  const auto answer = get(fmt::format("http://127.0.0.1:{}/", acceptor.local_endpoint().port()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable);
  EXPECT_THAT(answer.error().what, HasSubstr("before its answer was complete"));
}

TEST_F(HttpClientTest, UntrustedAuthorityIsExplained) {
  serve(show, certificate({"localhost", "127.0.0.1"}));
  const auto answer = get(url("/", "https"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::access_denied);
  EXPECT_THAT(answer.error().what, HasSubstr("authority that is not trusted"));
  HttpClientOptions options;
  options.verify_certificates = false;
  EXPECT_TRUE(get(url("/", "https"), options));
}

TEST_F(HttpClientTest, WrongNameIsExplained) {
  serve(show, certificate({"ox.example.com"}));
  HttpClientOptions options;
  options.ca_file = directory_.path() + "/ca.pem";
  const auto answer = get(url("/", "https", "localhost"), options);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::access_denied);
  EXPECT_EQ(answer.error().what, "the certificate of localhost was issued for another name");
}

TEST_F(HttpClientTest, FixedProxyIsUsedAndItsRefusalExplained) {
  // The test's own server plays the proxy: it sees the absolute form, and refuses CONNECT.
  serve([](HttpExchange& exchange) {
    const auto& request = exchange.request();
    auto response = HttpResponse::text(request.method == "CONNECT" ? 403 : 200, request.target);
    response.headers.add("X-Login", std::string(request.headers.get("Proxy-Authorization")));
    return answer_with(exchange, std::move(response));
  });
  HttpClientOptions options;
  options.proxy.mode = ProxySettings::Mode::fixed;
  options.proxy.host = "127.0.0.1";
  options.proxy.port = server_->port();
  const auto plain = get("http://ox.example.com/a", options);
  ASSERT_TRUE(plain) << plain.error().what;
  EXPECT_EQ(as_text(plain->body), "http://ox.example.com/a");
  const auto tunnel = get("https://ox.example.com/a", options);
  ASSERT_FALSE(tunnel);
  EXPECT_EQ(tunnel.error().code, Errc::unavailable);
  EXPECT_THAT(tunnel.error().what, HasSubstr("refuses to connect to ox.example.com (status 403)"));
}

TEST_F(HttpClientTest, MissingAuthorityFileIsInvalid) {
  HttpClientOptions options;
  options.ca_file = directory_.path() + "/none.pem";
  EXPECT_EQ(get("https://localhost/", options).error().code, Errc::invalid);
}

TEST_F(HttpClientTest, ClientMayGoWhileCallsAreUnderWay) {
  AsyncEvent started;
  serve([started](HttpExchange& exchange) {
    started.notify_all();
    return answer_with(exchange, HttpResponse::text(200, "late"));
  });
  auto client = HttpClient::create(loop_.executor(), {});
  HttpCall call;
  call.url = url("/");
  auto answer = boost::asio::co_spawn(loop_.make_strand(), (*client)->call(call, soon()), boost::asio::use_future);
  loop_.run(started.wait_after(0, soon()));
  client->reset();
  const auto result = answer.get();
  EXPECT_TRUE(result || result.error().code == Errc::cancelled);
}

}  // namespace
}  // namespace oxb::net
