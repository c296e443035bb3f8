// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The box behind HTTP. Tests run it inside their own process.
#include "net/http_server.h"
#include "sandbox/sandbox.h"
#include "sandbox/submission_server.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace oxb::sandbox {

struct ServerOptions {
  SandboxOptions sandbox;
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;     // 0: a free one
  std::string control_token;  // for /control; empty: drawn
  std::optional<SubmissionOptions> submission;
};

class Server {
 public:
  static Result<std::unique_ptr<Server>> start(Executor executor, ServerOptions options);
  ~Server();

  std::uint16_t port() const;
  std::uint16_t submission_port() const;  // 0: there is none
  std::string url() const;                // "http://127.0.0.1:4711"
  const std::string& control_token() const { return control_token_; }
  Task<void> stop(Wait wait);

  // Direct access, while no request is being answered.
  template <class Fn>
  auto with_sandbox(Fn&& fn) {
    const std::lock_guard lock(sandbox_mutex_);
    return fn(*sandbox_);
  }

 private:
  Server() = default;
  Task<void> handle(net::HttpExchange& exchange);
  net::HttpResponse answer(const net::HttpRequest& request);
  net::HttpResponse control(const net::HttpRequest& request);
  std::string address_;
  std::string control_token_;
  std::mutex sandbox_mutex_;
  std::unique_ptr<Sandbox> sandbox_;
  std::unique_ptr<net::HttpServer> http_;
  std::unique_ptr<net::StreamServer> submission_;
};

}  // namespace oxb::sandbox
