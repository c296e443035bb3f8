// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/directory.h"

#include "directory/entry_codec.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

namespace oxb::directory {
namespace {

constexpr std::int64_t kSchema = 1;
constexpr std::size_t kKeptViews = 64;

// content: every version of an entry that somebody sees, once. visible: who sees which.
constexpr const char* kCreate = R"(
  CREATE TABLE content (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, entry BLOB NOT NULL) STRICT;
  CREATE TABLE visible (user INTEGER NOT NULL, kind INTEGER NOT NULL, entity INTEGER NOT NULL, content INTEGER NOT NULL,
    PRIMARY KEY (user, kind, entity)) STRICT, WITHOUT ROWID;
  CREATE INDEX visible_content ON visible (content);
  CREATE TABLE caller (user INTEGER PRIMARY KEY, delivered INTEGER NOT NULL) STRICT;
  PRAGMA user_version = 1;
)";

// Rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Sqlite& sql) : sql_(sql) {}
  ~Transaction() {
    if (open_) (void)sql_.exec("ROLLBACK");
  }
  Result<> begin() {
    OXB_CHECK(sql_.exec("BEGIN IMMEDIATE"));
    open_ = true;
    return {};
  }
  Result<> commit() {
    OXB_CHECK(sql_.exec("COMMIT"));
    open_ = false;
    return {};
  }

 private:
  Sqlite& sql_;
  bool open_ = false;
};

}  // namespace

Result<std::shared_ptr<Directory>> Directory::open(const std::string& file, Installation installation,
                                                   std::uint32_t context, const Clock& clock) {
  OXB_TRY(auto sql, Sqlite::open(file));
  std::shared_ptr<Directory> out(new Directory(std::move(sql), std::move(installation), context, clock));
  OXB_CHECK(out->migrate());
  return out;
}

Result<> Directory::migrate() {
  std::int64_t version = 0;
  {
    OXB_TRY(auto statement, sql_->prepare("PRAGMA user_version"));
    OXB_TRY(const bool row, statement.step());
    if (row) version = statement.i64(0);
  }
  if (version == kSchema) return {};
  if (version > kSchema) return fail(Errc::unsupported, fmt::format("address book of schema {}", version));
  Transaction transaction(*sql_);
  OXB_CHECK(transaction.begin());
  OXB_CHECK(sql_->exec(kCreate));
  return transaction.commit();
}

Result<std::int64_t> Directory::content_id(const model::DirectoryEntry& entry) {
  const auto bytes = encode_entry(entry);
  const auto digest = named_guid(as_text(bytes));
  const ByteView key(digest.bytes.data(), digest.bytes.size());
  {
    OXB_TRY(auto find, sql_->prepare("SELECT id FROM content WHERE digest = ?"));
    OXB_TRY(const bool row, find.bind(1, key).step());
    if (row) return find.i64(0);
  }
  OXB_TRY(auto insert, sql_->prepare("INSERT INTO content (digest, entry) VALUES (?, ?)"));
  OXB_CHECK(insert.bind(1, key).bind(2, ByteView(bytes)).run());
  return sql_->last_insert_rowid();
}

Result<> Directory::store(std::uint32_t user, const std::vector<model::DirectoryEntry>& entries) {
  Transaction transaction(*sql_);
  OXB_CHECK(transaction.begin());
  {
    OXB_TRY(auto clear, sql_->prepare("DELETE FROM visible WHERE user = ?"));
    OXB_CHECK(clear.bind(1, user).run());
  }
  for (const auto& entry : entries) {
    OXB_TRY(const auto content, content_id(entry));
    OXB_TRY(auto insert,
            sql_->prepare("INSERT OR REPLACE INTO visible (user, kind, entity, content) VALUES (?, ?, ?, ?)"));
    OXB_CHECK(
        insert.bind(1, user).bind(2, static_cast<std::uint32_t>(entry.kind)).bind(3, entry.id).bind(4, content).run());
  }
  {
    OXB_TRY(auto caller, sql_->prepare("INSERT OR REPLACE INTO caller (user, delivered) VALUES (?, ?)"));
    OXB_CHECK(caller.bind(1, user).bind(2, to_unix_ms(clock_->now())).run());
  }
  // What nobody sees any more is not kept.
  OXB_TRY(auto purge, sql_->prepare("DELETE FROM content WHERE id NOT IN (SELECT content FROM visible)"));
  OXB_CHECK(purge.run());
  return transaction.commit();
}

