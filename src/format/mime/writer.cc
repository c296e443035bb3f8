// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/mime/writer.h"

#include "base/text.h"
#include "format/mime/gmime.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::mime {
namespace {

constexpr std::size_t kLine = 76;
constexpr std::size_t kLongestText = 32'000;  // of one field's value
constexpr std::size_t kLongestWord = 700;     // without a space; lines end at 998 (RFC 5322 2.1.1)
constexpr std::size_t kLongestName = 120;     // of a person, as quoted string: that cannot be folded

bool is_printable(char c) { return c > 0x20 && c < 0x7F; }
bool is_token(char c) {
  constexpr std::string_view kSpecials = "()<>@,;:\\\"/[]?=";
  return is_printable(c) && kSpecials.find(c) == std::string_view::npos;
}
bool is_atom(char c) {  // RFC 5322 3.2.3
  constexpr std::string_view kMore = "!#$%&'*+-/=?^_`{|}~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kMore.find(c) != std::string_view::npos;
}
bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// The start of text that is at most that many bytes, ending with a whole character.
std::string_view cut(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

// Valid UTF-8 on one line.
std::string one_line(std::string_view text) {
  auto out = make_valid_utf8(cut(text, kLongestText));
  for (auto& c : out)
    if (c == '\t' || c == '\r' || c == '\n') c = ' ';
  std::erase_if(out, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
  return std::string(trim(out));
}

std::size_t longest_word(std::string_view text) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == ' ' ? 0 : run + 1;
    longest = std::max(longest, run);
  }
  return longest;
}

bool needs_words(std::string_view text, WordPlace place = WordPlace::text) {
  return !is_ascii(text) || text.find("=?") != std::string_view::npos || longest_word(text) > kLongestWord ||
         (place == WordPlace::phrase && text.size() > kLongestName);
}

// The length of the character that starts at text[at].
std::size_t character(std::string_view text, std::size_t at) {
  std::size_t length = 1;
  while (at + length < text.size() && (static_cast<unsigned char>(text[at + length]) & 0xC0) == 0x80) ++length;
  return length;
}

bool is_q_safe(char c) {  // in any place, RFC 2047 5
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '!' || c == '*' ||
         c == '+' || c == '-' || c == '/';
}
std::size_t q_size(std::string_view character) {
  return character.size() == 1 && (is_q_safe(character[0]) || character[0] == ' ') ? 1 : 3 * character.size();
}
std::string q_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_q_safe(c))
      out.push_back(c);
    else if (c == ' ')
      out.push_back('_');
    else
      out += fmt::format("={:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

// Text folded at its spaces; column as in encode_words.
std::string folded(std::string_view text, std::size_t column) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto end = text.find(' ', at + 1);
    if (end == std::string_view::npos) end = text.size();
    const auto word = text.substr(at, end - at);
    // A line must not hold white space alone, so that is never what a line starts with.
    if (word.starts_with(' ') && word.size() > 1 && column + word.size() > kLine && !out.empty()) {
      out += "\r\n";
      column = 0;
    }
    out += word;
    column += word.size();
    at = end;
  }
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

// A display name in front of an address.
std::string phrase(std::string_view name, std::size_t column) {
  if (needs_words(name, WordPlace::phrase)) return encode_words(name, WordPlace::phrase, column);
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) { return is_atom(c) || c == ' '; });
  return plain && name.find("  ") == std::string_view::npos ? std::string(name) : quoted(name);
}

}  // namespace

bool is_field_name(std::string_view name) {
  return !name.empty() && name.size() <= 200 &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_printable(c) && c != ':'; });
}

bool is_deliverable(std::string_view address) {
  const auto sign = address.rfind('@');
  if (sign == std::string_view::npos || sign == 0 || address.size() > 500) return false;
  const auto local = address.substr(0, sign), domain = address.substr(sign + 1);
  if (domain.empty()) return false;
  if (local.size() >= 2 && local.front() == '"' && local.back() == '"') {
    for (std::size_t i = 1; i + 1 < local.size(); ++i) {
      if (local[i] < 0x20 || local[i] == 0x7F || local[i] == '"') return false;
      if (local[i] == '\\' && ++i + 1 >= local.size()) return false;
    }
  } else if (!std::all_of(local.begin(), local.end(), [](char c) { return is_atom(c) || c == '.'; })) {
    return false;
  }
  const bool literal = domain.size() > 2 && domain.front() == '[' && domain.back() == ']';
  const auto host = literal ? domain.substr(1, domain.size() - 2) : domain;
  return std::all_of(host.begin(), host.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || (literal && c == ':');
  });
}

