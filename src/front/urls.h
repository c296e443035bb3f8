// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The addresses that clients are told. The MailboxId in them routes; it never authorises.
#include "directory/identity.h"

#include <mutex>
#include <string>

namespace oxb::front {

class Urls {
 public:
  Urls(directory::Installation installation, std::string public_url)
      : installation_(std::move(installation)), public_url_(std::move(public_url)) {}

  void set_public_url(std::string url) {
    const std::lock_guard lock(mutex_);
    public_url_ = std::move(url);
  }
  std::string public_url() const {
    const std::lock_guard lock(mutex_);
    return public_url_;
  }
  // "<guid>@<domain of the mail address>"
  std::string server(const directory::Entity& entity, std::string_view email) const;
  std::string mail_store(const directory::Entity& entity, std::string_view email) const;
  std::string address_book(const directory::Entity& entity, std::string_view email) const;
  std::string autodiscover() const { return public_url() + "/autodiscover/autodiscover.xml"; }

 private:
  const directory::Installation installation_;
  mutable std::mutex mutex_;
  std::string public_url_;
};

}  // namespace oxb::front
