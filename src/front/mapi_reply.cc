// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/mapi_reply.h"

#include "base/log.h"
#include "net/event_loop.h"

#include <boost/asio/this_coro.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace oxb::front {

namespace {
std::string now_text() {
  std::tm parts{};
  const std::time_t now = std::time(nullptr);
  gmtime_r(&now, &parts);
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", parts);
}
constexpr std::string_view kProcessing = "PROCESSING\r\n";
constexpr std::string_view kPending = "PENDING\r\n";
constexpr std::size_t kLongestEcho = 512;
}  // namespace

struct MapiReply::Running {
  net::AsyncEvent event;
  bool done = false;  // written before the event, read after it
  Outcome outcome;
};

MapiReply::MapiReply(net::HttpExchange& exchange, const MapiSettings& settings, std::chrono::seconds idle,
                     std::string cookie_path)
    : exchange_(exchange),
      settings_(settings),
      idle_(idle),
      cookie_path_(std::move(cookie_path)),
      start_time_(now_text()) {}

std::string MapiReply::request_type() const { return std::string(exchange_.request().headers.get("X-RequestType")); }

Cookies MapiReply::cookies() const {
  const auto& request = exchange_.request();
  return {request.cookie(kContextCookie), request.cookie(kSequenceCookie)};
}

void MapiReply::set_cookie(std::string_view name, std::string_view value) {
  const bool encrypted = exchange_.request().secure;
  set_cookies_.push_back(fmt::format("{}={}; path={}; HttpOnly{}{}", name, value, cookie_path_,
                                     encrypted ? "; secure" : "", value.empty() ? "; Max-Age=0" : ""));
}

net::HttpHeaders MapiReply::headers(ResponseCode code, std::string_view content_type) const {
  net::HttpHeaders headers;
  const auto& asked = exchange_.request().headers;
  headers.add("Content-Type", std::string(content_type));
  headers.add("Cache-Control", "private, no-store");
  headers.add("X-ResponseCode", std::to_string(static_cast<int>(code)));
  for (const std::string_view name : {"X-RequestType", "X-RequestId", "X-ClientInfo"})
    if (const auto value = asked.get(name); !value.empty() && value.size() <= kLongestEcho)
      headers.add(std::string(name), std::string(value));
  headers.add("X-ServerApplication", settings_.server_application);
  headers.add("X-PendingPeriod", std::to_string(settings_.pending_period.count()));
  headers.add("X-ExpirationInfo", std::to_string(std::chrono::milliseconds(idle_).count()));
  for (const auto& cookie : set_cookies_) headers.add("Set-Cookie", cookie);
  return headers;
}

Task<> MapiReply::refuse(ResponseCode code) {
  net::HttpResponse response;
  response.headers = headers(code, "text/html; charset=utf-8");
  response.body = to_bytes(fmt::format("<html><body><p>{}</p></body></html>\r\n", describe(code)));
  co_await exchange_.respond(std::move(response));
}

// The additional headers after DONE [MS-OXCMAPIHTTP] 2.2.7.
std::string MapiReply::trailer(ResponseCode first, ResponseCode last) const {
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started_);
  std::string text = "DONE\r\n";
  if (first != last) text += fmt::format("X-ResponseCode: {}\r\n", static_cast<int>(last));
  text += fmt::format("X-ElapsedTime: {}\r\nX-StartTime: {}\r\n\r\n", elapsed.count(), start_time_);
  return text;
}

Task<> MapiReply::run(Task<Outcome> work, std::shared_ptr<Running> running) {
  try {
    running->outcome = co_await std::move(work);
  } catch (const std::exception& e) {
    log().error("mapi.threw").err(Error{Errc::internal, e.what(), __FILE__, __LINE__});
    running->outcome.code = ResponseCode::unknown_failure;
  }
  running->done = true;
  running->event.notify_all();
}

Task<> MapiReply::answer(Task<Outcome> work) {
  const auto running = std::make_shared<Running>();
  auto seen = running->event.generation();
  // On this connection's strand: done and outcome need no lock.
  net::spawn(co_await boost::asio::this_coro::executor, run(std::move(work), running));
  co_await running->event.wait_after(seen, Wait::upto(settings_.whole_answer_within));
  if (running->done) {
    const auto& outcome = running->outcome;
    if (outcome.code != ResponseCode::success) co_return co_await refuse(outcome.code);
    net::HttpResponse response;
    response.headers = headers(outcome.code, "application/mapi-http");
    response.body = to_bytes(std::string(kProcessing) + trailer(outcome.code, outcome.code));
    response.body.insert(response.body.end(), outcome.body.begin(), outcome.body.end());
    co_await exchange_.respond(std::move(response));
    co_return;
  }
  bool there = (co_await exchange_.start(200, headers(ResponseCode::success, "application/mapi-http"))).has_value();
  if (there) there = (co_await exchange_.chunk(as_bytes(kProcessing))).has_value();
  while (!running->done) {
    seen = running->event.generation();
    if (running->done) break;
    const bool woken = co_await running->event.wait_after(seen, Wait::upto(settings_.pending_period));
    if (!woken && !running->done && there) there = (co_await exchange_.chunk(as_bytes(kPending))).has_value();
  }
  if (!there) co_return;
  auto last = to_bytes(trailer(ResponseCode::success, running->outcome.code));
  last.insert(last.end(), running->outcome.body.begin(), running->outcome.body.end());
  co_await exchange_.chunk(last);
  co_await exchange_.finish();
}

}  // namespace oxb::front
