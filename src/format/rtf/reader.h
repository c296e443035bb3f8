// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The interpreter of RTF: groups, destinations, fonts and code pages. Used inside this folder only.
#include "base/text.h"
#include "format/rtf/lexer.h"
#include "format/rtf/rtf.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace oxb::rtf {

std::uint32_t code_page_of_font_charset(std::int32_t charset, std::uint32_t fallback);

// own: of a derived reader, which decides what is written.
enum class Place { text, html_tag, font_table, skipped, own };

// How text looks.
struct Style {
  bool bold = false, italic = false, underline = false, strike = false;
  std::int32_t half_points = 0;  // 0: the reader's own size
  std::int32_t color = 0;        // index of the color table; 0: the reader's own color
  bool operator==(const Style&) const = default;
};

struct Group {
  Place place = Place::text;
  bool html_rtf = false;  // between \htmlrtf and \htmlrtf0
  bool hidden = false;    // \v
  std::uint32_t code_page = 1252;
  std::int32_t skip_after_unicode = 1;  // \ucN
  std::int32_t font = 0;
  // For derived readers.
  int own_kind = 0;      // which of its own places this is
  std::size_t link = 0;  // number of groups that were open when the innermost link began
  Style style;
};

// One-character control words and the texts they stand for.
struct Special {
  std::string_view word, text, html;
};
inline constexpr std::array kSpecials = {Special{"par", "\r\n", "\r\n"},
                                         Special{"line", "\r\n", "\r\n"},
                                         Special{"tab", "\t", "\t"},
                                         Special{"lquote", "\u2018", "&lsquo;"},
                                         Special{"rquote", "\u2019", "&rsquo;"},
                                         Special{"ldblquote", "\u201C", "&ldquo;"},
                                         Special{"rdblquote", "\u201D", "&rdquo;"},
                                         Special{"bullet", "\u2022", "&bull;"},
                                         Special{"endash", "\u2013", "&ndash;"},
                                         Special{"emdash", "\u2014", "&mdash;"},
                                         Special{"sect", "\r\n", "\r\n"},
                                         Special{"page", "\r\n", "\r\n"},
                                         Special{"row", "\r\n", "\r\n"},
                                         Special{"nestrow", "\r\n", "\r\n"},
                                         Special{"cell", "\t", "\t"},
                                         Special{"nestcell", "\t", "\t"},
                                         Special{"emspace", "\u2003", "&emsp;"},
                                         Special{"enspace", "\u2002", "&ensp;"}};

// Destinations that hold no text of the document.
inline constexpr std::array<std::string_view, 27> kSkipped = {
    "colortbl", "stylesheet", "info",    "pict",    "object",   "header",    "headerl",  "headerr", "headerf",
    "footer",   "footerl",    "footerr", "footerf", "footnote", "fldinst",   "listtext", "pntext",  "pntxta",
    "pntxtb",   "xe",         "tc",      "txe",     "rxe",      "bkmkstart", "bkmkend",  "filetbl", "nonshppict"};

// A character of a symbol font, which lives in the private range: the marks of lists as what they look like, others as
// something readable. HTML and text that a document only carries have such characters for themselves.
inline std::string symbol_text(char16_t unit) {
  if ((unit & 0xFF) < 0x20) return {};
  switch (unit & 0xFF) {
    case 0xA7:
      return "\u25AA";
    case 0xD8:
      return "\u27A2";
    case 0xFC:
      return "\u2713";
    default:
      return (unit & 0xFF) < 0x80 ? std::string(1, static_cast<char>(unit & 0x7F)) : "\u2022";
  }
}

// Text out of a document; what becomes of it is for put, and for who overrides the rest.
class Reader {
 public:
  Reader(std::string_view rtf, Origin as) : lexer_(rtf), html_(as == Origin::html), encapsulated_(as != Origin::rtf) {}
  virtual ~Reader() = default;

  Result<std::string> read() {
    for (;;) {
      const auto token = lexer_.next();
      if (token.kind == Lexeme::end) break;
      if (token.kind == Lexeme::open) {
        if (groups_.size() > kMaxDepth) return fail(Errc::limit, "rtf nested too deeply");
        groups_.push_back(groups_.back());
        fresh_ = true;
        starred_ = false;
        skip_ = 0;
        continue;
      }
      if (token.kind == Lexeme::close) {
        flush();
        closing();
        if (groups_.size() > 1) groups_.pop_back();
        fresh_ = false;
        skip_ = 0;
        continue;
      }
      handle(token);
      if (out_.size() > kMaxSize) return fail(Errc::limit, "rtf text too large");
    }
    flush();
    finish();
    return make_valid_utf8(out_);
  }

 protected:
  static constexpr std::size_t kMaxDepth = 1000;

  virtual void put(std::string_view utf8) { out_ += utf8; }
  virtual void put_special(const Special& special) {
    text(html_ && now().place != Place::html_tag ? special.html : special.text);
  }
  // A control word in the text or in an own place, before anything else is done with it.
  virtual void style(const RtfToken&) {}
  // Whether the destination is one of the derived reader's own.
  virtual bool own_destination(std::string_view) { return false; }
  virtual void closing() {}  // of the group in now()
  virtual void finish() {}

  Group& now() { return groups_.back(); }
  bool writes() {
    const auto& g = now();
    if (g.place == Place::html_tag) return html_;
    if (g.place == Place::own) return true;
    return g.place == Place::text && !(g.html_rtf && encapsulated_) && !g.hidden;
  }

