// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/sqlite.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace oxb {

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_),
      stmt_(std::exchange(other.stmt_, nullptr)),
      busy_(std::exchange(other.busy_, nullptr)),
      bind_error_(other.bind_error_) {}

Statement::~Statement() {
  if (!stmt_) return;
  if (busy_) {
    reset();
    *busy_ = false;
  } else {
    sqlite3_finalize(stmt_);
  }
}

void Statement::note(int code) {
  if (code != SQLITE_OK && bind_error_ == 0) bind_error_ = code;
}
Statement& Statement::bind(int index, std::int64_t value) {
  note(sqlite3_bind_int64(stmt_, index, value));
  return *this;
}
Statement& Statement::bind(int index, std::string_view text) {
  note(sqlite3_bind_text64(stmt_, index, text.data() ? text.data() : "", text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}
Statement& Statement::bind(int index, ByteView blob) {
  note(blob.empty() ? sqlite3_bind_zeroblob(stmt_, index, 0)
                    : sqlite3_bind_blob64(stmt_, index, blob.data(), blob.size(), SQLITE_TRANSIENT));
  return *this;
}
Statement& Statement::bind_null(int index) {
  note(sqlite3_bind_null(stmt_, index));
  return *this;
}

Result<bool> Statement::step() {
  if (bind_error_ != 0) return db_->error(bind_error_);
  const int code = sqlite3_step(stmt_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return db_->error(code);
}
Result<> Statement::run() {
  OXB_TRY([[maybe_unused]] const bool row, step());
  reset();
  return {};
}
void Statement::reset() {
  sqlite3_reset(stmt_);
  sqlite3_clear_bindings(stmt_);
  bind_error_ = 0;
}

std::int64_t Statement::i64(int column) const { return sqlite3_column_int64(stmt_, column); }
std::string Statement::text(int column) const {
  const auto* p = sqlite3_column_text(stmt_, column);
  return p ? std::string(reinterpret_cast<const char*>(p),
                         static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column)))
           : std::string();
}
ByteView Statement::blob(int column) const {
  const auto* p = sqlite3_column_blob(stmt_, column);
  return {static_cast<const std::byte*>(p), p ? static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column)) : 0};
}
bool Statement::is_null(int column) const { return sqlite3_column_type(stmt_, column) == SQLITE_NULL; }

Result<std::unique_ptr<Sqlite>> Sqlite::open(const std::string& path) {
  if (path != ":memory:") {
    // The file exists with the right mode before SQLite writes anything into it.
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
      return fail(Errc::unavailable, fmt::format("cannot open {}: {}", path, std::generic_category().message(errno)));
    ::close(fd);
  }
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Sqlite> db(new Sqlite(raw));
  if (code != SQLITE_OK) return fail(Errc::unavailable, fmt::format("cannot open {}: {}", path, sqlite3_errstr(code)));
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, 2000);
  for (const char* pragma :
       {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
        "PRAGMA temp_store=MEMORY", "PRAGMA cache_size=-1024", "PRAGMA journal_size_limit=1048576"}) {
    if (auto done = db->exec(pragma); !done) return tl::unexpected(std::move(done).error().in(path));
  }
  return db;
}

Sqlite::~Sqlite() {
  for (auto& [sql, cached] : cache_) sqlite3_finalize(cached->stmt);
  sqlite3_close(db_);
}

Result<> Sqlite::exec(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code);
  return {};
}

Result<Statement> Sqlite::prepare(std::string_view sql) {
  auto& cached = cache_[std::string(sql)];
  if (!cached) cached = std::make_unique<Cached>();
  if (cached->stmt && !cached->busy) {
    cached->busy = true;
    return Statement(*this, cached->stmt, &cached->busy);
  }
  sqlite3_stmt* stmt = nullptr;
  const int code =
      sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &stmt, nullptr);
  if (code != SQLITE_OK) return error(code);
  if (cached->stmt) return Statement(*this, stmt, nullptr);
  cached->stmt = stmt;
  cached->busy = true;
  return Statement(*this, stmt, &cached->busy);
}

std::int64_t Sqlite::last_insert_rowid() const { return sqlite3_last_insert_rowid(db_); }
std::int64_t Sqlite::changes() const { return sqlite3_changes64(db_); }

tl::unexpected<Error> Sqlite::error(int code) const {
  Errc errc = Errc::internal;
  switch (code & 0xff) {
    case SQLITE_FULL:
      errc = Errc::quota;
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      errc = Errc::unavailable;
      break;
    case SQLITE_CONSTRAINT:
      errc = Errc::conflict;
      break;
    default:
      break;
  }
  // sqlite3_errstr, not sqlite3_errmsg: the latter can quote data.
  return fail(errc, fmt::format("SQLite: {} ({})", sqlite3_errstr(code), code));
}

}  // namespace oxb
