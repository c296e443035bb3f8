// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Where Outlook looks for a server when it knows nothing but a mail address. No password is sent there.
#include "cli/check_list.h"
#include "net/event_loop.h"
#include "net/http_client.h"

#include <string>

namespace oxb::cli {

// POST without a login at origin + "/autodiscover/autodiscover.xml".
Result<net::HttpResponse> knock_at_autodiscover(net::EventLoop& loop, net::HttpClient& http, const std::string& origin);
// The URL that Autodiscover version 2 names. not_found, unavailable, malformed.
Result<std::string> ask_json(net::EventLoop& loop, net::HttpClient& http, const std::string& origin,
                             const std::string& address);

// One https place.
struct PlaceAnswer {
  enum class Kind : std::uint8_t {
    absent,       // nothing is there; Outlook goes on
    ours,         // leads to the gateway
    foreign,      // somebody else asks for a login there
    certificate,  // the certificate is not good for it
  } kind = Kind::absent;
  std::string detail;
};
// gateway_host: empty takes whatever answers as Autodiscover for ours.
PlaceAnswer look_at_place(net::EventLoop& loop, net::HttpClient& http, const std::string& origin,
                          const std::string& address, const std::string& gateway_host);

// The host that the SRV record _autodiscover._tcp.<domain> names, or empty.
std::string srv_target(const std::string& domain);

// The gateway's URL for a mail address; empty: a failure was reported.
std::string find_by_address(net::EventLoop& loop, CheckList& list, const std::string& address,
                            const std::string& ca_file);

// Names that exist for examples and tests only (RFC 6761, RFC 2606): no DNS knows them.
bool is_example_domain(const std::string& domain);

}  // namespace oxb::cli
