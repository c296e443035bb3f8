// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/data/files.h"

#include "base/text.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <libical/ical.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace oxb::data {
namespace {

Instant from_seconds(std::int64_t seconds) { return from_unix_ms(seconds * 1000); }

std::string words(const std::set<std::string>& all) {
  std::string out;
  for (const auto& word : all) out += (out.empty() ? "" : ", ") + word;
  return out;
}

// Lines as RFC 5545 3.1 and RFC 2822 2.2.3 fold them; an empty line is kept.
std::vector<std::string> unfolded(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty() && (line[0] == ' ' || line[0] == '\t') && !lines.empty())
      lines.back() += line.substr(1);
    else
      lines.push_back(line);
  }
  return lines;
}

// --- calendars

std::string value_of(const char* text) { return text == nullptr ? std::string() : std::string(trim(text)); }

// tzdata's zone where the name means one, else what the file says.
const icaltimezone* zone_of(const icaltimetype& time, const icaltimezone* otherwise) {
  const auto* own = icaltime_get_timezone(time);
  if (own == nullptr || time.is_date) return otherwise;
  const char* name = icaltimezone_get_location(const_cast<icaltimezone*>(own));
  if (name == nullptr) name = icaltimezone_get_tzid(const_cast<icaltimezone*>(own));
  const auto* known = name == nullptr ? nullptr : icaltimezone_get_builtin_timezone(name);
  return known != nullptr ? known : own;
}

// The first occurrence that the rule names; the start itself, and no series, where EXDATE leaves nothing of the rule.
struct First {
  icaltimetype start;
  bool recurring = false;
};
First first_of(icalcomponent* component, const icaltimetype& start) {
  First first{start, false};
  auto* rule = icalcomponent_get_first_property(component, ICAL_RRULE_PROPERTY);
  auto* iterator = rule == nullptr ? nullptr : icalrecur_iterator_new(icalproperty_get_rrule(rule), start);
  if (iterator == nullptr) return first;
  const auto named = icalrecur_iterator_next(iterator);
  for (auto next = named; !icaltime_is_null_time(next) && !first.recurring; next = icalrecur_iterator_next(iterator)) {
    bool excluded = false;
    for (auto* each = icalcomponent_get_first_property(component, ICAL_EXDATE_PROPERTY); each != nullptr;
         each = icalcomponent_get_next_property(component, ICAL_EXDATE_PROPERTY))
      excluded = excluded || icaltime_compare_date_only(icalproperty_get_exdate(each), next) == 0;
    first.recurring = !excluded;
  }
  if (first.recurring) first.start = named;
  icalrecur_iterator_free(iterator);
  return first;
}

SourceItem item_of(icalcomponent* component, const icaltimezone* zone) {
  SourceItem item;
  item.component = icalcomponent_kind_to_string(icalcomponent_isa(component));
  item.uid = value_of(icalcomponent_get_uid(component));
  item.title = value_of(icalcomponent_get_summary(component));
  if (auto* property = icalcomponent_get_first_property(component, ICAL_RECURRENCEID_PROPERTY))
    item.occurrence = value_of(icalproperty_get_value_as_string(property));
  item.text = value_of(icalcomponent_get_description(component));
  item.location = value_of(icalcomponent_get_location(component));
  item.files = static_cast<std::size_t>(icalcomponent_count_properties(component, ICAL_ATTACH_PROPERTY));
  std::set<std::string> people;
  for (auto* each = icalcomponent_get_first_property(component, ICAL_ATTENDEE_PROPERTY); each != nullptr;
       each = icalcomponent_get_next_property(component, ICAL_ATTENDEE_PROPERTY))
    people.insert(ascii_lower(value_of(icalproperty_get_attendee(each))));
  item.people = people.size();
  const auto start = icalcomponent_get_dtstart(component);
  if (icaltime_is_null_time(start)) return item;
  const auto first = first_of(component, start);
  item.recurring = first.recurring;
  const auto end = icalcomponent_get_dtend(component);
  if (!item.recurring && !icaltime_is_null_time(end))
    item.end = from_seconds(icaltime_as_timet_with_zone(end, zone_of(end, zone)));
  item.start = from_seconds(icaltime_as_timet_with_zone(first.start, zone_of(start, zone)));
  return item;
}

void read_calendar(SourceFile& file, icalcomponent* calendar, const icaltimezone* zone) {
  std::set<std::string> others;
  for (auto* each = icalcomponent_get_first_component(calendar, ICAL_ANY_COMPONENT); each != nullptr;
       each = icalcomponent_get_next_component(calendar, ICAL_ANY_COMPONENT)) {
    const auto kind = icalcomponent_isa(each);
    if (kind == ICAL_VEVENT_COMPONENT || kind == ICAL_VTODO_COMPONENT)
      file.items.push_back(item_of(each, zone));
    else if (kind == ICAL_X_COMPONENT)
      others.insert("an unknown component");
    else
      others.insert(icalcomponent_kind_to_string(kind));
  }
  const auto known = words(others);
  if (!known.empty()) file.others += (file.others.empty() ? "" : ", ") + known;
}

