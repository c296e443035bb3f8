// SPDX-License-Identifier: GPL-3.0-or-later
// Message objects [MS-OXCMSG] 2.2.3.1 - 2.2.3.7.
#include "session/draft.h"
#include "session/message_header.h"
#include "session/properties.h"
#include "session/rights.h"
#include "session/rops/handlers.h"
#include "session/rops/lookup.h"
#include "session/saving.h"
#include "session/session.h"

namespace oxb::session {
namespace {

using replica::ContentsKind;

std::uint32_t code_page_for(const Logon& logon, std::uint16_t asked) {
  return asked == rop::kLogonCodePage ? logon.code_page : usable_code_page(asked, logon.code_page);
}

}  // namespace

Reply<rop::OpenMessage> handle(Of<rop::OpenMessage>, Call& call, const rop::OpenMessage::Request& request) {
  constexpr std::uint8_t kModeMask = 0x03;
  constexpr std::int32_t kModify = 1;
  OXB_CO_TRY(const auto logon, logon_at(call, request.input));
  auto message = std::make_shared<Message>();
  OXB_CO_TRY(message->row, message_row(call, request.message));
  OXB_CO_TRY(const auto folder, folder_row(call, message->row.folder));
  if (!may_read(folder)) co_return refuse(EcCode::access_denied);
  message->logon = logon;
  message->code_page = code_page_for(*logon, request.code_page);
  message->access = message_access(call.store(), folder.rights, message->row);
  const auto mode = request.mode & kModeMask;
  message->writable = mode != rop::kOpenReadOnly && (message->access & kModify) != 0;
  if (mode == rop::kOpenReadWrite && !message->writable) co_return refuse(EcCode::access_denied);
  OXB_CO_CHECK(co_await load_content(call, *message));
  OXB_CO_TRY(auto header, message_header(call, *message, call.room()));
  OXB_CO_CHECK(call.open(request.output, message));
  co_return header;
}

// The message as it is stored now; what was not saved is gone [MS-OXCMSG] 3.2.5.7. Before the first save there is
// nothing else to show.
Reply<rop::ReloadCachedInformation> handle(Of<rop::ReloadCachedInformation>, Call& call,
                                           const rop::ReloadCachedInformation::Request& request) {
  OXB_CO_TRY(const auto message, call.object<Message>(request.input));
  if (message->row.id.value != 0) {
    OXB_CO_TRY(auto row, message_row(call, mapi::Eid::of(message->row.id)));
    drop_draft(*message);
    message->row = std::move(row);
    message->is_outdated = message->row.kind == ContentsKind::normal;
  }
  OXB_CO_CHECK(co_await load_content(call, *message));
  if (!message->content) message->content = std::make_shared<mapi::Content>();
  OXB_CO_TRY(auto header, message_header(call, *message, call.room()));
  co_return header;
}

Reply<rop::CreateMessage> handle(Of<rop::CreateMessage>, Call& call, const rop::CreateMessage::Request& request) {
  OXB_CO_TRY(const auto logon, logon_at(call, request.input));
  OXB_CO_TRY(const auto folder, folder_row(call, request.folder));
  if (folder.source == replica::Source::search) co_return refuse(EcCode::not_supported);
  if (!request.associated && !may_create(folder)) co_return refuse(EcCode::access_denied);
  auto message = std::make_shared<Message>();
  message->logon = logon;
  message->code_page = code_page_for(*logon, request.code_page);
  message->writable = true;
  message->access = 0x07;
  message->row.folder = folder.id;
  message->row.kind = request.associated ? ContentsKind::associated : ContentsKind::normal;
  message->row.read = true;
  message->row.created = system_clock().now();
  OXB_CO_TRY(auto* draft, edit(call, *message));
  draft->properties = new_message_properties(call, message->code_page,
                                             request.associated ? std::string_view() : folder.container_class);
  count(*message);
  OXB_CO_CHECK(call.open(request.output, message));
  co_return rop::CreateMessage::Response{};
}

Reply<rop::SaveChangesMessage> handle(Of<rop::SaveChangesMessage>, Call& call,
                                      const rop::SaveChangesMessage::Request& request) {
  OXB_CO_TRY(const auto message, call.object<Message>(request.input));
  if (!message->writable) co_return refuse(EcCode::access_denied);
  const bool force = (request.flags & rop::SaveChangesMessage::kForceSave) != 0;
  OXB_CO_CHECK(co_await save_message(call, *message, force ? Save::overwrite : Save::refuse_conflicts));
  if ((request.flags & rop::SaveChangesMessage::kKeepOpenReadOnly) != 0) message->writable = false;
  co_return rop::SaveChangesMessage::Response{request.input, mapi::Eid::of(message->row.id)};
}

}  // namespace oxb::session
