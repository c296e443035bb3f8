// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "format/mime/gmime.h"
#include "format/mime/message.h"

#include <algorithm>
#include <cctype>

namespace oxb::mime {
namespace {

GMimeContentEncoding encoding_of(std::string_view name) {
  if (name == "base64") return GMIME_CONTENT_ENCODING_BASE64;
  if (name == "quoted-printable") return GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
  return GMIME_CONTENT_ENCODING_DEFAULT;
}

bool all_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_uuencode(std::string_view name) {
  return name == "x-uuencode" || name == "uuencode" || name == "x-uue" || name == "uue";
}

// One data line: its first character is the number of bytes, spaces at the end may be lost.
void append_uu_line(std::string_view line, Bytes& out) {
  if (line.empty()) return;
  auto left = static_cast<std::size_t>(line[0] - ' ') & 63U;
  const auto value = [&](std::size_t i) { return i < line.size() ? static_cast<unsigned>(line[i] - ' ') & 63U : 0U; };
  for (std::size_t i = 1; left > 0 && i < line.size(); i += 4) {
    const auto group = value(i) << 18 | value(i + 1) << 12 | value(i + 2) << 6 | value(i + 3);
    for (int shift = 16; shift >= 0 && left > 0; shift -= 8, --left)
      out.push_back(static_cast<std::byte>(group >> shift & 255U));
  }
}

Bytes decode_uu(std::string_view body) {
  Bytes out;
  bool inside = false;
  for (std::size_t at = 0; at < body.size();) {
    const auto end = std::min(body.find('\n', at), body.size());
    auto line = body.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!inside) {
      inside = line.starts_with("begin ");
    } else if (line == "end") {
      break;
    } else {
      append_uu_line(line, out);
    }
  }
  return out;
}

// ISO-2022 text without the switches between character sets that switch to nothing: ICU takes an empty run for an
// attack and puts a replacement character there, but joined encoded words and some mailers make them.
std::string without_empty_runs(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '\x1b') {
      out.push_back(text[i++]);
      continue;
    }
    const std::size_t length = text.substr(i + 1, 2) == "$(" ? 4 : 3;
    const bool empty = i + length < text.size() && text[i + length] == '\x1b';
    if (!empty) out += text.substr(i, length);
    i += length;
  }
  return out;
}

}  // namespace

Bytes decode_transfer(std::string_view body, std::string_view encoding) {
  if (is_uuencode(encoding)) return decode_uu(body);
  const auto kind = encoding_of(encoding);
  if (kind == GMIME_CONTENT_ENCODING_DEFAULT) return to_bytes(body);
  GMimeEncoding state;
  g_mime_encoding_init_decode(&state, kind);
  Bytes out(g_mime_encoding_outlen(&state, body.size()) + 8);
  auto* target = reinterpret_cast<char*>(out.data());
  out.resize(g_mime_encoding_flush(&state, body.data(), body.size(), target));
  return out;
}

Bytes Part::content() const { return decode_transfer(body, encoding); }

std::string Part::text() const {
  const auto bytes = content();
  return text_from_charset(as_text(bytes), parameter("charset"));
}

std::string text_from_charset(std::string_view bytes, std::string_view charset) {
  const auto name = ascii_lower(trim(charset));
  const bool claims_nothing = name.empty() || name == "us-ascii" || name == "ascii" || name == "unknown-8bit" ||
                              name == "x-unknown" || name == "8bit" || name == "7bit" || name == "binary" ||
                              name == "default";
  if (claims_nothing && (all_ascii(bytes) && bytes.find("\x1b") == std::string_view::npos)) return std::string(bytes);
  if (!claims_nothing && name.starts_with("iso-2022-")) {
    if (auto text = utf8_from_charset(without_empty_runs(bytes), name)) return std::move(*text);
  } else if (!claims_nothing) {
    const bool wide = name.starts_with("utf-16") || name.starts_with("utf-32") || name.starts_with("ucs-");
    // A text in ASCII bytes is never UTF-16, whatever its label says.
    if (!wide || bytes.find('\0') != std::string_view::npos || bytes.starts_with("\xff\xfe") ||
        bytes.starts_with("\xfe\xff"))
      if (auto text = utf8_from_charset(bytes, name)) return std::move(*text);
  }
  if (is_valid_utf8(bytes)) return std::string(bytes);
  if (auto text = utf8_from_charset(bytes, "windows-1252")) return std::move(*text);
  return make_valid_utf8(bytes);
}

