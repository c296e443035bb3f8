// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/imap/data.h"

#include "base/text.h"
#include "format/imap/structure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace oxb::imap {
namespace {

auto broken(std::string_view what) { return fail(Errc::malformed, fmt::format("IMAP server: broken {}", what)); }

Result<std::uint64_t> number_in(std::string_view text, std::uint64_t largest, std::string_view what) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value > largest) return broken(what);
  return value;
}
Result<std::uint64_t> number_in(const Value& value, std::uint64_t largest, std::string_view what) {
  if (value.is_list()) return broken(what);
  return number_in(value.text, largest, what);
}

constexpr std::uint64_t kLargest32 = 0xffff'ffff;
constexpr std::uint64_t kLargest63 = 0x7fff'ffff'ffff'ffff;

// A mailbox name may come as any kind of string; an unquoted NIL is a mailbox called NIL.
Result<std::string> mailbox_in(const Value& value, NameEncoding encoding) {
  if (value.is_list()) return broken("mailbox name");
  if (ascii_iequals(value.text, "INBOX")) return std::string("INBOX");
  return name_from_wire(value.text, encoding);
}

std::string separator_in(const Value& value) {
  return value.kind == Value::Kind::string && value.text.size() == 1 ? value.text : std::string();
}

// EMAILID (M123) comes as a list, X-GUID and X-GM-MSGID as a word.
std::string id_in(const Value& value) {
  if (value.is_list()) return value.items.size() == 1 ? value.items[0].text : std::string();
  return value.is_nil() ? std::string() : value.text;
}

Result<> fetch_item(FetchData& data, std::string_view name, Value& value) {
  if (name == "UID") {
    OXB_TRY(const auto uid, number_in(value, kLargest32, "UID"));
    if (uid == 0) return broken("UID");
    data.uid = static_cast<std::uint32_t>(uid);
  } else if (name == "FLAGS") {
    if (!value.is_list()) return broken("FLAGS");
    data.flags = parse_flags(value);
  } else if (name == "INTERNALDATE") {
    // A date that makes no sense must not hide the mail.
    data.internal_date = parse_date_time(value.text).value_or(Instant{});
  } else if (name == "RFC822.SIZE") {
    OXB_TRY(data.size, number_in(value, kLargest63, "RFC822.SIZE"));
  } else if (name == "MODSEQ") {
    if (value.items.size() != 1) return broken("MODSEQ");
    OXB_TRY(data.mod_seq, number_in(value.items[0], kLargest63, "MODSEQ"));
  } else if (name == "EMAILID" || name == "X-GM-MSGID" || name == "X-GUID") {
    data.global_id = id_in(value);
  } else if (name == "BODYSTRUCTURE" || (name == "BODY" && value.is_list())) {
    if (auto structure = parse_structure(value)) data.structure = std::move(*structure);
  } else if (!value.is_list() && !value.is_nil()) {
    const auto partial = name.find("]<");
    auto section = std::string(partial == std::string_view::npos ? name : name.substr(0, partial + 1));
    if (section.substr(0, 8) == "RFC822.H") section = "BODY[HEADER]";
    if (section == "RFC822") section = "BODY[]";
    data.sections.emplace_back(std::move(section), std::move(value.text));
  }
  return {};
}

Result<std::vector<Namespace>> namespaces_in(const Value& value, NameEncoding encoding) {
  std::vector<Namespace> result;
  if (value.is_nil()) return result;
  if (!value.is_list()) return broken("NAMESPACE");
  for (const auto& item : value.items) {
    if (item.items.size() < 2 || item.items[0].is_list()) return broken("NAMESPACE");
    result.push_back({name_from_wire(item.items[0].text, encoding), separator_in(item.items[1])});
  }
  return result;
}

}  // namespace

const std::string* FetchData::section(std::string_view name) const {
  for (const auto& [key, bytes] : sections)
    if (key == name) return &bytes;
  return nullptr;
}

Result<FetchData> parse_fetch(Response&& response) {
  if (response.name != "FETCH" || response.arguments.size() != 1 || !response.arguments[0].is_list())
    return broken("FETCH");
  FetchData data;
  data.sequence = response.number;
  auto& items = response.arguments[0].items;
  if (items.size() % 2 != 0) return broken("FETCH");
  for (std::size_t i = 0; i < items.size(); i += 2) {
    if (items[i].kind != Value::Kind::atom) return broken("FETCH");
    OXB_CHECK(fetch_item(data, ascii_upper(items[i].text), items[i + 1]));
  }
  return data;
}

