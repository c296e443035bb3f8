// SPDX-License-Identifier: GPL-3.0-or-later
// Attachment ROPs [MS-OXCMSG] 2.2.3.12 - 2.2.3.18.
#include "proto/mapi/tags.h"
#include "session/attachment_source.h"
#include "session/list_rows.h"
#include "session/message_header.h"
#include "session/properties.h"
#include "session/rops/handlers.h"
#include "session/session.h"

namespace oxb::session {
namespace {

namespace tag = mapi::tag;

Task<Answer<std::shared_ptr<Message>>> loaded(Call& call, rop::HandleIndex index) {
  OXB_CO_TRY(auto message, call.object<Message>(index));
  OXB_CO_CHECK(co_await load_content(call, *message));
  if (!message->content) message->content = std::make_shared<mapi::Content>();
  co_return message;
}

}  // namespace

Reply<rop::GetAttachmentTable> handle(Of<rop::GetAttachmentTable>, Call& call,
                                      const rop::GetAttachmentTable::Request& request) {
  OXB_CO_TRY(const auto message, co_await loaded(call, request.input));
  std::vector<mapi::PropertyBag> rows;
  const auto& attachments = message->content->attachments;
  for (std::size_t i = 0; i < attachments.size(); ++i) rows.push_back(AttachmentSource(attachments[i], i).row());
  std::vector<mapi::PropTag> columns = {tag::kAttachNumber, tag::kAttachMethod, tag::kAttachSize,
                                        tag::kRenderingPosition};
  auto source = std::make_shared<ListRows>(std::move(rows), std::move(columns));
  auto table = std::make_shared<Table>(std::move(source), Table::Notify::no, message->code_page);
  table->logon = message->logon;
  OXB_CO_CHECK(call.open(request.output, table));
  co_return rop::NoFields{};
}

Reply<rop::GetValidAttachments> handle(Of<rop::GetValidAttachments>, Call& call,
                                       const rop::GetValidAttachments::Request& request) {
  OXB_CO_TRY(const auto message, co_await loaded(call, request.input));
  rop::GetValidAttachments::Response response;
  for (std::size_t i = 0; i < message->content->attachments.size(); ++i)
    response.attachments.push_back(static_cast<std::uint32_t>(i));
  co_return response;
}

Reply<rop::OpenAttachment> handle(Of<rop::OpenAttachment>, Call& call, const rop::OpenAttachment::Request& request) {
  OXB_CO_TRY(const auto message, co_await loaded(call, request.input));
  if (request.attachment >= message->content->attachments.size()) co_return refuse(EcCode::not_found);
  auto attachment = std::make_shared<Attachment>();
  attachment->logon = message->logon;
  attachment->message = message;
  attachment->number = request.attachment;
  OXB_CO_CHECK(call.open(request.output, attachment));
  co_return rop::NoFields{};
}

Reply<rop::OpenEmbeddedMessage> handle(Of<rop::OpenEmbeddedMessage>, Call& call,
                                       const rop::OpenEmbeddedMessage::Request& request) {
  constexpr std::uint8_t kCreate = 2;
  constexpr std::size_t kFields = 1 + 8;
  OXB_CO_TRY(const auto attachment, call.object<Attachment>(request.input));
  const auto& inner = attachment->value().embedded;
  if (!inner) co_return refuse((request.mode & kCreate) != 0 ? EcCode::not_supported : EcCode::not_found);
  auto message = std::make_shared<Message>();
  message->logon = attachment->logon;
  message->content = inner;
  message->owner = attachment->message->content;
  message->is_embedded = true;
  const auto outer = attachment->message->code_page;
  message->code_page = request.code_page == rop::kLogonCodePage ? outer : usable_code_page(request.code_page, outer);
  message->row.read = true;
  rop::OpenEmbeddedMessage::Response response;
  OXB_CO_TRY(response.header, message_header(call, *message, call.room() > kFields ? call.room() - kFields : 0));
  OXB_CO_CHECK(call.open(request.output, message));
  co_return response;
}

}  // namespace oxb::session
