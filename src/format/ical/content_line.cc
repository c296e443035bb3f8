// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/ical/content_line.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace oxb::ical {
namespace {

constexpr std::size_t kParameterLimit = 200;

// Physical lines, joined where folded. A line of quoted-printable goes on after a "=" at its end.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  bool next(std::string& line) {
    if (text_.empty()) return false;
    line.assign(physical());
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\t')) line += physical().substr(1);
    if (line.size() > 1 && line.back() == '=' && is_quoted_printable(line)) {
      while (!text_.empty() && !line.empty() && line.back() == '=') {
        line.pop_back();
        line += physical();
      }
    }
    return true;
  }

 private:
  std::string_view physical() {
    const auto end = text_.find_first_of("\r\n");
    const auto line = text_.substr(0, end);
    if (end == text_.npos) {
      text_ = {};
    } else {
      const bool both = text_[end] == '\r' && end + 1 < text_.size() && text_[end + 1] == '\n';
      text_.remove_prefix(end + (both ? 2 : 1));
    }
    return line;
  }
  static bool is_quoted_printable(std::string_view line) {
    const auto head = ascii_upper(line.substr(0, std::min<std::size_t>(line.find(':'), 400)));
    return head.find("QUOTED-PRINTABLE") != head.npos;
  }

  std::string_view text_;
};

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

std::string undo_quoted_printable(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '=' && i + 2 < text.size()) {
      const auto high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high && low) {
        result += static_cast<char>(*high * 16 + *low);
        i += 2;
        continue;
      }
    }
    result += text[i];
  }
  return result;
}

// RFC 6868
std::string undo_carets(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '^' && i + 1 < text.size()) {
      const char next = text[i + 1];
      if (next == 'n' || next == '^' || next == '\'') {
        result += next == 'n' ? '\n' : next == '\'' ? '"' : '^';
        ++i;
        continue;
      }
    }
    result += text[i];
  }
  return result;
}

// Bytes that are no UTF-8 are in the charset that the line names, else in Windows' Western code page.
std::string to_utf8(std::string_view bytes, std::string_view charset) {
  if (!charset.empty()) {
    if (auto text = utf8_from_charset(bytes, charset)) return std::move(*text);
  }
  if (is_valid_utf8(bytes)) return std::string(bytes);
  auto text = utf8_from_code_page(bytes, 1252);
  return text ? std::move(*text) : make_valid_utf8(bytes);
}

class LineParser {
 public:
  explicit LineParser(std::string_view line) : rest_(line) {}

  std::optional<ContentLine> parse() {
    ContentLine result;
    const auto end = rest_.find_first_of(";:");
    if (end == rest_.npos) return std::nullopt;
    auto name = trim(rest_.substr(0, end));
    if (const auto dot = name.find('.'); dot != name.npos) {
      result.group = std::string(name.substr(0, dot));
      name.remove_prefix(dot + 1);
    }
    if (name.empty()) return std::nullopt;
    result.name = ascii_upper(name);
    rest_.remove_prefix(end);
    while (!rest_.empty() && rest_.front() == ';') {
      rest_.remove_prefix(1);
      if (result.parameters.size() >= kParameterLimit) return std::nullopt;
      result.parameters.push_back(parameter());
    }
    if (rest_.empty() || rest_.front() != ':') return std::nullopt;
    rest_.remove_prefix(1);
    const bool quoted_printable =
        ascii_iequals(result.parameter("ENCODING"), "QUOTED-PRINTABLE") || result.has("TYPE", "QUOTED-PRINTABLE");
    result.value =
        to_utf8(quoted_printable ? undo_quoted_printable(rest_) : std::string(rest_), result.parameter("CHARSET"));
    std::erase(result.value, '\0');  // no text holds one, and none is written
    return result;
  }

 private:
  Parameter parameter() {
    Parameter result;
    const auto end = rest_.find_first_of("=;:");
    const auto name = trim(rest_.substr(0, end));
    if (end == rest_.npos || rest_[end] != '=') {  // vCard 2.1: a value without name
      result.name = "TYPE";
      result.values.emplace_back(name);
      rest_.remove_prefix(std::min(end, rest_.size()));
      return result;
    }
    result.name = ascii_upper(name);
    rest_.remove_prefix(end);
    do {
      rest_.remove_prefix(1);  // '=' or ','
      auto text = value();
      if (result.name != "TYPE") {
        result.values.push_back(std::move(text));
        continue;
      }
      // TYPE="work,voice" of vCard 4.0
      for (const auto part : split_escaped(text, ',')) result.values.emplace_back(part);
    } while (!rest_.empty() && rest_.front() == ',' && result.values.size() < kParameterLimit);
    return result;
  }
  std::string value() {
    if (!rest_.empty() && rest_.front() == '"') {
      const auto end = rest_.find('"', 1);
      if (end != rest_.npos) {
        auto text = undo_carets(to_utf8(rest_.substr(1, end - 1), {}));
        rest_.remove_prefix(end + 1);
        const auto next = rest_.find_first_of(",;:");  // whatever follows the quote belongs to nothing
        rest_.remove_prefix(std::min(next, rest_.size()));
        return text;
      }
    }
    const auto end = rest_.find_first_of(",;:");
    auto text = undo_carets(to_utf8(rest_.substr(0, end), {}));
    rest_.remove_prefix(std::min(end, rest_.size()));
    return text;
  }

