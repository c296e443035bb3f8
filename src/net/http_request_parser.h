// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Internal to net: bytes of one HTTP/1.x request to an HttpRequest, within limits. Pure; fuzzed.
#include "base/bytes.h"
#include "base/result.h"
#include "net/http.h"

#include <cstdint>
#include <memory>

namespace oxb::net {

struct RequestLimits {
  std::size_t header_bytes = 32 * 1024;
  std::size_t body_bytes = 64 * 1024 * 1024;
};

class RequestParser {
 public:
  explicit RequestParser(RequestLimits limits);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  // Takes from the front of what has arrived and is not taken yet; returns how much. 0 with !done(): more is needed.
  // Failures: malformed, limit (see status()).
  Result<std::size_t> feed(ByteView bytes);
  bool started() const { return started_; }  // at least one byte of the request was seen
  bool header_done() const;
  bool done() const;
  bool expects_continue() const;  // Expect: 100-continue, HTTP/1.1; known once header_done()
  bool keep_alive() const;
  bool old_protocol() const;              // HTTP/1.0: no chunked answers
  int status() const { return status_; }  // what to answer after a failure: 400, 413, 417, 431, 501, 505
  HttpRequest take();                     // once done()

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  bool started_ = false;
  int status_ = 400;
};

// Splits a request target into path and query (both percent-decoded); also accepts the absolute form.
void split_target(HttpRequest& request);

}  // namespace oxb::net
