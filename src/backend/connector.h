// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The seam: what the gateway wants from a groupware server, in terms of model and MIME. Above it nobody knows the
// backend's protocol; below it nobody knows MAPI.
//
// Rules for implementations: every call honours its Wait; answers are bounded; a failed or short read is an error, never
// an empty result; nothing is retried that might have happened; calls of one account may overlap.
// unauthenticated: the session is gone and signing in again with the same secret was refused.
#include <memory>
#include <variant>

#include "model/account.h"
#include "model/directory.h"
#include "model/event.h"
#include "model/folder.h"
#include "model/mail.h"
#include "model/task.h"
#include "net/task.h"
#include "net/wait.h"

namespace oxb::backend {

using Item = std::variant<model::Series, model::Contact, model::DistributionList, model::Task>;
// Id under which an item is listed and deleted: the master's id (or a lone exception's), the contact's, the task's.
const RemoteId& id_of(const Item& item);
const model::Version& version_of(const Item& item);

// What happened in a folder since a position.
struct ItemChanges {
  std::vector<Item> changed;      // new or modified, with all fields, without attachment bytes
  std::vector<RemoteId> deleted;  // proven deletions (tombstones)
  // The listing is the folder's whole content: what is not in changed is a candidate for deletion (design, decision 3).
  bool complete = false;
  std::vector<RemoteId> unreadable;  // ids that exist but could not be understood; never deleted, quarantined
  std::string unreadable_reason;
  model::Position position;       // where the next call continues
};

struct MailChanges {
  std::vector<model::MailSummary> changed;  // new mails; without headers and structure where only flags changed
  std::vector<std::uint32_t> vanished;      // proven by the server (VANISHED / EXPUNGE)
  bool complete = false;                    // as above; changed then holds every mail of the folder
  bool more = false;                        // the batch was cut; call again from position
  bool renumbered = false;                  // UIDVALIDITY changed: all earlier UIDs are void, changed starts afresh
  std::uint32_t uid_validity{};
  std::uint32_t total{}, unread{};
  model::Position position;
};

struct FlagChange {
  std::uint32_t uid{};
  std::vector<std::string> add, remove;  // IMAP spelling: "\\Seen", "$Forwarded"
};

// Mail over IMAP (or another mail protocol).
class MailStore {
 public:
  virtual ~MailStore() = default;
  virtual Task<Result<std::vector<model::Folder>>> folders(Wait wait) = 0;
  // New and changed mails since position, at most limit summaries, newest first on the first read.
  virtual Task<Result<MailChanges>> changes(const RemoteId& folder, const model::Position& since, std::size_t limit, Wait wait) = 0;
  // Whole messages as stored, in the order asked, in pipelined batches. not_found inside the list where a mail is gone.
  virtual Task<Result<std::vector<Result<Bytes>>>> messages(const RemoteId& folder, std::vector<std::uint32_t> uids, Wait wait) = 0;
  // Which of the UIDs still exist (proof for deletions).
  virtual Task<Result<std::vector<std::uint32_t>>> existing(const RemoteId& folder, std::vector<std::uint32_t> uids, Wait wait) = 0;
  virtual Task<Result<>> change_flags(const RemoteId& folder, std::vector<FlagChange> changes, Wait wait) = 0;
  // Returns when the folder changed (push), or with unavailable/cancelled at the end of the wait.
  virtual Task<Result<>> wait_for_change(const RemoteId& folder, Wait wait) = 0;
};

// Calendar, contacts, tasks.
class Groupware {
 public:
  virtual ~Groupware() = default;
  virtual Task<Result<std::vector<model::Folder>>> folders(Wait wait) = 0;
  virtual Task<Result<ItemChanges>> changes(const model::Folder& folder, const model::Position& since, Wait wait) = 0;
  // Which of the ids still exist in the folder (proof for deletions), in one batch.
  virtual Task<Result<std::vector<RemoteId>>> existing(const model::Folder& folder, std::vector<RemoteId> ids, Wait wait) = 0;
  // Items afresh, with all fields; not_found inside the list where one is gone.
  virtual Task<Result<std::vector<Result<Item>>>> items(const model::Folder& folder, std::vector<RemoteId> ids, Wait wait) = 0;
  // Bytes of an attachment (of item id, or of the exception id it belongs to) or of a contact's picture.
  virtual Task<Result<Bytes>> attachment(const model::Folder& folder, const RemoteId& item, const model::FileData& file, Wait wait) = 0;
  virtual Task<Result<Bytes>> picture(const model::Folder& folder, const model::Contact& contact, Wait wait) = 0;
};

// The address book of the user's context, as this user may see it.
class AddressBook {
 public:
  virtual ~AddressBook() = default;
  virtual Task<Result<std::vector<model::DirectoryEntry>>> entries(Wait wait) = 0;
};

// The writing half, in backend/writing.h.
class MailWriter;
class GroupwareWriter;
class Submission;

// One signed-in user. Lives as long as anybody of that user is connected; signs out when destroyed (best effort) or told.
class Account {
 public:
  virtual ~Account() = default;
  virtual const model::Principal& principal() const = 0;
  virtual MailStore& mail() = 0;
  virtual MailWriter& mail_writer() = 0;
  virtual Submission* submission() = 0;  // null: mail cannot be sent here
  virtual Groupware& groupware() = 0;
  virtual GroupwareWriter& groupware_writer() = 0;
  virtual AddressBook& address_book() = 0;
  virtual Task<void> sign_out(Wait wait) = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;
  // unauthenticated: the server refused the credentials. unavailable: it could not be asked.
  virtual Task<Result<std::shared_ptr<Account>>> sign_in(const model::Credentials& credentials, Wait wait) = 0;
};

}  // namespace oxb::backend
