// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// One mailbox in use: its queue, its replica, its backend account, its pull. All calls from the mailbox's executor;
// Task functions may be awaited there and leave the queue free while they wait.
#include "directory/identity.h"
#include "net/task.h"
#include "net/wait.h"
#include "replica/replica.h"
#include "sync/events.h"
#include "sync/writer.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oxb::sync {

// Who the mailbox belongs to, in the words sessions need.
struct Owner {
  directory::Entity entity;
  std::string legacy_dn;
  std::string display_name;
  std::string email;  // primary
  std::vector<std::string> aliases;
  std::string time_zone;  // IANA
  std::string locale;     // "de_DE"
};

class Mailbox {
 public:
  virtual ~Mailbox() = default;

  virtual Executor executor() const = 0;  // a strand
  virtual const Owner& owner() const = 0;
  virtual replica::Replica& replica() = 0;
  virtual Writer& writer() = 0;
  virtual const directory::Installation& installation() const = 0;

  // Returns when the folder tree was read from the backend at least once in this replica's life; refreshes in the
  // background.
  virtual Task<Result<>> ensure_folders(Wait wait) = 0;
  // Returns when the folder's content was listed at least once (first batch for mail folders counts: newest first);
  // asks the backend for changes if the last look is older than the refresh interval. Local folders return at once.
  virtual Task<Result<>> ensure_contents(FolderId folder, Wait wait) = 0;
  // Full content (bodies, recipients, attachments with data), from the cache or the backend. Named properties are under
  // the mailbox's ids; content.named is empty. not_found: gone meanwhile. A mail that cannot be converted is a
  // placeholder.
  virtual Task<Result<std::shared_ptr<const mapi::Content>>> content(MessageId message, Wait wait) = 0;
  // Read flags go to the backend first, then into the replica; events follow. Messages of several folders are allowed.
  virtual Task<Result<>> set_read(std::vector<MessageId> messages, bool read, Wait wait) = 0;
  // Returns when the address book was read through this user's session at least once since he signed in; what it said
  // lies in the directory of his context. Refreshes in the background.
  virtual Task<Result<>> ensure_address_book(Wait wait) = 0;
  // The primary address behind a LegacyDN, as far as this user's address book says; nullopt: unknown here.
  virtual std::optional<std::string> address_of(std::string_view /*legacy_dn*/) { return std::nullopt; }
  // Asks the backend for changes of everything in use, now (Send/Receive).
  virtual Task<Result<>> refresh(Wait wait) = 0;

  // After a session wrote to the replica itself (folder or store properties, FAI): tell the other sessions.
  virtual void post(std::vector<MailboxEvent> events) = 0;
  virtual void subscribe(Listener& listener) = 0;
  virtual void unsubscribe(Listener& listener) = 0;
};

}  // namespace oxb::sync
