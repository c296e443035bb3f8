// parts: proto
// SPDX-License-Identifier: GPL-3.0-or-later
// Frames, auxiliary blocks, response envelopes, Autodiscover documents.
#include "proto/autodiscover/pox.h"
#include "proto/mapihttp/aux.h"
#include "proto/mapihttp/bodies.h"
#include "proto/mapihttp/envelope.h"
#include "proto/mapihttp/frame.h"

#include <cstdint>
#include <cstdlib>

using namespace oxb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView in(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  switch (data[0] % 7) {
    case 0:
      if (const auto payloads = mapihttp::unframe(in)) {
        const auto bytes =
            mapihttp::frame(*payloads, mapihttp::Compression::when_smaller, mapihttp::Obfuscation::xor_magic);
        if (!bytes || mapihttp::unframe(*bytes).value() != *payloads) std::abort();
      }
      break;
    case 1:
      if (const auto blocks = mapihttp::parse_aux_blocks(in))
        if (mapihttp::parse_aux_blocks(mapihttp::encode_aux_blocks(*blocks)).value() != *blocks) std::abort();
      break;
    case 2:
      static_cast<void>(mapihttp::parse_aux_buffer(in));
      break;
    case 3:
      static_cast<void>(mapihttp::parse_envelope(in));
      break;
    case 4:
      static_cast<void>(autodiscover::parse_request(in));
      break;
    case 5:
      static_cast<void>(autodiscover::parse_answer(in));
      break;
    default:
      static_cast<void>(wire::decode<mapihttp::Execute::Request>(in));
      break;
  }
  return 0;
}
