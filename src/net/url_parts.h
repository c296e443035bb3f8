// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace oxb::net {

struct UrlParts {
  std::string scheme;      // lower case; empty when this is no absolute URL
  std::string host;        // without brackets
  std::uint16_t port = 0;  // the scheme's own where the URL names none
  std::string path;        // with the query; at least "/"
};
// Lenient: for messages and configuration. A user name in the URL is dropped.
UrlParts url_parts(std::string_view url);

}  // namespace oxb::net
