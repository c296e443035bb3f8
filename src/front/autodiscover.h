// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Autodiscover: POX [MS-OXDSCLI] for signed-in callers, JSON version 2 for anybody. Thread-safe.
#include "front/address_books.h"
#include "front/auth.h"
#include "front/urls.h"
#include "net/http_server.h"

namespace oxb::front {

class Autodiscover {
 public:
  Autodiscover(directory::Installation installation, AddressBooks& books, const Urls& urls, const Clock& clock)
      : installation_(std::move(installation)), books_(books), urls_(urls), clock_(clock) {}

  // POST /autodiscover/autodiscover.xml. Errors travel inside status 200.
  Task<net::HttpResponse> pox(const net::HttpRequest& request, const MailboxPtr& caller) const;
  // GET /autodiscover/autodiscover.json: needs no login and tells nothing about users.
  net::HttpResponse json(const net::HttpRequest& request) const;

 private:
  struct Found {
    directory::Entity entity;
    std::string display_name;
    std::string email;
    std::string legacy_dn;
  };
  Task<Result<Found>> find(const std::string& email, const std::string& legacy_dn, const MailboxPtr& caller) const;
  std::string settings(const Found& found, bool mapi_http) const;

  const directory::Installation installation_;
  AddressBooks& books_;
  const Urls& urls_;
  const Clock& clock_;
};

}  // namespace oxb::front
