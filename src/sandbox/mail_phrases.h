// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What the people of the sample company and their customers write, in many languages and the character sets of old and
// new mail programs. Only data.
#include <cstdint>
#include <span>
#include <string_view>

namespace oxb::sandbox {

struct Writer {
  std::string_view name, address;
};
struct Charset {
  std::string_view name;  // as the mail says it
  std::uint32_t code_page;
};
struct Language {
  std::string_view tag;
  std::span<const Charset> charsets;
  std::span<const Writer> writers;  // outside the company
  std::string_view reply;           // "AW: "
  std::span<const std::string_view> subjects;
  std::string_view greeting;  // {} is the name
  std::span<const std::string_view> sentences;
  std::string_view closing;
};
std::span<const Language> languages();

}  // namespace oxb::sandbox
