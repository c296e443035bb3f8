// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/check_places.h"

#include "base/text.h"
#include "cli/check.h"
#include "net/url_parts.h"
#include "proto/autodiscover/pox.h"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include <array>

namespace oxb::cli {
namespace {

std::string domain_of(const std::string& address) {
  const auto at = address.rfind('@');
  return at == std::string::npos ? std::string() : address.substr(at + 1);
}

std::vector<std::string> https_places(const std::string& domain) {
  return {"https://" + domain, "https://autodiscover." + domain};
}

// Where the third place sends Outlook; empty: nowhere.
std::string redirect_of(net::EventLoop& loop, net::HttpClient& http, const std::string& domain) {
  net::HttpCall call;
  call.url = fmt::format("http://autodiscover.{}/autodiscover/autodiscover.xml", domain);
  call.answer_bytes = 1U << 20;
  const auto answer = loop.run(http.call(std::move(call), step_wait()));
  if (!answer || (answer->status != 301 && answer->status != 302)) return {};
  return std::string(answer->headers.get("Location"));
}

std::string srv_of_answer(const unsigned char* bytes, int size) {
  ns_msg message;
  if (ns_initparse(bytes, size, &message) != 0) return {};
  for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
    ns_rr record;
    if (ns_parserr(&message, ns_s_an, i, &record) != 0 || ns_rr_type(record) != ns_t_srv || ns_rr_rdlen(record) < 7)
      continue;
    char name[NS_MAXDNAME];
    if (ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), ns_rr_rdata(record) + 6, name, sizeof name) > 0)
      return make_valid_utf8(name);
  }
  return {};
}

}  // namespace

Result<net::HttpResponse> knock_at_autodiscover(net::EventLoop& loop, net::HttpClient& http,
                                                const std::string& origin) {
  net::HttpCall call;
  call.method = "POST";
  call.url = origin + "/autodiscover/autodiscover.xml";
  call.headers.set("Content-Type", "text/xml; charset=utf-8");
  call.answer_bytes = 1U << 20;
  return loop.run(http.call(std::move(call), step_wait()));
}

Result<std::string> ask_json(net::EventLoop& loop, net::HttpClient& http, const std::string& origin,
                             const std::string& address) {
  net::HttpCall call;
  call.url = fmt::format("{}/autodiscover/autodiscover.json?Email={}&Protocol=AutodiscoverV1", origin,
                         net::percent_encode(address));
  call.answer_bytes = 1U << 20;
  OXB_TRY(const auto response, loop.run(http.call(std::move(call), step_wait())));
  if (response.status != 200) return fail(Errc::not_found, fmt::format("is answered with HTTP {}", response.status));
  OXB_TRY(const auto answer, autodiscover::parse_json(response.body));
  if (answer.url.empty()) return fail(Errc::malformed, "the answer holds no address");
  return answer.url;
}

PlaceAnswer look_at_place(net::EventLoop& loop, net::HttpClient& http, const std::string& origin,
                          const std::string& address, const std::string& gateway_host) {
  using Kind = PlaceAnswer::Kind;
  const auto knocked = knock_at_autodiscover(loop, http, origin);
  if (!knocked)
    return {knocked.error().code == Errc::access_denied ? Kind::certificate : Kind::absent, knocked.error().what};
  if (knocked->status != 401) return {Kind::absent, fmt::format("is no Autodiscover (HTTP {})", knocked->status)};
  const auto named = ask_json(loop, http, origin, address);
  const auto host = named ? net::url_parts(*named).host : std::string();
  if (gateway_host.empty() || ascii_iequals(host, gateway_host) ||
      ascii_iequals(net::url_parts(origin).host, gateway_host))
    return {Kind::ours, named ? "leads to " + *named : "asks for a login"};
  return {Kind::foreign, named ? "leads to " + *named : "another server asks for a login"};
}

std::string srv_target(const std::string& domain) {
  struct __res_state state {};
  if (res_ninit(&state) != 0) return {};
  state.retrans = 2;
  state.retry = 2;
  std::array<unsigned char, 4096> answer{};
  const auto name = "_autodiscover._tcp." + domain;
  const int size = res_nquery(&state, name.c_str(), ns_c_in, ns_t_srv, answer.data(), static_cast<int>(answer.size()));
  res_nclose(&state);
  return size <= 0 ? std::string() : srv_of_answer(answer.data(), std::min<int>(size, static_cast<int>(answer.size())));
}

