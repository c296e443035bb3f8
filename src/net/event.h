// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Waiting for something that another coroutine or another thread will say.
#include "net/task.h"
#include "net/wait.h"

#include <cstdint>
#include <memory>

namespace oxb::net {

enum class Wake : std::uint8_t { fired, deadline, cancelled };

// Said once, heard by one waiter. fire() may come from any thread, before or after wait(); the waiter resumes on its
// own executor. Copies speak of the same signal.
class Signal {
 public:
  Signal();
  void fire() const;
  Task<Wake> wait(Wait wait) const;  // at most once
  Task<> wait_for_ever() const;      // at most once, instead of wait()

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Said many times, heard by all who wait. Thread-safe. Nothing is lost when a waiter reads generation() first, then
// looks at what it waits for, and then calls wait_after() with the generation read:
//   auto seen = event.generation();
//   while (!ready()) { if (!co_await event.wait_after(seen, wait)) break; seen = event.generation(); }
class AsyncEvent {
 public:
  AsyncEvent();
  void notify_all() const;
  std::uint64_t generation() const;
  // True as soon as generation() differs from seen; false on deadline or cancellation.
  Task<bool> wait_after(std::uint64_t seen, Wait wait) const;
  // The same for what is said from this call on.
  Task<bool> wait(Wait wait) const { return wait_after(generation(), std::move(wait)); }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// False when cancelled before the deadline of the wait.
Task<bool> sleep(Wait wait);

}  // namespace oxb::net