bool is_content_type(std::string_view type) {
  const auto slash = type.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 >= type.size() || type.size() > 127) return false;
  const auto token = [](std::string_view t) { return std::all_of(t.begin(), t.end(), is_token); };
  return token(type.substr(0, slash)) && token(type.substr(slash + 1));
}

std::string encode_words(std::string_view raw, WordPlace place, std::size_t column) {
  const auto text = one_line(raw);
  if (!needs_words(text, place)) return folded(text, column);
  std::size_t q_total = 0;
  for (std::size_t at = 0; at < text.size(); at += character(text, at))
    q_total += q_size(std::string_view(text).substr(at, character(text, at)));
  const bool q = q_total <= text.size() * 4 / 3 + 2;
  const std::string_view head = q ? "=?UTF-8?Q?" : "=?UTF-8?B?";
  const std::size_t overhead = head.size() + 2;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    // An encoded word has at most 75 characters, and its line at most 76.
    std::size_t room = out.empty() && column + overhead + 24 <= kLine ? kLine - column - overhead : 75 - overhead - 1;
    if (out.empty() && column + overhead + 24 > kLine) out += "\r\n ";
    if (!q) room = room / 4 * 3;
    std::size_t end = at, used = 0;
    while (end < text.size()) {
      const auto one = std::string_view(text).substr(end, character(text, end));
      const auto cost = q ? q_size(one) : one.size();
      if (used + cost > room && end > at) break;
      used += cost;
      end += one.size();
    }
    const auto piece = std::string_view(text).substr(at, end - at);
    if (at > 0) out += "\r\n ";
    out += head;
    out += q ? q_encoded(piece) : to_base64(as_bytes(piece));
    out += "?=";
    at = end;
  }
  return out;
}

bool FieldWriter::has(std::string_view name) const {
  return std::find(names_.begin(), names_.end(), ascii_lower(name)) != names_.end();
}

bool FieldWriter::begin(std::string_view name) {
  if (!is_field_name(name)) return false;
  names_.push_back(ascii_lower(name));
  block_.append(name).append(": ");
  return true;
}

void FieldWriter::text(std::string_view name, std::string_view value) {
  const auto encoded = encode_words(value, WordPlace::text, name.size() + 2);
  if (encoded.empty() || !begin(name)) return;
  block_.append(encoded).append("\r\n");
}

void FieldWriter::words(std::string_view name, std::string_view value) {
  std::string kept;
  for (std::size_t at = 0; at < value.size() && kept.size() < kLongestText;) {
    const auto end = std::min(value.find_first_of(" \t\r\n", at), value.size());
    std::string word;
    for (const char c : value.substr(at, end - at))
      if (is_printable(c)) word.push_back(c);
    at = end + 1;
    if (word.empty() || word.size() > kLongestWord) continue;
    if (!kept.empty()) kept.push_back(' ');
    kept += word;
  }
  if (kept.empty() || !begin(name)) return;
  block_.append(folded(kept, name.size() + 2)).append("\r\n");
}

void FieldWriter::addresses(std::string_view name, const std::vector<Mailbox>& people, Nameless nameless) {
  if (!is_field_name(name)) return;
  std::string out;
  std::size_t column = name.size() + 2;
  for (const auto& person : people) {
    const auto shown = one_line(cut(person.name, 1000));
    const bool deliverable = is_deliverable(person.address);
    // Local names ("root") and addresses outside ASCII (RFC 6532) cannot be sent to, but are what some mails hold.
    const bool local =
        !deliverable && !person.address.empty() && person.address.size() < 200 && is_valid_utf8(person.address) &&
        std::all_of(person.address.begin(), person.address.end(),
                    [](char c) { return is_atom(c) || c == '.' || c == '@' || static_cast<unsigned char>(c) >= 0x80; });
    if (!deliverable && (nameless == Nameless::leave_out || (!local && shown.empty()))) continue;
    if (!out.empty()) {
      out += ",";
      ++column;
    }
    const auto address = deliverable || local ? person.address : std::string();
    // Each address begins on a line that has room for it.
    const auto plain = shown.size() + address.size() + 5;
    const auto start = out.size();
    if (!out.empty() && column + plain > kLine) {
      out += "\r\n ";
      column = 1;
    } else if (!out.empty()) {
      out.push_back(' ');
      ++column;
    }
    if (address.empty()) {
      out += needs_words(shown, WordPlace::phrase) ? phrase(shown, column) : quoted(shown);
    } else if (shown.empty() || shown == address) {
      out += address;
    } else {
      out += phrase(shown, column);
      const auto line = out.rfind('\n');
      const auto used = line == std::string::npos || line < start ? column + (out.size() - start) : out.size() - line;
      out += used + address.size() + 3 > kLine ? "\r\n <" : " <";
      out += address;
      out += ">";
    }
    const auto line = out.rfind('\n');
    column = line == std::string::npos ? name.size() + 2 + out.size() : out.size() - line - 1;
  }
  if (out.empty() || !begin(name)) return;
  block_.append(out).append("\r\n");
}

