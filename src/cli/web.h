// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The web side of the MAPI/HTTP client: one user's requests to one server, one after the other.
#include "base/secret.h"
#include "net/event_loop.h"
#include "net/http_client.h"
#include "proto/autodiscover/pox.h"

#include <memory>
#include <string>

namespace oxb::cli {

struct Access {
  std::string server;  // "https://gateway.example.com", without a path
  std::string user;    // login name
  std::string email;   // mail address; empty: the login name
  Secret password;
  std::string ca_file;
  bool verify_certificates = true;
  std::chrono::seconds longest_wait = std::chrono::hours(1);  // shortens every call's own time
  const std::string& address() const { return email.empty() ? user : email; }
};

// Blocks the calling thread; the waiting happens on the loop's threads.
class Web {
 public:
  static Result<std::unique_ptr<Web>> create(net::EventLoop& loop, Access access);

  const Access& access() const { return access_; }
  // unauthenticated: the server refused the name or the password (401). Other statuses are the caller's business.
  Result<net::HttpResponse> call(net::HttpCall call, std::chrono::seconds time = std::chrono::seconds(60));
  // Follows redirects of both kinds inside the answers, at most ten. not_found: the server knows no such mailbox.
  Result<autodiscover::Settings> autodiscover();

  // One MAPI/HTTP request [MS-OXCMAPIHTTP] 2.2.2: the body behind DONE. Errors name the X-ResponseCode.
  Result<Bytes> mapi(const std::string& url, std::string_view request_type, Bytes body, net::CookieJar& cookies,
                     std::chrono::seconds time = std::chrono::seconds(120));

 private:
  Web(net::EventLoop& loop, Access access, std::unique_ptr<net::HttpClient> http);

  net::EventLoop& loop_;
  Access access_;
  std::unique_ptr<net::HttpClient> http_;
  std::string request_guid_;
  unsigned requests_ = 0;
};

}  // namespace oxb::cli
