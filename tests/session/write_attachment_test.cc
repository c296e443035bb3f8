// SPDX-License-Identifier: GPL-3.0-or-later
// Attachments and embedded messages that are made and changed [MS-OXCMSG] 2.2.3.12 - 2.2.3.18.
#include "tests/session/fixture.h"

namespace oxb::session {
namespace {

using mapi::PropType;

class WrittenAttachments : public SessionTest {
 protected:
  const mapi::Content& saved() { return *mailbox->writer().last->content; }
  Outcome<rop::CreateAttachment> create(std::uint32_t message) {
    return client->call<rop::CreateAttachment>({0, 1}, message);
  }
  EcCode save_attachment(std::uint32_t attachment) {
    return client->call<rop::SaveChangesAttachment>({1, 0, rop::SaveChangesMessage::kKeepOpenReadWrite}, attachment)
        .code;
  }
  std::uint32_t add(std::uint32_t message, std::string name, std::string_view data) {
    const auto attachment = create(message);
    EXPECT_EQ(client->set(attachment.handle,
                          {{tag::kAttachMethod, std::int32_t{1}}, {tag::kAttachLongFilename, std::move(name)}}),
              EcCode::none);
    EXPECT_EQ(client->write_stream(attachment.handle, tag::kAttachDataBinary, as_bytes(data)), EcCode::none);
    EXPECT_EQ(save_attachment(attachment.handle), EcCode::none);
    client->release(attachment.handle);
    return attachment->attachment;
  }
  std::vector<std::uint32_t> numbers(std::uint32_t message) {
    return client->call<rop::GetValidAttachments>({}, message)->attachments;
  }
  Outcome<rop::OpenEmbeddedMessage> embedded(std::uint32_t attachment, std::uint8_t mode) {
    return client->call<rop::OpenEmbeddedMessage>({0, 1, rop::kLogonCodePage, mode}, attachment);
  }
  std::uint32_t open(std::uint32_t message, std::uint32_t number, std::uint8_t mode = rop::kOpenReadWrite) {
    const auto out = client->call<rop::OpenAttachment>({0, 1, mode, number}, message);
    EXPECT_EQ(out.code, EcCode::none);
    return out.handle;
  }
};

TEST_F(WrittenAttachments, AFileIsMadeSavedAndReadAgain) {
  const auto message = client->create_message(inbox);
  const auto attachment = create(message);
  ASSERT_EQ(attachment.code, EcCode::none);
  EXPECT_EQ(attachment->attachment, 0U);
  EXPECT_EQ(as<std::int32_t>(client->get(attachment.handle, tag::kAttachNumber)), 0);
  EXPECT_EQ(as<std::int32_t>(client->get(attachment.handle, tag::kRenderingPosition)), -1);
  const std::string data(100'000, 'd');
  EXPECT_EQ(client->write_stream(attachment.handle, tag::kAttachDataBinary, as_bytes(data)), EcCode::none);
  EXPECT_EQ(client->set(attachment.handle, {{tag::kAttachLongFilename, std::string("a.bin")}}), EcCode::none);
  EXPECT_TRUE(numbers(message).empty()) << "not before it is saved";
  EXPECT_FALSE(as<bool>(client->get(message, tag::kHasAttachments)));
  EXPECT_EQ(save_attachment(attachment.handle), EcCode::none);
  EXPECT_EQ(numbers(message), std::vector<std::uint32_t>{0});
  EXPECT_TRUE(as<bool>(client->get(message, tag::kHasAttachments)));
  EXPECT_EQ(as<std::int32_t>(client->get(message, tag::kMessageFlags)) & 0x10, 0x10);

  const auto id = client->save(message)->message.message();
  EXPECT_TRUE(mailbox->writer().last->attachments_changed);
  const auto again = client->open_message(inbox, id);
  EXPECT_EQ(as_text(client->read_stream(open(again, 0), tag::kAttachDataBinary)), data);
  EXPECT_GE(as<std::int32_t>(client->get(open(again, 0), tag::kAttachSize)), 100'000);
}

TEST_F(WrittenAttachments, UnsavedAttachmentsAreNotPartOfTheMessage) {
  const auto message = client->create_message(inbox);
  const auto attachment = create(message);
  client->set(attachment.handle, {{tag::kAttachLongFilename, std::string("lost.txt")}});
  client->release(attachment.handle);
  ASSERT_EQ(client->save(message).code, EcCode::none);
  EXPECT_TRUE(saved().attachments.empty());
  EXPECT_FALSE(mailbox->writer().last->attachments_changed);
}

TEST_F(WrittenAttachments, NumbersAreNeverReused) {
  const auto message = client->create_message(inbox);
  EXPECT_EQ(add(message, "0", "zero"), 0U);
  EXPECT_EQ(add(message, "1", "one"), 1U);
  EXPECT_EQ(add(message, "2", "two"), 2U);
  EXPECT_EQ(client->call<rop::DeleteAttachment>({0, 1}, message).code, EcCode::none);
  EXPECT_EQ(client->call<rop::DeleteAttachment>({0, 1}, message).code, EcCode::not_found);
  EXPECT_EQ(numbers(message), (std::vector<std::uint32_t>{0, 2}));
  EXPECT_EQ(client->call<rop::DeleteAttachment>({0, 2}, message).code, EcCode::none);
  EXPECT_EQ(add(message, "3", "three"), 3U);
  EXPECT_EQ(as_text(client->read_stream(open(message, 3), tag::kAttachDataBinary)), "three");
  ASSERT_EQ(client->save(message).code, EcCode::none);
  ASSERT_EQ(saved().attachments.size(), 2U);
  // The open object keeps the numbers it gave out.
  EXPECT_EQ(numbers(message), (std::vector<std::uint32_t>{0, 3}));
  EXPECT_EQ(as_text(client->read_stream(open(message, 3), tag::kAttachDataBinary)), "three");
  EXPECT_EQ(add(message, "4", "four"), 4U);
}

TEST_F(WrittenAttachments, TheTableShowsTheDraft) {
  const auto message = client->create_message(inbox);
  add(message, "a.txt", "a");
  add(message, "b.txt", "b");
  client->call<rop::DeleteAttachment>({0, 0}, message);
  const auto table = client->call<rop::GetAttachmentTable>({0, 1, 0}, message).handle;
  client->set_columns(table, {tag::kAttachLongFilename, tag::kAttachNumber});
  const auto rows = client->rows(table);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(text(rows[0].values[0]), "b.txt");
  EXPECT_EQ(as<std::int32_t>(rows[0].values[1]), 1);
}

TEST_F(WrittenAttachments, ExistingOnesAreChangedOrLeftAlone) {
  mapi::Content content;
  for (const char* name : {"a.txt", "b.txt"}) {
    auto& bag = content.attachments.emplace_back().properties;
    bag.set(tag::kAttachLongFilename, std::string(name));
    bag.set(tag::kAttachDataBinary, to_bytes(name));
    bag.set(tag::kAttachSize, std::int32_t{999});
  }
  const auto id = add_mail(inbox, {.content = content});
  const auto message = client->open_message(inbox, id, rop::kOpenReadWrite);
  const auto reader = open(message, 0, rop::kOpenReadOnly);
  EXPECT_EQ(client->set(reader, {{tag::kAttachLongFilename, std::string("x")}}), EcCode::access_denied);
  const auto attachment = open(message, 1);
  EXPECT_EQ(client->write_stream(attachment, tag::kAttachDataBinary, as_bytes("longer data")), EcCode::none);
  EXPECT_EQ(client->set(attachment, {{tag::kAttachNumber, std::int32_t{9}}}), EcCode::none) << "computed: ignored";
  EXPECT_NE(as<std::int32_t>(client->get(attachment, tag::kAttachSize)), 999);
  EXPECT_EQ(save_attachment(attachment), EcCode::none);
  ASSERT_EQ(client->save(message).code, EcCode::none);
  EXPECT_EQ(as_text(*saved().attachments[0].properties.get<Bytes>(tag::kAttachDataBinary)), "a.txt");
  EXPECT_EQ(as_text(*saved().attachments[1].properties.get<Bytes>(tag::kAttachDataBinary)), "longer data");
  EXPECT_TRUE(mailbox->writer().last->attachments_changed);
  EXPECT_TRUE(mailbox->writer().last->changed.empty());
}

TEST_F(WrittenAttachments, ADeletedOneIsGoneForItsOpenHandles) {
  const auto message = client->create_message(inbox);
  add(message, "a.txt", "a");
  const auto attachment = open(message, 0);
  client->call<rop::DeleteAttachment>({0, 0}, message);
  EXPECT_EQ(client->call<rop::GetPropertiesAll>({0, 0, 1}, attachment).code, EcCode::object_deleted);
  EXPECT_EQ(client->set(attachment, {{tag::kAttachLongFilename, std::string("x")}}), EcCode::object_deleted);
  EXPECT_EQ(client->call<rop::OpenStream>({0, 1, tag::kAttachDataBinary, 0}, attachment).code, EcCode::object_deleted);
  EXPECT_EQ(embedded(attachment, 2).code, EcCode::object_deleted);
}

TEST_F(WrittenAttachments, EmbeddedMessagesAreMadeAndChanged) {
  const auto message = client->create_message(inbox);
  const auto attachment = create(message).handle;
  EXPECT_EQ(embedded(attachment, 0).code, EcCode::not_found);
  EXPECT_EQ(embedded(attachment, 1).code, EcCode::not_found);
  const auto inner = embedded(attachment, 2);
  ASSERT_EQ(inner.code, EcCode::none);
  EXPECT_EQ(client->set(inner.handle, {{tag::kSubject, std::string("Inner")}}), EcCode::none);
  EXPECT_EQ(client->add_recipient(inner.handle, 0, "Max", "max@example.test"), EcCode::none);
  add(inner.handle, "deep.txt", "deep");
  EXPECT_EQ(client->save(inner.handle).code, EcCode::none);
  EXPECT_EQ(mailbox->writer().calls, 0U);
  EXPECT_EQ(as<std::int32_t>(client->get(attachment, tag::kAttachMethod)), 5);
  EXPECT_EQ(save_attachment(attachment), EcCode::none);
  const auto id = client->save(message)->message.message();
  ASSERT_EQ(saved().attachments.size(), 1U);
  const auto& content = *saved().attachments[0].embedded;
  EXPECT_EQ(*content.properties.get<std::string>(tag::kNormalizedSubject), "Inner");
  EXPECT_EQ(content.recipients.size(), 1U);
  EXPECT_EQ(content.attachments.size(), 1U);

  const auto again = client->open_message(inbox, id, rop::kOpenReadWrite);
  const auto outer = open(again, 0);
  const auto changed = embedded(outer, 1);
  ASSERT_EQ(changed.code, EcCode::none);
  EXPECT_EQ(changed->header.normalized_subject.text, "Inner");
  client->set(changed.handle, {{tag::kSubject, std::string("Changed")}});
  EXPECT_EQ(client->save(changed.handle).code, EcCode::none);
  EXPECT_EQ(save_attachment(outer), EcCode::none);
  EXPECT_EQ(client->save(again).code, EcCode::none);
  EXPECT_EQ(*saved().attachments[0].embedded->properties.get<std::string>(tag::kSubject), "Changed");
  EXPECT_EQ(saved().attachments[0].embedded->attachments.size(), 1U) << "the rest is kept";
}

TEST_F(WrittenAttachments, AReadOnlyEmbeddedMessageStaysSo) {
  auto inner = std::make_shared<mapi::Content>();
  mapi::Content content;
  content.attachments.emplace_back().embedded = inner;
  const auto message = client->open_message(inbox, add_mail(inbox, {.content = content}), rop::kOpenReadOnly);
  EXPECT_EQ(client->call<rop::OpenAttachment>({0, 1, rop::kOpenReadWrite, 0}, message).code, EcCode::access_denied);
  const auto attachment = open(message, 0, rop::kOpenBestAccess);
  EXPECT_EQ(embedded(attachment, 1).code, EcCode::access_denied);
  const auto opened = embedded(attachment, 0);
  EXPECT_EQ(client->set(opened.handle, {{tag::kSubject, std::string("x")}}), EcCode::access_denied);
  EXPECT_EQ(client->save(opened.handle).code, EcCode::access_denied);
}

TEST_F(WrittenAttachments, ObjectsAreKeptByteByByte) {
  const auto message = client->create_message(inbox);
  const auto attachment = create(message).handle;
  client->set(attachment, {{tag::kAttachMethod, std::int32_t{6}}});
  Bytes object(5000);
  for (std::size_t i = 0; i < object.size(); ++i) object[i] = static_cast<std::byte>(i * 7);
  EXPECT_EQ(client->write_stream(attachment, tag::kAttachDataObject, object), EcCode::none);
  save_attachment(attachment);
  const auto id = client->save(message)->message.message();
  const auto again = open(client->open_message(inbox, id), 0);
  EXPECT_EQ(as<std::int32_t>(client->get(again, tag::kAttachMethod)), 6);
  EXPECT_EQ(client->read_stream(again, tag::kAttachDataObject), object);
  EXPECT_EQ(client->call<rop::OpenStream>({0, 1, mapi::PropTag(0x6701, PropType::object), 0}, again).code,
            EcCode::not_supported);
}

TEST_F(WrittenAttachments, NumberDepthAndSizeAreBounded) {
  ContextLimits limits;
  limits.attachments = 2;
  limits.embedded_depth = 2;
  limits.written_bytes = 100'000;
  client = std::make_unique<Client>(connect(limits));
  const auto message = client->create_message(inbox);
  add(message, "a", "a");
  const auto outer = create(message);
  EXPECT_EQ(outer.code, EcCode::none);
  const auto first = embedded(outer.handle, 2);
  const auto second = embedded(create(first.handle).handle, 2);
  EXPECT_EQ(second.code, EcCode::none);
  EXPECT_EQ(embedded(create(second.handle).handle, 2).code, EcCode::not_enough_memory);
  EXPECT_EQ(client->write_stream(outer.handle, tag::kAttachDataBinary, Bytes(200'000)), EcCode::not_enough_memory);
  EXPECT_EQ(save_attachment(outer.handle), EcCode::none);
  EXPECT_EQ(create(message).code, EcCode::not_enough_memory);
}

}  // namespace
}  // namespace oxb::session
