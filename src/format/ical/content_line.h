// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What iCalendar (RFC 5545 3.1) and vCard (2.1, RFC 2426, RFC 6350) have in common: folded lines "NAME;PARAM=x:value"
// inside BEGIN/END. Forgiving where files of the wild are broken, bounded everywhere. Values stay raw: a value that
// means nothing is the reader's business and never vanishes unseen.
#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::ical {

struct Parameter {
  std::string name;  // upper case; "TYPE" where a vCard 2.1 value stands alone
  std::vector<std::string> values;
  bool operator==(const Parameter&) const = default;
};

struct ContentLine {
  std::string group;  // "item1" of "item1.TEL"
  std::string name;   // upper case
  std::vector<Parameter> parameters;
  std::string value;  // UTF-8, unfolded, quoted-printable undone; backslashes still in it

  // The first value of a parameter, empty where absent.
  std::string_view parameter(std::string_view name) const;
  // Whether one of the values of all parameters of that name is the given one, without case.
  bool has(std::string_view name, std::string_view value) const;
  bool operator==(const ContentLine&) const = default;
};

struct Component {
  std::string name;  // upper case
  std::vector<ContentLine> lines;
  std::vector<Component> children;

  const ContentLine* find(std::string_view name) const;
  std::vector<const ContentLine*> find_all(std::string_view name) const;
};

struct TextLimits {
  std::size_t bytes = 64 * 1024 * 1024;
  std::size_t components = 200'000;
  std::size_t depth = 16;
};

// The outermost components. Text outside of any is ignored. limit: too large or nested too deeply.
Result<std::vector<Component>> parse_components(std::string_view text, TextLimits limits = {});

// RFC 5545 3.3.11: \n \, \; \\ undone.
std::string unescape(std::string_view value);
std::string escape(std::string_view text);
// Splits at unescaped separators; the parts are still escaped.
std::vector<std::string_view> split_escaped(std::string_view value, char separator);
// "NAME;PARAM=x:value" folded at 75 octets, never inside a UTF-8 character, with CRLF.
std::string fold(std::string_view line);

}  // namespace oxb::ical
