// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// How to reach an Open-Xchange server. From configuration only; nothing here comes from answers.
#include "base/clock.h"

#include <chrono>
#include <string>

namespace oxb::backend::ox {

struct Options {
  std::string url;                  // "https://ox.example.com", without a path
  std::string prefix;               // of the API, with slashes at both ends; empty: "/appsuite/api/", then "/ajax/"
  std::string name;                 // of this backend in principals, for ever; empty: the URL
  std::string client = "oxbridge";  // client id of sessions; part of a cookie's name, so never change it lightly
  std::string version = "0.1";
  // What the OX server wants to hear as login: {login} as typed, {local} and {domain} around the last '@'.
  std::string login_template = "{login}";
  // The same for the mail server, filled after signing in: also {email}, {ox_login}, {mail_login}, {user}, {context}.
  std::string imap_login_template = "{mail_login}";
  std::chrono::seconds call_time{60};  // of one request, inside the caller's own deadline
  std::size_t answer_bytes = 64U << 20;
  std::size_t multiple = 50;  // requests in one batch
  std::size_t rows = 300;     // items read in one request
  const Clock* clock = &system_clock();
};

}  // namespace oxb::backend::ox