bool is_example_domain(const std::string& domain) {
  const auto dot = domain.rfind('.');
  const auto last = ascii_lower(dot == std::string::npos ? domain : domain.substr(dot + 1));
  return dot == std::string::npos || last == "example" || last == "test" || last == "invalid" || last == "localhost";
}

std::string find_by_address(net::EventLoop& loop, CheckList& list, const std::string& address,
                            const std::string& ca_file) {
  constexpr auto kStep = "Autodiscover: server";
  constexpr auto kMend = "name the server with --server, or let autodiscover.<domain> lead to it in the DNS";
  const auto domain = domain_of(address);
  if (domain.empty() || is_example_domain(domain)) {
    list.failure(kStep, "no server can be found for this address", kMend);
    return {};
  }
  net::HttpClientOptions options;
  options.ca_file = ca_file;
  const auto http = net::HttpClient::create(loop.executor(), std::move(options));
  if (!http) {
    list.failure(kStep, http.error().what, "correct --ca");
    return {};
  }
  for (const auto& origin : https_places(domain))
    if (look_at_place(loop, **http, origin, address, {}).kind == PlaceAnswer::Kind::ours) {
      list.good(kStep, origin);
      return origin;
    }
  // What a redirect or the DNS alone says gets no password unasked.
  auto hint = redirect_of(loop, **http, domain);
  if (hint.empty()) hint = srv_target(domain);
  list.failure(kStep,
               hint.empty() ? fmt::format("neither {} nor autodiscover.{} answers", domain, domain)
                            : fmt::format("a redirect or SRV record names {}", hint),
               kMend);
  return {};
}

void Check::places() {
  const auto address = mail_address();
  const auto domain = domain_of(address);
  if (domain.empty()) return list_.skipped("Places: everything", "no mail address is known");
  if (is_example_domain(domain))
    return list_.skipped("Places: everything", fmt::format("no DNS knows names like {}", domain));
  const auto gateway_host = net::url_parts(gateway_url_).host;
  if (gateway_host.empty()) return list_.skipped("Places: everything", "the gateway's address is not known");
  const auto http = gateway_client();
  if (!http) return;
  bool found = false;
  for (const auto& origin : https_places(domain)) {
    const auto step = "Places: " + origin;
    const auto answer = look_at_place(loop_, **http, origin, address, gateway_host);
    switch (answer.kind) {
      case PlaceAnswer::Kind::ours:
        list_.good(step, answer.detail);
        found = true;
        break;
      case PlaceAnswer::Kind::foreign:
        list_.warning(step, answer.detail,
                      "Outlook asks its users for a password there: stop that server from answering below "
                      "/autodiscover, or set the registry values ExcludeHttps...Domain");
        break;
      case PlaceAnswer::Kind::certificate:
        list_.warning(
            step, answer.detail,
            "Outlook may warn its users: use a certificate that names this host, or take the name out of the DNS");
        break;
      case PlaceAnswer::Kind::absent:
        list_.good(step, answer.detail + "; Outlook looks further");
        break;
    }
  }
  const auto report = [&](std::string_view what, const std::string& target) {
    const auto step = fmt::format("Places: {}", what);
    if (target.empty()) return list_.good(step, "there is none; Outlook looks further");
    if (ascii_iequals(target, gateway_host)) {
      found = true;
      return list_.good(step, fmt::format("names {}; Outlook asks before it follows", target));
    }
    list_.warning(step, fmt::format("names {}, not the gateway", target), fmt::format("let it name {}", gateway_host));
  };
  report("http redirect at autodiscover." + domain, net::url_parts(redirect_of(loop_, **http, domain)).host);
  report("SRV _autodiscover._tcp." + domain, srv_target(domain));
  if (found) return list_.good("Places: all", "Outlook finds the gateway from the mail address alone");
  list_.warning("Places: all", "Outlook does not find the gateway from the mail address",
                fmt::format("let autodiscover.{} be a name of the gateway in the DNS and in its certificate", domain));
}

}  // namespace oxb::cli
