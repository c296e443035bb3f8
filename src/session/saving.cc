// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/saving.h"

#include "base/text.h"
#include "proto/mapi/tags.h"
#include "session/draft.h"
#include "session/properties.h"
#include "session/rops/lookup.h"
#include "session/session.h"

#include <algorithm>
#include <array>

namespace oxb::session {
namespace {

namespace tag = mapi::tag;
using replica::ContentsKind;
using Event = sync::MailboxEvent;

// Of a saved local message, what a table may ask for stands in its row; longer values are in its content alone.
constexpr std::size_t kMostRowBytes = 1024;

struct ClassRow {
  std::string_view container, message;
};
constexpr std::array kClasses = {
    ClassRow{"IPF.Appointment", "IPM.Appointment"},
    ClassRow{"IPF.Contact", "IPM.Contact"},
    ClassRow{"IPF.Task", "IPM.Task"},
    ClassRow{"IPF.StickyNote", "IPM.StickyNote"},
    ClassRow{"IPF.Journal", "IPM.Activity"},
};

std::string message_class(std::string_view container_class) {
  for (const auto& row : kClasses)
    if (ascii_iequals(container_class.substr(0, row.container.size()), row.container)) return std::string(row.message);
  return "IPM.Note";
}

std::int32_t wire_size(const mapi::PropertyBag& bag) {
  std::size_t size = 0;
  for (const auto& property : bag.all()) size += mapi::value_size(property.value) + 4;
  return static_cast<std::int32_t>(std::min<std::size_t>(size, 0x7FFF'FFFF));
}

void mark_saved(Call& call, mapi::PropertyBag& bag) {
  bag.set(tag::kLastModificationTime, mapi::file_time(system_clock().now()));
  bag.set(tag::kLastModifierName, call.store().owner().display_name);
  bag.set(tag::kLastModifierEntryId, call.store().owner_entry_id());
}

void forget_changes(Message& message) {
  message.draft.reset();
  message.changed.clear();
  message.written_bodies.clear();
  message.recipients_changed = message.attachments_changed = false;
  message.bodies.clear();
  count(message);
}

Answer<void> save_embedded(Call& call, Message& message) {
  constexpr std::int32_t kEmbeddedMessage = 5;
  auto content = std::make_shared<mapi::Content>(*message.draft);
  mark_saved(call, content->properties);
  OXB_TRY(auto* attachment, edit(call, *message.attachment, size_of(*content)));
  attachment->properties.set(tag::kAttachMethod, kEmbeddedMessage);
  attachment->properties.erase(tag::kAttachDataBinary.id());
  attachment->embedded = content;
  count(*message.attachment);
  message.content = std::move(content);
  forget_changes(message);
  return {};
}

// Writes a draft into the replica; the row that it has then, or why it cannot be saved.
Answer<replica::MessageRow> save_associated(Call& call, Message& message, Save how) {
  auto content = std::make_shared<mapi::Content>(*message.draft);
  mark_saved(call, content->properties);
  content->properties.set(tag::kMessageSize, wire_size(content->properties));
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
      if (now && now->change != message.row.change && how != Save::overwrite) refusal = EcCode::object_modified;
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

Task<Answer<void>> save_through_writer(Call& call, Message& message, Save how) {
  mark_saved(call, message.draft->properties);
  sync::SavedMessage saved;
  saved.id = message.row.id;
  saved.folder = message.row.folder;
  saved.base = message.row.change;
  saved.is_read = message.row.read;
  saved.content = message.draft;
  saved.changed = message.changed;
  saved.recipients_changed = message.recipients_changed;
  saved.attachments_changed = message.attachments_changed;
  if (how == Save::overwrite) saved.on_conflict = sync::SavedMessage::OnConflict::overwrite;
  const bool was_saved = message.row.id.value != 0;
  const auto id = co_await call.mailbox().writer().save(std::move(saved), call.wait());
  if (!id && id.error().code == Errc::not_found && was_saved) co_return refuse(EcCode::object_deleted);
  if (!id) co_return tl::unexpected(Failure(id.error()));
  OXB_CO_TRY(auto row, call.replica().read([&](replica::ReadTx& tx) { return tx.message(*id); }));
  // Deleted again by somebody else, after it was saved.
  if (row)
    message.row = *std::move(row);
  else
    message.row.id = *id;
  message.is_outdated = true;
  forget_changes(message);
  co_return Answer<void>{};
}

}  // namespace

mapi::PropertyBag new_message_properties(const Call& call, std::uint32_t code_page, std::string_view container_class) {
  constexpr std::int32_t kRead = 1, kUnsent = 8;
  const auto& store = call.store();
  const auto now = mapi::file_time(system_clock().now());
  const auto key = random_guid();
  mapi::PropertyBag bag;
  bag.set(tag::kMessageClass, message_class(container_class));
  bag.set(tag::kImportance, std::int32_t{1});
  bag.set(tag::kPriority, std::int32_t{0});
  bag.set(tag::kSensitivity, std::int32_t{0});
  bag.set(tag::kMessageFlags, kRead | kUnsent);
  bag.set(tag::kCreationTime, now);
  bag.set(tag::kLastModificationTime, now);
  bag.set(tag::kSearchKey, Bytes(key.bytes.begin(), key.bytes.end()));
  bag.set(tag::kMessageLocaleId, static_cast<std::int32_t>(call.session().locale()));
  bag.set(tag::kMessageCodepage, static_cast<std::int32_t>(code_page));
  bag.set(tag::kCreatorName, store.owner().display_name);
  bag.set(tag::kCreatorEntryId, store.owner_entry_id());
  bag.set(tag::kLastModifierName, store.owner().display_name);
  bag.set(tag::kLastModifierEntryId, store.owner_entry_id());
  bag.set(tag::kHasAttachments, false);
  for (const auto t : {tag::kDisplayTo, tag::kDisplayCc, tag::kDisplayBcc}) bag.set(t, std::string());
  return bag;
}

Task<Answer<void>> save_message(Call& call, Message& message, Save how) {
  if (!message.draft) co_return Answer<void>{};
  if (message.is_embedded) co_return save_embedded(call, message);
  if (message.row.kind == ContentsKind::normal) co_return co_await save_through_writer(call, message, how);
  const bool is_new = message.is_new();
  OXB_CO_TRY(message.row, save_associated(call, message, how));
  forget_changes(message);
  message.content.reset();
  OXB_CO_CHECK(co_await load_content(call, message));
  call.mailbox().post({event_of(message.row, is_new ? Event::Kind::message_created : Event::Kind::message_modified)});
  co_return Answer<void>{};
}

}  // namespace oxb::session
