// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"
#include "replica/codec.h"
#include "replica/database.h"

#include <limits>

namespace oxb::replica {
namespace {

using mapi::PropertyBag;

constexpr std::size_t kLongestSortKey = 96;
constexpr std::size_t kMostNames = 32767;  // [MS-OXCPRPT] 3.2.5.10
constexpr mapi::PropId kFirstNamedId = 0x8001;

std::int64_t ticks(Instant t) { return t.time_since_epoch().count(); }

std::string sort_key(const PropertyBag& bag, std::initializer_list<mapi::PropTag> tags) {
  for (const auto tag : tags) {
    if (const auto* text = bag.get<std::string>(tag); text && !text->empty()) {
      auto key = collation_key(*text);
      key.resize(std::min(key.size(), kLongestSortKey));
      return key;
    }
  }
  return {};
}

std::int64_t time_key(const PropertyBag& bag, std::initializer_list<mapi::PropTag> tags) {
  for (const auto tag : tags)
    if (const auto* time = bag.get<mapi::FileTime>(tag)) return ticks(mapi::instant(*time));
  return std::numeric_limits<std::int64_t>::min();
}

// Values that Outlook set on a message the backend owns; a deleted one stays as PtypNull so that it hides the
// backend's.
void apply_to_overlay(PropertyBag& overlay, const PropertyBag& base, const std::vector<mapi::Property>& set,
                      const std::vector<mapi::PropTag>& erase) {
  for (const auto& p : set) overlay.set(p.tag, p.value);
  for (const auto tag : erase) {
    overlay.erase(tag.id());
    if (base.has(tag)) overlay.set(tag.with(mapi::PropType::null), std::monostate{});
  }
}

void apply(PropertyBag& bag, const std::vector<mapi::Property>& set, const std::vector<mapi::PropTag>& erase) {
  for (const auto& p : set) bag.set(p.tag, p.value);
  for (const auto tag : erase) bag.erase(tag.id());
}

Result<> map_names(WriteTx& tx, PropertyBag& bag, const std::vector<mapi::NamedProperty>& named) {
  for (const auto& n : named) {
    OXB_TRY(const auto id, tx.ensure_property_id(n.name));
    bag.set(mapi::PropTag(id, mapi::type_of(n.value)), n.value);
  }
  return {};
}

Result<mapi::Content> map_names(WriteTx& tx, const mapi::Content& content) {
  mapi::Content mapped;
  mapped.properties = content.properties;
  mapped.recipients = content.recipients;
  OXB_CHECK(map_names(tx, mapped.properties, content.named));
  for (const auto& attachment : content.attachments) {
    auto& a = mapped.attachments.emplace_back();
    a.properties = attachment.properties;
    OXB_CHECK(map_names(tx, a.properties, attachment.named));
    if (attachment.embedded) {
      OXB_TRY(auto inner, map_names(tx, *attachment.embedded));
      a.embedded = std::make_shared<const mapi::Content>(std::move(inner));
    }
  }
  return mapped;
}

Result<> store_content(Database& db, MessageId id, const std::string& version, bool local,
                       const mapi::Content& mapped) {
  OXB_TRY(const auto blob, encode_content(mapped));
  OXB_TRY(auto st, db.sql().prepare("INSERT INTO content(id, version, size, stored, local, data) VALUES(?,?,?,?,?,?) "
                                    "ON CONFLICT(id) DO UPDATE SET version=excluded.version, size=excluded.size, "
                                    "stored=excluded.stored, local=excluded.local, data=excluded.data"));
  db.content_written = true;
  return st.bind(1, id.value)
      .bind(2, version)
      .bind(3, static_cast<std::uint64_t>(blob.size()))
      .bind(4, ticks(db.clock().now()))
      .bind(5, local ? 1 : 0)
      .bind(6, ByteView(blob))
      .run();
}

// Counts of a folder that was never listed are the backend's; afterwards they are ours and kept exactly.
Result<> bump(Database& db, FolderId folder, ContentsKind kind, int total, int unread) {
  if (kind == ContentsKind::associated) {
    OXB_TRY(auto st, db.sql().prepare("UPDATE folder SET associated=MAX(associated+?,0) WHERE id=?"));
    return st.bind(1, total).bind(2, folder.value).run();
  }
  if (total == 0 && unread == 0) return {};
  OXB_TRY(auto st,
          db.sql().prepare(
              "UPDATE folder SET total=MAX(total+?,0), unread=MAX(unread+?,0) WHERE id=? AND (listed=1 OR source=0)"));
  return st.bind(1, total).bind(2, unread).bind(3, folder.value).run();
}

Result<> bury(Database& db, std::uint64_t id, FolderId folder, bool is_folder, ContentsKind kind,
              std::uint64_t change) {
  OXB_TRY(auto st, db.sql().prepare("INSERT INTO tombstone(id, folder, is_folder, kind, cn) VALUES(?,?,?,?,?) "
                                    "ON CONFLICT(id, folder) DO UPDATE SET cn=excluded.cn"));
  return st.bind(1, id)
      .bind(2, folder.value)
      .bind(3, is_folder ? 1 : 0)
      .bind(4, static_cast<std::int64_t>(kind))
      .bind(5, change)
      .run();
}

}  // namespace

std::uint64_t WriteTx::next_counter() { return db_.take_counters(1); }
std::uint64_t WriteTx::reserve_counters(std::uint32_t count) { return db_.take_counters(count); }

Result<WriteTx::PutFolder> WriteTx::put_folder(FolderRow row) {
  std::optional<FolderRow> old;
  if (row.id.value != 0) {
    OXB_TRY(old, folder(row.id));
  } else if (!row.remote.value.empty()) {
    OXB_TRY(old, folder_by_remote(row.source, row.remote));
  }
  if (old) row.id = old->id;
  for (FolderId up = row.parent; up.value != 0;) {  // the parent exists and is not below the folder itself
    OXB_TRY(const auto parent, folder(up));
    if (!parent) return fail(Errc::not_found, fmt::format("parent folder {:x}", up.value));
    if (up == row.id) return fail(Errc::invalid, fmt::format("folder {:x} cannot be its own ancestor", row.id.value));
    up = parent->parent;
  }
  const auto now = db_.clock().now();
  if (!old) {
    if (row.id.value == 0) row.id.value = next_counter();
    OXB_TRY(const auto props, encode_bag(row.properties));
    OXB_TRY(auto st,
            db_.sql().prepare(
                "INSERT INTO folder(id, parent, special, source, remote, remote_version, name, class, rights, "
                "hidden, total, unread, cn, created, modified, props) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
    const auto created = row.created == Instant{} ? now : row.created;
    OXB_CHECK(st.bind(1, row.id.value)
                  .bind(2, row.parent.value)
                  .bind(3, static_cast<std::int64_t>(row.special))
                  .bind(4, static_cast<std::int64_t>(row.source))
                  .bind(5, row.remote.value)
                  .bind(6, row.remote_version)
                  .bind(7, row.name)
                  .bind(8, row.container_class)
                  .bind(9, row.rights)
                  .bind(10, row.hidden ? 1 : 0)
                  .bind(11, row.total)
                  .bind(12, row.unread)
                  .bind(13, next_counter())
                  .bind(14, ticks(created))
                  .bind(15, ticks(now))
                  .bind(16, ByteView(props))
                  .run());
    return PutFolder{row.id, PutFolder::Outcome::created};
  }
  const bool visible = old->name != row.name || old->parent != row.parent ||
                       old->container_class != row.container_class || old->rights != row.rights ||
                       old->hidden != row.hidden || old->special != row.special;
  if (!visible && old->remote == row.remote && old->remote_version == row.remote_version)
    return PutFolder{row.id, PutFolder::Outcome::unchanged};
  OXB_TRY(auto st, db_.sql().prepare("UPDATE folder SET parent=?1, special=?2, remote=?3, remote_version=?4, name=?5, "
                                     "class=?6, rights=?7, hidden=?8, "
                                     "cn=?9, modified=?10, source=?12 WHERE id=?11"));
  OXB_CHECK(st.bind(1, row.parent.value)
                .bind(2, static_cast<std::int64_t>(row.special))
                .bind(3, row.remote.value)
                .bind(4, row.remote_version)
                .bind(5, row.name)
                .bind(6, row.container_class)
                .bind(7, row.rights)
                .bind(8, row.hidden ? 1 : 0)
                .bind(9, visible ? next_counter() : old->change.value)
                .bind(10, ticks(visible ? now : old->modified))
                .bind(11, row.id.value)
                .bind(12, static_cast<std::int64_t>(row.source))
                .run());
  return PutFolder{row.id, visible ? PutFolder::Outcome::changed : PutFolder::Outcome::unchanged};
}

Result<> WriteTx::set_folder_position(FolderId id, std::string position, bool listed) {
  OXB_TRY(const auto old, folder(id));
  if (!old) return fail(Errc::not_found, fmt::format("folder {:x}", id.value));
  {
    OXB_TRY(auto st, db_.sql().prepare("UPDATE folder SET position=?, listed=? WHERE id=?"));
    OXB_CHECK(st.bind(1, position).bind(2, listed ? 1 : 0).bind(3, id.value).run());
  }
  if (!listed || old->listed) return {};
  OXB_TRY(auto st,
          db_.sql().prepare("UPDATE folder SET total=(SELECT COUNT(*) FROM message WHERE folder=?1 AND kind=0), "
                            "unread=(SELECT COUNT(*) FROM message WHERE folder=?1 AND kind=0 AND read=0) WHERE id=?1"));
  return st.bind(1, id.value).run();
}

Result<> WriteTx::set_folder_counts(FolderId id, std::uint32_t total, std::uint32_t unread) {
  OXB_TRY(auto st, db_.sql().prepare("UPDATE folder SET total=?, unread=? WHERE id=? AND listed=0"));
  return st.bind(1, total).bind(2, unread).bind(3, id.value).run();
}

Result<> WriteTx::set_folder_properties(FolderId id, const std::vector<mapi::Property>& set,
                                        const std::vector<mapi::PropTag>& erase) {
  OXB_TRY(auto row, folder(id));
  if (!row) return fail(Errc::not_found, fmt::format("folder {:x}", id.value));
  apply(row->properties, set, erase);
  OXB_TRY(const auto props, encode_bag(row->properties));
  OXB_TRY(auto st, db_.sql().prepare("UPDATE folder SET props=?, cn=?, modified=? WHERE id=?"));
  return st.bind(1, ByteView(props)).bind(2, next_counter()).bind(3, ticks(db_.clock().now())).bind(4, id.value).run();
}

Result<> WriteTx::remove_folder(FolderId id) {
  OXB_TRY(const auto row, folder(id));
  if (!row) return {};
  OXB_TRY(const auto below, folders_below(id, Depth::children));
  for (const auto& child : below) OXB_CHECK(remove_folder(child.id));
  for (const auto kind : {ContentsKind::normal, ContentsKind::associated}) {
    OXB_TRY(const auto ids, message_ids(id, kind, SortKey::id, Order::ascending));
    for (const auto message : ids) OXB_CHECK(remove_message(message));
  }
  for (const char* sql : {"DELETE FROM quarantine WHERE folder=?", "DELETE FROM folder WHERE id=?"}) {
    OXB_TRY(auto st, db_.sql().prepare(sql));
    OXB_CHECK(st.bind(1, id.value).run());
  }
  return bury(db_, id.value, row->parent, true, ContentsKind::normal, next_counter());
}

Result<WriteTx::Put> WriteTx::put_message(MessageChange change) {
  auto& row = change.row;
  std::optional<MessageRow> old;
  if (row.id.value != 0) {
    OXB_TRY(old, message(row.id));
  } else {
    OXB_TRY(const auto known, message_by_remote(row.folder, row.remote));
    if (known) {
      OXB_TRY(old, message(*known));
    }
  }
  OXB_CHECK(map_names(*this, row.properties, change.named));
  OXB_TRY(const auto props, encode_bag(row.properties));
  mapi::PropTag start_tag(0, mapi::PropType::time);
  OXB_TRY(const auto start_id, property_id(mapi::lid::kAppointmentStartWhole.name()));
  if (start_id) start_tag = mapi::PropTag(*start_id, mapi::PropType::time);
  const auto received = time_key(row.properties, {mapi::tag::kMessageDeliveryTime, mapi::tag::kClientSubmitTime,
                                                  mapi::tag::kLastModificationTime});
  const auto start = time_key(row.properties, {start_tag, mapi::tag::kStartDate});
  const auto subject = sort_key(row.properties, {mapi::tag::kNormalizedSubject, mapi::tag::kSubject});
  const auto sender = sort_key(row.properties, {mapi::tag::kSentRepresentingName, mapi::tag::kSenderName});
  const auto* size = row.properties.get<std::int32_t>(mapi::tag::kMessageSize);
  const auto now = db_.clock().now();
  Put put;
  if (old) {
    put.id = row.id = old->id;
    bool same = false;
    {
      OXB_TRY(auto st, db_.sql().prepare("SELECT props FROM message WHERE id=?"));
      st.bind(1, row.id.value);
      OXB_TRY(const bool found, st.step());
      same = found && std::ranges::equal(st.blob(0), ByteView(props)) && change.keep_local_properties;
    }
    const bool read_changed = old->read != row.read;
    put.outcome = !same ? Put::Outcome::changed : read_changed ? Put::Outcome::read_changed : Put::Outcome::unchanged;
    OXB_TRY(auto st, db_.sql().prepare("UPDATE message SET remote=?, remote_version=?, remote_identity=?, cn=?, "
                                       "read_cn=?, read=?, modified=?, received=?, "
                                       "subject_key=?, sender_key=?, size=?, start=?, props=? WHERE id=?"));
    const auto modified = row.modified != Instant{} ? row.modified : same ? old->modified : now;
    OXB_CHECK(st.bind(1, row.remote.value)
                  .bind(2, row.remote_version)
                  .bind(3, row.remote_identity)
                  .bind(4, same ? old->change.value : next_counter())
                  .bind(5, read_changed ? next_counter() : old->read_change.value)
                  .bind(6, row.read ? 1 : 0)
                  .bind(7, ticks(modified))
                  .bind(8, received)
                  .bind(9, as_bytes(subject))
                  .bind(10, as_bytes(sender))
                  .bind(11, static_cast<std::int64_t>(size ? *size : 0))
                  .bind(12, start)
                  .bind(13, ByteView(props))
                  .bind(14, row.id.value)
                  .run());
    if (!change.keep_local_properties) {
      OXB_TRY(auto clear, db_.sql().prepare("UPDATE message SET local=x'' WHERE id=?"));
      OXB_CHECK(clear.bind(1, row.id.value).run());
    }
    if (read_changed) OXB_CHECK(bump(db_, old->folder, old->kind, 0, row.read ? -1 : 1));
  } else {
    OXB_TRY(const auto parent, folder(row.folder));
    if (!parent) return fail(Errc::not_found, fmt::format("folder {:x}", row.folder.value));
    if (row.id.value == 0) row.id.value = next_counter();
    put = {row.id, Put::Outcome::created};
    OXB_TRY(auto st, db_.sql().prepare("INSERT INTO message(id, folder, kind, remote, remote_version, remote_identity, "
                                       "cn, read_cn, read, created, "
                                       "modified, received, subject_key, sender_key, size, start, props) "
                                       "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
    const auto number = next_counter();
    OXB_CHECK(st.bind(1, row.id.value)
                  .bind(2, row.folder.value)
                  .bind(3, static_cast<std::int64_t>(row.kind))
                  .bind(4, row.remote.value)
                  .bind(5, row.remote_version)
                  .bind(6, row.remote_identity)
                  .bind(7, number)
                  .bind(8, number)
                  .bind(9, row.read ? 1 : 0)
                  .bind(10, ticks(row.created == Instant{} ? now : row.created))
                  .bind(11, ticks(row.modified == Instant{} ? now : row.modified))
                  .bind(12, received)
                  .bind(13, as_bytes(subject))
                  .bind(14, as_bytes(sender))
                  .bind(15, static_cast<std::int64_t>(size ? *size : 0))
                  .bind(16, start)
                  .bind(17, ByteView(props))
                  .run());
    OXB_CHECK(bump(db_, row.folder, row.kind, 1, row.read ? 0 : 1));
  }
  if (change.content) {
    OXB_TRY(const auto mapped, map_names(*this, *change.content));
    OXB_CHECK(store_content(db_, row.id, row.remote_version, row.remote.value.empty(), mapped));
  }
  return put;
}

Result<> WriteTx::set_message_properties(MessageId id, const std::vector<mapi::Property>& set,
                                         const std::vector<mapi::PropTag>& erase) {
  PropertyBag base;
  PropertyBag overlay;
  bool local = false;
  {
    OXB_TRY(auto st, db_.sql().prepare("SELECT props, local, remote FROM message WHERE id=?"));
    st.bind(1, id.value);
    OXB_TRY(const bool found, st.step());
    if (!found) return fail(Errc::not_found, fmt::format("message {:x}", id.value));
    OXB_TRY(base, decode_bag(st.blob(0)));
    OXB_TRY(overlay, decode_bag(st.blob(1)));
    local = st.text(2).empty();
  }
  if (local)
    apply(base, set, erase);
  else
    apply_to_overlay(overlay, base, set, erase);
  OXB_TRY(const auto base_blob, encode_bag(base));
  OXB_TRY(const auto overlay_blob, encode_bag(overlay));
  OXB_TRY(auto st, db_.sql().prepare("UPDATE message SET props=?, local=?, cn=?, modified=? WHERE id=?"));
  return st.bind(1, ByteView(base_blob))
      .bind(2, ByteView(overlay_blob))
      .bind(3, next_counter())
      .bind(4, ticks(db_.clock().now()))
      .bind(5, id.value)
      .run();
}

Result<bool> WriteTx::set_read(MessageId id, bool read) {
  OXB_TRY(const auto row, message(id));
  if (!row) return fail(Errc::not_found, fmt::format("message {:x}", id.value));
  if (row->read == read) return false;
  OXB_TRY(auto st, db_.sql().prepare("UPDATE message SET read=?, read_cn=? WHERE id=?"));
  OXB_CHECK(st.bind(1, read ? 1 : 0).bind(2, next_counter()).bind(3, id.value).run());
  OXB_CHECK(bump(db_, row->folder, row->kind, 0, read ? -1 : 1));
  return true;
}

Result<> WriteTx::move_message(MessageId id, FolderId to, const RemoteId& remote,
                               const std::optional<std::string>& version) {
  OXB_TRY(const auto row, message(id));
  if (!row) return fail(Errc::not_found, fmt::format("message {:x}", id.value));
  const auto change = next_counter();
  {
    OXB_TRY(auto st,
            db_.sql().prepare("UPDATE message SET folder=?, remote=?, remote_version=?, cn=?, modified=? WHERE id=?"));
    OXB_CHECK(st.bind(1, to.value)
                  .bind(2, remote.value)
                  .bind(3, version.value_or(row->remote_version))
                  .bind(4, change)
                  .bind(5, ticks(db_.clock().now()))
                  .bind(6, id.value)
                  .run());
  }
  if (row->folder == to) return {};
  OXB_CHECK(bump(db_, row->folder, row->kind, -1, row->read ? 0 : -1));
  OXB_CHECK(bump(db_, to, row->kind, 1, row->read ? 0 : 1));
  OXB_CHECK(bury(db_, id.value, row->folder, false, row->kind, change));
  OXB_TRY(auto back, db_.sql().prepare("DELETE FROM tombstone WHERE id=? AND folder=?"));
  return back.bind(1, id.value).bind(2, to.value).run();
}

Result<> WriteTx::remove_message(MessageId id) {
  OXB_TRY(const auto row, message(id));
  if (!row) return {};
  for (const char* sql : {"DELETE FROM message WHERE id=?", "DELETE FROM content WHERE id=?"}) {
    OXB_TRY(auto st, db_.sql().prepare(sql));
    OXB_CHECK(st.bind(1, id.value).run());
  }
  OXB_CHECK(bump(db_, row->folder, row->kind, -1, row->read ? 0 : -1));
  return bury(db_, id.value, row->folder, false, row->kind, next_counter());
}

Result<std::shared_ptr<const mapi::Content>> WriteTx::put_content(MessageId id, const mapi::Content& content) {
  OXB_TRY(const auto row, message(id));
  if (!row) return fail(Errc::not_found, fmt::format("message {:x}", id.value));
  OXB_TRY(auto mapped, map_names(*this, content));
  OXB_CHECK(store_content(db_, id, row->remote_version, row->remote.value.empty(), mapped));
  mapped.properties.merge(row->properties);
  return std::make_shared<const mapi::Content>(std::move(mapped));
}

Result<> WriteTx::set_store_properties(const std::vector<mapi::Property>& set,
                                       const std::vector<mapi::PropTag>& erase) {
  OXB_TRY(auto bag, store_properties());
  apply(bag, set, erase);
  OXB_TRY(const auto blob, encode_bag(bag));
  return db_.set_meta("store_properties", blob);
}

Result<mapi::PropId> WriteTx::ensure_property_id(const mapi::PropertyName& given) {
  auto name = given;
  // Names of internet headers compare without case: they are kept in lower case [MS-OXCPRPT] 3.2.5.9.
  if (auto* text = std::get_if<std::string>(&name.id); text && name.set == mapi::set::kInternetHeaders)
    *text = ascii_lower(*text);
  if (const auto at = db_.ids_by_name.find(name); at != db_.ids_by_name.end()) return at->second;
  if (db_.names_by_id.size() >= kMostNames)
    return fail(Errc::limit, "the mailbox has no room for another named property");
  const auto id =
      db_.names_by_id.empty() ? kFirstNamedId : static_cast<mapi::PropId>(db_.names_by_id.rbegin()->first + 1);
  OXB_TRY(auto st, db_.sql().prepare("INSERT INTO name(id, property_set, lid, name) VALUES(?,?,?,?)"));
  st.bind(1, static_cast<std::int64_t>(id)).bind(2, ByteView(name.set.bytes.data(), name.set.bytes.size()));
  if (const auto* text = std::get_if<std::string>(&name.id))
    st.bind_null(3).bind(4, *text);
  else
    st.bind(3, std::get<std::uint32_t>(name.id)).bind_null(4);
  OXB_CHECK(st.run());
  db_.ids_by_name.emplace(name, id);
  db_.names_by_id.emplace(id, std::move(name));
  db_.names_added.push_back(id);
  return id;
}

Result<> WriteTx::put_quarantine(FolderId folder, const RemoteId& remote, std::string reason) {
  OXB_TRY(auto st, db_.sql().prepare("INSERT INTO quarantine(folder, remote, reason, since) VALUES(?,?,?,?) "
                                     "ON CONFLICT(folder, remote) DO UPDATE SET reason=excluded.reason"));
  return st.bind(1, folder.value).bind(2, remote.value).bind(3, reason).bind(4, ticks(db_.clock().now())).run();
}
Result<> WriteTx::clear_quarantine(FolderId folder, const RemoteId& remote) {
  OXB_TRY(auto st, db_.sql().prepare("DELETE FROM quarantine WHERE folder=? AND remote=?"));
  return st.bind(1, folder.value).bind(2, remote.value).run();
}

Result<std::uint16_t> WriteTx::ensure_replid(const Guid& replica) {
  if (replica == db_.identity.replica) return std::uint16_t{1};
  const ByteView raw(replica.bytes.data(), replica.bytes.size());
  {
    OXB_TRY(auto st, db_.sql().prepare("SELECT id FROM replid WHERE guid=?"));
    st.bind(1, raw);
    OXB_TRY(const bool found, st.step());
    if (found) return static_cast<std::uint16_t>(st.i64(0));
  }
  std::int64_t next = 0;
  {
    OXB_TRY(auto st, db_.sql().prepare("SELECT COALESCE(MAX(id), 4) + 1 FROM replid"));
    OXB_TRY([[maybe_unused]] const bool found, st.step());
    next = st.i64(0);
  }
  if (next > 0xFFFE) return fail(Errc::limit, "the mailbox knows too many foreign replicas");
  OXB_TRY(auto st, db_.sql().prepare("INSERT INTO replid(id, guid) VALUES(?,?)"));
  OXB_CHECK(st.bind(1, next).bind(2, raw).run());
  return static_cast<std::uint16_t>(next);
}

Result<> WriteTx::set_note(const std::string& key, const std::string& value) {
  OXB_TRY(auto st, db_.sql().prepare(
                       "INSERT INTO note(key, value) VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value"));
  return st.bind(1, key).bind(2, value).run();
}

Result<> WriteTx::put_intent(const Intent& intent) {
  OXB_TRY(auto st, db_.sql().prepare("INSERT OR REPLACE INTO intent(token, kind, state, folder, message, "
                                     "old_folder, old, old_version, digest, made) VALUES(?,?,?,?,?,?,?,?,?,?)"));
  return st.bind(1, ByteView(intent.token.bytes))
      .bind(2, static_cast<std::int64_t>(intent.kind))
      .bind(3, static_cast<std::int64_t>(intent.state))
      .bind(4, intent.folder.value)
      .bind(5, intent.message.value)
      .bind(6, intent.old_folder.value)
      .bind(7, intent.old.value)
      .bind(8, intent.old_version)
      .bind(9, intent.digest)
      .bind(10, ticks(intent.made))
      .run();
}

Result<> WriteTx::remove_intent(const Guid& token) {
  OXB_TRY(auto st, db_.sql().prepare("DELETE FROM intent WHERE token=?"));
  return st.bind(1, ByteView(token.bytes)).run();
}

}  // namespace oxb::replica
