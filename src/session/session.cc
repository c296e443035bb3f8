// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session.h"

#include "base/text.h"
#include "session/dispatch.h"
#include "session/properties.h"
#include "session/stream.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>

namespace oxb::session {
namespace {

namespace asio = boost::asio;

constexpr std::uint32_t kMostOut = 0x8000;  // one payload of the extended buffer [MS-OXCRPC] 2.2.2.1
constexpr std::size_t kResponseHeader = 6;  // RopId, handle index, return value
constexpr std::size_t kTooSmallHeader = 3;  // RopBufferTooSmall without the requests
constexpr std::size_t kShortAnswer = 48;
constexpr std::size_t kMostHandlesInBuffer = 4096;

constexpr std::uint32_t kWesternCodePage = 1252;

}  // namespace

std::uint32_t usable_code_page(std::uint32_t asked, std::uint32_t otherwise) {
  constexpr std::array kWide = {1200U, 1201U, 12000U, 12001U};  // UTF-16 and UTF-32 hold NULs
  if (std::find(kWide.begin(), kWide.end(), asked) != kWide.end()) return otherwise;
  return code_page_from_utf8("a", asked) ? asked : otherwise;
}

// The mailbox's listener outlives its session until the queue has run the unsubscription.
class Session::Sink final : public sync::Listener {
 public:
  explicit Sink(std::weak_ptr<Session> session) : session_(std::move(session)) {}
  void on_events(std::span<const sync::MailboxEvent> events) override {
    if (const auto session = session_.lock()) session->on_events(events);
  }

