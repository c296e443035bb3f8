// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// ROP buffers [MS-OXCROPS] 2.2.1: RopSize, ROPs, server object handle table.
#include "proto/mapi/wire_types.h"
#include "proto/rop/info.h"
#include "wire/printer.h"

#include <functional>
#include <memory>
#include <optional>

namespace oxb::rop {

struct RopRequest {
  const RopInfo* info = nullptr;
  std::uint8_t logon = 0;
  HandleIndex input = 0;   // which handle it works on; 0xFF: none (RopLogon)
  HandleIndex reply = 0;   // the index that its response carries
  std::size_t offset = 0;  // where it starts in RequestBuffer::rop_bytes
  AnyBody body;

  std::uint8_t id() const { return info->id; }
  template <class Rop>
  const typename Rop::Request& as() const {
    return body.as<typename Rop::Request>();
  }
  template <class Rop>
  static RopRequest of(std::uint8_t logon, typename Rop::Request request) {
    RopRequest out;
    out.info = find_rop(Rop::kId);
    out.logon = logon;
    out.body = AnyBody::of(std::move(request));
    out.input = out.info->input(out.body);
    out.reply = out.info->reply(out.body);
    return out;
  }
};

struct RequestBuffer {
  std::vector<RopRequest> rops;
  std::vector<std::uint32_t> handles;
  Bytes rop_bytes;  // for RopBufferTooSmall, which returns what was not executed
  ByteView from(std::size_t rop) const { return ByteView(rop_bytes).subspan(rops[rop].offset); }
};

// What the session knows of a logon id that the buffer itself does not log on.
using LogonKinds = std::function<LogonKind(std::uint8_t logon)>;

// One ROP that cannot be parsed fails the whole buffer (malformed; limit: bounds exceeded).
Result<RequestBuffer> parse_request_buffer(ByteView bytes, const LogonKinds& kinds = {});
// Numbers are taken as they stand; rop_bytes is not used.
Result<Bytes> encode_request_buffer(const RequestBuffer& buffer);

struct RopResponse {
  std::uint8_t id = 0;  // of the ROP, also where the wire carries another
  HandleIndex index = 0;
  EcCode code = EcCode::none;
  AnyBody body;                                  // Response, or Failure when code is the ROP's failure code
  std::shared_ptr<const mapi::Columns> columns;  // of the rows inside, where there are any

  const RopInfo& info() const { return *find_rop(id); }
  template <class Rop>
  const typename Rop::Response& as() const {
    return body.as<typename Rop::Response>();
  }
  template <class Rop>
  static RopResponse ok(HandleIndex index, typename Rop::Response response,
                        std::shared_ptr<const mapi::Columns> columns = nullptr) {
    return {Rop::kId, index, EcCode::none, AnyBody::of(std::move(response)), std::move(columns)};
  }
  // Any return value but ecNone, with what the wire demands behind it.
  static RopResponse failed(std::uint8_t id, HandleIndex index, EcCode code);
  template <class Rop>
  static RopResponse failed_with(HandleIndex index, typename Rop::Failure failure) {
    return {Rop::kId, index, Rop::kFailureCode, AnyBody::of(std::move(failure)), nullptr};
  }
  // RopNotify and the others that only servers send.
  template <class Rop>
  static RopResponse from_server(typename Rop::Response response) {
    return {Rop::kId, 0, EcCode::none, AnyBody::of(std::move(response)), nullptr};
  }
};

// The bytes of one response, without RopSize or handles.
Result<Bytes> encode_response(const RopResponse& response);

// Collects responses up to a size. The buffer's size is 2 + responses + 4 bytes per handle.
class ResponseWriter {
 public:
  ResponseWriter(std::size_t limit, std::size_t handles) : limit_(limit < 0xFFFF ? limit : 0xFFFF), handles_(handles) {}
  // false: does not fit, nothing was added. An error is ours (a struct that cannot be encoded).
  Result<bool> add(const RopResponse& response);
  // RopBufferTooSmall with the rest of the request. Makes room for itself only if it fits.
  Result<bool> add_too_small(std::size_t size_needed, ByteView rest);
  std::size_t room() const;
  bool empty() const { return rops_.empty(); }
  Bytes finish(const std::vector<std::uint32_t>& handles) &&;

 private:
  std::size_t limit_;
  std::size_t handles_;
  Bytes rops_;
};

struct ResponseBuffer {
  std::vector<RopResponse> rops;
  std::vector<std::uint32_t> handles;
};

// Rows can only be read with their columns. What the caller knows:
struct ResponseContext {
  const std::vector<RopRequest>* requests = nullptr;  // that were answered, in order
  const std::vector<std::uint32_t>* request_handles = nullptr;
  // Columns of a table (or recipient columns of a message) by its handle, where no ROP of the same buffer sets them.
  std::function<std::shared_ptr<const mapi::Columns>(std::uint32_t handle)> columns;
};
Result<ResponseBuffer> parse_response_buffer(ByteView bytes, const ResponseContext& context);

// For people who look at captures: what can be understood, and what stopped the reading.
struct PartialResponses {
  ResponseBuffer buffer;
  std::optional<Error> stopped;  // by this response; nothing behind it can be found
  std::uint8_t stopped_at = 0;   // its id
  std::size_t unread = 0;        // bytes of responses that were not read
};
// malformed: not even RopSize and handles are there.
Result<PartialResponses> read_responses(ByteView bytes, const ResponseContext& context);

std::string to_text(const RequestBuffer& buffer, wire::Privacy privacy);
std::string to_text(const ResponseBuffer& buffer, wire::Privacy privacy);
std::string to_text(const RopRequest& request, wire::Privacy privacy);
std::string to_text(const RopResponse& response, wire::Privacy privacy);

}  // namespace oxb::rop
