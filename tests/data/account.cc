// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/data/account.h"

#include "base/sqlite.h"
#include "base/text.h"
#include "proto/mapi/value.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <set>
#include <sstream>

namespace oxb::data {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestTitle = 255;
constexpr std::string_view kPlaceholder = "This message could not be shown: ";

std::string text(const json::object& object, const char* name) {
  const auto& value = object.at(name);
  return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

std::string component_of(const std::string& kind) {
  return kind == "event" ? "VEVENT" : kind == "task" ? "VTODO" : "VCARD";
}

std::string instant_text(std::optional<Instant> time) {
  return time ? mapi::time_text(mapi::file_time(*time)) : std::string("no time");
}

// Letters, digits and signs of a header block: what every way to read it must agree on.
std::string signs_of(std::string_view headers) {
  std::string out;
  for (const char c : headers)
    if (c > ' ' && c < 0x7F) out += c;
  return out;
}

// Without the line that mbox puts before a mail.
std::string_view mail_of(std::string_view bytes) {
  if (bytes.starts_with("From ") && bytes[bytes.find_first_not_of(' ', 4)] != ':')
    bytes.remove_prefix(bytes.find('\n') + 1);
  return bytes;
}

std::string_view header_block(std::string_view bytes) {
  bytes = mail_of(bytes);
  return bytes.substr(0, std::min(bytes.find("\n\n"), bytes.find("\r\n\r\n")));
}

std::string with_crlf(std::string_view bytes) {
  std::string out;
  for (const char c : mail_of(bytes)) {
    if (c == '\n' && !out.ends_with('\r')) out += '\r';
    out += c;
  }
  return out;
}

class Accountant {
 public:
  Accountant(const std::map<std::string, ImportedFile>& imports, const std::vector<SeenItem>& seen,
             const Quarantine& quarantine)
      : imports_(imports), seen_(seen), quarantine_(quarantine), used_(seen.size(), 0) {}

  void file(const SourceFile& source) {
    counts(source).files += 1;
    counts(source).items += source.items.size();
    if (source.items.empty())
      out.nothing.push_back({source.path.filename(), name_of_kind(source),
                             source.others.empty() ? "it holds no component" : "only " + source.others});
    if (source.kind == FileKind::mail) return mail(source);
    const auto found = imports_.find(source.path.string());
    if (found == imports_.end()) {
      for (const auto& item : source.items) missing(source, item, "the import did not read the file");
      return;
    }
    pim(source, found->second);
  }

  void finish() {
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const auto& item = seen_[i];
      if (used_[i] == 0 && !is_derived(item)) out.extra.push_back({item.folder, item.message_class, title(item)});
      for (const auto& problem : item.problems) out.wrong.push_back({item.folder, title(item), problem});
      if (item.row_subject != item.subject)
        out.wrong.push_back({item.folder, title(item), "the table shows another subject: " + item.row_subject});
    }
  }

  Account out;

 private:
  static std::string name_of_kind(const SourceFile& source) { return std::string(name_of(source.kind)); }
  static std::string title(const SeenItem& item) { return item.subject.empty() ? item.display_name : item.subject; }
  // Birthdays in a calendar of their own, which the server makes from contacts; the user's entry in the address book.
  static bool is_derived(const SeenItem& item) {
    return item.folder.find("irthday") != std::string::npos || item.folder.starts_with("Public Folders");
  }

  Account::Counts& counts(const SourceFile& source) { return out.counts[static_cast<std::size_t>(source.kind)]; }
  void missing(const SourceFile& source, const SourceItem& item, std::string why) {
    out.missing.push_back({source.path.filename(), item.component + " " + item.title, std::move(why)});
  }
  void wrong(const SourceFile& source, const SourceItem& item, std::string why) {
    out.wrong.push_back({source.path.filename(), item.component + " " + item.title, std::move(why)});
  }

  // --- calendars and contacts

  void pim(const SourceFile& source, const ImportedFile& import) {
    std::vector<bool> made(import.made.size()), refused(import.refused.size());
    std::vector<const SourceItem*> left;
    // By UID first; then what has none, in the order of the file.
    for (const auto& item : source.items)
      if (item.uid.empty() || !place(source, item, import, made, refused, true)) left.push_back(&item);
    for (const auto* item : left)
      if (!place(source, *item, import, made, refused, false)) missing(source, *item, "the import does not name it");
    for (std::size_t i = 0; i < made.size(); ++i)
      if (!made[i]) extra_date(source, import.made[i]);
    for (std::size_t i = 0; i < refused.size(); ++i) {
      const auto& each = import.refused[i];
      if (refused[i] || source.items.empty()) {
        if (source.items.empty()) out.nothing.back().reason += ": " + each.reason;
        continue;
      }
      auto& list = each.component == "ATTACH" ? out.refused : out.ignored;
      list.push_back({source.path.filename(), each.component + " " + each.uid, each.reason});
    }
  }

  bool place(const SourceFile& source, const SourceItem& item, const ImportedFile& import, std::vector<bool>& made,
             std::vector<bool>& refused, bool by_uid) {
    for (std::size_t i = 0; i < made.size(); ++i) {
      const auto& each = import.made[i];
      if (made[i] || component_of(each.kind) != item.component || each.occurrence.empty() != item.occurrence.empty())
        continue;
      if (by_uid && (each.uid != item.uid || !each.occurrence.ends_with(item.occurrence))) continue;
      made[i] = true;
      imported(source, item, each);
      return true;
    }
    for (std::size_t i = 0; i < refused.size(); ++i) {
      const auto& each = import.refused[i];
      if (refused[i] || each.component != item.component) continue;
      if (by_uid && each.uid != item.uid) continue;
      refused[i] = true;
      counts(source).refused += 1;
      out.refused.push_back({source.path.filename(), item.component + " " + item.title, each.reason});
      return true;
    }
    for (const auto& each : import.refused) {  // the file as a whole
      if (each.component != "VCALENDAR" && each.component != "file") continue;
      counts(source).refused += 1;
      out.refused.push_back({source.path.filename(), item.component + " " + item.title, each.reason});
      return true;
    }
    return false;
  }

  // An RDATE of a series is an event of its own in the groupware.
  void extra_date(const SourceFile& source, const ImportedFile::Made& made) {
    const bool known = !made.occurrence.empty() &&
                       std::any_of(source.items.begin(), source.items.end(),
                                   [&](const auto& item) { return item.uid.empty() || item.uid == made.uid; });
    if (!known) return out.extra.push_back({source.path.filename(), made.kind, made.uid});
    SourceItem item;
    item.component = "VEVENT";
    if (event(item, made) == nullptr) missing(source, item, "an extra date (RDATE) is not to be seen");
  }

  void imported(const SourceFile& source, const SourceItem& item, const ImportedFile::Made& made) {
    const auto* seen = item.component == "VEVENT" ? event(item, made) : by_title(item);
    if (seen != nullptr) {
      counts(source).readable += 1;
      return compare(source, item, *seen);
    }
    const auto reason = quarantine_.find(made.id);
    if (reason == quarantine_.end()) return missing(source, item, "imported, but not to be seen");
    counts(source).quarantined += 1;
    out.quarantined.push_back({source.path.filename(), item.component + " " + item.title, reason->second});
  }

  const SeenItem* event(const SourceItem& item, const ImportedFile::Made& made) {
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const auto& seen = seen_[i];
      if (seen.uid != made.stored_uid || is_derived(seen)) continue;
      if (!seen.recurrence || item.occurrence.empty()) {
        if (used_[i]++ != 0) continue;
        return &seen;
      }
      // One exception with its embedded message for each changed occurrence.
      const auto embedded = std::count_if(seen.files.begin(), seen.files.end(),
                                          [](const auto& f) { return f.hidden && f.message != nullptr; });
      const auto taken = ++occurrences_[i];
      if (taken > seen.recurrence->exceptions.size() || taken > static_cast<std::size_t>(embedded)) return nullptr;
      return &seen;
    }
    return nullptr;
  }

