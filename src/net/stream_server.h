// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A server of a line protocol: accepts connections and gives each to a handler as a byte stream.
#include "net/stream.h"

#include <cstdint>
#include <functional>
#include <memory>

namespace oxb::net {

// The connection is closed when the handler returns. gone is cancelled when the server stops.
using StreamHandler = std::function<Task<>(std::unique_ptr<Stream> stream, CancelToken gone)>;

class StreamServer {
 public:
  virtual ~StreamServer() = default;
  // port 0 picks a free one. Beyond so many connections at a time further ones are closed at once. unavailable: cannot
  // bind, with address and reason.
  static Result<std::unique_ptr<StreamServer>> listen(Executor executor, const std::string& address, std::uint16_t port,
                                                      std::size_t connections, StreamHandler handler);
  virtual std::uint16_t port() const = 0;
  // Stops accepting, tells the handlers, and waits for them up to the deadline.
  virtual Task<void> stop(Wait wait) = 0;
};

}  // namespace oxb::net
