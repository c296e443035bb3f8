// SPDX-License-Identifier: GPL-3.0-or-later
// Sending [MS-OXOMSG] 2.2.3, 3.2.5. A submitted message is sent at once; there is no spooler that a client has to play.
#include "session/draft.h"
#include "session/properties.h"
#include "session/rops/handlers.h"
#include "session/rops/lookup.h"
#include "session/saving.h"

namespace oxb::session {
namespace {

// What the client makes a report of, or tells the user.
Failure send_failure(const Error& error) {
  switch (error.code) {
    case Errc::invalid:
      return EcCode::invalid_recipients;
    case Errc::access_denied:
      return EcCode::send_as_denied;
    case Errc::quota:
    case Errc::limit:
      return EcCode::quota_exceeded;
    default:
      return error;
  }
}

}  // namespace

Reply<rop::SubmitMessage> handle(Of<rop::SubmitMessage>, Call& call, const rop::SubmitMessage::Request& request) {
  OXB_CO_TRY(const auto message, call.object<Message>(request.input));
  if (message->is_embedded || message->row.kind == replica::ContentsKind::associated)
    co_return refuse(EcCode::not_supported);
  if (!message->writable) co_return refuse(EcCode::access_denied);
  // What was not saved yet is part of what is sent [MS-OXOMSG] 3.2.4.1.
  OXB_CO_CHECK(co_await save_message(call, *message, Save::refuse_conflicts));
  if (message->row.id.value == 0) co_return refuse(EcCode::not_found);
  const auto outcome = co_await call.mailbox().writer().submit(message->row.id, call.wait());
  if (!outcome) co_return tl::unexpected(send_failure(outcome.error()));
  message->writable = false;
  message->is_submitted = true;
  co_return rop::NoFields{};
}

Reply<rop::AbortSubmit> handle(Of<rop::AbortSubmit>, Call& call, const rop::AbortSubmit::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  const auto row = message_row(call, request.message);
  if (!row && row.error().code == EcCode::not_found) co_return refuse(EcCode::not_in_queue);
  if (!row) co_return tl::unexpected(row.error());
  const auto status = co_await call.mailbox().writer().abort_submit(row->id, call.wait());
  if (status) co_return rop::NoFields{};
  switch (status.error().code) {
    case Errc::not_found:
      co_return refuse(EcCode::not_in_queue);
    case Errc::access_denied:
    case Errc::conflict:
      co_return refuse(EcCode::unable_to_abort);
    default:
      co_return tl::unexpected(Failure(status.error()));
  }
}

// Sends what the object says now, saved or not; what becomes of the message is the client's business.
Reply<rop::TransportSend> handle(Of<rop::TransportSend>, Call& call, const rop::TransportSend::Request& request) {
  OXB_CO_TRY(const auto message, call.object<Message>(request.input));
  if (message->is_embedded || message->row.kind == replica::ContentsKind::associated)
    co_return refuse(EcCode::not_supported);
  OXB_CO_CHECK(co_await load_content(call, *message));
  std::shared_ptr<const mapi::Content> content = message->content;
  if (!message->draft && !message->row.properties.empty()) {
    // What only the row holds belongs to it as well.
    auto whole = std::make_shared<mapi::Content>(*content);
    for (const auto& property : message->row.properties.all())
      if (!std::holds_alternative<std::monostate>(property.value)) whole->properties.set(property.tag, property.value);
    content = std::move(whole);
  }
  const auto outcome = co_await call.mailbox().writer().send(std::move(content), call.wait());
  if (!outcome) co_return tl::unexpected(send_failure(outcome.error()));
  co_return rop::TransportSend::Response{};
}

// Locks are for clients that send what lies in the spooler's queue [MS-OXOMSG] 2.2.3.4, which is always empty here.
Reply<rop::SpoolerLockMessage> handle(Of<rop::SpoolerLockMessage>, Call& call,
                                      const rop::SpoolerLockMessage::Request& request) {
  constexpr std::uint8_t kFinished = 2;
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  if (request.state > kFinished) co_return refuse(EcCode::invalid_parameter);
  // After it was sent it may be gone.
  if (request.state != kFinished) OXB_CO_CHECK(message_row(call, request.message));
  co_return rop::NoFields{};
}

// There are no deferred actions: rules run on the backend.
Reply<rop::UpdateDeferredActionMessages> handle(Of<rop::UpdateDeferredActionMessages>, Call& call,
                                                const rop::UpdateDeferredActionMessages::Request& request) {
  OXB_CO_TRY(const auto logon, call.object<Logon>(request.input));
  co_return rop::NoFields{};
}

}  // namespace oxb::session
