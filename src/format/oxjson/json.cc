// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/oxjson/json.h"

#include "base/text.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace oxb::oxjson {
namespace {

constexpr std::size_t kMaxDepth = 64;

std::optional<unsigned> hex4(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return {};
  unsigned value = 0;
  const auto [ptr, error] = std::from_chars(text.data() + at, text.data() + at + 4, value, 16);
  if (error != std::errc{} || ptr != text.data() + at + 4) return {};
  return value;
}

// Lone surrogates written as escapes become the replacement character.
std::string without_lone_surrogates(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '\\' || i + 1 >= text.size()) {
      out += text[i++];
      continue;
    }
    const auto unit = text[i + 1] == 'u' ? hex4(text, i + 2) : std::nullopt;
    if (!unit || *unit < 0xd800 || *unit > 0xdfff) {
      out.append(text, i, 2);
      i += 2;
      continue;
    }
    const bool pair =
        *unit < 0xdc00 && text.substr(i + 6, 2) == "\\u" && (hex4(text, i + 8).value_or(0) & 0xfc00U) == 0xdc00;
    if (pair) {
      out.append(text, i, 12);
      i += 12;
    } else {
      out += "\\ufffd";
      i += 6;
    }
  }
  return out;
}

// Howard Hinnant's days_from_civil and its inverse.
std::int64_t days_from_civil(std::int64_t y, unsigned m, unsigned d) {
  y -= m <= 2;
  const auto era = (y >= 0 ? y : y - 399) / 400;
  const auto yoe = static_cast<std::int64_t>(y - era * 400);
  const std::int64_t doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  const auto doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

}  // namespace

Result<json::value> parse(std::string_view text) {
  const json::parse_options options{kMaxDepth, false, false, false};
  try {
    json::error_code error;
    auto value = json::parse(text, error, {}, options);
    if (!error) return value;
    const auto mended = without_lone_surrogates(make_valid_utf8(text));
    value = json::parse(mended, error, {}, options);
    if (error) return fail(Errc::malformed, fmt::format("answer of {} bytes is not JSON", text.size()));
    return value;
  } catch (const boost::system::system_error&) {
    return fail(Errc::malformed, fmt::format("answer of {} bytes is not JSON", text.size()));
  }
}

std::optional<std::string> text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_uint64()) return std::to_string(value.get_uint64());
  if (value.is_double()) {
    const auto number = value.get_double();
    if (number == std::floor(number) && std::abs(number) < 1e15) return fmt::format("{:.0f}", number);
    return fmt::format("{}", number);
  }
  return {};
}

std::optional<std::int64_t> integer_of(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64()) return std::nullopt;  // beyond 2^63
  if (value.is_double()) {
    const auto number = value.get_double();
    if (number != std::floor(number) || std::abs(number) > 9e18) return {};
    return static_cast<std::int64_t>(number);
  }
  if (value.is_string()) {
    const auto& s = value.get_string();
    std::int64_t number = 0;
    const auto [ptr, error] = std::from_chars(s.data(), s.data() + s.size(), number);
    if (error == std::errc{} && ptr == s.data() + s.size()) return number;
  }
  return {};
}

std::optional<bool> boolean_of(const json::value& value) {
  if (value.is_bool()) return value.get_bool();
  if (value.is_string()) {
    if (value.get_string() == "true") return true;
    if (value.get_string() == "false") return false;
    return {};
  }
  const auto number = integer_of(value);
  if (number && (*number == 0 || *number == 1)) return *number == 1;
  return {};
}

std::optional<model::Date> date_from_ms(std::int64_t ms) {
  constexpr std::int64_t kDay = 86'400'000;
  const auto z = ms / kDay - (ms % kDay < 0 ? 1 : 0) + 719468;  // rounded down, without overflow
  const auto era = (z >= 0 ? z : z - 146096) / 146097;
  const auto doe = z - era * 146097;
  const auto yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const auto doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const auto mp = (5 * doy + 2) / 153;
  const auto month = mp < 10 ? mp + 3 : mp - 9;
  const auto year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  if (year < 1 || year > 9999) return {};
  return model::Date{static_cast<std::int16_t>(year), static_cast<std::uint8_t>(month),
                     static_cast<std::uint8_t>(doy - (153 * mp + 2) / 5 + 1)};
}

std::int64_t ms_from_date(const model::Date& date) {
  return days_from_civil(date.year, date.month, date.day) * 86'400'000;
}

const json::value* Reader::take(std::string_view field) {
  const auto it = object_.find(field);
  if (it == object_.end()) return nullptr;
  taken_.insert(field);
  return it->value().is_null() ? nullptr : &it->value();
}

bool Reader::present(std::string_view field) const {
  const auto* value = object_.if_contains(field);
  return value != nullptr && !value->is_null();
}

void Reader::wrong(std::string_view field) {
  if (wrong_.empty()) wrong_ = field;
}

