// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "net/task.h"
#include "net/wait.h"

#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <vector>

namespace oxb::net {

// The addresses of a host by the system's resolver. unavailable: there is no such name, or it took too long.
Task<Result<std::vector<boost::asio::ip::tcp::endpoint>>> resolve(std::string host, std::uint16_t port, Wait wait);

}  // namespace oxb::net
