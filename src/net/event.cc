// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/event.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <optional>

namespace oxb::net {

namespace asio = boost::asio;

struct Signal::State : std::enable_shared_from_this<Signal::State> {
  std::mutex mutex;
  bool fired = false;
  std::function<void(Wake)> resume;         // posts to the waiter's executor
  std::optional<asio::steady_timer> timer;  // touched only under the mutex
  std::shared_ptr<void> cancel_guard;

  void complete(Wake wake) {
    const auto self = shared_from_this();  // the waiter may be gone before this ends
    std::unique_lock lock(mutex);
    if (wake == Wake::fired) fired = true;
    if (!resume) return;
    auto call = std::exchange(resume, nullptr);
    const auto guard = std::move(cancel_guard);  // let go of after the lock
    call(wake);                                  // before the timer lets go of the waiter
    timer->cancel();
    lock.unlock();
  }

  // The waiter belongs to its timer, and so to the event loop: what still waits when the loop ends is destroyed with
  // it.
  template <class Handler>
  void arm(Handler handler, const std::optional<Wait>& wait) {
    auto executor = asio::get_associated_executor(handler);
    auto shared = std::make_shared<Handler>(std::move(handler));
    std::unique_lock lock(mutex);
    resume = [weak = std::weak_ptr(shared), executor](Wake wake) {
      const auto waiter = weak.lock();
      if (waiter) asio::post(executor, [waiter, wake] { (*waiter)(wake); });
    };
    const bool now = fired;
    timer.emplace(executor, wait ? wait->deadline : std::chrono::steady_clock::time_point::max());
    timer->async_wait([weak = weak_from_this(), shared](const boost::system::error_code& ec) {
      if (ec) return;
      if (const auto self = weak.lock()) self->complete(Wake::deadline);
    });
    lock.unlock();
    if (now) return complete(Wake::fired);
    if (!wait) return;
    auto guard = wait->cancel.on_cancel([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->complete(Wake::cancelled);
    });
    lock.lock();
    if (resume) cancel_guard.swap(guard);
    lock.unlock();
  }
};

Signal::Signal() : state_(std::make_shared<State>()) {}
void Signal::fire() const { state_->complete(Wake::fired); }

namespace {
template <class State>
Task<Wake> suspend(std::shared_ptr<State> state, std::optional<Wait> wait) {
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Wake)>(
      // By value: the waiter, which holds the originals, may go on before arming ends.
      [](auto handler, std::shared_ptr<State> s, std::optional<Wait> w) { s->arm(std::move(handler), w); },
      asio::use_awaitable, state, wait);
}
}  // namespace

Task<Wake> Signal::wait(Wait wait) const { return suspend(state_, std::optional(std::move(wait))); }

Task<> Signal::wait_for_ever() const {
  const auto state = state_;
  co_await suspend(state, std::nullopt);
}

struct AsyncEvent::State {
  std::mutex mutex;
  std::uint64_t generation = 0;
  std::uint64_t next_key = 0;
  std::map<std::uint64_t, Signal> waiting;
};

AsyncEvent::AsyncEvent() : state_(std::make_shared<State>()) {}

void AsyncEvent::notify_all() const {
  std::unique_lock lock(state_->mutex);
  ++state_->generation;
  const auto waiting = std::exchange(state_->waiting, {});
  lock.unlock();
  for (const auto& [key, signal] : waiting) signal.fire();
}

std::uint64_t AsyncEvent::generation() const {
  const std::lock_guard lock(state_->mutex);
  return state_->generation;
}

Task<bool> AsyncEvent::wait_after(std::uint64_t seen, Wait wait) const {
  const auto state = state_;
  const Signal signal;
  std::uint64_t key = 0;
  {
    const std::lock_guard lock(state->mutex);
    if (state->generation != seen) co_return true;
    key = state->next_key++;
    state->waiting.emplace(key, signal);
  }
  co_await signal.wait(std::move(wait));
  const std::lock_guard lock(state->mutex);
  state->waiting.erase(key);
  co_return state->generation != seen;
}

Task<bool> sleep(Wait wait) {
  const Signal never;
  co_return co_await never.wait(std::move(wait)) == Wake::deadline;
}

}  // namespace oxb::net