 private:
  std::weak_ptr<Session> session_;
};

std::shared_ptr<Context> Context::create(std::shared_ptr<sync::Mailbox> mailbox, ContextLimits limits,
                                         ClientSettings client) {
  auto session = std::make_shared<Session>(std::move(mailbox), limits, client);
  session->start();
  return session;
}

Session::Session(std::shared_ptr<sync::Mailbox> mailbox, ContextLimits limits, ClientSettings client)
    : mailbox_(std::move(mailbox)), store_(std::make_shared<Store>(*mailbox_)), limits_(limits), client_(client) {
  client_.code_page = usable_code_page(client_.code_page, kWesternCodePage);
}

void Session::start() {
  sink_ = std::make_shared<Sink>(weak_from_this());
  asio::post(mailbox_->executor(), [mailbox = mailbox_, sink = sink_] { mailbox->subscribe(*sink); });
}

Session::~Session() {
  if (sink_) asio::post(mailbox_->executor(), [mailbox = mailbox_, sink = sink_] { mailbox->unsubscribe(*sink); });
}

Task<Result<Bytes>> Session::execute(ByteView rop_buffer, std::uint32_t max_out, Wait wait) {
  const auto executor = mailbox_->executor();
  auto work = run(shared_from_this(), Bytes(rop_buffer.begin(), rop_buffer.end()), max_out, std::move(wait));
  co_return co_await asio::co_spawn(executor, std::move(work), asio::use_awaitable);
}

Task<bool> Session::wait_for_events(Wait wait) {
  const auto self = shared_from_this();
  for (;;) {
    const auto seen = event_.generation();
    if (has_events_) co_return true;
    if (!co_await event_.wait_after(seen, wait)) co_return has_events_.load();
  }
}

void Session::close() {
  asio::post(mailbox_->executor(), [self = shared_from_this()] {
    self->is_closed_ = true;
    if (!self->is_busy_) self->drop_all();
  });
}

void Session::drop_all() {
  tables_.clear();
  streams_.clear();
  subscriptions_.clear();
  logons_.clear();
  objects_.clear();
  queue_.clear();
  has_events_ = false;
}

std::shared_ptr<Object> Session::find(Handle handle) const {
  const auto at = objects_.find(handle);
  return at == objects_.end() ? nullptr : at->second;
}

Result<Handle> Session::add(std::shared_ptr<Object> object) {
  if (objects_.size() >= limits_.handles) return fail(Errc::limit, "too many open objects");
  auto* table = dynamic_cast<Table*>(object.get());
  auto* stream = dynamic_cast<Stream*>(object.get());
  if (table != nullptr && tables_.size() >= limits_.tables) return fail(Errc::limit, "too many open tables");
  if (stream != nullptr && streams_.size() >= limits_.streams) return fail(Errc::limit, "too many open streams");
  while (next_handle_ == 0 || next_handle_ == kNoHandle || objects_.contains(next_handle_)) ++next_handle_;
  const auto handle = next_handle_++;
  object->handle = handle;
  if (table != nullptr) tables_[handle] = table;
  if (stream != nullptr) streams_[handle] = stream;
  if (auto* subscription = dynamic_cast<Subscription*>(object.get())) subscriptions_[handle] = subscription;
  objects_[handle] = std::move(object);
  return handle;
}

std::size_t Session::write_room() const {
  std::size_t used = *unsaved_bytes_;
  for (const auto& [handle, stream] : streams_)
    if (stream->writable) used += stream->bytes().size();
  return used < limits_.written_bytes ? limits_.written_bytes - used : 0;
}

void Session::drop(Handle handle) {
  tables_.erase(handle);
  streams_.erase(handle);
  subscriptions_.erase(handle);
  const auto at = objects_.find(handle);
  if (at == objects_.end()) return;
  std::erase_if(logons_, [&](const auto& entry) { return entry.second == at->second; });
  objects_.erase(at);
}

void Session::put_logon(const std::shared_ptr<Logon>& logon) {
  if (const auto old = logons_.find(logon->id); old != logons_.end()) {
    const auto replaced = old->second;
    std::vector<Handle> gone;
    for (const auto& [handle, object] : objects_)
      if (object == replaced || object->logon == replaced) gone.push_back(handle);
    for (const auto handle : gone) drop(handle);
  }
  logons_[logon->id] = logon;
}

Task<Result<Bytes>> Session::run(std::shared_ptr<Session> self, Bytes rop_buffer, std::uint32_t max_out, Wait wait) {
  if (self->is_closed_) co_return fail(Errc::cancelled, "session is closed");
  if (self->is_busy_) co_return fail(Errc::conflict, "session is busy with another request");
  if (rop_buffer.size() > self->limits_.request_bytes) co_return fail(Errc::malformed, "request too large");
  auto buffer = rop::parse_request_buffer(rop_buffer);
  if (!buffer) co_return fail(Errc::malformed, std::move(buffer.error().what));
  if (buffer->handles.size() > kMostHandlesInBuffer) co_return fail(Errc::malformed, "handle table too large");
  self->is_busy_ = true;
  auto result = co_await self->run_all(*buffer, max_out, std::move(wait));
  self->is_busy_ = false;
  if (self->is_closed_) self->drop_all();
  co_return result;
}

Task<Result<Bytes>> Session::run_all(const rop::RequestBuffer& buffer, std::uint32_t max_out, Wait wait) {
  auto handles = buffer.handles;
  const auto limit = std::min(max_out, kMostOut);
  rop::ResponseWriter writer(limit, handles.size());
  bool is_cut = false;
  for (std::size_t i = 0; i < buffer.rops.size() && !is_cut; ++i) {
    const auto& request = buffer.rops[i];
    if (request.id() == rop::Release::kId) {
      co_await release(handles, request, wait);
      continue;
    }
    // What does not fit is given back to the client, for which the answers before must leave room.
    std::size_t reserve = 0;
    if (i + 1 < buffer.rops.size()) reserve = kTooSmallHeader + buffer.from(i + 1).size();
    if (reserve > writer.room() / 2) reserve = 0;
    const auto room = writer.room() - reserve;
    // A ROP whose answer does not fit is sent again. What changes something must not be done twice; all such answers
    // are short.
    if (!writer.empty() && room < kShortAnswer && kTooSmallHeader + buffer.from(i).size() <= writer.room()) {
      is_cut = true;
      OXB_CO_TRY(const bool added, writer.add_too_small(limit - writer.room() + kShortAnswer, buffer.from(i)));
      if (!added) co_return fail(Errc::internal, "requests do not fit the room that was left for them");
      continue;
    }
    const auto before = handles;
    Call call(*this, request.logon, handles, wait, room > kResponseHeader ? room - kResponseHeader : 0);
    const auto response = co_await dispatch(call, request);
    if (is_closed_) co_return fail(Errc::cancelled, "session was closed");
    OXB_CO_TRY(const auto bytes, rop::encode_response(response));
    const bool no_room = response.code == EcCode::buffer_too_small && !writer.empty();
    if (bytes.size() <= room && !no_room) {
      OXB_CO_TRY(const bool added, writer.add(response));
      if (!added) co_return fail(Errc::internal, "response does not fit the room that it was given");
      continue;
    }
    undo(call, handles, before);
    is_cut = true;
    const auto needed = no_room ? kMostOut : limit - writer.room() + bytes.size();
    OXB_CO_TRY(const bool added, writer.add_too_small(needed, buffer.from(i)));
    if (!added) co_return fail(Errc::limit, "answer does not fit the client's buffer");
  }
  if (!is_cut) OXB_CO_CHECK(append_notifications(writer));
  co_return std::move(writer).finish(handles);
}

Task<void> Session::release(std::vector<Handle>& handles, const rop::RopRequest& request, const Wait& wait) {
  if (request.input >= handles.size()) co_return;
  const auto handle = handles[request.input];
  if (const auto stream = std::dynamic_pointer_cast<Stream>(find(handle)); stream && stream->is_dirty) {
    // What was written and not thrown away counts, as if it had been committed [MS-OXCPRPT] 3.1.4.3. A release has no
    // answer: an error shows when the message is saved without the value.
    Call call(*this, request.logon, handles, wait, 0);
    static_cast<void>(co_await commit_stream(call, *stream));
  }
  drop(handle);
  handles[request.input] = kNoHandle;
}

void Session::undo(const Call& call, std::vector<Handle>& handles, const std::vector<Handle>& before) {
  for (const auto handle : call.opened()) drop(handle);
  handles = before;
}

Result<> Session::append_notifications(rop::ResponseWriter& writer) {
  constexpr std::size_t kPendingBytes = 3;
  while (!queue_.empty()) {
    const auto response = rop::RopResponse::from_server<rop::Notify>(queue_.front().notify);
    OXB_TRY(const auto bytes, rop::encode_response(response));
    const bool is_last = queue_.size() == 1;
    if (bytes.size() + (is_last ? 0 : kPendingBytes) > writer.room()) {
      OXB_TRY(const bool added, writer.add(rop::RopResponse::from_server<rop::Pending>({})));
      static_cast<void>(added);
      return {};
    }
    OXB_TRY(const bool added, writer.add(response));
    if (!added) break;
    queue_.pop_front();
    if (queue_.empty() && has_lost_) {
      has_lost_ = false;
      for (const auto& [handle, table] : tables_) {
        if (!table->is_lost) continue;
        table->is_lost = false;
        push_table_changed(*table);
      }
    }
  }
  has_events_ = !queue_.empty();
  return {};
}

// ---- Call ----

std::shared_ptr<Object> Call::find(rop::HandleIndex index) const {
  return index < table_.size() ? session_.find(table_[index]) : nullptr;
}

Result<> Call::open(rop::HandleIndex index, std::shared_ptr<Object> object) {
  if (index >= table_.size()) return fail(Errc::invalid, "no such handle index");
  OXB_TRY(const auto handle, session_.add(std::move(object)));
  table_[index] = handle;
  opened_.push_back(handle);
  return {};
}

const Store& Call::store() const { return *session_.store(); }
std::shared_ptr<const Store> Call::shared_store() const { return session_.store(); }

}  // namespace oxb::session
