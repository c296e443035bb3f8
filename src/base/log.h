// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Events, not sentences: log().event("rop.failed").id("rop", 0x02).id("folder", f.value).err(e);
// The line is written when the temporary ends. Ids and sizes only: subjects, addresses, bodies and tokens never.
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace oxb {

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };

class LogEvent {
 public:
  LogEvent(LogLevel level, std::string_view name);
  LogEvent(LogEvent&&) noexcept;
  LogEvent(const LogEvent&) = delete;
  ~LogEvent();

  LogEvent& id(std::string_view key, std::uint64_t value) &;
  LogEvent& id(std::string_view key, std::string_view opaque_id) &;  // an id, never a name
  LogEvent& size(std::string_view key, std::uint64_t value) &;
  LogEvent& ms(std::string_view key, std::int64_t value) &;
  LogEvent& err(const Error& error) &;
  LogEvent&& id(std::string_view key, std::uint64_t value) && { return std::move(id(key, value)); }
  LogEvent&& id(std::string_view key, std::string_view opaque_id) && { return std::move(id(key, opaque_id)); }
  LogEvent&& size(std::string_view key, std::uint64_t value) && { return std::move(size(key, value)); }
  LogEvent&& ms(std::string_view key, std::int64_t value) && { return std::move(ms(key, value)); }
  LogEvent&& err(const Error& error) && { return std::move(err(error)); }

 private:
  std::string line_;
  LogLevel level_;
  bool active_;
};

class Log {
 public:
  LogEvent debug(std::string_view name) const { return LogEvent(LogLevel::debug, name); }
  LogEvent event(std::string_view name) const { return LogEvent(LogLevel::info, name); }
  LogEvent warning(std::string_view name) const { return LogEvent(LogLevel::warning, name); }
  LogEvent error(std::string_view name) const { return LogEvent(LogLevel::error, name); }
};
inline Log log() { return {}; }

// Called once by a program's main; before that nothing is written. target: "stderr" or a file path.
Result<> open_log(LogLevel level, const std::string& target);

}  // namespace oxb
