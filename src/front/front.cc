// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/front.h"

#include "base/log.h"
#include "base/text.h"
#include "front/autodiscover.h"
#include "front/nspi.h"
#include "front/pages.h"
#include "front/quirks.h"
#include "net/event_loop.h"

#include <atomic>

namespace oxb::front {

namespace {

constexpr std::chrono::seconds kHousekeeping{30};

enum class Route : std::uint8_t { start, status, health, emsmdb, nspi, autodiscover_xml, autodiscover_json, unknown };

Route route_of(std::string_view path) {
  if (path == "/") return Route::start;
  if (path == "/status") return Route::status;
  if (path == "/health") return Route::health;
  auto loose = quirks::kEndpointPathIsLoose ? ascii_lower(path) : std::string(path);
  constexpr std::string_view kJson = "/autodiscover/autodiscover.json";
  if (loose.compare(0, kJson.size(), kJson) == 0 && (loose.size() == kJson.size() || loose[kJson.size()] == '/'))
    return Route::autodiscover_json;
  while (loose.size() > 1 && loose.back() == '/') loose.pop_back();
  if (loose == "/mapi/emsmdb") return Route::emsmdb;
  if (loose == "/mapi/nspi") return Route::nspi;
  if (loose == "/autodiscover/autodiscover.xml") return Route::autodiscover_xml;
  return Route::unknown;
}

EmsmdbSettings emsmdb_settings(const FrontSettings& settings) {
  return {settings.mapi, settings.contexts, settings.session, settings.clock};
}

class HttpFront final : public Front, public std::enable_shared_from_this<HttpFront> {
 public:
  HttpFront(sync::Accounts& accounts, const directory::Installation& installation, const FrontSettings& settings)
      : clock_(*settings.clock),
        started_(clock_.steady()),
        auth_(accounts, settings.auth),
        urls_(installation, settings.public_url),
        books_(settings.directories, installation),
        autodiscover_(installation, books_, urls_, clock_),
        emsmdb_(installation, emsmdb_settings(settings)),
        nspi_(installation, books_, urls_, {settings.mapi, settings.contexts, settings.cpu, settings.clock}) {}

  Task<> handle(net::HttpExchange& exchange) override {
    const auto route = route_of(exchange.request().path);
    switch (route) {
      case Route::start:
        co_return co_await send(exchange, start_page(urls_.public_url()));
      case Route::status:
        co_return co_await send(exchange, status_page(state()));
      case Route::health:
        co_return co_await send(exchange, health(state()));
      case Route::autodiscover_json:
        co_return co_await send(exchange, autodiscover_.json(exchange.request()));
      case Route::unknown:
        co_return co_await send(exchange, not_found());
      default:
        break;
    }
    auto caller = co_await auth_.authenticate(exchange.request());
    if (auto* refusal = std::get_if<net::HttpResponse>(&caller)) co_return co_await send(exchange, std::move(*refusal));
    auto& mailbox = std::get<MailboxPtr>(caller);
    if (route == Route::emsmdb) co_return co_await emsmdb_.handle(exchange, std::move(mailbox));
    if (route == Route::nspi) co_return co_await nspi_.handle(exchange, std::move(mailbox));
    co_await send(exchange, co_await autodiscover_.pox(exchange.request(), mailbox));
  }

  void set_public_url(std::string url) override { urls_.set_public_url(std::move(url)); }

  Task<> keep_house() override {
    const auto self = shared_from_this();
    while (co_await net::sleep(Wait::upto(kHousekeeping, end_.token()))) {
      emsmdb_.contexts().expire();
      nspi_.contexts().expire();
      auth_.forget_expired();
    }
  }

  void stop() override {
    stopping_ = true;
    end_.cancel();
    emsmdb_.contexts().close_all();
    nspi_.contexts().close_all();
    auth_.forget_all();
  }

 private:
  static Task<> send(net::HttpExchange& exchange, net::HttpResponse response) {
    co_await exchange.respond(std::move(response));
  }
  GatewayState state() {
    GatewayState state;
    state.up = std::chrono::duration_cast<std::chrono::seconds>(clock_.steady() - started_);
    state.mail_contexts = emsmdb_.contexts().size();
    state.address_book_contexts = nspi_.contexts().size();
    state.stopping = stopping_;
    return state;
  }

  const Clock& clock_;
  const std::chrono::steady_clock::time_point started_;
  std::atomic<bool> stopping_ = false;
  CancelSource end_;
  Authenticator auth_;
  Urls urls_;
  AddressBooks books_;
  Autodiscover autodiscover_;
  EmsmdbEndpoint emsmdb_;
  NspiEndpoint nspi_;
};

}  // namespace

std::shared_ptr<Front> Front::create(sync::Accounts& accounts, directory::Installation installation,
                                     FrontSettings settings) {
  settings.auth.clock = settings.clock;
  return std::make_shared<HttpFront>(accounts, installation, settings);
}

}  // namespace oxb::front
