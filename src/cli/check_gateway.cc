// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "cli/address_book_client.h"
#include "cli/check.h"
#include "cli/check_places.h"
#include "cli/mapi_client.h"
#include "net/url_parts.h"

#include <algorithm>

namespace oxb::cli {
namespace {

constexpr std::string_view kSeeLog = "look at the gateway's log (journalctl -u oxbridged)";
constexpr std::uint16_t kHttps = 443, kHttp = 80;

std::string origin_of(const app::ServerConfig& server) {
  if (!server.public_url.empty()) return server.public_url;
  if (server.port == 0) return {};
  auto host = server.listen == "0.0.0.0" ? "127.0.0.1" : server.listen == "::" ? "::1" : server.listen;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  const bool tls = server.development_certificate || !server.certificate.empty();
  return fmt::format("{}://{}:{}", tls ? "https" : "http", host, server.port);
}

std::string_view mend_of(const Error& error) {
  switch (error.code) {
    case Errc::unauthenticated:
      return "user name or password is wrong; or the gateway asks another Open-Xchange server than this command";
    case Errc::not_found:
      return "use a mail address that Open-Xchange knows as the user's own or as one in his address book";
    case Errc::access_denied:
      return "let server.public_url be the address that clients use";
    case Errc::unsupported:
      return "the server must offer MAPI over HTTP";
    default:
      return kSeeLog;
  }
}

}  // namespace

void Check::gateway() {
  if (!find_gateway() || !reach_gateway()) return;
  const auto http = gateway_client();
  if (!http) return list_.failure("Gateway: HTTP", http.error().what, "correct --ca");
  const bool offered = offers_login(**http);
  plain_http(**http);
  if (!offered) return list_.skipped("Gateway: Autodiscover", "no login is offered");
  autodiscover_json(**http);
  if (options_.user.empty()) return list_.skipped("Gateway: Autodiscover", "no --user");
  if (!refused_.empty()) return list_.skipped("Gateway: Autodiscover", refused_);
  Access access;
  access.server = gateway_url_;
  access.user = options_.user;
  access.email = mail_address();
  access.password = options_.password;
  access.ca_file = gateway_ca_;
  access.longest_wait = kStepTime;
  auto web = Web::create(loop_, std::move(access));
  if (!web) return list_.failure("Gateway: Autodiscover", web.error().what, mend_of(web.error()));
  autodiscover_pox(**web);
}

// By --server, by the configuration, or as Outlook finds it from the mail address.
bool Check::find_gateway() {
  gateway_ca_ = options_.ca_file;
  gateway_url_ = options_.server;
  if (config_) {
    if (gateway_url_.empty()) gateway_url_ = origin_of(config_->server);
    if (gateway_ca_.empty() && config_->server.development_certificate)
      gateway_ca_ = config_->store.directory + "/tls/ca.pem";
    if (gateway_url_.empty()) {
      list_.skipped("Gateway: everything", "server.port 0 is a free port, known only to the gateway: use --server");
      return false;
    }
  } else if (gateway_url_.empty()) {
    gateway_url_ = find_by_address(loop_, list_, mail_address(), gateway_ca_);
    if (gateway_url_.empty()) return false;
  }
  while (!gateway_url_.empty() && gateway_url_.back() == '/') gateway_url_.pop_back();
  const auto url = net::url_parts(gateway_url_);
  if ((url.scheme != "https" && url.scheme != "http") || url.host.empty()) {
    list_.failure("Gateway: address", gateway_url_ + " is not a web address", "give it as https://gateway.example.com");
    return false;
  }
  if (url.scheme == "http" && !app::is_local(url.host)) {
    list_.failure("Gateway: address", "passwords would travel unencrypted",
                  "use https; Outlook refuses Basic authentication without it");
    return false;
  }
  return true;
}

bool Check::reach_gateway() {
  const auto url = net::url_parts(gateway_url_);
  const bool configured = config_ && options_.server.empty();
  NetworkCheck network(
      loop_, list_,
      {"Gateway", url.host, url.port, gateway_ca_, true, configured ? "server.public_url" : "--server", "--ca"});
  return (url.scheme == "https" ? network.connect_tls() : network.connect()) != nullptr;
}

Result<std::unique_ptr<net::HttpClient>> Check::gateway_client() {
  net::HttpClientOptions options;
  options.ca_file = gateway_ca_;
  return net::HttpClient::create(loop_.executor(), std::move(options));
}

// Without a password: what does it say to somebody who is not signed in?
bool Check::offers_login(net::HttpClient& http) {
  constexpr auto kStep = "Gateway: HTTP";
  const auto answer = knock_at_autodiscover(loop_, http, gateway_url_);
  if (!answer) {
    list_.failure(kStep, answer.error().what, "what answers at this address is no gateway: check address and port");
    return false;
  }
  switch (answer->status) {
    case 401:
      break;
    case 403:
      list_.failure(kStep, "accepts no passwords here (HTTP 403)",
                    "a proxy that does TLS must stand in server.trusted_proxies and set X-Forwarded-Proto");
      return false;
    case 404:
    case 405:
      list_.failure(kStep, fmt::format("knows no Autodiscover (HTTP {})", answer->status),
                    "let the proxy pass /autodiscover and /mapi on to the gateway");
      return false;
    default:
      list_.failure(kStep, fmt::format("answers with HTTP {} instead of asking for a login", answer->status), kSeeLog);
      return false;
  }
  const auto ways = answer->headers.all("WWW-Authenticate");
  if (std::none_of(ways.begin(), ways.end(), [](auto way) { return ascii_iequals(way.substr(0, 5), "Basic"); })) {
    list_.failure(kStep, "does not offer Basic authentication",
                  "let the proxy pass the header WWW-Authenticate on and not ask for logins itself");
    return false;
  }
  list_.good(kStep, "asks for a login");
  return true;
}

void Check::plain_http(net::HttpClient& http) {
  constexpr auto kStep = "Gateway: plain HTTP";
  const auto url = net::url_parts(gateway_url_);
  if (url.scheme == "http") return list_.good(kStep, "on loopback only");
  const auto host = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
  const auto port = url.port == kHttps ? kHttp : url.port;
  const auto answer = knock_at_autodiscover(loop_, http, fmt::format("http://{}:{}", host, port));
  if (!answer) return list_.good(kStep, "is not answered");
  if (answer->status == 401 || answer->status == 200)
    return list_.failure(kStep, fmt::format("asks for passwords on port {} without TLS", port),
                         "let port 80 only redirect to https, or close it");
  list_.good(kStep, fmt::format("passwords are refused (HTTP {})", answer->status));
}

void Check::autodiscover_json(net::HttpClient& http) {
  constexpr auto kStep = "Gateway: Autodiscover (JSON)";
  const auto address = mail_address();
  const auto answer = ask_json(loop_, http, gateway_url_, address.empty() ? "somebody@example.com" : address);
  if (!answer)
    return list_.warning(kStep, answer.error().what,
                         "let /autodiscover/autodiscover.json reach the gateway without a login");
  const auto host = net::url_parts(*answer).host;
  if (!ascii_iequals(host, net::url_parts(gateway_url_).host))
    return list_.warning(kStep, fmt::format("leads to {}", *answer),
                         "let server.public_url be the address that clients use");
  list_.good(kStep, *answer);
}

void Check::autodiscover_pox(Web& web) {
  constexpr auto kStep = "Gateway: Autodiscover (XML)";
  auto settings = web.autodiscover();
  if (!settings) {
    list_.failure(kStep, settings.error().what, mend_of(settings.error()));
    return list_.skipped("Gateway: mailbox", "Autodiscover does not say where it is");
  }
  settings_ = std::move(*settings);
  if (!settings_.mapi_http || settings_.mapi_http->mail_store.empty() || settings_.legacy_dn.empty()) {
    list_.failure(kStep, "the answer offers no MAPI over HTTP", "the server must offer MAPI over HTTP");
    return list_.skipped("Gateway: mailbox", "Autodiscover does not say where it is");
  }
  const auto there = net::url_parts(settings_.mapi_http->mail_store);
  const auto here = net::url_parts(gateway_url_);
  if (!ascii_iequals(there.host, here.host) || there.scheme != here.scheme || there.port != here.port) {
    // The password goes only to the server that was named.
    list_.failure(kStep, fmt::format("sends Outlook to {}://{}:{}", there.scheme, there.host, there.port),
                  "let server.public_url be the address that clients use, and use the same with --server");
    return list_.skipped("Gateway: mailbox", "it is at another address than the one that is checked");
  }
  list_.good(kStep, settings_.smtp_address);
  mailbox(web);
  address_book(web);
}

void Check::mailbox(Web& web) {
  MapiClient client(web, settings_.mapi_http->mail_store);
  if (const auto connected = client.connect(settings_.legacy_dn); !connected) {
    list_.failure("Gateway: Connect", connected.error().what, mend_of(connected.error()));
    return list_.skipped("Gateway: Logon", "there is no connection");
  }
  list_.good("Gateway: Connect");
  const auto logon = client.log_on(settings_.legacy_dn);
  if (!logon)
    list_.failure("Gateway: Logon", logon.error().what, mend_of(logon.error()));
  else if (logon->mailbox_guid.is_zero())
    list_.failure("Gateway: Logon", "the mailbox has no GUID", kSeeLog);
  else
    list_.good("Gateway: Logon", "the mailbox opens");
  (void)client.disconnect();
}

void Check::address_book(Web& web) {
  constexpr auto kStep = "Gateway: address book";
  if (settings_.mapi_http->address_book.empty())
    return list_.failure(kStep, "Autodiscover names none",
                         "Outlook makes no profile without: see the server's settings");
  AddressBookClient book(web, settings_.mapi_http->address_book);
  if (const auto bound = book.bind(); !bound) return list_.failure(kStep, bound.error().what, mend_of(bound.error()));
  if (const auto own = book.find_dn(settings_.legacy_dn); !own)
    list_.failure(kStep, "the user's own entry: " + own.error().what,
                  "the user must see himself in the global address book of Open-Xchange");
  else
    list_.good(kStep, "holds the user's own entry");
  (void)book.unbind();
}

}  // namespace oxb::cli
