// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Signs users in and finds their mailboxes: every login form of one principal meets in one Mailbox.
#include "backend/connector.h"
#include "directory/identity.h"
#include "net/task.h"
#include "sync/mailbox.h"

#include <functional>
#include <memory>

namespace oxb::directory {
class Directories;  // directory/directory.h: one address book per OX context
}

namespace oxb::sync {

struct AccountsOptions {
  std::string store_directory;              // made if missing, mode 0700
  std::chrono::seconds refresh_active{10};  // poll of folders that are in use
  std::chrono::seconds refresh_idle{300};
  std::size_t mail_batch = 500;  // summaries per batch of a first listing
  bool list_ahead = true;        // groupware folders are counted before they are opened
  std::uint64_t content_cache_bytes = 512ULL << 20;
  const Clock* clock = &system_clock();
};

// Outlives the mailboxes it handed out: whoever holds one lets go before this is destroyed.
class Accounts {
 public:
  virtual ~Accounts() = default;
  // directories may be null (no address book).
  static Result<std::unique_ptr<Accounts>> create(Executor executor, std::shared_ptr<backend::Backend> backend,
                                                  directory::Installation installation,
                                                  std::shared_ptr<directory::Directories> directories,
                                                  AccountsOptions options);
  // Asks the backend whether the credentials are good and returns the user's mailbox, shared by all who hold it. The
  // mailbox signs out when the last holder lets go. unauthenticated: refused.
  virtual Task<Result<std::shared_ptr<Mailbox>>> sign_in(const model::Credentials& credentials, Wait wait) = 0;
  // Ends all background work and signs everybody out.
  virtual Task<void> stop(Wait wait) = 0;
};

}  // namespace oxb::sync
