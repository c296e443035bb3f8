// SPDX-License-Identifier: GPL-3.0-or-later
#include "replica/database.h"

#include <charconv>

namespace oxb::replica {
namespace {

constexpr int kSchemaVersion = 2;
constexpr std::uint64_t kCounterBlock = 1024;
constexpr std::uint64_t kLastCounter = (1ULL << 48) - 1;

// Frozen once released; later versions add migrations instead.
constexpr const char* kSchema1 = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE folder(
  id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, special INTEGER NOT NULL, source INTEGER NOT NULL,
  remote TEXT NOT NULL, remote_version TEXT NOT NULL, name TEXT NOT NULL, class TEXT NOT NULL, rights INTEGER NOT NULL,
  hidden INTEGER NOT NULL, total INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0,
  associated INTEGER NOT NULL DEFAULT 0, cn INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL,
  position TEXT NOT NULL DEFAULT '', listed INTEGER NOT NULL DEFAULT 0, props BLOB NOT NULL DEFAULT x'');
CREATE INDEX folder_parent ON folder(parent);
CREATE UNIQUE INDEX folder_remote ON folder(source, remote) WHERE remote <> '';
CREATE TABLE message(
  id INTEGER PRIMARY KEY, folder INTEGER NOT NULL, kind INTEGER NOT NULL, remote TEXT NOT NULL, remote_version TEXT NOT NULL,
  remote_identity TEXT NOT NULL, cn INTEGER NOT NULL, read_cn INTEGER NOT NULL, read INTEGER NOT NULL,
  created INTEGER NOT NULL, modified INTEGER NOT NULL,
  received INTEGER NOT NULL, subject_key BLOB NOT NULL, sender_key BLOB NOT NULL, size INTEGER NOT NULL, start INTEGER NOT NULL,
  props BLOB NOT NULL, local BLOB NOT NULL DEFAULT x'');
CREATE UNIQUE INDEX message_remote ON message(folder, remote) WHERE remote <> '';
CREATE INDEX message_identity ON message(remote_identity) WHERE remote_identity <> '';
CREATE INDEX message_id ON message(folder, kind, id);
CREATE INDEX message_received ON message(folder, kind, received, id);
CREATE INDEX message_subject ON message(folder, kind, subject_key, id);
CREATE INDEX message_sender ON message(folder, kind, sender_key, id);
CREATE INDEX message_size ON message(folder, kind, size, id);
CREATE INDEX message_start ON message(folder, kind, start, id);
CREATE INDEX message_cn ON message(folder, kind, cn);
CREATE TABLE content(
  id INTEGER PRIMARY KEY, version TEXT NOT NULL, size INTEGER NOT NULL, stored INTEGER NOT NULL, local INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX content_stored ON content(local, stored);
CREATE TABLE tombstone(id INTEGER NOT NULL, folder INTEGER NOT NULL, is_folder INTEGER NOT NULL, kind INTEGER NOT NULL,
  cn INTEGER NOT NULL, PRIMARY KEY(id, folder)) WITHOUT ROWID;
CREATE INDEX tombstone_folder ON tombstone(folder, cn);
CREATE TABLE name(id INTEGER PRIMARY KEY, property_set BLOB NOT NULL, lid INTEGER, name TEXT);
CREATE UNIQUE INDEX name_lid ON name(property_set, lid) WHERE lid IS NOT NULL;
CREATE UNIQUE INDEX name_name ON name(property_set, name) WHERE name IS NOT NULL;
CREATE TABLE replid(id INTEGER PRIMARY KEY, guid BLOB NOT NULL UNIQUE);
CREATE TABLE quarantine(folder INTEGER NOT NULL, remote TEXT NOT NULL, reason TEXT NOT NULL, since INTEGER NOT NULL,
  PRIMARY KEY(folder, remote)) WITHOUT ROWID;
CREATE TABLE note(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
)sql";

constexpr const char* kSchema2 = R"sql(
CREATE TABLE intent(token BLOB PRIMARY KEY, kind INTEGER NOT NULL, state INTEGER NOT NULL, folder INTEGER NOT NULL,
  message INTEGER NOT NULL, old_folder INTEGER NOT NULL, old TEXT NOT NULL, old_version TEXT NOT NULL, digest TEXT NOT NULL, made INTEGER NOT NULL) WITHOUT ROWID;
)sql";

ByteView guid_bytes(const Guid& g) { return {g.bytes.data(), g.bytes.size()}; }

Guid guid_of(std::string_view raw) {
  Guid g;
  if (raw.size() == 16) std::copy_n(reinterpret_cast<const std::byte*>(raw.data()), 16, g.bytes.begin());
  return g;
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Replica::Options options) {
  OXB_TRY(auto sql, Sqlite::open(path));
  std::unique_ptr<Database> db(new Database(std::move(sql), options));
  if (auto done = db->migrate(); !done) return tl::unexpected(std::move(done).error().in(path));
  if (auto done = db->load(); !done) return tl::unexpected(std::move(done).error().in(path));
  return db;
}

Result<> Database::migrate() {
  std::int64_t version = 0;
  {
    OXB_TRY(auto st, sql_->prepare("PRAGMA user_version"));
    OXB_TRY(const bool row, st.step());
    if (row) version = st.i64(0);
  }
  if (version > kSchemaVersion)
    return fail(
        Errc::unsupported,
        fmt::format("the store has schema version {}, this program knows up to {}; install the newer program again",
                    version, kSchemaVersion));
  if (version == kSchemaVersion) return {};
  OXB_CHECK(begin("BEGIN IMMEDIATE"));
  const auto made = [&]() -> Result<> {
    if (version < 1) {
      OXB_CHECK(sql_->exec(kSchema1));
      OXB_CHECK(set_meta("mailbox_guid", guid_bytes(random_guid())));
      OXB_CHECK(set_meta("replica_guid", guid_bytes(random_guid())));
      OXB_CHECK(set_meta("counter", as_bytes("1")));
    }
    if (version < 2) OXB_CHECK(sql_->exec(kSchema2));
    return sql_->exec(fmt::format("PRAGMA user_version={}", kSchemaVersion).c_str());
  }();
  if (!made) {
    roll_back();
    return made;
  }
  return commit();
}

Result<> Database::load() {
  const auto required = [this](std::string_view key) -> Result<std::string> {
    OXB_TRY(auto value, meta(key));
    if (!value) return fail(Errc::internal, fmt::format("the store is damaged: {} is missing", key));
    return *std::move(value);
  };
  OXB_TRY(const auto mailbox, required("mailbox_guid"));
  OXB_TRY(const auto replica, required("replica_guid"));
  OXB_TRY(const auto counter, required("counter"));
  identity = {guid_of(mailbox), guid_of(replica)};
  std::uint64_t ceiling = 0;
  const auto [end, error] = std::from_chars(counter.data(), counter.data() + counter.size(), ceiling);
  if (error != std::errc() || ceiling == 0)
    return fail(Errc::internal, "the store is damaged: its counter cannot be read");
  next_ = ceiling_ = ceiling;
  OXB_TRY(auto st, sql_->prepare("SELECT id, property_set, lid, name FROM name"));
  for (;;) {
    OXB_TRY(const bool row, st.step());
    if (!row) break;
    mapi::PropertyName name;
    name.set = guid_of(as_text(st.blob(1)));
    if (st.is_null(2))
      name.id = st.text(3);
    else
      name.id = static_cast<std::uint32_t>(st.i64(2));
    const auto id = static_cast<mapi::PropId>(st.i64(0));
    ids_by_name.emplace(name, id);
    names_by_id.emplace(id, std::move(name));
  }
  return {};
}

std::uint64_t Database::take_counters(std::uint64_t count) {
  OXB_ASSERT(open_ && next_ + count <= kLastCounter);
  const auto first = next_;
  next_ += count;
  return first;
}

Result<> Database::begin(const char* sql) {
  OXB_ASSERT(!open_);
  OXB_CHECK(sql_->exec(sql));
  open_ = true;
  names_added.clear();
  content_written = false;
  return {};
}

Result<> Database::commit() {
  const auto done = [&]() -> Result<> {
    if (content_written) OXB_CHECK(trim_content_cache());
    if (next_ > ceiling_) OXB_CHECK(set_meta("counter", as_bytes(std::to_string(next_ + kCounterBlock))));
    return sql_->exec("COMMIT");
  }();
  if (!done) {
    roll_back();
    return done;
  }
  if (next_ > ceiling_) ceiling_ = next_ + kCounterBlock;
  open_ = false;
  return {};
}

void Database::roll_back() {
  (void)sql_->exec("ROLLBACK");  // fails only where SQLite has rolled back already
  for (const auto id : names_added) {
    if (const auto at = names_by_id.find(id); at != names_by_id.end()) {
      ids_by_name.erase(at->second);
      names_by_id.erase(at);
    }
  }
  names_added.clear();
  open_ = false;
}

Result<std::optional<std::string>> Database::meta(std::string_view key) {
  OXB_TRY(auto st, sql_->prepare("SELECT value FROM meta WHERE key=?"));
  st.bind(1, key);
  OXB_TRY(const bool row, st.step());
  if (!row) return std::nullopt;
  return std::string(as_text(st.blob(0)));
}

Result<> Database::set_meta(std::string_view key, ByteView value) {
  OXB_TRY(auto st, sql_->prepare("INSERT INTO meta VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value"));
  return st.bind(1, key).bind(2, value).run();
}

// The contents stored longest ago go first, of those that can be fetched again.
Result<> Database::trim_content_cache() {
  std::uint64_t total = 0;
  {
    OXB_TRY(auto st, sql_->prepare("SELECT COALESCE(SUM(size),0) FROM content WHERE local=0"));
    OXB_TRY([[maybe_unused]] const bool row, st.step());
    total = st.u64(0);
  }
  while (total > options_.content_cache_bytes) {
    OXB_TRY(auto oldest, sql_->prepare("SELECT id, size FROM content WHERE local=0 ORDER BY stored LIMIT 1"));
    OXB_TRY(const bool row, oldest.step());
    if (!row) break;
    total -= std::min(total, oldest.u64(1));
    OXB_TRY(auto remove, sql_->prepare("DELETE FROM content WHERE id=?"));
    OXB_CHECK(remove.bind(1, oldest.i64(0)).run());
  }
  return {};
}

}  // namespace oxb::replica
