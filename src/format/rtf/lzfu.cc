// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/rtf/rtf.h"

#include <algorithm>
#include <array>
#include <memory>

namespace oxb::rtf {
namespace {

// [MS-OXRTFCP] 2.1.2.1: what the dictionary holds at the start.
constexpr std::string_view kPreset =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS "
    "Sans SerifSymbolArialTimes New "
    "RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
static_assert(kPreset.size() == 207);

constexpr std::size_t kDictionary = 4096;
constexpr std::size_t kHeader = 16;
constexpr std::uint32_t kCompressed = 0x75465A4C;
constexpr std::uint32_t kUncompressed = 0x414C454D;

std::uint32_t u32(ByteView b, std::size_t at) {
  std::uint32_t out = 0;
  for (unsigned i = 0; i < 4; ++i) out |= static_cast<std::uint32_t>(b[at + i]) << (8 * i);
  return out;
}
void put_u32(Bytes& out, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) out.push_back(static_cast<std::byte>(value >> (8 * i) & 255U));
}

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int k = 0; k < 8; ++k) c = (c & 1U) ? 0xEDB88320U ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}();

Result<std::string> unpack(ByteView in, std::size_t raw_size) {
  std::array<char, kDictionary> dictionary{};
  std::copy(kPreset.begin(), kPreset.end(), dictionary.begin());
  std::size_t write = kPreset.size();
  std::string out;
  const auto put = [&](char c) {
    out.push_back(c);
    dictionary[write] = c;
    write = (write + 1) % kDictionary;
  };
  std::size_t at = 0;
  while (at < in.size()) {
    const auto control = static_cast<std::uint8_t>(in[at++]);
    for (unsigned bit = 0; bit < 8; ++bit) {
      if ((control >> bit & 1) == 0) {
        if (at >= in.size()) return out;  // writers exist that leave the end mark out
        put(static_cast<char>(in[at++]));
      } else {
        if (at + 2 > in.size()) return out;
        const auto reference = static_cast<unsigned>(in[at]) << 8 | static_cast<unsigned>(in[at + 1]);
        at += 2;
        std::size_t offset = reference >> 4;
        const auto length = (reference & 15U) + 2;
        if (offset == write) return out;  // the end mark
        for (unsigned i = 0; i < length; ++i, offset = (offset + 1) % kDictionary) put(dictionary[offset]);
      }
      if (out.size() > kMaxSize) return fail(Errc::limit, "rtf body too large");
    }
    (void)raw_size;
  }
  return out;
}

}  // namespace

std::uint32_t crc(ByteView bytes) {
  std::uint32_t out = 0;
  for (const auto b : bytes) out = kCrcTable[(out ^ static_cast<std::uint8_t>(b)) & 255U] ^ (out >> 8);
  return out;
}

Result<std::string> decompress(ByteView packed) {
  if (packed.size() < kHeader) return fail(Errc::malformed, "rtf body shorter than its header");
  const auto packed_size = u32(packed, 0);
  const auto raw_size = u32(packed, 4);
  const auto type = u32(packed, 8);
  if (raw_size > kMaxSize) return fail(Errc::limit, "rtf body too large");
  // The size counts from after itself; what lies beyond is padding.
  auto contents = packed.subspan(kHeader);
  if (packed_size >= 12 && packed_size - 12 < contents.size()) contents = contents.first(packed_size - 12);
  if (type == kUncompressed)
    return std::string(as_text(contents.first(std::min<std::size_t>(raw_size, contents.size()))));
  if (type != kCompressed) return fail(Errc::malformed, "unknown rtf compression");
  if (crc(contents) != u32(packed, 12)) return fail(Errc::malformed, "rtf body with a wrong checksum");
  return unpack(contents, raw_size);
}

namespace {

// Where in the dictionary the longest match for in[at...] is. The dictionary is a ring over everything written; `heads`
// chain positions by their first two bytes, so that compression is linear for all practical text.
class Matcher {
 public:
  Matcher() {
    heads_.fill(kNone);
    previous_.fill(kNone);
    for (const char c : kPreset) put(c);
  }

