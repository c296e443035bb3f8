// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Texts that are too long for their fields: which one it is, and what is known beforehand.
#include "format/oxjson/columns.h"
#include "format/oxjson/envelope.h"

#include <boost/json/object.hpp>

namespace oxb::oxjson {

std::size_t count_characters(std::string_view utf8);

// Module chronos has no columns. Characters; bytes from 65535 on.
struct TextLimit {
  std::string_view field;
  std::uint32_t limit;
};
std::span<const TextLimit> event_limits();

// Errc::limit with the field's name where a text of the object is longer than the server takes.
Result<> check_limits(const boost::json::object& object, std::span<const Column> columns);
Result<> check_limits(const boost::json::object& object, std::span<const TextLimit> limits);

// The field a server refused for its length: as it says, or that member of what was sent which is as long as it says.
// Empty where the error is of another kind or nothing fits.
std::string too_long_field(const ServerError& error, const boost::json::object& sent, std::span<const Column> columns);

}  // namespace oxb::oxjson
