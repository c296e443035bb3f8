// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What the reading and the writing half of the mail store share.
#include "backend/imap/imap_mail_store.h"
#include "backend/imap/imap_pool.h"
#include "backend/imap/imap_reading.h"
#include "net/event_loop.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>

namespace oxb::backend {

struct ImapMailStore::State {
  State(const Executor& executor, ImapSettings settings, ImapLogin login)
      : strand(net::make_strand(executor)), pool(std::make_shared<ImapPool>(std::move(settings), std::move(login))) {}

  static Task<Result<MailChanges>> changes(std::shared_ptr<State> self, RemoteId folder, model::Position since,
                                           std::size_t limit, Wait wait);
  static Task<Result<>> wait_for_change(std::shared_ptr<State> self, RemoteId folder, Wait wait);

  Executor strand;
  std::shared_ptr<ImapPool> pool;
  std::map<RemoteId, ImapFolderState> read;  // what the last finished reading of a folder saw
};

// The arguments are taken by value before anything waits, so that the caller's may go.
template <class T>
Task<T> on_strand(Executor strand, Task<T> task) {
  co_return co_await boost::asio::co_spawn(strand, std::move(task), boost::asio::use_awaitable);
}

inline constexpr auto kWork = ImapPool::Purpose::work;

// Runs operation(connection) on a connection of the pool; once more on a fresh one where an old one turned out to be
// dead. Every operation given here may be repeated: reading changes nothing, and flags are set to values.
template <class T, class Operation>
Task<Result<T>> with_connection(std::shared_ptr<ImapPool> pool, ImapPool::Purpose purpose, std::string folder,
                                Operation operation, Wait wait) {
  for (int attempt = 0;; ++attempt) {
    OXB_CO_TRY(auto lease, co_await pool->acquire(purpose, folder, wait));
    Result<T> result = co_await operation(*lease);
    const bool dead = !result && result.error().code == Errc::unavailable && lease->broken() && !lease.fresh();
    if (!dead || attempt > 2 || wait.expired()) co_return result;
  }
}

}  // namespace oxb::backend
