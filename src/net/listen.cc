// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/listen.h"

#include <boost/asio/ip/v6_only.hpp>
#include <fmt/format.h>

namespace oxb::net {

namespace asio = boost::asio;
using asio::ip::tcp;

Result<std::uint16_t> bind_and_listen(tcp::acceptor& acceptor, const std::string& address, std::uint16_t port) {
  boost::system::error_code ec;
  const auto numeric = asio::ip::make_address(address, ec);
  if (ec) return fail(Errc::invalid, fmt::format("{} is not a numeric address to listen on", address));
  const tcp::endpoint endpoint(numeric, port);
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec && numeric.is_v6()) acceptor.set_option(asio::ip::v6_only(!numeric.is_unspecified()), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return fail(Errc::unavailable, fmt::format("cannot listen on {}:{}: {}", address, port, ec.message()));
  return acceptor.local_endpoint(ec).port();
}

}  // namespace oxb::net
