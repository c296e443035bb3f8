// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/web.h"

#include "base/guid.h"
#include "base/text.h"
#include "net/url_parts.h"
#include "proto/mapihttp/bodies.h"
#include "proto/mapihttp/envelope.h"

#include <fmt/format.h>

#include <charconv>

namespace oxb::cli {
namespace {

constexpr std::string_view kClientApplication = "Outlook/16.0.17328.20162";
constexpr int kMaxRedirects = 10;

Result<mapihttp::ResponseCode> response_code(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > 255)
    return fail(Errc::malformed, "X-ResponseCode is missing or no number");
  return static_cast<mapihttp::ResponseCode>(value);
}

Errc error_of(mapihttp::ResponseCode code) {
  switch (code) {
    case mapihttp::ResponseCode::context_not_found:
    case mapihttp::ResponseCode::invalid_context_cookie:
      return Errc::not_found;
    case mapihttp::ResponseCode::anonymous_not_allowed:
      return Errc::unauthenticated;
    case mapihttp::ResponseCode::no_privilege:
      return Errc::access_denied;
    case mapihttp::ResponseCode::too_large:
      return Errc::limit;
    case mapihttp::ResponseCode::endpoint_disabled:
    case mapihttp::ResponseCode::endpoint_shutting_down:
      return Errc::unavailable;
    default:
      return Errc::invalid;
  }
}

Result<> check_code(std::string_view text, std::string_view request_type) {
  OXB_TRY(const auto code, response_code(text));
  if (code == mapihttp::ResponseCode::success) return {};
  return fail(error_of(code), fmt::format("{} was answered with X-ResponseCode {} ({})", request_type,
                                          static_cast<unsigned>(code), mapihttp::name(code)));
}

}  // namespace

Web::Web(net::EventLoop& loop, Access access, std::unique_ptr<net::HttpClient> http)
    : loop_(loop), access_(std::move(access)), http_(std::move(http)), request_guid_(to_text(random_guid())) {}

Result<std::unique_ptr<Web>> Web::create(net::EventLoop& loop, Access access) {
  while (!access.server.empty() && access.server.back() == '/') access.server.pop_back();
  const auto parts = net::url_parts(access.server);
  if (parts.scheme != "https" && parts.scheme != "http")
    return fail(Errc::invalid, "the server must be given as a URL: https://gateway.example.com");
  net::HttpClientOptions options;
  options.ca_file = access.ca_file;
  options.verify_certificates = access.verify_certificates;
  options.user_agent = "Microsoft Office/16.0 (Microsoft Outlook 16.0.17328; oxbridge try)";
  OXB_TRY(auto http, net::HttpClient::create(loop.executor(), std::move(options)));
  return std::unique_ptr<Web>(new Web(loop, std::move(access), std::move(http)));
}

Result<net::HttpResponse> Web::call(net::HttpCall call, std::chrono::seconds time) {
  call.basic.emplace(access_.user, access_.password);
  OXB_TRY(auto response, loop_.run(http_->call(std::move(call), Wait::upto(std::min(time, access_.longest_wait)))));
  if (response.status == 401) return fail(Errc::unauthenticated, "the server refused the user name or the password");
  return response;
}

Result<autodiscover::Settings> Web::autodiscover() {
  std::string url = access_.server + "/autodiscover/autodiscover.xml";
  std::string address = access_.address();
  for (int i = 0; i < kMaxRedirects; ++i) {
    net::HttpCall post;
    post.method = "POST";
    post.url = url;
    post.headers.set("Content-Type", "text/xml; charset=utf-8");
    post.headers.set("X-MapiHttpCapability", "1");
    post.headers.set("X-AnchorMailbox", address);
    post.headers.set("X-ClientCanHandle", "Negotiate,ExHttpInfo");
    post.body = to_bytes(autodiscover::build_request({address, {}, {}}));
    OXB_TRY(const auto response, call(std::move(post)));
    if (response.status == 302 || response.status == 301) {
      url = response.headers.get("Location");
      // The password goes where the user said, not wherever an answer points.
      if (net::url_parts(url).host != net::url_parts(access_.server).host)
        return fail(Errc::access_denied, fmt::format("Autodiscover redirects to another host: {}", url));
      continue;
    }
    if (response.status != 200)
      return fail(Errc::unavailable, fmt::format("Autodiscover was answered with HTTP status {}", response.status));
    OXB_TRY(auto answer, autodiscover::parse_answer(response.body));
    using Kind = autodiscover::PoxAnswer::Kind;
    switch (answer.kind) {
      case Kind::settings:
        return std::move(answer.settings);
      case Kind::redirect_address:
        address = answer.redirect;
        break;
      case Kind::redirect_url:
        if (net::url_parts(answer.redirect).host != net::url_parts(access_.server).host)
          return fail(Errc::access_denied, fmt::format("Autodiscover redirects to another host: {}", answer.redirect));
        url = answer.redirect;
        break;
      case Kind::error:
        return fail(Errc::not_found, fmt::format("Autodiscover error {}: {}", answer.error_code, answer.error_message));
    }
  }
  return fail(Errc::limit, "Autodiscover redirects without end");
}

Result<Bytes> Web::mapi(const std::string& url, std::string_view request_type, Bytes body, net::CookieJar& cookies,
                        std::chrono::seconds time) {
  net::HttpCall post;
  post.method = "POST";
  post.url = url;
  post.headers.set("Content-Type", "application/mapi-http");
  post.headers.set("X-RequestType", std::string(request_type));
  post.headers.set("X-RequestId", fmt::format("{{{}}}:{}", request_guid_, ++requests_));
  post.headers.set("X-ClientInfo", fmt::format("{{{}}}:1", request_guid_));
  post.headers.set("X-ClientApplication", std::string(kClientApplication));
  post.body = std::move(body);
  post.cookies = &cookies;
  OXB_TRY(const auto response, call(std::move(post), time));
  if (response.status != 200)
    return fail(Errc::unavailable, fmt::format("{} was answered with HTTP status {}", request_type, response.status));
  OXB_CHECK(check_code(response.headers.get("X-ResponseCode"), request_type));
  OXB_TRY(auto envelope, mapihttp::parse_envelope(response.body));
  // A failure that showed up late overrides the first word.
  if (const auto late = envelope.header("X-ResponseCode"); !late.empty()) OXB_CHECK(check_code(late, request_type));
  return std::move(envelope.body);
}

}  // namespace oxb::cli
