// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// iCalendar and vCard files become items of one user, through the API's own actions.
#include "sandbox/call.h"

#include <boost/json/array.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::sandbox {

struct ImportTarget {
  std::int64_t calendar = 0;  // plain folder ids
  std::int64_t tasks = 0;
  std::int64_t contacts = 0;
};

struct Imported {
  std::int64_t id = 0;
  std::int64_t folder = 0;
  std::int64_t stamp = 0;
  std::string kind;        // event, task, contact, list
  std::string uid;         // in the file; made from the text where it has none
  std::string stored_uid;  // of an event: another one where the first was taken
  std::string occurrence;  // of an event that is one occurrence of a series: which one
};
struct NotImported {
  std::string component;   // VEVENT; ATTACH for an attachment of an item that is there
  std::string uid;         // in the file
  std::string occurrence;  // as above
  std::string reason;      // an error code of the API, or what the file lacks

  std::string what() const;  // "VEVENT <uid>"
};
struct ImportReport {
  std::vector<Imported> made;
  std::vector<NotImported> refused;
};

// Each item stands for itself: one that is refused does not stop the others. What is too long for its field is cut.
ImportReport import_calendar(Sandbox& sandbox, const Session& session, std::string_view text,
                             const ImportTarget& target);
ImportReport import_cards(Sandbox& sandbox, const Session& session, std::string_view text, const ImportTarget& target);

enum class ImportOutput : std::uint8_t { text, json };

// Every .ics and .vcf below a directory, into the default folders of the user ("anton", "anton@context", a mail
// address). Prints a line for each file and each item that was refused; or one JSON object for each file, which also
// names what was made.
Result<> import_tree(Sandbox& sandbox, const std::string& directory, const std::string& user,
                     ImportOutput output = ImportOutput::text);

}  // namespace oxb::sandbox
