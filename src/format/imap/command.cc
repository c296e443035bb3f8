// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/imap/command.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::imap {
namespace {

constexpr std::size_t kLongestQuoted = 1000;

bool is_atom_char(char c) {
  return c > 0x20 && c < 0x7f && std::string_view("(){%*\"\\]").find(c) == std::string_view::npos;
}
bool is_quotable(std::string_view text) {
  return text.size() <= kLongestQuoted && std::all_of(text.begin(), text.end(), [](char c) {
           return c != '\r' && c != '\n' && c != '\0' && static_cast<unsigned char>(c) < 0x80;
         });
}
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

}  // namespace

bool is_atom_text(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_atom_char) && !ascii_iequals(text, "NIL");
}

bool is_flag(std::string_view text) {
  if (!text.empty() && text.front() == '\\') text.remove_prefix(1);
  return !text.empty() && text.size() <= 250 && std::all_of(text.begin(), text.end(), is_atom_char);
}

Command& Command::raw(std::string_view words) {
  mark_verb();
  text_.append(" ").append(words);
  return *this;
}

Command& Command::string(std::string_view text) {
  mark_verb();
  text_.push_back(' ');
  if (is_atom_text(text))
    text_.append(text);
  else if (is_quotable(text))
    text_.append(quoted(text));
  else
    literals_.push_back({text_.size(), std::string(text)});
  return *this;
}

Command& Command::literal(std::string_view bytes) {
  mark_verb();
  text_.push_back(' ');
  literals_.push_back({text_.size(), std::string(bytes)});
  return *this;
}

Command& Command::mailbox(std::string_view name, NameEncoding encoding) {
  const auto wire = name_to_wire(name, encoding);
  if (encoding == NameEncoding::utf8 && is_valid_utf8(wire) && wire.size() <= kLongestQuoted &&
      wire.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos && !is_atom_text(wire)) {
    mark_verb();
    text_.append(" ").append(quoted(wire));  // 8-bit text may stand in quotes then
    return *this;
  }
  return string(wire);
}

std::vector<std::string> Command::pieces(std::string_view tag, LiteralMode mode) const {
  std::vector<std::string> result;
  std::string current = fmt::format("{} ", tag);
  std::size_t at = 0;
  for (const auto& literal : literals_) {
    current.append(text_, at, literal.at - at);
    at = literal.at;
    const bool direct = mode == LiteralMode::plus || (mode == LiteralMode::minus && literal.bytes.size() <= 4096);
    current.append(fmt::format("{{{}{}}}\r\n", literal.bytes.size(), direct ? "+" : ""));
    if (!direct) {
      result.push_back(std::move(current));
      current.clear();
    }
    current.append(literal.bytes);
  }
  current.append(text_, at, std::string::npos).append("\r\n");
  result.push_back(std::move(current));
  return result;
}

}  // namespace oxb::imap
