// SPDX-License-Identifier: GPL-3.0-or-later
// Attachment ROPs [MS-OXCMSG] 2.2.3.12 - 2.2.3.18.
#include "proto/mapi/tags.h"
#include "session/attachment_source.h"
#include "session/draft.h"
#include "session/list_rows.h"
#include "session/message_header.h"
#include "session/properties.h"
#include "session/rops/handlers.h"
#include "session/saving.h"
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

std::shared_ptr<Attachment> make_attachment(const std::shared_ptr<Message>& message, std::uint32_t number) {
  auto attachment = std::make_shared<Attachment>();
  attachment->logon = message->logon;
  attachment->message = message;
  attachment->number = number;
  return attachment;
}

// Attachments and embedded messages are opened with the same flags as messages.
Answer<bool> writes(std::uint8_t mode, bool may_write) {
  constexpr std::uint8_t kModeMask = 0x03;
  if ((mode & kModeMask) == rop::kOpenReadOnly) return false;
  if ((mode & kModeMask) != rop::kOpenBestAccess && !may_write) return refuse(EcCode::access_denied);
  return may_write;
}

}  // namespace

Reply<rop::GetAttachmentTable> handle(Of<rop::GetAttachmentTable>, Call& call,
                                      const rop::GetAttachmentTable::Request& request) {
  OXB_CO_TRY(const auto message, co_await loaded(call, request.input));
  std::vector<mapi::PropertyBag> rows;
  const auto& attachments = message->content->attachments;
  const auto& numbers = message->attachment_numbers();
  for (std::size_t i = 0; i < attachments.size(); ++i)
    rows.push_back(AttachmentSource(attachments[i], numbers[i], message->writable).row());
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
  response.attachments = message->attachment_numbers();
  co_return response;
}

Reply<rop::OpenAttachment> handle(Of<rop::OpenAttachment>, Call& call, const rop::OpenAttachment::Request& request) {
  OXB_CO_TRY(const auto message, co_await loaded(call, request.input));
  if (!message->attachment_index(request.attachment)) co_return refuse(EcCode::not_found);
  auto attachment = make_attachment(message, request.attachment);
  OXB_CO_TRY(attachment->writable, writes(request.flags, message->writable));
  OXB_CO_CHECK(call.open(request.output, attachment));
  co_return rop::NoFields{};
}

Reply<rop::CreateAttachment> handle(Of<rop::CreateAttachment>, Call& call,
                                    const rop::CreateAttachment::Request& request) {
  OXB_CO_TRY(const auto message, co_await loaded(call, request.input));
  if (!message->writable) co_return refuse(EcCode::access_denied);
  if (message->content->attachments.size() >= call.session().limits().attachments)
    co_return refuse(EcCode::not_enough_memory);
  auto attachment = make_attachment(message, message->take_attachment_number());
  attachment->writable = true;
  attachment->draft = std::make_shared<mapi::Attachment>();
  // [MS-OXCMSG] 3.2.5.13
  const auto now = mapi::file_time(system_clock().now());
  attachment->draft->properties.set(tag::kCreationTime, now);
  attachment->draft->properties.set(tag::kLastModificationTime, now);
  attachment->draft->properties.set(tag::kRenderingPosition, std::int32_t{-1});
  OXB_CO_CHECK(edit(call, *attachment));
  count(*attachment);
  OXB_CO_CHECK(call.open(request.output, attachment));
  co_return rop::CreateAttachment::Response{attachment->number};
}

Reply<rop::SaveChangesAttachment> handle(Of<rop::SaveChangesAttachment>, Call& call,
                                         const rop::SaveChangesAttachment::Request& request) {
  OXB_CO_TRY(const auto attachment, call.object<Attachment>(request.input));
  if (!attachment->writable) co_return refuse(EcCode::access_denied);
  OXB_CO_CHECK(co_await load_content(call, *attachment->message));
  OXB_CO_CHECK(put_attachment(call, *attachment));
  if ((request.flags & rop::SaveChangesMessage::kKeepOpenReadOnly) != 0) attachment->writable = false;
  co_return rop::NoFields{};
}

Reply<rop::DeleteAttachment> handle(Of<rop::DeleteAttachment>, Call& call,
                                    const rop::DeleteAttachment::Request& request) {
  OXB_CO_TRY(const auto message, co_await loaded(call, request.input));
  if (!message->writable) co_return refuse(EcCode::access_denied);
  OXB_CO_CHECK(remove_attachment(call, *message, request.attachment));
  co_return rop::NoFields{};
}

Reply<rop::OpenEmbeddedMessage> handle(Of<rop::OpenEmbeddedMessage>, Call& call,
                                       const rop::OpenEmbeddedMessage::Request& request) {
  constexpr std::uint8_t kCreate = 2;
  constexpr std::size_t kFields = 1 + 8;
  OXB_CO_TRY(const auto attachment, call.object<Attachment>(request.input));
  OXB_CO_CHECK(co_await load_content(call, *attachment->message));
  const auto* value = attachment->value();
  if (value == nullptr) co_return refuse(EcCode::object_deleted);
  auto message = std::make_shared<Message>();
  message->logon = attachment->logon;
  message->attachment = attachment;
  message->is_embedded = true;
  message->depth = attachment->message->depth + 1;
  if (message->depth > call.session().limits().embedded_depth) co_return refuse(EcCode::not_enough_memory);
  const auto outer = attachment->message->code_page;
  message->code_page = request.code_page == rop::kLogonCodePage ? outer : usable_code_page(request.code_page, outer);
  message->row.read = true;
  message->content = value->embedded;
  OXB_CO_TRY(message->writable, writes(request.mode, attachment->writable));
  if (!message->content) {
    if ((request.mode & kCreate) == 0) co_return refuse(EcCode::not_found);
    if (!message->writable) co_return refuse(request.mode == kCreate ? EcCode::access_denied : EcCode::not_found);
    OXB_CO_TRY(auto* draft, edit(call, *message));
    draft->properties = new_message_properties(call, message->code_page, {});
    count(*message);
  }
  if (message->writable) message->access = 0x03;
  rop::OpenEmbeddedMessage::Response response;
  OXB_CO_TRY(response.header, message_header(call, *message, call.room() > kFields ? call.room() - kFields : 0));
  OXB_CO_CHECK(call.open(request.output, message));
  co_return response;
}

}  // namespace oxb::session
