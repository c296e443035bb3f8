// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// RPC_HEADER_EXT around ROP and auxiliary buffers [MS-OXCRPC] 2.2.2.1, 3.1.4.1.1, 3.1.4.2.1.
#include "base/bytes.h"

#include <vector>

namespace oxb::mapihttp {

constexpr std::size_t kFrameHeader = 8;
constexpr std::size_t kMaxPayload = 0x8000;  // of one header, uncompressed
constexpr std::size_t kMaxInput = 0x40000;   // RopBuffer of a request
constexpr std::size_t kMaxPayloads = 96;     // chained in one buffer
constexpr std::size_t kMaxAux = 0x1008;

struct FrameHeader {
  static constexpr std::uint16_t kCompressed = 1;
  static constexpr std::uint16_t kXorMagic = 2;
  static constexpr std::uint16_t kLast = 4;
  std::uint16_t version{};
  std::uint16_t flags{};
  std::uint16_t size{};         // behind the header
  std::uint16_t size_actual{};  // uncompressed
};

// Every payload of the buffer, decompressed and in the clear. malformed: a header lies; limit: too large or too many.
Result<std::vector<Bytes>> unframe(ByteView buffer);

enum class Compression : std::uint8_t { none, when_smaller };
enum class Obfuscation : std::uint8_t { none, xor_magic };
// limit: a payload above kMaxPayload, or too many.
Result<Bytes> frame(const std::vector<Bytes>& payloads, Compression compression, Obfuscation obfuscation);

}  // namespace oxb::mapihttp
