// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/pages.h"

#include <fmt/format.h>

namespace oxb::front {

namespace {

net::HttpResponse page(int status, std::string_view title, std::string_view body) {
  auto response = net::HttpResponse::text(
      status,
      fmt::format("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title>\n"
                  "<style>body{{font-family:sans-serif;max-width:40em;margin:3em auto;padding:0 1em}}"
                  "td{{padding-right:1em}}</style></head>\n<body><h1>{0}</h1>\n{1}</body></html>\n",
                  title, body),
      "text/html; charset=utf-8");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  response.headers.add("X-Content-Type-Options", "nosniff");
  return response;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '&')
      out += "&amp;";
    else
      out.push_back(c);
  }
  return out;
}

std::string duration(std::chrono::seconds time) {
  const auto s = time.count();
  if (s >= 86'400) return fmt::format("{} d {} h", s / 86'400, s % 86'400 / 3600);
  if (s >= 3600) return fmt::format("{} h {} min", s / 3600, s % 3600 / 60);
  return fmt::format("{} min {} s", s / 60, s % 60);
}

}  // namespace

net::HttpResponse start_page(const std::string& public_url) {
  return page(
      200, "Oxbridge",
      fmt::format("<p>This is a gateway between Microsoft Outlook and an Open-Xchange server.</p>\n"
                  "<p>In Outlook add an account with your mail address and your usual password; Outlook finds the "
                  "rest when your domain's Autodiscover address points here ({}).</p>\n"
                  "<p><a href=\"/status\">State of the gateway</a></p>\n",
                  escaped(public_url)));
}

net::HttpResponse status_page(const GatewayState& state) {
  return page(
      200, "State of the gateway",
      fmt::format("<table>\n<tr><td>State</td><td>{}</td></tr>\n<tr><td>Running for</td><td>{}</td></tr>\n"
                  "<tr><td>Outlook sessions</td><td>{}</td></tr>\n<tr><td>Address book sessions</td><td>{}</td></tr>\n"
                  "</table>\n",
                  state.stopping ? "shutting down" : "running", duration(state.up), state.mail_contexts,
                  state.address_book_contexts));
}

net::HttpResponse health(const GatewayState& state) {
  auto response = net::HttpResponse::text(state.stopping ? 503 : 200, state.stopping ? "stopping\n" : "ok\n");
  response.headers.add("Cache-Control", "no-store");
  return response;
}

net::HttpResponse endpoint_page(std::string_view endpoint) {
  return page(200, endpoint, "<p>This address is for Outlook. It is reachable, and your login is accepted.</p>\n");
}

net::HttpResponse not_found() { return page(404, "Not found", "<p>There is nothing at this address.</p>\n"); }

}  // namespace oxb::front