  const SeenItem* by_title(const SourceItem& item) {
    const std::string_view kind = item.component == "VTODO" ? "IPF.Task" : "IPF.Contact";
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (used_[i] != 0 || seen_[i].container_class != kind || is_derived(seen_[i])) continue;
      if (title(seen_[i]) != item.title && seen_[i].display_name != item.title) continue;
      used_[i] = 1;
      return &seen_[i];
    }
    return nullptr;
  }

  void compare(const SourceFile& source, const SourceItem& item, const SeenItem& seen) {
    if (item.component == "VCARD") {
      if (seen.addresses.size() != std::min<std::size_t>(item.addresses, 3))
        wrong(source, item, fmt::format("{} e-mail addresses instead of {}", seen.addresses.size(), item.addresses));
      const auto all = signs_of(seen.all_text + seen.body);
      for (const auto& field : item.fields)
        if (all.find(signs_of(field)) == std::string::npos) wrong(source, item, "does not say " + field);
      return;
    }
    if (!item.occurrence.empty()) return;
    if (!item.text.empty() && signs_of(seen.body) != signs_of(item.text))
      wrong(source, item,
            fmt::format("says \"{}\" instead of \"{}\"", seen.body.substr(0, 80), item.text.substr(0, 80)));
    if (seen.files.size() < item.files)
      wrong(source, item, fmt::format("{} attachments instead of {}", seen.files.size(), item.files));
    if (item.component != "VEVENT") return;
    if (trim(seen.location) != trim(item.location)) wrong(source, item, "is at " + seen.location);
    if (seen.recipients < item.people)
      wrong(source, item, fmt::format("{} people instead of {}", seen.recipients, item.people));
    if (item.end && seen.end != item.end)
      wrong(source, item, fmt::format("ends {} instead of {}", instant_text(seen.end), instant_text(item.end)));
    // The groupware holds 255 characters, and libical knows no space at the end.
    const auto title = seen.subject.size() >= kLongestTitle ? item.title.substr(0, seen.subject.size()) : item.title;
    if (trim(seen.subject) != trim(title)) wrong(source, item, "seen as " + seen.subject);
    if (seen.recurring != item.recurring) wrong(source, item, seen.recurring ? "a series" : "not a series");
    if (item.start && seen.start != item.start)
      wrong(source, item, fmt::format("starts {} instead of {}", instant_text(seen.start), instant_text(item.start)));
  }

  // --- mails

  void mail(const SourceFile& source) {
    const auto& item = source.items.front();
    const auto* seen = find(source);
    if (seen == nullptr) return missing(source, item, "not to be seen");
    if (is_placeholder(*seen)) {
      counts(source).quarantined += 1;
      auto reason = seen->body.substr(kPlaceholder.size());
      reason.resize(std::min(reason.size(), reason.find('\r')));
      out.quarantined.push_back({source.path.filename(), "mail " + item.title, std::move(reason)});
      return;
    }
    counts(source).readable += 1;
    if (item.plain_title && seen->subject != item.title) wrong(source, item, "seen as " + seen->subject);
    if (item.start && seen->submitted != item.start)
      wrong(source, item,
            fmt::format("sent {} instead of {}", instant_text(seen->submitted), instant_text(item.start)));
    if (item.from.find('@') != std::string::npos &&
        signs_of(item.from).find(signs_of(seen->from_address)) == std::string::npos)
      wrong(source, item, "sent by " + seen->from_address);
  }

  const SeenItem* find(const SourceFile& source) {
    const auto* found = find_mail(seen_, source, [&](std::size_t i) { return used_[i] == 0; });
    if (found != nullptr) used_[static_cast<std::size_t>(found - seen_.data())] = 1;
    return found;
  }

  const std::map<std::string, ImportedFile>& imports_;
  const std::vector<SeenItem>& seen_;
  const Quarantine& quarantine_;
  std::vector<int> used_;
  std::map<std::size_t, std::size_t> occurrences_;
};

