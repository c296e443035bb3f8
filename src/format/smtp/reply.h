// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Replies of an SMTP server (RFC 5321 section 4.2), cut out of the byte stream. Everything is bounded.
#include "base/bytes.h"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::smtp {

struct Reply {
  int code = 0;
  std::vector<std::string> lines;  // without the code; valid UTF-8 without control characters

  bool is_positive() const { return code >= 200 && code < 400; }
  bool is_transient() const { return code >= 400 && code < 500; }
  std::string text() const;  // the lines in one
};

// Incremental: feed() takes whatever arrived, next() gives complete replies.
class ReplyParser {
 public:
  // malformed: no reply of SMTP. limit: a line or a reply without end. The connection is of no use afterwards.
  Result<> feed(ByteView bytes);
  std::optional<Reply> next();
  // Forgets what waits; for bytes that came before TLS.
  void clear();

 private:
  Result<> take_line(std::string_view line);

  std::string line_;
  Reply current_;
  std::size_t current_bytes_ = 0;
  std::deque<Reply> ready_;
};

// What a server says to EHLO: keywords in upper case, with their parameters.
class Extensions {
 public:
  static Extensions of(const Reply& ehlo);
  bool has(std::string_view keyword) const { return find(keyword) != nullptr; }
  // A word among a keyword's parameters, in any case: parameter("AUTH", "PLAIN").
  bool has(std::string_view keyword, std::string_view parameter) const;
  // The number behind the keyword, as SIZE has one; 0 where there is none.
  std::uint64_t number(std::string_view keyword) const;

 private:
  const std::vector<std::string>* find(std::string_view keyword) const;
  std::vector<std::pair<std::string, std::vector<std::string>>> keywords_;
};

}  // namespace oxb::smtp