void read_calendars(SourceFile& file, const icaltimezone* zone) {
  auto* root = icalparser_parse_string(file.bytes.c_str());
  if (root == nullptr) return;
  if (icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT) {
    read_calendar(file, root, zone);
  } else {
    for (auto* each = icalcomponent_get_first_component(root, ICAL_VCALENDAR_COMPONENT); each != nullptr;
         each = icalcomponent_get_next_component(root, ICAL_VCALENDAR_COMPONENT))
      read_calendar(file, each, zone);
  }
  icalcomponent_free(root);
  // libical leaves quoted-printable as it is.
  if (file.bytes.find("QUOTED-PRINTABLE") != std::string::npos)
    for (auto& item : file.items) item.text.clear();
  // libical does not find the zone of a file that gave it no name.
  if (file.bytes.find(";TZID=:") != std::string::npos)
    for (auto& item : file.items) {
      item.start.reset();
      item.end.reset();
    }
}

// --- cards

std::string unescaped(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool escaped = value[i] == '\\' && i + 1 < value.size();
    if (escaped) ++i;
    out += escaped && (value[i] == 'n' || value[i] == 'N') ? '\n' : value[i];
  }
  return std::string(trim(out));
}

// The parts between unescaped semicolons and commas.
void add_parts(std::vector<std::string>& parts, std::string_view value) {
  std::string part;
  const auto end = [&] {
    auto text = unescaped(part);
    for (const std::string_view mark : {"tel:", "ext="})  // "tel:+1-555-0100;ext=102"
      if (text.starts_with(mark)) text.erase(0, mark.size());
    if (!text.empty()) parts.push_back(text);
    part.clear();
  };
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == ';' || value[i] == ',') {
      end();
      continue;
    }
    part += value[i];
    if (value[i] == '\\' && i + 1 < value.size()) part += value[++i];
  }
  end();
}

void read_cards(SourceFile& file) {
  std::set<std::string> addresses;
  for (const auto& line : unfolded(file.bytes)) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    auto name = ascii_upper(line.substr(0, std::min(line.find(';'), colon)));
    if (const auto dot = name.find('.'); dot != std::string::npos) name.erase(0, dot + 1);
    const auto value = unescaped(std::string_view(line).substr(colon + 1));
    if (name == "BEGIN" && ascii_upper(value) == "VCARD") {
      file.items.emplace_back().component = "VCARD";
      addresses.clear();
    }
    if (file.items.empty()) continue;
    auto& card = file.items.back();
    if (name == "UID") card.uid = value;
    for (const std::string_view text : {"N", "FN", "NICKNAME", "TEL", "EMAIL", "ADR", "ORG", "TITLE", "NOTE", "URL"})
      if (name == text && line.find("QUOTED-PRINTABLE") == std::string::npos)
        add_parts(card.fields, std::string_view(line).substr(colon + 1));
    if (name == "FN" && card.title.empty()) card.title = value;
    if (name == "EMAIL" && value.find('@') != std::string::npos) addresses.insert(ascii_lower(value));
    card.addresses = addresses.size();
  }
}

// --- mails

std::string without_comments(std::string_view text) {
  std::string out;
  int depth = 0;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (depth == 0) out += c;
    if (c == ')') --depth;
  }
  return out;
}

void read_mail(SourceFile& file) {
  SourceItem mail;
  mail.component = "mail";
  std::map<std::string, std::string> fields;
  for (const auto& line : unfolded(file.bytes)) {
    if (line.empty()) break;
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    fields.emplace(ascii_lower(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1))));
  }
  mail.title = fields["subject"];
  mail.from = without_comments(fields["from"]);
  const auto is_plain = [](const std::string& text) {
    return text.find("=?") == std::string::npos && text.find('\t') == std::string::npos &&
           std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x7F; });
  };
  mail.plain_title = is_plain(mail.title);
  if (const auto date = curl_getdate(fields["date"].c_str(), nullptr); date != -1) mail.start = from_seconds(date);
  file.items.push_back(std::move(mail));
}

}  // namespace

std::string_view name_of(FileKind kind) {
  return kind == FileKind::calendar ? "calendar" : kind == FileKind::contacts ? "contacts" : "mail";
}

std::filesystem::path data_directory() {
  const char* data = std::getenv("OXBRIDGE_DATA");
  return data != nullptr ? data : OXB_SOURCE_DIR "/../shared/data";
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<SourceFile> read_tree(const std::filesystem::path& directory, const std::string& zone) {
  const auto* builtin = icaltimezone_get_builtin_timezone(zone.c_str());
  std::vector<SourceFile> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    const auto extension = ascii_lower(entry.path().extension().string());
    if (extension != ".ics" && extension != ".vcf" && extension != ".eml") continue;
    SourceFile file;
    file.path = entry.path();
    file.kind = extension == ".ics" ? FileKind::calendar : extension == ".vcf" ? FileKind::contacts : FileKind::mail;
    file.bytes = content_of(file.path);
    files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  for (auto& file : files) {
    if (file.kind == FileKind::calendar)
      read_calendars(file, builtin);
    else if (file.kind == FileKind::contacts)
      read_cards(file);
    else
      read_mail(file);
  }
  return files;
}

}  // namespace oxb::data
