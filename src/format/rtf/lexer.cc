// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/rtf/lexer.h"

#include <algorithm>

namespace oxb::rtf {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

RtfToken Lexer::next() {
  while (at_ < s_.size()) {
    const char c = s_[at_];
    if (c == '\r' || c == '\n' || c == '\0') {
      ++at_;
      continue;
    }
    if (c == '{' || c == '}') {
      ++at_;
      return {c == '{' ? Lexeme::open : Lexeme::close, {}, {}, 0};
    }
    if (c == '\\') return control();
    ++at_;
    return {Lexeme::character, {}, {}, c};
  }
  return {};
}

RtfToken Lexer::control() {
  ++at_;
  if (at_ >= s_.size()) return {};
  const char c = s_[at_];
  if (!is_letter(c)) {
    ++at_;
    if (c == '\'' && at_ + 1 < s_.size()) {
      const int high = hex_digit(s_[at_]), low = hex_digit(s_[at_ + 1]);
      if (high >= 0 && low >= 0) {
        at_ += 2;
        return {Lexeme::byte, {}, {}, static_cast<char>(high << 4 | low)};
      }
      return next();
    }
    if (c == '\r' || c == '\n') return {Lexeme::word, "par", {}, 0};
    return {Lexeme::symbol, {}, {}, c};
  }
  const auto start = at_;
  while (at_ < s_.size() && is_letter(s_[at_]) && at_ - start < 32) ++at_;
  RtfToken token{Lexeme::word, s_.substr(start, at_ - start), {}, 0};
  const bool negative = at_ + 1 < s_.size() && s_[at_] == '-' && is_digit(s_[at_ + 1]);
  if (negative) ++at_;
  if (at_ < s_.size() && is_digit(s_[at_])) {
    std::int64_t value = 0;
    for (int n = 0; at_ < s_.size() && is_digit(s_[at_]); ++at_)
      if (n++ < 10) value = value * 10 + (s_[at_] - '0');
    value = std::min<std::int64_t>(value, 0x7FFF'FFFF);
    token.number = static_cast<std::int32_t>(negative ? -value : value);
  }
  if (at_ < s_.size() && s_[at_] == ' ') ++at_;
  if (token.name == "bin" && token.number && *token.number > 0)
    at_ += std::min<std::size_t>(static_cast<std::size_t>(*token.number), s_.size() - at_);
  return token;
}

}  // namespace oxb::rtf
