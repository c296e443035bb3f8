// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// One MAPI session context: what a Connect makes and its cookie names [MS-OXCMAPIHTTP] 3.2.1. It owns the logons and
// handles of that context. The front calls it from any executor; work runs on the mailbox's queue.
#include "net/task.h"
#include "net/wait.h"
#include "sync/mailbox.h"

#include <memory>

namespace oxb::session {

struct ContextLimits {
  std::size_t handles = 10'000;              // open objects of one context
  std::size_t tables = 500;                  // among them
  std::size_t streams = 500;                 // among them
  std::size_t written_bytes = 128U << 20;    // in streams that are open for writing, and in unsaved changes
  std::size_t recipients = 10'000;           // of one message that is being written
  std::size_t attachments = 1'000;           // likewise
  unsigned embedded_depth = 20;              // messages inside messages
  std::size_t queued_notifications = 5'000;  // beyond that tables get TableChanged and the rest is dropped
  std::size_t request_bytes = 0x40000;       // one ROP buffer [MS-OXCRPC] 3.1.4.2
};

// What Connect says of the client [MS-OXCMAPIHTTP] 2.2.4.1.1.
struct ClientSettings {
  std::uint32_t code_page = 1252;  // of PtypString8
  std::uint32_t locale = 0x0409;
};

class Context {
 public:
  virtual ~Context() = default;
  static std::shared_ptr<Context> create(std::shared_ptr<sync::Mailbox> mailbox, ContextLimits limits,
                                         ClientSettings client = {});

  // One ROP buffer: RopSize, ROP requests, handle table; without RPC_HEADER_EXT. The answer has the same form, at most
  // max_out bytes [MS-OXCROPS] 2.2.1, 3.2.5.1, with notifications appended. malformed: the buffer cannot be parsed
  // (ecRpcFormat for the whole request). The mailbox's backend trouble becomes error codes of single ROPs.
  virtual Task<Result<Bytes>> execute(ByteView rop_buffer, std::uint32_t max_out, Wait wait) = 0;
  // True as soon as notifications are queued (also those queued before), false at the end of the wait.
  virtual Task<bool> wait_for_events(Wait wait) = 0;
  virtual const sync::Mailbox& mailbox() const = 0;
  // Drops all objects; later calls fail. Called by the front on Disconnect, expiry and shutdown.
  virtual void close() = 0;
};

}  // namespace oxb::session
