// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/decode.h"

#include "base/text.h"
#include "proto/mapihttp/aux.h"
#include "proto/mapihttp/bodies.h"
#include "proto/mapihttp/envelope.h"
#include "proto/mapihttp/frame.h"
#include "proto/rop/rops.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace oxb::cli {
namespace {

constexpr std::size_t kMaxFile = 64 * 1024 * 1024;

bool begins_with(ByteView body, std::string_view text) { return as_text(body).substr(0, text.size()) == text; }

bool is_envelope(ByteView body) {
  return begins_with(body, mapihttp::kProcessing) || begins_with(body, mapihttp::kDone);
}

std::string aux_of(const Bytes& aux) {
  if (aux.empty()) return {};
  const auto blocks = mapihttp::parse_aux_buffer(aux);
  return blocks ? mapihttp::aux_text(*blocks) : fmt::format("auxiliary buffer: {}\n", blocks.error().what);
}

template <class Body>
Result<std::string> plain(ByteView body, wire::Privacy privacy) {
  OXB_TRY(const auto decoded, wire::decode<Body>(body));
  return wire::dump(decoded, privacy) + aux_of(decoded.aux);
}

}  // namespace

Result<std::string> Decoder::decode(ByteView body) {
  using Side = DecodeOptions::Side;
  const bool is_response = options_.side == Side::response || (options_.side == Side::guess && is_envelope(body));
  if (!is_response) return request(body);
  if (!is_envelope(body)) return response(body);
  OXB_TRY(const auto envelope, mapihttp::parse_envelope(body));
  std::string text;
  for (const auto& [name, value] : envelope.headers) text += fmt::format("{}: {}\n", name, value);
  OXB_TRY(const auto inner, response(envelope.body));
  return text + inner;
}

Result<std::string> Decoder::request(ByteView body) {
  const auto type = ascii_lower(options_.type);
  if (type == "rops") return rops(body, true);
  if (type == "aux") {
    OXB_TRY(const auto blocks, mapihttp::parse_aux_blocks(body));
    return mapihttp::aux_text(blocks);
  }
  if (type == "execute") {
    OXB_TRY(const auto decoded, wire::decode<mapihttp::Execute::Request>(body));
    OXB_TRY(const auto inner, rops_of(decoded.rop_buffer, true));
    return fmt::format("Execute request: flags {:#x}, at most {} bytes\n{}{}", decoded.flags, decoded.max_rop_out,
                       inner, aux_of(decoded.aux));
  }
  if (type == "connect") return plain<mapihttp::Connect::Request>(body, options_.privacy);
  if (type == "disconnect") return plain<mapihttp::Disconnect::Request>(body, options_.privacy);
  if (type == "notificationwait") return plain<mapihttp::NotificationWait::Request>(body, options_.privacy);
  return nspi::body_text(type, nspi::Direction::request, body, options_.privacy);
}

Result<std::string> Decoder::response(ByteView body) {
  const auto type = ascii_lower(options_.type);
  if (type == "rops") return rops(body, false);
  if (type == "execute") {
    OXB_TRY(const auto decoded, wire::decode<mapihttp::Execute::Response>(body));
    const auto head = fmt::format("Execute response: status {:#x}, {}\n", decoded.status, ec_text(decoded.code));
    if (decoded.rop_buffer.empty()) return head + aux_of(decoded.aux);
    OXB_TRY(const auto inner, rops_of(decoded.rop_buffer, false));
    return head + inner + aux_of(decoded.aux);
  }
  if (type == "connect") return plain<mapihttp::Connect::Response>(body, options_.privacy);
  if (type == "disconnect") return plain<mapihttp::Disconnect::Response>(body, options_.privacy);
  if (type == "notificationwait") return plain<mapihttp::NotificationWait::Response>(body, options_.privacy);
  return nspi::body_text(type, nspi::Direction::response, body, options_.privacy);
}

Result<std::string> Decoder::rops_of(ByteView framed, bool is_request) {
  OXB_TRY(const auto payloads, mapihttp::unframe(framed));
  std::string out;
  for (const auto& payload : payloads) {
    OXB_TRY(const auto text, rops(payload, is_request));
    out += text;
  }
  return out;
}

Result<std::string> Decoder::rops(ByteView payload, bool is_request) {
  if (is_request) {
    OXB_TRY(last_request_, rop::parse_request_buffer(payload));
    return rop::to_text(last_request_, options_.privacy);
  }
  const rop::ResponseContext context{&last_request_.rops, &last_request_.handles, [this](std::uint32_t handle) {
                                       const auto known = columns_.find(handle);
                                       return known != columns_.end() ? known->second : nullptr;
                                     }};
  OXB_TRY(const auto buffer, rop::parse_response_buffer(payload, context));
  for (const auto& each : last_request_.rops)
    if (const auto* set = each.body.get<rop::SetColumns::Request>())
      if (each.input < buffer.handles.size())
        columns_[buffer.handles[each.input]] = std::make_shared<const mapi::Columns>(mapi::Columns{set->columns});
  return rop::to_text(buffer, options_.privacy);
}

Bytes bytes_of_capture(std::string_view content) {
  const bool hex =
      !content.empty() && content.find_first_not_of("0123456789abcdefABCDEF \t\r\n") == std::string_view::npos;
  if (hex)
    if (auto bytes = from_hex(content)) return std::move(*bytes);
  return to_bytes(content);
}

int run_decode(const DecodeOptions& options) {
  Decoder decoder(options);
  int status = 0;
  for (const auto& file : options.files) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream content;
    content << in.rdbuf();
    if (!in || content.view().size() > kMaxFile) {
      fmt::print(stderr, "oxbridge: {} cannot be read, or is too large\n", file);
      status = 1;
      continue;
    }
    const auto text = decoder.decode(bytes_of_capture(content.view()));
    if (options.files.size() > 1) fmt::print("== {}\n", file);
    if (text) {
      fmt::print("{}", *text);
    } else {
      fmt::print(stderr, "oxbridge: {}: {}\n", file, text.error().what);
      status = 1;
    }
  }
  return status;
}

}  // namespace oxb::cli
