// SPDX-License-Identifier: GPL-3.0-or-later
// Read state and status bits of messages [MS-OXCMSG] 2.2.3.8 - 2.2.3.11.
#include "proto/mapi/tags.h"
#include "session/rops/handlers.h"
#include "session/rops/lookup.h"
#include "session/session.h"

namespace oxb::session {
namespace {

namespace tag = mapi::tag;
using replica::ContentsKind;
using Event = sync::MailboxEvent;

struct ReadChange {
  std::vector<MessageId> remote, local;
  std::vector<Event> events;
};

// Sets the read state where it differs: in the backend first, or here for what is only here.
Task<Answer<void>> set_read(Call& call, std::vector<replica::MessageRow> rows, bool read) {
  ReadChange change;
  for (const auto& row : rows) {
    if (row.read == read) continue;
    if (row.kind == ContentsKind::associated) {
      change.local.push_back(row.id);
      change.events.push_back(event_of(row, Event::Kind::message_modified));
    } else {
      change.remote.push_back(row.id);
    }
  }
  if (!change.local.empty()) {
    OXB_CO_CHECK(call.replica().write([&](replica::WriteTx& tx) -> Result<> {
      for (const auto id : change.local) OXB_CHECK(tx.set_read(id, read));
      return {};
    }));
    call.mailbox().post(std::move(change.events));
  }
  if (!change.remote.empty())
    OXB_CO_CHECK(co_await call.mailbox().set_read(std::move(change.remote), read, call.wait()));
  co_return Answer<void>{};
}

// Receipts that flags say shall not be sent any more [MS-OXCMSG] 2.2.3.10.1. No receipt is sent from here in any case:
// clients ask what a message says of them. Generating one is left to the client as well.
struct Receipts {
  mapi::PropTag asked;
  std::int32_t flag;  // in PidTagMessageFlags
};
std::vector<Receipts> dropped_receipts(std::uint8_t flags) {
  constexpr std::int32_t kNotifyRead = 0x100, kNotifyUnread = 0x200;
  std::vector<Receipts> out;
  if ((flags & rop::kReadFlagClearNotifyRead) != 0) out.push_back({tag::kReadReceiptRequested, kNotifyRead});
  if ((flags & rop::kReadFlagClearNotifyUnread) != 0)
    out.push_back({tag::kNonReceiptNotificationRequested, kNotifyUnread});
  return out;
}

// What changes on one message.
std::vector<mapi::Property> without_receipts(const replica::MessageRow& row, const std::vector<Receipts>& dropped) {
  std::vector<mapi::Property> out;
  const auto* had = row.properties.get<std::int32_t>(tag::kMessageFlags);
  auto flags = had != nullptr ? *had : 0;
  for (const auto& one : dropped) {
    const auto* asked = row.properties.get<bool>(one.asked);
    if (asked != nullptr && *asked) out.push_back({one.asked, false});
    flags &= ~one.flag;
  }
  if (had != nullptr && flags != *had) out.push_back({tag::kMessageFlags, flags});
  return out;
}

Answer<void> drop_receipts(Call& call, const std::vector<MessageId>& messages, std::uint8_t flags) {
  const auto dropped = dropped_receipts(flags);
  if (dropped.empty() || messages.empty()) return {};
  std::vector<Event> events;
  OXB_CHECK(call.replica().write([&](replica::WriteTx& tx) -> Result<> {
    for (const auto id : messages) {
      OXB_TRY(const auto row, tx.message(id));
      if (!row) continue;
      const auto set = without_receipts(*row, dropped);
      if (set.empty()) continue;
      OXB_CHECK(tx.set_message_properties(id, set, {}));
      events.push_back(event_of(*row, Event::Kind::message_modified));
    }
    return {};
  }));
  if (!events.empty()) call.mailbox().post(std::move(events));
  return {};
}

// nullopt: the flags ask for nothing that changes the read state.
std::optional<bool> wanted_read_state(std::uint8_t flags) {
  if ((flags & rop::kReadFlagClear) != 0) return false;
  if ((flags & (rop::kReadFlagGenerateReceiptOnly | rop::kReadFlagClearNotifyRead | rop::kReadFlagClearNotifyUnread)) !=
      0)
    return std::nullopt;
  return true;
}

}  // namespace

Reply<rop::GetMessageStatus> handle(Of<rop::GetMessageStatus>, Call& call,
                                    const rop::GetMessageStatus::Request& request) {
  OXB_CO_TRY(const auto folder, call.object<Folder>(request.input));
  OXB_CO_TRY(const auto row, message_row(call, request.message));
  const auto* status = row.properties.get<std::int32_t>(tag::kMessageStatus);
  co_return rop::MessageStatus{static_cast<std::uint32_t>(status != nullptr ? *status : 0)};
}

// Kept in the replica: no backend has such bits.
Reply<rop::SetMessageStatus> handle(Of<rop::SetMessageStatus>, Call& call,
                                    const rop::SetMessageStatus::Request& request) {
  OXB_CO_TRY(const auto folder, call.object<Folder>(request.input));
  OXB_CO_TRY(const auto row, message_row(call, request.message));
  const auto* had = row.properties.get<std::int32_t>(tag::kMessageStatus);
  const auto old = static_cast<std::uint32_t>(had != nullptr ? *had : 0);
  const auto status = (old & ~request.mask) | (request.flags & request.mask);
  if (status != old) {
    const mapi::Property property{tag::kMessageStatus, static_cast<std::int32_t>(status)};
    OXB_CO_CHECK(
        call.replica().write([&](replica::WriteTx& tx) { return tx.set_message_properties(row.id, {property}, {}); }));
    call.mailbox().post({event_of(row, Event::Kind::message_modified)});
  }
  co_return rop::MessageStatus{old};
}

Reply<rop::SetReadFlags> handle(Of<rop::SetReadFlags>, Call& call, const rop::SetReadFlags::Request& request) {
  OXB_CO_TRY(const auto folder, call.object<Folder>(request.input));
  std::vector<MessageId> named;
  for (const auto id : request.messages)
    if (id.is_own()) named.push_back(id.message());
  if (request.messages.empty() && !dropped_receipts(request.flags).empty()) {
    OXB_CO_TRY(named, call.replica().read([&](replica::ReadTx& tx) {
      return tx.message_ids(folder->id, ContentsKind::normal, replica::SortKey::id, replica::ReadTx::Order::ascending);
    }));
  }
  OXB_CO_CHECK(drop_receipts(call, named, request.flags));
  const auto wanted = wanted_read_state(request.flags);
  if (!wanted) co_return rop::PartialCompletion{};
  OXB_CO_TRY(auto rows, call.replica().read([&](replica::ReadTx& tx) -> Result<std::vector<replica::MessageRow>> {
    std::vector<replica::MessageRow> out;
    const auto keep = [&](const replica::MessageRow& row) {
      if (row.read == *wanted) return;
      replica::MessageRow slim;
      slim.id = row.id;
      slim.folder = row.folder;
      slim.kind = row.kind;
      slim.read = row.read;
      out.push_back(std::move(slim));
    };
    if (request.messages.empty()) {
      OXB_CHECK(tx.for_each_message(folder->id, ContentsKind::normal, keep));
      return out;
    }
    for (const auto id : request.messages) {
      if (!id.is_own()) continue;
      OXB_TRY(const auto row, tx.message(id.message()));
      if (row) keep(*row);  // what was moved away or deleted meanwhile is not an error
    }
    return out;
  }));
  OXB_CO_CHECK(co_await set_read(call, std::move(rows), *wanted));
  co_return rop::PartialCompletion{};
}

Reply<rop::SetMessageReadFlag> handle(Of<rop::SetMessageReadFlag>, Call& call,
                                      const rop::SetMessageReadFlag::Request& request) {
  OXB_CO_TRY(const auto message, call.object<Message>(request.input));
  if (message->row.id.value != 0) {
    OXB_CO_TRY(const auto before, message_row(call, mapi::Eid::of(message->row.id)));
    OXB_CO_CHECK(drop_receipts(call, {before.id}, request.flags));
    OXB_CO_TRY(const auto after, message_row(call, mapi::Eid::of(before.id)));
    // The object's own doing is no conflict for its next save.
    if (message->row.change == before.change) message->row.change = after.change;
  }
  const auto wanted = wanted_read_state(request.flags);
  if (wanted && message->row.id.value != 0) {
    OXB_CO_TRY(auto row, call.replica().read([&](replica::ReadTx& tx) { return tx.message(message->row.id); }));
    if (row && row->read != *wanted) {
      std::vector<replica::MessageRow> rows;
      rows.push_back(*std::move(row));
      OXB_CO_CHECK(co_await set_read(call, std::move(rows), *wanted));
    }
    message->row.read = *wanted;
  }
  co_return rop::SetMessageReadFlag::Response{};  // only public folders tell whether something changed
}

}  // namespace oxb::session
