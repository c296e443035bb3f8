// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "format/mime/message.h"

#include <algorithm>

namespace oxb::mime {
namespace {

struct Line {
  std::string_view text;  // without its end
  std::size_t next;       // where the following line starts
};

Line line_at(std::string_view s, std::size_t at) {
  const auto end = s.find('\n', at);
  if (end == std::string_view::npos) return {s.substr(at), s.size()};
  auto text = s.substr(at, end - at);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return {text, end + 1};
}

// The field name in front of the colon, or empty where the line is no header field.
std::string_view field_name(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  auto name = line.substr(0, colon);
  while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
  const auto valid = [](char c) { return c > 0x20 && c < 0x7F; };
  return std::all_of(name.begin(), name.end(), valid) ? name : std::string_view{};
}

bool continues(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

// Whether a line that is no field stands in the middle of a header: a field or a blank line follows close by.
bool header_goes_on(std::string_view s, std::size_t at) {
  for (int i = 0; i < 3 && at < s.size(); ++i) {
    const auto line = line_at(s, at);
    if (line.text.empty()) return false;
    if (!field_name(line.text).empty()) return true;
    if (!continues(line.text)) return false;
    at = line.next;
  }
  return false;
}

struct HeaderEnd {
  std::size_t body;  // offset of the body
};

Result<HeaderEnd> read_headers(std::string_view s, const Limits& limits, Headers& out) {
  std::size_t at = 0;
  std::size_t start = 0;
  // The line that mbox puts before a message, in any of its disguises, is not part of it.
  for (auto line = line_at(s, at); line.text.starts_with("From ") || line.text.starts_with(">From ");
       line = line_at(s, at)) {
    if (!field_name(line.text).empty()) break;  // "From : someone"
    at = start = line.next;
    if (at >= s.size()) break;
  }
  while (at < s.size()) {
    const auto line = line_at(s, at);
    if (line.text.empty()) {
      out.block = s.substr(start, at - start);
      return HeaderEnd{line.next};
    }
    const auto name = field_name(line.text);
    if (!name.empty()) {
      if (out.fields.size() >= limits.fields) return fail(Errc::limit, "too many header fields");
      const auto value_at = at + line.text.find(':') + 1;
      std::size_t end = line.next;
      while (end < s.size() && continues(s.substr(end, 1))) {
        const auto more = line_at(s, end);
        if (trim(more.text).empty() && !header_goes_on(s, more.next))
          break;  // a blank line made of spaces ends the header
        end = more.next;
      }
      auto raw = s.substr(value_at, end - value_at);
      while (raw.ends_with('\n') || raw.ends_with('\r')) raw.remove_suffix(1);
      out.fields.push_back({name, raw.substr(0, limits.field_bytes)});
      at = end;
      continue;
    }
    if (trim(line.text).empty() && continues(line.text)) {
      out.block = s.substr(start, at - start);
      return HeaderEnd{line.next};
    }
    if (!header_goes_on(s, line.next)) {  // the empty line is missing: the body starts here
      out.block = s.substr(start, at - start);
      return HeaderEnd{at};
    }
    at = line.next;
  }
  out.block = s.substr(start);
  return HeaderEnd{s.size()};
}

struct Delimiter {
  std::size_t begin;  // of the line break in front of it
  std::size_t next;   // of the line after it
  bool last;
};

// The next line that is "--" boundary, with white space allowed after it.
std::optional<Delimiter> find_delimiter(std::string_view body, const std::string& mark, std::size_t from) {
  for (auto at = body.find(mark, from); at != std::string_view::npos; at = body.find(mark, at + 1)) {
    if (at != 0 && body[at - 1] != '\n') continue;
    const auto line = line_at(body, at);
    auto rest = line.text.substr(mark.size());
    const bool last = rest.starts_with("--");
    if (last) rest.remove_prefix(2);
    if (!trim(rest).empty()) continue;
    auto begin = at;
    if (begin > from) --begin;
    if (begin > from && body[begin - 1] == '\r' && body[begin] == '\n') --begin;
    return Delimiter{begin, line.next, last};
  }
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(const Limits& limits) : limits_(limits) {}

  Result<Part> entity(std::string_view raw, std::size_t depth, std::string_view default_type) {
    if (++parts_ > limits_.parts) return fail(Errc::limit, "too many parts");
    if (depth > limits_.depth) return fail(Errc::limit, "parts nested too deeply");
    Part part;
    part.raw = raw;
    OXB_TRY(const auto end, read_headers(raw, limits_, part.headers));
    part.body = raw.substr(end.body);
    read_content_fields(part, default_type);
    if (part.is_multipart()) {
      OXB_CHECK(multipart(part, depth));
    } else if (part.is_embedded_message()) {
      OXB_CHECK(embedded(part, depth));
    }
    return part;
  }

 private:
  Result<> multipart(Part& part, std::size_t depth) {
    std::string boundary(part.parameter("boundary"));
    constexpr std::size_t kLongest = 256;  // RFC 2046 allows 70 characters; searching for very long ones is slow
    if (boundary.empty() || boundary.size() > kLongest) boundary = guess_boundary(part.body);
    const auto mark = "--" + boundary;
    auto open = boundary.empty() ? std::nullopt : find_delimiter(part.body, mark, 0);
    const auto default_type = part.is("multipart/digest") ? "message/rfc822" : "text/plain";
    while (open && !open->last) {
      const auto close = find_delimiter(part.body, mark, open->next);
      const auto end = close ? close->begin : part.body.size();
      const auto raw = part.body.substr(open->next, std::max(end, open->next) - open->next);
      if (close || !trim(raw).empty()) {
        OXB_TRY(auto child, entity(raw, depth + 1, default_type));
        part.children.push_back(std::move(child));
      }
      open = close;
    }
    if (part.children.empty()) part.type = "text/plain";  // no part can be found: show what is there
    return {};
  }

  Result<> embedded(Part& part, std::size_t depth) {
    auto inner = part.body;
    if (part.encoding == "base64" || part.encoding == "quoted-printable") {
      part.owned = std::make_shared<const std::string>(as_text(decode_transfer(part.body, part.encoding)));
      inner = *part.owned;
    }
    if (part.disposition == "attachment" && trim(inner).empty()) return {};
    OXB_TRY(auto child, entity(inner, depth + 1, "text/plain"));
    part.children.push_back(std::move(child));
    return {};
  }

  static std::string guess_boundary(std::string_view body) {
    for (std::size_t at = 0, n = 0; at < body.size() && n < 50; ++n) {
      const auto line = line_at(body, at);
      if (line.text.starts_with("--") && line.text.size() > 4 && line.text.size() < 80 &&
          !field_name(line_at(body, line.next).text).empty())
        return std::string(trim(line.text.substr(2)));
      at = line.next;
    }
    return {};
  }

  const Limits& limits_;
  std::size_t parts_ = 0;
};

}  // namespace

Result<Part> parse(std::string_view message, const Limits& limits) {
  if (message.size() > limits.bytes) return fail(Errc::limit, "the message is too large");
  return Parser(limits).entity(message, 0, "text/plain");
}

Result<Headers> parse_headers(std::string_view message, const Limits& limits) {
  Headers out;
  OXB_CHECK(read_headers(message, limits, out));
  return out;
}

}  // namespace oxb::mime
