// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapihttp/lzxpress.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace oxb::mapihttp {
namespace {

constexpr std::size_t kMinMatch = 3;
constexpr std::size_t kWindow = 8192;
constexpr std::size_t kMaxMatch = 0xFFFF + kMinMatch;

std::uint8_t at(ByteView in, std::size_t i) { return std::to_integer<std::uint8_t>(in[i]); }

struct Input {
  ByteView in;
  std::size_t position = 0;
  std::size_t nibble = 0;  // where the half-used byte of a length is; 0: none (a length never stands at 0)

  bool has(std::size_t n) const { return in.size() - position >= n; }
  std::uint32_t u8() { return at(in, position++); }
  std::uint32_t u16() {
    const auto low = u8();
    return low | u8() << 8;
  }
  std::uint32_t u32() {
    const auto low = u16();
    return low | u16() << 16;
  }

  // The length behind a match's metadata; 0: truncated or out of range.
  std::size_t length(std::uint32_t metadata) {
    std::size_t length = metadata & 7;
    if (length < 7) return length + kMinMatch;
    if (nibble == 0) {
      if (!has(1)) return 0;
      nibble = position;
      length = u8() & 15;
    } else {
      length = at(in, nibble) >> 4;
      nibble = 0;
    }
    if (length < 15) return length + 7 + kMinMatch;
    if (!has(1)) return 0;
    length = u8();
    if (length < 255) return length + 15 + 7 + kMinMatch;
    if (!has(2)) return 0;
    length = u16();
    if (length == 0) {  // [MS-XCA] 2.4.4: then 32 bits
      if (!has(4)) return 0;
      length = u32();
    }
    if (length < 15 + 7) return 0;
    return length + kMinMatch;
  }
};

}  // namespace

Result<Bytes> decompress(ByteView in, std::size_t size) {
  Bytes out;
  out.reserve(size);
  Input input{in};
  std::uint32_t flags = 0;
  unsigned left = 0;
  while (out.size() < size) {
    if (left == 0) {
      if (!input.has(4)) return fail(Errc::malformed, "compressed data without flags");
      flags = input.u32();
      left = 32;
    }
    --left;
    const bool match = (flags >> left & 1) != 0;
    if (!match) {
      if (!input.has(1)) return fail(Errc::malformed, "compressed data ends in a literal");
      out.push_back(static_cast<std::byte>(input.u8()));
      continue;
    }
    if (!input.has(2)) return fail(Errc::malformed, "compressed data ends in a match");
    const auto metadata = input.u16();
    const std::size_t offset = (metadata >> 3) + 1;
    const auto length = input.length(metadata);
    if (length == 0) return fail(Errc::malformed, "broken match length");
    if (offset > out.size()) return fail(Errc::malformed, "match before the beginning");
    if (length > size - out.size()) return fail(Errc::malformed, "match beyond the announced size");
    for (std::size_t i = 0; i < length; ++i) out.push_back(out[out.size() - offset]);  // may overlap itself
  }
  return out;
}

namespace {

class Output {
 public:
  Output() { new_flags(); }
  void literal(std::byte b) {
    out_.push_back(b);
    flag(0);
  }
  void match(std::size_t offset, std::size_t length) {
    auto rest = length - kMinMatch;
    put16(static_cast<std::uint32_t>((offset - 1) << 3 | std::min<std::size_t>(rest, 7)));
    if (rest >= 7) long_length(rest - 7, rest);
    flag(1);
  }
  // The unused flags are ones: a decoder that meets a match at the end of its input stops there.
  Bytes finish() && {
    const std::uint32_t unused = left_ == 32 ? 0xFFFF'FFFF : (1U << left_) - 1;
    flags_ = left_ == 32 ? unused : flags_ << left_ | unused;
    store(flags_at_, flags_);
    return std::move(out_);
  }

 private:
  void long_length(std::size_t rest, std::size_t whole) {
    const auto half = std::min<std::size_t>(rest, 15);
    if (nibble_ == 0) {
      nibble_ = out_.size();
      out_.push_back(static_cast<std::byte>(half));
    } else {
      out_[nibble_] |= static_cast<std::byte>(half << 4);
      nibble_ = 0;
    }
    if (rest < 15) return;
    rest -= 15;
    out_.push_back(static_cast<std::byte>(std::min<std::size_t>(rest, 255)));
    if (rest < 255) return;
    put16(static_cast<std::uint32_t>(whole));
  }
  void flag(std::uint32_t bit) {
    flags_ = flags_ << 1 | bit;
    if (--left_ != 0) return;
    store(flags_at_, flags_);
    new_flags();
  }
  void new_flags() {
    flags_at_ = out_.size();
    out_.resize(out_.size() + 4);
    flags_ = 0;
    left_ = 32;
  }
  void put16(std::uint32_t x) {
    out_.push_back(static_cast<std::byte>(x & 255));
    out_.push_back(static_cast<std::byte>(x >> 8 & 255));
  }
  void store(std::size_t position, std::uint32_t x) { std::memcpy(out_.data() + position, &x, sizeof x); }

  Bytes out_;
  std::size_t flags_at_ = 0;
  std::size_t nibble_ = 0;
  std::uint32_t flags_ = 0;
  unsigned left_ = 32;
};

// Chains of positions with the same three bytes.
class Matcher {
 public:
  explicit Matcher(ByteView in) : in_(in), previous_(in.size()) { head_.fill(kNone); }

  struct Match {
    std::size_t offset = 0;
    std::size_t length = 0;
  };
  Match find(std::size_t position) const {
    Match best;
    if (position + kMinMatch > in_.size()) return best;
    const auto limit = std::min(in_.size() - position, kMaxMatch);
    auto candidate = head_[hash(position)];
    for (int tries = 0; tries < 24 && candidate != kNone && position - candidate <= kWindow; ++tries) {
      std::size_t length = 0;
      while (length < limit && in_[candidate + length] == in_[position + length]) ++length;
      if (length > best.length) best = {position - candidate, length};
      candidate = previous_[candidate];
    }
    return best;
  }
  void add(std::size_t position) {
    if (position + kMinMatch > in_.size()) return;
    auto& head = head_[hash(position)];
    previous_[position] = head;
    head = static_cast<std::uint32_t>(position);
  }

 private:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  std::size_t hash(std::size_t i) const {
    const auto key =
        at(in_, i) | static_cast<std::uint32_t>(at(in_, i + 1)) << 8 | static_cast<std::uint32_t>(at(in_, i + 2)) << 16;
    return key * 2654435761U >> 20;
  }
  ByteView in_;
  std::array<std::uint32_t, 4096> head_{};
  std::vector<std::uint32_t> previous_;
};

}  // namespace

Bytes compress(ByteView in) {
  Output out;
  Matcher matcher(in);
  for (std::size_t i = 0; i < in.size();) {
    const auto match = matcher.find(i);
    if (match.length < kMinMatch) {
      matcher.add(i);
      out.literal(in[i++]);
      continue;
    }
    out.match(match.offset, match.length);
    for (const auto end = i + match.length; i < end; ++i) matcher.add(i);
  }
  return std::move(out).finish();
}

}  // namespace oxb::mapihttp
