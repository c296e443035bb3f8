// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/wait.h"

#include <map>
#include <mutex>

namespace oxb {

struct CancelToken::State {
  std::mutex mutex;
  bool cancelled = false;
  std::uint64_t next = 0;
  std::map<std::uint64_t, std::function<void()>> waiting;
};

bool CancelToken::cancelled() const {
  if (!state_) return false;
  const std::lock_guard lock(state_->mutex);
  return state_->cancelled;
}

std::shared_ptr<void> CancelToken::on_cancel(std::function<void()> fn) const {
  if (!state_) return nullptr;
  std::unique_lock lock(state_->mutex);
  if (state_->cancelled) {
    lock.unlock();
    fn();
    return nullptr;
  }
  const auto key = state_->next++;
  state_->waiting.emplace(key, std::move(fn));
  lock.unlock();
  // The callback is destroyed outside the lock: it may own the last reference to something that takes it again.
  auto remove = [weak = std::weak_ptr(state_), key](void*) {
    const auto state = weak.lock();
    if (!state) return;
    std::unique_lock inner(state->mutex);
    auto node = state->waiting.extract(key);
    inner.unlock();
  };
  return {static_cast<void*>(state_.get()), std::move(remove)};
}

CancelSource::CancelSource() { token_.state_ = std::make_shared<CancelToken::State>(); }

void CancelSource::cancel() {
  auto& state = *token_.state_;
  std::unique_lock lock(state.mutex);
  state.cancelled = true;
  auto waiting = std::exchange(state.waiting, {});
  lock.unlock();
  for (auto& [key, fn] : waiting) fn();
}

}  // namespace oxb
