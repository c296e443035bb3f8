// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Bounded JSON reading, and typed access to the fields of an object of the OX HTTP API.
#include "model/common.h"

#include <boost/json/fwd.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::oxjson {

namespace json = boost::json;

// Broken UTF-8 and lone surrogate escapes inside strings become U+FFFD: one bad item must not spoil a whole answer.
// Anything else that is not JSON is malformed; so is nesting beyond 64 levels.
Result<json::value> parse(std::string_view text);

// Ids come as strings or numbers, depending on module and release.
std::optional<std::string> text_of(const json::value& value);      // string, integer or decimal number
std::optional<std::int64_t> integer_of(const json::value& value);  // number without fraction, or its text
std::optional<bool> boolean_of(const json::value& value);          // bool, "true", "false", 0, 1

// Dates of the API: ms since 1970 of midnight UTC.
std::optional<model::Date> date_from_ms(std::int64_t ms);  // empty outside the years 1 ... 9999
std::int64_t ms_from_date(const model::Date& date);

// Reads an object's fields; what nobody asked for is left for RawFields. Absent and null are the same. A field of an
// impossible type makes the reader fail; the first such field is reported by check().
class Reader {
 public:
  explicit Reader(const json::object& object) : object_(object) {}

  const json::value* take(std::string_view field);  // nullptr: absent or null
  bool present(std::string_view field) const;       // there, and not null
  std::string text(std::string_view field);
  std::optional<std::int64_t> integer(std::string_view field);
  std::optional<std::int32_t> int32(std::string_view field);
  std::optional<bool> boolean(std::string_view field);
  std::optional<Instant> instant(std::string_view field);
  std::optional<model::Date> date(std::string_view field);
  RemoteId id(std::string_view field) { return RemoteId{text(field)}; }
  RemoteId positive_id(std::string_view field);                  // 0 and negative: nobody
  std::vector<std::string> texts(std::string_view field);        // an array of strings
  std::vector<std::string> comma_texts(std::string_view field);  // "a,b,c"
  std::span<const json::value> array(std::string_view field);
  const json::object* object(std::string_view field);

  void drop(std::string_view field) { taken_.insert(field); }  // known and of no interest
  void wrong(std::string_view field);
  Result<> check() const;
  // Everything not taken, as JSON text. Nulls are left out.
  model::RawFields rest() const;

 private:
  const json::object& object_;
  std::set<std::string_view> taken_;
  std::string wrong_;
};

std::string join_commas(const std::vector<std::string>& texts);

// Writes fields that have a value; nothing for empty ones.
class Writer {
 public:
  Writer& text(std::string_view field, const std::string& value);
  Writer& number(std::string_view field, std::optional<std::int64_t> value);
  Writer& numeric_id(std::string_view field, const RemoteId& value);  // a number where it is one, else a string
  Writer& instant(std::string_view field, std::optional<Instant> value);
  Writer& date(std::string_view field, const std::optional<model::Date>& value);
  Writer& texts(std::string_view field, const std::vector<std::string>& values);
  Writer& value(std::string_view field, json::value value);
  // Raw fields that are not written yet; unreadable ones are left out.
  Writer& raw(const model::RawFields& fields);
  bool has(std::string_view field) const;
  json::object take() { return std::move(object_); }

 private:
  json::object object_;
};

}  // namespace oxb::oxjson
