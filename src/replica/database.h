// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The open file behind Replica, ReadTx and WriteTx.
#include "base/sqlite.h"
#include "replica/replica.h"

#include <map>

namespace oxb::replica {

class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const std::string& path, Replica::Options options);

  Sqlite& sql() { return *sql_; }
  const Clock& clock() const { return *options_.clock; }
  const Replica::Options& options() const { return options_; }
  Identity identity;

  // Counters only grow while the process lives; commit() makes the ceiling durable together with what used them.
  std::uint64_t take_counters(std::uint64_t count);
  Result<> begin(const char* sql);
  Result<> commit();
  void roll_back();

  // Named properties, loaded once; ids of a rolled back transaction are forgotten.
  std::map<mapi::PropertyName, mapi::PropId> ids_by_name;
  std::map<mapi::PropId, mapi::PropertyName> names_by_id;
  std::vector<mapi::PropId> names_added;  // in the open transaction
  bool content_written = false;           // in the open transaction: the cache limit is checked before commit

  Result<std::optional<std::string>> meta(std::string_view key);
  Result<> set_meta(std::string_view key, ByteView value);
  bool in_transaction() const { return open_; }

 private:
  explicit Database(std::unique_ptr<Sqlite> sql, Replica::Options options) : sql_(std::move(sql)), options_(options) {}
  Result<> migrate();
  Result<> load();
  Result<> trim_content_cache();

  std::unique_ptr<Sqlite> sql_;
  Replica::Options options_;
  std::uint64_t next_ = 1;
  std::uint64_t ceiling_ = 1;  // durable: no counter below it may be handed out after a restart
  bool open_ = false;
};

}  // namespace oxb::replica
