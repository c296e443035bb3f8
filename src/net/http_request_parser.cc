// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/http_request_parser.h"

#include "base/text.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <limits>

namespace oxb::net {

namespace http = boost::beast::http;

struct RequestParser::Impl {
  http::request_parser<http::string_body> parser;
};

namespace {
constexpr std::size_t kMostHeaders = 200;
constexpr std::size_t kLongestTarget = 8 * 1024;

int status_of(const boost::beast::error_code& ec) {
  if (ec == http::error::header_limit) return 431;
  if (ec == http::error::body_limit) return 413;
  if (ec == http::error::bad_version) return 505;
  return 400;
}
}  // namespace

RequestParser::RequestParser(RequestLimits limits) : impl_(std::make_unique<Impl>()) {
  impl_->parser.eager(true);
  // Beast takes the limits as 32 bit numbers.
  impl_->parser.header_limit(
      static_cast<std::uint32_t>(std::min<std::size_t>(limits.header_bytes, std::numeric_limits<std::int32_t>::max())));
  impl_->parser.body_limit(limits.body_bytes);
}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

bool RequestParser::header_done() const { return impl_->parser.is_header_done(); }
bool RequestParser::done() const { return impl_->parser.is_done(); }
bool RequestParser::keep_alive() const { return impl_->parser.keep_alive(); }
bool RequestParser::old_protocol() const { return impl_->parser.get().version() < 11; }
bool RequestParser::expects_continue() const {
  const auto value = impl_->parser.get()[http::field::expect];
  return !old_protocol() && ascii_iequals({value.data(), value.size()}, "100-continue");
}

Result<std::size_t> RequestParser::feed(ByteView bytes) {
  std::size_t taken = 0;
  // Empty lines before the request line are to be ignored (RFC 9112 2.2).
  while (!started_ && taken < bytes.size() && (bytes[taken] == std::byte{'\r'} || bytes[taken] == std::byte{'\n'}))
    ++taken;
  const auto rest = bytes.subspan(taken);
  if (rest.empty()) return taken;
  started_ = true;
  boost::beast::error_code ec;
  taken += impl_->parser.put(boost::asio::const_buffer(rest.data(), rest.size()), ec);
  if (ec == http::error::need_more) ec = {};
  if (ec) {
    status_ = status_of(ec);
    const bool limit = status_ == 431 || status_ == 413;
    return fail(limit ? Errc::limit : Errc::malformed, "request: " + ec.message());
  }
  if (!header_done()) return taken;
  const auto& head = impl_->parser.get();
  if (std::distance(head.begin(), head.end()) > static_cast<std::ptrdiff_t>(kMostHeaders) ||
      head.target().size() > kLongestTarget) {
    status_ = 431;
    return fail(Errc::limit, "request: too many headers or too long a target");
  }
  if (head.version() < 10 || head.version() >= 20) {
    status_ = 505;
    return fail(Errc::malformed, "request: protocol version");
  }
  return taken;
}

HttpRequest RequestParser::take() {
  auto message = impl_->parser.release();
  HttpRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) request.headers.add(std::string(field.name_string()), std::string(field.value()));
  const auto body = as_bytes(message.body());
  request.body.assign(body.begin(), body.end());
  split_target(request);
  return request;
}

void split_target(HttpRequest& request) {
  std::string_view rest = request.target;
  if (const auto scheme = rest.find("://"); scheme != std::string_view::npos && !rest.empty() && rest.front() != '/') {
    rest.remove_prefix(scheme + 3);
    const auto slash = rest.find('/');
    rest = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
  }
  rest = rest.substr(0, rest.find('#'));
  const auto mark = rest.find('?');
  request.path = percent_decode(rest.substr(0, mark));
  request.query.clear();
  if (mark == std::string_view::npos) return;
  rest.remove_prefix(mark + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto value = equals == std::string_view::npos ? std::string() : percent_decode(pair.substr(equals + 1));
    request.query.emplace_back(percent_decode(pair.substr(0, equals)), std::move(value));
  }
}

}  // namespace oxb::net
