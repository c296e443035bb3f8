// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// HTTP Basic on every request, against the backend. Every login form of one user ends in the same mailbox, because the
// backend says who the user is. Thread-safe.
#include "front/guess_limit.h"
#include "front/networks.h"
#include "net/event.h"
#include "net/http.h"
#include "sync/accounts.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

namespace oxb::front {

struct AuthOptions {
  Networks trusted_proxies;
  GuessLimits guesses;
  std::chrono::seconds remember{300};  // an accepted login is not asked again for so long
  std::size_t remembered = 10'000;
  std::chrono::seconds sign_in_time{60};
  const Clock* clock = &system_clock();
};

using MailboxPtr = std::shared_ptr<sync::Mailbox>;
// The caller's mailbox, or the answer to send instead.
using Authenticated = std::variant<MailboxPtr, net::HttpResponse>;

class Authenticator {
 public:
  Authenticator(sync::Accounts& accounts, AuthOptions options);
  ~Authenticator();

  Task<Authenticated> authenticate(const net::HttpRequest& request);
  // Lets go of mailboxes whose time is over; called every now and then.
  void forget_expired();
  void forget_all();

 private:
  struct Entry;
  using EntryPtr = std::shared_ptr<Entry>;

  std::string hash(std::string_view login, std::string_view password) const;
  Authenticated answer(const Entry& entry) const;
  EntryPtr remembered(const std::string& key, bool& first);
  void settle(const std::string& key, const EntryPtr& entry);

  sync::Accounts& accounts_;
  const AuthOptions options_;
  const std::string process_key_;
  GuessLimit guesses_;
  std::mutex mutex_;
  std::unordered_map<std::string, EntryPtr> entries_;
};

// "user:password" of an Authorization header; the text is made UTF-8. Nothing when there is no (usable) Basic login.
std::optional<std::pair<std::string, Secret>> basic_login(const net::HttpRequest& request);

}  // namespace oxb::front
