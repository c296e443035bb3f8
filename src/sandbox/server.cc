// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/server.h"

#include "sandbox/dispatch.h"
#include "sandbox/outgoing.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <openssl/crypto.h>

namespace oxb::sandbox {
namespace {

Task<void> pause(std::chrono::milliseconds time) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  boost::system::error_code code;
  co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, code));
}

bool loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

bool same_token(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// The head promises everything; the connection ends earlier.
Task<void> send_partly(net::HttpExchange& exchange, net::HttpResponse response) {
  net::HttpHeaders headers;
  for (const auto& [name, value] : response.headers.fields()) headers.add(name, value);
  if (auto started = co_await exchange.start(response.status, std::move(headers)); !started) co_return;
  const auto half = ByteView(response.body).first(response.body.size() / 2);
  if (!half.empty()) (void)co_await exchange.chunk(half);
  exchange.abort();
}

Task<void> send_slowly(net::HttpExchange& exchange, net::HttpResponse response, Fault fault) {
  net::HttpHeaders headers;
  for (const auto& [name, value] : response.headers.fields()) headers.add(name, value);
  if (auto started = co_await exchange.start(response.status, std::move(headers)); !started) co_return;
  ByteView rest = response.body;
  while (!rest.empty()) {
    if (exchange.gone().cancelled()) co_return;
    const auto piece = rest.first(std::min(rest.size(), fault.piece));
    if (auto sent = co_await exchange.chunk(piece); !sent) co_return;
    rest = rest.subspan(piece.size());
    co_await pause(fault.delay);
  }
  (void)co_await exchange.finish();
}

}  // namespace

Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(Executor executor, ServerOptions options) {
  std::unique_ptr<Server> server(new Server());
  OXB_TRY(server->sandbox_, Sandbox::open(std::move(options.sandbox)));
  server->address_ = options.address;
  server->control_token_ = options.control_token.empty() ? random_token() : options.control_token;
  auto* self = server.get();
  if (options.submission) {
    OXB_TRY(server->submission_, start_submission(executor, *std::move(options.submission),
                                                  [self](const auto& fn) { self->with_sandbox(fn); }));
  }
  OXB_TRY(server->http_,
          net::HttpServer::listen(std::move(executor), options.address, options.port, nullptr, {},
                                  [self](net::HttpExchange& exchange) { return self->handle(exchange); }));
  return server;
}

std::uint16_t Server::port() const { return http_->port(); }
std::string Server::url() const { return fmt::format("http://{}:{}", address_, port()); }
std::uint16_t Server::submission_port() const { return submission_ ? submission_->port() : 0; }

Task<void> Server::stop(Wait wait) {
  if (submission_) co_await submission_->stop(wait);
  co_await http_->stop(std::move(wait));
}

net::HttpResponse Server::answer(const net::HttpRequest& request) {
  const std::lock_guard lock(sandbox_mutex_);
  return dispatch(*sandbox_, request);
}

Task<void> Server::handle(net::HttpExchange& exchange) {
  const auto& request = exchange.request();
  if (request.path.starts_with("/control/")) {
    (void)co_await exchange.respond(control(request));
    co_return;
  }
  const auto module = module_of_path(request.path);
  const auto* given = request.parameter("action");
  const std::string action = given ? *given : "";
  std::vector<Fault> faults;
  {
    const std::lock_guard lock(sandbox_mutex_);
    sandbox_->faults().count_request(module, action);
    faults = sandbox_->faults().take(module, action);
  }
  const Fault* after = nullptr;
  for (const auto& fault : faults) {
    switch (fault.kind) {
      case FaultKind::latency:
        co_await pause(fault.delay);
        break;
      case FaultKind::status:
        (void)co_await exchange.respond(page(fault.status, "Service Unavailable", "The server is being looked after."));
        co_return;
      case FaultKind::error:
        (void)co_await exchange.respond(error_response(OxError(fault.code, {})));
        co_return;
      case FaultKind::drop_before:
        exchange.abort();
        co_return;
      case FaultKind::stale_session: {
        const auto* id = request.parameter("session");
        {
          const std::lock_guard lock(sandbox_mutex_);
          if (id) sandbox_->sessions().close(*id);
        }
        (void)co_await exchange.respond(error_response(OxError("SES-0203", {json::value(id ? *id : "")})));
        co_return;
      }
      case FaultKind::drop_after:
      case FaultKind::truncate:
      case FaultKind::drip:
        after = &fault;
        break;
    }
  }
  auto response = answer(request);
  if (!after) {
    (void)co_await exchange.respond(std::move(response));
  } else if (after->kind == FaultKind::drop_after) {
    exchange.abort();
  } else if (after->kind == FaultKind::truncate) {
    co_await send_partly(exchange, std::move(response));
  } else {
    co_await send_slowly(exchange, std::move(response), *after);
  }
}

// GET outgoing | POST clear-outgoing | GET counters | POST reset-counters | GET faults | POST faults | POST
// clear-faults | POST end-sessions
net::HttpResponse Server::control(const net::HttpRequest& request) {
  const auto given = request.headers.get("X-Control-Token");
  if (!loopback(request.client_address) || !same_token(given, control_token_))
    return page(403, "Forbidden", "Forbidden");
  const std::lock_guard lock(sandbox_mutex_);
  auto& faults = sandbox_->faults();
  const auto what = std::string_view(request.path).substr(std::string_view("/control/").size());
  if (what == "counters") return json_response(faults.counters());
  if (what == "outgoing") return json_response(all_outgoing(sandbox_->db()));
  if (what == "reset-counters") {
    faults.reset_counters();
  } else if (what == "clear-outgoing") {
    clear_outgoing(sandbox_->db());
  } else if (what == "clear-faults") {
    faults.clear();
  } else if (what == "end-sessions") {
    sandbox_->sessions().close_all();
  } else if (what == "faults" && request.method == "POST") {
    boost::system::error_code code;
    const auto value = json::parse(as_text(request.body), code);
    if (code) return page(400, "Bad Request", "not JSON");
    auto fault = parse_fault(value);
    if (!fault) return page(400, "Bad Request", fault.error().what);
    return json_response(json::object{{"id", faults.add(std::move(*fault))}});
  } else if (what == "faults") {
    json::array out;
    for (const auto& fault : faults.all()) out.push_back(to_json(fault));
    return json_response(out);
  } else {
    return page(404, "Not Found", "Not Found");
  }
  return json_response(json::object{{"ok", true}});
}

}  // namespace oxb::sandbox
