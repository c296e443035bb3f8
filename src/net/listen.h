// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Internal to net.
#include "base/result.h"

#include <boost/asio/ip/tcp.hpp>

#include <string>

namespace oxb::net {

// Binds and listens; port 0 picks a free one. The port. invalid: not a numeric address. unavailable: cannot bind.
Result<std::uint16_t> bind_and_listen(boost::asio::ip::tcp::acceptor& acceptor, const std::string& address,
                                      std::uint16_t port);

}  // namespace oxb::net
