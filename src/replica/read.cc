// SPDX-License-Identifier: GPL-3.0-or-later
#include "replica/codec.h"
#include "replica/database.h"

namespace oxb::replica {
namespace {

constexpr std::string_view kFolderColumns =
    "SELECT f.id, f.parent, f.special, f.source, f.remote, f.remote_version, f.name, f.class, f.rights, f.hidden, "
    "f.total, f.unread, "
    "f.associated, f.cn, f.created, f.modified, f.position, f.listed, f.props, "
    "EXISTS(SELECT 1 FROM folder c WHERE c.parent=f.id AND c.hidden=0) FROM folder f ";
constexpr std::string_view kMessageColumns =
    "SELECT id, folder, kind, remote, remote_version, remote_identity, cn, read_cn, read, created, modified, props, "
    "local FROM message ";

Instant instant_at(const Statement& st, int column) { return Instant(Ticks(st.i64(column))); }

Result<FolderRow> folder_from(const Statement& st) {
  FolderRow row;
  row.id.value = st.u64(0);
  row.parent.value = st.u64(1);
  row.special = static_cast<Special>(st.i64(2));
  row.source = static_cast<Source>(st.i64(3));
  row.remote.value = st.text(4);
  row.remote_version = st.text(5);
  row.name = st.text(6);
  row.container_class = st.text(7);
  row.rights = static_cast<std::uint32_t>(st.i64(8));
  row.hidden = st.i64(9) != 0;
  row.total = static_cast<std::uint32_t>(st.i64(10));
  row.unread = static_cast<std::uint32_t>(st.i64(11));
  row.associated = static_cast<std::uint32_t>(st.i64(12));
  row.change.value = st.u64(13);
  row.created = instant_at(st, 14);
  row.modified = instant_at(st, 15);
  row.position = st.text(16);
  row.listed = st.i64(17) != 0;
  OXB_TRY(row.properties, decode_bag(st.blob(18)));
  row.has_subfolders = st.i64(19) != 0;
  return row;
}

Result<MessageRow> message_from(const Statement& st) {
  MessageRow row;
  row.id.value = st.u64(0);
  row.folder.value = st.u64(1);
  row.kind = static_cast<ContentsKind>(st.i64(2));
  row.remote.value = st.text(3);
  row.remote_version = st.text(4);
  row.remote_identity = st.text(5);
  row.change.value = st.u64(6);
  row.read_change.value = st.u64(7);
  row.read = st.i64(8) != 0;
  row.created = instant_at(st, 9);
  row.modified = instant_at(st, 10);
  OXB_TRY(row.properties, decode_bag(st.blob(11)));
  OXB_TRY(const auto local, decode_bag(st.blob(12)));
  row.properties.merge(local);
  for (const auto& p : local.all())
    if (p.tag.type() == mapi::PropType::null) row.properties.erase(p.tag.id());  // deleted by Outlook
  return row;
}

std::string folder_query(std::string_view tail) { return std::string(kFolderColumns).append(tail); }
std::string message_query(std::string_view tail) { return std::string(kMessageColumns).append(tail); }

Result<std::optional<FolderRow>> one_folder(Statement& st) {
  OXB_TRY(const bool found, st.step());
  if (!found) return std::nullopt;
  OXB_TRY(auto row, folder_from(st));
  return row;
}

}  // namespace

Identity ReadTx::identity() const { return db_.identity; }

Result<std::optional<FolderRow>> ReadTx::folder(FolderId id) {
  static const auto sql = folder_query("WHERE f.id=?");
  OXB_TRY(auto st, db_.sql().prepare(sql));
  st.bind(1, id.value);
  return one_folder(st);
}

Result<FolderRow> ReadTx::special(Special which) {
  static const auto sql = folder_query("WHERE f.special=? ORDER BY f.id LIMIT 1");
  OXB_TRY(auto st, db_.sql().prepare(sql));
  st.bind(1, static_cast<std::int64_t>(which));
  OXB_TRY(auto row, one_folder(st));
  if (!row) return fail(Errc::not_found, fmt::format("special folder {}", static_cast<int>(which)));
  return *std::move(row);
}

Result<std::optional<FolderRow>> ReadTx::folder_by_remote(Source source, const RemoteId& remote) {
  static const auto sql = folder_query("WHERE f.source=? AND f.remote=? AND f.remote<>''");
  OXB_TRY(auto st, db_.sql().prepare(sql));
  st.bind(1, static_cast<std::int64_t>(source)).bind(2, remote.value);
  return one_folder(st);
}

Result<std::vector<FolderRow>> ReadTx::folders_below(FolderId parent, Depth depth) {
  static const auto children = folder_query("WHERE f.parent=? ORDER BY f.name, f.id");
  std::vector<FolderRow> rows;
  OXB_TRY(auto st, db_.sql().prepare(children));
  st.bind(1, parent.value);
  for (;;) {
    OXB_TRY(const bool found, st.step());
    if (!found) break;
    OXB_TRY(auto row, folder_from(st));
    rows.push_back(std::move(row));
  }
  if (depth == Depth::children) return rows;
  // Depth first, so that parents come before their children; the tree has no cycles because put_folder refuses them.
  std::vector<FolderRow> all;
  for (auto& row : rows) {
    const auto id = row.id;
    all.push_back(std::move(row));
    OXB_TRY(auto below, folders_below(id, Depth::descendants));
    std::move(below.begin(), below.end(), std::back_inserter(all));
  }
  return all;
}

Result<std::optional<MessageRow>> ReadTx::message(MessageId id) {
  static const auto sql = message_query("WHERE id=?");
  OXB_TRY(auto st, db_.sql().prepare(sql));
  st.bind(1, id.value);
  OXB_TRY(const bool found, st.step());
  if (!found) return std::nullopt;
  OXB_TRY(auto row, message_from(st));
  return row;
}

Result<std::vector<MessageRow>> ReadTx::messages(const std::vector<MessageId>& ids) {
  std::vector<MessageRow> rows;
  for (const auto id : ids) {
    OXB_TRY(auto row, message(id));
    if (row) rows.push_back(*std::move(row));
  }
  return rows;
}

Result<std::optional<MessageId>> ReadTx::message_by_remote(FolderId folder, const RemoteId& remote) {
  OXB_TRY(auto st, db_.sql().prepare("SELECT id FROM message WHERE folder=? AND remote=? AND remote<>''"));
  st.bind(1, folder.value).bind(2, remote.value);
  OXB_TRY(const bool found, st.step());
  if (!found) return std::nullopt;
  return MessageId{st.u64(0)};
}

Result<std::vector<MessageId>> ReadTx::message_ids(FolderId folder, ContentsKind kind, SortKey key, Order order) {
  static constexpr std::array<std::array<std::string_view, 2>, 6> kQueries = {{
      {"SELECT id FROM message WHERE folder=? AND kind=? ORDER BY id",
       "SELECT id FROM message WHERE folder=? AND kind=? ORDER BY id DESC"},
      {"SELECT id FROM message WHERE folder=? AND kind=? ORDER BY received, id",
       "SELECT id FROM message WHERE folder=? AND kind=? ORDER BY received DESC, id DESC"},
      {"SELECT id FROM message WHERE folder=? AND kind=? ORDER BY subject_key, id",
       "SELECT id FROM message WHERE folder=? AND kind=? ORDER BY subject_key DESC, id DESC"},
      {"SELECT id FROM message WHERE folder=? AND kind=? ORDER BY sender_key, id",
       "SELECT id FROM message WHERE folder=? AND kind=? ORDER BY sender_key DESC, id DESC"},
      {"SELECT id FROM message WHERE folder=? AND kind=? ORDER BY size, id",
       "SELECT id FROM message WHERE folder=? AND kind=? ORDER BY size DESC, id DESC"},
      {"SELECT id FROM message WHERE folder=? AND kind=? ORDER BY start, id",
       "SELECT id FROM message WHERE folder=? AND kind=? ORDER BY start DESC, id DESC"},
  }};
  OXB_TRY(auto st, db_.sql().prepare(kQueries[static_cast<std::size_t>(key)][static_cast<std::size_t>(order)]));
  st.bind(1, folder.value).bind(2, static_cast<std::int64_t>(kind));
  std::vector<MessageId> ids;
  for (;;) {
    OXB_TRY(const bool found, st.step());
    if (!found) return ids;
    ids.push_back(MessageId{st.u64(0)});
  }
}

Result<std::vector<ReadTx::Neighbour>> ReadTx::neighbours(MessageId id, Order order, std::size_t count) {
  static constexpr std::array<std::string_view, 2> kQueries = {
      "SELECT m.id, m.size, EXISTS(SELECT 1 FROM content c WHERE c.id=m.id AND c.version=m.remote_version) "
      "FROM message m, message o WHERE o.id=? AND m.folder=o.folder AND m.kind=o.kind "
      "AND (m.received, m.id) > (o.received, o.id) ORDER BY m.received, m.id LIMIT ?",
      "SELECT m.id, m.size, EXISTS(SELECT 1 FROM content c WHERE c.id=m.id AND c.version=m.remote_version) "
      "FROM message m, message o WHERE o.id=? AND m.folder=o.folder AND m.kind=o.kind "
      "AND (m.received, m.id) < (o.received, o.id) ORDER BY m.received DESC, m.id DESC LIMIT ?"};
  OXB_TRY(auto st, db_.sql().prepare(kQueries[static_cast<std::size_t>(order)]));
  st.bind(1, id.value).bind(2, static_cast<std::int64_t>(count));
  std::vector<Neighbour> out;
  for (;;) {
    OXB_TRY(const bool found, st.step());
    if (!found) return out;
    out.push_back({MessageId{st.u64(0)}, st.u64(1), st.u64(2) != 0});
  }
}

Result<> ReadTx::for_each_message(FolderId folder, ContentsKind kind,
                                  const std::function<void(const MessageRow&)>& visit) {
  static const auto sql = message_query("WHERE folder=? AND kind=? ORDER BY id");
  OXB_TRY(auto st, db_.sql().prepare(sql));
  st.bind(1, folder.value).bind(2, static_cast<std::int64_t>(kind));
  for (;;) {
    OXB_TRY(const bool found, st.step());
    if (!found) return {};
    OXB_TRY(const auto row, message_from(st));
    visit(row);
  }
}

Result<std::vector<ReadTx::RemoteState>> ReadTx::remote_states(FolderId folder) {
  OXB_TRY(auto st, db_.sql().prepare(
                       "SELECT id, remote, remote_version FROM message WHERE folder=? AND remote<>'' ORDER BY id"));
  st.bind(1, folder.value);
  std::vector<RemoteState> states;
  for (;;) {
    OXB_TRY(const bool found, st.step());
    if (!found) return states;
    states.push_back({MessageId{st.u64(0)}, RemoteId{st.text(1)}, st.text(2)});
  }
}

Result<std::shared_ptr<const mapi::Content>> ReadTx::content(MessageId id) {
  OXB_TRY(const auto row, message(id));
  if (!row) return fail(Errc::not_found, fmt::format("message {:x}", id.value));
  OXB_TRY(auto st, db_.sql().prepare("SELECT version, data FROM content WHERE id=?"));
  st.bind(1, id.value);
  OXB_TRY(const bool found, st.step());
  if (found && st.text(0) == row->remote_version) {
    OXB_TRY(auto content, decode_content(st.blob(1)));
    content.properties.merge(row->properties);  // flags and local properties are newer than a cached body
    return std::make_shared<const mapi::Content>(std::move(content));
  }
  if (!row->remote.value.empty()) return std::shared_ptr<const mapi::Content>();
  auto local = std::make_shared<mapi::Content>();
  local->properties = row->properties;
  return std::shared_ptr<const mapi::Content>(std::move(local));
}

Result<mapi::PropertyBag> ReadTx::store_properties() {
  OXB_TRY(const auto blob, db_.meta("store_properties"));
  return blob ? decode_bag(as_bytes(*blob)) : Result<mapi::PropertyBag>();
}

Result<std::optional<mapi::PropId>> ReadTx::property_id(const mapi::PropertyName& name) {
  const auto at = db_.ids_by_name.find(name);
  return at == db_.ids_by_name.end() ? std::nullopt : std::optional(at->second);
}
Result<std::optional<mapi::PropertyName>> ReadTx::property_name(mapi::PropId id) {
  const auto at = db_.names_by_id.find(id);
  return at == db_.names_by_id.end() ? std::nullopt : std::optional(at->second);
}
Result<std::vector<std::pair<mapi::PropId, mapi::PropertyName>>> ReadTx::property_names() {
  return std::vector<std::pair<mapi::PropId, mapi::PropertyName>>(db_.names_by_id.begin(), db_.names_by_id.end());
}

Result<std::vector<ReadTx::Quarantined>> ReadTx::quarantine() {
  OXB_TRY(auto st, db_.sql().prepare("SELECT folder, remote, reason, since FROM quarantine ORDER BY folder, remote"));
  std::vector<Quarantined> all;
  for (;;) {
    OXB_TRY(const bool found, st.step());
    if (!found) return all;
    all.push_back({FolderId{st.u64(0)}, RemoteId{st.text(1)}, st.text(2), instant_at(st, 3)});
  }
}

Result<std::optional<Guid>> ReadTx::replica_guid_of(std::uint16_t replid) {
  if (replid == 1) return db_.identity.replica;
  OXB_TRY(auto st, db_.sql().prepare("SELECT guid FROM replid WHERE id=?"));
  st.bind(1, static_cast<std::int64_t>(replid));
  OXB_TRY(const bool found, st.step());
  if (!found) return std::nullopt;
  Guid g;
  const auto raw = st.blob(0);
  std::copy_n(raw.begin(), std::min<std::size_t>(raw.size(), 16), g.bytes.begin());
  return g;
}

Result<std::optional<std::string>> ReadTx::note(const std::string& key) {
  OXB_TRY(auto st, db_.sql().prepare("SELECT value FROM note WHERE key=?"));
  st.bind(1, key);
  OXB_TRY(const bool found, st.step());
  if (!found) return std::nullopt;
  return st.text(0);
}

namespace {

constexpr const char* kIntentColumns =
    "token, kind, state, folder, message, old_folder, old, old_version, digest, made FROM intent ";

Intent intent_at(Statement& st) {
  Intent intent;
  const auto token = st.blob(0);
  std::copy_n(token.begin(), std::min<std::size_t>(token.size(), 16), intent.token.bytes.begin());
  intent.kind = static_cast<Intent::Kind>(st.i64(1));
  intent.state = static_cast<Intent::State>(st.i64(2));
  intent.folder = FolderId{st.u64(3)};
  intent.message = MessageId{st.u64(4)};
  intent.old_folder = FolderId{st.u64(5)};
  intent.old = RemoteId{st.text(6)};
  intent.old_version = st.text(7);
  intent.digest = st.text(8);
  intent.made = instant_at(st, 9);
  return intent;
}

}  // namespace

Result<std::optional<Intent>> ReadTx::intent(const Guid& token) {
  OXB_TRY(auto st, db_.sql().prepare(fmt::format("SELECT {} WHERE token=?", kIntentColumns).c_str()));
  st.bind(1, ByteView(token.bytes));
  OXB_TRY(const bool found, st.step());
  if (!found) return std::nullopt;
  return intent_at(st);
}

Result<std::vector<Intent>> ReadTx::intents() {
  OXB_TRY(auto st, db_.sql().prepare(fmt::format("SELECT {} ORDER BY made", kIntentColumns).c_str()));
  std::vector<Intent> all;
  for (;;) {
    OXB_TRY(const bool found, st.step());
    if (!found) return all;
    all.push_back(intent_at(st));
  }
}

}  // namespace oxb::replica
