// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Structs -> text, one field a line, nested by two blanks: `oxbridge decode`, golden files.
#include "base/bytes.h"
#include "wire/limits.h"
#include "wire/visit.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace oxb::wire {

enum class Privacy { hide, show };  // mail content, names and credentials

class Printer {
 public:
  static constexpr bool kReads = false;

  explicit Printer(Privacy privacy = Privacy::hide, const Parameters& parameters = {})
      : privacy_(privacy), parameters_(parameters) {}

  template <class F>
  void operator()(std::string_view name, const F& field) {
    begin_line(name);
    visit(*this, field);
  }
  template <class F>
  void element(std::size_t index, const F& field) {
    begin_index(index);
    visit(*this, field);
  }

  bool failed() const { return false; }
  bool shows_private() const { return privacy_ == Privacy::show; }
  // Ends the current line with a value.
  void value(std::string_view text);
  void unsigned_number(std::uint64_t x);
  void signed_number(std::int64_t x);
  void hex(ByteView bytes);  // long ones are cut unless everything is shown
  void quoted(std::string_view utf8);
  void hidden(std::size_t bytes);
  void begin_list(std::size_t count);
  void end_list() { --depth_; }
  bool enter();
  void leave() { --depth_; }
  // "Name: " at the current depth, for structures that print their own shape.
  void begin_line(std::string_view name);
  void begin_index(std::size_t index);

  template <class T>
  const T* parameter() const {
    return parameters_.find<T>();
  }
  Parameters& parameters() { return parameters_; }
  std::string take() && { return std::move(out_); }
  const std::string& text() const { return out_; }

 private:
  std::string out_;
  std::size_t depth_ = 0;
  Privacy privacy_;
  Parameters parameters_;
};

}  // namespace oxb::wire
