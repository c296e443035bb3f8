// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/picture.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace oxb::sandbox {
namespace {

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t c = 0xFFFFFFFF;
  for (const char b : bytes) {
    c ^= static_cast<std::uint8_t>(b);
    for (int k = 0; k < 8; ++k) c = (c & 1U) ? 0xEDB88320U ^ (c >> 1) : c >> 1;
  }
  return ~c;
}

std::uint32_t adler32(std::string_view bytes) {
  std::uint32_t a = 1, b = 0;
  for (const char c : bytes) {
    a = (a + static_cast<std::uint8_t>(c)) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

std::string big_endian(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 255));
  return out;
}

std::string chunk(std::string_view type, std::string_view data) {
  const auto body = std::string(type) + std::string(data);
  return big_endian(static_cast<std::uint32_t>(data.size())) + body + big_endian(crc32(body));
}

// RFC 1950 around stored blocks of RFC 1951.
std::string zlib_stored(std::string_view data) {
  std::string out = "\x78\x01";
  for (std::size_t at = 0; at < data.size();) {
    const auto size = std::min<std::size_t>(65535, data.size() - at);
    out.push_back(at + size == data.size() ? 1 : 0);
    for (const auto value : {size, ~size & 0xFFFF}) {
      out.push_back(static_cast<char>(value & 255));
      out.push_back(static_cast<char>(value >> 8 & 255));
    }
    out += data.substr(at, size);
    at += size;
  }
  return out + big_endian(adler32(data));
}

}  // namespace

std::string bar_chart_png(std::span<const std::uint8_t> heights, std::uint32_t rgb) {
  constexpr std::uint32_t kBar = 12, kGap = 4, kHeight = 64;
  const auto width = static_cast<std::uint32_t>(heights.size()) * (kBar + kGap) + kGap;
  std::string pixels;  // one palette index a byte, each row behind its filter byte
  for (std::uint32_t y = 0; y < kHeight; ++y) {
    pixels.push_back(0);
    for (std::uint32_t x = 0; x < width; ++x) {
      const auto column = x / (kBar + kGap);
      const bool inside = x % (kBar + kGap) >= kGap && column < heights.size() &&
                          kHeight - y <= std::min<std::uint32_t>(heights[column], kHeight);
      pixels.push_back(inside ? 1 : 0);
    }
  }
  std::string palette = "\xFF\xFF\xFF";
  for (int shift = 16; shift >= 0; shift -= 8) palette.push_back(static_cast<char>(rgb >> shift & 255));
  using namespace std::string_literals;
  return "\x89PNG\r\n\x1A\n"s + chunk("IHDR", big_endian(width) + big_endian(kHeight) + "\x08\x03\x00\x00\x00"s) +
         chunk("PLTE", palette) + chunk("IDAT", zlib_stored(pixels)) + chunk("IEND", "");
}

}  // namespace oxb::sandbox
