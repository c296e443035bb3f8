// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/http_connection.h"

#include "base/log.h"
#include "base/text.h"
#include "net/tls_context.h"

#include <boost/asio/post.hpp>
#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

#include <ctime>

namespace oxb::net {

namespace {

constexpr std::size_t kReadSize = 16 * 1024;
constexpr std::size_t kReadAhead = 64 * 1024;  // taken from a peer while its previous request is being answered
constexpr std::size_t kSmallBody = 64 * 1024;  // travels in one write with its head
constexpr std::chrono::seconds kDrainTime{2};
constexpr std::size_t kDrainBytes = 1024 * 1024;

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[parts.tm_wday], parts.tm_mday,
                     kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

// A handler may echo what a peer sent: no line break gets into a head.
void append_header(std::string& head, std::string_view name, std::string_view value) {
  for (const auto part : {name, std::string_view(": "), value}) {
    for (const char c : part) head.push_back(c == '\r' || c == '\n' || c == '\0' ? ' ' : c);
  }
  head += "\r\n";
}

std::string status_line(int status) {
  const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  return fmt::format("HTTP/1.1 {} {}\r\n", status, std::string_view(reason.data(), reason.size()));
}

bool framing_header(std::string_view name) {
  return ascii_iequals(name, "Content-Length") || ascii_iequals(name, "Transfer-Encoding") ||
         ascii_iequals(name, "Connection") || ascii_iequals(name, "Date");
}

std::string head_of(int status, const HttpHeaders& headers) {
  auto head = status_line(status);
  append_header(head, "Date", http_date());
  for (const auto& [name, value] : headers.fields())
    if (!framing_header(name)) append_header(head, name, value);
  return head;
}

}  // namespace

bool HttpServerCore::enter(HttpConnection& connection, const std::string& address) {
  const std::lock_guard lock(mutex);
  if (stopping || connections.size() >= limits.connections) return false;
  auto& mine = per_address[address];
  if (mine >= limits.connections_per_address && limits.many_connections_from.count(address) == 0) return false;
  ++mine;
  connections.insert(&connection);
  return true;
}

void HttpServerCore::leave(HttpConnection& connection, const std::string& address) {
  {
    const std::lock_guard lock(mutex);
    if (connections.erase(&connection) == 0) return;
    const auto mine = per_address.find(address);
    if (--mine->second == 0) per_address.erase(mine);
  }
  changed.notify_all();
}

std::size_t HttpServerCore::count() {
  const std::lock_guard lock(mutex);
  return connections.size();
}

class ConnectionExchange final : public HttpExchange {
 public:
  ConnectionExchange(HttpConnection& connection, HttpRequest request, bool keep_alive, bool old_protocol)
      : connection_(connection), request_(std::move(request)), keep_alive_(keep_alive), old_protocol_(old_protocol) {}

  const HttpRequest& request() const override { return request_; }
  HttpRequest& request() override { return request_; }
  CancelToken gone() const override { return connection_.gone_->token(); }
  bool answered() const { return state_ == State::finished; }
  bool begun() const { return state_ != State::none; }
  bool keep_alive() const { return keep_alive_ && !broken_; }

  Task<Result<>> respond(HttpResponse response) override {
    if (state_ != State::none) co_return fail(Errc::internal, "an answer was begun already");
    state_ = State::started;
    if (connection_.stopping_) keep_alive_ = false;
    auto head = head_of(response.status, response.headers);
    const bool bodyless = response.status == 204 || response.status == 304 || response.status / 100 == 1;
    if (!bodyless) append_header(head, "Content-Length", std::to_string(response.body.size()));
    append_header(head, "Connection", keep_alive_ ? "keep-alive" : "close");
    head += "\r\n";
    const bool with_body = request_.method != "HEAD" && !bodyless;
    if (with_body && response.body.size() <= kSmallBody) head += as_text(response.body);
    OXB_CO_CHECK(co_await write(as_bytes(head)));
    if (with_body && response.body.size() > kSmallBody) OXB_CO_CHECK(co_await write(response.body));
    state_ = State::finished;
    co_return Result<>{};
  }

