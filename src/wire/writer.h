// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Structs -> bytes. A length that does not fit its field is an error, never cut.
#include "base/bytes.h"
#include "wire/limits.h"
#include "wire/visit.h"

#include <cstring>
#include <limits>
#include <string>
#include <string_view>

namespace oxb::wire {

class Writer {
 public:
  static constexpr bool kReads = false;

  explicit Writer(const Parameters& parameters = {}, Limits limits = {}) : limits_(limits), parameters_(parameters) {}

  template <class F>
  void operator()(std::string_view name, const F& field) {
    if (failed_) return;
    visit(*this, field);
    if (failed_) [[unlikely]]
      add_context(name);
  }
  template <class F>
  void element(std::size_t, const F& field) {
    if (!failed_) visit(*this, field);
  }

  bool failed() const { return failed_; }
  std::size_t size() const { return out_.size(); }
  void set_error(Errc code, std::string_view what);

  template <class T>
  void number(T x) {
    const auto at = grow(sizeof(T));
    std::memcpy(out_.data() + at, &x, sizeof(T));
  }
  void append(ByteView bytes) {
    const auto at = grow(bytes.size());
    if (!bytes.empty()) std::memcpy(out_.data() + at, bytes.data(), bytes.size());
  }
  // Overwrites what number<T>() put at `at`.
  template <class T>
  void patch(std::size_t at, T x) {
    std::memcpy(out_.data() + at, &x, sizeof(T));
  }
  // As number<N>(), with a check that the size fits.
  template <class N>
  N narrow(std::uint64_t size, std::string_view what) {
    if (size > std::numeric_limits<N>::max()) [[unlikely]]
      too_long(size, sizeof(N), what);
    return static_cast<N>(size);
  }
  bool enter() {
    if (++depth_ > limits_.depth) [[unlikely]] {
      set_error(Errc::limit, "nested too deeply");
      return false;
    }
    return true;
  }
  void leave() { --depth_; }
  // Drops everything behind `size`.
  void truncate(std::size_t size) { out_.resize(size); }

  template <class T>
  const T* parameter() const {
    return parameters_.find<T>();
  }
  Parameters& parameters() { return parameters_; }
  Result<Bytes> finish() &&;
  Result<> status() const;
  const Bytes& bytes() const { return out_; }

 private:
  std::size_t grow(std::size_t count) {
    const auto at = out_.size();
    if (at + count > limits_.bytes) [[unlikely]]
      set_error(Errc::limit, "output too large");
    out_.resize(at + count);
    return at;
  }
  void too_long(std::uint64_t size, std::size_t width, std::string_view what);
  void add_context(std::string_view name);

  Bytes out_;
  Limits limits_;
  std::size_t depth_ = 0;
  bool failed_ = false;
  Errc code_ = Errc::limit;
  std::string what_;
  std::string path_;
  Parameters parameters_;
};

}  // namespace oxb::wire
