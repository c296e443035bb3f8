// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/contact_write.h"

#include "base/text.h"

namespace oxb::sandbox {
namespace {

bool glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

bool wildcard_matches(std::string_view pattern, std::string_view text) {
  return glob(fold_case(pattern), fold_case(text));
}

bool pattern_matches(std::string_view pattern, std::string_view text) {
  const auto wanted = fold_case(pattern) + "*";
  const auto folded = fold_case(text);
  for (std::size_t at = 0; at <= folded.size(); ++at) {
    if ((at == 0 || folded[at - 1] == ' ') && glob(wanted, std::string_view(folded).substr(at))) return true;
  }
  return false;
}

Ox<std::int64_t> update_contact(Call& call, Contact& contact, const json::object& changes,
                                std::int64_t sent_timestamp) {
  if (contact.modified > sent_timestamp) return ox_fail("CON-0119");
  for (const auto& [name, value] : changes) contact.data[name] = value;
  contact.modified = call.stamp();
  store_contact(call.db, call.context, contact);
  return contact.modified;
}

}  // namespace oxb::sandbox