Result<Instant> parse_date_time(std::string_view text) {
  text = trim(text);
  // "dd-mmm-yyyy hh:mm:ss +zzzz"; the day may have one digit.
  const auto dash = text.find('-');
  if (dash == 0 || dash > 2 || text.size() != dash + 24) return broken("date");
  const auto digits = [&](std::size_t at, std::size_t count) {
    return number_in(text.substr(at, count), 9999, "date");
  };
  OXB_TRY(const auto day, digits(0, dash));
  const auto rest = dash + 1;
  constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                        "jul", "aug", "sep", "oct", "nov", "dec"};
  const auto month = std::find(kMonths.begin(), kMonths.end(), ascii_lower(text.substr(rest, 3)));
  if (month == kMonths.end()) return broken("date");
  OXB_TRY(const auto year, digits(rest + 4, 4));
  OXB_TRY(const auto hour, digits(rest + 9, 2));
  OXB_TRY(const auto minute, digits(rest + 12, 2));
  OXB_TRY(const auto second, digits(rest + 15, 2));
  const char sign = text[rest + 18];
  OXB_TRY(const auto zone_hour, digits(rest + 19, 2));
  OXB_TRY(const auto zone_minute, digits(rest + 21, 2));
  if ((sign != '+' && sign != '-') || hour > 23 || minute > 59 || second > 60 || zone_minute > 59)
    return broken("date");
  const auto date = std::chrono::year(static_cast<int>(year)) / static_cast<unsigned>(month - kMonths.begin() + 1) /
                    static_cast<unsigned>(day);
  if (!date.ok()) return broken("date");
  const auto local = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                     std::chrono::seconds(second);
  const auto offset = std::chrono::hours(zone_hour) + std::chrono::minutes(zone_minute);
  return Instant(std::chrono::duration_cast<Ticks>((sign == '+' ? local - offset : local + offset).time_since_epoch()));
}

std::string print_date_time(Instant time) {
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(seconds - day);
  return fmt::format("{:02}-{}-{:04} {:02}:{:02}:{:02} +0000", static_cast<unsigned>(date.day()),
                     kMonths.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

model::MailFlags parse_flags(const Value& list) {
  model::MailFlags flags;
  for (const auto& item : list.items) {
    if (item.is_list()) continue;
    const auto lower = ascii_lower(item.text);
    if (lower == "\\seen")
      flags.seen = true;
    else if (lower == "\\answered")
      flags.answered = true;
    else if (lower == "\\flagged")
      flags.flagged = true;
    else if (lower == "\\deleted")
      flags.deleted = true;
    else if (lower == "\\draft")
      flags.draft = true;
    else if (lower != "\\recent" && !item.text.empty())
      flags.keywords.push_back(item.text);
  }
  std::sort(flags.keywords.begin(), flags.keywords.end());
  flags.keywords.erase(std::unique(flags.keywords.begin(), flags.keywords.end()), flags.keywords.end());
  return flags;
}

std::vector<std::string> flag_names(const model::MailFlags& flags) {
  std::vector<std::string> names = flags.keywords;
  if (flags.seen) names.emplace_back("\\Seen");
  if (flags.answered) names.emplace_back("\\Answered");
  if (flags.flagged) names.emplace_back("\\Flagged");
  if (flags.deleted) names.emplace_back("\\Deleted");
  if (flags.draft) names.emplace_back("\\Draft");
  std::sort(names.begin(), names.end());
  return names;
}

Result<ListEntry> parse_list(const Response& response, NameEncoding encoding) {
  const auto& arguments = response.arguments;
  if (arguments.size() < 3 || !arguments[0].is_list()) return broken("LIST");
  ListEntry entry;
  for (const auto& attribute : arguments[0].items)
    if (!attribute.is_list()) entry.attributes.insert(ascii_lower(attribute.text));
  entry.separator = separator_in(arguments[1]);
  OXB_TRY(entry.name, mailbox_in(arguments[2], encoding));
  if (entry.has("\\nonexistent")) entry.attributes.insert("\\noselect");
  return entry;
}

Result<StatusEntry> parse_status(const Response& response, NameEncoding encoding) {
  const auto& arguments = response.arguments;
  if (arguments.size() != 2 || !arguments[1].is_list()) return broken("STATUS");
  StatusEntry entry;
  OXB_TRY(entry.name, mailbox_in(arguments[0], encoding));
  const auto& items = arguments[1].items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i + 1].is_list()) continue;  // MAILBOXID (id)
    if (const auto value = items[i + 1].number()) entry.items[ascii_upper(items[i].text)] = *value;
  }
  return entry;
}

Result<Namespaces> parse_namespace(const Response& response, NameEncoding encoding) {
  if (response.arguments.size() < 3) return broken("NAMESPACE");
  Namespaces all;
  OXB_TRY(all.personal, namespaces_in(response.arguments[0], encoding));
  OXB_TRY(all.other_users, namespaces_in(response.arguments[1], encoding));
  OXB_TRY(all.shared, namespaces_in(response.arguments[2], encoding));
  return all;
}

std::set<std::string> parse_words(const std::vector<Value>& values) {
  std::set<std::string> words;
  for (const auto& value : values)
    if (!value.is_list()) words.insert(ascii_upper(value.text));
  return words;
}

Result<Vanished> parse_vanished(const Response& response) {
  Vanished vanished;
  auto at = response.arguments.begin();
  if (at != response.arguments.end() && at->is_list()) {
    vanished.earlier = !at->items.empty() && at->items[0].is_atom("EARLIER");
    ++at;
  }
  if (at == response.arguments.end() || at->is_list()) return broken("VANISHED");
  OXB_TRY(vanished.uids, UidSet::parse(at->text));
  return vanished;
}

