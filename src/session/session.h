// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The Context that clients talk to: handle table, logons, notification queue. Everything but the public calls runs on
// the mailbox's queue.
#include "net/event.h"
#include "proto/rop/buffer.h"
#include "proto/rop/notification.h"
#include "session/call.h"
#include "session/context.h"
#include "session/objects.h"
#include "session/stream.h"
#include "session/table.h"

#include <atomic>
#include <deque>
#include <map>

namespace oxb::session {

// A code page for PtypString8: the asked one where text can be converted to it byte by byte.
std::uint32_t usable_code_page(std::uint32_t asked, std::uint32_t otherwise);

class Session final : public Context, public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<sync::Mailbox> mailbox, ContextLimits limits, ClientSettings client);
  ~Session() override;
  Session(const Session&) = delete;
  void start();

  Task<Result<Bytes>> execute(ByteView rop_buffer, std::uint32_t max_out, Wait wait) override;
  Task<bool> wait_for_events(Wait wait) override;
  const sync::Mailbox& mailbox() const override { return *mailbox_; }
  void close() override;

  // ---- for handlers and Call, on the mailbox's queue ----
  std::shared_ptr<const Store> store() const { return store_; }
  std::uint32_t code_page() const { return client_.code_page; }
  std::uint32_t locale() const { return client_.locale; }
  std::shared_ptr<Object> find(Handle handle) const;
  Result<Handle> add(std::shared_ptr<Object> object);
  void drop(Handle handle);
  // Bytes that streams open for writing and unsaved changes may still take.
  std::size_t write_room() const;
  const std::shared_ptr<std::size_t>& unsaved_bytes() const { return unsaved_bytes_; }
  const ContextLimits& limits() const { return limits_; }
  // A logon under an id that is in use replaces the old one with all its objects [MS-OXCROPS] 3.1.4.2.
  void put_logon(const std::shared_ptr<Logon>& logon);
  void on_events(std::span<const sync::MailboxEvent> events);
  void tell_search_complete(FolderId folder);

 private:
  class Sink;
  struct Queued {
    rop::Notify::Response notify;
  };

  static Task<Result<Bytes>> run(std::shared_ptr<Session> self, Bytes rop_buffer, std::uint32_t max_out, Wait wait);
  Task<Result<Bytes>> run_all(const rop::RequestBuffer& buffer, std::uint32_t max_out, Wait wait);
  Task<void> release(std::vector<Handle>& handles, const rop::RopRequest& request, const Wait& wait);
  void undo(const Call& call, std::vector<Handle>& handles, const std::vector<Handle>& before);
  Result<> append_notifications(rop::ResponseWriter& writer);
  void drop_all();

  // events.cc
  void notify_objects(std::span<const sync::MailboxEvent> events);
  void notify_folder_counts(replica::ReadTx& tx, std::span<const sync::MailboxEvent> events);
  void notify_tables(replica::ReadTx& tx, std::span<const sync::MailboxEvent> events);
  void notify_table(replica::ReadTx& tx, Table& table, const std::vector<RowKey>& keys);
  void push_row(replica::ReadTx& tx, Table& table, const View::Change& change);
  void push_table_changed(Table& table);
  void push_object(const Subscription& subscription, rop::NotificationData data);
  bool push(Handle handle, std::uint8_t logon, rop::NotificationData data);

  std::shared_ptr<sync::Mailbox> mailbox_;
  std::shared_ptr<const Store> store_;
  ContextLimits limits_;
  ClientSettings client_;
  std::shared_ptr<Sink> sink_;
  bool is_busy_ = false;
  bool is_closed_ = false;
  Handle next_handle_ = 1;
  std::map<Handle, std::shared_ptr<Object>> objects_;
  std::map<Handle, Table*> tables_;
  std::map<Handle, Stream*> streams_;
  std::map<Handle, Subscription*> subscriptions_;
  std::map<std::uint8_t, std::shared_ptr<Logon>> logons_;
  std::shared_ptr<std::size_t> unsaved_bytes_ = std::make_shared<std::size_t>(0);
  std::deque<Queued> queue_;
  bool has_lost_ = false;                 // some table waits for its TableChanged
  std::atomic<bool> has_events_ = false;  // read by waiters on other threads
  net::AsyncEvent event_;
};

}  // namespace oxb::session
