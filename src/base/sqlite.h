// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// SQLite with Result<>, RAII and a statement cache. One connection is used by one thread at a time.
#include "base/bytes.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace oxb {

// Borrowed from its connection's cache; reset when it goes. Indexes: parameters from 1, columns from 0, as in SQLite.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::uint64_t value) { return bind(index, static_cast<std::int64_t>(value)); }
  Statement& bind(int index, std::int32_t value) { return bind(index, static_cast<std::int64_t>(value)); }
  Statement& bind(int index, std::uint32_t value) { return bind(index, static_cast<std::int64_t>(value)); }
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, const char* text) { return bind(index, std::string_view(text)); }
  Statement& bind(int index, const std::string& text) { return bind(index, std::string_view(text)); }
  Statement& bind(int index, ByteView blob);
  Statement& bind_null(int index);

  // True while there is a row. An error of an earlier bind is reported here.
  Result<bool> step();
  // For statements without rows.
  Result<> run();
  void reset();

  std::int64_t i64(int column) const;
  std::uint64_t u64(int column) const { return static_cast<std::uint64_t>(i64(column)); }
  std::string text(int column) const;
  ByteView blob(int column) const;  // valid until the next step
  bool is_null(int column) const;

 private:
  friend class Sqlite;
  Statement(class Sqlite& db, sqlite3_stmt* stmt, bool* busy) : db_(&db), stmt_(stmt), busy_(busy) {}
  void note(int code);
  class Sqlite* db_;
  sqlite3_stmt* stmt_;
  bool* busy_;
  int bind_error_ = 0;
};

class Sqlite {
 public:
  // Creates the file if missing, mode 0600. WAL, synchronous=FULL, one process at a time.
  static Result<std::unique_ptr<Sqlite>> open(const std::string& path);
  ~Sqlite();
  Sqlite(const Sqlite&) = delete;

  Result<> exec(const char* sql);
  // Cached by text: use literals with parameters. A statement in use is compiled a second time.
  Result<Statement> prepare(std::string_view sql);
  std::int64_t last_insert_rowid() const;
  std::int64_t changes() const;
  // quota (disk full), unavailable (busy, locked), conflict (constraint), internal (everything else).
  tl::unexpected<Error> error(int code) const;

 private:
  explicit Sqlite(sqlite3* db) : db_(db) {}
  struct Cached {
    sqlite3_stmt* stmt = nullptr;
    bool busy = false;
  };
  sqlite3* db_;
  std::unordered_map<std::string, std::unique_ptr<Cached>> cache_;
  friend class Statement;
};

}  // namespace oxb