  Task<Result<>> start(int status, HttpHeaders headers) override {
    if (state_ != State::none) co_return fail(Errc::internal, "an answer was begun already");
    state_ = State::started;
    if (connection_.stopping_ || old_protocol_) keep_alive_ = false;
    auto head = head_of(status, headers);
    if (!old_protocol_) append_header(head, "Transfer-Encoding", "chunked");
    append_header(head, "Connection", keep_alive_ ? "keep-alive" : "close");
    head += "\r\n";
    co_return co_await write(as_bytes(head));
  }

  Task<Result<>> chunk(ByteView bytes) override {
    if (state_ != State::started) co_return fail(Errc::internal, "a chunk outside of an answer");
    if (bytes.empty() || request_.method == "HEAD") co_return Result<>{};
    if (old_protocol_) co_return co_await write(bytes);
    std::string framed = fmt::format("{:x}\r\n", bytes.size());
    framed.reserve(framed.size() + bytes.size() + 2);
    framed += as_text(bytes);
    framed += "\r\n";
    co_return co_await write(as_bytes(framed));
  }

  Task<Result<>> finish() override {
    if (state_ != State::started) co_return fail(Errc::internal, "an answer ends twice");
    state_ = State::finished;
    if (old_protocol_ || request_.method == "HEAD") co_return Result<>{};
    co_return co_await write(as_bytes("0\r\n\r\n"));
  }

  void abort() override {
    state_ = State::finished;
    broken_ = true;
    connection_.close();
  }

 private:
  enum class State { none, started, finished };

  Task<Result<>> write(ByteView bytes) {
    if (broken_) co_return fail(Errc::unavailable, "the client has gone");
    auto written = co_await connection_.socket_.write(bytes, connection_.write_wait());
    if (!written) {
      broken_ = true;
      connection_.close();
    }
    co_return written;
  }

