// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/http_server.h"

#include "base/log.h"
#include "net/event_loop.h"
#include "net/http_connection.h"
#include "net/listen.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace oxb::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};  // when the process has no more file descriptors

void for_each_connection(HttpServerCore& core, void (HttpConnection::*what)()) {
  const std::lock_guard lock(core.mutex);
  for (auto* connection : core.connections)
    asio::post(connection->strand(), [weak = connection->weak_from_this(), what] {
      if (const auto self = weak.lock()) ((*self).*what)();
    });
}

// The acceptor and its loop; touched on its strand only.
struct Listener : std::enable_shared_from_this<Listener> {
  Listener(Executor on, std::shared_ptr<HttpServerCore> shared)
      : executor(on), strand(make_strand(on)), acceptor(strand), core(std::move(shared)) {}
  Executor executor;
  Executor strand;
  tcp::acceptor acceptor;
  std::shared_ptr<HttpServerCore> core;

  Task<> run() {
    const auto self = shared_from_this();
    while (acceptor.is_open()) {
      const auto connection_strand = make_strand(executor);
      auto [ec, socket] = co_await acceptor.async_accept(connection_strand, asio::as_tuple(asio::use_awaitable));
      if (!acceptor.is_open()) break;
      if (ec) {
        log().warning("http.accept_failed").size("code", static_cast<std::uint64_t>(ec.value()));
        co_await sleep(Wait::upto(kAcceptPause));
        continue;
      }
      admit(connection_strand, std::move(socket));
    }
  }

  void admit(const Executor& connection_strand, tcp::socket socket) const {
    boost::system::error_code ec;
    const auto peer = socket.remote_endpoint(ec);
    if (ec) return;
    socket.set_option(tcp::no_delay(true), ec);
    auto address = peer.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
      address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    auto text = address.to_string();
    text = text.substr(0, text.find('%'));
    const auto connection = std::make_shared<HttpConnection>(core, connection_strand, std::move(socket), text);
    if (core->enter(*connection, text)) spawn(connection_strand, connection->run());
  }
};

class TcpHttpServer final : public HttpServer {
 public:
  TcpHttpServer(std::shared_ptr<Listener> listener, std::uint16_t port) : listener_(std::move(listener)), port_(port) {}
  ~TcpHttpServer() override {
    stop_accepting();
    for_each_connection(*listener_->core, &HttpConnection::close);
  }

  std::uint16_t port() const override { return port_; }

  Task<void> stop(Wait wait) override {
    const auto core = listener_->core;
    stop_accepting();
    for_each_connection(*core, &HttpConnection::shut_down);
    co_await gone(*core, std::move(wait));
    for_each_connection(*core, &HttpConnection::close);
    // Handlers have been told twice; what does not end now is a handler that does not look at gone().
    if (!co_await gone(*core, Wait::upto(kLastWait)))
      log().warning("http.stop_left_handlers").size("count", core->count());
  }

 private:
  static constexpr std::chrono::seconds kLastWait{5};

  static Task<bool> gone(HttpServerCore& core, Wait wait) {
    auto seen = core.changed.generation();
    while (core.count() > 0) {
      if (!co_await core.changed.wait_after(seen, wait)) co_return core.count() == 0;
      seen = core.changed.generation();
    }
    co_return true;
  }

  void stop_accepting() {
    {
      const std::lock_guard lock(listener_->core->mutex);
      listener_->core->stopping = true;
    }
    asio::post(listener_->strand, [listener = listener_] {
      boost::system::error_code ignored;
      listener->acceptor.close(ignored);
    });
  }

  std::shared_ptr<Listener> listener_;
  std::uint16_t port_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(Executor executor, const std::string& address,
                                                       std::uint16_t port, std::shared_ptr<TlsServerContext> tls,
                                                       HttpServerLimits limits, HttpHandler handler) {
  auto core = std::make_shared<HttpServerCore>();
  core->limits = std::move(limits);
  core->handler = std::move(handler);
  core->tls = std::move(tls);
  auto listener = std::make_shared<Listener>(executor, std::move(core));
  OXB_TRY(const auto bound, bind_and_listen(listener->acceptor, address, port));
  spawn(listener->strand, listener->run());
  return std::make_unique<TcpHttpServer>(std::move(listener), bound);
}

}  // namespace oxb::net
