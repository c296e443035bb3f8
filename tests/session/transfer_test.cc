// SPDX-License-Identifier: GPL-3.0-or-later
// Deleting, moving and copying messages, emptying folders [MS-OXCFOLD] 2.2.1.6, 2.2.1.9 - 2.2.1.12.
#include "proto/mapi/entry_id.h"
#include "tests/session/fixture.h"

#include <fmt/format.h>

namespace oxb::session {
namespace {

using replica::ContentsKind;
using replica::Special;
using Removal = sync::Writer::Removal;

class Transfers : public SessionTest {
 protected:
  void SetUp() override {
    SessionTest::SetUp();
    target = add_folder(special(Special::ipm_subtree), "Target");
  }
  template <class Rop>
  Outcome<Rop> remove(const std::vector<MessageId>& ids) {
    rop::DeleteMessagesRequest request;
    for (const auto id : ids) request.messages.push_back(mapi::Eid::of(id));
    return client->call<Rop>(request, client->open_folder(inbox));
  }
  Outcome<rop::MoveCopyMessages> transfer(const std::vector<MessageId>& ids, bool copy, FolderId to) {
    rop::MoveCopyMessages::Request request;
    for (const auto id : ids) request.messages.push_back(mapi::Eid::of(id));
    request.copy = copy;
    return client->transfer<rop::MoveCopyMessages>(request, client->open_folder(inbox), client->open_folder(to));
  }
  Outcome<rop::EmptyFolder> empty(FolderId folder, bool associated = false) {
    return client->call<rop::EmptyFolder>({0, true, associated}, client->open_folder(folder));
  }
  std::vector<std::string> subjects(FolderId folder, std::uint8_t flags = 0) {
    const auto table = client->contents(folder, flags);
    client->set_columns(table, {tag::kSubject});
    return client->texts(table);
  }
  MessageId add_associated(FolderId folder, std::string subject) {
    const auto message = client->create_message(folder, true);
    client->set(message, {{tag::kSubject, std::move(subject)}});
    return client->save(message)->message.message();
  }
  FolderId target;
};

TEST_F(Transfers, DeletingIsToldToTheWriterAndShownEverywhere) {
  auto other = connect();
  const auto one = add_mail(inbox, {.subject = "one"});
  const auto two = add_mail(inbox, {.subject = "two"});
  const auto table = other.contents(inbox);
  other.set_columns(table, {tag::kSubject});
  EXPECT_EQ(other.rows(table).size(), 2U);
  const auto out = remove<rop::DeleteMessages>({one, MessageId{99999}});
  EXPECT_EQ(out.code, EcCode::none);
  EXPECT_FALSE(out->partial) << "what is gone already is as asked";
  EXPECT_EQ(mailbox->writer().removals, std::vector{Removal::soft});
  const auto notes = other.notifications();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].data.table_event, rop::TableEvent::row_deleted);
  EXPECT_EQ(other.texts(table), std::vector<std::string>{"two"});
  EXPECT_EQ(remove<rop::HardDeleteMessages>({two}).code, EcCode::none);
  EXPECT_EQ(mailbox->writer().removals.back(), Removal::hard);
  EXPECT_EQ(remove<rop::DeleteMessages>({one, two}).code, EcCode::none);
  EXPECT_EQ(mailbox->writer().removals.size(), 2U) << "nothing left to ask for";
}

TEST_F(Transfers, MessagesOfOtherFoldersAreNotDeleted) {
  const auto elsewhere = add_mail(target, {.subject = "elsewhere"});
  EXPECT_EQ(remove<rop::DeleteMessages>({elsewhere}).code, EcCode::none);
  EXPECT_TRUE(row_of(elsewhere));
}

