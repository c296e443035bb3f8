// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// oxbridge decode: captured MAPI/HTTP bodies, readably.
#include "cli/capture.h"
#include "proto/rop/buffer.h"

#include <map>
#include <string>
#include <vector>

namespace oxb::cli {

struct DecodeOptions {
  enum class Side : std::uint8_t { guess, request, response } side = Side::guess;
  // X-RequestType ("Execute", "Connect", "QueryRows" ...), or "rops" for a bare ROP buffer, "aux" for auxiliary blocks.
  std::string type = "Execute";
  wire::Privacy privacy = wire::Privacy::hide;
  std::vector<std::string> files;  // "-": standard input
};

// Several bodies of one session, in their order: requests tell what the responses mean.
class Decoder {
 public:
  explicit Decoder(const DecodeOptions& options) : options_(options) {}
  // malformed: the bytes are not what the capture and the options say. The text names what was decoded.
  Result<std::string> decode(const Capture& capture);

 private:
  Result<std::string> request(const std::string& type, ByteView body);
  Result<std::string> response(const std::string& type, ByteView body);
  Result<std::string> rops_of(ByteView framed, bool is_request);
  Result<std::string> rops(ByteView payload, bool is_request);

  const DecodeOptions& options_;
  rop::RequestBuffer last_request_;
  std::map<std::uint32_t, std::shared_ptr<const mapi::Columns>> columns_;
};

// Exit status 0: everything was understood.
int run_decode(const DecodeOptions& options);

}  // namespace oxb::cli
