// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/sandbox.h"

namespace oxb::sandbox {

Sandbox::Sandbox(SandboxOptions options, std::unique_ptr<Database> database)
    : options_(std::move(options)), database_(std::move(database)), sessions_(options_.sessions) {}

Result<std::unique_ptr<Sandbox>> Sandbox::open(SandboxOptions options) {
  OXB_TRY(auto database, Database::open(options.file));
  if (!options.clock) options.clock = &system_clock();
  return std::unique_ptr<Sandbox>(new Sandbox(std::move(options), std::move(database)));
}

std::int64_t Sandbox::now_ms() const { return to_unix_ms(options_.clock->now()); }

std::int64_t Sandbox::stamp(std::int64_t context) {
  const auto now = now_ms();
  return database_->integer("UPDATE context SET stamp = max(stamp + 1, ?2) WHERE id = ?1 RETURNING stamp", context, now)
      .value_or(now);
}

std::int64_t Sandbox::next_id(std::int64_t context, std::string_view counter) {
  return database_
      ->integer(
          "INSERT INTO counter (context, name, value) VALUES (?1, ?2, 1) "
          "ON CONFLICT (context, name) DO UPDATE SET value = value + 1 RETURNING value",
          context, counter)
      .value_or(0);
}

Result<> Sandbox::transaction(const std::function<Result<>()>& fn) {
  database_->begin();
  auto result = fn();
  if (!result) {
    database_->rollback();
    return result;
  }
  return database_->commit();
}

}  // namespace oxb::sandbox