TEST_F(Transfers, SomeThatStayMakeItPartial) {
  const auto one = add_mail(inbox, {.subject = "one"});
  const auto two = add_mail(inbox, {.subject = "two"});
  on_queue([&] { mailbox->writer().stubborn = {two}; });
  const auto out = remove<rop::DeleteMessages>({one, two});
  EXPECT_EQ(out.code, EcCode::none);
  EXPECT_TRUE(out->partial);
  EXPECT_EQ(subjects(inbox), std::vector<std::string>{"two"});
  EXPECT_EQ(remove<rop::DeleteMessages>({two}).code, EcCode::access_denied) << "nothing was done at all";
  on_queue([&] { mailbox->writer().trouble = Errc::unavailable; });
  EXPECT_EQ(remove<rop::DeleteMessages>({two}).code, EcCode::network);
  EXPECT_EQ(transfer({two}, false, target).code, EcCode::network);
}

TEST_F(Transfers, AMoveKeepsTheIdAndACopyDoesNot) {
  const auto id = add_mail(inbox, {.subject = "wanderer", .read = false});
  client->subscribe(rop::kNotifyMoved | rop::kNotifyCreated);
  EXPECT_EQ(transfer({id}, false, target).code, EcCode::none);
  EXPECT_EQ(row_of(id)->folder, target);
  auto notes = client->notifications();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].data.message, mapi::Eid::of(id));
  EXPECT_EQ(notes[0].data.old_folder, mapi::Eid::of(inbox));
  EXPECT_EQ(row_of(target)->unread, 1U);
  EXPECT_EQ(transfer({id}, false, target).code, EcCode::none) << "moved away: as asked";

  rop::MoveCopyMessages::Request request;
  request.messages = {mapi::Eid::of(id)};
  request.copy = true;
  const auto folder = client->open_folder(target);
  EXPECT_EQ(client->transfer<rop::MoveCopyMessages>(request, folder, client->open_folder(inbox)).code, EcCode::none);
  EXPECT_EQ(subjects(inbox), std::vector<std::string>{"wanderer"});
  EXPECT_EQ(subjects(target), std::vector<std::string>{"wanderer"});
  EXPECT_EQ(client->transfer<rop::MoveCopyMessages>(request, folder, folder).code, EcCode::none);
  EXPECT_EQ(subjects(target).size(), 2U) << "a copy beside the original";
  request.copy = false;
  EXPECT_EQ(client->transfer<rop::MoveCopyMessages>(request, folder, folder).code, EcCode::none);
  EXPECT_EQ(subjects(target).size(), 2U);
}

TEST_F(Transfers, ADestinationThatIsNothingHasItsOwnAnswer) {
  const auto id = add_mail(inbox, {});
  rop::MoveCopyMessages::Request request;
  request.source = 0;
  request.destination = 1;
  request.messages = {mapi::Eid::of(id)};
  const auto folder = client->open_folder(inbox);
  rop::RequestBuffer buffer;
  buffer.rops = {rop::RopRequest::of<rop::MoveCopyMessages>(0, request)};
  buffer.handles = {folder, rop::kNoHandle};
  const auto answer = client->send_bytes(rop::encode_request_buffer(buffer).value());
  ASSERT_TRUE(answer);
  // Size, id, source index, 0x503, destination index in four bytes, partial [MS-OXCROPS] 2.2.4.6.3.
  const auto head = to_hex(ByteView(*answer).subspan(0, 13));
  EXPECT_EQ(head, to_hex(from_hex("0d 00 33 00 03 05 00 00 01 00 00 00 00").value()));
  EXPECT_EQ(client->transfer<rop::MoveCopyMessages>(request, folder, client->logon).code, EcCode::not_supported);
}

TEST_F(Transfers, AssociatedMessagesMoveHere) {
  const auto id = add_associated(inbox, "view");
  EXPECT_EQ(transfer({id}, true, target).code, EcCode::none);
  EXPECT_EQ(transfer({id}, false, target).code, EcCode::none);
  EXPECT_EQ(row_of(id)->folder, target);
  EXPECT_EQ(subjects(target, rop::kTableAssociated), (std::vector<std::string>{"view", "view"}));
  EXPECT_TRUE(subjects(inbox, rop::kTableAssociated).empty());
  EXPECT_EQ(mailbox->writer().calls, 0U) << "the backend knows nothing of them";
}

