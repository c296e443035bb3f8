// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The submission server next to the box (RFC 6409): users of the box send with their login. Mail for them goes into
// their mailboxes by LMTP; what would leave the house is recorded and goes nowhere.
#include "net/stream_server.h"
#include "sandbox/sandbox.h"

#include <functional>
#include <memory>
#include <string>

namespace oxb::sandbox {

struct SubmissionOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;       // 0: a free one
  std::uint16_t lmtp_port = 0;  // on loopback; 0: mail for users of the box is only recorded
  std::size_t message_bytes = 50U << 20;
};

// Calls the function with the box, while nobody else uses it.
using WithBox = std::function<void(const std::function<void(Sandbox&)>&)>;

Result<std::unique_ptr<net::StreamServer>> start_submission(Executor executor, SubmissionOptions options, WithBox box);

}  // namespace oxb::sandbox