void print(std::ostream& out, const char* heading, const std::vector<Account::Line>& lines) {
  if (lines.empty()) return;
  out << '\n' << heading << ":\n";
  for (const auto& line : lines) out << fmt::format("  {}: {}: {}\n", line.file, line.item, line.reason);
}

}  // namespace

Result<std::map<std::string, ImportedFile>> read_import(const std::string& output) {
  std::map<std::string, ImportedFile> files;
  std::istringstream in(output);
  try {
    for (std::string line; std::getline(in, line);) {
      const auto object = json::parse(line).as_object();
      auto& file = files[text(object, "file")];
      for (const auto& each : object.at("made").as_array()) {
        const auto& o = each.as_object();
        file.made.push_back(
            {text(o, "kind"), text(o, "id"), text(o, "uid"), text(o, "stored_uid"), text(o, "occurrence")});
      }
      for (const auto& each : object.at("refused").as_array()) {
        const auto& o = each.as_object();
        file.refused.push_back({text(o, "component"), text(o, "uid"), text(o, "occurrence"), text(o, "reason")});
      }
    }
  } catch (const std::exception& error) {
    return fail(Errc::malformed, std::string("output of the import: ") + error.what());
  }
  return files;
}

Result<Quarantine> read_quarantine(const std::string& store) {
  Quarantine all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(store)) {
    if (entry.path().extension() != ".sqlite") continue;
    OXB_TRY(const auto db, Sqlite::open(entry.path().string()));
    {
      OXB_TRY(auto table, db->prepare("SELECT 1 FROM sqlite_master WHERE name = 'quarantine'"));
      OXB_TRY(const auto there, table.step());
      if (!there) continue;
    }
    OXB_TRY(auto rows, db->prepare("SELECT remote, reason FROM quarantine"));
    for (;;) {
      OXB_TRY(const auto more, rows.step());
      if (!more) break;
      all.emplace(rows.text(0), rows.text(1));
    }
  }
  return all;
}

