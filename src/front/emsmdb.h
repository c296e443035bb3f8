// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The mailbox endpoint /mapi/emsmdb/ [MS-OXCMAPIHTTP] 2.2.4, 3.2.5: frames to session contexts and back. Thread-safe.
#include "front/auth.h"
#include "front/contexts.h"
#include "front/mapi_reply.h"
#include "proto/rop/error_codes.h"
#include "session/context.h"

namespace oxb::front {

struct EmsmdbSettings {
  MapiSettings mapi;
  ContextLimits contexts;
  session::ContextLimits session;
  const Clock* clock = &system_clock();
};

class EmsmdbEndpoint {
 public:
  EmsmdbEndpoint(directory::Installation installation, EmsmdbSettings settings);

  Task<> handle(net::HttpExchange& exchange, MailboxPtr caller);
  ContextTable& contexts() { return contexts_; }

 private:
  using Outcome = MapiReply::Outcome;
  Task<> connect(MapiReply& reply, const MailboxPtr& caller);
  Task<> execute(MapiReply& reply, const MailboxPtr& caller);
  Task<> notification_wait(MapiReply& reply, const MailboxPtr& caller);
  Task<> disconnect(MapiReply& reply, const MailboxPtr& caller);
  Task<> ping(MapiReply& reply, const MailboxPtr& caller);
  EcCode connect_error(const std::string& user_dn, std::uint32_t flags, const sync::Owner& caller) const;
  Task<Outcome> run_execute(ByteView body, CookieContextPtr context);
  Task<Outcome> run_wait(CookieContextPtr context, CancelToken cancelled, CancelToken gone);

  const directory::Installation installation_;
  const EmsmdbSettings settings_;
  ContextTable contexts_;
};

}  // namespace oxb::front
