// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The mailbox actor. Everything here runs on one strand; what it awaits leaves the strand free, and what it relied on
// is read again afterwards.
#include "backend/connector.h"
#include "net/event.h"
#include "sync/accounts.h"
#include "sync/folders.h"
#include "sync/items.h"
#include "sync/push.h"
#include "sync/read_ahead.h"

#include <map>
#include <set>

namespace oxb::sync {

class MailboxImpl final : public Mailbox, public std::enable_shared_from_this<MailboxImpl> {
 public:
  struct Parts {
    Executor strand;
    Executor cpu;
    Owner owner;
    directory::Installation installation;
    std::unique_ptr<replica::Replica> replica;
    std::shared_ptr<backend::Account> account;
    AccountsOptions options;
    // Told when the address book was read through this user's session.
    std::function<Result<>(const Owner&, const std::vector<model::DirectoryEntry>&)> address_book_read;
    // Asked for the address behind a LegacyDN; may be empty.
    std::function<std::optional<std::string>(const Owner&, std::string_view)> address_book_find;
  };
  explicit MailboxImpl(Parts parts);
  ~MailboxImpl() override;

  // Starts the background loops; called once, after the object is in a shared_ptr.
  void start();
  // A later sign-in of the same principal: background work that was refused goes on with the new account.
  void replace_account(std::shared_ptr<backend::Account> account);
  // Ends background work; waits for it, then signs out.
  Task<void> stop(Wait wait);

  Executor executor() const override { return parts_.strand; }
  const Owner& owner() const override { return parts_.owner; }
  replica::Replica& replica() override { return *parts_.replica; }
  Writer& writer() override { return push_; }
  const directory::Installation& installation() const override { return parts_.installation; }
  Task<Result<>> ensure_folders(Wait wait) override;
  Task<Result<>> ensure_contents(FolderId folder, Wait wait) override;
  Task<Result<std::shared_ptr<const mapi::Content>>> content(MessageId message, Wait wait) override;
  Task<Result<>> set_read(std::vector<MessageId> messages, bool read, Wait wait) override;
  Task<Result<>> ensure_address_book(Wait wait) override;
  std::optional<std::string> address_of(std::string_view legacy_dn) override {
    if (!parts_.address_book_find) return std::nullopt;
    return parts_.address_book_find(parts_.owner, legacy_dn);
  }
  Task<Result<>> refresh(Wait wait) override;
  void post(std::vector<MailboxEvent> events) override;
  void subscribe(Listener& listener) override { listeners_.insert(&listener); }
  void unsubscribe(Listener& listener) override { listeners_.erase(&listener); }

 private:
  friend class Push;
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct FolderState {
    bool pulling = false;
    bool used = false;
    SteadyTime last_use{}, last_pull{};
    Result<> last_result;
  };

  ConvertContext convert_context() const { return {parts_.owner, parts_.options.clock->now(), &parts_.installation}; }
  SteadyTime steady() const { return parts_.options.clock->steady(); }
  Wait backend_wait() const;

  // pull.cc
  Task<Result<>> pull_folders(Wait wait);
  Task<Result<std::vector<FolderListing>>> list_folders(Wait wait);
  Task<Result<>> pull(FolderId folder);  // one at a time per folder; the others wait for it
  Task<Result<>> pull_mail(FolderId folder);
  Task<Result<>> pull_items(FolderId folder);
  Task<Result<>> remove_unlisted_mail(FolderId folder, std::set<std::uint32_t> seen);
  Task<Result<>> remove_unlisted_items(FolderId folder, std::set<RemoteId> seen);
  Task<Result<>> pull_address_book(Wait wait);
  Task<Result<model::Folder>> model_folder(FolderId folder, Wait wait);
  // Nobody lists the folders meanwhile.
  Task<Result<>> lock_folders(Wait wait);
  void unlock_folders();
  void forget_folder(FolderId folder);  // what is remembered of the backend's object
  Task<Result<mapi::Content>> fetch_mail(const replica::FolderRow& folder, const replica::MessageRow& row, Wait wait);
  Task<Result<mapi::Content>> fetch_item(const replica::FolderRow& folder, const replica::MessageRow& row, Wait wait);
  Task<Result<>> fetch_bytes(const model::Folder& folder, backend::Item& item, Wait wait);

  // read_ahead.cc
  void note_opened(MessageId message, bool cached);
  static Task<void> fetch_ahead(std::weak_ptr<MailboxImpl> weak, std::vector<MessageId> ids);
  Task<Result<>> fetch_batch(std::vector<MessageId> ids);
  void noticed(const Error& error, std::string_view what);

  // Background coroutines hold the mailbox only while they work.
  static Task<void> poll_loop(std::weak_ptr<MailboxImpl> weak, CancelToken cancel);
  static Task<void> push_loop(std::weak_ptr<MailboxImpl> weak, CancelToken cancel);
  static Task<void> pull_in_background(std::weak_ptr<MailboxImpl> weak, FolderId folder);
  Task<void> poll_once();
  Task<void> list_ahead();

  Parts parts_;
  CancelSource cancel_;
  net::AsyncEvent progress_;  // a pull made progress or ended
  std::map<FolderId, FolderState> states_;
  std::map<FolderId, model::Folder> model_folders_;
  std::set<MessageId> fetching_;
  ReadAhead read_ahead_;
  Push push_{*this};
  std::set<Listener*> listeners_;
  bool pulling_folders_ = false, listing_ahead_ = false;
  std::uint64_t folder_pulls_ = 0;
  Result<> folders_result_;
  SteadyTime last_folders_{};
  SteadyTime last_address_book_{};  // when the last reading began
  bool address_book_read_ = false, reading_address_book_ = false;
  bool refused_ = false;  // the backend refused the account: quiet until a client signs in again
};

}  // namespace oxb::sync
