// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Modules `contacts` and `addressbooks`: opening, and the writing actions.
#include "sandbox/contact_fields.h"
#include "sandbox/folders.h"

namespace oxb::sandbox {

// The folder by the name forms that the call's module takes. CON-2011, FLD-0008, CON-0103.
Ox<Folder> contact_folder(const Call& call, std::string_view id);
std::string contact_folder_name(const Call& call, std::int64_t folder);  // "32" or "con://0/32"
Ox<std::int64_t> contact_id(std::string_view text);                      // CON-0261
bool may_read(const Call& call, const Folder& folder, const Contact& contact);
// CON-0104, CON-0125.
Ox<Contact> readable_contact(const Call& call, const Folder& folder, std::int64_t id);

Ox<Answer> new_contact(Call& call);
Ox<Answer> update_contact_action(Call& call);
Ox<Answer> delete_contacts(Call& call);
Ox<Answer> copy_contact(Call& call);

// Checks and stores a new contact. The folder's rights have been checked.
Ox<Contact> create_contact(Call& call, const Folder& folder, const json::object& body);
// Changes of one contact after all checks (rights, concurrency, lengths, address book rules). The new last-modified
// value.
Ox<std::int64_t> update_contact(Call& call, Contact& contact, const json::object& changes, std::int64_t sent_timestamp);
// Parameter `timestamp` as this module reports its absence: SVL-0010 with "null".
Ox<std::int64_t> contact_timestamp(const Call& call);

// Search patterns: * and ? are wildcards; case does not count.
bool wildcard_matches(std::string_view pattern, std::string_view text);  // the whole text
bool pattern_matches(std::string_view pattern, std::string_view text);   // anywhere in the text
bool word_starts_with(std::string_view start, std::string_view text);

Ox<Answer> search_contacts(Call& call);
Ox<Answer> advanced_search(Call& call);
Ox<Answer> autocomplete(Call& call);

}  // namespace oxb::sandbox
