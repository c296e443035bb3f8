// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A Context over a real replica in a temporary file and a mailbox whose content the test gives as values, and a client
// that speaks to it in ROP buffers.
#include "net/event_loop.h"
#include "proto/mapi/recipient.h"
#include "proto/mapi/tags.h"
#include "proto/rop/buffer.h"
#include "proto/rop/rops.h"
#include "session/context.h"
#include "sync/skeleton.h"
#include "tests/session/replica_writer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <set>

namespace oxb::session {

namespace tag = mapi::tag;

// Everything stands in the replica; contents are handed out from a map, and what was asked of the backend is recorded.
class TestMailbox final : public sync::Mailbox {
 public:
  TestMailbox(Executor executor, const std::string& path);

  Executor executor() const override { return executor_; }
  const sync::Owner& owner() const override { return owner_; }
  replica::Replica& replica() override { return *replica_; }
  ReplicaWriter& writer() override { return writer_; }
  const directory::Installation& installation() const override { return installation_; }
  Task<Result<>> ensure_folders(Wait wait) override;
  Task<Result<>> ensure_contents(FolderId folder, Wait wait) override;
  Task<Result<>> ensure_address_book(Wait) override { co_return Result<>{}; }
  Task<Result<std::shared_ptr<const mapi::Content>>> content(MessageId message, Wait wait) override;
  Task<Result<>> set_read(std::vector<MessageId> messages, bool read, Wait wait) override;
  std::optional<std::string> address_of(std::string_view legacy_dn) override {
    const auto at = addresses.find(std::string(legacy_dn));
    return at == addresses.end() ? std::nullopt : std::optional(at->second);
  }
  Task<Result<>> refresh(Wait) override { co_return Result<>{}; }
  void post(std::vector<sync::MailboxEvent> events) override;
  void subscribe(sync::Listener& listener) override { listeners_.insert(&listener); }
  void unsubscribe(sync::Listener& listener) override { listeners_.erase(&listener); }

  std::map<MessageId, std::shared_ptr<const mapi::Content>> contents;
  std::vector<MessageId> fetched;
  std::vector<std::pair<MessageId, bool>> flagged;
  std::map<std::string, std::string> addresses;  // of the address book, by LegacyDN
  std::optional<Errc> trouble;                   // of the backend
  std::shared_ptr<net::Signal> hold;             // content() waits for it
  std::set<sync::Listener*> listeners_;

 private:
  Executor executor_;
  directory::Installation installation_{"test installation"};
  sync::Owner owner_;
  std::unique_ptr<replica::Replica> replica_;
  ReplicaWriter writer_{*this};
};

using Handles = std::vector<std::uint32_t>;

template <class Rop>
struct Outcome {
  EcCode code = EcCode::error;
  typename Rop::Response body{};
  std::uint32_t handle = rop::kNoHandle;  // at the output index
  const typename Rop::Response* operator->() const { return &body; }
};

class Client {
 public:
  Client(net::EventLoop& loop, std::shared_ptr<Context> context) : loop_(loop), context_(std::move(context)) {}

  // Sends ROPs that refer to those handles.
  Result<rop::ResponseBuffer> send(const std::vector<rop::RopRequest>& rops, Handles handles,
                                   std::uint32_t max_out = 0x8000);
  Result<Bytes> send_bytes(const Bytes& bytes, std::uint32_t max_out = 0x8000);

  // One ROP: its input (or source) handle is at index 0, its output (or destination) at index 1.
  template <class Rop>
  Outcome<Rop> call(typename Rop::Request request, std::uint32_t input = rop::kNoHandle, std::uint32_t max_out = 0x8000,
                    std::uint32_t destination = rop::kNoHandle) {
    if constexpr (requires { request.input; }) request.input = 0;
    if constexpr (requires { request.output; }) request.output = 1;
    if constexpr (requires { request.response; }) request.response = 1;
    if constexpr (requires { request.source; }) request.source = 0;
    if constexpr (requires { request.destination; }) request.destination = 1;
    const auto answer = send({rop::RopRequest::of<Rop>(logon_id, std::move(request))}, {input, destination}, max_out);
    Outcome<Rop> out;
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().what);
    if (!answer || answer->rops.empty()) return out;
    const auto& response = answer->rops[0];
    EXPECT_EQ(response.id, Rop::kId);
    out.code = response.code;
    if (const auto* body = response.body.template get<typename Rop::Response>()) out.body = *body;
    out.handle = answer->handles[1];
    return out;
  }
  // One ROP from one object to another.
  template <class Rop>
  Outcome<Rop> transfer(typename Rop::Request request, std::uint32_t source, std::uint32_t destination) {
    return call<Rop>(std::move(request), source, 0x8000, destination);
  }
  void release(std::uint32_t handle);

