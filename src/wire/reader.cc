// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire/reader.h"

#include <fmt/format.h>

namespace oxb::wire {

void Reader::set_error(Errc code, std::string_view what) {
  if (failed_) return;
  failed_ = true;
  code_ = code;
  what_ = fmt::format("{} at byte {}", what, position());
  at_ = end_;
}

bool Reader::claim(std::uint64_t count, std::string_view what) {
  if (failed_) return false;
  if (count <= left()) return true;
  set_error(Errc::malformed, fmt::format("{} {} exceeds the remaining {} bytes", what, count, left()));
  return false;
}

const std::byte* Reader::open_window(std::size_t count) {
  const auto* outer = end_;
  if (!claim(count, "length")) return outer;
  end_ = at_ + count;
  return outer;
}

void Reader::close_window(const std::byte* outer_end) {
  if (!failed_ && at_ != end_) set_error(Errc::malformed, fmt::format("{} unused bytes in a sized block", left()));
  end_ = outer_end;
  if (failed_) at_ = end_;
}

void Reader::add_context(std::string_view name) {
  if (path_.empty())
    path_ = name;
  else if (path_.front() == '[')
    path_.insert(0, name);
  else
    path_.insert(0, ".").insert(0, name);
}

void Reader::add_index(std::size_t index) {
  const auto text = fmt::format("[{}]", index);
  if (path_.empty() || path_.front() == '[')
    path_.insert(0, text);
  else
    path_.insert(0, ".").insert(0, text);
}

Result<> Reader::status() const {
  if (!failed_) return {};
  return fail(code_, path_.empty() ? what_ : fmt::format("{} in {}", what_, path_));
}

Result<> Reader::finish() {
  if (!failed_ && left() != 0) set_error(Errc::malformed, fmt::format("{} trailing bytes", left()));
  return status();
}

}  // namespace oxb::wire
