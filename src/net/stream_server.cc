// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/stream_server.h"

#include "base/log.h"
#include "net/event_loop.h"
#include "net/listen.h"
#include "net/socket.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mutex>

namespace oxb::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};  // when the process has no more file descriptors

struct StreamListener : std::enable_shared_from_this<StreamListener> {
  StreamListener(Executor on, std::size_t most, StreamHandler what)
      : executor(on), strand(make_strand(on)), acceptor(strand), connections(most), handler(std::move(what)) {}

  Executor executor;
  Executor strand;
  tcp::acceptor acceptor;  // touched on its strand only
  std::size_t connections;
  StreamHandler handler;
  CancelSource gone;
  AsyncEvent changed;
  std::mutex mutex;
  std::size_t open = 0;

  std::size_t count() {
    const std::lock_guard lock(mutex);
    return open;
  }
  bool enter() {
    const std::lock_guard lock(mutex);
    if (open >= connections) return false;
    ++open;
    return true;
  }
  void leave() {
    {
      const std::lock_guard lock(mutex);
      --open;
    }
    changed.notify_all();
  }

  static Task<> run(std::shared_ptr<StreamListener> self) {
    while (self->acceptor.is_open()) {
      const auto connection_strand = make_strand(self->executor);
      auto [ec, socket] = co_await self->acceptor.async_accept(connection_strand, asio::as_tuple(asio::use_awaitable));
      if (!self->acceptor.is_open()) break;
      if (ec) {
        log().warning("stream.accept_failed").size("code", static_cast<std::uint64_t>(ec.value()));
        co_await sleep(Wait::upto(kAcceptPause));
        continue;
      }
      if (!self->enter()) continue;
      boost::system::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      spawn(connection_strand, handle(self, make_stream(std::move(socket), "client")));
    }
  }

  static Task<> handle(std::shared_ptr<StreamListener> self, std::unique_ptr<Stream> stream) {
    struct Leave {
      StreamListener& listener;
      ~Leave() { listener.leave(); }
    } leave{*self};
    co_await self->handler(std::move(stream), self->gone.token());
  }
};

class TcpStreamServer final : public StreamServer {
 public:
  TcpStreamServer(std::shared_ptr<StreamListener> listener, std::uint16_t port)
      : listener_(std::move(listener)), port_(port) {}
  ~TcpStreamServer() override { stop_accepting(); }

  std::uint16_t port() const override { return port_; }
  Task<void> stop(Wait wait) override {
    stop_accepting();
    return drain(listener_, std::move(wait));
  }

 private:
  static Task<void> drain(std::shared_ptr<StreamListener> listener, Wait wait) {
    auto seen = listener->changed.generation();
    while (listener->count() > 0) {
      if (!co_await listener->changed.wait_after(seen, wait)) break;
      seen = listener->changed.generation();
    }
  }
  void stop_accepting() {
    listener_->gone.cancel();
    asio::post(listener_->strand, [listener = listener_] {
      boost::system::error_code ignored;
      listener->acceptor.close(ignored);
    });
  }

  std::shared_ptr<StreamListener> listener_;
  std::uint16_t port_;
};

}  // namespace

Result<std::unique_ptr<StreamServer>> StreamServer::listen(Executor executor, const std::string& address,
                                                           std::uint16_t port, std::size_t connections,
                                                           StreamHandler handler) {
  auto listener = std::make_shared<StreamListener>(std::move(executor), connections, std::move(handler));
  OXB_TRY(const auto bound, bind_and_listen(listener->acceptor, address, port));
  spawn(listener->strand, StreamListener::run(listener));
  return std::make_unique<TcpStreamServer>(std::move(listener), bound);
}

}  // namespace oxb::net
