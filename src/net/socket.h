// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Internal to net: one TCP connection, plain or under TLS. All calls come from one strand; one read and one write may
// be under way at a time.
#include "base/bytes.h"
#include "net/certificate.h"
#include "net/task.h"
#include "net/wait.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace oxb::net {

class Socket {
 public:
  using Tcp = boost::asio::ip::tcp;
  explicit Socket(Tcp::socket socket) : tcp_(std::move(socket)) {}

  Tcp::socket& tcp() { return tcp_; }
  bool secure() const { return tls_.has_value(); }
  std::optional<Certificate> peer_certificate() const;

  Task<Result<>> accept_tls(std::shared_ptr<boost::asio::ssl::context> context, Wait wait);
  // host is used for SNI and, where the context verifies, for the name check.
  Task<Result<>> connect_tls(std::shared_ptr<boost::asio::ssl::context> context, std::string host, Wait wait);

  // 0 bytes: the peer closed (an unexpected end under TLS counts as closed, too).
  Task<Result<std::size_t>> read(std::span<std::byte> buffer, Wait wait);
  Task<Result<>> write(ByteView bytes, Wait wait);

  // Reads without a coroutine: done(bytes or 0 at the end) runs on the strand; the buffer stays alive until then.
  void start_read(std::span<std::byte> buffer, std::function<void(std::size_t)> done);

  // Tells the peer that nothing more will be sent. Under TLS it also waits for the peer's own end.
  Task<> finish_sending(Wait wait);
  void close();

 private:
  Tcp::socket tcp_;
  std::shared_ptr<boost::asio::ssl::context> context_;
  std::optional<boost::asio::ssl::stream<Tcp::socket&>> tls_;
};

class Stream;
// peer: its name in errors. In stream.cc.
std::unique_ptr<Stream> make_stream(Socket::Tcp::socket socket, std::string peer);

}  // namespace oxb::net
