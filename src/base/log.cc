// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <mutex>

namespace oxb {
namespace {

std::atomic<LogLevel> g_level{LogLevel::off};
// The log is opened anew while others write.
std::mutex g_mutex;
std::shared_ptr<spdlog::logger> g_logger;
std::shared_ptr<spdlog::logger> logger() {
  const std::lock_guard lock(g_mutex);
  return g_logger;
}

// Keeps one event on one line whatever a peer put into an id.
void append_quoted(std::string& out, std::string_view text) {
  constexpr std::size_t kLongest = 400;
  out.push_back('"');
  for (char c : text.substr(0, kLongest)) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace

LogEvent::LogEvent(LogLevel level, std::string_view name)
    : level_(level), active_(level >= g_level.load(std::memory_order_relaxed)) {
  if (active_) line_ = name;
}
LogEvent::LogEvent(LogEvent&& other) noexcept
    : line_(std::move(other.line_)), level_(other.level_), active_(std::exchange(other.active_, false)) {}

LogEvent::~LogEvent() {
  const auto to = active_ ? logger() : nullptr;
  if (!to) return;
  static constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info,
                                                          spdlog::level::warn, spdlog::level::err, spdlog::level::off};
  to->log(kLevels[static_cast<std::size_t>(level_)], "{}", line_);
}

LogEvent& LogEvent::id(std::string_view key, std::uint64_t value) & {
  if (active_) fmt::format_to(std::back_inserter(line_), " {}={:#x}", key, value);
  return *this;
}
LogEvent& LogEvent::id(std::string_view key, std::string_view opaque_id) & {
  if (active_) {
    fmt::format_to(std::back_inserter(line_), " {}=", key);
    append_quoted(line_, opaque_id);
  }
  return *this;
}
LogEvent& LogEvent::size(std::string_view key, std::uint64_t value) & {
  if (active_) fmt::format_to(std::back_inserter(line_), " {}={}", key, value);
  return *this;
}
LogEvent& LogEvent::ms(std::string_view key, std::int64_t value) & {
  if (active_) fmt::format_to(std::back_inserter(line_), " {}={}ms", key, value);
  return *this;
}
LogEvent& LogEvent::err(const Error& error) & {
  if (active_) {
    std::string_view file = error.file;
    if (const auto slash = file.rfind("/src/"); slash != std::string_view::npos) file.remove_prefix(slash + 5);
    fmt::format_to(std::back_inserter(line_), " error={} at={}:{} what=", name(error.code), file, error.line);
    append_quoted(line_, error.what);
  }
  return *this;
}

Result<> open_log(LogLevel level, const std::string& target) {
  try {
    std::shared_ptr<spdlog::logger> made;
    if (target == "stderr") {
      made = std::make_shared<spdlog::logger>("oxbridge", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    } else {
      made = std::make_shared<spdlog::logger>("oxbridge", std::make_shared<spdlog::sinks::basic_file_sink_mt>(target));
    }
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    made->set_level(spdlog::level::debug);
    made->flush_on(spdlog::level::info);
    const std::lock_guard lock(g_mutex);
    g_logger = std::move(made);
  } catch (const spdlog::spdlog_ex& e) {
    return fail(Errc::unavailable, fmt::format("cannot open the log: {}", e.what()));
  }
  g_level = level;
  return {};
}

}  // namespace oxb
