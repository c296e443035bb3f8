// parts: front
// SPDX-License-Identifier: GPL-3.0-or-later
// What stands in front of every password check: forwarded addresses and the Authorization header.
#include "front/auth.h"
#include "front/networks.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oxb;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto cut = text.find('\n');
  net::HttpRequest request;
  request.client_address = "10.0.0.1";
  request.headers.add("X-Forwarded-For", text.substr(0, cut));
  request.headers.add("Authorization", "Basic " + (cut == std::string::npos ? text : text.substr(cut + 1)));
  static const auto kProxies = *front::Networks::parse({"10.0.0.0/8", "2001:db8::/32"});
  const auto client = front::client_of(request, kProxies);
  if (client.address.empty()) std::abort();
  (void)front::network_of(client.address);
  if (const auto login = front::basic_login(request); login && (login->first.empty() || login->second.empty()))
    std::abort();
  if (const auto blocks = front::Networks::parse({text})) (void)blocks->contains(client.address);
  return 0;
}
