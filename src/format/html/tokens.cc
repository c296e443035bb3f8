// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "format/html/entities.h"
#include "format/html/html.h"

#include <algorithm>
#include <array>

namespace oxb::html {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

std::size_t end_of_tag(std::string_view s, std::size_t at) {
  char quote = 0;
  bool after_equals = false;
  for (; at < s.size(); ++at) {
    const char c = s[at];
    if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '>') {
      return at + 1;
    } else if ((c == '"' || c == '\'') && after_equals) {
      quote = c;
    }
    if (!is_space(c)) after_equals = c == '=';
  }
  return std::string_view::npos;
}

std::string tag_name(std::string_view tag) {  // "<name ...", "</name ..."
  std::size_t at = tag.starts_with("</") ? 2 : 1;
  const auto start = at;
  while (at < tag.size() && !is_space(tag[at]) && tag[at] != '>' && tag[at] != '/') ++at;
  return ascii_lower(tag.substr(start, at - start));
}

bool holds_raw_text(std::string_view name) {
  return name == "script" || name == "style" || name == "title" || name == "textarea" || name == "xmp";
}

void append_utf8(std::string& out, std::uint32_t c) {
  if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) c = 0xFFFD;
  // Numbers that name the C1 controls mean windows-1252 (HTML, numeric character reference end state).
  static constexpr std::array<std::uint16_t, 32> kWindows = {
      0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
      0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
      0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
  if (c >= 0x80 && c < 0xA0) c = kWindows[c - 0x80];
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | c >> 6));
    out.push_back(static_cast<char>(0x80 | (c & 63)));
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | c >> 12));
    out.push_back(static_cast<char>(0x80 | (c >> 6 & 63)));
    out.push_back(static_cast<char>(0x80 | (c & 63)));
  } else {
    out.push_back(static_cast<char>(0xF0 | c >> 18));
    out.push_back(static_cast<char>(0x80 | (c >> 12 & 63)));
    out.push_back(static_cast<char>(0x80 | (c >> 6 & 63)));
    out.push_back(static_cast<char>(0x80 | (c & 63)));
  }
}

// Resolves the reference at s[at] == '&' into out; returns where to go on, or at where it is none.
std::size_t resolve(std::string_view s, std::size_t at, std::string& out) {
  std::size_t i = at + 1;
  if (i < s.size() && s[i] == '#') {
    ++i;
    const bool hex = i < s.size() && (s[i] == 'x' || s[i] == 'X');
    if (hex) ++i;
    std::uint32_t value = 0;
    const auto start = i;
    for (; i < s.size() && i - start < 8; ++i) {
      const char c = s[i];
      if (c >= '0' && c <= '9') {
        value = value * (hex ? 16 : 10) + static_cast<std::uint32_t>(c - '0');
      } else if (hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) {
        value = value * 16 + static_cast<std::uint32_t>((c | 32) - 'a' + 10);
      } else {
        break;
      }
    }
    if (i == start) return at;
    append_utf8(out, value);
    return i < s.size() && s[i] == ';' ? i + 1 : i;
  }
  const auto start = i;
  while (i < s.size() && i - start < 10 && (is_letter(s[i]) || (s[i] >= '0' && s[i] <= '9'))) ++i;
  const auto name = s.substr(start, i - start);
  const auto found = std::lower_bound(kEntities.begin(), kEntities.end(), name,
                                      [](const Entity& e, std::string_view n) { return e.name < n; });
  if (found == kEntities.end() || found->name != name) return at;
  append_utf8(out, found->code_point);
  return i < s.size() && s[i] == ';' ? i + 1 : i;
}

}  // namespace

void Tokenizer::text(Token& token) {
  token.kind = TokenKind::text;
  auto end = at_ + 1;
  while (end < html_.size()) {
    end = html_.find('<', end);
    if (end == std::string_view::npos) break;
    const char c = end + 1 < html_.size() ? html_[end + 1] : ' ';
    if (is_letter(c) || c == '/' || c == '!' || c == '?') break;
    ++end;
  }
  token.raw = html_.substr(at_, std::min(end, html_.size()) - at_);
  at_ += token.raw.size();
}

