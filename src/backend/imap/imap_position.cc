// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/imap/imap_position.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string_view>

namespace oxb::backend {
namespace {

using Member = std::uint64_t ImapPosition::*;
constexpr std::array kFields = {
    std::pair{'v', Member{&ImapPosition::uid_validity}}, std::pair{'m', Member{&ImapPosition::mod_seq}},
    std::pair{'n', Member{&ImapPosition::uid_next}},     std::pair{'b', Member{&ImapPosition::below}},
    std::pair{'d', Member{&ImapPosition::flags_done}},   std::pair{'t', Member{&ImapPosition::flags_target}},
};

}  // namespace

model::Position print_position(const ImapPosition& position) {
  std::string text = "1";
  for (const auto& [letter, member] : kFields)
    if (position.*member != 0) text += fmt::format(" {}={}", letter, position.*member);
  return model::Position{std::move(text)};
}

Result<ImapPosition> parse_position(const model::Position& position) {
  auto text = std::string_view(position.value);
  if (text.substr(0, 2) != "1 ") return fail(Errc::invalid, "not a position in a mail folder");
  ImapPosition result;
  text.remove_prefix(1);
  while (!text.empty()) {
    if (text.size() < 4 || text[0] != ' ' || text[2] != '=') return fail(Errc::invalid, "broken position");
    Member member = nullptr;
    for (const auto& [letter, field] : kFields)
      if (letter == text[1]) member = field;
    if (member == nullptr) return fail(Errc::invalid, "unknown field in a position");
    text.remove_prefix(3);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result.*member);
    if (error != std::errc()) return fail(Errc::invalid, "broken position");
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  if (result.uid_validity == 0 || result.uid_next == 0) return fail(Errc::invalid, "incomplete position");
  return result;
}

}  // namespace oxb::backend
