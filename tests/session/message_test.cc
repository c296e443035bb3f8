// SPDX-License-Identifier: GPL-3.0-or-later
// Messages, properties, streams, attachments, read state; messages that only the replica holds.
#include "tests/session/fixture.h"

#include <fmt/format.h>

namespace oxb::session {
namespace {

using mapi::PropType;
using replica::ContentsKind;

class Messages : public SessionTest {
 protected:
  MessageId add_with(mapi::Content content) { return add_mail(inbox, {.content = std::move(content)}); }
  std::uint32_t create_associated() { return client->create_message(inbox, true); }
  Outcome<rop::SaveChangesMessage> save(std::uint32_t message) { return client->save(message); }
  std::string read_all(std::uint32_t stream) {
    std::string out;
    for (;;) {
      const auto part = client->call<rop::ReadStream>({0, 0x1000, 0}, stream);
      EXPECT_EQ(part.code, EcCode::none);
      if (part->data.empty()) return out;
      out += as_text(part->data);
    }
  }
};

TEST_F(Messages, RecipientsThatDoNotFitAreReadLater) {
  mapi::Content content;
  for (int i = 0; i < 300; ++i) {
    auto& bag = content.recipients.emplace_back().properties;
    bag.set(tag::kRecipientType, std::int32_t{i % 3 + 1});
    bag.set(tag::kDisplayName, fmt::format("Person {}", i));
    bag.set(tag::kAddressType, std::string(i == 7 ? "EX" : "SMTP"));
    bag.set(tag::kEmailAddress, fmt::format("p{}@example.test", i));
    if (i % 2 == 0) bag.set(tag::kRecipientTrackStatus, std::int32_t{i});
  }
  const auto id = add_with(content);
  rop::OpenMessage::Request request;
  request.message = mapi::Eid::of(id);
  const auto opened = client->call<rop::OpenMessage>(request, client->logon, 4000);
  ASSERT_EQ(opened.code, EcCode::none);
  EXPECT_EQ(opened->recipient_count, 300);
  EXPECT_LT(opened->recipients.size(), 300U);
  EXPECT_GT(opened->recipients.size(), 10U);
  EXPECT_EQ(opened->recipients[7].row->address(), mapi::RecipientAddress::x500);
  client->columns[opened.handle] = std::make_shared<const mapi::Columns>(mapi::Columns{opened->recipient_columns});
  std::size_t next = opened->recipients.size();
  while (next < 300) {
    const auto more = client->call<rop::ReadRecipients>({0, static_cast<std::uint32_t>(next), 0}, opened.handle, 4000);
    ASSERT_EQ(more.code, EcCode::none);
    for (const auto& row : more->rows) {
      EXPECT_EQ(row.row_id, next);
      EXPECT_EQ(row.row->display_name, fmt::format("Person {}", next));
      ++next;
    }
  }
  EXPECT_EQ(client->call<rop::ReadRecipients>({0, 300, 0}, opened.handle).code, EcCode::not_found);
  EXPECT_EQ(client->call<rop::ReloadCachedInformation>({}, opened.handle)->recipient_count, 300);
}

TEST_F(Messages, LargeValuesAreReadThroughStreams) {
  mapi::Content content;
  const std::string body(20'000, 'x');
  content.properties.set(tag::kNativeBody, std::int32_t{1});
  content.properties.set(tag::kBody, body);
  content.properties.set(tag::kInternetMessageId, std::string(100, 'i'));
  const auto message = client->open_message(inbox, add_with(content));
  auto values = client->get(message, {tag::kBody, tag::kInternetMessageId});
  EXPECT_EQ(error_of(values[0]), kTooLarge);
  EXPECT_EQ(text(values[1]).size(), 100U);
  values = client->get(message, {tag::kBody, tag::kInternetMessageId}, 50);
  EXPECT_EQ(error_of(values[1]), kTooLarge) << "the client's own limit";

  const auto wide = client->call<rop::OpenStream>({0, 1, tag::kBody, 0}, message);
  ASSERT_EQ(wide.code, EcCode::none);
  EXPECT_EQ(wide->size, 40'000U) << "UTF-16 without terminator";
  const auto narrow = client->call<rop::OpenStream>({0, 1, tag::kBody.with(PropType::string8), 0}, message);
  EXPECT_EQ(read_all(narrow.handle), body);
  const auto reader = client->open_message(inbox, add_with(content), rop::kOpenReadOnly);
  EXPECT_EQ(client->call<rop::OpenStream>({0, 1, tag::kBody, 1}, reader).code, EcCode::access_denied);
  EXPECT_EQ(client->call<rop::OpenStream>({0, 1, tag::kBody, 3}, reader).code, EcCode::none) << "best access";
  EXPECT_EQ(client->call<rop::OpenStream>({0, 1, tag::kBody, 3}, message).code, EcCode::none) << "best access";
  EXPECT_EQ(client->call<rop::OpenStream>({0, 1, tag::kCreatorEntryId, 0}, message).code, EcCode::not_found);
}

TEST_F(Messages, ValuesShareTheRoomOfOneAnswer) {
  mapi::Content content;
  for (int i = 0; i < 10; ++i)
    content.properties.set(mapi::PropTag(static_cast<mapi::PropId>(0x6800 + i), PropType::binary),
                           Bytes(7000, std::byte{1}));
  const auto message = client->open_message(inbox, add_with(content));
  std::vector<mapi::PropTag> tags;
  for (int i = 0; i < 10; ++i) tags.emplace_back(static_cast<mapi::PropId>(0x6800 + i), PropType::binary);
  const auto values = client->get(message, tags);
  const auto given =
      std::count_if(values.begin(), values.end(), [](const auto& v) { return std::holds_alternative<Bytes>(v); });
  EXPECT_EQ(given, 4);
  EXPECT_EQ(std::count_if(values.begin(), values.end(), [](const auto& v) { return error_of(v) == kTooLarge; }), 6);
  const auto all = client->call<rop::GetPropertiesAll>({0, 0, 1}, message);
  EXPECT_EQ(all.code, EcCode::none);
}

TEST_F(Messages, TypesAreConvertedAsAsked) {
  mapi::Content content;
  content.properties.set(tag::kInternetReferences, std::string("ü"));
  const auto message = client->open_message(inbox, add_with(content));
  const auto values = client->get(
      message, {tag::kInternetReferences.with(PropType::string8), tag::kInternetReferences.with(PropType::unspecified),
                tag::kMessageSizeExtended, tag::kMessageSize, tag::kInternetReferences.with(PropType::integer32)});
  EXPECT_EQ(std::get<mapi::String8>(values[0]).bytes, "\xFC");
  EXPECT_EQ(text(values[1]), "ü");
  EXPECT_EQ(as<std::int64_t>(values[2]), 1000);
  EXPECT_EQ(as<std::int32_t>(values[3]), 1000);
  EXPECT_EQ(error_of(values[4]), kNotFound);
}

TEST_F(Messages, GetPropertiesListAndAllAgree) {
  const auto message = client->open_message(inbox, add_with({}));
  const auto list = client->call<rop::GetPropertiesList>({}, message)->tags;
  const auto all = client->call<rop::GetPropertiesAll>({0, 0, 1}, message)->properties;
  ASSERT_EQ(list.size(), all.size());
  for (std::size_t i = 0; i < list.size(); ++i) EXPECT_EQ(list[i].id(), all[i].tag.id());
  const auto has = [&](mapi::PropTag t) { return std::find(list.begin(), list.end(), t) != list.end(); };
  EXPECT_TRUE(has(tag::kSubject));
  EXPECT_TRUE(has(tag::kMid));
  EXPECT_TRUE(has(tag::kMessageClass));
}

TEST_F(Messages, BodiesFollowFromTheNativeOne) {
  mapi::Content content;
  const std::string html = "<html><body><p>Hello <b>you</b></p></body></html>";
  content.properties.set(tag::kNativeBody, std::int32_t{3});
  content.properties.set(tag::kInternetCodepage, std::int32_t{65001});
  content.properties.set(tag::kHtml, to_bytes(html));
  const auto message = client->open_message(inbox, add_with(content));
  const auto values = client->get(message, {tag::kBody, tag::kHtml});
  EXPECT_NE(text(values[0]).find("Hello you"), std::string::npos) << text(values[0]);
  EXPECT_EQ(as<Bytes>(values[1]), to_bytes(html));
}

TEST_F(Messages, StreamsSeekAndStop) {
  mapi::Content content;
  content.attachments.emplace_back().properties.set(tag::kAttachDataBinary, to_bytes("0123456789"));
  const auto message = client->open_message(inbox, add_with(content));
  const auto attachment = client->call<rop::OpenAttachment>({0, 1, 0, 0}, message).handle;
  const auto stream = client->call<rop::OpenStream>({0, 1, tag::kAttachDataBinary, 0}, attachment).handle;
  EXPECT_EQ(client->call<rop::SeekStream>({0, 2, -3}, stream)->position, 7U);
  EXPECT_EQ(as_text(client->call<rop::ReadStream>({0, 100, 0}, stream)->data), "789");
  EXPECT_TRUE(client->call<rop::ReadStream>({0, 100, 0}, stream)->data.empty());
  EXPECT_EQ(static_cast<std::uint32_t>(client->call<rop::SeekStream>({0, 0, -1}, stream).code), 0x80030019U);
  EXPECT_EQ(client->call<rop::SeekStream>({0, 9, 0}, stream).code, EcCode::invalid_parameter);
  EXPECT_EQ(client->call<rop::GetStreamSize>({}, stream)->size, 10U);
  EXPECT_EQ(static_cast<std::uint32_t>(client->call<rop::WriteStream>({0, to_bytes("x")}, stream).code), 0x80030005U);
  EXPECT_EQ(client->call<rop::SeekStream>({0, 0, 2}, stream).code, EcCode::none);
  const auto copy = client->call<rop::CloneStream>({0, 1}, stream).handle;
  EXPECT_EQ(as_text(client->call<rop::ReadStream>({0, 3, 0}, copy)->data), "234");
}

TEST_F(Messages, EmbeddedMessagesOpenAndOutliveTheirParents) {
  auto inner = std::make_shared<mapi::Content>();
  inner->properties.set(tag::kSubject, std::string("Inner"));
  inner->properties.set(tag::kNormalizedSubject, std::string("Inner"));
  inner->recipients.emplace_back().properties.set(tag::kDisplayName, std::string("Max"));
  inner->attachments.emplace_back().properties.set(tag::kAttachLongFilename, std::string("deep.txt"));
  mapi::Content content;
  auto& outer = content.attachments.emplace_back();
  outer.properties.set(tag::kAttachMethod, std::int32_t{5});
  outer.embedded = inner;
  content.attachments.emplace_back().properties.set(tag::kAttachDataBinary, to_bytes("plain"));
  const auto message = client->open_message(inbox, add_with(content));
  EXPECT_EQ(client->call<rop::GetValidAttachments>({}, message)->attachments, (std::vector<std::uint32_t>{0, 1}));
  const auto attachment = client->call<rop::OpenAttachment>({0, 1, 0, 0}, message).handle;
  const auto plain = client->call<rop::OpenAttachment>({0, 1, 0, 1}, message).handle;
  const auto embedded = client->call<rop::OpenEmbeddedMessage>({0, 1, rop::kLogonCodePage, 0}, attachment);
  ASSERT_EQ(embedded.code, EcCode::none);
  EXPECT_EQ(embedded->header.normalized_subject.text, "Inner");
  EXPECT_EQ(embedded->header.recipient_count, 1);
  client->release(attachment);
  client->release(message);
  EXPECT_EQ(text(client->get(embedded.handle, tag::kSubject)), "Inner");
  EXPECT_EQ(client->call<rop::OpenAttachment>({0, 1, 0, 0}, embedded.handle).code, EcCode::none);
  EXPECT_EQ(client->call<rop::OpenAttachment>({0, 1, 0, 1}, embedded.handle).code, EcCode::not_found);
  EXPECT_EQ(client->call<rop::OpenEmbeddedMessage>({0, 1, rop::kLogonCodePage, 0}, plain).code, EcCode::not_found);
  EXPECT_EQ(client->call<rop::OpenEmbeddedMessage>({0, 1, rop::kLogonCodePage, 2}, plain).code, EcCode::access_denied);
}

TEST_F(Messages, AttachmentTable) {
  mapi::Content content;
  for (const char* name : {"a.txt", "b.txt"}) {
    auto& bag = content.attachments.emplace_back().properties;
    bag.set(tag::kAttachLongFilename, std::string(name));
    bag.set(tag::kAttachDataBinary, Bytes(1000));
  }
  const auto message = client->open_message(inbox, add_with(content));
  const auto table = client->call<rop::GetAttachmentTable>({0, 1, 0}, message).handle;
  client->set_columns(table, {tag::kAttachLongFilename, tag::kAttachNumber, tag::kAttachSize, tag::kAttachMethod,
                              tag::kRenderingPosition});
  const auto rows = client->rows(table);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(text(rows[1].values[0]), "b.txt");
  EXPECT_EQ(as<std::int32_t>(rows[1].values[1]), 1);
  EXPECT_GE(as<std::int32_t>(rows[1].values[2]), 1000);
  EXPECT_EQ(as<std::int32_t>(rows[1].values[3]), 1);
  EXPECT_EQ(as<std::int32_t>(rows[1].values[4]), -1);
}

TEST_F(Messages, ReadStateGoesThroughTheBackend) {
  const auto id = add_mail(inbox, {.read = false});
  const auto message = client->open_message(inbox, id);
  EXPECT_EQ(client->call<rop::SetMessageReadFlag>({1, 0, rop::kReadFlagSuppressReceipt, {}}, message).code,
            EcCode::none);
  EXPECT_EQ(mailbox->flagged, (std::vector<std::pair<MessageId, bool>>{{id, true}}));
  EXPECT_EQ(as<std::int32_t>(client->get(message, tag::kMessageFlags)) & 1, 1);
  EXPECT_EQ(client->call<rop::SetMessageReadFlag>({1, 0, 0, {}}, message).code, EcCode::none);
  EXPECT_EQ(client->call<rop::SetMessageReadFlag>({1, 0, rop::kReadFlagClearNotifyRead, {}}, message).code,
            EcCode::none);
  EXPECT_EQ(mailbox->flagged.size(), 1U) << "what is so already is not asked for again";

  const auto folder = client->open_folder(inbox);
  rop::SetReadFlags::Request request;
  request.flags = rop::kReadFlagClear;
  request.messages = {mapi::Eid::of(id), mapi::Eid::of(4711)};  // the second was moved away meanwhile
  EXPECT_EQ(client->call<rop::SetReadFlags>(request, folder).code, EcCode::none);
  EXPECT_EQ(mailbox->flagged.back(), std::pair(id, false));
  const auto second = add_mail(inbox, {.read = false});
  request.flags = 0;
  request.messages = {};
  EXPECT_EQ(client->call<rop::SetReadFlags>(request, folder).code, EcCode::none);
  EXPECT_EQ(mailbox->flagged.size(), 4U);
  EXPECT_EQ(mailbox->flagged.back(), std::pair(second, true));
  on_queue([&] { mailbox->trouble = Errc::unavailable; });
  request.flags = rop::kReadFlagClear;
  EXPECT_EQ(client->call<rop::SetReadFlags>(request, folder).code, EcCode::network);
}

TEST_F(Messages, StatusBitsAreKept) {
  const auto id = mapi::Eid::of(add_mail(inbox, {}));
  const auto folder = client->open_folder(inbox);
  EXPECT_EQ(client->call<rop::SetMessageStatus>({0, id, 0xFF, 0x30}, folder)->status, 0U);
  EXPECT_EQ(client->call<rop::SetMessageStatus>({0, id, 0, 0x10}, folder)->status, 0x30U);
  // The answer carries RopSetMessageStatus' id.
  const auto answer = client->send({rop::RopRequest::of<rop::GetMessageStatus>(0, {0, id})}, {folder});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->rops[0].as<rop::GetMessageStatus>().status, 0x20U);
}

TEST_F(Messages, AssociatedMessagesAreMadeChangedAndDeletedHere) {
  auto other = connect();
  const auto table = other.contents(inbox, rop::kTableAssociated);
  other.set_columns(table, {tag::kMessageClass, tag::kRoamingDatatypes, tag::kMessageFlags});
  EXPECT_TRUE(other.rows(table).empty());

  const auto message = create_associated();
  EXPECT_EQ(text(client->get(message, tag::kMessageClass)), "IPM.Note");
  EXPECT_EQ(client->set(message, {{tag::kMessageClass, std::string("IPM.Configuration.Test")},
                                  {tag::kRoamingDatatypes, std::int32_t{4}}}),
            EcCode::none);
  const auto stream = client->call<rop::OpenStream>({0, 1, tag::kRoamingDictionary, 2}, message).handle;
  const Bytes data(40'000, std::byte{42});
  EXPECT_EQ(client->call<rop::WriteStream>({0, Bytes(data.begin(), data.begin() + 20'000)}, stream)->written, 20'000);
  EXPECT_EQ(client->call<rop::WriteStreamExtended>({0, Bytes(data.begin() + 20'000, data.end())}, stream)->written,
            20'000U);
  EXPECT_EQ(client->call<rop::CommitStream>({}, stream).code, EcCode::none);
  const auto saved = save(message);
  ASSERT_EQ(saved.code, EcCode::none);
  const auto id = saved->message.message();

  const auto notes = other.notifications();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].data.table_event, rop::TableEvent::row_added);
  other.call<rop::SeekRow>({}, table);
  const auto rows = other.rows(table);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(text(rows[0].values[0]), "IPM.Configuration.Test");
  EXPECT_EQ(as<std::int32_t>(rows[0].values[1]), 4);
  EXPECT_EQ(as<std::int32_t>(rows[0].values[2]) & 0x40, 0x40);

  const auto again = other.open_message(inbox, id, rop::kOpenReadWrite);
  const auto read = other.call<rop::OpenStream>({0, 1, tag::kRoamingDictionary, 0}, again);
  EXPECT_EQ(read->size, 40'000U);
  EXPECT_TRUE(mailbox->fetched.empty()) << "the backend knows nothing of it";

  rop::HardDeleteMessages::Request remove;
  remove.messages = {mapi::Eid::of(id)};
  EXPECT_EQ(client->call<rop::HardDeleteMessages>(remove, client->open_folder(inbox)).code, EcCode::none);
  EXPECT_EQ(client->call<rop::HardDeleteMessages>(remove, client->open_folder(inbox)).code, EcCode::none)
      << "gone already";
  EXPECT_EQ(other.set(again, {{tag::kRoamingDatatypes, std::int32_t{2}}}), EcCode::none);
  EXPECT_EQ(other.call<rop::SaveChangesMessage>({1, 0, 0}, again).code, EcCode::object_deleted);
}

TEST_F(Messages, TheSecondOfTwoSaversLearnsOfTheFirst) {
  const auto message = create_associated();
  const auto id = save(message)->message.message();
  auto other = connect();
  const auto theirs = other.open_message(inbox, id, rop::kOpenReadWrite);
  EXPECT_EQ(client->set(message, {{tag::kImportance, std::int32_t{2}}}), EcCode::none);
  EXPECT_EQ(save(message).code, EcCode::none);
  EXPECT_EQ(other.set(theirs, {{tag::kImportance, std::int32_t{0}}}), EcCode::none);
  EXPECT_EQ(other.call<rop::SaveChangesMessage>({1, 0, 0}, theirs).code, EcCode::object_modified);
  EXPECT_EQ(other.call<rop::SaveChangesMessage>({1, 0, rop::SaveChangesMessage::kForceSave}, theirs).code,
            EcCode::none);
  EXPECT_EQ(as<std::int32_t>(client->get(client->open_message(inbox, id), tag::kImportance)), 0);
}

TEST_F(Messages, UnsavedChangesVanishAndDeletedPropertiesStayDeleted) {
  const auto message = create_associated();
  EXPECT_EQ(client->set(message, {{tag::kComment, std::string("x")}}), EcCode::none);
  const auto id = save(message)->message.message();
  EXPECT_EQ(client->set(message, {{tag::kComment, std::string("y")}}), EcCode::none);
  EXPECT_EQ(text(client->get(client->open_message(inbox, id), tag::kComment)), "x");
  EXPECT_EQ(client->call<rop::DeleteProperties>({0, {tag::kComment}}, message).code, EcCode::none);
  EXPECT_EQ(save(message).code, EcCode::none);
  EXPECT_EQ(error_of(client->get(client->open_message(inbox, id), tag::kComment)), kNotFound);
}

TEST_F(Messages, AStreamThatIsReleasedCountsAsCommitted) {
  const auto message = create_associated();
  const auto stream = client->call<rop::OpenStream>({0, 1, tag::kComment, 2}, message).handle;
  client->call<rop::WriteStream>({0, from_hex("41 00 fc 00").value()}, stream);
  client->release(stream);
  const auto id = save(message)->message.message();
  EXPECT_EQ(text(client->get(client->open_message(inbox, id), tag::kComment)), "Aü");
}

TEST_F(Messages, WritingStreamsIsBounded) {
  ContextLimits limits;
  limits.written_bytes = 10'000;
  auto small = connect(limits);
  rop::CreateMessage::Request request;
  request.folder = mapi::Eid::of(inbox);
  request.associated = true;
  const auto message = small.call<rop::CreateMessage>(request, small.logon).handle;
  const auto stream = small.call<rop::OpenStream>({0, 1, tag::kRoamingDictionary, 2}, message).handle;
  EXPECT_EQ(small.call<rop::WriteStream>({0, Bytes(8000)}, stream).code, EcCode::none);
  EXPECT_EQ(small.call<rop::WriteStream>({0, Bytes(8000)}, stream).code, EcCode::not_enough_memory);
  EXPECT_EQ(small.call<rop::SetStreamSize>({0, 1ULL << 40}, stream).code, EcCode::not_enough_memory);
}

}  // namespace
}  // namespace oxb::session
