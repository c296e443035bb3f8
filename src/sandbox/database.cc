// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/database.h"

#include "sandbox/schema.h"

namespace oxb::sandbox {

bool Query::next() {
  if (!statement_ || database_->failed()) return false;
  auto row = statement_->step();
  if (row) return *row;
  database_->remember(std::move(row).error());
  return false;
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path) {
  OXB_TRY(auto sqlite, Sqlite::open(path));
  // What a killed box loses are the last writes of a demonstration.
  OXB_CHECK(sqlite->exec("PRAGMA synchronous = NORMAL"));
  std::unique_ptr<Database> database(new Database(std::move(sqlite)));
  OXB_CHECK(database->migrate());
  return database;
}

Query Database::prepare(std::string_view sql) {
  if (failure_) return Query(*this, std::nullopt);
  auto statement = sqlite_->prepare(sql);
  if (statement) return Query(*this, std::move(*statement));
  remember(std::move(statement).error());
  return Query(*this, std::nullopt);
}

void Database::remember(Error error) {
  if (!failure_) failure_ = std::move(error);
}

void Database::begin() {
  failure_.reset();
  run("BEGIN IMMEDIATE");
  in_transaction_ = !failure_;
}

Result<> Database::commit() {
  if (!failure_) run("COMMIT");
  if (!failure_) {
    in_transaction_ = false;
    return {};
  }
  Error error = *failure_;
  rollback();
  return tl::unexpected(std::move(error));
}

void Database::rollback() {
  failure_.reset();
  if (in_transaction_) run("ROLLBACK");
  in_transaction_ = false;
  failure_.reset();
}

Result<> Database::migrate() {
  const auto migrations = schema_migrations();
  const auto version = integer("PRAGMA user_version").value_or(0);
  if (version > static_cast<std::int64_t>(migrations.size())) {
    return fail(Errc::unsupported, "sandbox file was written by a newer release");
  }
  for (auto number = static_cast<std::size_t>(version); number < migrations.size(); ++number) {
    begin();
    if (auto done = sqlite_->exec(migrations[number]); !done) remember(std::move(done).error());
    run("PRAGMA user_version = " + std::to_string(number + 1));
    OXB_CHECK(commit());
  }
  return {};
}

}  // namespace oxb::sandbox