Result<> Directory::deliver(std::uint32_t user, const std::vector<model::DirectoryEntry>& entries) {
  const std::scoped_lock lock(mutex_);
  OXB_CHECK(store(user, entries));
  OXB_TRY(auto view, load(user));
  keep(user, std::move(view));
  return {};
}

Result<std::shared_ptr<const View>> Directory::load(std::uint32_t user) {
  std::vector<std::shared_ptr<const Entry>> rows;
  OXB_TRY(auto statement,
          sql_->prepare("SELECT c.id, c.entry FROM visible v JOIN content c ON c.id = v.content WHERE v.user = ?"));
  statement.bind(1, user);
  while (true) {
    OXB_TRY(const bool row, statement.step());
    if (!row) break;
    auto& cached = contents_[statement.i64(0)];
    auto entry = cached.lock();
    if (!entry) {
      OXB_TRY(auto data, decode_entry(statement.blob(1)));
      entry = make_entry(installation_, context_, std::move(data));
      cached = entry;
    }
    rows.push_back(std::move(entry));
  }
  std::erase_if(contents_, [](const auto& item) { return item.second.expired(); });
  return std::make_shared<const View>(std::move(rows));
}

void Directory::keep(std::uint32_t user, std::shared_ptr<const View> view) {
  views_[user] = {std::move(view), ++uses_};
  if (views_.size() <= kKeptViews) return;
  auto oldest = views_.begin();
  for (auto it = views_.begin(); it != views_.end(); ++it) {
    if (it->second.used < oldest->second.used) oldest = it;
  }
  views_.erase(oldest);
}

Result<std::shared_ptr<const View>> Directory::view(std::uint32_t user) {
  const std::scoped_lock lock(mutex_);
  if (const auto it = views_.find(user); it != views_.end()) {
    it->second.used = ++uses_;
    return it->second.view;
  }
  OXB_TRY(auto view, load(user));
  keep(user, view);
  return view;
}

Result<std::optional<Instant>> Directory::delivered(std::uint32_t user) {
  const std::scoped_lock lock(mutex_);
  OXB_TRY(auto statement, sql_->prepare("SELECT delivered FROM caller WHERE user = ?"));
  OXB_TRY(const bool row, statement.bind(1, user).step());
  if (!row) return std::optional<Instant>();
  return std::optional(from_unix_ms(statement.i64(0)));
}

Result<> Directory::forget(std::uint32_t user) {
  const std::scoped_lock lock(mutex_);
  views_.erase(user);
  OXB_CHECK(store(user, {}));
  OXB_TRY(auto statement, sql_->prepare("DELETE FROM caller WHERE user = ?"));
  return statement.bind(1, user).run();
}

Result<std::shared_ptr<Directories>> Directories::create(std::string path, Installation installation,
                                                         const Clock& clock) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail(Errc::unavailable, fmt::format("cannot make {}: {}", path, error.message()));
  std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  if (error) return fail(Errc::unavailable, fmt::format("cannot protect {}: {}", path, error.message()));
  return std::shared_ptr<Directories>(new Directories(std::move(path), std::move(installation), clock));
}

Result<std::shared_ptr<Directory>> Directories::of(std::uint32_t context) {
  const std::scoped_lock lock(mutex_);
  auto& slot = open_[context];
  if (!slot) {
    // The name says nothing about the context, and the same one is found again after a restart.
    const auto name = to_text(installation_.address_book_guid(context));
    OXB_TRY(slot, Directory::open(fmt::format("{}/{}.addressbook", path_, name), installation_, context, *clock_));
  }
  return slot;
}

}  // namespace oxb::directory