  struct Match {
    std::size_t offset = 0, length = 0;
  };
  Match find(std::string_view in) const {
    Match best;
    if (in.size() < 2) return best;
    int steps = 64;
    for (auto at = heads_[key(in[0], in[1])]; at != kNone && steps-- > 0; at = previous_[at]) {
      if (age(at) >= kDictionary - 20) break;  // about to be overwritten, or gone
      std::size_t length = 0;
      // A match may run into the bytes that it makes itself.
      const auto byte = [&](std::size_t i) { return i < age(at) ? ring_[(at + i) % kDictionary] : in[i - age(at)]; };
      while (length < 17 && length < in.size() && byte(length) == in[length]) ++length;
      if (length >= best.length) best = {at, length};  // of equals the oldest, as the examples do
      if (length == 17) break;
    }
    return best;
  }

  void put(char c) {
    ring_[write_] = c;
    if (total_ > 0) {
      const auto at = (write_ + kDictionary - 1) % kDictionary;
      const auto k = key(ring_[at], c);
      previous_[at] = heads_[k] == at ? kNone : heads_[k];
      heads_[k] = static_cast<std::uint16_t>(at);
      born_[at] = total_ - 1;
    }
    write_ = (write_ + 1) % kDictionary;
    ++total_;
  }
  std::size_t write() const { return write_; }

 private:
  static constexpr std::uint16_t kNone = 0xFFFF;
  static std::size_t key(char a, char b) { return static_cast<std::uint8_t>(a) << 8 | static_cast<std::uint8_t>(b); }
  std::size_t age(std::size_t at) const { return total_ - born_[at]; }

  std::array<char, kDictionary> ring_{};
  std::array<std::uint16_t, 65536> heads_{};
  std::array<std::uint16_t, kDictionary> previous_{};
  std::array<std::size_t, kDictionary> born_{};
  std::size_t write_ = 0, total_ = 0;
};

Bytes finished(const Bytes& contents, std::size_t raw_size, std::uint32_t type, std::uint32_t checksum) {
  Bytes out;
  out.reserve(contents.size() + kHeader);
  put_u32(out, static_cast<std::uint32_t>(contents.size() + 12));
  put_u32(out, static_cast<std::uint32_t>(raw_size));
  put_u32(out, type);
  put_u32(out, checksum);
  out.insert(out.end(), contents.begin(), contents.end());
  return out;
}

}  // namespace

Bytes compress(std::string_view rtf) {
  const auto matcher = std::make_unique<Matcher>();
  Bytes contents;
  std::size_t control_at = 0;
  unsigned tokens = 8;
  const auto begin_token = [&](bool reference) {
    if (tokens == 8) {
      control_at = contents.size();
      contents.push_back(std::byte{0});
      tokens = 0;
    }
    if (reference) contents[control_at] |= static_cast<std::byte>(1U << tokens);
    ++tokens;
  };
  const auto refer = [&](std::size_t offset, std::size_t length_code) {
    begin_token(true);
    const auto word = offset << 4 | length_code;
    contents.push_back(static_cast<std::byte>(word >> 8 & 255U));
    contents.push_back(static_cast<std::byte>(word & 255U));
  };
  for (std::size_t at = 0; at < rtf.size();) {
    const auto match = matcher->find(rtf.substr(at));
    if (match.length >= 2 && match.offset != matcher->write()) {
      refer(match.offset, match.length - 2);
      for (std::size_t i = 0; i < match.length; ++i) matcher->put(rtf[at + i]);
      at += match.length;
    } else {
      begin_token(false);
      contents.push_back(static_cast<std::byte>(rtf[at]));
      matcher->put(rtf[at]);
      ++at;
    }
  }
  refer(matcher->write(), 0);
  return finished(contents, rtf.size(), kCompressed, crc(contents));
}

Bytes pack_uncompressed(std::string_view rtf) { return finished(to_bytes(rtf), rtf.size(), kUncompressed, 0); }

}  // namespace oxb::rtf
