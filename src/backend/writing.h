// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The writing half of the seam. The rules of connector.h hold here too, and:
//
// - A write is sent once. Where the connection breaks after the request may have been acted on, the answer is
//   Errc::unavailable and nothing is said about what happened: the caller looks (find, items, existing) before it
//   repeats. The same holds for Errc::cancelled.
// - Creating what exists and deleting what is gone both succeed where the backend lets us tell; a list of ids is one
// batch.
// - A change based on an old version is Errc::conflict, and nothing was changed.
// - access_denied, quota and limit (a text too long) mean that nothing was changed.
// - UIDs come with the UIDVALIDITY they are of; where the folder has another by now, the answer is conflict.
#include "backend/connector.h"

namespace oxb::backend {

// Where a mail came to lie. uid 0: the server does not say (no UIDPLUS, RFC 4315).
struct MailPlace {
  std::uint32_t uid_validity{};
  std::uint32_t uid{};
  bool operator==(const MailPlace&) const = default;
};

// Flags are changed through MailStore::change_flags.
class MailWriter {
 public:
  virtual ~MailWriter() = default;
  // received: INTERNALDATE; the server's clock where absent. The message is stored as given, in CRLF lines.
  virtual Task<Result<MailPlace>> append(const RemoteId& folder, Bytes message, model::MailFlags flags,
                                         std::optional<Instant> received, Wait wait) = 0;
  // UIDs of the mails whose header field holds that text somewhere, in any case: e.g. the mark of an upload. Also right
  // after an append.
  virtual Task<Result<std::vector<std::uint32_t>>> find(const RemoteId& folder, std::string field, std::string text,
                                                        Wait wait) = 0;
  enum class Transfer : std::uint8_t { copy, move };
  struct Transferred {
    std::uint32_t from{};
    MailPlace to;
  };
  // What was copied or moved; a mail that is gone is not in the list. A move never leaves a mail in no folder: without
  // MOVE (RFC 6851) it is copied, and expunged by UID where it came from once the copy is known to exist.
  virtual Task<Result<std::vector<Transferred>>> transfer(const RemoteId& from, std::uint32_t uid_validity,
                                                          std::vector<std::uint32_t> uids, const RemoteId& to,
                                                          Transfer how, Wait wait) = 0;
  // Removes these for ever and no others (UID EXPUNGE); unsupported where the server cannot.
  virtual Task<Result<>> expunge(const RemoteId& folder, std::uint32_t uid_validity, std::vector<std::uint32_t> uids,
                                 Wait wait) = 0;

  // exists: a folder of that name is there. parent empty: at the top. The new folder is subscribed. invalid: the server
  // cannot have a folder of that name.
  virtual Task<Result<RemoteId>> create_folder(const RemoteId& parent, std::string name, Wait wait) = 0;
  // To another parent, another name, or both; folders below come along. The new id.
  virtual Task<Result<RemoteId>> move_folder(const RemoteId& folder, const RemoteId& parent, std::string name,
                                             Wait wait) = 0;
  // With all mails in it; conflict where it has folders below. The Inbox is neither moved nor deleted (access_denied).
  virtual Task<Result<>> delete_folder(const RemoteId& folder, Wait wait) = 0;
};

// For implementations: a name that a header field can have; a text that may be a folder's name, apart from separators.
bool is_header_name(std::string_view field);
bool is_folder_name(std::string_view name);

// What became of one written item.
struct Written {
  RemoteId id;
  model::Version version;
};

// Bytes to be attached, or the id of what is to go.
struct FileChanges {
  std::vector<model::FileData> add;  // with data
  std::vector<RemoteId> remove;
  bool empty() const { return add.empty() && remove.empty(); }
};

// Writes calendar items without sending scheduling mail to anybody.
class GroupwareWriter {
 public:
  virtual ~GroupwareWriter() = default;
  // uid is kept where the item has one; exists: an item of that uid is in the folder. Attachments with data go along;
  // exceptions of a series are written with it.
  virtual Task<Result<Written>> create(const model::Folder& folder, const Item& item, Wait wait) = 0;
  // Sends only what differs between before (as the backend gave it, with its version) and after. Exceptions that are in
  // after only are created; occurrences that became deleted are deleted.
  virtual Task<Result<Written>> update(const model::Folder& folder, const Item& before, const Item& after,
                                       Wait wait) = 0;
  virtual Task<Result<Written>> change_files(const model::Folder& folder, const Item& item, FileChanges changes,
                                             Wait wait) = 0;
  // In the order given: success also where it was gone; conflict where it changed since that version.
  virtual Task<Result<std::vector<Result<>>>> remove(const model::Folder& folder, std::vector<Written> items,
                                                     Wait wait) = 0;
  virtual Task<Result<std::vector<Result<Written>>>> move(const model::Folder& from, std::vector<Written> items,
                                                          const model::Folder& to, Wait wait) = 0;
  // The item of that iCalendar UID in the folder, to find an upload whose answer was lost.
  virtual Task<Result<std::optional<RemoteId>>> find(const model::Folder& folder, const std::string& uid,
                                                     Wait wait) = 0;

  virtual Task<Result<RemoteId>> create_folder(const model::Folder& parent, std::string name, model::FolderKind kind,
                                               Wait wait) = 0;
  virtual Task<Result<>> change_folder(const model::Folder& folder, const RemoteId& parent, std::string name,
                                       Wait wait) = 0;
  // With all that is in it.
  virtual Task<Result<>> delete_folder(const model::Folder& folder, Wait wait) = 0;
};

// RFC 5321. Addresses without brackets.
struct Envelope {
  std::string sender;
  std::vector<std::string> recipients;
};

struct Refusal {
  std::string recipient;
  int code{};        // SMTP reply code
  std::string text;  // of the server, for the bounce
};

struct Submitted {
  // sent: at least one recipient was accepted and the server took the mail. refused: nobody gets it; refusal says why.
  // unknown: the connection broke between the end of the data and the answer.
  enum class Outcome : std::uint8_t { sent, refused, unknown } outcome = Outcome::sent;
  std::vector<Refusal> refusals;  // of single recipients
  Refusal refusal;                // of the whole mail (sender, data)
};

class Submission {
 public:
  virtual ~Submission() = default;
  // An error means that the mail was certainly not sent; unavailable: it may be tried again. A caller that gives up
  // after the end of the data hears unknown, not cancelled.
  virtual Task<Result<Submitted>> submit(Envelope envelope, Bytes message, Wait wait) = 0;
};

}  // namespace oxb::backend
