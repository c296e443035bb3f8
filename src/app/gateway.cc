// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gateway.h"

#include "front/front.h"
#include "net/tls.h"
#include "net/url_parts.h"
#include "sync/accounts.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace oxb::app {

namespace {

front::FrontSettings front_settings(const Config& config) {
  front::FrontSettings settings;
  settings.public_url = config.server.public_url;
  if (auto proxies = front::Networks::parse(config.server.trusted_proxies))
    settings.auth.trusted_proxies = std::move(*proxies);
  settings.auth.guesses.per_account = config.limits.wrong_passwords_per_account;
  settings.auth.guesses.per_network = config.limits.wrong_passwords_per_network;
  settings.auth.guesses.window = config.limits.wrong_passwords_window;
  settings.mapi.pending_period = config.sync.pending_period;
  settings.contexts.per_user = config.limits.contexts_per_user;
  settings.contexts.all = config.limits.contexts;
  settings.contexts.idle = config.limits.context_idle;
  return settings;
}

net::HttpServerLimits server_limits(const Config& config) {
  net::HttpServerLimits limits;
  limits.body_bytes = config.limits.request_bytes;
  limits.connections = config.limits.connections;
  limits.connections_per_address = config.limits.connections_per_address;
  for (const auto& proxy : config.server.trusted_proxies) limits.many_connections_from.insert(proxy);
  return limits;
}

std::string host_in_url(const std::string& address) {
  if (address == "0.0.0.0") return "127.0.0.1";
  if (address == "::") return "[::1]";
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

struct Tls {
  std::shared_ptr<net::TlsServerContext> context;  // null: plain HTTP
  std::string ca_file;
};

Result<Tls> open_tls(const Config& config) {
  const auto& server = config.server;
  if (!server.certificate.empty()) {
    OXB_TRY(auto context, net::load_tls(server.certificate, server.key));
    return Tls{std::move(context), {}};
  }
  if (!server.development_certificate) return Tls{};
  const auto directory = config.store.directory + "/tls";
  std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
  if (const auto host = net::url_parts(server.public_url).host; !host.empty()) names.push_back(host);
  if (server.listen != "0.0.0.0" && server.listen != "::") names.push_back(server.listen);
  OXB_CHECK(net::ensure_development_certificate(directory, names));
  OXB_TRY(auto context, net::load_tls(directory + "/cert.pem", directory + "/key.pem"));
  return Tls{std::move(context), directory + "/ca.pem"};
}

class WiredGateway final : public Gateway {
 public:
  WiredGateway(Config config, Tls tls, std::unique_ptr<sync::Accounts> accounts, std::shared_ptr<front::Front> front)
      : config_(std::move(config)), tls_(std::move(tls)), accounts_(std::move(accounts)), front_(std::move(front)) {}

  Result<> listen(net::EventLoop& loop) {
    const auto& server = config_.server;
    OXB_TRY(server_,
            net::HttpServer::listen(loop.executor(), server.listen, server.port, tls_.context, server_limits(config_),
                                    [front = front_](net::HttpExchange& exchange) { return front->handle(exchange); }));
    url_ = fmt::format("{}://{}:{}", tls_.context ? "https" : "http", host_in_url(server.listen), server_->port());
    if (server.public_url.empty()) front_->set_public_url(url_);
    net::spawn(loop.make_strand(), front_->keep_house());
    log().event("gateway.ready").size("port", server_->port());
    return {};
  }

  const std::string& url() const override { return url_; }
  const std::string& ca_file() const override { return tls_.ca_file; }

  void reload() override {
    if (tls_.context)
      if (auto done = net::reload_tls(*tls_.context); !done) log().error("gateway.certificate").err(done.error());
    if (auto done = open_log(config_.log.level, config_.log.target); !done)
      log().error("gateway.log").err(done.error());
    log().event("gateway.reloaded");
  }

  Task<> stop(Wait wait) override {
    log().event("gateway.stopping");
    // Requests under way are finished, waits for notifications end at once, then the sessions go.
    co_await server_->stop(wait);
    front_->stop();
    co_await accounts_->stop(wait);
    log().event("gateway.stopped");
  }

 private:
  const Config config_;
  const Tls tls_;
  std::string url_;
  std::unique_ptr<sync::Accounts> accounts_;
  std::shared_ptr<front::Front> front_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace

Result<std::unique_ptr<Gateway>> Gateway::start(net::EventLoop& loop, const Config& config,
                                                std::shared_ptr<backend::Backend> backend) {
  directory::Installation installation(config.ox.installation);
  sync::AccountsOptions options;
  options.store_directory = config.store.directory;
  options.refresh_active = config.sync.refresh_active;
  options.refresh_idle = config.sync.refresh_idle;
  options.mail_batch = config.sync.mail_batch;
  options.content_cache_bytes = config.sync.content_cache_bytes;
  const auto store = config.store.directory;
  if (::mkdir(store.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(Errc::unavailable, fmt::format("cannot make the store directory {}: {}", store, std::strerror(errno)));
  OXB_TRY(auto directories, directory::Directories::create(store + "/directory", installation));
  OXB_TRY(auto accounts,
          sync::Accounts::create(loop.executor(), std::move(backend), installation, directories, std::move(options)));
  OXB_TRY(auto tls, open_tls(config));
  auto settings = front_settings(config);
  settings.directories = std::move(directories);
  settings.cpu = loop.cpu();
  auto front = front::Front::create(*accounts, installation, std::move(settings));
  auto gateway = std::make_unique<WiredGateway>(config, std::move(tls), std::move(accounts), std::move(front));
  OXB_CHECK(gateway->listen(loop));
  return gateway;
}

}  // namespace oxb::app
