// parts: proto
// SPDX-License-Identifier: GPL-3.0-or-later
// Decompression of anything; compression and back of anything.
#include "proto/mapihttp/lzxpress.h"

#include <cstdint>
#include <cstdlib>

using namespace oxb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const ByteView in(reinterpret_cast<const std::byte*>(data) + 2, size - 2);
  const std::size_t announced = (data[0] | static_cast<std::size_t>(data[1]) << 8) & 0x7FFF;
  if (const auto plain = mapihttp::decompress(in, announced))
    if (plain->size() != announced) std::abort();
  if (mapihttp::decompress(mapihttp::compress(in), in.size()).value() != Bytes(in.begin(), in.end())) std::abort();
  return 0;
}
