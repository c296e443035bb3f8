// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Sessions live in memory: a restart ends them all, as an expiry does.
#include "net/http.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace oxb::sandbox {

struct Session {
  std::string id;
  std::string secret;
  std::string public_id;
  std::string client;
  std::string login;  // as typed
  std::string address;
  std::string user_agent;
  std::int64_t context = 0;
  std::int64_t user = 0;
  std::int64_t login_time = 0;
  std::int64_t used = 0;
  bool stay_signed_in = false;
};

struct SessionRules {
  std::int64_t lifetime_ms = 3'600'000;
  std::size_t per_user = 100;
  bool check_address = true;         // a session belongs to one client address
  bool remember_user_agent = false;  // true: the cookie names do not follow the User-Agent of later requests
};

class Sessions {
 public:
  explicit Sessions(SessionRules rules) : rules_(rules) {}
  const Session* open(Session session);  // fills id, secret, public_id; null: the user has too many
  // Null when the session is unknown, expired, or presented by another client. A request from another address ends it.
  const Session* find(std::string_view id, const net::HttpRequest& request, std::int64_t now);
  const Session* by_cookie(const net::HttpRequest& request, std::string_view client, std::int64_t now);
  bool close(std::string_view id);
  void close_all() { sessions_.clear(); }
  void set_rules(SessionRules rules) { rules_ = rules; }
  bool rebind(std::string_view id, std::string address);
  const std::map<std::string, Session, std::less<>>& all() const { return sessions_; }

 private:
  SessionRules rules_;
  std::map<std::string, Session, std::less<>> sessions_;
};

// The part of the cookie names that User-Agent and client id decide.
std::string cookie_hash(std::string_view user_agent, std::string_view client);
std::string public_cookie_hash(std::string_view user_agent, std::int64_t context, std::int64_t user);
std::string random_token();  // 32 hexadecimal digits

}  // namespace oxb::sandbox
