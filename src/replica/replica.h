// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// One SQLite file per mailbox: ids, change numbers, tombstones, MAPI-only properties, caches. Owned by one mailbox
// actor and used from its queue only; no transaction is held across a wait.
#include "base/result.h"
#include "replica/rows.h"

#include <functional>
#include <memory>

namespace oxb::replica {

class Database;

// Reads see one consistent state. References returned are values; nothing stays valid by pointer.
class ReadTx {
 public:
  explicit ReadTx(Database& db) : db_(db) {}
  ReadTx(const ReadTx&) = delete;

  Identity identity() const;
  Result<std::optional<FolderRow>> folder(FolderId id);
  Result<FolderRow> special(Special which);  // not_found where the mailbox has none (yet)
  Result<std::optional<FolderRow>> folder_by_remote(Source source, const RemoteId& remote);
  enum class Depth : std::uint8_t { children, descendants };
  Result<std::vector<FolderRow>> folders_below(FolderId parent,
                                               Depth depth);  // ordered by name, parents before children
  Result<std::optional<MessageRow>> message(MessageId id);
  Result<std::vector<MessageRow>> messages(const std::vector<MessageId>& ids);  // missing ones are left out, order kept
  Result<std::optional<MessageId>> message_by_remote(FolderId folder, const RemoteId& remote);
  // All ids of a folder in order; ties by id. One indexed scan.
  enum class Order : std::uint8_t { ascending, descending };
  Result<std::vector<MessageId>> message_ids(FolderId folder, ContentsKind kind, SortKey key, Order order);
  // The mails next to one by date of receipt, the nearest first; ties by id.
  struct Neighbour {
    MessageId id;
    std::uint64_t size{};
    bool cached = false;  // content() has it
  };
  Result<std::vector<Neighbour>> neighbours(MessageId id, Order order, std::size_t count);
  Result<> for_each_message(FolderId folder, ContentsKind kind, const std::function<void(const MessageRow&)>& visit);
  struct RemoteState {
    MessageId id;
    RemoteId remote;
    std::string version;
  };
  Result<std::vector<RemoteState>> remote_states(FolderId folder);  // of all messages that have a remote id
  // The cached or local content with named properties under this mailbox's ids; nullptr where it must be fetched.
  Result<std::shared_ptr<const mapi::Content>> content(MessageId id);
  Result<mapi::PropertyBag> store_properties();
  Result<std::optional<mapi::PropId>> property_id(const mapi::PropertyName& name);
  Result<std::optional<mapi::PropertyName>> property_name(mapi::PropId id);
  Result<std::vector<std::pair<mapi::PropId, mapi::PropertyName>>> property_names();
  struct Quarantined {
    FolderId folder;
    RemoteId remote;
    std::string reason;
    Instant since;
  };
  Result<std::vector<Quarantined>> quarantine();
  Result<std::optional<Guid>> replica_guid_of(std::uint16_t replid);  // 1 is the own one
  Result<std::optional<std::string>> note(const std::string& key);    // small settings of sync and session
  Result<std::optional<Intent>> intent(const Guid& token);
  Result<std::vector<Intent>> intents();  // the oldest first

 protected:
  Database& db_;
};

// Changes are applied idempotently: creating what exists and deleting what is gone both succeed. Every visible change
// takes a new change number.
class WriteTx : public ReadTx {
 public:
  using ReadTx::ReadTx;

  // A new counter value for ids or change numbers; never handed out twice, whatever happens to this transaction.
  std::uint64_t next_counter();
  // A block of count consecutive counters for the client [MS-OXCFXICS] 2.2.3.2.4.7; returns the first.
  std::uint64_t reserve_counters(std::uint32_t count);

