// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"

#include "format/html/html.h"

#include <algorithm>
#include <array>

namespace oxb::html {
namespace {

constexpr std::array<std::string_view, 34> kBlocks = {
    "address", "article", "aside", "blockquote", "body",   "center", "dd",   "details", "dir",
    "div",     "dl",      "dt",    "fieldset",   "figure", "footer", "form", "h1",      "h2",
    "h3",      "h4",      "h5",    "h6",         "header", "html",   "li",   "main",    "menu",
    "nav",     "ol",      "pre",   "section",    "table",  "tr",     "ul"};
constexpr std::array<std::string_view, 8> kSpaced = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"};

template <std::size_t N>
bool one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class TextWriter {
 public:
  explicit TextWriter(std::string_view html) : tokens_(html) {}

  std::string write() {
    for (Token token; tokens_.next(token);) {
      switch (token.kind) {
        case TokenKind::text:
          if (hidden_ == 0) text(decode_entities(token.raw));
          break;
        case TokenKind::start_tag:
          start(token);
          break;
        case TokenKind::end_tag:
          end(token.name);
          break;
        case TokenKind::comment:
          break;
        case TokenKind::raw_text:
          if (token.name == "textarea" || token.name == "xmp") text(decode_entities(token.raw));
          break;
      }
    }
    while (out_.ends_with(' ') || out_.ends_with('\r') || out_.ends_with('\n')) out_.pop_back();
    if (!out_.empty()) out_ += "\r\n";
    return std::move(out_);
  }

 private:
  // Line breaks are owed, not written, so that they never pile up and none stand at the start.
  void owe(int breaks) {
    owed_ = std::max(owed_, breaks);
    space_ = false;
  }
  void pay() {
    if (owed_ == 0) return;
    if (!out_.empty()) {
      while (out_.ends_with(' ')) out_.pop_back();
      for (int i = out_.ends_with('\n') ? 1 : 0; i < owed_; ++i) out_ += "\r\n";
    }
    owed_ = 0;
    space_ = false;
  }

  void text(std::string_view chars) {
    for (std::size_t i = 0; i < chars.size(); ++i) {
      const char c = chars[i];
      if (c == '\r' || c == '\0') continue;
      if (pre_ > 0 && c == '\n') {
        pay();
        out_ += "\r\n";
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\f') {
        if (pre_ > 0) {
          pay();
          out_.push_back(c);
        } else {
          space_ = true;
        }
      } else {
        pay();
        if (space_ && !out_.empty() && !out_.ends_with(' ') && !out_.ends_with('\n') && !out_.ends_with('\t'))
          out_.push_back(' ');
        space_ = false;
        if (chars.substr(i, 2) == "\xC2\xA0") {  // a no-break space is a space in plain text
          out_.push_back(' ');
          ++i;
        } else {
          out_.push_back(c);
        }
      }
    }
  }

  void start(const Token& token) {
    const auto& name = token.name;
    if (name == "head" || name == "noscript" || name == "template") {
      ++hidden_;
    } else if (name == "body") {
      hidden_ = 0;  // an unclosed head must not hide the text
    }
    if (hidden_ > 0) return;
    if (name == "br") {
      owed_ < 2 ? ++owed_ : owed_;
      space_ = false;
      if (owed_ == 1 && out_.empty()) owed_ = 0;
    } else if (name == "hr") {
      owe(1);
      text("________________________________");
      owe(1);
    } else if (one_of(kSpaced, name)) {
      owe(2);
    } else if (one_of(kBlocks, name)) {
      owe(1);
    }
    if (name == "pre") ++pre_;
    if (name == "ol" || name == "ul") {
      if (lists_.size() < 100) lists_.push_back(name == "ol" ? 1 : 0);
    }
    if (name == "li") item();
    if ((name == "td" || name == "th") && !out_.empty() && owed_ == 0 && !out_.ends_with('\n')) {
      out_.push_back('\t');
      space_ = false;
    }
    if (name == "img") {
      const auto alternative = std::string(trim(attribute(token.raw, "alt")));
      if (!alternative.empty()) text("[" + alternative + "]");
    }
    if (name == "a") {
      link_ = std::string(trim(attribute(token.raw, "href")));
      link_at_ = out_.size();
    }
  }

  void item() {
    if (lists_.empty() || lists_.back() == 0)
      text("* ");
    else
      text(std::to_string(lists_.back()++) + ". ");
    space_ = true;
  }

  void end(const std::string& name) {
    if (name == "head" || name == "noscript" || name == "template") {
      if (hidden_ > 0) --hidden_;
      return;
    }
    if (hidden_ > 0) return;
    if (one_of(kSpaced, name))
      owe(2);
    else if (one_of(kBlocks, name))
      owe(1);
    if (name == "pre" && pre_ > 0) --pre_;
    if ((name == "ol" || name == "ul") && !lists_.empty()) lists_.pop_back();
    if (name == "a") end_link();
  }

  // "text <address>", as Outlook writes it, unless the text is the address.
  void end_link() {
    if (link_.empty()) return;
    const auto lower = ascii_lower(link_);
    const bool worth_it = lower.starts_with("http://") || lower.starts_with("https://") ||
                          lower.starts_with("mailto:") || lower.starts_with("ftp://") || lower.starts_with("tel:");
    const auto shown = std::string(trim(std::string_view(out_).substr(std::min(link_at_, out_.size()))));
    const auto bare =
        lower.starts_with("mailto:") || lower.starts_with("tel:") ? link_.substr(link_.find(':') + 1) : link_;
    if (worth_it && !shown.empty() && !ascii_iequals(shown, link_) && !ascii_iequals(shown, bare) &&
        !ascii_iequals(shown + "/", link_)) {
      out_ += " <" + bare + ">";
    }
    link_.clear();
  }

  Tokenizer tokens_;
  std::string out_;
  int owed_ = 0;
  bool space_ = false;
  int hidden_ = 0;
  int pre_ = 0;
  std::vector<int> lists_;  // next number of each open list; 0 for bullets
  std::string link_;
  std::size_t link_at_ = 0;
};

}  // namespace

std::string to_text(std::string_view html) { return TextWriter(html).write(); }

std::string preview(std::string_view html, std::size_t characters) {
  // Far more markup than text is usual; a page that hides its text behind more of it has no preview.
  const auto text = to_text(html.substr(0, 64U << 10));
  std::string out;
  std::size_t count = 0;
  bool space = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c <= ' ') {
      space = !out.empty();
      continue;
    }
    if ((c & 0xC0) != 0x80) {  // the first byte of a character
      count += space ? 2 : 1;
      if (count > characters) break;
      if (space) out.push_back(' ');
      space = false;
    }
    out.push_back(text[i]);
  }
  return out;
}

std::string fragment_from_text(std::string_view text) {
  std::string out = "<div style=\"font-family: monospace\">";
  char last = '\n';
  for (const char c : text) {
    if (c == '\r' || c == '\0') continue;
    if (c == '\n')
      out += "<br>\r\n";
    else if (c == ' ' && (last == ' ' || last == '\n'))
      out += "&nbsp;";  // one of several spaces, or one at the start of a line, would vanish
    else
      out += escape(std::string_view(&c, 1));
    last = c == ' ' && last == ' ' ? 'x' : c;
  }
  return out + "</div>\r\n";
}

std::string from_text(std::string_view text) {
  return "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>\r\n" +
         fragment_from_text(text) + "</body></html>\r\n";
}

}  // namespace oxb::html
