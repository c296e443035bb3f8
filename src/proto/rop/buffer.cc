// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/rop/buffer.h"

#include "proto/rop/rops.h"
#include "wire/codec_impl.h"

#include <fmt/format.h>

#include <map>

namespace oxb::rop {
namespace {

constexpr std::size_t kSizeBytes = 2;
constexpr std::size_t kHandleBytes = 4;

// The ROP bytes and the handle table of a buffer; RopSize counts itself.
struct Parts {
  ByteView rops;
  std::vector<std::uint32_t> handles;
};
Result<Parts> split(ByteView bytes) {
  wire::Reader r(bytes);
  const auto size = r.number<std::uint16_t>();
  if (r.failed() || size < kSizeBytes || size > bytes.size())
    return fail(Errc::malformed, fmt::format("RopSize {} in a buffer of {} bytes", size, bytes.size()));
  Parts parts;
  parts.rops = bytes.subspan(kSizeBytes, size - kSizeBytes);
  const auto table = bytes.subspan(size);
  if (table.size() % kHandleBytes != 0)
    return fail(Errc::malformed, fmt::format("handle table of {} bytes", table.size()));
  wire::Reader handles(table);
  parts.handles.reserve(table.size() / kHandleBytes);  // bounded by the bytes that are there
  while (handles.left() != 0) parts.handles.push_back(handles.number<std::uint32_t>());
  return parts;
}

Bytes join(ByteView rops, const std::vector<std::uint32_t>& handles) {
  wire::Writer w;
  w.number(w.narrow<std::uint16_t>(rops.size() + kSizeBytes, "RopSize"));
  w.append(rops);
  for (const auto handle : handles) w.number(handle);
  return w.bytes();
}

const BodyInfo& response_body(const RopInfo& info, EcCode code) {
  static const BodyInfo kNothing;
  if (code == EcCode::none || info.server_only) return info.response;
  if (info.failure && code == info.failure_code) return info.failure;
  return info.body_on_failure ? info.response : kNothing;
}

// ---- responses and what is known about the requests that they answer ----
class ResponseMatcher {
 public:
  ResponseMatcher(const ResponseContext& context, const std::vector<std::uint32_t>& response_handles)
      : context_(context), handles_(context.request_handles ? *context.request_handles : response_handles) {}

  // Finds the request that a response with this id answers, passing over those without a response.
  const RopRequest* next(std::uint8_t wire_id) {
    if (context_.requests == nullptr) return nullptr;
    const auto& requests = *context_.requests;
    while (at_ < requests.size()) {
      const auto& request = requests[at_++];
      if (const auto* set = request.body.get<SetColumns::Request>())
        set_columns_[request.input] = std::make_shared<const mapi::Columns>(mapi::Columns{set->columns});
      if (request.id() == Release::kId) continue;
      return request.info->response_id == wire_id ? &request : nullptr;
    }
    return nullptr;
  }

  std::shared_ptr<const mapi::Columns> columns(const RopRequest& request) const {
    if (const auto* get = request.body.get<GetPropertiesSpecific::Request>())
      return std::make_shared<const mapi::Columns>(mapi::Columns{get->tags});
    if (const auto known = set_columns_.find(request.input); known != set_columns_.end()) return known->second;
    return columns(request.input);
  }
  // Of a response whose request is not known.
  std::shared_ptr<const mapi::Columns> columns(HandleIndex index) const {
    return context_.columns && index < handles_.size() ? context_.columns(handles_[index]) : nullptr;
  }

