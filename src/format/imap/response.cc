// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/imap/response.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace oxb::imap {
namespace {

std::string_view first_word(std::string_view text) { return text.substr(0, text.find(' ')); }

// Status responses end in free text, where "{5}" announces nothing.
bool may_hold_literals(std::string_view text) {
  if (text.substr(0, 1) == "+") return false;
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return false;
  const auto word = first_word(text.substr(space + 1));
  for (const std::string_view status : {"OK", "NO", "BAD", "BYE", "PREAUTH"})
    if (ascii_iequals(word, status)) return false;
  return true;
}

// The octet count of a line that ends in "{n}" or "{n+}".
std::optional<std::uint64_t> announced_literal(std::string_view line) {
  if (line.empty() || line.back() != '}') return std::nullopt;
  const auto open = line.rfind('{');
  if (open == std::string_view::npos) return std::nullopt;
  auto digits = line.substr(open + 1, line.size() - open - 2);
  if (!digits.empty() && digits.back() == '+') digits.remove_suffix(1);
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return count;
}

class Parser {
 public:
  Parser(RawResponse& raw, const Limits& limits) : text_(raw.text), literals_(raw.literals), limits_(limits) {}

  Result<Response> run() {
    Response response;
    if (!text_.empty() && text_.front() == '+') {
      response.kind = Response::Kind::continuation;
      response.text = trim(text_.substr(1));
      return response;
    }
    OXB_TRY(const auto tag, word());
    const bool untagged = tag == "*";
    if (!untagged) {
      response.kind = Response::Kind::tagged;
      response.tag = tag;
    }
    OXB_CHECK(space());
    OXB_TRY(const auto name, word());
    response.name = ascii_upper(name);
    response.status = status_of(response.name);
    if (response.status != Response::Status::none) {
      if (untagged) response.kind = Response::Kind::status;
      response.name.clear();
      OXB_CHECK(status_text(response));
      return response;
    }
    if (!untagged) return malformed("a tag without a status");
    if (std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      response.kind = Response::Kind::numbered;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), response.number);
      if (error != std::errc()) return malformed("a number out of range");
      OXB_CHECK(space());
      OXB_TRY(const auto what, word());
      response.name = ascii_upper(what);
    }
    if (response.name == "SEARCH" || response.name == "SORT") {  // may hold very many numbers
      response.text = trim(text_.substr(at_));
      return response;
    }
    while (true) {
      skip_spaces();
      if (at_ == text_.size()) return response;
      OXB_TRY(auto value, parse_value(0));
      response.arguments.push_back(std::move(value));
    }
  }

 private:
  tl::unexpected<Error> malformed(std::string_view what) const {
    return fail(Errc::malformed, fmt::format("IMAP response: {} at byte {}", what, at_));
  }
  static Response::Status status_of(std::string_view name) {
    using Status = Response::Status;
    if (name == "OK") return Status::ok;
    if (name == "NO") return Status::no;
    if (name == "BAD") return Status::bad;
    if (name == "PREAUTH") return Status::preauth;
    if (name == "BYE") return Status::bye;
    return Status::none;
  }

  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  void skip_spaces() {
    while (!at_end() && text_[at_] == ' ') ++at_;
  }
  Result<> space() {
    if (peek() != ' ') return malformed("a blank is missing");
    skip_spaces();
    return {};
  }
  Result<std::string_view> word() {
    const auto start = at_;
    while (!at_end() && text_[at_] != ' ' && text_[at_] != '(' && text_[at_] != ')') ++at_;
    if (start == at_) return malformed("a word is missing");
    return text_.substr(start, at_ - start);
  }

  Result<> status_text(Response& response) {
    skip_spaces();
    if (peek() == '[') {
      const auto open = at_++;
      const auto closed = code(response);
      if (!closed) {  // free text after all, or a code with arguments of its own
        const auto close = text_.find(']', open);
        if (close == std::string_view::npos) {
          at_ = open;
        } else {
          ResponseCode raw;
          raw.name = ascii_upper(first_word(text_.substr(open + 1, close - open - 1)));
          response.code = std::move(raw);
          at_ = close + 1;
        }
      }
      skip_spaces();
    }
    response.text = text_.substr(std::min(at_, text_.size()));
    return {};
  }

  Result<> code(Response& response) {
    ResponseCode code;
    in_code_ = true;
    const auto start = at_;
    while (!at_end() && text_[at_] != ' ' && text_[at_] != ']') ++at_;
    code.name = ascii_upper(text_.substr(start, at_ - start));
    while (peek() != ']') {
      skip_spaces();
      if (peek() == ']') break;
      auto value = parse_value(0);
      if (!value) {
        in_code_ = false;
        return tl::unexpected(std::move(value).error());
      }
      code.arguments.push_back(std::move(*value));
    }
    in_code_ = false;
    ++at_;
    response.code = std::move(code);
    return {};
  }

  Result<Value> parse_value(std::size_t depth) {
    if (++values_ > limits_.values) return fail(Errc::limit, "IMAP response: too many values");
    switch (peek()) {
      case '(':
        return list(depth);
      case '"':
        return quoted();
      case '{':
        return literal();
      case '~':
        if (text_.substr(at_, 2) == "~{") {
          ++at_;
          return literal();
        }
        return atom();
      default:
        return atom();
    }
  }

  Result<Value> list(std::size_t depth) {
    if (depth >= limits_.depth) return fail(Errc::limit, "IMAP response: lists nested too deep");
    Value value;
    value.kind = Value::Kind::list;
    ++at_;
    while (true) {
      skip_spaces();
      if (at_end()) return malformed("a list is not closed");
      if (peek() == ')') break;
      OXB_TRY(auto item, parse_value(depth + 1));
      value.items.push_back(std::move(item));
    }
    ++at_;
    return value;
  }

  Result<Value> quoted() {
    Value value;
    value.kind = Value::Kind::string;
    for (++at_; !at_end(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        return value;
      }
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value.text.push_back(text_[at_]);
    }
    return malformed("a quoted string is not closed");
  }

  Result<Value> literal() {
    const auto end = text_.find('\n', at_);
    if (end == std::string_view::npos || next_literal_ >= literals_.size()) return malformed("a broken literal");
    Value value;
    value.kind = Value::Kind::string;
    value.text = std::move(literals_[next_literal_++]);
    at_ = end + 1;
    return value;
  }

  // An atom may hold "[...]" with blanks and lists inside: BODY[HEADER.FIELDS (FROM TO)]<0>.
  Result<Value> atom() {
    const auto start = at_;
    bool inside = false;
    for (; !at_end(); ++at_) {
      const char c = text_[at_];
      if (inside) {
        if (c == ']') inside = false;
        continue;
      }
      if (c == '[' && !in_code_) {
        inside = true;
        continue;
      }
      if (c == ' ' || c == '(' || c == ')' || c == '"' || c == '\r' || c == '\n' || (in_code_ && c == ']')) break;
    }
    if (inside) return malformed("a section is not closed");
    if (start == at_) return malformed("an unexpected character");
    Value value;
    value.text = text_.substr(start, at_ - start);
    value.kind = ascii_iequals(value.text, "NIL") ? Value::Kind::nil : Value::Kind::atom;
    return value;
  }

  std::string_view text_;
  std::vector<std::string>& literals_;
  const Limits& limits_;
  std::size_t at_ = 0;
  std::size_t next_literal_ = 0;
  std::size_t values_ = 0;
  bool in_code_ = false;
};

}  // namespace

