// SPDX-License-Identifier: GPL-3.0-or-later
// Message ROPs [MS-OXCMSG] 2.2.3.
#include "proto/mapi/tags.h"
#include "session/folder_source.h"
#include "session/message_header.h"
#include "session/message_source.h"
#include "session/properties.h"
#include "session/rops/handlers.h"
#include "session/session.h"

#include <algorithm>

namespace oxb::session {
namespace {

namespace tag = mapi::tag;
using replica::ContentsKind;
using Event = sync::MailboxEvent;

// Of a saved local message, what a table may ask for stands in its row; longer values are in its content alone.
constexpr std::size_t kMostRowBytes = 1024;

std::uint32_t code_page_for(const Logon& logon, std::uint16_t asked) {
  return asked == rop::kLogonCodePage ? logon.code_page : usable_code_page(asked, logon.code_page);
}

Answer<std::shared_ptr<Logon>> logon_at(Call& call, rop::HandleIndex index) {
  const auto object = call.find(index);
  if (!object) return refuse(EcCode::null_object);
  if (auto logon = std::dynamic_pointer_cast<Logon>(object)) return logon;
  if (std::dynamic_pointer_cast<Folder>(object)) return object->logon;
  return refuse(EcCode::not_supported);
}

Answer<replica::MessageRow> message_row(Call& call, mapi::Eid id) {
  if (!id.is_own()) return refuse(EcCode::not_found);
  OXB_TRY(auto row, call.replica().read([&](replica::ReadTx& tx) { return tx.message(id.message()); }));
  if (!row) return refuse(EcCode::not_found);
  return *std::move(row);
}

Event event_of(const replica::MessageRow& row, Event::Kind kind) {
  Event event;
  event.kind = kind;
  event.folder = row.folder;
  event.message = row.id;
  event.contents = row.kind;
  return event;
}

// What a new message has from the beginning [MS-OXCMSG] 3.2.5.2.
mapi::PropertyBag defaults(const Store& store, std::uint32_t code_page, std::uint32_t locale) {
  constexpr std::int32_t kRead = 1, kUnsent = 8;
  const auto now = mapi::file_time(system_clock().now());
  const auto key = random_guid();
  mapi::PropertyBag bag;
  bag.set(tag::kMessageClass, std::string("IPM.Note"));
  bag.set(tag::kImportance, std::int32_t{1});
  bag.set(tag::kPriority, std::int32_t{0});
  bag.set(tag::kSensitivity, std::int32_t{0});
  bag.set(tag::kMessageFlags, kRead | kUnsent);
  bag.set(tag::kCreationTime, now);
  bag.set(tag::kLastModificationTime, now);
  bag.set(tag::kSearchKey, Bytes(key.bytes.begin(), key.bytes.end()));
  bag.set(tag::kMessageLocaleId, static_cast<std::int32_t>(locale));
  bag.set(tag::kMessageCodepage, static_cast<std::int32_t>(code_page));
  bag.set(tag::kCreatorName, store.owner().display_name);
  bag.set(tag::kCreatorEntryId, store.owner_entry_id());
  bag.set(tag::kLastModifierName, store.owner().display_name);
  bag.set(tag::kLastModifierEntryId, store.owner_entry_id());
  bag.set(tag::kHasAttachments, false);
  for (const auto t : {tag::kDisplayTo, tag::kDisplayCc, tag::kDisplayBcc}) bag.set(t, std::string());
  return bag;
}

std::int32_t size_of(const mapi::PropertyBag& bag) {
  std::size_t size = 0;
  for (const auto& property : bag.all()) size += mapi::value_size(property.value) + 4;
  return static_cast<std::int32_t>(std::min<std::size_t>(size, 0x7FFF'FFFF));
}

// Writes a draft into the replica; the row that it has then, or why it cannot be saved.
Answer<replica::MessageRow> save(Call& call, Message& message, bool force) {
  auto content = std::make_shared<mapi::Content>(*message.draft);
  content->properties.set(tag::kLastModificationTime, mapi::file_time(system_clock().now()));
  content->properties.set(tag::kMessageSize, size_of(content->properties));
  replica::WriteTx::MessageChange change;
  change.row = message.row;
  change.row.kind = ContentsKind::associated;
  change.row.properties = {};
  change.row.modified = {};
  for (const auto& property : content->properties.all())
    if (mapi::value_size(property.value) <= kMostRowBytes) change.row.properties.set(property.tag, property.value);
  change.content = std::move(content);
  change.keep_local_properties = false;
  EcCode refusal = EcCode::none;
  OXB_TRY(auto row, call.replica().write([&](replica::WriteTx& tx) -> Result<replica::MessageRow> {
    if (message.row.id.value != 0) {
      OXB_TRY(const auto now, tx.message(message.row.id));
      if (!now) refusal = EcCode::object_deleted;
      if (now && now->change != message.row.change && !force) refusal = EcCode::object_modified;
      if (refusal != EcCode::none) return message.row;
    }
    OXB_TRY(const auto put, tx.put_message(std::move(change)));
    OXB_TRY(const auto saved, tx.message(put.id));
    if (!saved) return fail(Errc::internal, "a message that was just saved is missing");
    return *saved;
  }));
  if (refusal != EcCode::none) return refuse(refusal);
  return row;
}

struct ReadChange {
  std::vector<MessageId> remote, local;
  std::vector<Event> events;
};

// Sets the read state where it differs: in the backend first, or here for what is only here.
Task<Answer<void>> set_read(Call& call, std::vector<replica::MessageRow> rows, bool read) {
  ReadChange change;
  for (const auto& row : rows) {
    if (row.read == read) continue;
    if (row.kind == ContentsKind::associated) {
      change.local.push_back(row.id);
      change.events.push_back(event_of(row, Event::Kind::message_modified));
    } else {
      change.remote.push_back(row.id);
    }
  }
  if (!change.local.empty()) {
    OXB_CO_CHECK(call.replica().write([&](replica::WriteTx& tx) -> Result<> {
      for (const auto id : change.local) OXB_CHECK(tx.set_read(id, read));
      return {};
    }));
    call.mailbox().post(std::move(change.events));
  }
  if (!change.remote.empty())
    OXB_CO_CHECK(co_await call.mailbox().set_read(std::move(change.remote), read, call.wait()));
  co_return Answer<void>{};
}

// nullopt: the flags ask for nothing that changes the read state.
std::optional<bool> wanted_read_state(std::uint8_t flags) {
  if ((flags & rop::kReadFlagClear) != 0) return false;
  if ((flags & (rop::kReadFlagGenerateReceiptOnly | rop::kReadFlagClearNotifyRead | rop::kReadFlagClearNotifyUnread)) !=
      0)
    return std::nullopt;
  return true;
}

}  // namespace

Reply<rop::OpenMessage> handle(Of<rop::OpenMessage>, Call& call, const rop::OpenMessage::Request& request) {
  OXB_CO_TRY(const auto logon, logon_at(call, request.input));
  auto message = std::make_shared<Message>();
  OXB_CO_TRY(message->row, message_row(call, request.message));
  OXB_CO_TRY(const auto folder,
             call.replica().read([&](replica::ReadTx& tx) { return tx.folder(message->row.folder); }));
  if (!folder || !may_read(*folder)) co_return refuse(EcCode::access_denied);
  message->logon = logon;
  message->code_page = code_page_for(*logon, request.code_page);
  // Whatever access is asked for, the backend's messages are opened for reading.
  const auto mode = request.mode & 3U;
  message->writable = message->row.kind == ContentsKind::associated && mode != rop::kOpenReadOnly;
  OXB_CO_CHECK(co_await load_content(call, *message));
  OXB_CO_TRY(auto header, message_header(call, *message, call.room()));
  OXB_CO_CHECK(call.open(request.output, message));
  co_return header;
}

Reply<rop::ReloadCachedInformation> handle(Of<rop::ReloadCachedInformation>, Call& call,
                                           const rop::ReloadCachedInformation::Request& request) {
  OXB_CO_TRY(const auto message, call.object<Message>(request.input));
  OXB_CO_CHECK(co_await load_content(call, *message));
  if (!message->content) message->content = std::make_shared<mapi::Content>();
  OXB_CO_TRY(auto header, message_header(call, *message, call.room()));
  co_return header;
}

Reply<rop::ReadRecipients> handle(Of<rop::ReadRecipients>, Call& call, const rop::ReadRecipients::Request& request) {
  OXB_CO_TRY(const auto message, call.object<Message>(request.input));
  OXB_CO_CHECK(co_await load_content(call, *message));
  if (!message->content || request.row_id >= message->content->recipients.size()) co_return refuse(EcCode::not_found);
  rop::ReadRecipients::Response response;
  response.rows = recipient_rows(*message, request.row_id, call.room() > 1 ? call.room() - 1 : 0);
  if (response.rows.empty()) co_return refuse(EcCode::buffer_too_small);
  call.columns.tags = message->recipient_columns;
  co_return response;
}

// Only messages that the replica alone holds can be made so far.
Reply<rop::CreateMessage> handle(Of<rop::CreateMessage>, Call& call, const rop::CreateMessage::Request& request) {
  OXB_CO_TRY(const auto logon, logon_at(call, request.input));
  if (!request.associated) co_return refuse(EcCode::not_supported);
  if (!request.folder.is_own()) co_return refuse(EcCode::not_found);
  OXB_CO_TRY(const auto folder,
             call.replica().read([&](replica::ReadTx& tx) { return tx.folder(request.folder.folder()); }));
  if (!folder) co_return refuse(EcCode::not_found);
  auto message = std::make_shared<Message>();
  message->logon = logon;
  message->code_page = code_page_for(*logon, request.code_page);
  message->writable = true;
  message->row.folder = folder->id;
  message->row.kind = ContentsKind::associated;
  message->row.read = true;
  message->row.created = system_clock().now();
  message->change() = defaults(call.store(), message->code_page, call.session().locale());
  OXB_CO_CHECK(call.open(request.output, message));
  co_return rop::CreateMessage::Response{};
}

Reply<rop::SaveChangesMessage> handle(Of<rop::SaveChangesMessage>, Call& call,
                                      const rop::SaveChangesMessage::Request& request) {
  OXB_CO_TRY(const auto message, call.object<Message>(request.input));
  if (message->is_embedded || message->row.kind == ContentsKind::normal) co_return refuse(EcCode::not_supported);
  if (!message->writable) co_return refuse(EcCode::access_denied);
  if (message->draft) {
    const bool is_new = message->is_new();
    OXB_CO_TRY(message->row, save(call, *message, (request.flags & rop::SaveChangesMessage::kForceSave) != 0));
    message->draft.reset();
    message->content.reset();
    OXB_CO_CHECK(co_await load_content(call, *message));
    call.mailbox().post(
        {event_of(message->row, is_new ? Event::Kind::message_created : Event::Kind::message_modified)});
  }
  if ((request.flags & rop::SaveChangesMessage::kKeepOpenReadOnly) != 0) message->writable = false;
  co_return rop::SaveChangesMessage::Response{request.input, mapi::Eid::of(message->row.id)};
}

Reply<rop::GetMessageStatus> handle(Of<rop::GetMessageStatus>, Call& call,
                                    const rop::GetMessageStatus::Request& request) {
  OXB_CO_TRY(const auto folder, call.object<Folder>(request.input));
  OXB_CO_TRY(const auto row, message_row(call, request.message));
  const auto* status = row.properties.get<std::int32_t>(tag::kMessageStatus);
  co_return rop::MessageStatus{static_cast<std::uint32_t>(status != nullptr ? *status : 0)};
}

// Kept in the replica: no backend has such bits.
Reply<rop::SetMessageStatus> handle(Of<rop::SetMessageStatus>, Call& call,
                                    const rop::SetMessageStatus::Request& request) {
  OXB_CO_TRY(const auto folder, call.object<Folder>(request.input));
  OXB_CO_TRY(const auto row, message_row(call, request.message));
  const auto* had = row.properties.get<std::int32_t>(tag::kMessageStatus);
  const auto old = static_cast<std::uint32_t>(had != nullptr ? *had : 0);
  const auto status = (old & ~request.mask) | (request.flags & request.mask);
  if (status != old) {
    const mapi::Property property{tag::kMessageStatus, static_cast<std::int32_t>(status)};
    OXB_CO_CHECK(
        call.replica().write([&](replica::WriteTx& tx) { return tx.set_message_properties(row.id, {property}, {}); }));
    call.mailbox().post({event_of(row, Event::Kind::message_modified)});
  }
  co_return rop::MessageStatus{old};
}

Reply<rop::SetReadFlags> handle(Of<rop::SetReadFlags>, Call& call, const rop::SetReadFlags::Request& request) {
  OXB_CO_TRY(const auto folder, call.object<Folder>(request.input));
  const auto wanted = wanted_read_state(request.flags);
  if (!wanted) co_return rop::PartialCompletion{};
  OXB_CO_TRY(auto rows, call.replica().read([&](replica::ReadTx& tx) -> Result<std::vector<replica::MessageRow>> {
    std::vector<replica::MessageRow> out;
    const auto keep = [&](const replica::MessageRow& row) {
      if (row.read == *wanted) return;
      replica::MessageRow slim;
      slim.id = row.id;
      slim.folder = row.folder;
      slim.kind = row.kind;
      slim.read = row.read;
      out.push_back(std::move(slim));
    };
    if (request.messages.empty()) {
      OXB_CHECK(tx.for_each_message(folder->id, ContentsKind::normal, keep));
      return out;
    }
    for (const auto id : request.messages) {
      if (!id.is_own()) continue;
      OXB_TRY(const auto row, tx.message(id.message()));
      if (row) keep(*row);  // what was moved away or deleted meanwhile is not an error
    }
    return out;
  }));
  OXB_CO_CHECK(co_await set_read(call, std::move(rows), *wanted));
  co_return rop::PartialCompletion{};
}

Reply<rop::SetMessageReadFlag> handle(Of<rop::SetMessageReadFlag>, Call& call,
                                      const rop::SetMessageReadFlag::Request& request) {
  OXB_CO_TRY(const auto message, call.object<Message>(request.input));
  const auto wanted = wanted_read_state(request.flags);
  if (wanted && message->row.id.value != 0) {
    OXB_CO_TRY(auto row, call.replica().read([&](replica::ReadTx& tx) { return tx.message(message->row.id); }));
    if (row && row->read != *wanted) {
      std::vector<replica::MessageRow> rows;
      rows.push_back(*std::move(row));
      OXB_CO_CHECK(co_await set_read(call, std::move(rows), *wanted));
    }
    message->row.read = *wanted;
  }
  co_return rop::SetMessageReadFlag::Response{};  // only public folders tell whether something changed
}

}  // namespace oxb::session
