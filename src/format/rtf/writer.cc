// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "format/html/html.h"
#include "format/rtf/rtf.h"

#include <fmt/format.h>

namespace oxb::rtf {
namespace {

constexpr std::string_view kFonts =
    "{\\fonttbl\r\n{\\f0\\fswiss\\fcharset0 Arial;}\r\n{\\f1\\fmodern\\fcharset0 Courier New;}}\r\n"
    "{\\colortbl\\red0\\green0\\blue0;\\red0\\green0\\blue255;}\r\n";

enum class Newlines { par, none };

void append_escaped(std::string& out, std::string_view utf8, Newlines newlines) {
  for (const char16_t c : utf16_from_utf8(utf8)) {
    switch (c) {
      case u'\\':
        out += "\\\\";
        break;
      case u'{':
        out += "\\{";
        break;
      case u'}':
        out += "\\}";
        break;
      case u'\t':
        out += "\\tab ";
        break;
      case u'\n':
        out += newlines == Newlines::par ? "\\par\r\n" : "";
        break;
      case u'\r':
      case u'\0':
        break;
      default:
        if (c < 0x80)
          out.push_back(static_cast<char>(c));
        else
          out += fmt::format("\\u{}?", static_cast<std::int16_t>(c));
    }
  }
}

// Markup, verbatim, in a group that only a de-encapsulating reader looks at [MS-OXRTFEX] 2.1.3.1.
void append_tag(std::string& out, std::string_view markup) {
  out += "{\\*\\htmltag64 ";
  append_escaped(out, markup, Newlines::par);
  out += "}";
}
// What a plain RTF reader shows in its place.
void append_shown(std::string& out, std::string_view rtf) {
  out += "\\htmlrtf ";
  out += rtf;
  out += "\\htmlrtf0 ";
}

std::string_view shown_for(const html::Token& token) {
  const auto& n = token.name;
  const bool start = token.kind == html::TokenKind::start_tag;
  if (n == "br" || n == "hr") return start ? "\\line " : "";
  if (n == "p" || n == "div" || n == "tr" || n == "li" || n == "blockquote" || n == "pre" || n == "table" ||
      n == "ul" || n == "ol" || (n.size() == 2 && n[0] == 'h' && n[1] >= '1' && n[1] <= '6'))
    return start ? "" : "\\par ";
  if (n == "td" || n == "th") return start ? "" : "\\tab ";
  if (n == "b" || n == "strong") return start ? "\\b " : "\\b0 ";
  if (n == "i" || n == "em") return start ? "\\i " : "\\i0 ";
  if (n == "u") return start ? "\\ul " : "\\ulnone ";
  return "";
}

// A run of text between tags: shown by both kinds of readers, except that references are written as markup for the one
// and as their characters for the other, and that a line break is white space for the other.
void append_text(std::string& out, std::string_view text) {
  std::size_t done = 0;
  const auto plain = [&](std::size_t to) { append_escaped(out, text.substr(done, to - done), Newlines::none); };
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::size_t end = at;
    std::string shown;
    if (text[at] == '&') {
      end = text.find(';', at);
      if (end == std::string_view::npos || end - at > 12) continue;
      shown = html::decode_entities(text.substr(at, ++end - at));
      if (shown == text.substr(at, end - at)) continue;
    } else if (text[at] == '\n') {
      end = at + 1;
      shown = " ";
    } else {
      continue;
    }
    plain(at);
    append_tag(out, text.substr(at, end - at));
    std::string rtf;
    append_escaped(rtf, shown, Newlines::none);
    append_shown(out, rtf);
    done = end;
    at = end - 1;
  }
  plain(text.size());
}

}  // namespace

std::string from_text(std::string_view text) {
  std::string out = "{\\rtf1\\ansi\\ansicpg1252\\fromtext \\fbidis \\deff0";
  out += kFonts;
  out += "\\uc1\\pard\\plain\\deftab360 \\f0\\fs20 ";
  append_escaped(out, text, Newlines::par);
  out += "}";
  return out;
}

std::string from_html(std::string_view html) {
  std::string out = "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\fbidis \\deff0";
  out += kFonts;
  out += "\\uc1\\pard\\plain\\deftab360 \\f0\\fs20 ";
  html::Tokenizer tokens(html);
  int head = 0;
  for (html::Token token; tokens.next(token);) {
    if (token.name == "head") head = token.kind == html::TokenKind::start_tag ? 1 : 0;
    if (token.name == "body") head = 0;
    if (token.kind == html::TokenKind::text && head == 0) {
      append_text(out, token.raw);
      continue;
    }
    append_tag(out, token.raw);
    if (token.kind == html::TokenKind::start_tag || token.kind == html::TokenKind::end_tag) {
      const auto shown = shown_for(token);
      if (!shown.empty() && head == 0) append_shown(out, shown);
    }
  }
  out += "}";
  return out;
}

}  // namespace oxb::rtf
