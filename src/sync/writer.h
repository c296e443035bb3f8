// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The writing half of a mailbox: the backend first, then the replica, then events to every session. An error means that
// the caller's request was not done; unavailable: asking again later may help. A request whose answer was lost may be
// asked again: it finds what the first one did. All calls from the mailbox's executor.
#include "net/task.h"
#include "net/wait.h"
#include "replica/rows.h"

#include <set>
#include <vector>

namespace oxb::sync {

// A message as a client saves it.
struct SavedMessage {
  MessageId id;                                  // zero: a new one
  FolderId folder;                               // where it is, or shall be
  ChangeNumber base;                             // what the client read before it changed it; zero for a new one
  bool is_read = true;                           // of a new one
  std::shared_ptr<const mapi::Content> content;  // all of it, as it shall be; named properties under the mailbox's ids
  // What differs from the content at base. Bodies count as properties. For a new message all of it does.
  std::set<mapi::PropId> changed;  // set or erased
  bool recipients_changed = false, attachments_changed = false;
  enum class OnConflict : std::uint8_t { refuse, overwrite } on_conflict = OnConflict::refuse;
};

// What a list of messages or folders came to. Ids that are gone already count as done.
struct Partial {
  struct Refused {
    MessageId message;
    Error error;
  };
  std::vector<Refused> refused;
  bool complete() const { return refused.empty(); }
};

struct SubmitOutcome {
  // sent: the mail is on its way and its copy lies where it was asked for, or nowhere; the message is gone from the
  // Outbox. bounced: some recipients were refused; a report lies in the Inbox. unknown: the mail server did not say
  // what happened; the mail stays in the Outbox, marked, with a notice in the Inbox, and is not sent again by itself.
  enum class Outcome : std::uint8_t { sent, bounced, unknown } outcome = Outcome::sent;
};

class Writer {
 public:
  virtual ~Writer() = default;

  // The id, which stays the same for ever. conflict: changed since base (only with OnConflict::refuse). not_found:
  // gone.
  virtual Task<Result<MessageId>> save(SavedMessage message, Wait wait) = 0;
  // soft: may be recovered where the backend can; hard: for ever.
  enum class Removal : std::uint8_t { soft, hard };
  virtual Task<Result<Partial>> remove(std::vector<MessageId> messages, Removal how, Wait wait) = 0;
  // A moved message keeps its id; a copy gets a new one.
  enum class Transfer : std::uint8_t { copy, move };
  virtual Task<Result<Partial>> transfer(std::vector<MessageId> messages, FolderId to, Transfer how, Wait wait) = 0;

  // exists: the parent has a folder of that name. container_class "" follows the parent.
  virtual Task<Result<FolderId>> create_folder(FolderId parent, std::string name, std::string container_class,
                                               Wait wait) = 0;
  // Clients make a folder first and say what it is for afterwards. Only while nothing is in it; it keeps its id.
  // unsupported: this backend cannot.
  virtual Task<Result<>> set_container_class(FolderId, std::string /*container_class*/, Wait) {
    co_return fail(Errc::unsupported, "a folder's kind cannot be changed");
  }
  // Another parent, another name, or both. The folder and all that is in it keep their ids.
  virtual Task<Result<>> move_folder(FolderId folder, FolderId parent, std::string name, Wait wait) = 0;
  enum class Depth : std::uint8_t { folder, tree };
  virtual Task<Result<FolderId>> copy_folder(FolderId folder, FolderId parent, std::string name, Depth depth,
                                             Wait wait) = 0;
  // With its messages and folders below.
  virtual Task<Result<>> delete_folder(FolderId folder, Removal how, Wait wait) = 0;

  // A saved message, normally in the Outbox. invalid: no recipients, or none that can be reached; access_denied: the
  // server refuses this sender; quota, limit: refused as too large. Nothing was sent then and the message stays.
  virtual Task<Result<SubmitOutcome>> submit(MessageId message, Wait wait) = 0;
  // Not sent yet: taken back into the state of a draft. not_found: it is gone already.
  virtual Task<Result<>> abort_submit(MessageId message, Wait wait) = 0;
  // RopTransportSend: sends the content; nothing is kept, and no copy is made.
  virtual Task<Result<SubmitOutcome>> send(std::shared_ptr<const mapi::Content> content, Wait wait) = 0;
};

}  // namespace oxb::sync
