// SPDX-License-Identifier: GPL-3.0-or-later
// What Outlook does first: log on, list folders, list messages, open one.
#include "tests/session/fixture.h"

namespace oxb::session {
namespace {

using FirstSteps = SessionTest;
using replica::Special;

TEST_F(FirstSteps, LogonNamesTheThirteenFoldersInOrder) {
  auto second = connect();
  const auto logon = second.log_on(mailbox->owner().legacy_dn);
  for (std::size_t i = 0; i < replica::kLogonFolders; ++i)
    EXPECT_EQ(logon.folders[i], mapi::Eid::of(special(static_cast<Special>(i)))) << i;
  EXPECT_EQ(logon.mailbox_guid, mailbox->replica().identity().mailbox);
  EXPECT_EQ(logon.replica_guid, mailbox->replica().identity().replica);
  EXPECT_NE(logon.mailbox_guid, logon.replica_guid);
  EXPECT_EQ(logon.replica_id, 1);
  EXPECT_EQ(logon.response_flags, 0x07);
}

TEST_F(FirstSteps, LogonComparesTheDnWithoutCase) {
  auto dn = mailbox->owner().legacy_dn;
  for (auto& c : dn) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  rop::Logon::Request request;
  request.essdn = dn;
  EXPECT_EQ(client->call<rop::Logon>(request).code, EcCode::none);
}

TEST_F(FirstSteps, ForeignMailboxesAreRefused) {
  rop::Logon::Request request;
  request.essdn = mailbox->installation().legacy_dn({directory::EntityKind::user, 1, 99});
  EXPECT_EQ(client->call<rop::Logon>(request).code, EcCode::login_perm);
  request.essdn = "/o=Elsewhere/cn=nobody";
  EXPECT_EQ(client->call<rop::Logon>(request).code, EcCode::unknown_user);
}

TEST_F(FirstSteps, HierarchyTableShowsTheTreeWithDepth) {
  const auto subtree = special(Special::ipm_subtree);
  const auto outer = add_folder(subtree, "Projects");
  add_folder(outer, "2026");
  const auto table = client->hierarchy(subtree, rop::kTableDepth);
  client->set_columns(table,
                      {tag::kDisplayName, tag::kDepth, tag::kSubfolders, tag::kContainerClass, tag::kAttributeHidden});
  bool found = false;
  for (const auto& row : client->rows(table)) {
    if (text(row.values[0]) == "Projects") {
      EXPECT_EQ(as<std::int32_t>(row.values[1]), 1);
      EXPECT_TRUE(as<bool>(row.values[2]));
      EXPECT_EQ(text(row.values[3]), "IPF.Note");
    }
    if (text(row.values[0]) == "2026") {
      EXPECT_EQ(as<std::int32_t>(row.values[1]), 2);
      EXPECT_FALSE(as<bool>(row.values[2]));
      found = true;
    }
  }
  EXPECT_TRUE(found);
}

TEST_F(FirstSteps, ContentsTableShowsMessagesNewestFirst) {
  add_mail(inbox, {.subject = "old", .minute = 1});
  add_mail(inbox, {.subject = "new", .minute = 3, .read = false});
  add_mail(inbox, {.subject = "middle", .minute = 2});
  const auto open = client->call<rop::GetContentsTable>({0, 1, 0}, client->open_folder(inbox));
  EXPECT_EQ(open->rows, 3U);
  const auto table = open.handle;
  client->set_columns(
      table, {tag::kSubject, tag::kMid, tag::kMessageFlags, tag::kRowType, tag::kInstID, tag::kInternetMessageId});
  client->sort(table, {{mapi::PropType::time, tag::kMessageDeliveryTime.id(), mapi::SortDirection::descending}});
  const auto rows = client->rows(table);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(text(rows[0].values[0]), "new");
  EXPECT_EQ(text(rows[1].values[0]), "middle");
  EXPECT_EQ(text(rows[2].values[0]), "old");
  EXPECT_EQ(as<std::int32_t>(rows[0].values[2]) & 1, 0);
  EXPECT_EQ(as<std::int32_t>(rows[1].values[2]) & 1, 1);
  EXPECT_EQ(as<std::int32_t>(rows[0].values[3]), 1);
  EXPECT_EQ(rows[0].values[1], rows[0].values[4]);
  EXPECT_EQ(error_of(rows[0].values[5]), kNotFound);  // any other form of "missing" is fatal for clients
}

TEST_F(FirstSteps, AMessageOpensWithItsRecipientsBodyAndAttachment) {
  mapi::Content content;
  content.properties.set(tag::kSubjectPrefix, std::string("RE: "));
  content.properties.set(tag::kNormalizedSubject, std::string("Plans"));
  content.properties.set(tag::kSubject, std::string("RE: Plans"));
  content.properties.set(tag::kNativeBody, std::int32_t{1});
  content.properties.set(tag::kBody, std::string("Hello\r\n"));
  auto& to = content.recipients.emplace_back().properties;
  to.set(tag::kRecipientType, std::int32_t{1});
  to.set(tag::kDisplayName, std::string("Max"));
  to.set(tag::kAddressType, std::string("SMTP"));
  to.set(tag::kEmailAddress, std::string("max@example.test"));
  to.set(tag::kSmtpAddress, std::string("max@example.test"));
  auto& file = content.attachments.emplace_back().properties;
  file.set(tag::kAttachLongFilename, std::string("a.bin"));
  file.set(tag::kAttachDataBinary, Bytes(100'000, std::byte{7}));
  mapi::PropertyBag more;
  more.set(tag::kSubjectPrefix, std::string("RE: "));
  const auto id = add_mail(inbox, {.subject = "Plans", .more = more, .content = content});

  rop::OpenMessage::Request request;
  request.folder = mapi::Eid::of(inbox);
  request.message = mapi::Eid::of(id);
  const auto opened = client->call<rop::OpenMessage>(request, client->logon);
  ASSERT_EQ(opened.code, EcCode::none);
  EXPECT_EQ(opened->subject_prefix.text, "RE: ");
  EXPECT_EQ(opened->normalized_subject.text, "Plans");
  ASSERT_EQ(opened->recipients.size(), 1U);
  EXPECT_EQ(opened->recipients[0].type, 1);
  EXPECT_EQ(opened->recipients[0].row->display_name, "Max");
  EXPECT_EQ(opened->recipients[0].row->email_address, "max@example.test");

  const auto values = client->get(opened.handle, {tag::kBody, tag::kMessageFlags, tag::kHasAttachments});
  EXPECT_EQ(text(values[0]), "Hello\r\n");
  EXPECT_EQ(as<std::int32_t>(values[1]) & 0x10, 0x10);
  EXPECT_TRUE(as<bool>(values[2]));

  const auto attachment = client->call<rop::OpenAttachment>({0, 1, 0, 0}, opened.handle);
  ASSERT_EQ(attachment.code, EcCode::none);
  EXPECT_EQ(error_of(client->get(attachment.handle, tag::kAttachDataBinary)), kTooLarge);
  const auto stream = client->call<rop::OpenStream>({0, 1, tag::kAttachDataBinary, 0}, attachment.handle);
  ASSERT_EQ(stream.code, EcCode::none);
  EXPECT_EQ(stream->size, 100'000U);
  std::size_t read = 0;
  for (;;) {
    const auto part = client->call<rop::ReadStream>({0, rop::kMaximumByteCountFollows, 0x10000}, stream.handle);
    ASSERT_EQ(part.code, EcCode::none);
    if (part->data.empty()) break;
    read += part->data.size();
  }
  EXPECT_EQ(read, 100'000U);
}

}  // namespace
}  // namespace oxb::session
