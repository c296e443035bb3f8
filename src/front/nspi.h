// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The address book endpoint /mapi/nspi/ [MS-OXCMAPIHTTP] 2.2.5: frames, cookies and the caller's view. Thread-safe.
#include "front/address_books.h"
#include "front/auth.h"
#include "front/contexts.h"
#include "front/mapi_reply.h"
#include "front/urls.h"

namespace oxb::front {

struct NspiSettings {
  MapiSettings mapi;
  ContextLimits contexts;
  Executor cpu;  // empty: requests compute where they arrive
  const Clock* clock = &system_clock();
};

class NspiEndpoint {
 public:
  NspiEndpoint(directory::Installation installation, AddressBooks& books, const Urls& urls, NspiSettings settings);

  Task<> handle(net::HttpExchange& exchange, MailboxPtr caller);
  ContextTable& contexts() { return contexts_; }

 private:
  using Outcome = MapiReply::Outcome;
  Task<> bind(MapiReply& reply, const MailboxPtr& caller);
  Task<> unbind(MapiReply& reply, const MailboxPtr& caller);
  Task<> ping(MapiReply& reply, const MailboxPtr& caller);
  Task<Outcome> run(const std::string& type, ByteView body, MailboxPtr caller);
  Outcome compute(const std::string& type, ByteView body, const sync::Owner& caller, const ViewPtr& view) const;

  const directory::Installation installation_;
  AddressBooks& books_;
  const Urls& urls_;
  const NspiSettings settings_;
  ContextTable contexts_;
};

}  // namespace oxb::front
