// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Internal to net: applies a Wait to one Asio operation after the other. Created, used and destroyed on one strand.
#include "net/task.h"
#include "net/wait.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <string>

namespace oxb::net {

class Watch {
 public:
  Watch(const Executor& executor, const Wait& wait) : state_(std::make_shared<State>(executor)) {
    if (wait.cancel.cancelled()) state_->reason = Errc::cancelled;
    if (wait.deadline <= std::chrono::steady_clock::now()) state_->expired = true;
    if (gave_up()) return;
    state_->timer.expires_at(wait.deadline);
    state_->timer.async_wait([state = state_](const boost::system::error_code& ec) {
      if (ec || state->done) return;
      state->expired = true;
      state->signal.emit(boost::asio::cancellation_type::terminal);
    });
    guard_ = wait.cancel.on_cancel([executor, weak = std::weak_ptr(state_)] {
      boost::asio::post(executor, [weak] {
        const auto state = weak.lock();
        if (!state || state->done) return;
        state->reason = Errc::cancelled;
        state->signal.emit(boost::asio::cancellation_type::terminal);
      });
    });
  }
  ~Watch() {
    state_->done = true;
    state_->timer.cancel();
  }
  Watch(const Watch&) = delete;

  bool gave_up() const { return state_->expired || state_->reason == Errc::cancelled; }
  // The completion token for an operation under this watch; the operation ends with operation_aborted when it fires.
  auto token() {
    return boost::asio::bind_cancellation_slot(state_->signal.slot(),
                                               boost::asio::as_tuple(boost::asio::use_awaitable));
  }
  // Why the operation ended, once it has failed.
  tl::unexpected<Error> failure(std::string what, const boost::system::error_code& ec) const {
    if (state_->reason == Errc::cancelled) return fail(Errc::cancelled, std::move(what) + ": cancelled");
    if (state_->expired) return fail(Errc::unavailable, std::move(what) + ": timed out");
    return fail(Errc::unavailable, std::move(what) + ": " + ec.message());
  }

 private:
  struct State {
    explicit State(const Executor& executor) : timer(executor) {}
    boost::asio::cancellation_signal signal;
    boost::asio::steady_timer timer;
    bool done = false;
    bool expired = false;
    Errc reason = Errc::unavailable;
  };
  std::shared_ptr<State> state_;
  std::shared_ptr<void> guard_;
};

}  // namespace oxb::net
