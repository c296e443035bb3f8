// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The sandbox's SQLite file. One connection, used under the sandbox's mutex only.
//
// A statement that fails inside SQLite (disk full, damaged file) is remembered: from then on queries deliver no rows,
// and the transaction that contains it is rolled back and reported by commit(). Handlers therefore need no check of
// their own.
#include "base/sqlite.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace oxb::sandbox {

class Database;

// A running statement.
class Query {
 public:
  bool next();  // false at the end, and after a failure (which the database remembers)
  std::int64_t integer(int column) const { return statement_->i64(column); }
  std::string text(int column) const { return statement_->text(column); }
  Bytes bytes(int column) const {
    const auto view = statement_->blob(column);
    return Bytes(view.begin(), view.end());
  }
  bool is_null(int column) const { return statement_->is_null(column); }

 private:
  friend class Database;
  Query(Database& database, std::optional<Statement> statement)
      : database_(&database), statement_(std::move(statement)) {}
  template <class T>
  void bind(int index, const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      statement_->bind(index, std::int64_t{value});
    } else {
      statement_->bind(index, value);
    }
  }
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    if (value) {
      bind(index, *value);
    } else {
      statement_->bind_null(index);
    }
  }
  Database* database_;
  std::optional<Statement> statement_;
};

class Database {
 public:
  // Opens or creates the file and brings its schema up to date. unsupported: written by a newer release.
  static Result<std::unique_ptr<Database>> open(const std::string& path);

  template <class... Args>
  Query query(std::string_view sql, const Args&... args) {
    Query q = prepare(sql);
    if (q.statement_) {
      int index = 0;
      (q.bind(++index, args), ...);
    }
    return q;
  }
  template <class... Args>
  void run(std::string_view sql, const Args&... args) {
    Query q = query(sql, args...);
    while (q.next()) {
    }
  }
  template <class... Args>
  std::optional<std::int64_t> integer(std::string_view sql, const Args&... args) {
    Query q = query(sql, args...);
    if (!q.next() || q.is_null(0)) return std::nullopt;
    return q.integer(0);
  }
  template <class... Args>
  std::optional<std::string> text(std::string_view sql, const Args&... args) {
    Query q = query(sql, args...);
    if (!q.next() || q.is_null(0)) return std::nullopt;
    return q.text(0);
  }
  std::int64_t changes() const { return sqlite_->changes(); }  // rows touched by the latest INSERT, UPDATE or DELETE

  void begin();
  Result<> commit();  // rolls back and reports when a statement failed since begin()
  void rollback();
  bool failed() const { return failure_.has_value(); }

 private:
  friend class Query;
  explicit Database(std::unique_ptr<Sqlite> sqlite) : sqlite_(std::move(sqlite)) {}
  Query prepare(std::string_view sql);
  void remember(Error error);
  Result<> migrate();
  std::unique_ptr<Sqlite> sqlite_;
  std::optional<Error> failure_;
  bool in_transaction_ = false;
};

}  // namespace oxb::sandbox