void FieldWriter::date(std::string_view name, Instant time, int offset_minutes) {
  gmime_options();
  // Years of four digits only.
  constexpr std::int64_t kFirst = -62'135'596'800 + 86'400, kLast = 253'402'300'799 - 86'400;
  const auto seconds =
      std::clamp(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count(),
                 decltype(std::chrono::seconds{}.count()){kFirst}, decltype(std::chrono::seconds{}.count()){kLast});
  auto* utc = g_date_time_new_from_unix_utc(seconds);
  if (!utc) return;
  const auto offset = std::clamp(offset_minutes, -14 * 60, 14 * 60);
  auto* zone = g_time_zone_new_offset(offset * 60);
  auto* local = g_date_time_to_timezone(utc, zone);
  if (local && begin(name)) block_.append(take(g_mime_utils_header_format_date(local))).append("\r\n");
  if (local) g_date_time_unref(local);
  g_time_zone_unref(zone);
  g_date_time_unref(utc);
}

namespace {

// One or more "name=value" of RFC 2231, each for a line of its own.
std::vector<std::string> parameter_pieces(const Parameter& parameter) {
  const auto value = one_line(cut(parameter.value, 2000));
  constexpr std::size_t kShort = 200;
  if (is_ascii(value) && value.size() <= kShort) {
    const bool token = !value.empty() && std::all_of(value.begin(), value.end(), is_token);
    return {parameter.name + "=" + (token ? value : quoted(value))};
  }
  const auto attribute = [](char c) { return is_token(c) && c != '*' && c != '\'' && c != '%'; };
  std::vector<std::string> pieces(1);
  for (std::size_t at = 0; at < value.size();) {
    const auto one = std::string_view(value).substr(at, character(value, at));
    std::string coded;
    for (const char c : one)
      coded += attribute(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    if (pieces.back().size() + coded.size() > 54) pieces.emplace_back();
    pieces.back() += coded;
    at += one.size();
  }
  if (pieces.size() == 1) return {parameter.name + "*=UTF-8''" + pieces[0]};
  for (std::size_t i = 0; i < pieces.size(); ++i)
    pieces[i] = fmt::format("{}*{}*={}{}", parameter.name, i, i == 0 ? "UTF-8''" : "", pieces[i]);
  return pieces;
}

// The form of a file name that no standard knows and every mail program reads; nothing where it would be very long.
std::vector<std::string> old_name_pieces(const Parameter& parameter) {
  const auto value = one_line(cut(parameter.value, 2000));
  if (is_ascii(value) && value.find("=?") == std::string::npos) return parameter_pieces({parameter.name, value});
  if (value.size() > 250) return {};
  return {parameter.name + "=\"" + encode_words(value, WordPlace::phrase, parameter.name.size() + 10) + "\""};
}

}  // namespace

void FieldWriter::parameters(std::string_view name, std::string_view value, const std::vector<Parameter>& parameters) {
  if (!begin(name)) return;
  std::string line;
  for (const char c : value.substr(0, 200))
    if (is_token(c) || c == '/') line.push_back(c);
  const bool is_type = ascii_iequals(name, "Content-Type");
  std::size_t column = name.size() + 2 + line.size();
  for (const auto& p : parameters) {
    if (p.name.empty() || !std::all_of(p.name.begin(), p.name.end(), is_token)) continue;
    for (const auto& piece : is_type&& p.name == "name" ? old_name_pieces(p) : parameter_pieces(p)) {
      const bool fits = column + piece.size() + 2 <= kLine;
      line += fits ? "; " : ";\r\n\t";
      line += piece;
      column = fits ? column + piece.size() + 2 : piece.size() + 8;
    }
  }
  block_.append(line).append("\r\n");
}

void FieldWriter::verbatim(std::string_view name, std::string_view lines) {
  names_.push_back(ascii_lower(name));
  block_.append(lines);
}

}  // namespace oxb::mime
