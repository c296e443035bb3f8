// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/ox/reader.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <charconv>

namespace oxb::backend::ox {
namespace {

constexpr std::int64_t kDay = 86'400'000;

}  // namespace

std::optional<Position> parse_position(const model::Position& position) {
  std::string_view text = position.value;
  if (text.empty()) return {};
  Position out;
  for (auto* field : {&out.stamp, &out.anchor, &out.day}) {
    const auto [ptr, error] = std::from_chars(text.data(), text.data() + text.size(), *field);
    if (error != std::errc{}) return {};
    text.remove_prefix(static_cast<std::size_t>(ptr - text.data()));
    if (field == &out.day) return text.empty() ? std::optional(out) : std::nullopt;
    if (text.empty() || text.front() != '/') return {};
    text.remove_prefix(1);
  }
  return {};
}

model::Position print_position(const Position& position) {
  return model::Position{fmt::format("{}/{}/{}", position.stamp, position.anchor, position.day)};
}

Position position_now(std::int64_t stamp, std::int64_t anchor, const Clock& clock) {
  return {stamp, anchor, to_unix_ms(clock.now()) / kDay};
}

bool needs_full_reading(const std::optional<Position>& position, const Context& context) {
  if (!position) return true;
  const auto today = to_unix_ms(context.session->options().clock->now()) / kDay;
  return context.tombstones.count() > 0 && (today - position->day + 1) * kDay > context.tombstones.count();
}

bool is_first_account(const std::string& folder) {
  return folder.starts_with("cal://0/") || folder.starts_with("con://0/") || folder.find("://") == std::string::npos;
}

std::string plain_id(const std::string& folder) {
  if (!is_first_account(folder) || folder.find("://") == std::string::npos) return folder;
  return folder.substr(8);
}

Result<> require_good(const oxjson::Answer& answer, std::string_view doing) {
  if (answer.error) return tl::unexpected(oxjson::to_error(*answer.error, doing));
  if (answer.warning) {
    auto error = oxjson::to_error(*answer.warning, doing);
    error.code = Errc::unavailable;
    return tl::unexpected(std::move(error).in("answered with a warning"));
  }
  return {};
}

Result<std::span<const json::value>> array_of(const oxjson::Answer& answer, std::string_view doing) {
  OXB_CHECK(require_good(answer, doing));
  if (!answer.data.is_array()) return fail(Errc::unavailable, fmt::format("{}: no list in the answer", doing));
  const auto& array = answer.data.get_array();
  return std::span<const json::value>(array.data(), array.size());
}

}  // namespace oxb::backend::ox
