// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Outlook -> backend. Part of the mailbox actor: runs on its strand, is destroyed with it.
//
// An upload is written down as an intent before the backend is asked, under a token that the uploaded mail carries.
// Whoever meets the mail first - this upload, a later attempt, a pull after a crash - gives it the id of the intent.
#include "backend/writing.h"
#include "convert/mime_out.h"
#include "net/event.h"
#include "replica/replica.h"
#include "sync/events.h"
#include "sync/writer.h"

#include <map>
#include <set>
#include <vector>

namespace oxb::sync {

class MailboxImpl;

class Push final : public Writer {
 public:
  explicit Push(MailboxImpl& mailbox) : mailbox_(mailbox) {}

  Task<Result<MessageId>> save(SavedMessage message, Wait wait) override;
  Task<Result<Partial>> remove(std::vector<MessageId> messages, Removal how, Wait wait) override;
  Task<Result<Partial>> transfer(std::vector<MessageId> messages, FolderId to, Transfer how, Wait wait) override;
  Task<Result<FolderId>> create_folder(FolderId parent, std::string name, std::string container_class,
                                       Wait wait) override;
  Task<Result<>> move_folder(FolderId folder, FolderId parent, std::string name, Wait wait) override;
  Task<Result<FolderId>> copy_folder(FolderId folder, FolderId parent, std::string name, Depth depth,
                                     Wait wait) override;
  Task<Result<>> delete_folder(FolderId folder, Removal how, Wait wait) override;
  Task<Result<SubmitOutcome>> submit(MessageId message, Wait wait) override;
  Task<Result<>> abort_submit(MessageId message, Wait wait) override;
  Task<Result<SubmitOutcome>> send(std::shared_ptr<const mapi::Content> content, Wait wait) override;

  // Finds out what became of the uploads that an earlier process left behind; does nothing once that is known.
  Task<Result<>> recover(Wait wait);
  // Messages that are being changed right now: a pull that misses them leaves them to the writer.
  bool is_in_flight(MessageId message) const { return in_flight_.contains(message); }
  bool is_own(FolderId folder, const RemoteId& remote) const { return own_.contains({folder, remote}); }

 private:
  struct Upload {
    replica::Intent intent;
    bool perhaps_stored = false;  // by an attempt whose answer was lost
    Bytes mime;
    model::MailFlags flags;
  };
  Task<Result<MessageId>> save_local(SavedMessage message);
  Task<Result<MessageId>> save_mail(replica::FolderRow folder, SavedMessage message, Wait wait);
  Task<Result<MessageId>> save_beside(replica::FolderRow folder, replica::MessageRow stored, SavedMessage message,
                                      Wait wait);
  Task<Result<>> keep_beside(const replica::Intent& intent, const Bytes& mime, const mapi::Content& saved);
  convert::MimeContext mime_context(convert::Purpose purpose, const Guid& token) const;
  // Appends the mail unless an earlier attempt did, has it listed under the intent's id, and takes away what it
  // replaces. The intent stays, for the caller to erase with what he has to write.
  Task<Result<>> upload(const replica::FolderRow& folder, const Upload& upload, Wait wait);
  Task<Result<>> settle(const replica::FolderRow& folder, const replica::Intent& intent, Wait wait);
  Task<Result<bool>> is_stored(const replica::FolderRow& folder, const Guid& token, Wait wait);
  Task<Result<>> recover_one(replica::Intent intent, Wait wait);

  // push_lists.cc
  Task<Result<>> remove_mail(const replica::FolderRow& folder, std::vector<replica::MessageRow> rows, Wait wait);
  Task<Result<>> transfer_mail(const replica::FolderRow& from, std::vector<replica::MessageRow> rows,
                               const replica::FolderRow& to, Transfer how, Wait wait);
  Result<> remove_rows(const replica::FolderRow& folder, const std::vector<replica::MessageRow>& rows);
  Task<Result<>> transfer_local(std::vector<replica::MessageRow> rows, replica::FolderRow to, Transfer how, Wait wait);
  Result<> copy_beside(const std::vector<replica::MessageRow>& rows, const std::map<RemoteId, RemoteId>& arrived,
                       FolderId to);
  Task<Result<FolderId>> listed(RemoteId remote, Wait wait);
  // The backend folder that holds what the folder of the skeleton cannot; made when first needed.
  Task<Result<replica::FolderRow>> home_of(replica::FolderRow folder, Wait wait);

  // submit.cc
  struct Transmitted : backend::Submitted {
    std::vector<std::string> unknown;  // recipients without an address
  };
  Task<Result<Transmitted>> transmit(const mapi::Content& named, Wait wait);
  Task<Result<>> file_sent(replica::Intent intent, mapi::Content named, bool perhaps_stored, Wait wait);
  Task<Result<>> recover_submission(replica::Intent intent, Wait wait);
  Task<Result<>> leave_unknown(const replica::Intent& intent, std::string subject, Wait wait);
  Task<void> tell_unknown(std::string subject, Wait wait);
  Task<void> tell_refusals(const mapi::Content& named, std::vector<backend::Refusal> refusals,
                           std::vector<std::string> unknown, Wait wait);
  Task<void> tell(std::string subject, std::string text, Wait wait);

  backend::MailWriter& mail();
  // One change of a message at a time: the next begins with what the one before left.
  Task<Result<>> wait_until_free(MessageId message, Wait wait);

  MailboxImpl& mailbox_;
  bool recovered_ = false;
  std::set<Guid> active_;  // intents that somebody is working on
  std::set<MessageId> in_flight_;
  std::set<std::pair<FolderId, RemoteId>> own_;  // copies that a pull is about to meet: no new mail
};

// Taken out again when the caller is done, whatever happens to it.
template <class Key>
class Entry {
 public:
  Entry(std::set<Key>& set, std::vector<Key> keys) : set_(set) {
    for (auto& key : keys)
      if (set_.insert(key).second) keys_.push_back(std::move(key));
  }
  Entry(const Entry&) = delete;
  ~Entry() {
    for (const auto& key : keys_) set_.erase(key);
  }

 private:
  std::set<Key>& set_;
  std::vector<Key> keys_;
};

// Wakes who waits, when the scope is left. Declared before the Entry whose end is waited for.
struct Ended {
  net::AsyncEvent& event;
  ~Ended() { event.notify_all(); }
};

}  // namespace oxb::sync
