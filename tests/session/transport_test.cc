// SPDX-License-Identifier: GPL-3.0-or-later
// Sending [MS-OXOMSG] 2.2.3, and what concerns receipts.
#include "tests/session/fixture.h"

namespace oxb::session {
namespace {

using replica::Special;

class Transport : public SessionTest {
 protected:
  void SetUp() override {
    SessionTest::SetUp();
    outbox = special(Special::outbox);
  }
  std::uint32_t compose(bool with_recipient = true) {
    const auto message = client->create_message(outbox);
    client->set(message, {{tag::kSubject, std::string("Lunch")}});
    if (with_recipient) client->add_recipient(message, 0, "Max", "max@example.test");
    return message;
  }
  EcCode submit(std::uint32_t message, std::uint8_t flags = 0) {
    return client->call<rop::SubmitMessage>({0, flags}, message).code;
  }
  FolderId outbox;
};

TEST_F(Transport, ASubmittedMessageIsSentAndClosedForWriting) {
  const auto message = compose();
  const auto id = client->save(message)->message.message();
  EXPECT_EQ(submit(message, 2), EcCode::none);
  EXPECT_EQ(mailbox->writer().submitted, std::vector{id});
  EXPECT_EQ(row_of(id)->folder, special(Special::sent_items));
  EXPECT_EQ(client->set(message, {{tag::kSubject, std::string("x")}}), EcCode::access_denied);
  EXPECT_EQ(client->save(message).code, EcCode::access_denied);
  EXPECT_EQ(submit(message), EcCode::access_denied) << "once";
  EXPECT_EQ(mailbox->writer().submitted.size(), 1U);
}

TEST_F(Transport, WhatWasNotSavedIsPartOfIt) {
  const auto message = compose();
  EXPECT_EQ(submit(message), EcCode::none);
  ASSERT_EQ(mailbox->writer().submitted.size(), 1U);
  EXPECT_EQ(text(*stored(mailbox->writer().submitted[0])->properties.find(tag::kSubject)), "Lunch");
}

TEST_F(Transport, TroubleIsNamedAndTheMessageStays) {
  const auto message = compose(false);
  EXPECT_EQ(submit(message), EcCode::invalid_recipients);
  EXPECT_EQ(client->add_recipient(message, 0, "Max", "max@example.test"), EcCode::none) << "still open for writing";
  EXPECT_EQ(client->save(message).code, EcCode::none);
  const std::pair<Errc, EcCode> all[] = {{Errc::access_denied, EcCode::send_as_denied},
                                         {Errc::quota, EcCode::quota_exceeded},
                                         {Errc::limit, EcCode::quota_exceeded},
                                         {Errc::invalid, EcCode::invalid_recipients},
                                         {Errc::unavailable, EcCode::network}};
  for (const auto& [trouble, code] : all) {
    on_queue([&, trouble = trouble] { mailbox->writer().trouble = trouble; });
    EXPECT_EQ(submit(message), code) << name(trouble);
    EXPECT_EQ(client->call<rop::TransportSend>({}, message).code, code) << name(trouble);
  }
  on_queue([&] { mailbox->writer().trouble.reset(); });
  EXPECT_EQ(submit(message), EcCode::none);
}

TEST_F(Transport, OnlySavedNormalMessagesCanBeSubmitted) {
  EXPECT_EQ(submit(client->create_message(inbox, true)), EcCode::not_supported);
  EXPECT_EQ(submit(client->open_folder(inbox)), EcCode::not_supported);
  const auto reader = client->open_message(inbox, add_mail(inbox, {}), rop::kOpenReadOnly);
  EXPECT_EQ(submit(reader), EcCode::access_denied);
}

TEST_F(Transport, SubmissionsCanBeTakenBackUntilTheyAreGone) {
  const auto message = compose();
  const auto id = client->save(message)->message;
  rop::AbortSubmit::Request request;
  request.folder = mapi::Eid::of(outbox);
  request.message = id;
  EXPECT_EQ(client->call<rop::AbortSubmit>(request, client->logon).code, EcCode::none);
  submit(message);
  EXPECT_EQ(client->call<rop::AbortSubmit>(request, client->logon).code, EcCode::not_in_queue);
  request.message = mapi::Eid::of(4711);
  EXPECT_EQ(client->call<rop::AbortSubmit>(request, client->logon).code, EcCode::not_in_queue);
  request.message = id;
  on_queue([&] { mailbox->writer().trouble = Errc::access_denied; });
  EXPECT_EQ(client->call<rop::AbortSubmit>(request, client->logon).code, EcCode::unable_to_abort);
  on_queue([&] { mailbox->writer().trouble = Errc::unavailable; });
  EXPECT_EQ(client->call<rop::AbortSubmit>(request, client->logon).code, EcCode::network);
}

TEST_F(Transport, TransportSendSendsWhatTheObjectSays) {
  const auto message = compose();
  const auto out = client->call<rop::TransportSend>({}, message);
  EXPECT_EQ(out.code, EcCode::none);
  EXPECT_TRUE(out->no_properties);
  ASSERT_TRUE(mailbox->writer().sent);
  EXPECT_EQ(text(*mailbox->writer().sent->properties.find(tag::kSubject)), "Lunch");
  EXPECT_EQ(mailbox->writer().sent->recipients.size(), 1U);
  EXPECT_FALSE(mailbox->writer().last) << "nothing is kept";
  client->save(message);
  client->set(message, {{tag::kImportance, std::int32_t{2}}});
  EXPECT_EQ(client->call<rop::TransportSend>({}, message).code, EcCode::none);
  EXPECT_EQ(*mailbox->writer().sent->properties.get<std::int32_t>(tag::kImportance), 2);
  EXPECT_EQ(client->call<rop::TransportSend>({}, compose(false)).code, EcCode::invalid_recipients);
}

TEST_F(Transport, TheSpoolersQueueIsEmpty) {
  const auto message = compose();
  const auto id = client->save(message)->message;
  EXPECT_EQ(client->call<rop::SetSpooler>({}, client->logon).code, EcCode::none);
  EXPECT_EQ(client->call<rop::GetTransportFolder>({}, client->logon)->folder, mapi::Eid::of(outbox));
  EXPECT_EQ(client->call<rop::SpoolerLockMessage>({0, id, 0}, client->logon).code, EcCode::none);
  EXPECT_EQ(client->call<rop::SpoolerLockMessage>({0, mapi::Eid::of(4711), 0}, client->logon).code, EcCode::not_found);
  EXPECT_EQ(client->call<rop::SpoolerLockMessage>({0, mapi::Eid::of(4711), 2}, client->logon).code, EcCode::none);
  EXPECT_EQ(client->call<rop::SpoolerLockMessage>({0, id, 3}, client->logon).code, EcCode::invalid_parameter);
  EXPECT_EQ(client->call<rop::TransportNewMail>({}, client->logon).code, EcCode::none);
  EXPECT_EQ(client->call<rop::UpdateDeferredActionMessages>({}, client->logon).code, EcCode::none);
  EXPECT_EQ(client->call<rop::GetAddressTypes>({}, client->logon)->types, (std::vector<std::string>{"EX", "SMTP"}));
  EXPECT_EQ(client->call<rop::OptionsData>({0, "SMTP", true}, client->logon).code, EcCode::none);
}

TEST_F(Transport, ReceiptsThatShallNotBeSentAreNotAskedForAnyMore) {
  mapi::PropertyBag more;
  more.set(tag::kReadReceiptRequested, true);
  more.set(tag::kNonReceiptNotificationRequested, true);
  more.set(tag::kMessageFlags, std::int32_t{0x300});
  const auto id = add_mail(inbox, {.read = false, .more = more});
  const auto message = client->open_message(inbox, id, rop::kOpenReadWrite);
  rop::SetMessageReadFlag::Request request;
  request.flags = rop::kReadFlagClearNotifyRead;
  client->set(message, {{tag::kImportance, std::int32_t{2}}});
  EXPECT_EQ(client->call<rop::SetMessageReadFlag>(request, message).code, EcCode::none);
  EXPECT_TRUE(mailbox->flagged.empty()) << "the read state is not touched";
  EXPECT_FALSE(*row_of(id)->properties.get<bool>(tag::kReadReceiptRequested));
  EXPECT_TRUE(*row_of(id)->properties.get<bool>(tag::kNonReceiptNotificationRequested));
  EXPECT_EQ(client->save(message).code, EcCode::none) << "no conflict with itself";

  rop::SetReadFlags::Request all;
  all.flags = rop::kReadFlagClearNotifyUnread;
  all.messages = {mapi::Eid::of(id)};
  EXPECT_EQ(client->call<rop::SetReadFlags>(all, client->open_folder(inbox)).code, EcCode::none);
}

}  // namespace
}  // namespace oxb::session