  // Inserts (id zero: a new one is given) or updates name, parent, class, rights, remote, counts ... A new change
  // number is taken only if something visible changed. position/listed/properties are kept on update unless set by the
  // calls below.
  struct PutFolder {
    FolderId id;
    enum class Outcome : std::uint8_t { unchanged, created, changed } outcome = Outcome::unchanged;
  };
  Result<PutFolder> put_folder(FolderRow row);
  Result<> set_folder_position(FolderId id, std::string position, bool listed);
  Result<> set_folder_counts(FolderId id, std::uint32_t total, std::uint32_t unread);  // before the folder is listed
  Result<> set_folder_properties(FolderId id, const std::vector<mapi::Property>& set,
                                 const std::vector<mapi::PropTag>& erase);
  Result<> remove_folder(FolderId id);  // with its messages and subfolders; leaves tombstones

  // Inserts (id zero) or updates. content, if given, replaces the cached one; its named properties are mapped to ids.
  struct MessageChange {
    MessageRow row;
    std::vector<mapi::NamedProperty> named;        // mapped to ids and merged into row.properties
    std::shared_ptr<const mapi::Content> content;  // may be null: fetch on demand
    bool keep_local_properties = true;             // what Outlook alone set survives a change from the backend
  };
  struct Put {
    MessageId id;
    enum class Outcome : std::uint8_t { unchanged, created, changed, read_changed } outcome = Outcome::unchanged;
  };
  Result<Put> put_message(MessageChange change);
  Result<> set_message_properties(MessageId id, const std::vector<mapi::Property>& set,
                                  const std::vector<mapi::PropTag>& erase);
  Result<bool> set_read(MessageId id, bool read);                            // true if it changed
  // Keeps the id; a new change number. version: that of what is there; as before where absent.
  Result<> move_message(MessageId id, FolderId to, const RemoteId& remote,
                        const std::optional<std::string>& version = {});
  Result<> remove_message(MessageId id);                                     // leaves a tombstone
  // Caches a fetched content under the row's current remote_version, within the mailbox's cache limit.
  Result<std::shared_ptr<const mapi::Content>> put_content(MessageId id, const mapi::Content& content);

  Result<> set_store_properties(const std::vector<mapi::Property>& set, const std::vector<mapi::PropTag>& erase);
  // Existing id or a new one (0x8001 ...). limit: more than 32767 names.
  Result<mapi::PropId> ensure_property_id(const mapi::PropertyName& name);
  Result<> put_quarantine(FolderId folder, const RemoteId& remote, std::string reason);
  Result<> clear_quarantine(FolderId folder, const RemoteId& remote);
  Result<std::uint16_t> ensure_replid(const Guid& replica);
  Result<> set_note(const std::string& key, const std::string& value);
  Result<> put_intent(const Intent& intent);  // inserts or updates
  Result<> remove_intent(const Guid& token);
};

class Replica {
 public:
  struct Options {
    std::uint64_t content_cache_bytes = 512ULL << 20;
    const Clock* clock = &system_clock();
  };
  // Opens or creates the file (mode 0600). A newer schema is refused (unsupported); a damaged file is internal, with
  // its path.
  static Result<std::unique_ptr<Replica>> open(const std::string& path, Options options);
  ~Replica();

  // fn returns Result<X>; an error rolls a write back and is passed on.
  template <class F>
  auto read(F&& fn) -> decltype(fn(std::declval<ReadTx&>())) {
    OXB_CHECK(begin_read());
    ReadTx tx(*db_);
    auto result = fn(tx);
    end_read();
    return result;
  }
  template <class F>
  auto write(F&& fn) -> decltype(fn(std::declval<WriteTx&>())) {
    OXB_CHECK(begin_write());
    WriteTx tx(*db_);
    auto result = fn(tx);
    if (!result) {
      roll_back();
      return result;
    }
    OXB_CHECK(commit());
    return result;
  }
  Identity identity() const;

 private:
  explicit Replica(std::unique_ptr<Database> db);
  Result<> begin_read();
  void end_read();
  Result<> begin_write();
  Result<> commit();
  void roll_back();
  std::unique_ptr<Database> db_;
};

}  // namespace oxb::replica
