// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Responses of an IMAP server (RFC 3501, RFC 9051): cut out of the byte stream, then parsed into a tree of values.
// Everything is bounded; what breaks the grammar is malformed, with the place.
#include "base/bytes.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::imap {

// One response as it came: the text with every literal cut out behind its "{n}" CRLF, and the literals in order.
struct RawResponse {
  std::string text;  // without the closing CRLF
  std::vector<std::string> literals;
};

struct Limits {
  std::size_t text_bytes = 16 * 1024 * 1024;     // of one response without its literals
  std::size_t literal_bytes = 64 * 1024 * 1024;  // of all literals of one response
  std::size_t literals = 10'000;
  std::size_t values = 200'000;  // atoms, strings and lists in one response
  std::size_t depth = 100;       // of nested lists
};

// Incremental: feed() takes whatever arrived, next() gives complete responses.
class ResponseSplitter {
 public:
  explicit ResponseSplitter(Limits limits = {}) : limits_(limits) {}
  // limit: a response grows beyond the bounds. The connection is of no use afterwards.
  Result<> feed(ByteView bytes);
  std::optional<RawResponse> next();
  // Forgets a partial response and what waits; for bytes that came before TLS.
  void clear();
  bool idle() const { return ready_.empty() && current_.text.empty() && literal_left_ == 0; }

 private:
  Result<> end_of_line();

  Limits limits_;
  std::deque<RawResponse> ready_;
  RawResponse current_;
  std::size_t line_start_ = 0;     // of the current line inside current_.text
  std::size_t literal_left_ = 0;   // octets of the literal still to come
  std::size_t literal_total_ = 0;  // octets of all literals of this response
};

struct Value {
  enum class Kind : std::uint8_t { nil, atom, string, list } kind = Kind::nil;
  std::string text;          // atom: with its spelling; nil: "NIL"; string: without quotes
  std::vector<Value> items;  // list

  bool is_list() const { return kind == Kind::list; }
  bool is_nil() const { return kind == Kind::nil; }
  // Decimal, up to 64 bits.
  std::optional<std::uint64_t> number() const;
  bool is_atom(std::string_view name) const;  // case-insensitive
};

struct ResponseCode {
  std::string name;              // upper case: "UIDVALIDITY", "CAPABILITY", ...
  std::vector<Value> arguments;  // empty where the code's text is not made of values
};

struct Response {
  enum class Kind : std::uint8_t {
    continuation,  // + text
    tagged,        // tag OK/NO/BAD
    status,        // * OK/NO/BAD/PREAUTH/BYE
    numbered,      // * 12 EXISTS, * 3 FETCH (...)
    data           // * LIST ..., * CAPABILITY ...
  } kind = Kind::data;
  enum class Status : std::uint8_t { none, ok, no, bad, preauth, bye } status = Status::none;
  std::string tag;                   // tagged only
  std::optional<ResponseCode> code;  // tagged and status
  std::string text;                  // human-readable rest; for continuation everything; for SEARCH its numbers
  std::uint32_t number{};            // numbered only
  std::string name;                  // upper case: "EXISTS", "FETCH", "LIST"
  std::vector<Value> arguments;
};

Result<Response> parse_response(RawResponse raw, const Limits& limits = {});

}  // namespace oxb::imap