std::optional<std::uint64_t> Value::number() const {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (is_list() || text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool Value::is_atom(std::string_view name) const { return kind == Kind::atom && ascii_iequals(text, name); }

Result<> ResponseSplitter::feed(ByteView bytes) {
  auto rest = as_text(bytes);
  while (!rest.empty()) {
    if (literal_left_ > 0) {
      const auto size = std::min(literal_left_, rest.size());
      current_.literals.back().append(rest.substr(0, size));
      literal_left_ -= size;
      rest.remove_prefix(size);
      continue;
    }
    const auto newline = rest.find('\n');
    const auto piece = rest.substr(0, newline == std::string_view::npos ? newline : newline + 1);
    if (current_.text.size() + piece.size() > limits_.text_bytes)
      return fail(Errc::limit, fmt::format("an IMAP response has more than {} bytes", limits_.text_bytes));
    current_.text.append(piece);
    rest.remove_prefix(piece.size());
    if (newline != std::string_view::npos) OXB_CHECK(end_of_line());
  }
  return {};
}

Result<> ResponseSplitter::end_of_line() {
  auto& text = current_.text;
  auto end = text.size() - 1;
  if (end > line_start_ && text[end - 1] == '\r') --end;
  const auto line = std::string_view(text).substr(line_start_, end - line_start_);
  const auto literal = may_hold_literals(text) ? announced_literal(line) : std::nullopt;
  if (literal) {
    if (*literal > limits_.literal_bytes - literal_total_ || current_.literals.size() >= limits_.literals)
      return fail(Errc::limit,
                  fmt::format("the IMAP server announces {} bytes more than one response may have", *literal));
    literal_total_ += static_cast<std::size_t>(*literal);
    literal_left_ = static_cast<std::size_t>(*literal);
    current_.literals.emplace_back();
    line_start_ = text.size();
    return {};
  }
  text.resize(end);
  if (!text.empty()) ready_.push_back(std::move(current_));
  current_ = {};
  line_start_ = 0;
  literal_total_ = 0;
  return {};
}

std::optional<RawResponse> ResponseSplitter::next() {
  if (ready_.empty()) return std::nullopt;
  auto first = std::move(ready_.front());
  ready_.pop_front();
  return first;
}

void ResponseSplitter::clear() {
  ready_.clear();
  current_ = {};
  line_start_ = literal_left_ = literal_total_ = 0;
}

Result<Response> parse_response(RawResponse raw, const Limits& limits) { return Parser(raw, limits).run(); }

}  // namespace oxb::imap
