// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The threads that everything waiting runs on, and a second set for work that only computes.
#include "net/event.h"
#include "net/task.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <type_traits>

namespace oxb::net {

class EventLoop {
 public:
  // 0: as many as the machine has processors.
  explicit EventLoop(std::size_t threads = 0, std::size_t cpu_threads = 0);
  // Stops the threads, then drops whatever still waits.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;

  Executor executor() const;
  Executor cpu() const;          // for run_on_cpu
  Executor make_strand() const;  // work posted there runs one after the other
  void stop();                   // waits for the threads; not to be called from one of them

  // Runs a coroutine to its end on a strand of its own while the calling thread (none of the loop's) waits.
  template <class T>
  T run(Task<T> task) {
    return boost::asio::co_spawn(make_strand(), std::move(task), boost::asio::use_future).get();
  }

 private:
  struct Threads;
  std::unique_ptr<Threads> threads_;
};

Executor make_strand(const Executor& executor);

// Starts a coroutine and forgets it. An exception that leaves it is logged.
void spawn(const Executor& executor, Task<> task);

// Runs a coroutine on another executor (a mailbox's queue) and resumes on the caller's. Awaiting dispatch() or post()
// does not do that: a coroutine always resumes on the executor it was started on.
template <class T>
Task<T> run_on(Executor executor, Task<T> task) {
  co_return co_await boost::asio::co_spawn(std::move(executor), std::move(task), boost::asio::use_awaitable);
}

// Computes fn on the pool and resumes on the caller's executor. What fn refers to stays alive: the caller waits for the
// end. An exception leaves fn only for out-of-memory and is passed on.
template <class Fn, class T = std::invoke_result_t<Fn>>
Task<T> run_on_cpu(Executor pool, Fn fn) {
  std::optional<std::conditional_t<std::is_void_v<T>, bool, T>> result;
  std::exception_ptr thrown;
  const Signal done;
  boost::asio::post(pool, [&result, &thrown, &fn, done] {
    try {
      if constexpr (std::is_void_v<T>) {
        fn();
        result = true;
      } else {
        result.emplace(fn());
      }
    } catch (...) {
      thrown = std::current_exception();
    }
    done.fire();
  });
  co_await done.wait_for_ever();
  if (thrown) std::rethrow_exception(thrown);
  if constexpr (!std::is_void_v<T>) co_return std::move(*result);
}

}  // namespace oxb::net
