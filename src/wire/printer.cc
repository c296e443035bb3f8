// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire/printer.h"

#include <fmt/format.h>

namespace oxb::wire {

void Printer::begin_line(std::string_view name) { out_.append(depth_ * 2, ' ').append(name).append(": "); }
void Printer::begin_index(std::size_t index) { out_ += fmt::format("{:{}}[{}] ", "", depth_ * 2, index); }
void Printer::value(std::string_view text) { out_.append(text).push_back('\n'); }
void Printer::unsigned_number(std::uint64_t x) { out_ += x < 10 ? fmt::format("{}\n", x) : fmt::format("{:#x}\n", x); }
void Printer::signed_number(std::int64_t x) { out_ += fmt::format("{}\n", x); }
void Printer::hidden(std::size_t bytes) { out_ += fmt::format("<private, {} bytes>\n", bytes); }

void Printer::hex(ByteView bytes) {
  constexpr std::size_t kShown = 64;
  if (bytes.size() <= kShown || shows_private())
    out_ += fmt::format("({}) {}\n", bytes.size(), to_hex(bytes));
  else
    out_ += fmt::format("({}) {}...\n", bytes.size(), to_hex(bytes.first(kShown)));
}

void Printer::quoted(std::string_view utf8) {
  out_ += '"';
  for (const char c : utf8) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (u < 0x20 || u == 0x7F) {
      out_ += fmt::format("\\x{:02x}", u);
    } else {
      out_ += c;
    }
  }
  out_ += "\"\n";
}

void Printer::begin_list(std::size_t count) {
  out_ += fmt::format("{} items\n", count);
  ++depth_;
}

bool Printer::enter() {
  // A struct starts on its own line; its fields follow, indented.
  while (!out_.empty() && out_.back() == ' ') out_.pop_back();
  if (!out_.empty() && out_.back() != '\n') out_ += '\n';
  ++depth_;
  return true;
}

}  // namespace oxb::wire
