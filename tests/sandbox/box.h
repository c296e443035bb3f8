// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A box in memory with a stopped clock, spoken to as a client does, without sockets.
#include "net/http.h"
#include "sandbox/sandbox.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <map>
#include <memory>
#include <string>

namespace oxb::sandbox::test {

namespace json = boost::json;

// Moves on a millisecond with every look at it.
class StepClock : public Clock {
 public:
  Instant now() const override { return from_unix_ms(ms_++); }
  std::chrono::steady_clock::time_point steady() const override { return {}; }
  void advance(std::int64_t ms) { ms_ += ms; }

 private:
  mutable std::int64_t ms_ = 1795355656000;  // 2026-11-22T13:54:16Z
};

// One client with its own cookies, User-Agent and address.
struct Client {
  std::string user_agent = "box-test/1.0";
  std::string address = "127.0.0.1";
  std::map<std::string, std::string> cookies;
  std::string session;
};

class Box {
 public:
  Box();  // context 1 "defaultcontext" with anton 3, berta 4, carl 5, room1 6 and the group team 7 (anton, berta)
  void add_user(const char* login, const char* first, const char* last, const char* department);
  Sandbox& sandbox() { return *sandbox_; }
  StepClock& clock() { return clock_; }

  net::HttpResponse send(Client& client, const std::string& method, const std::string& target,
                         const std::string& body = "", const std::string& content_type = "");
  // "contacts?action=all&folder=32": session added. The parsed answer; null when it is no JSON.
  json::value get(Client& client, const std::string& call);
  json::value put(Client& client, const std::string& call, const json::value& body);
  Client log_in(const std::string& name, const std::string& password = "");  // default password: <name>-secret

 private:
  StepClock clock_;
  std::unique_ptr<Sandbox> sandbox_;
};

std::string code_of(const json::value& answer);         // the error's code, or empty
const json::value& data_of(const json::value& answer);  // null when there is none
std::int64_t stamp_of(const json::value& answer);       // the envelope's timestamp, or -1

}  // namespace oxb::sandbox::test