  std::string_view rest_;
};

}  // namespace

std::string_view ContentLine::parameter(std::string_view wanted) const {
  for (const auto& p : parameters)
    if (p.name == wanted && !p.values.empty()) return p.values.front();
  return {};
}

bool ContentLine::has(std::string_view wanted, std::string_view value) const {
  return std::any_of(parameters.begin(), parameters.end(), [&](const Parameter& p) {
    return p.name == wanted &&
           std::any_of(p.values.begin(), p.values.end(), [&](const std::string& v) { return ascii_iequals(v, value); });
  });
}

const ContentLine* Component::find(std::string_view wanted) const {
  for (const auto& line : lines)
    if (line.name == wanted) return &line;
  return nullptr;
}

std::vector<const ContentLine*> Component::find_all(std::string_view wanted) const {
  std::vector<const ContentLine*> result;
  for (const auto& line : lines)
    if (line.name == wanted) result.push_back(&line);
  return result;
}

Result<std::vector<Component>> parse_components(std::string_view text, TextLimits limits) {
  if (text.size() > limits.bytes)
    return fail(Errc::limit, fmt::format("calendar or card text of {} bytes", text.size()));
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<Component> result;
  std::vector<Component> open;  // the innermost last
  std::size_t count = 0;
  const auto close = [&] {
    auto done = std::move(open.back());
    open.pop_back();
    (open.empty() ? result : open.back().children).push_back(std::move(done));
  };
  Lines lines(text);
  for (std::string raw; lines.next(raw);) {
    if (trim(raw).empty()) continue;
    auto line = LineParser(raw).parse();
    if (!line) {
      // Neither name nor value: kept, so that the reader can tell.
      if (!open.empty()) open.back().lines.push_back({{}, {}, {}, to_utf8(raw, {})});
      continue;
    }
    if (line->name == "BEGIN") {
      if (++count > limits.components) return fail(Errc::limit, "too many components");
      if (open.size() >= limits.depth) return fail(Errc::limit, "components nested too deeply");
      open.push_back({ascii_upper(trim(line->value)), {}, {}});
    } else if (line->name == "END") {
      const auto name = ascii_upper(trim(line->value));
      const bool known = std::any_of(open.begin(), open.end(), [&](const Component& c) { return c.name == name; });
      while (known && open.back().name != name) close();
      if (known) close();
    } else if (!open.empty()) {
      open.back().lines.push_back(std::move(*line));
    }
  }
  while (!open.empty()) close();
  return result;
}

std::string unescape(std::string_view value) {
  std::string result;
  result.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\' || i + 1 == value.size()) {
      result += value[i];
      continue;
    }
    const char next = value[++i];
    if (next == 'n' || next == 'N')
      result += '\n';
    else if (next == '\\' || next == ';' || next == ',' || next == ':' || next == '"')
      result += next;
    else
      (result += '\\') += next;
  }
  return result;
}

std::string escape(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n')
      result += "\\n";
    else if (c == '\\' || c == ';' || c == ',')
      (result += '\\') += c;
    else if (c != '\r' && c != '\0')
      result += c;
  }
  return result;
}

std::vector<std::string_view> split_escaped(std::string_view value, char separator) {
  std::vector<std::string_view> result;
  std::size_t start = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\') {
      ++i;
    } else if (value[i] == separator) {
      result.push_back(value.substr(start, i - start));
      start = i + 1;
    }
  }
  result.push_back(value.substr(std::min(start, value.size())));
  return result;
}

std::string fold(std::string_view line) {
  std::string result;
  std::size_t room = 75;
  while (line.size() > room) {
    std::size_t cut = room;
    while (cut > 1 && (static_cast<unsigned char>(line[cut]) & 0xC0) == 0x80) --cut;
    result += line.substr(0, cut);
    result += "\r\n ";
    line.remove_prefix(cut);
    room = 74;
  }
  result += line;
  result += "\r\n";
  return result;
}

}  // namespace oxb::ical
