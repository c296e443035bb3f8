// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The wired gateway: backend, accounts, front, HTTP server.
#include "app/config.h"
#include "backend/connector.h"
#include "net/event_loop.h"

#include <memory>
#include <string>

namespace oxb::app {

class Gateway {
 public:
  virtual ~Gateway() = default;
  // backend: the configured one (see backends.h), or a test's. The loop outlives the gateway.
  static Result<std::unique_ptr<Gateway>> start(net::EventLoop& loop, const Config& config,
                                                std::shared_ptr<backend::Backend> backend);
  virtual const std::string& url() const = 0;      // where it can be reached from here: https://127.0.0.1:8443
  virtual const std::string& ca_file() const = 0;  // of the development authority; empty with a given certificate
  // Reads the certificate again and opens the log anew.
  virtual void reload() = 0;
  // Finishes requests, closes contexts, signs everybody out; within the wait.
  virtual Task<> stop(Wait wait) = 0;
};

}  // namespace oxb::app