  HttpConnection& connection_;
  HttpRequest request_;
  bool keep_alive_;
  bool old_protocol_;
  bool broken_ = false;
  State state_ = State::none;
};

HttpConnection::HttpConnection(std::shared_ptr<HttpServerCore> core, Executor strand, Socket::Tcp::socket socket,
                               std::string address)
    : core_(std::move(core)), strand_(std::move(strand)), address_(std::move(address)), socket_(std::move(socket)) {}

Task<> HttpConnection::run() {
  const auto self = shared_from_this();
  bool open = true;
  if (core_->tls)
    open = (co_await socket_.accept_tls(core_->tls->current(), Wait::upto(core_->limits.header_time))).has_value();
  while (open && !closed_) {
    const auto next = co_await serve_one();
    gone_.reset();
    core_->body_bytes -= std::exchange(counted_, 0);
    if (next == Next::close_slowly) co_await drain();
    open = next == Next::again && !stopping_;
  }
  close();
  core_->leave(*this, address_);
}

Task<HttpConnection::Next> HttpConnection::serve_one() {
  RequestParser parser({core_->limits.header_bytes, core_->limits.body_bytes});
  const auto received = co_await receive(parser);
  if (received != Next::again) co_return received;
  co_return co_await answer(parser);
}

// Next::again: the request is complete.
Task<HttpConnection::Next> HttpConnection::receive(RequestParser& parser) {
  const auto& limits = core_->limits;
  const auto now = [] { return std::chrono::steady_clock::now(); };
  auto deadline = now() + (first_ ? limits.header_time : limits.idle_time);
  bool in_body = false;
  while (true) {
    const bool started = parser.started();
    const auto taken = parser.feed(arrived_);
    if (!taken) co_return co_await refuse(parser.status());
    arrived_.erase(arrived_.begin(), arrived_.begin() + static_cast<std::ptrdiff_t>(*taken));
    if (parser.header_done()) {
      counted_ += *taken;
      if ((core_->body_bytes += *taken) > limits.all_bodies_bytes) co_return co_await refuse(503);
    }
    if (parser.done()) co_return Next::again;
    if (!started && parser.started() && !first_) deadline = now() + limits.header_time;
    if (parser.header_done() && !in_body) {
      in_body = true;
      deadline = now() + limits.body_time;
      if (parser.expects_continue() && arrived_.empty() &&
          !co_await socket_.write(as_bytes("HTTP/1.1 100 Continue\r\n\r\n"), Wait::upto(limits.header_time)))
        co_return Next::close;
    }
    if (*taken > 0 && !arrived_.empty()) continue;
    if (!co_await more(deadline)) {
      if (ended_ || closed_ || stopping_ || !parser.started()) co_return Next::close;
      co_return co_await refuse(408);
    }
  }
}

Task<HttpConnection::Next> HttpConnection::answer(RequestParser& parser) {
  first_ = false;
  const bool keep_alive = parser.keep_alive();
  const bool old_protocol = parser.old_protocol();
  auto request = parser.take();
  request.client_address = address_;
  request.secure = socket_.secure();
  gone_.emplace();
  ConnectionExchange exchange(*this, std::move(request), keep_alive, old_protocol);
  if (stopping_ || ended_) gone_->cancel();
  handling_ = true;
  if (!read_under_way_ && arrived_.size() < kReadAhead) start_read();
  try {
    co_await core_->handler(exchange);
  } catch (const std::exception& e) {
    log().error("http.handler_threw").err(Error{Errc::internal, e.what(), __FILE__, __LINE__});
  }
  handling_ = false;
  if (!exchange.begun()) {
    co_await exchange.respond(HttpResponse::text(500, "Something went wrong in the gateway. The log says more.\n"));
  } else if (!exchange.answered()) {
    co_return Next::close;  // an answer cut short must not look complete
  }
  co_return exchange.keep_alive() ? Next::again : Next::close_slowly;
}

Task<HttpConnection::Next> HttpConnection::refuse(int status) {
  std::string head = status_line(status);
  append_header(head, "Date", http_date());
  head += "Content-Length: 0\r\nConnection: close\r\n\r\n";
  const auto written = co_await socket_.write(as_bytes(head), Wait::upto(core_->limits.header_time));
  co_return written ? Next::close_slowly : Next::close;
}

// Closing with unread bytes makes the system send a reset, which can overtake the answer at the peer.
Task<> HttpConnection::drain() {
  if (closed_ || ended_) co_return;
  co_await socket_.finish_sending(Wait::upto(kDrainTime));
  const auto deadline = std::chrono::steady_clock::now() + kDrainTime;
  for (std::size_t dropped = 0; dropped < kDrainBytes;) {
    dropped += arrived_.size();
    arrived_.clear();
    if (stopping_ || !co_await more(deadline)) co_return;
  }
}

// True when something arrived; false at the deadline, at the end of the connection or at shutdown.
Task<bool> HttpConnection::more(std::chrono::steady_clock::time_point deadline) {
  if (ended_ || closed_ || stopping_) co_return false;
  const auto seen = data_.generation();
  const auto before = arrived_.size();
  if (!read_under_way_) start_read();
  co_await data_.wait_after(seen, Wait{deadline, {}});
  co_return !closed_ && arrived_.size() > before;
}

void HttpConnection::start_read() {
  if (ended_ || closed_) return;
  read_under_way_ = true;
  reading_.resize(kReadSize);
  socket_.start_read(reading_, [self = shared_from_this()](std::size_t size) {
    self->read_under_way_ = false;
    if (size == 0) {
      self->ended_ = true;
      if (self->gone_) self->gone_->cancel();
    } else {
      self->arrived_.insert(self->arrived_.end(), self->reading_.begin(),
                            self->reading_.begin() + static_cast<std::ptrdiff_t>(size));
      if (self->handling_ && self->arrived_.size() < kReadAhead) self->start_read();
    }
    if (!self->read_under_way_) self->reading_ = {};
    self->data_.notify_all();
  });
}

void HttpConnection::shut_down() {
  stopping_ = true;
  if (gone_) gone_->cancel();
  if (!handling_) close();
}

void HttpConnection::close() {
  if (std::exchange(closed_, true)) return;
  ended_ = true;
  if (gone_) gone_->cancel();
  socket_.close();
  data_.notify_all();
}

}  // namespace oxb::net
