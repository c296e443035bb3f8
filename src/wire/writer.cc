// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire/writer.h"

#include <fmt/format.h>

namespace oxb::wire {

void Writer::set_error(Errc code, std::string_view what) {
  if (failed_) return;
  failed_ = true;
  code_ = code;
  what_ = what;
}

void Writer::too_long(std::uint64_t size, std::size_t width, std::string_view what) {
  set_error(Errc::limit, fmt::format("{} {} does not fit {} bytes", what, size, width));
}

void Writer::add_context(std::string_view name) {
  if (!path_.empty()) path_.insert(0, ".");
  path_.insert(0, name);
}

Result<> Writer::status() const {
  if (!failed_) return {};
  return fail(code_, path_.empty() ? what_ : fmt::format("{} in {}", what_, path_));
}

Result<Bytes> Writer::finish() && {
  OXB_CHECK(status());
  return std::move(out_);
}

}  // namespace oxb::wire
