// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Client addresses: who really asks, behind which proxy, and in which network.
#include "base/result.h"
#include "net/http.h"

#include <string>
#include <string_view>
#include <vector>

namespace oxb::front {

// A list of addresses and CIDR blocks: "10.0.0.0/8", "::1", "192.0.2.7".
class Networks {
 public:
  static Result<Networks> parse(const std::vector<std::string>& blocks);
  bool contains(std::string_view address) const;
  bool empty() const { return blocks_.empty(); }

 private:
  struct Block {
    std::string bytes;  // 16, IPv4 mapped into IPv6
    unsigned bits{};
  };
  std::vector<Block> blocks_;
};

bool is_loopback(std::string_view address);
// The network that guesses are counted for: /24 of IPv4, /56 of IPv6.
std::string network_of(std::string_view address);

struct Client {
  std::string address;
  bool encrypted = false;  // TLS to us, or a configured proxy that says so or says nothing
};
// X-Forwarded-For and X-Forwarded-Proto count only when the connection comes from a trusted proxy; then the rightmost
// address that is no trusted proxy itself is the client.
Client client_of(const net::HttpRequest& request, const Networks& trusted_proxies);

}  // namespace oxb::front
