// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/imap/imap_mail_store.h"

#include "backend/imap/imap_folders.h"
#include "backend/imap/imap_store_state.h"

#include <fmt/format.h>

#include <map>

namespace oxb::backend {

namespace {

// The order in which mails are fetched when they do not all fit into one answer: groups of at most group_bytes.
struct FetchPlan {
  std::vector<std::vector<std::uint32_t>> groups;
  std::map<std::uint32_t, Result<Bytes>> results;  // those that are refused before anything is fetched
};

FetchPlan plan_fetch(const ImapSettings& settings, const std::vector<std::uint32_t>& uids,
                     const std::vector<std::optional<std::uint64_t>>& sizes) {
  FetchPlan plan;
  std::uint64_t total = 0;
  std::uint64_t in_group = 0;
  const auto group_bytes = settings.answer_bytes / 4;
  for (std::size_t i = 0; i < uids.size(); ++i) {
    if (!sizes[i]) {
      plan.results.emplace(uids[i], fail(Errc::not_found, fmt::format("mail {} is not there", uids[i])));
    } else if (*sizes[i] > settings.message_bytes || total + *sizes[i] > settings.answer_bytes) {
      plan.results.emplace(uids[i], fail(Errc::limit, fmt::format("mail {} has {} bytes", uids[i], *sizes[i])));
    } else {
      total += *sizes[i];
      if (plan.groups.empty() || in_group + *sizes[i] > group_bytes) {
        plan.groups.emplace_back();
        in_group = 0;
      }
      plan.groups.back().push_back(uids[i]);
      in_group += *sizes[i];
    }
  }
  return plan;
}

Task<Result<std::vector<Result<Bytes>>>> fetch_by_size(std::shared_ptr<ImapPool> pool, std::string folder,
                                                       std::vector<std::uint32_t> uids, Wait wait) {
  using Sizes = std::vector<std::optional<std::uint64_t>>;
  using Messages = std::vector<Result<Bytes>>;
  auto ask_sizes = [&](ImapConnection& c) { return message_sizes(c, folder, uids, wait); };
  OXB_CO_TRY(const auto sizes, co_await with_connection<Sizes>(pool, kWork, folder, ask_sizes, wait));
  auto plan = plan_fetch(pool->settings(), uids, sizes);
  for (const auto& group : plan.groups) {
    auto fetch = [&](ImapConnection& c) { return fetch_messages(c, folder, group, wait); };
    auto fetched = co_await with_connection<Messages>(pool, kWork, folder, fetch, wait);
    if (!fetched && fetched.error().code != Errc::limit) co_return tl::unexpected(std::move(fetched).error());
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (fetched)
        plan.results.insert_or_assign(group[i], std::move((*fetched)[i]));
      else  // larger than the server had said
        plan.results.insert_or_assign(group[i], tl::unexpected(fetched.error()));
    }
  }
  Messages result;
  for (const auto uid : uids) result.push_back(plan.results.at(uid));
  co_return result;
}

Task<Result<std::vector<Result<Bytes>>>> fetch_all(std::shared_ptr<ImapPool> pool, std::string folder,
                                                   std::vector<std::uint32_t> uids, Wait wait) {
  using Messages = std::vector<Result<Bytes>>;
  auto fetch = [&](ImapConnection& c) { return fetch_messages(c, folder, uids, wait); };
  auto result = co_await with_connection<Messages>(pool, kWork, folder, fetch, wait);
  if (result || result.error().code != Errc::limit) co_return result;
  co_return co_await fetch_by_size(std::move(pool), std::move(folder), std::move(uids), std::move(wait));
}

Task<Result<>> open_one(std::shared_ptr<ImapPool> pool, Wait wait) {
  OXB_CO_TRY(const auto lease, co_await pool->acquire(kWork, {}, std::move(wait)));
  co_return Result<>{};
}

Task<> close_all(std::shared_ptr<ImapPool> pool, Wait wait) { co_await pool->close(std::move(wait)); }

Task<Result<std::vector<model::Folder>>> read_folders(std::shared_ptr<ImapPool> pool, Wait wait) {
  auto list = [&](ImapConnection& c) { return list_folders(c, pool->settings(), wait); };
  co_return co_await with_connection<std::vector<model::Folder>>(pool, kWork, {}, list, wait);
}

Task<Result<std::vector<std::uint32_t>>> read_existing(std::shared_ptr<ImapPool> pool, std::string folder,
                                                       std::vector<std::uint32_t> uids, Wait wait) {
  auto ask = [&](ImapConnection& c) { return existing_uids(c, folder, uids, wait); };
  co_return co_await with_connection<std::vector<std::uint32_t>>(pool, kWork, folder, ask, wait);
}

Task<Result<>> write_flags(std::shared_ptr<ImapPool> pool, std::string folder, std::vector<FlagChange> changes,
                           Wait wait) {
  auto store = [&](ImapConnection& c) { return store_flags(c, folder, changes, wait); };
  co_return co_await with_connection<void>(pool, kWork, folder, store, wait);
}

}  // namespace

