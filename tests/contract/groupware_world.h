// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The same small world on different servers: anton and berta of one context, things in anton's default folders that
// change behind the connector's back, and a server that has bad days.
#include "backend/writing.h"
#include "net/event_loop.h"

#include <memory>
#include <string>

namespace oxb::backend::contract {

inline Wait soon() { return Wait::upto(std::chrono::seconds(20)); }

class GroupwareWorld {
 public:
  virtual ~GroupwareWorld() = default;
  virtual net::EventLoop& loop() = 0;
  virtual std::shared_ptr<Backend> backend() = 0;

  // In the user's default folder of that kind.
  virtual std::string add(model::FolderKind kind, const std::string& title) = 0;
  virtual void rename(model::FolderKind kind, const std::string& id, const std::string& title) = 0;
  virtual void remove(model::FolderKind kind, const std::string& id) = 0;
  // Berta may read the folder, or no longer.
  virtual void share(model::FolderKind kind) = 0;
  virtual void unshare(model::FolderKind kind) = 0;

  virtual void end_sessions() = 0;
  virtual void change_password() = 0;  // of anton, to something else
  virtual void set_down(bool down) = 0;
  virtual void lose_next_answer() = 0;
  // The next creation in a folder of that kind is done, and its answer gets lost; or the quota stands against it.
  virtual void lose_answer_to_create(model::FolderKind kind) = 0;
  virtual void fill_quota_once(model::FolderKind kind) = 0;
  virtual std::int64_t scheduling_mails() = 0;  // that the server sent by itself
};

std::unique_ptr<GroupwareWorld> make_fake_world();
std::unique_ptr<GroupwareWorld> make_box_world();

}  // namespace oxb::backend::contract
