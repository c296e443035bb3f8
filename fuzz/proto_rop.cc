// parts: proto
// SPDX-License-Identifier: GPL-3.0-or-later
// ROP buffers: whatever parses must survive encoding, printing and parsing again.
#include "proto/mapi/tags.h"
#include "proto/rop/buffer.h"
#include "proto/rop/rops.h"

#include <cstdint>
#include <cstdlib>

using namespace oxb;

namespace {

void request(ByteView in) {
  const auto buffer = rop::parse_request_buffer(in);
  if (!buffer) return;
  static_cast<void>(rop::to_text(*buffer, wire::Privacy::show));
  const auto bytes = rop::encode_request_buffer(*buffer);
  if (!bytes) return;  // sizes may have grown beyond 64 KiB only by canonical forms
  const auto again = rop::parse_request_buffer(*bytes);
  if (!again || again->rops.size() != buffer->rops.size()) std::abort();
  if (rop::encode_request_buffer(*again).value() != *bytes) std::abort();
}

void response(ByteView in) {
  static const auto kColumns = std::make_shared<const mapi::Columns>(
      mapi::Columns{{mapi::tag::kSubject, mapi::tag::kMid, mapi::tag::kHasAttachments, mapi::PropTag{0x10000000}}});
  static const std::vector<std::uint32_t> kHandles(256, 1);
  // Every ROP in turn is taken as the one that was asked.
  static const std::vector<rop::RopRequest> kRequests = [] {
    std::vector<rop::RopRequest> out;
    for (const auto* info : rop::all_rops()) {
      if (!info->request) continue;
      rop::RopRequest one;
      one.info = info;
      one.body = info->request.empty();
      out.push_back(one);
    }
    return out;
  }();
  const auto first = in.empty() ? 0u : std::to_integer<unsigned>(in[0]) % kRequests.size();
  const std::vector<rop::RopRequest> asked(kRequests.begin() + first, kRequests.end());
  const auto buffer = rop::parse_response_buffer(in.subspan(in.empty() ? 0 : 1),
                                                 {&asked, &kHandles, [](std::uint32_t) { return kColumns; }});
  if (!buffer) return;
  static_cast<void>(rop::to_text(*buffer, wire::Privacy::show));
  for (const auto& each : buffer->rops) static_cast<void>(rop::encode_response(each));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in(reinterpret_cast<const std::byte*>(data), size);
  if (in.empty()) return 0;
  if (data[0] & 1)
    request(in.subspan(1));
  else
    response(in.subspan(1));
  return 0;
}