bool Tokenizer::next(Token& token) {
  if (at_ >= html_.size()) return false;
  token.name.clear();
  if (!raw_until_.empty()) {
    auto end = at_;
    for (;; ++end) {
      end = html_.find("</", end);
      if (end == std::string_view::npos) {
        end = html_.size();
        break;
      }
      if (ascii_iequals(html_.substr(end + 2, raw_until_.size()), raw_until_)) break;
    }
    token.kind = TokenKind::raw_text;
    token.raw = html_.substr(at_, end - at_);
    token.name = raw_until_;
    raw_until_.clear();
    if (!token.raw.empty()) {
      at_ = end;
      return true;
    }
  }
  const auto rest = html_.substr(at_);
  const char second = rest.size() > 1 ? rest[1] : ' ';
  if (rest[0] != '<' || !(is_letter(second) || second == '/' || second == '!' || second == '?')) {
    text(token);
    return true;
  }
  std::size_t end;
  if (rest.starts_with("<!--")) {
    end = rest.find("-->", 4);
    end = end == std::string_view::npos ? rest.size() : end + 3;
    token.kind = TokenKind::comment;
  } else if (second == '!' || second == '?') {
    end = rest.find('>');
    end = end == std::string_view::npos ? rest.size() : end + 1;
    token.kind = TokenKind::comment;
  } else {
    end = end_of_tag(rest, 1);
    if (end == std::string_view::npos) {  // a quote that is never closed: the tag ends at the next bracket
      end = rest.find('>');
      if (end == std::string_view::npos) {
        token.kind = TokenKind::text;
        token.raw = rest;
        at_ = html_.size();
        return true;
      }
      ++end;
    }
    token.kind = second == '/' ? TokenKind::end_tag : TokenKind::start_tag;
    token.name = tag_name(rest.substr(0, end));
    if (token.kind == TokenKind::start_tag && holds_raw_text(token.name)) raw_until_ = token.name;
  }
  token.raw = rest.substr(0, end);
  at_ += end;
  return true;
}

std::string attribute(std::string_view tag, std::string_view name, bool* found) {
  if (found) *found = false;
  std::size_t at = 1;
  while (at < tag.size() && !is_space(tag[at]) && tag[at] != '>') ++at;
  while (at < tag.size() && tag[at] != '>') {
    while (at < tag.size() && (is_space(tag[at]) || tag[at] == '/')) ++at;
    const auto key_at = at;
    while (at < tag.size() && !is_space(tag[at]) && tag[at] != '=' && tag[at] != '>') ++at;
    const auto key = tag.substr(key_at, at - key_at);
    while (at < tag.size() && is_space(tag[at])) ++at;
    std::string_view value;
    if (at < tag.size() && tag[at] == '=') {
      ++at;
      while (at < tag.size() && is_space(tag[at])) ++at;
      if (at < tag.size() && (tag[at] == '"' || tag[at] == '\'')) {
        const auto close = std::min(tag.find(tag[at], at + 1), tag.size());
        value = tag.substr(at + 1, close - at - 1);
        at = std::min(close + 1, tag.size());
      } else {
        const auto value_at = at;
        while (at < tag.size() && !is_space(tag[at]) && tag[at] != '>') ++at;
        value = tag.substr(value_at, at - value_at);
      }
    }
    if (ascii_iequals(key, name)) {
      if (found) *found = true;
      return decode_entities(value);
    }
    if (at == key_at) ++at;
  }
  return {};
}

