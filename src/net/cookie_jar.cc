// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "net/http_client.h"

namespace oxb::net {

namespace {
constexpr std::size_t kMostCookies = 64;
constexpr std::size_t kLongestCookie = 8 * 1024;

// An expiry in the past or Max-Age<=0 takes the cookie away (RFC 6265 5.3). Other dates do not matter within a session.
bool removes(std::string_view attributes) {
  while (!attributes.empty()) {
    const auto end = std::min(attributes.find(';'), attributes.size());
    const auto part = trim(attributes.substr(0, end));
    attributes.remove_prefix(std::min(end + 1, attributes.size()));
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    const auto key = trim(part.substr(0, equals));
    const auto value = trim(part.substr(equals + 1));
    if (ascii_iequals(key, "Max-Age") && (value == "0" || value.substr(0, 1) == "-")) return true;
    if (ascii_iequals(key, "Expires") && value.find("1970") != std::string_view::npos) return true;
  }
  return false;
}
}  // namespace

void CookieJar::accept(const HttpHeaders& response_headers) {
  for (const auto line : response_headers.all("Set-Cookie")) {
    const auto end = std::min(line.find(';'), line.size());
    const auto pair = trim(line.substr(0, end));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0 || pair.size() > kLongestCookie) continue;
    std::string name(trim(pair.substr(0, equals)));
    if (removes(line.substr(std::min(end + 1, line.size())))) {
      cookies_.erase(name);
    } else if (cookies_.size() < kMostCookies || cookies_.count(name) > 0) {
      cookies_.insert_or_assign(std::move(name), std::string(trim(pair.substr(equals + 1))));
    }
  }
}

std::string CookieJar::header() const {
  std::string line;
  for (const auto& [name, value] : cookies_) {
    if (!line.empty()) line += "; ";
    line += name;
    line += '=';
    line += value;
  }
  return line;
}

}  // namespace oxb::net
