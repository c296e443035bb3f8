// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What handlers look up before they do anything.
#include "session/call.h"

namespace oxb::session {

// Folders and messages are opened and made from the logon or from any folder.
Answer<std::shared_ptr<Logon>> logon_at(Call& call, rop::HandleIndex index);
// not_found: gone, or of another store.
Answer<replica::FolderRow> folder_row(Call& call, FolderId id);
Answer<replica::FolderRow> folder_row(Call& call, mapi::Eid id);
Answer<replica::MessageRow> message_row(Call& call, mapi::Eid id);

// dst_null_object instead of null_object, for ROPs with two objects.
template <class T>
Answer<std::shared_ptr<T>> destination_at(Call& call, rop::HandleIndex index) {
  if (!call.find(index)) return refuse(EcCode::dst_null_object);
  return call.object<T>(index);
}

sync::MailboxEvent event_of(const replica::MessageRow& row, sync::MailboxEvent::Kind kind);
sync::MailboxEvent event_of(const replica::FolderRow& row, sync::MailboxEvent::Kind kind);

}  // namespace oxb::session
