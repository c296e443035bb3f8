// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Any byte string -> a valid struct: property tests and fuzzing.
#include "base/bytes.h"
#include "wire/limits.h"
#include "wire/visit.h"

#include <cstring>
#include <string>
#include <string_view>

namespace oxb::wire {

class Generator {
 public:
  static constexpr bool kReads = true;

  explicit Generator(ByteView seed, const Parameters& parameters = {}) : seed_(seed), parameters_(parameters) {}

  template <class F>
  void operator()(std::string_view, F&& field) {
    visit(*this, field);
  }
  template <class F>
  void element(std::size_t, F&& field) {
    visit(*this, field);
  }

  bool failed() const { return false; }
  std::uint8_t next() { return at_ < seed_.size() ? std::to_integer<std::uint8_t>(seed_[at_++]) : std::uint8_t{0}; }
  template <class T>
  T number() {
    T x{};
    std::byte raw[sizeof(T)];
    for (auto& b : raw) b = static_cast<std::byte>(next());
    std::memcpy(&x, raw, sizeof(T));
    return x;
  }
  // 0 ... bound - 1
  std::size_t pick(std::size_t bound) { return bound == 0 ? 0 : next() % bound; }
  Bytes blob(std::size_t bound = 12);
  std::string utf8(std::size_t bound = 9);   // no NUL; a little outside ASCII
  std::string ascii(std::size_t bound = 9);  // no NUL
  // Lists grow small and stop when the seed is used up.
  std::size_t count(std::size_t bound = 5) { return at_ < seed_.size() ? pick(bound) : 0; }
  bool enter() {
    ++depth_;
    return true;
  }
  void leave() { --depth_; }
  bool is_deep() const { return depth_ > 24; }

  template <class T>
  const T* parameter() const {
    return parameters_.find<T>();
  }
  Parameters& parameters() { return parameters_; }

 private:
  ByteView seed_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  Parameters parameters_;
};

}  // namespace oxb::wire
