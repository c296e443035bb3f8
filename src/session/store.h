// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What every computed property needs to know of the mailbox: its GUIDs, its owner, and the ids made from them.
#include "proto/mapi/ids.h"
#include "sync/mailbox.h"

namespace oxb::session {

class Store {
 public:
  explicit Store(sync::Mailbox& mailbox) : mailbox_(mailbox), identity_(mailbox.replica().identity()) {}

  sync::Mailbox& mailbox() const { return mailbox_; }
  replica::Replica& replica() const { return mailbox_.replica(); }
  const sync::Owner& owner() const { return mailbox_.owner(); }
  const replica::Identity& identity() const { return identity_; }

  // [MS-OXCDATA] 2.2.4
  Bytes folder_entry_id(FolderId folder) const;
  Bytes message_entry_id(FolderId folder, MessageId message) const;
  Bytes store_entry_id() const;
  Bytes owner_entry_id() const;
  // The folder of an entry id of this store, else nullopt.
  std::optional<FolderId> folder_of(ByteView entry_id) const;

  // [MS-OXCFXICS] 2.2.1.2
  Bytes source_key(std::uint64_t counter) const { return mapi::LongTermId{identity_.replica, counter}.gid(); }
  Bytes change_key(ChangeNumber change) const { return mapi::Xid::of(identity_.replica, change.value).bytes(); }
  Bytes predecessors(ChangeNumber change) const;
  Bytes mailbox_guid() const;
  Bytes replica_guid() const;

 private:
  sync::Mailbox& mailbox_;
  replica::Identity identity_;
};

}  // namespace oxb::session
