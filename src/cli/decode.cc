// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/decode.h"

#include "base/text.h"
#include "proto/mapihttp/aux.h"
#include "proto/mapihttp/bodies.h"
#include "proto/mapihttp/envelope.h"
#include "proto/mapihttp/frame.h"
#include "proto/rop/rops.h"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>
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

Result<std::string> Decoder::decode(const Capture& capture) {
  using Side = DecodeOptions::Side;
  const auto type = ascii_lower(capture.type.empty() ? options_.type : capture.type);
  const bool enveloped = is_envelope(capture.body);
  auto side = options_.side;
  if (side == Side::guess && capture.side == Capture::Side::request) side = Side::request;
  if (side == Side::guess && (capture.side == Capture::Side::response || enveloped)) side = Side::response;
  if (side != Side::response) {
    OXB_TRY(const auto text, request(type, capture.body));
    return capture.head + text;
  }
  if (!enveloped) {
    // Behind an HTTP head only an envelope is MAPI/HTTP; anything else is the server's explanation for people.
    if (capture.side == Capture::Side::response)
      return fmt::format("{}no MAPI/HTTP body ({} bytes)\n", capture.head, capture.body.size());
    return response(type, capture.body);
  }
  OXB_TRY(const auto envelope, mapihttp::parse_envelope(capture.body));
  std::string text = capture.head;
  if (envelope.pending > 0) text += fmt::format("PENDING, {} times\n", envelope.pending);
  for (const auto& [name, value] : envelope.headers) text += fmt::format("{}: {}\n", name, value);
  if (envelope.body.empty()) return text + "no body\n";
  const auto inner = response(type, envelope.body);
  last_request_ = {};  // it has been answered
  if (!inner) return inner;
  return text + *inner;
}

Result<std::string> Decoder::request(const std::string& type, ByteView body) {
  if (type == "rops") return rops(body, true);
  if (type == "aux") {
    OXB_TRY(const auto blocks, mapihttp::parse_aux_blocks(body));
    return mapihttp::aux_text(blocks);
  }
  if (type == "ping") return std::string("PING has no body\n");
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

Result<std::string> Decoder::response(const std::string& type, ByteView body) {
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
  // Without their request, responses are read as far as they explain themselves.
  const bool alone = last_request_.rops.empty();
  const rop::ResponseContext context{alone ? nullptr : &last_request_.rops, alone ? nullptr : &last_request_.handles,
                                     [this](std::uint32_t handle) {
                                       const auto known = columns_.find(handle);
                                       return known != columns_.end() ? known->second : nullptr;
                                     }};
  OXB_TRY(const auto read, rop::read_responses(payload, context));
  const auto& buffer = read.buffer;
  for (const auto& each : last_request_.rops)
    if (const auto* set = each.body.get<rop::SetColumns::Request>())
      if (each.input < buffer.handles.size())
        columns_[buffer.handles[each.input]] = std::make_shared<const mapi::Columns>(mapi::Columns{set->columns});
  auto text = rop::to_text(buffer, options_.privacy);
  if (!read.stopped) return text;
  const auto* info = rop::find_rop(read.stopped_at);
  if (buffer.rops.empty() && !alone) return tl::unexpected(*read.stopped);
  return text + fmt::format("stopped at {}, {} bytes before the end: {}{}\n",
                            info ? std::string(info->name) : fmt::format("ROP {:#04x}", read.stopped_at), read.unread,
                            read.stopped->what, alone ? " (decode the request before it)" : "");
}

namespace {

Result<std::string> read_file(const std::string& file) {
  std::stringstream content;
  if (file == "-") {
    content << std::cin.rdbuf();
  } else {
    std::ifstream in(file, std::ios::binary);
    if (!in) return fail(Errc::not_found, "cannot be read");
    content << in.rdbuf();
  }
  if (content.view().size() > kMaxFile) return fail(Errc::limit, "is too large");
  return std::move(content).str();
}

}  // namespace

int run_decode(const DecodeOptions& options) {
  Decoder decoder(options);
  int status = 0;
  for (const auto& file : options.files) {
    const auto text = [&]() -> Result<std::string> {
      OXB_TRY(const auto content, read_file(file));
      OXB_TRY(const auto capture, read_capture(content));
      return decoder.decode(capture);
    }();
    if (options.files.size() > 1) fmt::print("== {}\n", file);
    if (text) {
      fmt::print("{}", *text);
    } else {
      std::fflush(stdout);
      fmt::print(stderr, "oxbridge: {}: {}\n", file, text.error().what);
      status = 1;
    }
  }
  return status;
}

}  // namespace oxb::cli