TEST_F(Transfers, RightsAreCheckedBeforeTheWriter) {
  const auto id = add_mail(inbox, {});
  set_rights(target, 0x401);
  EXPECT_EQ(transfer({id}, false, target).code, EcCode::access_denied);
  set_rights(target, 0x7FB);
  set_rights(inbox, 0x401);
  EXPECT_EQ(transfer({id}, false, target).code, EcCode::access_denied) << "it cannot be taken away";
  EXPECT_EQ(remove<rop::DeleteMessages>({id}).code, EcCode::access_denied);
  EXPECT_EQ(empty(inbox).code, EcCode::access_denied);
  EXPECT_EQ(mailbox->writer().calls, 0U);
  EXPECT_EQ(transfer({id}, true, target).code, EcCode::none) << "but copied";
  // Own ones only.
  mapi::PropertyBag mine;
  mapi::AddressBookEntryId owner;
  owner.dn = mailbox->owner().legacy_dn;
  mine.set(tag::kCreatorEntryId, mapi::to_bytes(mapi::EntryId(owner)));
  const auto own = add_mail(inbox, {.more = mine});
  set_rights(inbox, 0x401 | 0x10);
  const auto out = remove<rop::DeleteMessages>({id, own});
  EXPECT_EQ(out.code, EcCode::none);
  EXPECT_TRUE(out->partial);
  EXPECT_TRUE(row_of(id));
  EXPECT_FALSE(row_of(own));
}

TEST_F(Transfers, EmptyingAFolderTakesAllButTheFolder) {
  const auto below = add_folder(target, "Below");
  for (int i = 0; i < 3; ++i) add_mail(target, {.subject = fmt::format("m{}", i)});
  add_mail(below, {});
  const auto view = add_associated(target, "view");
  const auto out = empty(target);
  EXPECT_EQ(out.code, EcCode::none);
  EXPECT_FALSE(out->partial);
  EXPECT_TRUE(subjects(target).empty());
  EXPECT_FALSE(row_of(below));
  EXPECT_TRUE(row_of(view)) << "associated ones only when asked for";
  EXPECT_EQ(empty(target, true).code, EcCode::none);
  EXPECT_FALSE(row_of(view));
  EXPECT_TRUE(row_of(target));
  add_mail(target, {});
  EXPECT_EQ(client->call<rop::HardDeleteMessagesAndSubfolders>({}, client->open_folder(target)).code, EcCode::none);
  EXPECT_EQ(mailbox->writer().removals.back(), Removal::hard);
}

TEST_F(Transfers, SpecialFoldersStayWhenTheirParentIsEmptied) {
  const auto issues = special(Special::sync_issues);
  add_mail(issues, {});
  const auto out = empty(issues);
  EXPECT_EQ(out.code, EcCode::none);
  EXPECT_TRUE(out->partial);
  EXPECT_TRUE(row_of(special(Special::conflicts)));
  EXPECT_TRUE(subjects(issues).empty());
}

TEST_F(Transfers, ManyAtOnceAreOneCall) {
  std::vector<MessageId> ids;
  for (int i = 0; i < 500; ++i) ids.push_back(add_mail(inbox, {.subject = fmt::format("{}", i)}));
  auto other = connect();
  const auto table = other.contents(inbox);
  other.set_columns(table, {tag::kSubject});
  other.rows(table, 10);
  EXPECT_EQ(transfer(ids, false, target).code, EcCode::none);
  EXPECT_EQ(mailbox->writer().calls, 1U);
  EXPECT_EQ(row_of(target)->total, 500U);
  const auto notes = other.notifications();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].data.table_event, rop::TableEvent::changed);
}

}  // namespace
}  // namespace oxb::session
