// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// RTF as tokens: group braces, control words and symbols, bytes of text.
#include <cstdint>
#include <optional>
#include <string_view>

namespace oxb::rtf {

enum class Lexeme { open, close, word, symbol, byte, character, end };

struct RtfToken {
  Lexeme kind = Lexeme::end;
  std::string_view name;               // of a control word
  std::optional<std::int32_t> number;  // its parameter
  char value = 0;                      // symbol: the character; byte: of \'hh; character: literal text
};

class Lexer {
 public:
  explicit Lexer(std::string_view rtf) : s_(rtf) {}
  RtfToken next();

 private:
  RtfToken control();
  std::string_view s_;
  std::size_t at_ = 0;
};

}  // namespace oxb::rtf