Task<Result<MailChanges>> ImapMailStore::State::changes(std::shared_ptr<State> self, RemoteId folder,
                                                        model::Position since, std::size_t limit, Wait wait) {
  auto reading = [&](ImapConnection& c) { return read_changes(c, folder.value, since, limit, wait); };
  OXB_CO_TRY(auto result, co_await with_connection<ImapChanges>(self->pool, kWork, folder.value, reading, wait));
  if (result.changes.more)
    self->read.erase(folder);
  else
    self->read[folder] = result.state;
  co_return std::move(result.changes);
}

Task<Result<>> ImapMailStore::State::wait_for_change(std::shared_ptr<State> self, RemoteId folder, Wait wait) {
  // A change between the last reading and the start of waiting must not be slept over.
  std::optional<ImapFolderState> before;
  if (const auto it = self->read.find(folder); it != self->read.end()) before = it->second;
  auto watch = [&](ImapConnection& c) { return watch_folder(c, folder.value, before, wait); };
  OXB_CO_TRY(const bool changed,
             co_await with_connection<bool>(self->pool, ImapPool::Purpose::wait_for_news, folder.value, watch, wait));
  if (changed) co_return Result<>{};
  if (wait.cancel.cancelled()) co_return fail(Errc::cancelled, "waiting for news of a mail folder was cancelled");
  co_return fail(Errc::unavailable, "nothing changed in time");
}

ImapMailStore::ImapMailStore(const Executor& executor, ImapSettings settings, ImapLogin login)
    : state_(std::make_shared<State>(executor, std::move(settings), std::move(login))) {}

ImapMailStore::~ImapMailStore() = default;

Task<Result<>> ImapMailStore::sign_in(Wait wait) {
  return on_strand(state_->strand, open_one(state_->pool, std::move(wait)));
}

Task<void> ImapMailStore::close(Wait wait) {
  return on_strand(state_->strand, close_all(state_->pool, std::move(wait)));
}

Task<Result<std::vector<model::Folder>>> ImapMailStore::folders(Wait wait) {
  return on_strand(state_->strand, read_folders(state_->pool, std::move(wait)));
}

Task<Result<MailChanges>> ImapMailStore::changes(const RemoteId& folder, const model::Position& since,
                                                 std::size_t limit, Wait wait) {
  return on_strand(state_->strand, State::changes(state_, folder, since, limit, std::move(wait)));
}

Task<Result<std::vector<Result<Bytes>>>> ImapMailStore::messages(const RemoteId& folder,
                                                                 std::vector<std::uint32_t> uids, Wait wait) {
  return on_strand(state_->strand, fetch_all(state_->pool, folder.value, std::move(uids), std::move(wait)));
}

Task<Result<std::vector<std::uint32_t>>> ImapMailStore::existing(const RemoteId& folder,
                                                                 std::vector<std::uint32_t> uids, Wait wait) {
  return on_strand(state_->strand, read_existing(state_->pool, folder.value, std::move(uids), std::move(wait)));
}

Task<Result<>> ImapMailStore::change_flags(const RemoteId& folder, std::vector<FlagChange> changes, Wait wait) {
  return on_strand(state_->strand, write_flags(state_->pool, folder.value, std::move(changes), std::move(wait)));
}

Task<Result<>> ImapMailStore::wait_for_change(const RemoteId& folder, Wait wait) {
  return on_strand(state_->strand, State::wait_for_change(state_, folder, std::move(wait)));
}

}  // namespace oxb::backend
