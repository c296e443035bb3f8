// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A running Open-Xchange in a box on a loopback port, with users of two contexts, and clients that change things there.
#include "backend/ox/backend.h"
#include "backend/ox/session.h"
#include "net/event_loop.h"
#include "sandbox/server.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace oxb::backend::ox::test {

inline Wait soon() { return Wait::upto(std::chrono::seconds(20)); }

// A clock that tests move by hand, starting now.
class HandClock final : public Clock {
 public:
  Instant now() const override { return now_; }
  std::chrono::steady_clock::time_point steady() const override { return std::chrono::steady_clock::now(); }
  void advance(std::chrono::hours time) { now_ += std::chrono::duration_cast<Ticks>(time); }

 private:
  Instant now_ = std::chrono::time_point_cast<Ticks>(std::chrono::system_clock::now());
};

class Box {
 public:
  // Context 1 "defaultcontext": anton 3, berta 4, carl 5, room1 6, group team 7 (anton, berta). Context 2 "second":
  // another anton. Passwords are "<login>-secret".
  Box();
  ~Box();

  net::EventLoop& loop() { return loop_; }
  HandClock& clock() { return clock_; }
  sandbox::Server& server() { return *server_; }
  std::string url() const { return server_->url(); }
  Options options();
  std::shared_ptr<net::HttpClient> http() { return http_; }
  std::shared_ptr<Backend> backend() { return make_backend(loop_.executor(), http_, options()); }

  Result<std::shared_ptr<Account>> try_sign_in(const std::string& login, const std::string& password);
  std::shared_ptr<Account> sign_in(const std::string& login);

  template <class T>
  T run(Task<T> task) {
    return loop_.run(std::move(task));
  }

  // A session that writes, as another client would. Asserts that the server does not object.
  std::shared_ptr<Session> client(const std::string& login);
  json::value write(const std::shared_ptr<Session>& session, Request request);

  // One more fault of the server for the next HTTP request of module and action (empty: any).
  void fault(sandbox::Fault fault);
  void clear_faults();
  void reset_counters();
  std::string counters();                          // all of them, for messages
  std::uint64_t requests(const std::string& key);  // "contacts/updates"; "" for all together
  std::uint64_t calls(const std::string& key);     // entries of a `multiple` one by one

 private:
  net::EventLoop loop_{2, 1};
  HandClock clock_;
  std::unique_ptr<sandbox::Server> server_;
  std::shared_ptr<net::HttpClient> http_;
};

model::Credentials credentials(const std::string& login, const std::string& password);

// The folder of that role, or a failure of the test.
model::Folder folder_of(const std::vector<model::Folder>& folders, model::FolderRole role);
const model::Folder* find_folder(const std::vector<model::Folder>& folders, const std::string& id);

}  // namespace oxb::backend::ox::test
