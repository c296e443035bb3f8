// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The whole box: its file, its sessions, its clock. Used by one call at a time (the server holds a mutex).
#include "base/clock.h"
#include "sandbox/database.h"
#include "sandbox/faults.h"
#include "sandbox/sessions.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace oxb::sandbox {

struct SandboxOptions {
  std::string file;              // SQLite; ":memory:" for a box that is gone afterwards
  const Clock* clock = nullptr;  // null: the system's
  SessionRules sessions;
};

class Sandbox {
 public:
  static Result<std::unique_ptr<Sandbox>> open(SandboxOptions options);

  Database& db() { return *database_; }
  Sessions& sessions() { return sessions_; }
  Faults& faults() { return faults_; }
  const SandboxOptions& options() const { return options_; }

  std::int64_t now_ms() const;
  // A last-modified value: the clock, but later than every one handed out in this context before.
  std::int64_t stamp(std::int64_t context);
  std::int64_t next_id(std::int64_t context, std::string_view counter);

  // Runs fn in one transaction.
  Result<> transaction(const std::function<Result<>()>& fn);

 private:
  Sandbox(SandboxOptions options, std::unique_ptr<Database> database);
  SandboxOptions options_;
  std::unique_ptr<Database> database_;
  Sessions sessions_;
  Faults faults_;
};

}  // namespace oxb::sandbox
