// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/socket.h"

#include "net/tls_context.h"
#include "net/watch.h"

#include <arpa/inet.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace oxb::net {

namespace asio = boost::asio;

namespace {
bool is_end(const boost::system::error_code& ec) {
  return ec == asio::error::eof || ec == asio::error::connection_reset || ec == asio::ssl::error::stream_truncated;
}

void prepare_client(SSL* ssl, const std::string& host) {
  in6_addr buffer{};
  const bool address =
      inet_pton(AF_INET, host.c_str(), &buffer) == 1 || inet_pton(AF_INET6, host.c_str(), &buffer) == 1;
  if (address) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl, host.c_str());
    SSL_set1_host(ssl, host.c_str());
  }
}
}  // namespace

Task<Result<>> Socket::accept_tls(std::shared_ptr<asio::ssl::context> context, Wait wait) {
  context_ = std::move(context);
  tls_.emplace(tcp_, *context_);
  Watch watch(co_await asio::this_coro::executor, wait);
  if (watch.gave_up()) co_return watch.failure("TLS", {});
  const auto [ec] = co_await tls_->async_handshake(asio::ssl::stream_base::server, watch.token());
  ERR_clear_error();
  if (ec) co_return watch.failure("TLS", ec);
  co_return Result<>{};
}

Task<Result<>> Socket::connect_tls(std::shared_ptr<asio::ssl::context> context, std::string host, Wait wait) {
  // Nothing may have arrived before the handshake; what an attacker injected in the clear is thrown away.
  boost::system::error_code ec;
  for (std::byte drop[512]; tcp_.available(ec) > 0 && !ec;) tcp_.read_some(asio::buffer(drop), ec);
  context_ = std::move(context);
  tls_.emplace(tcp_, *context_);
  prepare_client(tls_->native_handle(), host);
  Watch watch(co_await asio::this_coro::executor, wait);
  if (watch.gave_up()) co_return watch.failure("TLS with " + host, {});
  const auto [failed] = co_await tls_->async_handshake(asio::ssl::stream_base::client, watch.token());
  const long verified = SSL_get_verify_result(tls_->native_handle());
  ERR_clear_error();
  if (!failed) co_return Result<>{};
  if (!watch.gave_up() && verified != X509_V_OK)
    co_return fail(Errc::access_denied, certificate_problem(host, verified));
  co_return watch.failure("TLS with " + host, failed);
}

std::optional<Certificate> Socket::peer_certificate() const {
  auto* const native = tls_ ? const_cast<asio::ssl::stream<Tcp::socket&>&>(*tls_).native_handle() : nullptr;
  std::shared_ptr<X509> x509(native ? SSL_get1_peer_certificate(native) : nullptr, X509_free);
  if (!x509) return std::nullopt;
  return Certificate(std::move(x509));
}

Task<Result<std::size_t>> Socket::read(std::span<std::byte> buffer, Wait wait) {
  Watch watch(co_await asio::this_coro::executor, wait);
  if (watch.gave_up()) co_return watch.failure("read", {});
  const auto target = asio::buffer(buffer.data(), buffer.size());
  boost::system::error_code ec;
  std::size_t size = 0;
  if (tls_) {
    std::tie(ec, size) = co_await tls_->async_read_some(target, watch.token());
    ERR_clear_error();
  } else {
    std::tie(ec, size) = co_await tcp_.async_read_some(target, watch.token());
  }
  if (is_end(ec)) co_return std::size_t{0};
  if (ec && size == 0) co_return watch.failure("read", ec);
  co_return size;
}

Task<Result<>> Socket::write(ByteView bytes, Wait wait) {
  Watch watch(co_await asio::this_coro::executor, wait);
  if (watch.gave_up()) co_return watch.failure("write", {});
  const auto source = asio::buffer(bytes.data(), bytes.size());
  boost::system::error_code ec;
  if (tls_) {
    ec = std::get<0>(co_await asio::async_write(*tls_, source, watch.token()));
    ERR_clear_error();
  } else {
    ec = std::get<0>(co_await asio::async_write(tcp_, source, watch.token()));
  }
  if (ec) co_return watch.failure("write", ec);
  co_return Result<>{};
}

void Socket::start_read(std::span<std::byte> buffer, std::function<void(std::size_t)> done) {
  const auto target = asio::buffer(buffer.data(), buffer.size());
  auto handler = [done = std::move(done)](const boost::system::error_code& ec, std::size_t size) {
    ERR_clear_error();
    done(ec ? 0 : size);
  };
  if (tls_)
    tls_->async_read_some(target, std::move(handler));
  else
    tcp_.async_read_some(target, std::move(handler));
}

Task<> Socket::finish_sending(Wait wait) {
  boost::system::error_code ignored;
  if (tls_) {
    Watch watch(co_await asio::this_coro::executor, wait);
    if (!watch.gave_up()) co_await tls_->async_shutdown(watch.token());
    ERR_clear_error();
  }
  tcp_.shutdown(Tcp::socket::shutdown_send, ignored);
}

void Socket::close() {
  boost::system::error_code ignored;
  tcp_.shutdown(Tcp::socket::shutdown_both, ignored);
  tcp_.close(ignored);
}

}  // namespace oxb::net
