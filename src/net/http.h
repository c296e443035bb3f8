// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// HTTP messages as values; the server and the client below both speak in them.
#include "base/bytes.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oxb::net {

// Header names compare case-insensitively; order and repetition are kept.
class HttpHeaders {
 public:
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  void set(std::string_view name, std::string value);
  // First value, or empty.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct HttpRequest {
  std::string method;                                      // "GET"
  std::string path;                                        // percent-decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;  // percent-decoded, order kept
  std::string target;                                      // as received
  HttpHeaders headers;
  Bytes body;                  // bounded by the server's limit
  std::string client_address;  // numeric, without port
  bool secure = false;         // came over our own TLS
  // First value of a query parameter, or nullptr.
  const std::string* parameter(std::string_view name) const;
  // Value of a cookie, or empty.
  std::string_view cookie(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;
  Bytes body;
  static HttpResponse text(int status, std::string_view text, std::string content_type = "text/plain; charset=utf-8");
};

std::string percent_encode(std::string_view text);  // RFC 3986 unreserved characters stay
std::string percent_decode(std::string_view text);  // a broken escape stays as it is

}  // namespace oxb::net
