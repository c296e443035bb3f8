// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapihttp/frame.h"

#include "proto/mapihttp/lzxpress.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <fmt/format.h>

namespace oxb::mapihttp {
namespace {

constexpr std::byte kMagic{0xA5};

void toggle(Bytes& bytes) {
  for (auto& b : bytes) b ^= kMagic;
}

}  // namespace

Result<std::vector<Bytes>> unframe(ByteView buffer) {
  std::vector<Bytes> out;
  wire::Reader r(buffer);
  for (;;) {
    FrameHeader header;
    header.version = r.number<std::uint16_t>();
    header.flags = r.number<std::uint16_t>();
    header.size = r.number<std::uint16_t>();
    header.size_actual = r.number<std::uint16_t>();
    OXB_CHECK(r.status());
    if (header.version != 0) return fail(Errc::malformed, fmt::format("RPC_HEADER_EXT version {}", header.version));
    const auto view = r.take(header.size);
    OXB_CHECK(r.status());
    if (header.size_actual > kMaxPayload)
      return fail(Errc::limit, fmt::format("payload of {} bytes", header.size_actual));
    Bytes payload(view.begin(), view.end());
    if (header.flags & FrameHeader::kXorMagic) toggle(payload);
    if (header.flags & FrameHeader::kCompressed) {
      OXB_TRY(payload, decompress(payload, header.size_actual));
    } else if (header.size != header.size_actual) {
      return fail(Errc::malformed, fmt::format("size {} and actual size {} differ", header.size, header.size_actual));
    }
    out.push_back(std::move(payload));
    if (header.flags & FrameHeader::kLast) break;
    if (out.size() == kMaxPayloads) return fail(Errc::limit, "too many chained payloads");
  }
  OXB_CHECK(r.finish());
  return out;
}

Result<Bytes> frame(const std::vector<Bytes>& payloads, Compression compression, Obfuscation obfuscation) {
  if (payloads.size() > kMaxPayloads) return fail(Errc::limit, fmt::format("{} payloads", payloads.size()));
  wire::Writer w;
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    const auto& payload = payloads[i];
    if (payload.size() > kMaxPayload) return fail(Errc::limit, fmt::format("payload of {} bytes", payload.size()));
    std::uint16_t flags = i + 1 == payloads.size() ? FrameHeader::kLast : 0;
    Bytes body = payload;
    if (compression == Compression::when_smaller) {
      auto compressed = compress(payload);
      if (compressed.size() < payload.size()) {
        body = std::move(compressed);
        flags |= FrameHeader::kCompressed;
      }
    }
    if (obfuscation == Obfuscation::xor_magic) {
      toggle(body);
      flags |= FrameHeader::kXorMagic;
    }
    w.number(std::uint16_t{0});
    w.number(flags);
    w.number(w.narrow<std::uint16_t>(body.size(), "payload"));
    w.number(w.narrow<std::uint16_t>(payload.size(), "payload"));
    w.append(body);
  }
  return std::move(w).finish();
}

}  // namespace oxb::mapihttp
