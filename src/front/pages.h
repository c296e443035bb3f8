// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Plain pages for people and monitors. Nothing here needs a login, so nothing here tells names.
#include "net/http.h"

#include <chrono>
#include <string>

namespace oxb::front {

struct GatewayState {
  std::chrono::seconds up{};
  std::size_t mail_contexts{};
  std::size_t address_book_contexts{};
  bool stopping = false;
};

net::HttpResponse start_page(const std::string& public_url);
net::HttpResponse status_page(const GatewayState& state);
// 200 "ok", or 503 while shutting down.
net::HttpResponse health(const GatewayState& state);
// For people who open an endpoint's address in a browser.
net::HttpResponse endpoint_page(std::string_view endpoint);
net::HttpResponse not_found();

}  // namespace oxb::front
