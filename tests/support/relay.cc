// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/relay.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <atomic>
#include <deque>
#include <thread>
#include <vector>

namespace oxb::testing {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

// One thread runs everything; only the two atomics are seen from outside.
struct Relay::State {
  explicit State(std::uint16_t to)
      : server(asio::ip::address_v4::loopback(), to), listener(io, {asio::ip::address_v4::loopback(), 0}) {}

  struct Link {
    Link(tcp::socket near, tcp::socket far) : client(std::move(near)), server(std::move(far)) {}
    tcp::socket client, server;
    bool answered = true;  // the server spoke last
  };
  // What is on its way in one direction.
  struct Line {
    explicit Line(asio::io_context& io) : news(io, Clock::time_point::max()) {}
    struct Piece {
      Clock::time_point due;
      std::vector<char> bytes;  // empty: the end
    };
    std::deque<Piece> pieces;
    asio::steady_timer news;
  };

  asio::awaitable<void> listen();
  asio::awaitable<void> serve(tcp::socket client);
  asio::awaitable<void> take(std::shared_ptr<Link> link, std::shared_ptr<Line> line, bool upward);
  asio::awaitable<void> give(std::shared_ptr<Link> link, std::shared_ptr<Line> line, bool upward);
  asio::awaitable<void> pause(Clock::time_point until);
  Clock::duration one_way() const { return std::chrono::microseconds(round_trip_us.load()) / 2; }

  asio::io_context io{1};
  tcp::endpoint server;
  tcp::acceptor listener;
  std::atomic<std::int64_t> round_trip_us{0};
  std::atomic<std::uint64_t> turns{0};
  std::thread thread;
};

asio::awaitable<void> Relay::State::pause(Clock::time_point until) {
  if (until <= Clock::now()) co_return;
  asio::steady_timer timer(io, until);
  boost::system::error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
}

asio::awaitable<void> Relay::State::listen() {
  for (;;) {
    boost::system::error_code error;
    auto client = co_await listener.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    asio::co_spawn(io, serve(std::move(client)), asio::detached);
  }
}

asio::awaitable<void> Relay::State::serve(tcp::socket client) {
  co_await pause(Clock::now() + 3 * one_way());
  tcp::socket far(io);
  boost::system::error_code error;
  co_await far.async_connect(server, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return;
  client.set_option(tcp::no_delay(true), error);
  far.set_option(tcp::no_delay(true), error);
  const auto link = std::make_shared<Link>(std::move(client), std::move(far));
  for (const bool upward : {true, false}) {
    const auto line = std::make_shared<Line>(io);
    asio::co_spawn(io, take(link, line, upward), asio::detached);
    asio::co_spawn(io, give(link, line, upward), asio::detached);
  }
}

asio::awaitable<void> Relay::State::take(std::shared_ptr<Link> link, std::shared_ptr<Line> line, bool upward) {
  auto& from = upward ? link->client : link->server;
  std::vector<char> buffer(256 * 1024);
  for (;;) {
    boost::system::error_code error;
    const auto size =
        co_await from.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    if (error) break;
    if (upward && link->answered) ++turns;
    link->answered = !upward;
    line->pieces.push_back(
        {Clock::now() + one_way(), {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size)}});
    line->news.cancel();
  }
  line->pieces.push_back({Clock::now() + one_way(), {}});
  line->news.cancel();
}

asio::awaitable<void> Relay::State::give(std::shared_ptr<Link> link, std::shared_ptr<Line> line, bool upward) {
  auto& to = upward ? link->server : link->client;
  boost::system::error_code error;
  for (;;) {
    if (line->pieces.empty()) {
      co_await line->news.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    const auto piece = std::move(line->pieces.front());
    line->pieces.pop_front();
    co_await pause(piece.due);
    error.clear();
    if (!piece.bytes.empty())
      co_await asio::async_write(to, asio::buffer(piece.bytes), asio::redirect_error(asio::use_awaitable, error));
    if (!error && !piece.bytes.empty()) continue;
    to.shutdown(tcp::socket::shutdown_send, error);
    co_return;
  }
}

Relay::Relay(std::uint16_t server_port) : state_(std::make_unique<State>(server_port)) {
  asio::co_spawn(state_->io, state_->listen(), asio::detached);
  state_->thread = std::thread([state = state_.get()] { state->io.run(); });
}

Relay::~Relay() {
  state_->io.stop();
  state_->thread.join();
}

std::uint16_t Relay::port() const { return state_->listener.local_endpoint().port(); }
void Relay::set_round_trip(std::chrono::milliseconds time) {
  state_->round_trip_us = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}
std::uint64_t Relay::turns() const { return state_->turns; }

}  // namespace oxb::testing
