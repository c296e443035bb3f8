// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/error.h"

#include "sandbox/error_table.h"

#include <boost/json/serialize.hpp>

#include <atomic>

namespace oxb::sandbox {
namespace {

constexpr std::string_view kGenericText =
    "An error occurred inside the server which prevented it from fulfilling the request.";

std::string plain(const json::value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  return json::serialize(value);
}

std::string fill(std::string_view pattern, const json::array& parameters) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '{' && i + 2 < pattern.size() && pattern[i + 2] == '}' && pattern[i + 1] >= '0' &&
        pattern[i + 1] <= '9') {
      const auto index = static_cast<std::size_t>(pattern[i + 1] - '0');
      if (index < parameters.size()) out += plain(parameters[index]);
      i += 2;
    } else {
      out += pattern[i];
    }
  }
  return out;
}

std::string next_error_id() {
  static std::atomic<unsigned> number{0};
  return "-1227681533-" + std::to_string(++number);
}

}  // namespace

std::string_view category_name(int category) {
  switch (category) {
    case 1:
      return "USER_INPUT";
    case 2:
      return "CONFIGURATION";
    case 3:
      return "PERMISSION_DENIED";
    case 4:
      return "TRY_AGAIN";
    case 5:
      return "SERVICE_DOWN";
    case 6:
      return "CONNECTIVITY";
    case 9:
      return "CONFLICT";
    case 11:
      return "CAPACITY";
    case 12:
      return "TRUNCATED";
    case 13:
      return "WARNING";
    default:
      return "ERROR";
  }
}

OxError::OxError(std::string_view code_text, json::array arguments)
    : code(code_text), parameters(std::move(arguments)) {
  for (const auto& row : error_table()) {
    if (row.code != code_text) continue;
    category = row.category;
    text = row.text.empty() ? std::string(kGenericText) : fill(row.text, parameters);
    description = fill(row.description, parameters);
    return;
  }
  text = kGenericText;
  description = code;
}

OxError::OxError(const Error& error) : OxError("SVL-0011", json::array{error.what}) {}

OxError&& OxError::too_long(int column, std::size_t length, std::size_t limit) && {
  problematic.push_back(json::object{{"id", column}, {"length", length}, {"max_size", limit}});
  if (category == 12) truncated.push_back(column);
  return std::move(*this);
}

void OxError::write(json::object& to) const {
  to["error"] = text;
  to["error_params"] = parameters;
  to["categories"] = category_name(category);
  to["category"] = category;
  to["code"] = code;
  to["error_id"] = next_error_id();
  to["error_desc"] = description;
  if (!problematic.empty()) to["problematic"] = problematic;
  if (!truncated.empty()) to["truncated"] = truncated;
}

OxError OxError::as_warning() const {
  OxError copy = *this;
  copy.category = 13;
  return copy;
}

}  // namespace oxb::sandbox
