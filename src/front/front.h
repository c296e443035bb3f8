// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Everything the gateway answers over HTTP: routes requests to their endpoints once the caller is known.
#include "directory/directory.h"
#include "front/auth.h"
#include "front/emsmdb.h"
#include "net/http_server.h"

#include <memory>
#include <string>

namespace oxb::front {

struct FrontSettings {
  std::string public_url;  // "https://mapi.example.com:8443", without a slash at the end
  AuthOptions auth;
  MapiSettings mapi;
  ContextLimits contexts;
  session::ContextLimits session;
  std::shared_ptr<directory::Directories> directories;  // null: every caller sees only himself
  Executor cpu;                                         // for what computes long
  const Clock* clock = &system_clock();
};

class Front {
 public:
  virtual ~Front() = default;
  // accounts outlive the front.
  static std::shared_ptr<Front> create(sync::Accounts& accounts, directory::Installation installation,
                                       FrontSettings settings);
  // The handler of the HTTP server.
  virtual Task<> handle(net::HttpExchange& exchange) = 0;
  // Known only once the server listens, when the configuration does not name it.
  virtual void set_public_url(std::string url) = 0;
  // Drops contexts and logins whose time is over, until stop().
  virtual Task<> keep_house() = 0;
  // New requests are refused; contexts are closed.
  virtual void stop() = 0;
};

}  // namespace oxb::front
