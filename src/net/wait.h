// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Every wait takes a Wait: when to give up, and a way to be told to give up earlier.
#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>

namespace oxb {

// One source, many waiters; thread-safe. Cancelling twice is harmless.
class CancelSource;
class CancelToken {
 public:
  CancelToken() = default;  // never cancelled
  bool cancelled() const;
  // Calls fn once, from the thread that cancels, or at once if already cancelled. The returned guard removes it.
  [[nodiscard]] std::shared_ptr<void> on_cancel(std::function<void()> fn) const;

 private:
  friend class CancelSource;
  struct State;
  std::shared_ptr<State> state_;
};

class CancelSource {
 public:
  CancelSource();
  void cancel();
  CancelToken token() const { return token_; }

 private:
  CancelToken token_;
};

struct Wait {
  std::chrono::steady_clock::time_point deadline;
  CancelToken cancel;

  static Wait upto(std::chrono::steady_clock::duration time, CancelToken cancel = {}) {
    return {std::chrono::steady_clock::now() + time, std::move(cancel)};
  }
  // The earlier of the two deadlines, with the same cancel token.
  Wait at_most(std::chrono::steady_clock::duration time) const {
    return {std::min(deadline, std::chrono::steady_clock::now() + time), cancel};
  }
  bool expired() const { return cancel.cancelled() || std::chrono::steady_clock::now() >= deadline; }
};

}  // namespace oxb
