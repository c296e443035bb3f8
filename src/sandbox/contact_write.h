// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "sandbox/contact_fields.h"

namespace oxb::sandbox {

// Changes of one contact after all checks (rights, concurrency, lengths, address book rules). The new last-modified
// value.
Ox<std::int64_t> update_contact(Call& call, Contact& contact, const json::object& changes, std::int64_t sent_timestamp);
// Search patterns: * and ? are wildcards, and a pattern matches at the start of the text or of one of its words.
bool pattern_matches(std::string_view pattern, std::string_view text);
bool wildcard_matches(std::string_view pattern, std::string_view text);  // the whole text, case ignored

}  // namespace oxb::sandbox
