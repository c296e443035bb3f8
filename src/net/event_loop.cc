// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/event_loop.h"

#include "base/log.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <thread>
#include <vector>

namespace oxb::net {

namespace asio = boost::asio;

namespace {
std::size_t or_processors(std::size_t count) {
  return count != 0 ? count : std::max<std::size_t>(1, std::thread::hardware_concurrency());
}
}  // namespace

struct EventLoop::Threads {
  asio::io_context context;
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  asio::thread_pool cpu;
  std::vector<std::thread> threads;

  Threads(std::size_t count, std::size_t cpu_count) : context(static_cast<int>(count)), cpu(cpu_count) {
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back([this] { context.run(); });
  }
};

EventLoop::EventLoop(std::size_t threads, std::size_t cpu_threads)
    : threads_(std::make_unique<Threads>(or_processors(threads), or_processors(cpu_threads))) {}

EventLoop::~EventLoop() { stop(); }

void EventLoop::stop() {
  threads_->cpu.join();
  threads_->context.stop();
  for (auto& thread : threads_->threads)
    if (thread.joinable()) thread.join();
}

Executor EventLoop::executor() const { return threads_->context.get_executor(); }
Executor EventLoop::cpu() const { return threads_->cpu.get_executor(); }
Executor EventLoop::make_strand() const { return asio::make_strand(threads_->context); }
Executor make_strand(const Executor& executor) { return asio::make_strand(executor); }

void spawn(const Executor& executor, Task<> task) {
  asio::co_spawn(executor, std::move(task), [](const std::exception_ptr& thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      log().error("task.threw").err(Error{Errc::internal, e.what(), __FILE__, __LINE__});
    } catch (...) {
      log().error("task.threw");
    }
  });
}

}  // namespace oxb::net
