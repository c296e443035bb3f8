// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/store.h"

#include "base/text.h"
#include "proto/mapi/entry_id.h"

namespace oxb::session {
namespace {

Bytes guid_bytes(const Guid& guid) { return {guid.bytes.begin(), guid.bytes.end()}; }

}  // namespace

Bytes Store::mailbox_guid() const { return guid_bytes(identity_.mailbox); }
Bytes Store::replica_guid() const { return guid_bytes(identity_.replica); }

Bytes Store::folder_entry_id(FolderId folder) const {
  mapi::FolderEntryId id;
  id.provider = identity_.mailbox;
  id.folder = {identity_.replica, folder.value};
  return mapi::to_bytes(mapi::EntryId(id));
}

Bytes Store::message_entry_id(FolderId folder, MessageId message) const {
  mapi::MessageEntryId id;
  id.provider = identity_.mailbox;
  id.folder = {identity_.replica, folder.value};
  id.message = {identity_.replica, message.value};
  return mapi::to_bytes(mapi::EntryId(id));
}

Bytes Store::store_entry_id() const {
  mapi::StoreEntryId id;
  const auto& entity = owner().entity;
  const auto at = owner().email.find('@');
  id.server =
      to_text(mailbox_.installation().mailbox_id(entity)) + (at == std::string::npos ? "" : owner().email.substr(at));
  id.mailbox_dn = owner().legacy_dn;
  return mapi::to_bytes(mapi::EntryId(id));
}

Bytes Store::owner_entry_id() const {
  mapi::AddressBookEntryId id;
  id.dn = owner().legacy_dn;
  return mapi::to_bytes(mapi::EntryId(id));
}

std::optional<FolderId> Store::folder_of(ByteView entry_id) const {
  const auto id = mapi::parse_entry_id(entry_id);
  if (!id) return std::nullopt;
  const auto* folder = std::get_if<mapi::FolderEntryId>(&*id);
  if (folder == nullptr || folder->folder.replica != identity_.replica) return std::nullopt;
  return FolderId{folder->folder.counter};
}

// [MS-OXCFXICS] 2.2.2.3: a size byte before each XID.
Bytes Store::predecessors(ChangeNumber change) const {
  const auto xid = change_key(change);
  Bytes out{static_cast<std::byte>(xid.size())};
  out.insert(out.end(), xid.begin(), xid.end());
  return out;
}

}  // namespace oxb::session
