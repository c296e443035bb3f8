// SPDX-License-Identifier: GPL-3.0-or-later
// Sending. The intent says how far it went: what was certainly not sent is sent when the client asks again, what was
// sent gets its copy, and what may have been sent is never sent again by itself.
#include "base/log.h"
#include "convert/message_flags.h"
#include "net/event_loop.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"
#include "proto/mapi/value.h"
#include "sync/changes.h"
#include "sync/mailbox_impl.h"
#include "sync/upload.h"

namespace oxb::sync {

using replica::Intent;
using replica::MessageRow;
using replica::ReadTx;
using replica::Special;
using replica::WriteTx;
using Sent = backend::Submitted::Outcome;

namespace {

namespace tag = mapi::tag;

// Where the copy goes: the folder that the message names, else Sent Items; zero where no copy is wanted.
Result<FolderId> copy_folder_of(ReadTx& tx, const mapi::Content& content) {
  if (const auto* unwanted = content.properties.get<bool>(tag::kDeleteAfterSubmit); unwanted != nullptr && *unwanted)
    return FolderId{};
  FolderId named;
  if (const auto* bytes = content.properties.get<Bytes>(tag::kSentMailEntryId)) {
    const auto id = mapi::parse_entry_id(*bytes);
    const auto* folder = id ? std::get_if<mapi::FolderEntryId>(&*id) : nullptr;
    const auto own = tx.identity();
    if (folder != nullptr && folder->provider == own.mailbox && folder->folder.replica == own.replica)
      named = FolderId{folder->folder.counter};
  }
  if (const auto* bytes = content.properties.get<mapi::ServerId>(tag::kSentMailSvrEID)) {
    if (const auto entry = mapi::server_entry(*bytes); entry && entry->folder.is_own()) named = entry->folder.folder();
  }
  OXB_TRY(const auto folder, tx.folder(named));
  if (folder && folder->source == replica::Source::mail) return folder->id;
  OXB_TRY(const auto sent, tx.special(Special::sent_items));
  return sent.source == replica::Source::mail ? sent.id : FolderId{};
}

Errc code_of(const backend::Refusal& refusal) {
  if (refusal.code == 552) return Errc::quota;
  if (refusal.code >= 400 && refusal.code < 500) return Errc::unavailable;
  return Errc::access_denied;
}

std::string subject_of(const mapi::Content& content) {
  const auto* subject = content.properties.get<std::string>(tag::kSubject);
  return subject != nullptr ? *subject : std::string();
}

std::string bounce_text(const std::vector<backend::Refusal>& refusals, const std::vector<std::string>& unknown) {
  std::string out = "Your message did not reach some or all of its recipients:\r\n\r\n";
  for (const auto& refusal : refusals)
    out += fmt::format("  {}\r\n    {} {}\r\n", refusal.recipient, refusal.code, refusal.text);
  for (const auto& name : unknown) out += fmt::format("  {}\r\n    has no e-mail address\r\n", name);
  return out;
}

}  // namespace

Task<Result<SubmitOutcome>> Push::submit(MessageId id, Wait wait) {
  const auto self = mailbox_.shared_from_this();
  if (in_flight_.contains(id)) co_return fail(Errc::unavailable, "the message is being sent or saved");
  const Ended ended{mailbox_.progress_};
  const Entry<MessageId> in_flight(in_flight_, {id});
  OXB_CO_TRY(auto content, co_await mailbox_.content(id, wait));
  Intent intent;
  intent.kind = Intent::Kind::submit;
  intent.state = Intent::State::sending;
  intent.token = random_guid();
  intent.made = mailbox_.parts_.options.clock->now();
  intent.message = id;
  const Entry<Guid> active(active_, {intent.token});
  mapi::Content named;
  OXB_CO_CHECK(mailbox_.replica().write([&](WriteTx& tx) -> Result<> {
    OXB_TRY(const auto row, message_row(tx, id));
    intent.old_folder = row.folder;
    intent.old = row.remote;
    intent.old_version = row.remote_version;
    OXB_TRY(intent.folder, copy_folder_of(tx, *content));
    OXB_TRY(named, with_names(tx, *content));
    return tx.put_intent(intent);
  }));
  named.properties.set(tag::kClientSubmitTime, mapi::file_time(intent.made));
  auto answer = co_await transmit(named, wait);
  if (!answer || answer->outcome == Sent::refused) {
    OXB_CO_CHECK(mailbox_.replica().write([&](WriteTx& tx) { return tx.remove_intent(intent.token); }));
    if (!answer) co_return tl::unexpected(std::move(answer).error());
    co_await tell_refusals(named, {answer->refusal}, {}, wait);
    co_return fail(code_of(answer->refusal),
                   fmt::format("the server refused the message with code {}", answer->refusal.code));
  }
  if (answer->outcome == Sent::unknown) {
    OXB_CO_CHECK(co_await leave_unknown(intent, subject_of(named), wait));
    co_return SubmitOutcome{SubmitOutcome::Outcome::unknown};
  }
  intent.state = Intent::State::sent;
  OXB_CO_CHECK(mailbox_.replica().write([&](WriteTx& tx) { return tx.put_intent(intent); }));
  // Sent is sent: what goes wrong from here on is mended later.
  if (auto filed = co_await file_sent(intent, named, false, wait); !filed) {
    log().warning("submit.copy_delayed").id("message", id.value).err(filed.error());
    recovered_ = false;
  }
  if (!answer->refusals.empty() || !answer->unknown.empty()) {
    co_await tell_refusals(named, answer->refusals, answer->unknown, wait);
    co_return SubmitOutcome{SubmitOutcome::Outcome::bounced};
  }
  co_return SubmitOutcome{};
}

Task<Result<SubmitOutcome>> Push::send(std::shared_ptr<const mapi::Content> content, Wait wait) {
  const auto self = mailbox_.shared_from_this();
  OXB_CO_TRY(auto named, mailbox_.replica().read([&](ReadTx& tx) { return with_names(tx, *content); }));
  named.properties.set(tag::kClientSubmitTime, mapi::file_time(mailbox_.parts_.options.clock->now()));
  OXB_CO_TRY(const auto answer, co_await transmit(named, wait));
  if (answer.outcome == Sent::refused) {
    co_await tell_refusals(named, {answer.refusal}, {}, wait);
    co_return fail(code_of(answer.refusal),
                   fmt::format("the server refused the message with code {}", answer.refusal.code));
  }
  if (answer.outcome == Sent::unknown) {
    co_await tell_unknown(subject_of(named), wait);
    co_return SubmitOutcome{SubmitOutcome::Outcome::unknown};
  }
  if (answer.refusals.empty() && answer.unknown.empty()) co_return SubmitOutcome{};
  co_await tell_refusals(named, answer.refusals, answer.unknown, wait);
  co_return SubmitOutcome{SubmitOutcome::Outcome::bounced};
}

Task<Result<>> Push::abort_submit(MessageId message, Wait) {
  const auto self = mailbox_.shared_from_this();
  OXB_CO_TRY(const auto row, mailbox_.replica().read([&](ReadTx& tx) { return tx.message(message); }));
  if (!row) co_return fail(Errc::not_found, "the message was sent, or is gone");
  if (in_flight_.contains(message)) co_return fail(Errc::conflict, "the message is on its way");
  co_return Result<>{};
}

Task<Result<Push::Transmitted>> Push::transmit(const mapi::Content& named, Wait wait) {
  auto* server = mailbox_.parts_.account->submission();
  if (server == nullptr) co_return fail(Errc::unsupported, "no submission server is configured");
  const auto context = mime_context(convert::Purpose::send, random_guid());
  const auto envelope = convert::envelope_of(named, context);
  if (envelope.recipients.empty()) co_return fail(Errc::invalid, "the message has no recipient that can be reached");
  OXB_CO_TRY(auto mime,
             co_await net::run_on_cpu(mailbox_.parts_.cpu, [&] { return convert::mime_from_message(named, context); }));
  OXB_CO_TRY(auto answer,
             co_await server->submit({mailbox_.owner().email, envelope.recipients}, std::move(mime), std::move(wait)));
  Transmitted out;
  static_cast<backend::Submitted&>(out) = std::move(answer);
  out.unknown = envelope.unknown;
  co_return out;
}

// The copy in Sent Items has the id of the message, which leaves the Outbox.
Task<Result<>> Push::file_sent(Intent intent, mapi::Content named, bool perhaps_stored, Wait wait) {
  if (intent.folder.value == 0) {
    OXB_CO_TRY(const auto from, mailbox_.replica().read([&](ReadTx& tx) { return folder_row(tx, intent.old_folder); }));
    OXB_CO_TRY(const auto row, mailbox_.replica().read([&](ReadTx& tx) { return tx.message(intent.message); }));
    if (const auto uid = uid_of(intent.old))
      OXB_CO_CHECK(co_await mail().expunge(from.remote, validity_of(intent.old_version), {*uid}, std::move(wait)));
    if (row) OXB_CO_CHECK(remove_rows(from, {*row}));
    co_return mailbox_.replica().write([&](WriteTx& tx) { return tx.remove_intent(intent.token); });
  }
  OXB_CO_TRY(const auto folder, mailbox_.replica().read([&](ReadTx& tx) { return folder_row(tx, intent.folder); }));
  if (auto listed = co_await mailbox_.ensure_contents(folder.id, wait); !listed) co_return listed;
  if (const auto* flags = named.properties.get<std::int32_t>(tag::kMessageFlags); flags != nullptr) {
    constexpr std::int32_t kRead = 1, kUnsent = 8;
    named.properties.set(tag::kMessageFlags, (*flags & ~kUnsent) | kRead);
  }
  Upload upload;
  upload.intent = intent;
  upload.perhaps_stored = perhaps_stored;
  upload.flags = convert::flags_of(named);
  upload.flags.seen = true;
  upload.flags.draft = false;
  const auto context = mime_context(convert::Purpose::store, intent.token);
  OXB_CO_TRY(upload.mime,
             co_await net::run_on_cpu(mailbox_.parts_.cpu, [&] { return convert::mime_from_message(named, context); }));
  OXB_CO_CHECK(co_await this->upload(folder, upload, wait));
  co_return mailbox_.replica().write([&](WriteTx& tx) -> Result<> {
    // What only the Outbox's message was marked with does not go along.
    return tx.remove_intent(intent.token);
  });
}

Task<Result<>> Push::recover_submission(Intent intent, Wait wait) {
  OXB_CO_TRY(const auto row, mailbox_.replica().read([&](ReadTx& tx) { return tx.message(intent.message); }));
  if (intent.state == Intent::State::sending && row) {
    const auto* subject = row->properties.get<std::string>(tag::kSubject);
    co_return co_await leave_unknown(intent, subject != nullptr ? *subject : std::string(), wait);
  }
  if (intent.state == Intent::State::sent && row) {
    OXB_CO_TRY(const auto content, co_await mailbox_.content(intent.message, wait));
    OXB_CO_TRY(auto named, mailbox_.replica().read([&](ReadTx& tx) { return with_names(tx, *content); }));
    named.properties.set(tag::kClientSubmitTime, mapi::file_time(intent.made));
    co_return co_await file_sent(intent, std::move(named), true, std::move(wait));
  }
  co_return mailbox_.replica().write([&](WriteTx& tx) { return tx.remove_intent(intent.token); });
}

// --- what the user is told

// The mail stays where it is, with a flag that says why.
Task<Result<>> Push::leave_unknown(const Intent& intent, std::string subject, Wait wait) {
  std::vector<MailboxEvent> events;
  OXB_CO_CHECK(mailbox_.replica().write([&](WriteTx& tx) -> Result<> {
    OXB_TRY(const auto request, tx.ensure_property_id(mapi::lid::kFlagRequest.name()));
    OXB_CHECK(tx.set_message_properties(intent.message,
                                        {{tag::kFlagStatus, std::int32_t{2}},
                                         {mapi::PropTag(request, mapi::PropType::string),
                                          std::string("It is not known whether this message was sent")}},
                                        {}));
    events.push_back(message_event(MailboxEvent::Kind::message_modified, intent.old_folder, intent.message));
    return tx.remove_intent(intent.token);
  }));
  mailbox_.post(std::move(events));
  co_await tell_unknown(std::move(subject), std::move(wait));
  co_return Result<>{};
}

Task<void> Push::tell_unknown(std::string subject, Wait wait) {
  co_await tell("Not known whether sent: " + subject,
                "The connection to the mail server broke while this message was handed over. It may have been sent, or "
                "not.\r\n\r\nIt was not sent again by itself. Ask a recipient whether it came; if it did not, send it "
                "again.\r\n",
                std::move(wait));
}

Task<void> Push::tell_refusals(const mapi::Content& named, std::vector<backend::Refusal> refusals,
                               std::vector<std::string> unknown, Wait wait) {
  co_await tell("Undeliverable: " + subject_of(named), bounce_text(refusals, unknown), std::move(wait));
}

// A mail in the Inbox. That it cannot be put there is no reason to fail what it is about.
Task<void> Push::tell(std::string subject, std::string text, Wait wait) {
  const auto inbox = mailbox_.replica().read([](ReadTx& tx) { return tx.special(Special::inbox); });
  if (!inbox || inbox->source != replica::Source::mail) co_return;
  mapi::Content notice;
  auto& p = notice.properties;
  p.set(tag::kMessageClass, std::string("IPM.Note"));
  p.set(tag::kSubject, std::move(subject));
  p.set(tag::kBody, std::move(text));
  auto& to = notice.recipients.emplace_back().properties;
  to.set(tag::kRecipientType, std::int32_t{1});
  to.set(tag::kDisplayName, mailbox_.owner().display_name);
  to.set(tag::kAddressType, std::string("SMTP"));
  to.set(tag::kEmailAddress, mailbox_.owner().email);
  to.set(tag::kSmtpAddress, mailbox_.owner().email);
  auto context = mime_context(convert::Purpose::send, random_guid());
  const auto at = mailbox_.owner().email.rfind('@');
  context.sender = {"Mail delivery",
                    at == std::string::npos ? "postmaster@localhost" : "postmaster" + mailbox_.owner().email.substr(at),
                    {}};
  context.extra_fields.emplace_back("Auto-Submitted", "auto-replied");
  auto mime = convert::mime_from_message(notice, context);
  if (!mime) co_return mailbox_.noticed(mime.error(), "submit.notice");
  auto stored = co_await mail().append(inbox->remote, *std::move(mime), {}, mailbox_.parts_.options.clock->now(),
                                       std::move(wait));
  if (!stored) co_return mailbox_.noticed(stored.error(), "submit.notice");
  if (auto pulled = co_await mailbox_.pull(inbox->id); !pulled) mailbox_.noticed(pulled.error(), "submit.notice");
}

}  // namespace oxb::sync
