// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/http.h"
#include "net/http_client.h"
#include "net/http_request_parser.h"
#include "net/url_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oxb::net {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(HttpHeaders, NamesIgnoreCaseAndKeepRepetition) {
  HttpHeaders headers;
  headers.add("Set-Cookie", "a=1");
  headers.add("set-cookie", "b=2");
  EXPECT_EQ(headers.get("SET-COOKIE"), "a=1");
  EXPECT_THAT(headers.all("Set-cookie"), ElementsAre("a=1", "b=2"));
  headers.set("SET-COOKIE", "c=3");
  EXPECT_THAT(headers.all("Set-Cookie"), ElementsAre("c=3"));
  EXPECT_FALSE(headers.has("Cookie"));
}

TEST(HttpRequest, CookiesComeFromAllLines) {
  HttpRequest request;
  request.headers.add("Cookie", "MapiContext=abc; MapiSequence=\"1-x\"");
  request.headers.add("Cookie", "other = 7 ;broken; =x");
  EXPECT_EQ(request.cookie("MapiContext"), "abc");
  EXPECT_EQ(request.cookie("MapiSequence"), "1-x");
  EXPECT_EQ(request.cookie("other"), "7");
  EXPECT_EQ(request.cookie("broken"), "");
}

TEST(Percent, EncodesAndDecodes) {
  EXPECT_EQ(percent_encode("a b/ü~"), "a%20b%2F%C3%BC~");
  EXPECT_EQ(percent_decode("a%20b%2f%C3%BC+%zz%4"), "a b/ü+%zz%4");
  EXPECT_EQ(percent_decode("%41"), "A");
}

TEST(Target, PathAndQueryAreDecoded) {
  HttpRequest request;
  request.target = "/mapi/emsmdb/?MailboxId=abc%40example.com&x&=y&z=1=2#f";
  split_target(request);
  EXPECT_EQ(request.path, "/mapi/emsmdb/");
  EXPECT_THAT(request.query,
              ElementsAre(Pair("MailboxId", "abc@example.com"), Pair("x", ""), Pair("", "y"), Pair("z", "1=2")));
  request.target = "http://host.example/%61?b=c";
  split_target(request);
  EXPECT_EQ(request.path, "/a");
  EXPECT_EQ(*request.parameter("b"), "c");
  request.target = "http://host.example";
  split_target(request);
  EXPECT_EQ(request.path, "/");
}

TEST(UrlParts, SplitsWhatConfigurationNames) {
  const auto a = url_parts("HTTPS://user:pw@Ox.Example.com:8443/ajax?x=1#y");
  EXPECT_EQ(a.scheme, "https");
  EXPECT_EQ(a.host, "ox.example.com");
  EXPECT_EQ(a.port, 8443);
  EXPECT_EQ(a.path, "/ajax?x=1");
  const auto b = url_parts("http://[::1]:81");
  EXPECT_EQ(b.host, "::1");
  EXPECT_EQ(b.port, 81);
  EXPECT_EQ(b.path, "/");
  EXPECT_EQ(url_parts("http://[::1]").port, 80);
  EXPECT_TRUE(url_parts("example.com").scheme.empty());
}

TEST(CookieJar, KeepsReplacesAndRemoves) {
  CookieJar jar;
  HttpHeaders answer;
  answer.add("Set-Cookie", "open-xchange-session=abc; Path=/; HttpOnly");
  answer.add("Set-Cookie", "JSESSIONID=1; Secure");
  answer.add("Set-Cookie", "nonsense");
  jar.accept(answer);
  EXPECT_EQ(jar.header(), "JSESSIONID=1; open-xchange-session=abc");
  HttpHeaders later;
  later.add("set-cookie", "JSESSIONID=2");
  later.add("set-cookie", "open-xchange-session=; Max-Age=0");
  jar.accept(later);
  EXPECT_EQ(jar.header(), "JSESSIONID=2");
}

Result<HttpRequest> parse_in_steps(std::string_view text, std::size_t step) {
  RequestParser parser({1024, 64});
  Bytes arrived;
  for (std::size_t at = 0; at < text.size() && !parser.done(); at += step) {
    const auto piece = to_bytes(text.substr(at, step));
    arrived.insert(arrived.end(), piece.begin(), piece.end());
    while (!parser.done()) {
      OXB_TRY(const auto taken, parser.feed(arrived));
      arrived.erase(arrived.begin(), arrived.begin() + static_cast<std::ptrdiff_t>(taken));
      if (taken == 0 || arrived.empty()) break;
    }
  }
  if (!parser.done()) return fail(Errc::malformed, "incomplete");
  return parser.take();
}

TEST(RequestParser, AnyCutGivesTheSameRequest) {
  constexpr std::string_view kText =
      "\r\nPOST /a%20b?c=d HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n"
      "5\r\nhello\r\n1;ext=1\r\n!\r\n0\r\n\r\n";
  for (std::size_t step = 1; step <= kText.size(); ++step) {
    const auto request = parse_in_steps(kText, step);
    ASSERT_TRUE(request) << step << request.error().what;
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->path, "/a b");
    EXPECT_EQ(*request->parameter("c"), "d");
    EXPECT_EQ(request->headers.get("x-a"), "1");
    EXPECT_EQ(as_text(request->body), "hello!");
  }
}

int refused(std::string_view text) {
  RequestParser parser({256, 16});
  const auto taken = parser.feed(as_bytes(text));
  return taken ? 0 : parser.status();
}

TEST(RequestParser, RefusesWithTheRightStatus) {
  EXPECT_EQ(refused("\x16\x03\x01\x02"), 400);
  EXPECT_EQ(refused("GET / HTTP/3.0\r\n\r\n"), 505);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nX: " + std::string(300, 'a')), 431);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nContent-Length: 17\r\n\r\n"), 413);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), 400);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n12\r\n123456789012345678\r\n"), 413);
  // Two lengths are how requests are smuggled past a proxy.
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n"), 400);
}

}  // namespace
}  // namespace oxb::net
