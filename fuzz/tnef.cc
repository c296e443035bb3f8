// parts: convert
// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/tnef/tnef.h"

#include "convert/message.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oxb;
  const auto bytes = std::as_bytes(std::span(data, size));
  static_cast<void>(tnef::parse(bytes));
  std::string mail = "Content-Type: application/ms-tnef\nContent-Transfer-Encoding: 8bit\n\n\x78\x9f\x3e\x22";
  mail += as_text(bytes);
  static_cast<void>(convert::message_from_mime(as_bytes(mail), {}));
  return 0;
}
