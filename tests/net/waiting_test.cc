// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/event_loop.h"
#include "tests/net/loopback.h"

#include <gtest/gtest.h>

#include <atomic>

namespace oxb::net {
namespace {

TEST(CancelToken, DefaultIsNeverCancelled) {
  const CancelToken token;
  EXPECT_FALSE(token.cancelled());
  EXPECT_FALSE(token.on_cancel([] { FAIL(); }));
}

TEST(CancelToken, CallsEachCallbackOnce) {
  CancelSource source;
  int calls = 0;
  const auto guard = source.token().on_cancel([&] { ++calls; });
  source.cancel();
  source.cancel();
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(source.token().cancelled());
}

TEST(CancelToken, LateCallbackRunsAtOnce) {
  CancelSource source;
  source.cancel();
  int calls = 0;
  const auto guard = source.token().on_cancel([&] { ++calls; });
  EXPECT_EQ(calls, 1);
}

TEST(CancelToken, DroppedGuardRemovesTheCallback) {
  CancelSource source;
  auto guard = source.token().on_cancel([] { FAIL(); });
  guard.reset();
  source.cancel();
}

TEST(CancelToken, CallbackMayDropItsOwnGuard) {
  CancelSource source;
  std::shared_ptr<void> guard;
  guard = source.token().on_cancel([&] { guard.reset(); });
  source.cancel();
  EXPECT_FALSE(guard);
}

TEST(AsyncEvent, NotificationBeforeTheWaitIsSeen) {
  EventLoop loop(2, 1);
  const AsyncEvent event;
  const auto seen = event.generation();
  event.notify_all();
  EXPECT_TRUE(loop.run(event.wait_after(seen, soon())));
}

TEST(AsyncEvent, DeadlineReturnsFalse) {
  EventLoop loop(1, 1);
  const AsyncEvent event;
  EXPECT_FALSE(loop.run(event.wait(Wait::upto(std::chrono::milliseconds(5)))));
}

TEST(AsyncEvent, CancellationReturnsFalse) {
  EventLoop loop(1, 1);
  const AsyncEvent event;
  CancelSource source;
  source.cancel();
  EXPECT_FALSE(loop.run(event.wait(Wait::upto(std::chrono::hours(1), source.token()))));
}

Task<> count_wakes(AsyncEvent event, AsyncEvent done, std::atomic<int>& woken, std::atomic<int>& ready) {
  const auto seen = event.generation();
  ready++;
  done.notify_all();
  if (co_await event.wait_after(seen, soon())) woken++;
  done.notify_all();
}

TEST(AsyncEvent, WakesEveryWaiterOfEveryThread) {
  EventLoop loop(3, 1);
  const AsyncEvent event;
  const AsyncEvent done;
  std::atomic<int> woken = 0;
  std::atomic<int> ready = 0;
  constexpr int kWaiters = 200;
  for (int i = 0; i < kWaiters; ++i) spawn(loop.make_strand(), count_wakes(event, done, woken, ready));
  const auto until = [&](std::atomic<int>& count) {
    auto seen = done.generation();
    while (count < kWaiters && loop.run(done.wait_after(seen, soon()))) seen = done.generation();
  };
  until(ready);
  event.notify_all();
  until(woken);
  EXPECT_EQ(woken, kWaiters);
}

Task<int> ping_pong(AsyncEvent mine, AsyncEvent other, std::atomic<int>& turn, int me, int rounds) {
  int done = 0;
  while (done < rounds) {
    auto seen = mine.generation();
    while (turn != me) {
      if (!co_await mine.wait_after(seen, soon())) co_return done;
      seen = mine.generation();
    }
    ++done;
    turn = 1 - me;
    other.notify_all();
  }
  co_return done;
}

TEST(AsyncEvent, NoWakeIsLostBetweenThreads) {
  EventLoop loop(2, 1);
  const AsyncEvent a;
  const AsyncEvent b;
  std::atomic<int> turn = 0;
  auto first = boost::asio::co_spawn(loop.make_strand(), ping_pong(a, b, turn, 0, 2000), boost::asio::use_future);
  EXPECT_EQ(loop.run(ping_pong(b, a, turn, 1, 2000)), 2000);
  EXPECT_EQ(first.get(), 2000);
}

TEST(Sleep, EndsAtItsDeadline) {
  EventLoop loop(1, 1);
  const auto wait = Wait::upto(std::chrono::milliseconds(10));
  EXPECT_TRUE(loop.run(sleep(wait)));
  EXPECT_GE(std::chrono::steady_clock::now(), wait.deadline);
}

Task<int> on_cpu(EventLoop& loop) {
  const auto before = co_await boost::asio::this_coro::executor;
  const auto caller = std::this_thread::get_id();
  const bool elsewhere = co_await run_on_cpu(loop.cpu(), [caller] { return std::this_thread::get_id() != caller; });
  const auto after = co_await boost::asio::this_coro::executor;
  co_await run_on_cpu(loop.cpu(), [] {});
  co_return elsewhere&& before == after ? 42 : 0;
}

TEST(RunOnCpu, ComputesElsewhereAndComesBack) {
  EventLoop loop(1, 1);
  EXPECT_EQ(loop.run(on_cpu(loop)), 42);
}

}  // namespace
}  // namespace oxb::net