std::string decode_entities(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '&') {
      const auto next = resolve(text, at, out);
      if (next != at) {
        at = next;
        continue;
      }
    }
    out.push_back(text[at++]);
  }
  return out;
}

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::vector<std::string> references(std::string_view html) {
  std::vector<std::string> out;
  const auto add = [&](std::string value) {
    const auto address = trim(value);
    if (!address.empty() && address.size() < 2000 && !ascii_lower(address.substr(0, 5)).starts_with("data:") &&
        out.size() < 10'000)
      out.emplace_back(address);
  };
  const auto add_css = [&](std::string_view css) {
    for (auto at = css.find("url("); at != std::string_view::npos; at = css.find("url(", at + 4)) {
      const auto close = css.find(')', at);
      if (close == std::string_view::npos) break;
      auto value = trim(css.substr(at + 4, close - at - 4));
      if (value.size() > 1 && (value.front() == '"' || value.front() == '\''))
        value = value.substr(1, value.size() - 2);
      add(std::string(value));
    }
  };
  Tokenizer tokens(html);
  for (Token token; tokens.next(token);) {
    if (token.kind == TokenKind::raw_text && token.name == "style") add_css(token.raw);
    // Conditional comments of Outlook hold pictures as well.
    if (token.kind == TokenKind::comment && token.raw.find("cid:") != std::string_view::npos) {
      for (auto at = token.raw.find("cid:"); at != std::string_view::npos; at = token.raw.find("cid:", at + 4))
        add(std::string(token.raw.substr(at, token.raw.substr(at).find_first_of("\"' )>\r\n"))));
    }
    if (token.kind != TokenKind::start_tag) continue;
    for (const auto* name : {"src", "background", "data", "poster"}) add(attribute(token.raw, name));
    if (token.name == "link" || token.name == "image") add(attribute(token.raw, "href"));
    const auto style = attribute(token.raw, "style");
    if (!style.empty()) add_css(style);
    if (token.name == "a") {
      auto target = attribute(token.raw, "href");
      if (ascii_lower(std::string_view(target).substr(0, 4)) == "cid:") add(std::move(target));
    }
  }
  return out;
}

namespace {

constexpr std::size_t kSniffed = 16U << 10;  // declarations stand near the start

// Where a charset name stands in a <meta> tag: [begin, end) inside the tag.
struct Span {
  std::size_t begin = 0, end = 0;
};
Span meta_charset(std::string_view tag) {
  const auto lower = ascii_lower(tag);
  auto at = lower.find("charset");
  while (at != std::string::npos) {
    auto i = at + 7;
    while (i < lower.size() && is_space(lower[i])) ++i;
    if (i < lower.size() && lower[i] == '=') {
      ++i;
      while (i < lower.size() && (is_space(lower[i]) || lower[i] == '"' || lower[i] == '\'')) ++i;
      const auto begin = i;
      while (i < lower.size() && !is_space(lower[i]) &&
             std::string_view("\"';>/").find(lower[i]) == std::string_view::npos)
        ++i;
      if (i > begin) return {begin, i};
    }
    at = lower.find("charset", at + 7);
  }
  return {};
}

Span xml_encoding(std::string_view declaration) {
  const auto lower = ascii_lower(declaration);
  auto at = lower.find("encoding=");
  if (!lower.starts_with("<?xml") || at == std::string::npos || at + 10 >= lower.size()) return {};
  const char quote = lower[at + 9];
  const auto end = lower.find(quote, at + 10);
  return end == std::string::npos ? Span{} : Span{at + 10, end};
}

}  // namespace

std::string declared_charset(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return "utf-8";
  if (bytes.starts_with("\xFF\xFE")) return "utf-16le";
  if (bytes.starts_with("\xFE\xFF")) return "utf-16be";
  Tokenizer tokens(bytes.substr(0, kSniffed));
  for (Token token; tokens.next(token);) {
    Span span;
    if (token.kind == TokenKind::start_tag && token.name == "meta") span = meta_charset(token.raw);
    if (token.kind == TokenKind::comment) span = xml_encoding(token.raw);
    if (span.end > span.begin) return ascii_lower(token.raw.substr(span.begin, span.end - span.begin));
    if (token.kind == TokenKind::start_tag && token.name == "body") break;
  }
  return {};
}

std::string with_declared_charset(std::string_view html, std::string_view charset) {
  std::string out;
  out.reserve(html.size() + 16);
  std::size_t done = 0;
  Tokenizer tokens(html.substr(0, kSniffed));
  for (Token token; tokens.next(token);) {
    Span span;
    if (token.kind == TokenKind::start_tag && token.name == "meta") span = meta_charset(token.raw);
    if (token.kind == TokenKind::comment) span = xml_encoding(token.raw);
    if (span.end <= span.begin) continue;
    const auto at = static_cast<std::size_t>(token.raw.data() - html.data());
    out += html.substr(done, at + span.begin - done);
    out += charset;
    done = at + span.end;
  }
  out += html.substr(done);
  return out;
}

}  // namespace oxb::html
