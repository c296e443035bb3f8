// SPDX-License-Identifier: GPL-3.0-or-later
#include "sync/read_ahead.h"

#include "base/log.h"
#include "net/event_loop.h"
#include "sync/mailbox_impl.h"

#include <charconv>

namespace oxb::sync {

std::optional<ReadAhead::Plan> ReadAhead::opened(MessageId id, bool cached) {
  if (id.value == 0) return std::nullopt;
  if (id == mark_) {
    mark_ = {};
    batch_ = std::min(2 * batch_, kLargestBatch);
    return Plan{end_, order_, batch_};
  }
  if (cached || (id != older_ && id != newer_)) return std::nullopt;
  order_ = id == older_ ? Order::descending : Order::ascending;
  batch_ = kFirstBatch;
  return Plan{id, order_, batch_};
}

void ReadAhead::planned(const Plan& plan, const std::vector<replica::ReadTx::Neighbour>& following) {
  older_ = newer_ = {};
  mark_ = following.empty() ? MessageId{} : following.front().id;
  end_ = following.empty() ? plan.from : following.back().id;
}

void ReadAhead::looked_around(MessageId older, MessageId newer) {
  older_ = older;
  newer_ = newer;
}

std::vector<MessageId> ReadAhead::wanted(const std::vector<replica::ReadTx::Neighbour>& following) {
  std::vector<MessageId> out;
  std::uint64_t bytes = 0;
  for (const auto& mail : following) {
    if (mail.cached || mail.size > kLargestMail) continue;
    bytes += mail.size;
    if (bytes > kLargestBytes) break;
    out.push_back(mail.id);
  }
  return out;
}

// On the mailbox's queue, when a mail is opened; at most two indexed look-ups.
void MailboxImpl::note_opened(MessageId message, bool cached) {
  if (refused_) return;
  const auto plan = read_ahead_.opened(message, cached);
  if (!plan && cached) return;
  const auto neighbours = [&](MessageId of, ReadAhead::Order order, std::size_t count) {
    auto found = parts_.replica->read([&](replica::ReadTx& tx) { return tx.neighbours(of, order, count); });
    return found ? *std::move(found) : std::vector<replica::ReadTx::Neighbour>();
  };
  if (!plan) {
    const auto side = [&](ReadAhead::Order order) {
      const auto found = neighbours(message, order, 1);
      return found.empty() ? MessageId{} : found.front().id;
    };
    read_ahead_.looked_around(side(ReadAhead::Order::descending), side(ReadAhead::Order::ascending));
    return;
  }
  const auto following = neighbours(plan->from, plan->order, plan->count);
  read_ahead_.planned(*plan, following);
  auto ids = ReadAhead::wanted(following);
  std::erase_if(ids, [&](MessageId id) { return fetching_.contains(id); });
  if (ids.empty()) return;
  fetching_.insert(ids.begin(), ids.end());
  net::spawn(parts_.strand, fetch_ahead(weak_from_this(), std::move(ids)));
}

Task<void> MailboxImpl::fetch_ahead(std::weak_ptr<MailboxImpl> weak, std::vector<MessageId> ids) {
  const auto self = weak.lock();
  if (!self) co_return;
  // What a client waits for goes first.
  co_await boost::asio::post(self->parts_.strand, boost::asio::use_awaitable);
  if (const auto done = co_await self->fetch_batch(ids); !done) self->noticed(done.error(), "pull.read_ahead");
  for (const auto id : ids) self->fetching_.erase(id);
  self->progress_.notify_all();
}

Task<Result<>> MailboxImpl::fetch_batch(std::vector<MessageId> ids) {
  constexpr std::size_t kAtOnce = 8;  // the queue is free for others in between
  OXB_CO_TRY(const auto found, parts_.replica->read([&](replica::ReadTx& tx) { return tx.messages(ids); }));
  std::vector<replica::MessageRow> rows;
  std::vector<std::uint32_t> uids;
  for (const auto& row : found) {
    std::uint32_t uid = 0;
    const auto& text = row.remote.value;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), uid);
    if (error != std::errc() || end != text.data() + text.size() || row.folder != found.front().folder) continue;
    rows.push_back(row);
    uids.push_back(uid);
  }
  if (rows.empty()) co_return Result<>{};
  const auto folder_id = rows.front().folder;
  OXB_CO_TRY(const auto folder, parts_.replica->read([&](replica::ReadTx& tx) { return tx.folder(folder_id); }));
  if (!folder || folder->source != replica::Source::mail) co_return Result<>{};
  OXB_CO_TRY(const auto raw, co_await parts_.account->mail().messages(folder->remote, std::move(uids), backend_wait()));
  if (raw.size() != rows.size()) co_return fail(Errc::internal, "the mail store answered for another number of mails");
  const auto context = convert_context();
  for (std::size_t first = 0; first < rows.size(); first += kAtOnce) {
    const auto end = std::min(rows.size(), first + kAtOnce);
    const auto contents = co_await net::run_on_cpu(parts_.cpu, [&] {
      std::vector<std::optional<mapi::Content>> made(end - first);
      for (auto i = first; i < end; ++i) {
        if (!raw[i]) continue;  // gone meanwhile: whoever opens it is told so
        if (auto content = convert_mail(*raw[i], rows[i], context)) made[i - first] = *std::move(content);
      }
      return made;
    });
    OXB_CO_CHECK(parts_.replica->write([&](replica::WriteTx& tx) -> Result<> {
      for (auto i = first; i < end; ++i) {
        const auto& content = contents[i - first];
        OXB_TRY(const auto now, tx.message(rows[i].id));
        if (!content || !now || now->remote != rows[i].remote || now->remote_version != rows[i].remote_version)
          continue;
        OXB_CHECK(tx.put_content(rows[i].id, *content));
      }
      return {};
    }));
    for (auto i = first; i < end; ++i) fetching_.erase(rows[i].id);
    progress_.notify_all();
  }
  co_return Result<>{};
}

}  // namespace oxb::sync
