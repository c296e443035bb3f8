// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/oxjson/limits.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <array>

namespace oxb::oxjson {
namespace {

namespace json = boost::json;

constexpr std::array<TextLimit, 8> kEvents = {{{"summary", 255},
                                               {"location", 255},
                                               {"description", 65535},
                                               {"color", 32},
                                               {"url", 767},
                                               {"relatedTo", 767},
                                               {"rrule", 255},
                                               {"uid", 1024}}};

Result<> check_text(const json::object& object, std::string_view field, std::uint32_t limit) {
  const auto* value = object.if_contains(field);
  if (value == nullptr || !value->is_string() || limit == 0) return {};
  const std::string_view text = value->get_string();
  const auto length = limit >= 65535 ? text.size() : count_characters(text);
  if (length <= limit) return {};
  return fail(Errc::limit, fmt::format("field {} is too long ({} of at most {})", field, length, limit));
}

}  // namespace

std::size_t count_characters(std::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

std::span<const TextLimit> event_limits() { return kEvents; }

Result<> check_limits(const json::object& object, std::span<const Column> columns) {
  for (const auto& column : columns) {
    if (column.kind == ColumnKind::text) OXB_CHECK(check_text(object, column.name, column.limit));
  }
  return {};
}

Result<> check_limits(const json::object& object, std::span<const TextLimit> limits) {
  for (const auto& [field, limit] : limits) OXB_CHECK(check_text(object, field, limit));
  return {};
}

std::string too_long_field(const ServerError& error, const json::object& sent, std::span<const Column> columns) {
  if (error.problematic.empty() || errc_of(error) != Errc::limit) return {};
  const auto& problem = error.problematic.front();
  if (const auto* column = find_column(columns, static_cast<int>(problem.id)); column != nullptr)
    return std::string(column->name);
  for (const auto& [field, value] : sent) {
    if (!value.is_string() || !problem.length) continue;
    const std::string_view text = value.get_string();
    const auto length = static_cast<std::size_t>(*problem.length);
    if (text.size() == length || count_characters(text) == length) return std::string(field);
  }
  return {};
}

}  // namespace oxb::oxjson
