// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/imap/imap_pool.h"

#include "base/log.h"

#include <fmt/format.h>

namespace oxb::backend {

namespace {
// Servers close silent connections after 30 minutes or, some of them, much earlier; firewalls forget them.
constexpr std::chrono::minutes kFreeTime{4};
constexpr std::chrono::seconds kLongestPause{60};
}  // namespace

std::unique_ptr<ImapConnection> ImapPool::take_free(const std::string& mailbox) {
  const auto now = std::chrono::steady_clock::now();
  free_.remove_if([&](const auto& connection) { return now - connection->last_used() > kFreeTime; });
  if (free_.empty()) return nullptr;
  auto chosen = free_.begin();
  for (auto it = free_.begin(); it != free_.end(); ++it)
    if ((*it)->selected() == mailbox) chosen = it;
  auto connection = std::move(*chosen);
  free_.erase(chosen);
  return connection;
}

Task<Result<std::unique_ptr<ImapConnection>>> ImapPool::open(const Wait& wait) {
  if (refused_) co_return fail(Errc::unauthenticated, "the mail server refused this login before");
  const auto now = std::chrono::steady_clock::now();
  if (now < not_before_)
    co_return fail(Errc::unavailable, fmt::format("the mail server was not reachable; next attempt in {} s",
                                                  std::chrono::ceil<std::chrono::seconds>(not_before_ - now).count()));
  auto connection = co_await ImapConnection::open(settings_, login_, wait);
  if (connection) {
    failures_ = 0;
    co_return connection;
  }
  const auto code = connection.error().code;
  if (code == Errc::unauthenticated) refused_ = true;
  if (code == Errc::unavailable && !wait.cancel.cancelled()) {
    const auto pause = std::min<std::chrono::milliseconds>(
        kLongestPause, std::chrono::milliseconds(250) * (1 << std::min<std::size_t>(failures_, 10)));
    not_before_ = std::chrono::steady_clock::now() + pause;
    ++failures_;
    log().warning("imap.connect_failed").size("failures", failures_).err(connection.error());
  }
  co_return connection;
}

Task<Result<ImapPool::Lease>> ImapPool::acquire(Purpose purpose, std::string mailbox, Wait wait) {
  const auto self = shared_from_this();
  const auto most = purpose == Purpose::work ? settings_.working_connections : settings_.waiting_connections;
  while (!closed_ && lent(purpose) >= most) {
    const auto seen = given_back_.generation();
    if (!co_await given_back_.wait_after(seen, wait))
      co_return fail(wait.cancel.cancelled() ? Errc::cancelled : Errc::unavailable,
                     "all connections to the mail server are busy");
  }
  if (closed_) co_return fail(Errc::cancelled, "signed out from the mail server");
  ++lent(purpose);
  auto loan = std::make_unique<Lease::Loan>(self, purpose);
  loan->renames = renames_;
  loan->connection = take_free(mailbox);
  if (!loan->connection) {
    OXB_CO_TRY(loan->connection, co_await open(wait));
    loan->fresh = true;
  }
  co_return Lease(std::move(loan));
}

void ImapPool::end(Lease::Loan& loan) {
  --lent(loan.purpose);
  if (loan.connection && loan.renames != renames_) loan.connection->forget_selected();
  if (!closed_ && loan.connection && !loan.connection->broken()) free_.push_front(std::move(loan.connection));
  given_back_.notify_all();
}

void ImapPool::folders_renamed() {
  ++renames_;
  for (auto& connection : free_) connection->forget_selected();
}

Task<void> ImapPool::close(Wait wait) {
  closed_ = true;
  while (!free_.empty()) {
    auto connection = std::move(free_.front());
    free_.pop_front();
    co_await connection->log_out(wait);
  }
}

}  // namespace oxb::backend
