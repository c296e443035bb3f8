// SPDX-License-Identifier: GPL-3.0-or-later
// Encoded words (RFC 2047) and address lists (RFC 5322 3.4). GMime has both, but decodes each word by itself, so that a
// character which a sender split between two words is lost, and takes a comma inside a word for the end of an address.
#include "base/text.h"
#include "format/mime/gmime.h"
#include "format/mime/message.h"

#include <algorithm>

namespace oxb::mime {
namespace {

struct Word {
  std::string_view charset;  // without an RFC 2231 language suffix
  std::string bytes;
  std::size_t next;  // offset behind "?="
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decode_q(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_') {
      out.push_back(' ');
    } else if (text[i] == '=' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// The encoded word that starts at s[at], if one does.
std::optional<Word> word_at(std::string_view s, std::size_t at) {
  if (s.substr(at, 2) != "=?") return std::nullopt;
  constexpr std::size_t kLongest = 2U << 10;  // far beyond what the RFC allows
  s = s.substr(0, std::min(s.size(), at + kLongest));
  const auto charset = s.substr(at + 2, std::min<std::size_t>(64, s.substr(at + 2).find('?')));
  const auto charset_end = at + 2 + charset.size();
  if (charset.empty() || charset_end >= s.size() || s[charset_end] != '?') return std::nullopt;
  if (charset.find_first_of(" \"<>@") != std::string_view::npos) return std::nullopt;
  if (charset_end + 2 >= s.size() || s[charset_end + 2] != '?') return std::nullopt;
  const char kind = s[charset_end + 1];
  const auto text_at = charset_end + 3;
  const auto end = s.find("?=", text_at);
  if (end == std::string_view::npos) return std::nullopt;
  const auto text = s.substr(text_at, end - text_at);
  Word word{charset.substr(0, charset.find('*')), {}, end + 2};
  if (kind == 'q' || kind == 'Q')
    word.bytes = decode_q(text);
  else if (kind == 'b' || kind == 'B')
    word.bytes = as_text(decode_transfer(text, "base64"));
  else
    return std::nullopt;
  return word;
}

}  // namespace

std::string decode_text(std::string_view raw) {
  const auto value = unfolded(raw);
  std::string out, plain, bytes;
  std::string_view charset;  // of bytes, a run of words not yet decoded
  const auto end_run = [&] {
    if (!charset.empty()) out += text_from_charset(bytes, charset);
    bytes.clear();
    charset = {};
  };
  const auto end_plain = [&] {
    if (!plain.empty()) out += text_from_charset(plain, {});
    plain.clear();
  };
  const std::string_view view = value;
  for (std::size_t at = 0; at < view.size();) {
    if (const auto word = word_at(view, at)) {
      if (!charset.empty() && trim(plain).empty()) {  // white space between two words is no text
        plain.clear();
        if (!ascii_iequals(charset, word->charset)) end_run();
      } else {
        end_run();
        end_plain();
      }
      charset = word->charset;
      bytes += word->bytes;
      at = word->next;
      continue;
    }
    plain.push_back(view[at++]);
    if (!charset.empty() && plain.back() != ' ') end_run();
  }
  end_run();
  end_plain();
  std::erase_if(out, [](char c) { return c == '\0' || c == '\r' || c == '\n'; });
  return std::string(trim(out));
}

namespace {

class AddressReader {
 public:
  AddressReader(std::string_view text, std::size_t limit) : s_(text), limit_(limit) {}

  std::vector<Mailbox> read() {
    while (at_ < s_.size() && out_.size() < limit_) step();
    finish();
    if (out_.size() > limit_) out_.resize(limit_);
    return std::move(out_);
  }

 private:
  void step() {
    const char c = s_[at_];
    if (c == '"') return quoted();
    if (c == '(') return comment();
    if (c == '<') return angle();
    if (c == '[') return literal();
    if (const auto word = word_at(s_, at_)) {
      phrase_ += s_.substr(at_, word->next - at_);
      at_ = word->next;
      return;
    }
    ++at_;
    if (c == ',') return finish();
    if (c == ';') {
      finish();
      group_.clear();
      return;
    }
    if (c == ':' && !has_angle_ && group_.empty() && !has_sign_) {
      if (!ascii_iequals(trim(phrase_), "mailto")) group_ = decode_text(phrase_);
      phrase_.clear();
      comment_.clear();
      return;
    }
    has_sign_ = has_sign_ || c == '@';
    phrase_.push_back(c);
  }

