// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A running Open-Xchange in a box on a loopback port, with users of two contexts, and clients that change things there.
#include "backend/ox/backend.h"
#include "backend/ox/session.h"
#include "net/event_loop.h"
#include "sandbox/server.h"
#include "sandbox/setup.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

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

namespace detail {

inline void add(sandbox::Sandbox& box, std::int64_t context, const std::string& login, const std::string& first,
                const std::string& last) {
  sandbox::NewUser user;
  user.context = context;
  user.login = login;
  user.password = login + "-secret";
  user.first_name = first;
  user.last_name = last;
  user.aliases = {login + (context == 1 ? ".alias@example.test" : ".alias@second.test")};
  user.contact = {{"company", "Example Corp"}, {"department", "Sales"}, {"telephone_business1", "+49 30 1"}};
  if (!sandbox::add_user(box, user)) throw std::runtime_error("add_user");
}

inline void fill(sandbox::Sandbox& box) {
  const auto one = sandbox::create_context(box, {"defaultcontext", "example.test", "oxadmin", "oxadmin-secret"});
  const auto two = sandbox::create_context(box, {"second", "second.test", "oxadmin", "oxadmin-secret"});
  if (!one || !two) throw std::runtime_error("create_context");
  add(box, *one, "anton", "Anton", "Alpha");
  add(box, *one, "berta", "Berta", "Beispiel");
  add(box, *one, "carl", "Carl", "Cäsar");
  const json::object room{{"name", "room1"},
                          {"display_name", "Meeting Room 1"},
                          {"mailaddress", "room1@example.test"},
                          {"availability", true},
                          {"description", "Room with projector"}};
  if (!sandbox::add_resource(box, *one, room)) throw std::runtime_error("add_resource");
  if (!sandbox::add_group(box, *one, "team", "Team", {3, 4})) throw std::runtime_error("add_group");
  add(box, *two, "anton", "Other", "Anton");
}

inline std::uint64_t counter(sandbox::Server& server, const char* kind, const std::string& key) {
  const auto counters = server.with_sandbox([](sandbox::Sandbox& box) { return box.faults().counters(); });
  std::uint64_t sum = 0;
  for (const auto& [name, value] : counters.at(kind).get_object()) {
    if (name == (key.empty() ? "total" : key)) sum += value.to_number<std::uint64_t>();
  }
  return sum;
}

}  // namespace detail

inline Box::Box() {
  sandbox::ServerOptions options;
  options.sandbox.file = ":memory:";
  auto started = sandbox::Server::start(loop_.executor(), std::move(options));
  if (!started) throw std::runtime_error(started.error().what);
  server_ = std::move(*started);
  server_->with_sandbox([](sandbox::Sandbox& box) { detail::fill(box); });
  auto http = net::HttpClient::create(loop_.executor(), {});
  if (!http) throw std::runtime_error(http.error().what);
  http_ = std::move(*http);
}

inline Box::~Box() {
  // Accounts sign out in the background; the client they do it with must be idle before the loop ends.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (http_.use_count() > 1 && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  http_.reset();
  loop_.run(server_->stop(Wait::upto(std::chrono::seconds(5))));
}

inline Options Box::options() {
  Options options;
  options.url = url();
  options.name = "box";
  options.clock = &clock_;
  options.call_time = std::chrono::seconds(10);
  return options;
}

inline model::Credentials credentials(const std::string& login, const std::string& password) {
  model::Credentials out;
  out.login = login;
  out.secret = Secret(password);
  return out;
}

inline Result<std::shared_ptr<Account>> Box::try_sign_in(const std::string& login, const std::string& password) {
  const auto who = credentials(login, password);
  const auto where = backend();
  return run(where->sign_in(who, soon()));
}

inline std::shared_ptr<Account> Box::sign_in(const std::string& login) {
  auto account = try_sign_in(login, login.substr(0, login.find('@')) + "-secret");
  if (!account) throw std::runtime_error(account.error().what);
  return *account;
}

inline std::shared_ptr<Session> Box::client(const std::string& login) {
  auto options = this->options();
  options.client = "another";
  auto session =
      run(Session::sign_in(http_, options, credentials(login, login.substr(0, login.find('@')) + "-secret"), soon()));
  if (!session) throw std::runtime_error(session.error().what);
  return *session;
}

inline json::value Box::write(const std::shared_ptr<Session>& session, Request request) {
  const auto doing = request.module + " " + request.action;
  auto answer = run(session->ask(std::move(request), soon()));
  if (!answer) throw std::runtime_error(doing + ": " + answer.error().what);
  if (answer->error) throw std::runtime_error(oxjson::to_error(*answer->error, doing).what);
  return answer->data;
}

inline void Box::fault(sandbox::Fault fault) {
  server_->with_sandbox([&](sandbox::Sandbox& box) { box.faults().add(fault); });
}

inline void Box::clear_faults() {
  server_->with_sandbox([](sandbox::Sandbox& box) { box.faults().clear(); });
}

inline void Box::reset_counters() {
  server_->with_sandbox([](sandbox::Sandbox& box) { box.faults().reset_counters(); });
}

inline std::string Box::counters() {
  return json::serialize(server_->with_sandbox([](sandbox::Sandbox& box) { return box.faults().counters(); }));
}

inline std::uint64_t Box::requests(const std::string& key) { return detail::counter(*server_, "requests", key); }
inline std::uint64_t Box::calls(const std::string& key) { return detail::counter(*server_, "calls", key); }

inline model::Folder folder_of(const std::vector<model::Folder>& folders, model::FolderRole role) {
  for (const auto& folder : folders) {
    if (folder.role == role) return folder;
  }
  throw std::runtime_error("no folder of role " + std::to_string(static_cast<int>(role)));
}

inline const model::Folder* find_folder(const std::vector<model::Folder>& folders, const std::string& id) {
  for (const auto& folder : folders) {
    if (folder.id.value == id) return &folder;
  }
  return nullptr;
}

}  // namespace oxb::backend::ox::test
