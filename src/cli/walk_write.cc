// SPDX-License-Identifier: GPL-3.0-or-later
// oxbridge try --write: what a person does with mail, in a folder of its own, which is deleted again. Every step is
// looked at through a second connection.
#include "cli/walk.h"
#include "proto/mapi/tags.h"

#include <algorithm>

namespace oxb::cli {
namespace {

namespace tag = mapi::tag;

constexpr std::size_t kFileBytes = 100'000;  // more than one write to a stream

mapi::RecipientRow recipient(const std::string& name, const std::string& address) {
  namespace flag = mapi::recipient_flag;
  mapi::RecipientRow row;
  row.flags = static_cast<std::uint16_t>(mapi::RecipientAddress::smtp) | flag::kUnicode | flag::kEmailAddress |
              flag::kDisplayName;
  row.email_address = address;
  row.display_name = name;
  return row;
}

Result<> set(MapiClient& client, Handle object, std::vector<mapi::Property> properties) {
  rop::SetProperties::Request request;
  request.values.properties = std::move(properties);
  OXB_TRY(const auto answer, client.call<rop::SetProperties>(object, std::move(request)));
  if (!answer.response.problems.empty()) return fail(Errc::invalid, "a property was not accepted");
  return {};
}

Result<Handle> compose(MapiClient& client, Eid folder, const std::string& subject, const std::string& text,
                       const mapi::RecipientRow& to) {
  rop::CreateMessage::Request create;
  create.folder = folder;
  OXB_TRY(const auto message, client.call<rop::CreateMessage>(client.logon(), create));
  OXB_CHECK(set(client, message.opened, {{tag::kSubject, subject}, {tag::kBody, text}}));
  rop::ModifyRecipients::Request recipients;
  recipients.rows.push_back({0, 1, to});
  OXB_TRY(const auto done, client.call<rop::ModifyRecipients>(message.opened, std::move(recipients)));
  static_cast<void>(done);
  return message.opened;
}

Result<> attach(MapiClient& client, Handle message, const std::string& name, std::size_t size) {
  OXB_TRY(const auto file, client.call<rop::CreateAttachment>(message, {}));
  OXB_CHECK(set(client, file.opened, {{tag::kAttachMethod, std::int32_t{1}}, {tag::kAttachLongFilename, name}}));
  constexpr std::uint8_t kCreate = 2;
  OXB_TRY(const auto stream, client.call<rop::OpenStream>(file.opened, {0, 1, tag::kAttachDataBinary, kCreate}));
  for (std::size_t written = 0; written < size;) {
    rop::WriteStream::Request part;
    part.data.resize(std::min<std::size_t>(size - written, 0x6000), std::byte{'x'});
    written += part.data.size();
    OXB_TRY(const auto done, client.call<rop::WriteStream>(stream.opened, std::move(part)));
    static_cast<void>(done);
  }
  OXB_TRY(const auto committed, client.call<rop::CommitStream>(stream.opened, {}));
  OXB_TRY(const auto saved, client.call<rop::SaveChangesAttachment>(file.opened, {}));
  static_cast<void>(committed), static_cast<void>(saved);
  return {};
}

Result<Eid> save(MapiClient& client, Handle message) {
  rop::SaveChangesMessage::Request request;
  request.flags = rop::SaveChangesMessage::kKeepOpenReadWrite;
  OXB_TRY(const auto answer, client.call<rop::SaveChangesMessage>(message, request));
  return answer.response.message;
}

// Ids of the messages of that subject.
Result<std::vector<Eid>> found(MapiClient& client, Eid folder, const std::string& subject) {
  OXB_TRY(const auto handle, client.open_folder(folder));
  MapiClient::Query query;
  query.columns = {tag::kMid, tag::kSubject};
  query.most = 5000;
  OXB_TRY(const auto rows, client.contents(handle, std::move(query)));
  client.release(handle);
  std::vector<Eid> out;
  for (const auto& row : rows.rows) {
    const auto* text = row.get<std::string>(tag::kSubject);
    const auto* id = row.get<std::int64_t>(tag::kMid);
    if (text != nullptr && *text == subject && id != nullptr) out.push_back(Eid{static_cast<std::uint64_t>(*id)});
  }
  return out;
}

Result<> expect(bool holds, std::string what) {
  if (!holds) return fail(Errc::invalid, std::move(what));
  return {};
}

Result<> move_copy(MapiClient& client, Eid from, Handle to, Eid message, bool copy) {
  OXB_TRY(const auto source, client.open_folder(from));
  rop::MoveCopyMessages::Request request;
  request.source = 0;
  request.destination = 1;
  request.messages = {message};
  request.copy = copy;
  OXB_TRY(const auto done,
          client.execute({rop::RopRequest::of<rop::MoveCopyMessages>(0, request)}, {source.value, to.value}));
  static_cast<void>(done);
  client.release(source);
  return {};
}

}  // namespace

void Walk::write_mails() {
  report_.heading("Writing");
  report_.heading("");
  MapiClient other(*web_, settings_.mapi_http->mail_store);
  const auto second = [&]() -> Result<std::string> {
    OXB_TRY(const auto connected, other.connect(settings_.legacy_dn));
    OXB_TRY(const auto logon, other.log_on(settings_.legacy_dn));
    static_cast<void>(connected), static_cast<void>(logon);
    return std::string();
  }();
  if (!report_.step("Write: second connection", second)) return;
  const auto top = mailbox_->logon_folder(rop::LogonFolder::ipm_subtree);
  const auto trial = [&]() -> Result<MapiClient::Answer<rop::CreateFolder>> {
    OXB_TRY(const auto parent, mailbox_->open_folder(top));
    rop::CreateFolder::Request request;
    request.name = "Oxbridge trial " + to_text(random_guid()).substr(0, 8);
    return mailbox_->call<rop::CreateFolder>(parent, std::move(request));
  }();
  if (!report_.step("Write: new folder", trial ? Result<std::string>("") : tl::unexpected(trial.error()))) return;
  const Eid folder = trial->response.folder;
  report_.step("Write: draft with a file", write_draft(other, folder));
  report_.step("Write: copy, move, delete", write_lists(other, folder, trial->opened));
  report_.step("Write: send to oneself", write_and_send(other));
  const auto removed = [&]() -> Result<std::string> {
    OXB_TRY(const auto parent, mailbox_->open_folder(top));
    constexpr std::uint8_t kMessages = 1, kFolders = 4;
    rop::DeleteFolder::Request request;
    request.flags = kMessages | kFolders;
    request.folder = folder;
    OXB_TRY(const auto done, mailbox_->call<rop::DeleteFolder>(parent, request));
    static_cast<void>(done);
    OXB_TRY(const auto left, other.folders_below(top));
    OXB_CHECK(expect(std::ranges::none_of(left, [&](const auto& one) { return one.id == folder; }),
                     "the folder is still there"));
    return std::string();
  }();
  report_.step("Write: delete the folder", removed);
  static_cast<void>(other.disconnect());
}

Result<std::string> Walk::write_draft(MapiClient& other, Eid folder) {
  OXB_TRY(const auto message, compose(*mailbox_, folder, "Trial draft", "First words",
                                      recipient(settings_.display_name, settings_.smtp_address)));
  OXB_CHECK(attach(*mailbox_, message, "file.bin", kFileBytes));
  OXB_TRY(const auto id, save(*mailbox_, message));
  OXB_CHECK(set(*mailbox_, message, {{tag::kBody, std::string("Second words")}}));
  OXB_TRY(const auto again, save(*mailbox_, message));
  OXB_CHECK(expect(again == id, "the draft got another id when it was changed"));
  OXB_CHECK(set(*mailbox_, message, {{tag::kFlagStatus, std::int32_t{2}}}));
  OXB_TRY(const auto flagged, save(*mailbox_, message));
  OXB_CHECK(expect(flagged == id, "the draft got another id when it was flagged"));
  mailbox_->release(message);
  OXB_TRY(const auto seen, found(other, folder, "Trial draft"));
  OXB_CHECK(expect(seen == std::vector{id}, fmt::format("another connection sees it {} times", seen.size())));
  OXB_TRY(const auto opened, other.open_message(folder, id, {tag::kBody, tag::kFlagStatus}));
  OXB_TRY(const auto text, other.text(opened.handle, opened.properties, tag::kBody, 10'000));
  OXB_CHECK(expect(text.starts_with("Second words"), "the changed text is not there"));
  const auto* flag = opened.properties.get<std::int32_t>(tag::kFlagStatus);
  OXB_CHECK(expect(flag != nullptr && *flag == 2, "the flag is not there"));
  OXB_CHECK(expect(opened.recipients.size() == 1, "the recipient is not there"));
  OXB_TRY(const auto file, other.open_attachment(opened.handle, 0));
  OXB_TRY(const auto bytes, other.stream(file, tag::kAttachDataBinary, 2 * kFileBytes));
  OXB_CHECK(expect(bytes.size() == kFileBytes, "the file has another size"));
  other.release(file);
  other.release(opened.handle);
  return fmt::format("changed twice, one id, a file of {} bytes", kFileBytes);
}

Result<std::string> Walk::write_lists(MapiClient& other, Eid folder, Handle trial) {
  OXB_TRY(const auto first, found(other, folder, "Trial draft"));
  if (first.size() != 1) return fail(Errc::not_found, "there is no draft to work with");
  OXB_CHECK(move_copy(*mailbox_, folder, trial, first[0], true));
  OXB_TRY(const auto both, found(other, folder, "Trial draft"));
  OXB_CHECK(expect(both.size() == 2, fmt::format("after copying there are {}", both.size())));
  const auto trash = mailbox_->logon_folder(rop::LogonFolder::deleted_items);
  OXB_TRY(const auto bin, mailbox_->open_folder(trash));
  OXB_CHECK(move_copy(*mailbox_, folder, bin, first[0], false));
  OXB_TRY(const auto moved, found(other, trash, "Trial draft"));
  OXB_CHECK(expect(std::ranges::find(moved, first[0]) != moved.end(), "what was moved did not keep its id"));
  rop::HardDeleteMessages::Request remove;
  remove.messages = {first[0]};
  OXB_TRY(const auto gone, mailbox_->call<rop::HardDeleteMessages>(bin, remove));
  static_cast<void>(gone);
  OXB_TRY(const auto left, found(other, trash, "Trial draft"));
  OXB_CHECK(expect(std::ranges::find(left, first[0]) == left.end(), "what was deleted is still there"));
  mailbox_->release(bin);
  OXB_TRY(const auto rest, found(other, folder, "Trial draft"));
  OXB_CHECK(expect(rest.size() == 1, fmt::format("{} are left of one copy", rest.size())));
  return std::string();
}

Result<std::string> Walk::write_and_send(MapiClient& other) {
  const auto subject = "Trial " + to_text(random_guid());
  const auto outbox = mailbox_->logon_folder(rop::LogonFolder::outbox);
  OXB_TRY(const auto told, other.subscribe_store(rop::kNotifyNewMail | rop::kNotifyCreated));
  static_cast<void>(told);
  OXB_TRY(const auto message, compose(*mailbox_, outbox, subject, "Sent by oxbridge try --write.",
                                      recipient(settings_.display_name, settings_.smtp_address)));
  OXB_TRY(const auto id, save(*mailbox_, message));
  OXB_TRY(const auto sent, mailbox_->call<rop::SubmitMessage>(message, {}));
  static_cast<void>(sent);
  mailbox_->release(message);
  const auto sent_items = mailbox_->logon_folder(rop::LogonFolder::sent_items);
  OXB_TRY(const auto copies, found(other, sent_items, subject));
  OXB_CHECK(expect(copies == std::vector{id}, fmt::format("Sent Items has it {} times", copies.size())));
  OXB_TRY(const auto waiting, found(other, outbox, subject));
  OXB_CHECK(expect(waiting.empty(), "it is still in the Outbox"));
  std::vector<Eid> arrived;
  for (int attempt = 0; attempt < 10 && arrived.empty(); ++attempt) {
    if (attempt > 0) OXB_CHECK(other.wait_for_events(std::chrono::seconds(90)));
    OXB_TRY(arrived, found(other, inbox_, subject));
  }
  OXB_CHECK(expect(arrived.size() == 1, fmt::format("it came {} times", arrived.size())));
  for (const auto& [place, ids] : {std::pair{inbox_, arrived}, std::pair{sent_items, copies}}) {
    OXB_TRY(const auto handle, mailbox_->open_folder(place));
    rop::HardDeleteMessages::Request remove;
    remove.messages = ids;
    OXB_TRY(const auto gone, mailbox_->call<rop::HardDeleteMessages>(handle, remove));
    static_cast<void>(gone);
    mailbox_->release(handle);
  }
  return "it came once, one copy in Sent Items";
}

}  // namespace oxb::cli
