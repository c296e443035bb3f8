// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire/generator.h"

namespace oxb::wire {

Bytes Generator::blob(std::size_t bound) {
  Bytes out(count(bound));
  for (auto& b : out) b = static_cast<std::byte>(next());
  return out;
}

std::string Generator::ascii(std::size_t bound) {
  std::string out;
  for (auto n = count(bound); n > 0; --n) out.push_back(static_cast<char>(1 + next() % 127));
  return out;
}

std::string Generator::utf8(std::size_t bound) {
  std::string out;
  for (auto n = count(bound); n > 0; --n) {
    const auto pick = next();
    if (pick < 200) {
      out.push_back(static_cast<char>(0x20 + pick % 95));
    } else if (pick < 230) {
      out += "\xC3";
      out.push_back(static_cast<char>(0x80 + pick % 64));
    } else if (pick < 250) {
      out += "\xE6\x97\xA5";  // U+65E5
    } else {
      out += "\xF0\x9F\x93\xA7";  // U+1F4E7: a surrogate pair in UTF-16
    }
  }
  return out;
}

}  // namespace oxb::wire
