// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What a mail gateway does with HTML: read it as text, find its character set and the pictures it refers to. Everything
// works on a stream of tokens in linear time and without a tree, since mail is hostile and trees can be made deep.
// Text is UTF-8 unless a name says bytes.
#include <string>
#include <string_view>
#include <vector>

namespace oxb::html {

enum class TokenKind {
  text,
  start_tag,
  end_tag,
  comment,
  raw_text
};  // comment: also doctype and processing instruction

struct Token {
  TokenKind kind = TokenKind::text;
  std::string_view raw;  // as written, tags with their brackets
  std::string name;      // of tags: lower case
};

// Splits any text into tokens whose raw pieces, joined, are the text again. The content of script, style, title,
// textarea and xmp elements is raw_text.
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view html) : html_(html) {}
  bool next(Token& token);

 private:
  void text(Token& token);
  std::string_view html_;
  std::size_t at_ = 0;
  std::string raw_until_;  // name of the element whose raw text is being read
};

// Value of an attribute of a start tag, character references resolved; found tells an empty value from none.
std::string attribute(std::string_view tag, std::string_view name, bool* found = nullptr);

std::string decode_entities(std::string_view text);
std::string escape(std::string_view text);  // & < > "

// As a reader sees it: blocks on lines of their own, links with their address behind them. Lines end with CR LF.
std::string to_text(std::string_view html);
// The first characters of to_text on one line; for previews.
std::string preview(std::string_view html, std::size_t characters);
// A page that shows a plain text; links are not made. The fragment is for the middle of another page.
std::string from_text(std::string_view text);
std::string fragment_from_text(std::string_view text);

// The character set that the bytes name themselves: byte order mark, <meta charset>, <meta http-equiv>, <?xml
// encoding?>. Lower case; empty where there is none.
std::string declared_charset(std::string_view bytes);
// html with every declaration of a character set saying charset instead; unchanged where there is none.
std::string with_declared_charset(std::string_view html, std::string_view charset);

// The content ids ("cid:" references) and other addresses that pictures, style sheets and frames are loaded from, as
// written after resolving character references; content ids keep their "cid:".
std::vector<std::string> references(std::string_view html);

}  // namespace oxb::html
