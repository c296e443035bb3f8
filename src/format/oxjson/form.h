// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>

namespace oxb::oxjson {

enum class Form : std::uint8_t {
  full,      // as a server answers: with ids, stamps and computed fields
  writable,  // what a client may send to create an object
};

}  // namespace oxb::oxjson