  void handle(const RtfToken& token) {
    const bool first = fresh_;
    if (token.kind == Lexeme::symbol && token.value == '*' && first) {
      starred_ = true;  // stays fresh: the destination's name follows
      return;
    }
    fresh_ = false;
    switch (token.kind) {
      case Lexeme::word:
        word(token, first || starred_);
        break;
      case Lexeme::byte:
        byte(token.value);
        break;
      case Lexeme::character:
        byte(token.value);
        break;
      case Lexeme::symbol:
        symbol(token.value);
        break;
      default:
        break;
    }
    starred_ = false;
  }

  void byte(char c) {
    if (skip_ > 0) {
      --skip_;
      return;
    }
    if (!writes()) return;
    if (high_surrogate_) flush();
    pending_.push_back(c);
  }

  void text(std::string_view utf8) {
    if (!writes()) return;
    flush();
    put(utf8);
  }

  void symbol(char c) {
    if (skip_ > 0) {
      --skip_;
      return;
    }
    switch (c) {
      case '\\':
      case '{':
      case '}':
        byte(c);
        break;
      case '~':
        text(html_ && now().place != Place::html_tag ? "&nbsp;" : "\u00A0");
        break;
      case '_':
        text(html_ && now().place != Place::html_tag ? "&shy;" : "\u2011");
        break;
      case '\t':
        text("\t");
        break;
      default:
        break;
    }
  }

  void word(const RtfToken& token, bool may_be_destination) {
    const auto name = token.name;
    if (may_be_destination && destination(name)) return;
    if (name == "htmlrtf") {
      flush();
      now().html_rtf = token.number.value_or(1) != 0;
      return;
    }
    if (now().place == Place::font_table) {
      font_word(token);
      return;
    }
    if (now().place == Place::text || now().place == Place::own) style(token);
    if (name == "u") {
      unicode(token.number.value_or(0));
    } else if (name == "uc") {
      now().skip_after_unicode = std::clamp(token.number.value_or(1), 0, 100);
    } else if (name == "ansicpg") {
      default_page_ = token.number && *token.number > 0 ? static_cast<std::uint32_t>(*token.number) : 1252;
      flush();
      for (auto& g : groups_) g.code_page = default_page_;
    } else if (name == "f") {
      flush();
      now().font = token.number.value_or(0);
      const auto known = fonts_.find(now().font);
      now().code_page = known == fonts_.end() || known->second == 0 ? default_page_ : known->second;
    } else if (name == "plain") {
      flush();
      now().code_page = default_page_;
      now().hidden = false;
    } else if (name == "v") {
      flush();
      now().hidden = token.number.value_or(1) != 0;
    } else {
      for (const auto& s : kSpecials)
        if (s.word == name) put_special(s);
    }
  }

  bool destination(std::string_view name) {
    if (name == "fonttbl") {
      flush();
      now().place = Place::font_table;
      return true;
    }
    if (now().place != Place::skipped && own_destination(name)) return true;
    if (name == "htmltag" && starred_) {
      flush();
      // Inside the skipped parts of a document nothing counts.
      if (now().place != Place::skipped) now().place = Place::html_tag;
      now().html_rtf = false;
      now().code_page = default_page_;
      return true;
    }
    const bool known = std::find(kSkipped.begin(), kSkipped.end(), name) != kSkipped.end();
    if (!starred_ && !known) return false;
    if (starred_ && name == "shppict") return true;
    flush();
    now().place = Place::skipped;
    return true;
  }

  void font_word(const RtfToken& token) {
    if (token.name == "f") {
      now().font = token.number.value_or(0);
    } else if (token.name == "fcharset" && fonts_.size() < 4096) {
      fonts_[now().font] = code_page_of_font_charset(token.number.value_or(0), 0);
    } else if (token.name == "cpg" && token.number && *token.number > 0 && fonts_.size() < 4096) {
      fonts_[now().font] = static_cast<std::uint32_t>(*token.number);
    }
  }

  void unicode(std::int32_t value) {
    skip_ = now().skip_after_unicode;
    if (!writes()) return;
    const auto unit = static_cast<char16_t>(value & 0xFFFF);
    if (!pending_.empty()) flush_bytes();
    if (unit >= 0xD800 && unit < 0xDC00) {
      flush();
      high_surrogate_ = unit;
      return;
    }
    const char16_t pair[2] = {high_surrogate_, unit};
    if (high_surrogate_ && unit >= 0xDC00 && unit < 0xE000) {
      put(utf8_from_utf16({pair, 2}));
    } else if (unit >= 0xF000 && unit < 0xF100 && value < 0 && !encapsulated_) {
      put(symbol_text(unit));
    } else if (unit != 0) {
      put(utf8_from_utf16({pair + 1, 1}));
    }
    high_surrogate_ = 0;
  }

  void flush_bytes() {
    if (pending_.empty()) return;
    const bool ascii =
        std::all_of(pending_.begin(), pending_.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (ascii) {
      put(pending_);
    } else if (auto text = utf8_from_code_page(pending_, now().code_page)) {
      put(*text);
    } else {
      put(utf8_from_code_page(pending_, 1252).value_or("?"));
    }
    pending_.clear();
  }
  void flush() {
    flush_bytes();
    high_surrogate_ = 0;
  }

  Lexer lexer_;
  bool html_, encapsulated_;
  std::vector<Group> groups_{Group{}};
  std::map<std::int32_t, std::uint32_t> fonts_;
  std::uint32_t default_page_ = 1252;
  std::string out_, pending_;  // pending_: bytes in the group's code page
  char16_t high_surrogate_ = 0;
  std::int32_t skip_ = 0;  // characters that follow \u for readers without Unicode
  bool fresh_ = false;     // nothing came yet in this group
  bool starred_ = false;
};

}  // namespace oxb::rtf
