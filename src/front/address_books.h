// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The address book of a caller: what his own backend session has shown, and himself. Thread-safe.
#include "directory/directory.h"
#include "sync/accounts.h"

#include <map>
#include <memory>
#include <mutex>

namespace oxb::front {

using ViewPtr = std::shared_ptr<const directory::View>;

class AddressBooks {
 public:
  // directories may be null: then every caller sees only himself.
  AddressBooks(std::shared_ptr<directory::Directories> directories, directory::Installation installation)
      : directories_(std::move(directories)), installation_(std::move(installation)) {}

  // unavailable: nothing was ever read, and the backend does not answer.
  Task<Result<ViewPtr>> view(std::shared_ptr<sync::Mailbox> caller, Wait wait);

 private:
  Task<Result<ViewPtr>> seen_by(const std::shared_ptr<sync::Mailbox>& caller, Wait wait);
  ViewPtr with_caller(ViewPtr seen, const sync::Owner& owner);

  const std::shared_ptr<directory::Directories> directories_;
  const directory::Installation installation_;
  struct Completed {
    std::weak_ptr<const directory::View> seen;
    ViewPtr completed;
  };
  std::mutex mutex_;
  std::map<directory::Entity, Completed> completed_;  // of callers whom their own address book does not list
};

}  // namespace oxb::front
