// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Where every item of every file went: readable through MAPI, quarantined by the gateway or refused by the groupware,
// the latter two with a reason. Whatever is none of these is missing.
#include "tests/data/files.h"
#include "tests/data/mailbox.h"

#include <array>
#include <functional>
#include <iosfwd>
#include <map>

namespace oxb::data {

// The output of `oxsandbox import --json`.
struct ImportedFile {
  struct Made {
    std::string kind, id, uid, stored_uid, occurrence;
  };
  struct Refused {
    std::string component, uid, occurrence, reason;
  };
  std::vector<Made> made;
  std::vector<Refused> refused;
};
Result<std::map<std::string, ImportedFile>> read_import(const std::string& output);

using Quarantine = std::map<std::string, std::string>;  // the backend's id -> reason
// What the stores of a gateway that has ended hold.
Result<Quarantine> read_quarantine(const std::string& store);

struct Account {
  struct Line {
    std::string file, item, reason;
  };
  struct Counts {
    std::size_t files = 0, items = 0, readable = 0, quarantined = 0, refused = 0;
  };
  std::array<Counts, 3> counts{};  // by FileKind
  std::vector<Line> quarantined, refused;
  std::vector<Line> nothing;  // files that hold no item at all
  std::vector<Line> ignored;  // components that are no items, of files that hold some
  std::vector<Line> missing;  // neither seen nor set aside
  std::vector<Line> extra;    // seen, but of no file; or seen twice
  std::vector<Line> wrong;    // seen, but not as the file has it; or not readable throughout
};

Account account_for(const std::vector<SourceFile>& files, const std::map<std::string, ImportedFile>& imports,
                    const std::vector<SeenItem>& seen, const Quarantine& quarantine);
// The seen item of a mail file: with its headers and size, or a placeholder with exactly that file attached. nullptr
// where it is missing. free: which of the seen may be it.
const SeenItem* find_mail(const std::vector<SeenItem>& seen, const SourceFile& file,
                          const std::function<bool(std::size_t)>& free = {});
bool is_placeholder(const SeenItem& mail);
std::ostream& operator<<(std::ostream& out, const Account& account);

}  // namespace oxb::data
