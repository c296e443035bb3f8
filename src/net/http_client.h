// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// All outgoing HTTP, over libcurl multi: proxies, TLS checks, cookies, keep-alive. No redirects are followed.
#include "base/secret.h"
#include "net/http.h"
#include "net/task.h"
#include "net/wait.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace oxb::net {

struct ProxySettings {
  enum class Mode { none, system, fixed } mode = Mode::none;
  std::string host;  // fixed only
  std::uint16_t port = 0;
  std::string user;
  Secret password;
};

struct HttpClientOptions {
  ProxySettings proxy;
  std::string ca_file;              // additional authority in PEM; empty: the system's store
  bool verify_certificates = true;  // false only by configuration, for test installations
  std::string user_agent = "Oxbridge/0.1";
  std::string source_address;  // bind outgoing connections; empty: any
  std::size_t connections_per_host = 16;
  std::chrono::seconds connect_time{15};
};

// Cookies of one session. Not shared between sessions.
class CookieJar {
 public:
  void accept(const HttpHeaders& response_headers);
  std::string header() const;  // "a=b; c=d", empty when there are none
  void clear() { cookies_.clear(); }
  const std::map<std::string, std::string>& cookies() const { return cookies_; }

 private:
  std::map<std::string, std::string> cookies_;
};

struct HttpCall {
  std::string method = "GET";
  std::string url;  // absolute, http or https
  HttpHeaders headers;
  Bytes body;
  std::optional<std::pair<std::string, Secret>> basic;  // user, password
  std::size_t answer_bytes = 64 * 1024 * 1024;          // a longer answer is Errc::limit
  CookieJar* cookies = nullptr;                         // sent, and updated from the answer
  // Never sent again by itself. Otherwise a call whose kept connection breaks before the answer begins is repeated.
  bool once = false;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  static Result<std::unique_ptr<HttpClient>> create(Executor executor, HttpClientOptions options);
  // Resumes on the caller's executor. Any HTTP status is a success here.
  // unavailable: could not connect, name not found, timed out, answer cut short; the text says which and is fit for
  // administrators ("certificate of ox.example.com has expired"). access_denied: certificate refused.
  virtual Task<Result<HttpResponse>> call(HttpCall call, Wait wait) = 0;
};

}  // namespace oxb::net
