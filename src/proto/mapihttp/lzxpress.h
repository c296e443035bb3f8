// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Plain LZ77 with DIRECT2 coding [MS-OXCRPC] 3.1.4.1.1.2, [MS-XCA] 2.3, 2.4.
#include "base/bytes.h"

namespace oxb::mapihttp {

// Exactly `size` bytes come out, or the input is malformed. The input may hold nothing behind them but the final flag
// word.
Result<Bytes> decompress(ByteView in, std::size_t size);
// Always decodable, also where it is not smaller than the input.
Bytes compress(ByteView in);

}  // namespace oxb::mapihttp