 private:
  const ResponseContext& context_;
  const std::vector<std::uint32_t>& handles_;
  std::size_t at_ = 0;
  std::map<HandleIndex, std::shared_ptr<const mapi::Columns>> set_columns_;
};

Result<RopResponse> read_response(wire::Reader& r, ResponseMatcher& matcher) {
  const auto wire_id = r.number<std::uint8_t>();
  const auto* info = find_rop(wire_id);
  if (info == nullptr) return fail(Errc::malformed, fmt::format("response to reserved ROP 0x{:02x}", wire_id));
  RopResponse out;
  if (!info->server_only) {
    const auto* request = matcher.next(wire_id);
    if (request) {
      info = request->info;
      out.columns = matcher.columns(*request);
    }
    out.index = r.number<std::uint8_t>();
    out.code = static_cast<EcCode>(r.number<std::uint32_t>());
    if (!request) out.columns = matcher.columns(out.index);
  }
  out.id = info->id;
  const auto& body = response_body(*info, out.code);
  if (body) {
    if (out.columns) r.parameters().set(*out.columns);
    out.body = body.read(r, info->name);
    r.parameters() = {};
  }
  OXB_CHECK(r.status());
  return out;
}

}  // namespace

Result<RequestBuffer> parse_request_buffer(ByteView bytes, const LogonKinds& kinds) {
  OXB_TRY(auto parts, split(bytes));
  RequestBuffer out;
  out.handles = std::move(parts.handles);
  out.rop_bytes.assign(parts.rops.begin(), parts.rops.end());
  std::map<std::uint8_t, LogonKind> logged_on;  // by this very buffer
  wire::Reader r(out.rop_bytes);
  while (r.left() != 0) {
    RopRequest request;
    request.offset = r.position();
    const auto id = r.number<std::uint8_t>();
    request.logon = r.number<std::uint8_t>();
    OXB_CHECK(r.status());
    request.info = find_rop(id);
    if (request.info == nullptr || request.info->server_only)
      return fail(Errc::malformed, fmt::format("reserved ROP 0x{:02x} at byte {}", id, request.offset));
    const auto known = logged_on.find(request.logon);
    const LogonKind kind = known != logged_on.end() ? known->second
                           : kinds                  ? kinds(request.logon)
                                                    : LogonKind::private_mailbox;
    r.parameters().set(kind);
    request.body = request.info->request.read(r, request.info->name);
    OXB_CHECK(r.status());
    request.input = request.info->input(request.body);
    request.reply = request.info->reply(request.body);
    if (const auto* logon = request.body.get<Logon::Request>())
      logged_on[request.logon] =
          (logon->flags & kLogonPrivate) != 0 ? LogonKind::private_mailbox : LogonKind::public_folders;
    out.rops.push_back(std::move(request));
  }
  return out;
}

Result<Bytes> encode_request_buffer(const RequestBuffer& buffer) {
  wire::Writer w;
  for (const auto& request : buffer.rops) {
    w.number(request.id());
    w.number(request.logon);
    request.info->request.write(w, request.info->name, request.body);
  }
  OXB_TRY(const auto rops, std::move(w).finish());
  if (rops.size() + kSizeBytes > 0xFFFF) return fail(Errc::limit, fmt::format("{} bytes of ROPs", rops.size()));
  return join(rops, buffer.handles);
}

RopResponse RopResponse::failed(std::uint8_t id, HandleIndex index, EcCode code) {
  RopResponse out{id, index, code, {}, nullptr};
  const auto& body = response_body(out.info(), code);
  if (body) out.body = body.empty();
  return out;
}

Result<Bytes> encode_response(const RopResponse& response) {
  const auto& info = response.info();
  if (info.id == Release::kId) return Bytes{};
  wire::Writer w;
  if (response.columns) w.parameters().set(*response.columns);
  w.number(info.response_id);
  if (!info.server_only) {
    w.number(response.index);
    w.number(static_cast<std::uint32_t>(response.code));
  }
  const auto& body = response_body(info, response.code);
  if (body) {
    if (!response.body) return fail(Errc::internal, fmt::format("{} without its body", info.name));
    body.write(w, info.name, response.body);
  }
  return std::move(w).finish();
}

std::size_t ResponseWriter::room() const {
  const auto used = kSizeBytes + rops_.size() + handles_ * kHandleBytes;
  return used < limit_ ? limit_ - used : 0;
}

Result<bool> ResponseWriter::add(const RopResponse& response) {
  OXB_TRY(const auto bytes, encode_response(response));
  if (bytes.size() > room()) return false;
  rops_.insert(rops_.end(), bytes.begin(), bytes.end());
  return true;
}

Result<bool> ResponseWriter::add_too_small(std::size_t size_needed, ByteView rest) {
  BufferTooSmall::Response body;
  body.size_needed = static_cast<std::uint16_t>(std::min<std::size_t>(size_needed, 0xFFFF));
  body.requests.assign(rest.begin(), rest.end());
  return add(RopResponse::from_server<BufferTooSmall>(std::move(body)));
}

Bytes ResponseWriter::finish(const std::vector<std::uint32_t>& handles) && { return join(rops_, handles); }

Result<PartialResponses> read_responses(ByteView bytes, const ResponseContext& context) {
  OXB_TRY(auto parts, split(bytes));
  PartialResponses out;
  out.buffer.handles = std::move(parts.handles);
  ResponseMatcher matcher(context, out.buffer.handles);
  wire::Reader r(parts.rops);
  while (r.left() != 0) {
    const auto left = r.left();
    const auto id = std::to_integer<std::uint8_t>(parts.rops[parts.rops.size() - left]);
    auto response = read_response(r, matcher);
    if (!response) {
      out.stopped = std::move(response).error();
      out.stopped_at = id;
      out.unread = left;
      break;
    }
    out.buffer.rops.push_back(std::move(*response));
  }
  return out;
}

Result<ResponseBuffer> parse_response_buffer(ByteView bytes, const ResponseContext& context) {
  OXB_TRY(auto read, read_responses(bytes, context));
  if (read.stopped) return tl::unexpected(std::move(*read.stopped));
  return std::move(read.buffer);
}

std::string to_text(const RopRequest& request, wire::Privacy privacy) {
  wire::Printer p(privacy);
  request.info->request.print(p, fmt::format("{} request, logon {}", request.info->name, request.logon), request.body);
  return std::move(p).take();
}

std::string to_text(const RopResponse& response, wire::Privacy privacy) {
  wire::Printer p(privacy);
  if (response.columns) p.parameters().set(*response.columns);
  const auto& info = response.info();
  const auto title = info.server_only ? std::string(info.name)
                                      : fmt::format("{} response, handle index {}, {}", info.name, response.index,
                                                    ec_text(response.code));
  const auto& body = response_body(info, response.code);
  if (body && response.body) {
    body.print(p, title, response.body);
  } else {
    p.begin_line(title);
    p.value("no body");
  }
  return std::move(p).take();
}

namespace {

std::string handles_text(const std::vector<std::uint32_t>& handles) {
  std::string out = "handles:";
  for (const auto handle : handles) out += handle == kNoHandle ? " none" : fmt::format(" {:#x}", handle);
  return out + "\n";
}

}  // namespace

std::string to_text(const RequestBuffer& buffer, wire::Privacy privacy) {
  std::string out;
  for (const auto& rop : buffer.rops) out += to_text(rop, privacy);
  return out + handles_text(buffer.handles);
}

std::string to_text(const ResponseBuffer& buffer, wire::Privacy privacy) {
  std::string out;
  for (const auto& rop : buffer.rops) out += to_text(rop, privacy);
  return out + handles_text(buffer.handles);
}

}  // namespace oxb::rop
