// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Bytes -> structs. The first error wins; later reads yield zero and do not move. The field path of an error is
// collected while the calls return, so that a decode without error pays nothing for it.
#include "base/bytes.h"
#include "wire/limits.h"
#include "wire/visit.h"

#include <bit>
#include <cstring>
#include <string>
#include <string_view>

namespace oxb::wire {

class Reader {
 public:
  static constexpr bool kReads = true;

  explicit Reader(ByteView in, const Parameters& parameters = {}, Limits limits = {})
      : begin_(in.data()), at_(in.data()), end_(in.data() + in.size()), limits_(limits), parameters_(parameters) {}

  // One named field.
  template <class F>
  void operator()(std::string_view name, F&& field) {
    if (failed_) return;
    visit(*this, field);
    if (failed_) [[unlikely]]
      add_context(name);
  }
  // One element of a list.
  template <class F>
  void element(std::size_t index, F&& field) {
    if (failed_) return;
    visit(*this, field);
    if (failed_) [[unlikely]]
      add_index(index);
  }

  bool failed() const { return failed_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  std::size_t position() const { return static_cast<std::size_t>(at_ - begin_); }
  ByteView rest() const { return {at_, left()}; }
  // The first error wins.
  void set_error(Errc code, std::string_view what);

  template <class T>
  T number() {
    if (left() < sizeof(T)) [[unlikely]] {
      set_error(Errc::malformed, "truncated");
      return T{};
    }
    T x;
    std::memcpy(&x, at_, sizeof(T));
    at_ += sizeof(T);
    static_assert(std::endian::native == std::endian::little, "swap here for other hosts");
    return x;
  }
  ByteView take(std::size_t count) {
    if (left() < count) [[unlikely]] {
      set_error(Errc::malformed, "truncated");
      return {};
    }
    const ByteView out(at_, count);
    at_ += count;
    return out;
  }
  // A byte string or list length that must still be there.
  bool claim(std::uint64_t count, std::string_view what);
  // One list element against the limit.
  bool spend() {
    if (limits_.elements == 0) [[unlikely]] {
      set_error(Errc::limit, "too many elements");
      return false;
    }
    --limits_.elements;
    return true;
  }
  bool enter() {
    if (++depth_ > limits_.depth) [[unlikely]] {
      set_error(Errc::limit, "nested too deeply");
      return false;
    }
    return true;
  }
  void leave() { --depth_; }

  // Confines reading to the next `count` bytes until close_window(); the inside must consume all of them.
  const std::byte* open_window(std::size_t count);
  void close_window(const std::byte* outer_end);

  template <class T>
  const T* parameter() const {
    return parameters_.find<T>();
  }
  Parameters& parameters() { return parameters_; }

  // Error, or the complaint that bytes are left over.
  Result<> finish();
  // Error only.
  Result<> status() const;

 private:
  void add_context(std::string_view name);
  void add_index(std::size_t index);

  const std::byte* begin_;
  const std::byte* at_;
  const std::byte* end_;
  Limits limits_;
  std::size_t depth_ = 0;
  bool failed_ = false;
  Errc code_ = Errc::malformed;
  std::string what_;
  std::string path_;
  Parameters parameters_;
};

}  // namespace oxb::wire
