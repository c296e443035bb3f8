// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The numbered columns of the Open-Xchange HTTP API, with the JSON member each of them is.
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace oxb::oxjson {

enum class ColumnKind : std::uint8_t {
  text,
  number,
  boolean,
  date,       // UTC ms of 00:00 UTC of a day
  time,       // UTC ms plus the offset of the request's time zone
  timestamp,  // UTC ms
  id,         // a string in recent releases, a number before
  array,
  object,
};

struct Column {
  int number;
  std::string_view name;
  ColumnKind kind;
  std::uint32_t limit = 0;      // most characters of a text; 0: none named
  std::string_view label = {};  // how truncation errors call the field (English)
};

std::span<const Column> contact_columns();
std::span<const Column> user_columns();  // what module `user` has beside the contact columns
std::span<const Column> task_columns();
std::span<const Column> folder_columns();
std::span<const Column> attachment_columns();
std::span<const Column> group_columns();

const Column* find_column(std::span<const Column> columns, int number);
const Column* find_column(std::span<const Column> columns, std::string_view name);

}  // namespace oxb::oxjson