  void quoted() {
    quoted_ = true;
    for (++at_; at_ < s_.size() && s_[at_] != '"'; ++at_) {
      if (s_[at_] == '\\' && at_ + 1 < s_.size()) ++at_;
      phrase_.push_back(s_[at_]);
    }
    if (at_ < s_.size()) ++at_;
  }

  void comment() {
    int depth = 0;
    std::string text;
    for (; at_ < s_.size(); ++at_) {
      const char c = s_[at_];
      if (c == '\\' && at_ + 1 < s_.size()) {
        text.push_back(s_[++at_]);
        continue;
      }
      if (c == '(' && depth++ == 0) continue;
      if (c == ')' && --depth == 0) {
        ++at_;
        break;
      }
      text.push_back(c);
    }
    if (comment_.empty()) comment_ = text;
    phrase_.push_back(' ');
  }

  void angle() {
    ++at_;
    bool in_quotes = false;
    std::string address;
    for (; at_ < s_.size(); ++at_) {
      const char c = s_[at_];
      if (c == '"') in_quotes = !in_quotes;
      if (!in_quotes && (c == '>' || c == ',')) break;
      address.push_back(c);
    }
    if (at_ < s_.size() && s_[at_] == '>') ++at_;
    // A source route (RFC 5322 4.4) goes before the address.
    if (address.starts_with('@')) address.erase(0, std::min(address.find(':'), address.size() - 1) + 1);
    if (has_angle_ && !angle_.empty() && trim(address).empty()) return;
    angle_ = address;
    has_angle_ = true;
  }

  void literal() {
    const auto end = s_.find(']', at_);
    const auto stop = end == std::string_view::npos ? s_.size() : end + 1;
    phrase_ += s_.substr(at_, stop - at_);
    at_ = stop;
  }

  void finish() {
    Mailbox box;
    box.group = group_;
    if (has_angle_) {
      box.name = decode_text(trim(phrase_).empty() ? comment_ : phrase_);
      box.address = clean(without_comments(angle_));
    } else {
      split_bare(box);
    }
    if (!box.address.empty() || !box.name.empty()) out_.push_back(std::move(box));
    phrase_.clear();
    comment_.clear();
    angle_.clear();
    has_angle_ = quoted_ = has_sign_ = false;
  }

  // No angle brackets: an address, an address with words around it, or words alone.
  void split_bare(Mailbox& box) const {
    const auto text = trim(phrase_);
    if (text.empty()) return;  // a comment alone is nobody
    const auto sign = text.rfind('@');
    if (sign == std::string_view::npos) {
      if (text.find(' ') == std::string_view::npos && text.find("=?") == std::string_view::npos && !quoted_) {
        box.address = clean(text);
        box.name = decode_text(comment_);
      } else {
        box.name = decode_text(text);
      }
      return;
    }
    const auto space = text.find_last_of(' ', sign);
    const bool spaced = sign > 0 && sign + 1 < text.size() && (text[sign - 1] == ' ' || text[sign + 1] == ' ');
    if (space == std::string_view::npos || spaced || quoted_) {
      box.address = clean(text);
      box.name = decode_text(comment_);
    } else {
      const auto end = std::min(text.find(' ', sign), text.size());
      box.address = clean(text.substr(space + 1, end - space - 1));
      box.name = decode_text(text.substr(0, space));
    }
  }

  static std::string without_comments(std::string_view text) {
    std::string out;
    int depth = 0;
    for (const char c : text) {
      if (c == '(') ++depth;
      if (depth == 0) out.push_back(c);
      if (c == ')' && depth > 0) --depth;
    }
    return out;
  }

  static std::string clean(std::string_view address) {
    auto out = decode_text(address);
    std::erase(out, ' ');
    return out;
  }

  std::string_view s_;
  std::size_t limit_;
  std::size_t at_ = 0;
  std::string phrase_, comment_, angle_, group_;
  bool has_angle_ = false, quoted_ = false, has_sign_ = false;
  std::vector<Mailbox> out_;
};

}  // namespace

std::vector<Mailbox> parse_addresses(std::string_view raw, std::size_t limit) {
  const auto text = unfolded(raw);
  return AddressReader(text, limit).read();
}

}  // namespace oxb::mime