  // ---- short ways ----
  rop::Logon::Response log_on(std::string essdn);
  std::uint32_t open_folder(FolderId folder);
  std::uint32_t hierarchy(FolderId folder, std::uint8_t flags = 0);
  std::uint32_t contents(FolderId folder, std::uint8_t flags = 0);
  void set_columns(std::uint32_t table, std::vector<mapi::PropTag> columns);
  void sort(std::uint32_t table, std::vector<mapi::SortOrder> orders, std::uint16_t categories = 0,
            std::uint16_t expanded = 0);
  EcCode restrict(std::uint32_t table, mapi::Restriction restriction);
  std::vector<mapi::PropertyRow> rows(std::uint32_t table, std::uint16_t count = 0xFFFF, bool forward = true,
                                      std::uint32_t max_out = 0x8000);
  // The first column of all rows as text.
  std::vector<std::string> texts(std::uint32_t table);
  std::uint32_t open_message(FolderId folder, MessageId message, std::uint8_t mode = 3);
  std::vector<mapi::PropertyValue> get(std::uint32_t object, std::vector<mapi::PropTag> tags, std::uint16_t limit = 0);
  mapi::PropertyValue get(std::uint32_t object, mapi::PropTag tag) { return get(object, std::vector{tag})[0]; }
  EcCode set(std::uint32_t object, std::vector<mapi::Property> properties);
  std::uint32_t create_message(FolderId folder, bool associated = false);
  Outcome<rop::SaveChangesMessage> save(std::uint32_t message,
                                        std::uint8_t flags = rop::SaveChangesMessage::kKeepOpenReadWrite);
  EcCode add_recipient(std::uint32_t message, std::uint32_t row_id, std::string name, std::string address,
                       std::uint8_t type = 1);
  // Opened with a mode of RopOpenStream, written, committed, released.
  EcCode write_stream(std::uint32_t object, mapi::PropTag tag, ByteView bytes, std::uint8_t mode = 2);
  Bytes read_stream(std::uint32_t object, mapi::PropTag tag);
  std::uint32_t subscribe(std::uint16_t types);
  // Notifications since the last call; an empty request fetches what waits.
  std::vector<rop::Notify::Response> notifications();
  bool wait_for_events(std::chrono::milliseconds time);

  std::uint8_t logon_id = 0;
  std::uint32_t logon = rop::kNoHandle;
  const std::shared_ptr<Context>& context() const { return context_; }
  std::map<std::uint32_t, std::shared_ptr<const mapi::Columns>> columns;

 private:
  net::EventLoop& loop_;
  std::shared_ptr<Context> context_;
  std::vector<rop::Notify::Response> notifications_;
};

class SessionTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  Client connect(ContextLimits limits = {});  // a second session of the mailbox, logged on
  FolderId special(replica::Special which);
  // Runs on the mailbox's queue.
  void on_queue(std::function<void()> fn);
  template <class F>
  void write(F fn) {
    on_queue([&] {
      const auto status = mailbox->replica().write(fn);
      ASSERT_TRUE(status) << status.error().what;
    });
  }
  FolderId add_folder(FolderId parent, std::string name, replica::Source source = replica::Source::local);
  void set_rights(FolderId folder, std::uint32_t rights);
  std::optional<replica::MessageRow> row_of(MessageId message);
  std::optional<replica::FolderRow> row_of(FolderId folder);
  std::shared_ptr<const mapi::Content> stored(MessageId message);  // what the writer has of it
  struct Mail {
    std::string subject = "Subject";
    std::string sender = "Somebody";
    int minute = 0;  // of its delivery time
    bool read = true;
    mapi::PropertyBag more;
    std::optional<mapi::Content> content;
  };
  MessageId add_mail(FolderId folder, Mail mail);                          // silently
  MessageId deliver(FolderId folder, Mail mail);                           // with its events
  void change(MessageId message, const std::vector<mapi::Property>& set);  // with its event
  void remove(MessageId message);                                          // with its event
  void post(sync::MailboxEvent event);
  static mapi::FileTime time_of(int minute);

  net::EventLoop loop{2};
  std::string path;
  std::shared_ptr<TestMailbox> mailbox;
  std::unique_ptr<Client> client;
  FolderId inbox;
};

std::string text(const mapi::PropertyValue& value);
std::uint32_t error_of(const mapi::PropertyValue& value);
inline constexpr auto kNotFound = static_cast<std::uint32_t>(EcCode::not_found);
inline constexpr auto kTooLarge = static_cast<std::uint32_t>(EcCode::not_enough_memory);
template <class T>
T as(const mapi::PropertyValue& value) {
  const auto* x = std::get_if<T>(&value);
  EXPECT_NE(x, nullptr) << "holds alternative " << value.index();
  return x != nullptr ? *x : T{};
}

}  // namespace oxb::session
