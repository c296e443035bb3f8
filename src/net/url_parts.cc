// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/url_parts.h"

#include "base/text.h"

#include <charconv>

namespace oxb::net {

UrlParts url_parts(std::string_view url) {
  UrlParts parts;
  parts.path = "/";
  const auto colon = url.find("://");
  if (colon == std::string_view::npos) return parts;
  parts.scheme = ascii_lower(url.substr(0, colon));
  parts.port = parts.scheme == "https" ? 443 : parts.scheme == "http" ? 80 : 0;
  url.remove_prefix(colon + 3);
  const auto end = std::min(url.find_first_of("/?#"), url.size());
  auto authority = url.substr(0, end);
  if (const auto rest = url.substr(end, url.find('#') - end); !rest.empty())
    parts.path = rest.front() == '/' ? std::string(rest) : "/" + std::string(rest);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  auto port_at = authority.rfind(':');
  if (!authority.empty() && authority.front() == '[') {
    const auto bracket = authority.find(']');
    if (bracket == std::string_view::npos) return parts;
    parts.host = std::string(authority.substr(1, bracket - 1));
    if (port_at != std::string_view::npos && port_at < bracket) port_at = std::string_view::npos;
  } else {
    parts.host = ascii_lower(authority.substr(0, port_at));
  }
  if (port_at != std::string_view::npos) {
    const auto digits = authority.substr(port_at + 1);
    std::uint16_t port = 0;
    if (const auto [p, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
        ec == std::errc() && p == digits.data() + digits.size())
      parts.port = port;
  }
  return parts;
}

}  // namespace oxb::net
