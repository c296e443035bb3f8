// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Errors as Open-Xchange reports them: a code, its category and its arguments.
#include "base/result.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace oxb::sandbox {

namespace json = boost::json;

struct OxError {
  OxError(std::string_view code_text, json::array parameters);
  // A failure of our own (SQLite, broken JSON in the file): SVL-0011, as every fault inside the server.
  explicit OxError(const Error& error);  // NOLINT: used by OXB_TRY across the two error types

  std::string code;
  int category = 8;
  std::string text;         // for people
  std::string description;  // for logs
  json::array parameters;
  json::array problematic;
  json::array truncated;

  // Adds one entry to problematic, and to truncated when the category is TRUNCATED.
  OxError&& too_long(int column, std::size_t length, std::size_t limit) &&;
  // The members error, error_params, categories, category, code, error_id, error_desc ... added to the object.
  void write(json::object& to) const;
  OxError as_warning() const;
};

template <class T = void>
using Ox = tl::expected<T, OxError>;

template <class... Args>
auto ox_fail(std::string_view code, const Args&... args) {
  json::array parameters;
  (parameters.emplace_back(json::value(args)), ...);
  return tl::unexpected(OxError(code, std::move(parameters)));
}

std::string_view category_name(int category);

}  // namespace oxb::sandbox
