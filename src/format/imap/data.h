// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What single responses say, as typed values.
#include "base/clock.h"
#include "format/imap/mailbox_name.h"
#include "format/imap/response.h"
#include "format/imap/uid_set.h"
#include "model/mail.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace oxb::imap {

struct FetchData {
  std::uint32_t sequence{};
  std::optional<std::uint32_t> uid;
  std::optional<model::MailFlags> flags;
  std::optional<Instant> internal_date;
  std::optional<std::uint64_t> size;
  std::optional<std::uint64_t> mod_seq;
  std::string global_id;                     // EMAILID, X-GM-MSGID or Dovecot's X-GUID
  std::optional<model::MailPart> structure;  // absent also where the server's text made no sense
  // Section name as sent, upper case, without the partial mark: "BODY[HEADER]", "BODY[]", "BINARY[1.2]". NIL is absent.
  std::vector<std::pair<std::string, std::string>> sections;
  const std::string* section(std::string_view name) const;
};
Result<FetchData> parse_fetch(Response&& response);

// RFC 3501 date-time: "17-Jul-1996 02:44:25 -0700".
Result<Instant> parse_date_time(std::string_view text);
std::string print_date_time(Instant time);        // in UTC, without the quotes
model::MailFlags parse_flags(const Value& list);  // unknown shapes are skipped
// IMAP spelling of all flags, sorted.
std::vector<std::string> flag_names(const model::MailFlags& flags);

struct ListEntry {
  std::set<std::string> attributes;  // lower case: "\\noselect", "\\sent"
  std::string separator;             // one character, empty for a flat name
  std::string name;                  // as name_from_wire gives it; "INBOX" in upper case
  bool has(std::string_view attribute) const { return attributes.count(std::string(attribute)) != 0; }
};
Result<ListEntry> parse_list(const Response& response, NameEncoding encoding);

struct StatusEntry {
  std::string name;
  std::map<std::string, std::uint64_t> items;  // upper case: "MESSAGES"
};
Result<StatusEntry> parse_status(const Response& response, NameEncoding encoding);

struct Namespace {
  std::string prefix;     // UTF-8, as name_from_wire gives it
  std::string separator;  // one character or empty
};
struct Namespaces {
  std::vector<Namespace> personal, other_users, shared;
};
Result<Namespaces> parse_namespace(const Response& response, NameEncoding encoding);

// CAPABILITY and ENABLED, and the response code: upper-case words.
std::set<std::string> parse_words(const std::vector<Value>& values);

struct Vanished {
  bool earlier = false;
  UidSet uids;
};
Result<Vanished> parse_vanished(const Response& response);

struct SearchResult {
  UidSet numbers;
  std::optional<std::uint64_t> mod_seq;
};
// "* SEARCH 2 3 6 (MODSEQ 917162500)"
Result<SearchResult> parse_search(const Response& response);

struct ExtendedSearchResult {
  std::string tag;
  bool uid = false;
  UidSet all;
  std::optional<std::uint64_t> count, min, max, mod_seq;
};
// "* ESEARCH (TAG "a1") UID ALL 2,10:15"
Result<ExtendedSearchResult> parse_extended_search(const Response& response);

// UIDPLUS (RFC 4315): "[APPENDUID 38505 3955]" and "[COPYUID 38505 304,319:320 3956:3958]", the latter as pairs.
struct AppendUid {
  std::uint32_t uid_validity{}, uid{};
};
Result<AppendUid> parse_append_uid(const ResponseCode& code);
struct CopyUid {
  std::uint32_t uid_validity{};
  std::vector<std::pair<std::uint32_t, std::uint32_t>> uids;  // from, to
};
Result<CopyUid> parse_copy_uid(const ResponseCode& code);

// "* MYRIGHTS INBOX lrswi": name and rights letters.
Result<std::pair<std::string, std::string>> parse_my_rights(const Response& response, NameEncoding encoding);

// "* ID ("name" "Dovecot")", names in lower case. NIL gives nothing.
std::map<std::string, std::string> parse_id(const Response& response);

}  // namespace oxb::imap
