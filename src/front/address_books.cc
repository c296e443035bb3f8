// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/address_books.h"

#include "base/log.h"
#include "net/event_loop.h"

namespace oxb::front {

namespace {

constexpr std::size_t kMostCompleted = 1000;

model::DirectoryEntry entry_of(const sync::Owner& owner) {
  model::DirectoryEntry entry;
  entry.kind = model::DirectoryEntry::Kind::user;
  entry.id = owner.entity.id;
  entry.login = owner.email.substr(0, owner.email.find('@'));
  entry.display_name = owner.display_name.empty() ? owner.email : owner.display_name;
  entry.email = owner.email;
  entry.aliases = owner.aliases;
  return entry;
}

}  // namespace

Task<Result<ViewPtr>> AddressBooks::seen_by(const std::shared_ptr<sync::Mailbox>& caller, Wait wait) {
  const auto& entity = caller->owner().entity;
  OXB_CO_TRY(const auto book, directories_->of(entity.context));
  auto read = co_await net::run_on(caller->executor(), caller->ensure_address_book(std::move(wait)));
  if (!read) {
    // What was read before is better than nothing.
    OXB_CO_TRY(const auto before, book->delivered(entity.id));
    if (!before) co_return tl::unexpected(std::move(read).error());
    log().warning("address_book.stale").err(read.error());
  }
  co_return book->view(entity.id);
}

Task<Result<ViewPtr>> AddressBooks::view(std::shared_ptr<sync::Mailbox> caller, Wait wait) {
  ViewPtr seen;
  if (directories_) {
    OXB_CO_TRY(seen, co_await seen_by(caller, std::move(wait)));
  }
  const auto& owner = caller->owner();
  if (seen && seen->find(owner.entity)) co_return seen;
  co_return with_caller(std::move(seen), owner);
}

// Outlook makes no profile, and sends no mail, for an address that the address book does not know.
ViewPtr AddressBooks::with_caller(ViewPtr seen, const sync::Owner& owner) {
  const std::lock_guard lock(mutex_);
  auto& kept = completed_[owner.entity];
  if (kept.completed && kept.seen.lock() == seen) return kept.completed;
  std::vector<std::shared_ptr<const directory::Entry>> entries;
  for (std::size_t i = 0; seen && i < seen->size(); ++i) {
    // The entry lives as long as the view that it stands in.
    entries.emplace_back(seen, &seen->at(i));
  }
  entries.push_back(directory::make_entry(installation_, owner.entity.context, entry_of(owner)));
  auto completed = std::make_shared<const directory::View>(std::move(entries));
  if (completed_.size() > kMostCompleted) completed_.clear();
  completed_[owner.entity] = {seen, completed};
  return completed;
}

}  // namespace oxb::front
