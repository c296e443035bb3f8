// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/stream.h"

#include "net/event.h"
#include "net/resolve.h"
#include "net/socket.h"
#include "net/tls_context.h"
#include "net/watch.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace oxb::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

class SocketStream final : public Stream {
 public:
  SocketStream(tcp::socket socket, std::string peer) : socket_(std::move(socket)), peer_(std::move(peer)) {}
  ~SocketStream() override { socket_.close(); }

  Task<Result<std::size_t>> read(std::span<std::byte> buffer, Wait wait) override {
    auto size = co_await socket_.read(buffer, std::move(wait));
    if (!size) co_return tl::unexpected(std::move(size).error().in(peer_));
    co_return size;
  }
  Task<Result<>> write(ByteView bytes, Wait wait) override {
    auto written = co_await socket_.write(bytes, std::move(wait));
    if (!written) co_return tl::unexpected(std::move(written).error().in(peer_));
    co_return written;
  }
  Task<Result<>> start_tls(TlsClientOptions options, Wait wait) override {
    if (socket_.secure()) co_return fail(Errc::invalid, "TLS is on already");
    OXB_CO_TRY(auto context, tls_client_context(options.ca_file, options.verify_certificates));
    co_return co_await socket_.connect_tls(std::move(context), std::move(options.host_name), std::move(wait));
  }
  bool secure() const override { return socket_.secure(); }
  std::optional<Certificate> peer_certificate() const override { return socket_.peer_certificate(); }
  void close() override { socket_.close(); }

 private:
  Socket socket_;
  std::string peer_;
};

}  // namespace

std::unique_ptr<Stream> make_stream(tcp::socket socket, std::string peer) {
  return std::make_unique<SocketStream>(std::move(socket), std::move(peer));
}

// The system's resolver cannot be interrupted: the caller leaves in time, the answer is dropped when it comes.
Task<Result<std::vector<tcp::endpoint>>> resolve(std::string host, std::uint16_t port, Wait wait) {
  struct Answer {
    explicit Answer(const Executor& executor) : resolver(executor) {}
    tcp::resolver resolver;
    boost::system::error_code ec;
    std::vector<tcp::endpoint> endpoints;
    Signal done;
  };
  const auto answer = std::make_shared<Answer>(co_await asio::this_coro::executor);
  answer->resolver.async_resolve(
      host, std::to_string(port), tcp::resolver::numeric_service,
      [answer](const boost::system::error_code& ec, const tcp::resolver::results_type& found) {
        answer->ec = ec;
        for (const auto& entry : found) answer->endpoints.push_back(entry.endpoint());
        answer->done.fire();
      });
  switch (co_await answer->done.wait(wait)) {
    case Wake::cancelled:
      co_return fail(Errc::cancelled, "connect: cancelled");
    case Wake::deadline:
      co_return fail(Errc::unavailable, fmt::format("looking up {} took too long", host));
    case Wake::fired:
      break;
  }
  if (answer->ec || answer->endpoints.empty())
    co_return fail(Errc::unavailable, fmt::format("the host name {} cannot be found", host));
  co_return std::move(answer->endpoints);
}

Task<Result<std::unique_ptr<Stream>>> Stream::connect(std::string host, std::uint16_t port, Wait wait) {
  const auto peer = fmt::format("{}:{}", host, port);
  if (wait.expired()) co_return fail(Errc::cancelled, fmt::format("{}: no time left to connect", peer));
  const auto executor = co_await asio::this_coro::executor;
  OXB_CO_TRY(const auto endpoints, co_await resolve(host, port, wait));
  Error last{Errc::unavailable, fmt::format("cannot connect to {}", peer)};
  for (std::size_t i = 0; i < endpoints.size() && !wait.expired(); ++i) {
    // An address that swallows packets must not use up the time of the next one.
    const auto left = wait.deadline - std::chrono::steady_clock::now();
    Watch watch(executor, wait.at_most(left / static_cast<int>(endpoints.size() - i)));
    if (watch.gave_up()) break;
    tcp::socket socket(executor);
    const auto [ec] = co_await socket.async_connect(endpoints[i], watch.token());
    if (!ec) {
      boost::system::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      socket.set_option(asio::socket_base::keep_alive(true), ignored);
      co_return make_stream(std::move(socket), peer);
    }
    last = watch.failure(fmt::format("cannot connect to {}", peer), ec).value();
  }
  if (wait.cancel.cancelled()) co_return fail(Errc::cancelled, "connect: cancelled");
  co_return tl::unexpected(std::move(last));
}

}  // namespace oxb::net
