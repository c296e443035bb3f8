// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What the fake server knows. One mutex guards all of it and is never held across a wait.
#include "backend/fake/fake_server.h"

#include <boost/asio/steady_timer.hpp>

#include <map>
#include <mutex>
#include <set>

namespace oxb::backend::fake {

// Wakes waiting coroutines from any thread.
class Signal {
 public:
  void raise();
  // Returns after a raise, at the deadline or when cancelled; now and then without a reason. Check and wait again.
  Task<void> wait(Wait wait);

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<boost::asio::steady_timer>> waiters_;
};

struct StoredMail {
  std::string raw;
  model::MailFlags flags;
  Instant received;
  std::string global_id;
  std::uint64_t created{}, modified{};  // sequence numbers
};

struct StoredItem {
  Item item;
  std::uint64_t modified{};
  std::string unreadable;  // the reason, when it is
};

struct StoredFolder {
  model::Folder folder;  // as its owner sees it
  std::size_t owner{};
  std::map<std::size_t, model::Rights> shared_with;
  // Calendar, contacts, tasks
  std::map<RemoteId, StoredItem> items;
  std::map<RemoteId, std::uint64_t> tombstones;
  // Mail
  std::uint32_t uid_validity{}, next_uid = 1;
  std::map<std::uint32_t, StoredMail> mails;
  std::map<std::uint32_t, std::uint64_t> expunged;
};

struct Failure {
  std::string operation;  // empty: any
  Errc code;
  bool after;  // the work is done first
  std::size_t count;
};

struct StoredUser {
  User user;
  std::uint64_t session_epoch{};
  std::set<std::pair<model::DirectoryEntry::Kind, std::uint32_t>> hidden;
  std::optional<std::uint64_t> quota;  // bytes of all mails
};

class State {
 public:
  // One lookup of a folder as a user sees it.
  struct View {
    StoredFolder* stored{};
    model::Rights rights;
  };

  std::mutex mutex;
  std::vector<StoredUser> users;
  std::vector<std::unique_ptr<StoredFolder>> folders;
  std::map<std::uint32_t, std::vector<model::DirectoryEntry>> directory;  // by context
  std::uint64_t sequence = 1;                                             // counts every change
  std::uint64_t trimmed = 0;                                              // positions up to here are too old
  std::uint32_t next_id = 31;                                             // folders
  std::uint32_t next_item = 1;
  std::uint32_t next_validity = 1'700'000'000;
  bool unavailable = false, mail_unavailable = false, vanished_reporting = true, held = false;
  std::size_t waiting = 0;
  bool place_reporting = true, submission = true;
  std::vector<Server::Sent> sent;
  std::map<std::string, int> refused_recipients;
  int refused_submission = 0;  // the code for the next one
  std::vector<Failure> failures;
  std::map<std::string, std::size_t, std::less<>> counters;
  Signal released, changed;

  StoredFolder* find(std::size_t user, const RemoteId& id);        // the user's own or a shared one
  std::optional<View> view(std::size_t user, const RemoteId& id);  // empty: not visible
  model::Folder as_seen(std::size_t user, const StoredFolder& folder);
  // not_found, invalid (holds folders only).
  Result<View> mail_folder(std::size_t user, const RemoteId& id);

  StoredMail& add_mail(StoredFolder& folder, std::uint32_t& uid, std::string raw, model::MailFlags flags,
                       std::optional<Instant> received);
  // Creates (no id, or an unknown one) or replaces; folder, version and missing ids are filled in.
  RemoteId put(StoredFolder& folder, Item item);
  RemoteId new_folder_id(const model::Folder& folder);
  StoredFolder& add_folder(std::size_t owner, model::Folder folder);
  // A mail folder's id follows from its name, and so do those of the folders below.
  void rename(StoredFolder& folder, const RemoteId& parent, std::string name);
  void remove_folder(const StoredFolder& folder);

 private:
  void note_subfolders(std::size_t owner);
};

// Counts the call, waits while calls are held, and says whether it may go on. epoch: the session the account has.
Task<Result<>> enter(std::shared_ptr<State> state, std::string operation, Wait wait);
Instant time_of(std::uint64_t sequence);  // one second per change, so that order and equality are plain

// To be called after the work: whether the answer gets lost.
Result<> leave(State& state, std::string_view operation);

std::shared_ptr<Account> make_account(std::shared_ptr<State> state, std::size_t user, model::Credentials credentials);

// The account's session, checked at each call: renewed silently while its secret is still right.
class Session {
 public:
  Session(std::shared_ptr<State> state, std::size_t user, model::Credentials credentials);
  Task<Result<>> begin(std::string operation, Wait wait);
  Result<> end(std::string_view operation) { return leave(*state_, operation); }
  State& state() { return *state_; }
  std::size_t user() const { return user_; }
  void close() { closed_ = true; }

 private:
  std::shared_ptr<State> state_;
  std::size_t user_;
  model::Credentials credentials_;
  std::uint64_t epoch_;
  bool closed_ = false;
};

std::unique_ptr<MailWriter> make_mail_writer(std::shared_ptr<Session> session);
std::unique_ptr<Submission> make_submission(std::shared_ptr<Session> session);
std::unique_ptr<MailStore> make_mail(std::shared_ptr<Session> session);
std::unique_ptr<Groupware> make_groupware(std::shared_ptr<Session> session);
std::unique_ptr<GroupwareWriter> make_groupware_writer(std::shared_ptr<Session> session);

RemoteId creator_of(const Item& item);

}  // namespace oxb::backend::fake