Result<> Reader::check() const {
  if (wrong_.empty()) return {};
  return fail(Errc::malformed, "field " + wrong_);
}

std::string Reader::text(std::string_view field) {
  const auto* value = take(field);
  if (value == nullptr) return {};
  auto text = text_of(*value);
  if (!text) wrong(field);
  return text.value_or("");
}

std::optional<std::int64_t> Reader::integer(std::string_view field) {
  const auto* value = take(field);
  if (value == nullptr || (value->is_string() && value->get_string().empty())) return {};
  const auto number = integer_of(*value);
  if (!number) wrong(field);
  return number;
}

std::optional<std::int32_t> Reader::int32(std::string_view field) {
  const auto number = integer(field);
  if (!number) return {};
  if (*number < INT32_MIN || *number > INT32_MAX) {
    wrong(field);
    return {};
  }
  return static_cast<std::int32_t>(*number);
}

std::optional<bool> Reader::boolean(std::string_view field) {
  const auto* value = take(field);
  if (value == nullptr) return {};
  const auto b = boolean_of(*value);
  if (!b) wrong(field);
  return b;
}

std::optional<Instant> Reader::instant(std::string_view field) {
  const auto ms = integer(field);
  if (!ms) return {};
  return from_unix_ms(*ms);
}

std::optional<model::Date> Reader::date(std::string_view field) {
  const auto ms = integer(field);
  if (!ms) return {};
  return date_from_ms(*ms);
}

RemoteId Reader::positive_id(std::string_view field) {
  const auto number = integer(field);
  return RemoteId{number && *number > 0 ? std::to_string(*number) : ""};
}

std::span<const json::value> Reader::array(std::string_view field) {
  const auto* value = take(field);
  if (value == nullptr) return {};
  if (!value->is_array()) {
    wrong(field);
    return {};
  }
  return {value->get_array().data(), value->get_array().size()};
}

const json::object* Reader::object(std::string_view field) {
  const auto* value = take(field);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) {
    wrong(field);
    return nullptr;
  }
  return &value->get_object();
}

std::vector<std::string> Reader::texts(std::string_view field) {
  std::vector<std::string> out;
  for (const auto& value : array(field)) {
    auto text = text_of(value);
    if (!text) {
      wrong(field);
      return {};
    }
    out.push_back(std::move(*text));
  }
  return out;
}

std::vector<std::string> Reader::comma_texts(std::string_view field) {
  std::vector<std::string> out;
  const auto all = text(field);
  for (std::string_view rest = all; !rest.empty();) {
    const auto end = std::min(rest.find(','), rest.size());
    if (const auto one = trim(rest.substr(0, end)); !one.empty()) out.emplace_back(one);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

model::RawFields Reader::rest() const {
  model::RawFields out;
  for (const auto& [key, value] : object_) {
    if (value.is_null() || taken_.contains(key)) continue;
    out.emplace(std::string(key), json::serialize(value));
  }
  return out;
}

std::string join_commas(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) {
    if (!out.empty()) out += ',';
    out += text;
  }
  return out;
}

Writer& Writer::text(std::string_view field, const std::string& value) {
  if (!value.empty()) object_[field] = value;
  return *this;
}

Writer& Writer::number(std::string_view field, std::optional<std::int64_t> value) {
  if (value) object_[field] = *value;
  return *this;
}

Writer& Writer::numeric_id(std::string_view field, const RemoteId& value) {
  if (value.value.empty()) return *this;
  std::int64_t number = 0;
  const auto* end = value.value.data() + value.value.size();
  const auto [ptr, error] = std::from_chars(value.value.data(), end, number);
  if (error == std::errc{} && ptr == end && std::to_string(number) == value.value) {
    object_[field] = number;
  } else {
    object_[field] = value.value;
  }
  return *this;
}

Writer& Writer::instant(std::string_view field, std::optional<Instant> value) {
  if (value) object_[field] = to_unix_ms(*value);
  return *this;
}

Writer& Writer::date(std::string_view field, const std::optional<model::Date>& value) {
  if (value) object_[field] = ms_from_date(*value);
  return *this;
}

Writer& Writer::texts(std::string_view field, const std::vector<std::string>& values) {
  if (values.empty()) return *this;
  json::array array;
  for (const auto& value : values) array.emplace_back(value);
  object_[field] = std::move(array);
  return *this;
}

Writer& Writer::value(std::string_view field, json::value value) {
  object_[field] = std::move(value);
  return *this;
}

Writer& Writer::raw(const model::RawFields& fields) {
  for (const auto& [field, text] : fields) {
    if (object_.contains(field)) continue;
    if (auto value = parse(text)) object_[field] = std::move(*value);
  }
  return *this;
}

bool Writer::has(std::string_view field) const { return object_.contains(field); }

}  // namespace oxb::oxjson