namespace {

constexpr std::size_t kMostCopied = 1'000'000;

Result<std::uint32_t> number_of(const ResponseCode& code, std::size_t index) {
  if (index >= code.arguments.size()) return broken(code.name);
  OXB_TRY(const auto number, number_in(code.arguments[index], kLargest32, code.name));
  if (number == 0) return broken(code.name);
  return static_cast<std::uint32_t>(number);
}

// The members in the order written, in which the two sets of COPYUID belong together; a range counts upwards, whichever
// end comes first.
Result<std::vector<std::uint32_t>> ordered_set(const Value& value) {
  if (value.is_list()) return broken("COPYUID");
  std::vector<std::uint32_t> members;
  std::string_view text = value.text;
  while (true) {
    const auto comma = text.find(',');
    OXB_TRY(const auto range, UidSet::parse(text.substr(0, comma)));
    if (range.count() > kMostCopied - members.size()) return broken("COPYUID");
    OXB_TRY(const auto part, range.members(kMostCopied));
    members.insert(members.end(), part.begin(), part.end());
    if (comma == std::string_view::npos) return members;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<AppendUid> parse_append_uid(const ResponseCode& code) {
  AppendUid result;
  OXB_TRY(result.uid_validity, number_of(code, 0));
  OXB_TRY(result.uid, number_of(code, 1));
  return result;
}

Result<CopyUid> parse_copy_uid(const ResponseCode& code) {
  if (code.arguments.size() != 3) return broken("COPYUID");
  CopyUid result;
  OXB_TRY(result.uid_validity, number_of(code, 0));
  OXB_TRY(const auto from, ordered_set(code.arguments[1]));
  OXB_TRY(const auto to, ordered_set(code.arguments[2]));
  if (from.size() != to.size()) return broken("COPYUID");
  for (std::size_t i = 0; i < from.size(); ++i) result.uids.emplace_back(from[i], to[i]);
  return result;
}

Result<SearchResult> parse_search(const Response& response) {
  SearchResult result;
  auto text = std::string_view(response.text);
  std::vector<std::uint32_t> numbers;
  while (!(text = trim(text)).empty()) {
    if (text.front() == '(') {  // (MODSEQ n)
      const auto close = text.find(')');
      const auto blank = text.find(' ');
      if (close == std::string_view::npos || blank > close) return broken("SEARCH");
      OXB_TRY(result.mod_seq, number_in(text.substr(blank + 1, close - blank - 1), kLargest63, "SEARCH"));
      text.remove_prefix(close + 1);
      continue;
    }
    const auto word = text.substr(0, text.find(' '));
    OXB_TRY(const auto number, number_in(word, kLargest32, "SEARCH"));
    numbers.push_back(static_cast<std::uint32_t>(number));
    text.remove_prefix(word.size());
  }
  result.numbers = UidSet::of(std::move(numbers));
  return result;
}

Result<ExtendedSearchResult> parse_extended_search(const Response& response) {
  ExtendedSearchResult result;
  const auto& arguments = response.arguments;
  std::size_t at = 0;
  if (at < arguments.size() && arguments[at].is_list()) {
    const auto& correlator = arguments[at++].items;
    if (correlator.size() == 2 && !correlator[1].is_list()) result.tag = correlator[1].text;
  }
  if (at < arguments.size() && arguments[at].is_atom("UID")) {
    result.uid = true;
    ++at;
  }
  for (; at + 1 < arguments.size(); at += 2) {
    const auto& value = arguments[at + 1];
    const auto name = ascii_upper(arguments[at].text);
    if (name == "ALL") {
      if (value.is_list()) return broken("ESEARCH");
      OXB_TRY(result.all, UidSet::parse(value.text));
    } else if (name == "COUNT") {
      OXB_TRY(result.count, number_in(value, kLargest32, "ESEARCH"));
    } else if (name == "MIN") {
      OXB_TRY(result.min, number_in(value, kLargest32, "ESEARCH"));
    } else if (name == "MAX") {
      OXB_TRY(result.max, number_in(value, kLargest32, "ESEARCH"));
    } else if (name == "MODSEQ") {
      OXB_TRY(result.mod_seq, number_in(value, kLargest63, "ESEARCH"));
    }
  }
  return result;
}

Result<std::pair<std::string, std::string>> parse_my_rights(const Response& response, NameEncoding encoding) {
  const auto& arguments = response.arguments;
  if (arguments.size() != 2 || arguments[1].is_list()) return broken("MYRIGHTS");
  OXB_TRY(auto name, mailbox_in(arguments[0], encoding));
  return std::pair{std::move(name), arguments[1].is_nil() ? std::string() : arguments[1].text};
}

std::map<std::string, std::string> parse_id(const Response& response) {
  std::map<std::string, std::string> fields;
  if (response.arguments.size() != 1) return fields;
  const auto& items = response.arguments[0].items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2)
    if (!items[i].is_list() && !items[i + 1].is_list() && !items[i + 1].is_nil())
      fields[ascii_lower(items[i].text)] = items[i + 1].text;
  return fields;
}

}  // namespace oxb::imap
