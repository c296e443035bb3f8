// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Internal to net: one client connection of the HTTP server.
#include "net/event.h"
#include "net/http_request_parser.h"
#include "net/http_server.h"
#include "net/socket.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>

namespace oxb::net {

class HttpConnection;

// What all connections of one server share. Outlives the server object while handlers still run.
struct HttpServerCore {
  HttpServerLimits limits;
  HttpHandler handler;
  std::shared_ptr<TlsServerContext> tls;
  std::atomic<std::size_t> body_bytes{0};
  AsyncEvent changed;  // a connection has gone

  std::mutex mutex;
  bool stopping = false;
  std::set<HttpConnection*> connections;
  std::map<std::string, std::size_t> per_address;

  // False when a limit is reached or the server is stopping.
  bool enter(HttpConnection& connection, const std::string& address);
  void leave(HttpConnection& connection, const std::string& address);
  std::size_t count();
};

// Lives on one strand; kept alive by run() and by the read under way.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(std::shared_ptr<HttpServerCore> core, Executor strand, Socket::Tcp::socket socket,
                 std::string address);

  Task<> run();
  const Executor& strand() const { return strand_; }
  const std::string& address() const { return address_; }
  void shut_down();  // on the strand: fires gone, closes when no handler runs
  void close();      // on the strand: at once

 private:
  friend class ConnectionExchange;
  enum class Next { again, close, close_slowly };

  Task<Next> serve_one();
  Task<Next> receive(RequestParser& parser);
  Task<Next> answer(RequestParser& parser);
  Task<Next> refuse(int status);
  Task<bool> more(std::chrono::steady_clock::time_point deadline);
  Task<> drain();
  void start_read();
  Wait write_wait() const { return Wait::upto(core_->limits.body_time); }

  const std::shared_ptr<HttpServerCore> core_;
  const Executor strand_;
  const std::string address_;
  Socket socket_;
  Bytes arrived_;  // received and not yet parsed
  Bytes reading_;  // target of the read under way
  bool read_under_way_ = false;
  bool ended_ = false;  // the peer closed or the connection broke
  bool closed_ = false;
  bool stopping_ = false;
  bool first_ = true;
  bool handling_ = false;
  std::size_t counted_ = 0;  // our part of core_->body_bytes
  AsyncEvent data_;
  std::optional<CancelSource> gone_;  // while handling
};

}  // namespace oxb::net
