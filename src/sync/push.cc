// SPDX-License-Identifier: GPL-3.0-or-later
#include "sync/push.h"

#include "base/log.h"
#include "convert/message_flags.h"
#include "net/event_loop.h"
#include "proto/mapi/tags.h"
#include "proto/mapi/value.h"
#include "sync/changes.h"
#include "sync/mailbox_impl.h"
#include "sync/upload.h"

namespace oxb::sync {

using Kind = MailboxEvent::Kind;
using replica::ContentsKind;
using replica::FolderRow;
using replica::MessageRow;
using replica::ReadTx;
using replica::Source;
using replica::WriteTx;

namespace {

namespace tag = mapi::tag;

constexpr std::size_t kMostRowBytes = 8 * 1024;  // larger values of a local message are in its content only

}  // namespace

backend::MailWriter& Push::mail() { return mailbox_.parts_.account->mail_writer(); }

// --- saving

Task<Result<MessageId>> Push::save(SavedMessage message, Wait wait) {
  const auto self = mailbox_.shared_from_this();
  OXB_CO_TRY(auto folder, mailbox_.replica().read([&](ReadTx& tx) { return folder_row(tx, message.folder); }));
  if (message.id.value != 0) {
    OXB_CO_CHECK(co_await wait_until_free(message.id, wait));
    OXB_CO_TRY(const auto row, mailbox_.replica().read([&](ReadTx& tx) { return message_row(tx, message.id); }));
    if (message.on_conflict == SavedMessage::OnConflict::refuse && row.change != message.base)
      co_return fail(Errc::conflict, fmt::format("message {:x} was changed meanwhile", row.id.value));
    if (row.remote.value.empty()) co_return co_await save_local(std::move(message));
  } else if (folder.source == Source::local) {
    if (folder.special != replica::Special::outbox) co_return co_await save_local(std::move(message));
    OXB_CO_TRY(folder, co_await home_of(std::move(folder), wait));
  }
  if (folder.source != Source::mail)
    co_return fail(Errc::unsupported, "calendars, contacts and tasks are not written to yet");
  co_return co_await save_mail(std::move(folder), std::move(message), std::move(wait));
}

Task<Result<>> Push::wait_until_free(MessageId message, Wait wait) {
  while (in_flight_.contains(message)) {
    const auto seen = mailbox_.progress_.generation();
    if (!in_flight_.contains(message)) break;
    if (!co_await mailbox_.progress_.wait_after(seen, wait))
      co_return fail(Errc::unavailable, "the message is being changed by another connection");
  }
  co_return Result<>{};
}

// What the replica alone holds.
Task<Result<MessageId>> Push::save_local(SavedMessage message) {
  WriteTx::MessageChange change;
  change.row.id = message.id;
  change.row.folder = message.folder;
  change.row.read = message.is_read;
  for (const auto& property : message.content->properties.all())
    if (mapi::value_size(property.value) <= kMostRowBytes) change.row.properties.set(property.tag, property.value);
  change.content = message.content;
  change.keep_local_properties = false;
  std::vector<MailboxEvent> events;
  OXB_CO_TRY(const auto id, mailbox_.replica().write([&](WriteTx& tx) -> Result<MessageId> {
    if (message.id.value != 0) {
      OXB_TRY(const auto old, message_row(tx, message.id));
      change.row.read = old.read;
      change.row.folder = old.folder;
      change.row.created = old.created;
    }
    OXB_TRY(const auto put, tx.put_message(std::move(change)));
    OXB_TRY(const auto folder, folder_row(tx, message.folder));
    events.push_back(
        message_event(message.id.value == 0 ? Kind::message_created : Kind::message_modified, message.folder, put.id));
    add_counts_event(events, folder);
    return put.id;
  }));
  mailbox_.post(std::move(events));
  co_return id;
}

Task<Result<MessageId>> Push::save_mail(FolderRow folder, SavedMessage message, Wait wait) {
  // Before anything is waited for: who comes next waits for this one, and is told that it ended.
  const Ended ended{mailbox_.progress_};
  const Entry<MessageId> in_flight(in_flight_,
                                   message.id.value != 0 ? std::vector{message.id} : std::vector<MessageId>{});
  OXB_CO_CHECK(co_await recover(wait));
  std::optional<MessageRow> old;
  bool rewritten = true;
  mapi::Content named;
  OXB_CO_CHECK(mailbox_.replica().read([&](ReadTx& tx) -> Result<> {
    if (message.id.value != 0) {
      OXB_TRY(old, message_row(tx, message.id));
      rewritten = is_rewritten(tx, message, *old);
    }
    OXB_TRY(named, with_names(tx, *message.content));
    return {};
  }));
  if (!rewritten) co_return co_await save_beside(std::move(folder), *std::move(old), std::move(message), wait);
  if (old) {
    OXB_CO_TRY(folder, mailbox_.replica().read([&](ReadTx& tx) { return folder_row(tx, old->folder); }));
  }

  Upload upload;
  auto& intent = upload.intent;
  intent.kind = old ? replica::Intent::Kind::replace : replica::Intent::Kind::create;
  intent.folder = folder.id;
  intent.digest = digest_of(*message.content);
  if (old) {
    intent.message = old->id;
    intent.old_folder = old->folder;
    intent.old = old->remote;
    intent.old_version = old->remote_version;
  }
  OXB_CO_CHECK(mailbox_.replica().write([&](WriteTx& tx) -> Result<> {
    // An attempt whose answer was lost is taken up, not repeated.
    OXB_TRY(const auto pending, tx.intents());
    for (const auto& other : pending)
      if (!active_.contains(other.token) && other.kind == intent.kind && other.folder == intent.folder &&
          other.digest == intent.digest && (!old || other.message == old->id)) {
        intent = other;
        upload.perhaps_stored = true;
        return {};
      }
    intent.token = random_guid();
    intent.made = mailbox_.parts_.options.clock->now();
    if (!old) intent.message = MessageId{tx.next_counter()};
    return tx.put_intent(intent);
  }));
  const Entry<Guid> active(active_, {intent.token});

  upload.flags = convert::flags_of(named);
  upload.flags.seen = old ? old->read : message.is_read;
  auto context = mime_context(convert::Purpose::store, intent.token);
  auto mime = co_await net::run_on_cpu(mailbox_.parts_.cpu, [&] { return convert::mime_from_message(named, context); });
  if (mime) {
    upload.mime = *std::move(mime);
    auto done = co_await this->upload(folder, upload, wait);
    if (!done) {
      if (done.error().code != Errc::unavailable && done.error().code != Errc::cancelled)
        OXB_CO_CHECK(mailbox_.replica().write([&](WriteTx& tx) { return tx.remove_intent(intent.token); }));
      co_return tl::unexpected(std::move(done).error());
    }
  } else {
    OXB_CO_CHECK(mailbox_.replica().write([&](WriteTx& tx) { return tx.remove_intent(intent.token); }));
    co_return tl::unexpected(std::move(mime).error());
  }
  OXB_CO_CHECK(co_await keep_beside(intent, upload.mime, *message.content));
  co_return intent.message;
}

// What a mail cannot say is kept in the replica, and the content is as the mail says it from now on.
Task<Result<>> Push::keep_beside(const replica::Intent& intent, const Bytes& mime, const mapi::Content& saved) {
  OXB_CO_TRY(const auto row, mailbox_.replica().read([&](ReadTx& tx) { return message_row(tx, intent.message); }));
  const auto context = mailbox_.convert_context();
  const auto stored = co_await net::run_on_cpu(mailbox_.parts_.cpu, [&] { return convert_mail(mime, row, context); });
  OXB_CO_CHECK(mailbox_.replica().write([&](WriteTx& tx) -> Result<> {
    if (stored) {
      OXB_TRY(const auto shown, tx.put_content(intent.message, *stored));
      const auto kept = beside(tx, saved, *shown);
      if (!kept.empty()) OXB_CHECK(tx.set_message_properties(intent.message, kept, {}));
    }
    return tx.remove_intent(intent.token);
  }));
  co_return Result<>{};
}

// Flags and keywords go to the server, the rest is the replica's.
Task<Result<MessageId>> Push::save_beside(FolderRow folder, MessageRow stored, SavedMessage message, Wait wait) {
  mapi::Content before, after;
  OXB_CO_CHECK(mailbox_.replica().read([&](ReadTx& tx) -> Result<> {
    OXB_TRY(folder, folder_row(tx, stored.folder));
    mapi::Content row;
    row.properties = stored.properties;
    OXB_TRY(before, with_names(tx, row));
    OXB_TRY(after, with_names(tx, *message.content));
    return {};
  }));
  auto from = convert::flags_of(before), to = convert::flags_of(after, convert::flags_of(before));
  from.seen = to.seen = stored.read;
  const auto change = difference(from, to);
  const auto uid = uid_of(stored.remote);
  if (!change.empty()) {
    if (!uid) co_return fail(Errc::unavailable, "the mail server is renumbering the folder");
    OXB_CO_CHECK(co_await mailbox_.parts_.account->mail().change_flags(folder.remote,
                                                                       {{*uid, change.add, change.remove}}, wait));
    OXB_CO_CHECK(co_await mailbox_.pull(folder.id));
  }
  std::vector<MailboxEvent> events;
  OXB_CO_CHECK(mailbox_.replica().write([&](WriteTx& tx) -> Result<> {
    OXB_TRY(const auto now, message_row(tx, message.id));
    mapi::Content shown;
    shown.properties = now.properties;
    auto set = beside(tx, *message.content, shown);
    std::erase_if(set, [&](const auto& property) { return !message.changed.contains(property.tag.id()); });
    std::vector<mapi::PropTag> erase;
    for (const auto id : message.changed) {
      const auto* has = now.properties.find(id);
      if (has != nullptr && message.content->properties.find(id) == nullptr && !is_flag_property(tx, id))
        erase.push_back(has->tag);
    }
    if (set.empty() && erase.empty()) return {};
    OXB_CHECK(tx.set_message_properties(message.id, set, erase));
    events.push_back(message_event(Kind::message_modified, now.folder, now.id));
    return {};
  }));
  mailbox_.post(std::move(events));
  co_return message.id;
}

convert::MimeContext Push::mime_context(convert::Purpose purpose, const Guid& token) const {
  convert::MimeContext out;
  out.purpose = purpose;
  out.sender = {mailbox_.owner().display_name, mailbox_.owner().email, {}};
  out.now = mailbox_.parts_.options.clock->now();
  out.boundary_seed = to_text(random_guid());
  const auto at = mailbox_.owner().email.rfind('@');
  const auto host = at == std::string::npos ? std::string("localhost") : mailbox_.owner().email.substr(at + 1);
  out.message_id = fmt::format("<{}@{}>", to_text(token), host);
  if (purpose == convert::Purpose::store) out.extra_fields = {{std::string(kMarkField), to_text(token)}};
  return out;
}

// --- uploads

Task<Result<bool>> Push::is_stored(const FolderRow& folder, const Guid& token, Wait wait) {
  OXB_CO_TRY(const auto uids,
             co_await mail().find(folder.remote, std::string(kMarkField), to_text(token), std::move(wait)));
  co_return !uids.empty();
}

Task<Result<>> Push::upload(const FolderRow& folder, const Upload& upload, Wait wait) {
  bool stored = false;
  if (upload.perhaps_stored) {
    OXB_CO_TRY(stored, co_await is_stored(folder, upload.intent.token, wait));
  }
  if (!stored)
    OXB_CO_CHECK(
        co_await mail().append(folder.remote, upload.mime, upload.flags, mailbox_.parts_.options.clock->now(), wait));
  co_return co_await settle(folder, upload.intent, std::move(wait));
}

// The mail is at the server: it is listed under the intent's id, and what it replaces goes.
Task<Result<>> Push::settle(const FolderRow& folder, const replica::Intent& intent, Wait wait) {
  const auto listed = [&] {
    return mailbox_.replica().read([&](ReadTx& tx) -> Result<bool> {
      OXB_TRY(const auto row, tx.message(intent.message));
      return row && row->folder == folder.id && (folder.id != intent.old_folder || row->remote != intent.old);
    });
  };
  for (int attempt = 0;; ++attempt) {
    // A pull that began before the upload ended does not see it.
    OXB_CO_CHECK(co_await mailbox_.pull(folder.id));
    OXB_CO_TRY(const bool found, listed());
    if (found) break;
    if (attempt == 2) co_return fail(Errc::unavailable, "the mail server does not list what was stored");
  }
  if (const auto old = uid_of(intent.old)) {
    OXB_CO_TRY(const auto from, mailbox_.replica().read([&](ReadTx& tx) { return tx.folder(intent.old_folder); }));
    if (!from) co_return Result<>{};
    OXB_CO_CHECK(co_await mail().expunge(from->remote, validity_of(intent.old_version), {*old}, std::move(wait)));
  }
  co_return Result<>{};
}

Task<Result<>> Push::recover(Wait wait) {
  if (recovered_) co_return Result<>{};
  OXB_CO_TRY(const auto pending, mailbox_.replica().read([](ReadTx& tx) { return tx.intents(); }));
  for (const auto& intent : pending) {
    if (active_.contains(intent.token)) continue;
    const Entry<Guid> active(active_, {intent.token});
    if (auto done = co_await recover_one(intent, wait); !done) {
      if (done.error().code == Errc::unavailable || done.error().code == Errc::cancelled)
        co_return tl::unexpected(std::move(done).error());
      log()
          .warning("push.not_recovered")
          .id("folder", intent.folder.value)
          .id("message", intent.message.value)
          .err(done.error());
      OXB_CO_CHECK(mailbox_.replica().write([&](WriteTx& tx) { return tx.remove_intent(intent.token); }));
    }
  }
  recovered_ = true;
  co_return Result<>{};
}

Task<Result<>> Push::recover_one(replica::Intent intent, Wait wait) {
  if (intent.kind == replica::Intent::Kind::submit)
    co_return co_await recover_submission(std::move(intent), std::move(wait));
  OXB_CO_TRY(const auto folder, mailbox_.replica().read([&](ReadTx& tx) { return folder_row(tx, intent.folder); }));
  OXB_CO_TRY(const bool stored, co_await is_stored(folder, intent.token, wait));
  if (stored) OXB_CO_CHECK(co_await settle(folder, intent, wait));
  log().event("push.recovered").id("message", intent.message.value).size("stored", stored ? 1 : 0);
  OXB_CO_CHECK(mailbox_.replica().write([&](WriteTx& tx) { return tx.remove_intent(intent.token); }));
  co_return Result<>{};
}

}  // namespace oxb::sync