std::string unflow(std::string_view text, DeleteSpace delete_space) {
  std::string out;
  out.reserve(text.size());
  int open_depth = -1;  // quote depth of a paragraph that a soft line break left open
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    auto line = text.substr(at, end == std::string_view::npos ? end : end - at);
    at = end == std::string_view::npos ? text.size() : end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::size_t depth = 0;
    while (depth < line.size() && line[depth] == '>') ++depth;
    line.remove_prefix(depth);
    if (line.starts_with(' ')) line.remove_prefix(1);  // space-stuffing
    const bool signature = line == "-- ";
    const bool flowed = line.ends_with(' ') && !signature;
    if (open_depth >= 0 && (open_depth != static_cast<int>(depth) || signature)) {
      out += "\r\n";
      open_depth = -1;
    }
    if (open_depth < 0) {
      out.append(depth, '>');
      if (depth > 0 && !line.empty()) out.push_back(' ');
    }
    if (flowed && delete_space == DeleteSpace::yes) line.remove_suffix(1);
    out += line;
    if (flowed) {
      open_depth = static_cast<int>(depth);
    } else {
      open_depth = -1;
      if (end != std::string_view::npos) out += "\r\n";
    }
  }
  return out;
}

namespace {

struct UuBegin {
  std::size_t line;  // offset of "begin"
  std::size_t data;  // offset of the first data line
  std::string name;
};

std::optional<UuBegin> find_begin(std::string_view text, std::size_t from) {
  for (auto at = text.find("begin ", from); at != std::string_view::npos; at = text.find("begin ", at + 1)) {
    if (at != 0 && text[at - 1] != '\n') continue;
    const auto end = text.find('\n', at);
    if (end == std::string_view::npos) return std::nullopt;
    const auto rest = trim(text.substr(at + 6, end - at - 6));
    const auto space = rest.find(' ');
    const auto mode = rest.substr(0, space);
    if (space == std::string_view::npos || mode.size() < 3 || mode.size() > 4) continue;
    if (!std::all_of(mode.begin(), mode.end(), [](char c) { return c >= '0' && c <= '7'; })) continue;
    return UuBegin{at, end + 1, std::string(trim(rest.substr(space)))};
  }
  return std::nullopt;
}

// A data line's first character tells its length.
bool plausible_line(std::string_view line) {
  if (line.empty() || line[0] < ' ' || line[0] > '`') return false;
  const std::size_t count = static_cast<std::size_t>(line[0] - ' ') & 63U;
  const auto coded = (count + 2) / 3 * 4;
  return line.size() - 1 <= coded + 2 && line.size() - 1 + 4 >= coded;
}

}  // namespace

UuText extract_uuencoded(std::string_view text) {
  UuText out;
  std::size_t at = 0;
  while (out.files.size() < 100) {
    const auto begin = find_begin(text, at);
    if (!begin) break;
    std::size_t line_at = begin->data;
    bool closed = false;
    while (line_at < text.size()) {
      const auto end = std::min(text.find('\n', line_at), text.size());
      auto line = text.substr(line_at, end - line_at);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line == "end") {
        closed = true;
        break;
      }
      if (!plausible_line(line) && !trim(line).empty()) break;
      line_at = end + 1;
    }
    if (!closed) {  // not a file after all
      out.text += text.substr(at, begin->data - at);
      at = begin->data;
      continue;
    }
    out.text += text.substr(at, begin->line - at);
    const auto end = std::min(text.find('\n', line_at), text.size());
    out.files.push_back({begin->name, decode_transfer(text.substr(begin->line, line_at - begin->line), "x-uuencode")});
    at = std::min(end + 1, text.size());
  }
  out.text += text.substr(std::min(at, text.size()));
  return out;
}

}  // namespace oxb::mime
