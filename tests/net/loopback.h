// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A server on loopback, development certificates, and a raw connection to say to it what a client never would.
#include "base/text.h"
#include "net/event_loop.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "net/stream.h"
#include "net/tls.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace oxb::net {

inline Wait soon() { return Wait::upto(std::chrono::seconds(20)); }

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    auto name = (std::filesystem::temp_directory_path() / "oxbridge-test-XXXXXX").string();
    if (::mkdtemp(name.data())) path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline Task<void> answer_with(HttpExchange& exchange, HttpResponse response) {
  co_await exchange.respond(std::move(response));
}

// Everything the peer sends until it closes, or until enough() says so.
inline Task<std::string> read_until(Stream& stream, std::function<bool(const std::string&)> enough, Wait wait) {
  std::string text;
  std::byte buffer[4096];
  while (!enough(text)) {
    const auto size = co_await stream.read(buffer, wait);
    if (!size || *size == 0) break;
    text.append(reinterpret_cast<const char*>(buffer), *size);
  }
  co_return text;
}
inline Task<std::string> read_all(Stream& stream, Wait wait) {
  co_return co_await read_until(
      stream, [](const std::string&) { return false; }, wait);
}

// Sends text on a fresh connection and returns all that comes back until the server closes.
inline Task<std::string> talk(std::uint16_t port, std::string text) {
  auto stream = co_await Stream::connect("127.0.0.1", port, soon());
  if (!stream) co_return "cannot connect: " + stream.error().what;
  co_await (*stream)->write(as_bytes(text), soon());
  co_return co_await read_all(**stream, soon());
}

}  // namespace oxb::net