bool is_placeholder(const SeenItem& mail) {
  return mail.files.size() == 1 && mail.files.front().name == "message.eml" && mail.body.starts_with(kPlaceholder);
}

Account account_for(const std::vector<SourceFile>& files, const std::map<std::string, ImportedFile>& imports,
                    const std::vector<SeenItem>& seen, const Quarantine& quarantine) {
  Accountant accountant(imports, seen, quarantine);
  for (const auto& file : files) accountant.file(file);
  accountant.finish();
  return std::move(accountant.out);
}

const SeenItem* find_mail(const std::vector<SeenItem>& seen, const SourceFile& file,
                          const std::function<bool(std::size_t)>& free) {
  const auto headers = signs_of(header_block(file.bytes));
  const auto mail = with_crlf(file.bytes);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i].size != mail.size() || (free && !free(i))) continue;
    const bool original = is_placeholder(seen[i]) && as_text(seen[i].files.front().data) == mail;
    if (original || signs_of(seen[i].headers) == headers) return &seen[i];
  }
  return nullptr;
}

std::ostream& operator<<(std::ostream& out, const Account& account) {
  out << fmt::format("{:<10} {:>7} {:>7} {:>9} {:>12} {:>8} {:>8}\n", "kind", "files", "items", "readable",
                     "quarantined", "refused", "missing");
  for (const auto kind : {FileKind::calendar, FileKind::contacts, FileKind::mail}) {
    const auto& c = account.counts[static_cast<std::size_t>(kind)];
    out << fmt::format("{:<10} {:>7} {:>7} {:>9} {:>12} {:>8} {:>8}\n", name_of(kind), c.files, c.items, c.readable,
                       c.quarantined, c.refused, c.items - c.readable - c.quarantined - c.refused);
  }
  print(out, "Quarantined by the gateway", account.quarantined);
  print(out, "Refused by the groupware", account.refused);
  print(out, "Nothing to import", account.nothing);
  print(out, "Left out, being no item", account.ignored);
  print(out, "MISSING", account.missing);
  print(out, "SEEN WITHOUT A FILE", account.extra);
  print(out, "WRONG", account.wrong);
  return out;
}

}  // namespace oxb::data
