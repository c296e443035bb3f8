// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"

#include "wire/fields.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <algorithm>

namespace oxb::wire::detail {
namespace {

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
}

// `units` UTF-16 code units at `at`.
void convert(std::string& text, const std::byte* at, std::size_t units) {
  std::u16string wide(units, u'\0');
  if (units != 0) std::memcpy(wide.data(), at, units * 2);
  if (std::all_of(wide.begin(), wide.end(), [](char16_t c) { return c < 0x80; }))
    text.assign(wide.begin(), wide.end());
  else
    text = utf8_from_utf16(wide);
}

}  // namespace

void read_utf16z(Reader& r, std::string& text) {
  text.clear();
  const auto rest = r.rest();
  for (std::size_t i = 0; i + 2 <= rest.size(); i += 2) {
    if (rest[i] != std::byte{0} || rest[i + 1] != std::byte{0}) continue;
    convert(text, rest.data(), i / 2);
    r.take(i + 2);
    return;
  }
  r.set_error(Errc::malformed, "string without terminator");
}

void read_utf16(Reader& r, std::string& text, std::size_t bytes) {
  if (bytes % 2 != 0) return r.set_error(Errc::malformed, "odd length of UTF-16 text");
  const auto view = r.take(bytes);
  convert(text, view.data(), view.size() / 2);
}

void write_utf16(Writer& w, std::string_view text) {
  if (is_plain(text)) {
    std::u16string wide(text.begin(), text.end());
    w.append(std::as_bytes(std::span(wide.data(), wide.size())));
    return;
  }
  auto wide = utf16_from_utf8(text);
  std::erase(wide, u'\0');
  w.append(std::as_bytes(std::span(wide.data(), wide.size())));
}

void write_utf16_counted(Writer& w, std::string_view text) {
  const auto wide = utf16_from_utf8(text);
  w.append(std::as_bytes(std::span(wide.data(), wide.size())));
}

void read_string8z(Reader& r, std::string& text) {
  text.clear();
  const auto rest = as_text(r.rest());
  const auto end = rest.find('\0');
  if (end == std::string_view::npos) return r.set_error(Errc::malformed, "string without terminator");
  text = rest.substr(0, end);
  r.take(end + 1);
}

void write_string8(Writer& w, std::string_view text) {
  if (text.find('\0') == std::string_view::npos) return w.append(as_bytes(text));
  std::string plain(text);
  std::erase(plain, '\0');
  w.append(as_bytes(plain));
}

void put_zero(Writer& w, std::size_t width) {
  static constexpr std::byte kZero[8]{};
  w.append({kZero, width});
}

void assign(std::string& text, ByteView bytes) { text = as_text(bytes); }
void assign(Bytes& out, ByteView bytes) { out.assign(bytes.begin(), bytes.end()); }
ByteView view(const std::string& text) { return as_bytes(text); }
ByteView view(const Bytes& bytes) { return bytes; }

}  // namespace oxb::wire::detail
