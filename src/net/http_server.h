// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "net/http.h"
#include "net/task.h"
#include "net/wait.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>

namespace oxb::net {

class TlsServerContext;  // net/tls.h

struct HttpServerLimits {
  std::size_t header_bytes = 32 * 1024;
  std::size_t body_bytes = 64 * 1024 * 1024;
  std::size_t all_bodies_bytes = 512 * 1024 * 1024;  // of requests being received or answered, together; beyond: 503
  std::size_t connections = 4096;
  std::size_t connections_per_address = 512;
  std::set<std::string> many_connections_from;    // addresses (proxies) that the limit per address does not concern
  std::chrono::milliseconds header_time{30'000};  // from accept or a request's first byte to its last header byte
  std::chrono::milliseconds body_time{300'000};   // for a request's body, and for the peer to take an answer or chunk
  std::chrono::milliseconds idle_time{300'000};   // from an answer to the next request's first byte
};

// One request being answered. Either respond(), or start() + chunk()* + finish(). Lives as long as the handler runs.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  virtual const HttpRequest& request() const = 0;
  virtual HttpRequest& request() = 0;
  virtual Task<Result<>> respond(HttpResponse response) = 0;
  // Sends the head with Transfer-Encoding: chunked. Each chunk leaves at once (TCP_NODELAY, no buffering).
  virtual Task<Result<>> start(int status, HttpHeaders headers) = 0;
  virtual Task<Result<>> chunk(ByteView bytes) = 0;
  virtual Task<Result<>> finish() = 0;
  // Fires when the peer closes while the handler still works, and at server shutdown.
  virtual CancelToken gone() const = 0;
  // Closes the connection without (the rest of) an answer; for fault injection and abuse.
  virtual void abort() = 0;
};

// A handler that returns without an answer causes a 500. Handlers of one connection run one after the other.
using HttpHandler = std::function<Task<void>(HttpExchange&)>;

class HttpServer {
 public:
  virtual ~HttpServer() = default;
  // tls may be null (plain HTTP). port 0 picks a free one. unavailable: cannot bind, with address and reason.
  static Result<std::unique_ptr<HttpServer>> listen(Executor executor, const std::string& address, std::uint16_t port,
                                                    std::shared_ptr<TlsServerContext> tls, HttpServerLimits limits,
                                                    HttpHandler handler);
  virtual std::uint16_t port() const = 0;
  // Stops accepting, fires gone() of all exchanges, waits for handlers up to the deadline, then closes what is left.
  virtual Task<void> stop(Wait wait) = 0;
};

}  // namespace oxb::net
