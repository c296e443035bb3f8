// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/rops/lookup.h"

namespace oxb::session {

Answer<std::shared_ptr<Logon>> logon_at(Call& call, rop::HandleIndex index) {
  const auto object = call.find(index);
  if (!object) return refuse(EcCode::null_object);
  if (auto logon = std::dynamic_pointer_cast<Logon>(object)) return logon;
  if (std::dynamic_pointer_cast<Folder>(object)) return object->logon;
  return refuse(EcCode::not_supported);
}

Answer<replica::FolderRow> folder_row(Call& call, FolderId id) {
  OXB_TRY(auto row, call.replica().read([&](replica::ReadTx& tx) { return tx.folder(id); }));
  if (!row) return refuse(EcCode::not_found);
  return *std::move(row);
}

Answer<replica::FolderRow> folder_row(Call& call, mapi::Eid id) {
  if (!id.is_own()) return refuse(EcCode::not_found);
  return folder_row(call, id.folder());
}

Answer<replica::MessageRow> message_row(Call& call, mapi::Eid id) {
  if (!id.is_own()) return refuse(EcCode::not_found);
  OXB_TRY(auto row, call.replica().read([&](replica::ReadTx& tx) { return tx.message(id.message()); }));
  if (!row) return refuse(EcCode::not_found);
  return *std::move(row);
}

sync::MailboxEvent event_of(const replica::MessageRow& row, sync::MailboxEvent::Kind kind) {
  sync::MailboxEvent event;
  event.kind = kind;
  event.folder = row.folder;
  event.message = row.id;
  event.contents = row.kind;
  return event;
}

sync::MailboxEvent event_of(const replica::FolderRow& row, sync::MailboxEvent::Kind kind) {
  sync::MailboxEvent event;
  event.kind = kind;
  event.folder = row.id;
  event.parent = row.parent;
  return event;
}

}  // namespace oxb::session
