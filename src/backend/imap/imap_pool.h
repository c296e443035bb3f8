// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The few connections of one user. Lives on one strand: every call comes from there.
#include "backend/imap/imap_connection.h"
#include "net/event.h"

#include <list>
#include <memory>
#include <string>

namespace oxb::backend {

class ImapPool : public std::enable_shared_from_this<ImapPool> {
 public:
  ImapPool(ImapSettings settings, ImapLogin login) : settings_(std::move(settings)), login_(std::move(login)) {}

  enum class Purpose { work, wait_for_news };

  // A connection on loan. Goes back when destroyed; a broken one is dropped.
  class Lease {
   public:
    ImapConnection& operator*() const { return *loan_->connection; }
    ImapConnection* operator->() const { return loan_->connection.get(); }
    bool fresh() const { return loan_->fresh; }  // opened for this loan, so that a failure is not the server's time-out

   private:
    friend class ImapPool;
    struct Loan {
      Loan(std::shared_ptr<ImapPool> owner, Purpose what_for) : pool(std::move(owner)), purpose(what_for) {}
      Loan(const Loan&) = delete;
      ~Loan() { pool->end(*this); }
      std::shared_ptr<ImapPool> pool;
      Purpose purpose;
      std::unique_ptr<ImapConnection> connection;
      bool fresh = false;
      std::uint64_t renames = 0;
    };
    explicit Lease(std::unique_ptr<Loan> loan) : loan_(std::move(loan)) {}
    std::unique_ptr<Loan> loan_;
  };

  // Waits for a free one; prefers one that has the mailbox open. After a refused login every call is unauthenticated at
  // once; after a failed connection attempt calls are unavailable for a growing while.
  Task<Result<Lease>> acquire(Purpose purpose, std::string mailbox, Wait wait);
  const ImapSettings& settings() const { return settings_; }
  // A folder got another name or went: no connection relies on the mailbox it has open.
  void folders_renamed();
  // Signs out what is free and lets nothing more be opened.
  Task<void> close(Wait wait);

 private:
  Task<Result<std::unique_ptr<ImapConnection>>> open(const Wait& wait);
  std::unique_ptr<ImapConnection> take_free(const std::string& mailbox);
  std::size_t& lent(Purpose purpose) { return purpose == Purpose::work ? working_ : waiting_; }
  void end(Lease::Loan& loan);

  ImapSettings settings_;
  ImapLogin login_;
  std::list<std::unique_ptr<ImapConnection>> free_;
  std::size_t working_ = 0, waiting_ = 0;  // on loan, or being opened for one
  net::AsyncEvent given_back_;
  std::uint64_t renames_ = 0;
  bool refused_ = false;
  bool closed_ = false;
  std::size_t failures_ = 0;
  std::chrono::steady_clock::time_point not_before_{};
};

}  // namespace oxb::backend
