// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A TCP relay on loopback that makes a server look as far away as wanted.
#include <chrono>
#include <cstdint>
#include <memory>

namespace oxb::testing {

class Relay {
 public:
  explicit Relay(std::uint16_t server_port);
  ~Relay();
  Relay(const Relay&) = delete;

  std::uint16_t port() const;
  // Half of it lies on each way, in order and without a limit of bytes; a connection costs one round trip more, as
  // TCP's handshake would. For what arrives from now on.
  void set_round_trip(std::chrono::milliseconds time);
  // How often a client spoke after it had been answered (or had connected), over all connections.
  std::uint64_t turns() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace oxb::testing
