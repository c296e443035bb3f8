// SPDX-License-Identifier: GPL-3.0-or-later
// RopCopyTo and RopCopyProperties [MS-OXCPRPT] 2.2.10, 2.2.11.
#include "tests/session/fixture.h"

namespace oxb::session {
namespace {

using mapi::PropType;
constexpr std::uint8_t kMove = 1, kNoOverwrite = 2;
constexpr mapi::PropTag kOdd(0x6730, PropType::integer32);

class Copies : public SessionTest {
 protected:
  void SetUp() override {
    SessionTest::SetUp();
    mapi::Content content;
    content.properties.set(tag::kNativeBody, std::int32_t{3});
    content.properties.set(tag::kHtml, to_bytes("<p>text</p>"));
    content.properties.set(kOdd, std::int32_t{42});
    auto& recipient = content.recipients.emplace_back().properties;
    recipient.set(tag::kDisplayName, std::string("Max"));
    recipient.set(tag::kRecipientType, std::int32_t{1});
    auto& file = content.attachments.emplace_back();
    file.properties.set(tag::kAttachLongFilename, std::string("a.txt"));
    file.properties.set(tag::kAttachDataBinary, to_bytes("data"));
    content.attachments.emplace_back().embedded = std::make_shared<mapi::Content>();
    id = add_mail(inbox, {.subject = "Original", .content = content});
    source = client->open_message(inbox, id, rop::kOpenReadWrite);
    target = client->create_message(inbox);
  }
  Outcome<rop::CopyTo> copy_to(std::uint32_t from, std::uint32_t to, std::vector<mapi::PropTag> excluded = {},
                               bool sub_objects = true, std::uint8_t flags = 0) {
    rop::CopyTo::Request request;
    request.asynchronous = true;
    request.excluded = std::move(excluded);
    request.sub_objects = sub_objects;
    request.flags = flags;
    return client->transfer<rop::CopyTo>(request, from, to);
  }
  Outcome<rop::CopyProperties> copy(std::uint32_t from, std::uint32_t to, std::vector<mapi::PropTag> tags,
                                    std::uint8_t flags = 0) {
    rop::CopyProperties::Request request;
    request.tags = std::move(tags);
    request.flags = flags;
    return client->transfer<rop::CopyProperties>(request, from, to);
  }
  const mapi::Content& saved() { return *mailbox->writer().last->content; }
  MessageId id;
  std::uint32_t source{}, target{};
};

TEST_F(Copies, AWholeMessageIsCopied) {
  const auto out = copy_to(source, target);
  ASSERT_EQ(out.code, EcCode::none);
  EXPECT_TRUE(out->problems.empty());
  ASSERT_EQ(client->save(target).code, EcCode::none);
  EXPECT_EQ(text(*saved().properties.find(tag::kSubject)), "Original");
  EXPECT_EQ(as<std::int32_t>(*saved().properties.find(kOdd)), 42);
  EXPECT_EQ(as<std::int32_t>(*saved().properties.find(tag::kNativeBody)), 3);
  EXPECT_FALSE(saved().properties.has(tag::kBody)) << "only what the original had itself";
  EXPECT_EQ(saved().recipients.size(), 1U);
  EXPECT_EQ(saved().attachments.size(), 2U);
  EXPECT_EQ(text(*saved().properties.find(tag::kDisplayTo)), "Max");
  EXPECT_EQ(mailbox->writer().last->id.value, 0U) << "another message";
  EXPECT_TRUE(row_of(id));
}

TEST_F(Copies, ExclusionsAndSubObjectsAreObeyed) {
  EXPECT_EQ(copy_to(source, target, {tag::kSubject, tag::kMessageAttachments, kOdd}).code, EcCode::none);
  client->save(target);
  EXPECT_FALSE(saved().properties.has(kOdd));
  EXPECT_TRUE(saved().attachments.empty());
  EXPECT_EQ(saved().recipients.size(), 1U);
  const auto other = client->create_message(inbox);
  EXPECT_EQ(copy_to(source, other, {}, false).code, EcCode::none);
  client->save(other);
  EXPECT_TRUE(saved().recipients.empty());
  EXPECT_EQ(as<std::int32_t>(*saved().properties.find(kOdd)), 42);
}

TEST_F(Copies, NothingIsOverwrittenWhenItIsNotWanted) {
  client->set(target, {{kOdd, std::int32_t{1}}});
  client->add_recipient(target, 0, "Eva", "eva@example.test");
  EXPECT_EQ(copy_to(source, target, {}, true, kNoOverwrite).code, EcCode::none);
  client->save(target);
  EXPECT_EQ(as<std::int32_t>(*saved().properties.find(kOdd)), 1);
  EXPECT_EQ(text(*saved().recipients.at(0).properties.find(tag::kDisplayName)), "Eva");
  EXPECT_EQ(saved().attachments.size(), 2U) << "there were none";
  EXPECT_EQ(copy(source, target, {kOdd}, kNoOverwrite).code, EcCode::none);
  EXPECT_EQ(as<std::int32_t>(client->get(target, kOdd)), 1);
  EXPECT_EQ(copy(source, target, {kOdd}).code, EcCode::none);
  EXPECT_EQ(as<std::int32_t>(client->get(target, kOdd)), 42);
}

TEST_F(Copies, NamedPropertiesOnlyAndProblemsByPlace) {
  const auto out = copy(source, target, {tag::kMid, kOdd, tag::kComment, tag::kContainerContents});
  ASSERT_EQ(out.code, EcCode::none);
  ASSERT_EQ(out->problems.size(), 2U);
  EXPECT_EQ(out->problems[0], (rop::PropertyProblem{0, tag::kMid, EcCode::computed}));
  EXPECT_EQ(out->problems[1], (rop::PropertyProblem{3, tag::kContainerContents, EcCode::not_supported}));
  EXPECT_EQ(as<std::int32_t>(client->get(target, kOdd)), 42);
  EXPECT_EQ(error_of(client->get(target, tag::kSubject)), kNotFound);
  EXPECT_EQ(copy(source, target, {tag::kMessageRecipients, tag::kMessageAttachments}).code, EcCode::none);
  client->save(target);
  EXPECT_EQ(saved().recipients.size(), 1U);
  EXPECT_EQ(saved().attachments.size(), 2U);
}

TEST_F(Copies, MovingTakesAwayFromTheSource) {
  EXPECT_EQ(copy(source, target, {kOdd, tag::kMessageRecipients}, kMove).code, EcCode::none);
  EXPECT_EQ(error_of(client->get(source, kOdd)), kNotFound);
  EXPECT_EQ(client->call<rop::ReadRecipients>({0, 0, 0}, source).code, EcCode::not_found);
  client->save(source);
  EXPECT_TRUE(mailbox->writer().last->changed.contains(kOdd.id()));
  EXPECT_TRUE(mailbox->writer().last->recipients_changed);
  const auto reader = client->open_message(inbox, id, rop::kOpenReadOnly);
  EXPECT_EQ(copy(reader, target, {kOdd}, kMove).code, EcCode::access_denied);
  EXPECT_EQ(copy(target, reader, {kOdd}).code, EcCode::access_denied);
}

TEST_F(Copies, AttachmentsAreCopiedIntoAttachments) {
  const auto file = client->call<rop::OpenAttachment>({0, 1, 0, 0}, source).handle;
  const auto embedded = client->call<rop::OpenAttachment>({0, 1, 0, 1}, source).handle;
  for (const auto one : {file, embedded}) {
    const auto made = client->call<rop::CreateAttachment>({0, 1}, target).handle;
    EXPECT_EQ(copy_to(one, made).code, EcCode::none);
    EXPECT_EQ(client->call<rop::SaveChangesAttachment>({1, 0, 0}, made).code, EcCode::none);
  }
  client->save(target);
  ASSERT_EQ(saved().attachments.size(), 2U);
  EXPECT_EQ(as_text(*saved().attachments[0].properties.get<Bytes>(tag::kAttachDataBinary)), "data");
  EXPECT_TRUE(saved().attachments[1].embedded);
}

TEST_F(Copies, AMessageIsCopiedIntoAnEmbeddedOne) {
  const auto made = client->call<rop::CreateAttachment>({0, 1}, target).handle;
  const auto inner = client->call<rop::OpenEmbeddedMessage>({0, 1, rop::kLogonCodePage, 2}, made).handle;
  EXPECT_EQ(copy_to(source, inner).code, EcCode::none);
  client->save(inner);
  client->call<rop::SaveChangesAttachment>({1, 0, 0}, made);
  client->save(target);
  EXPECT_EQ(saved().attachments.at(0).embedded->attachments.size(), 2U);
}

TEST_F(Copies, FoldersGiveTheirPropertiesOnly) {
  const mapi::PropTag view(0x6731, PropType::binary);
  const auto one = client->open_folder(add_folder(inbox, "One"));
  const auto two_id = add_folder(inbox, "Two");
  const auto two = client->open_folder(two_id);
  client->set(one, {{view, Bytes(3)}, {tag::kComment, std::string("words")}});
  EXPECT_EQ(copy_to(one, two).code, EcCode::not_supported);
  EXPECT_EQ(copy_to(one, two, {}, false).code, EcCode::none);
  EXPECT_EQ(as<Bytes>(client->get(two, view)), Bytes(3));
  EXPECT_EQ(text(client->get(two, tag::kComment)), "words");
  EXPECT_EQ(row_of(two_id)->name, "Two");
  EXPECT_EQ(copy(one, two, {tag::kDisplayName})->problems.at(0).error, EcCode::duplicate_name);
}

TEST_F(Copies, ImpossiblePairsAreRefused) {
  EXPECT_EQ(copy_to(source, rop::kNoHandle).code, EcCode::dst_null_object);
  EXPECT_EQ(copy(source, 0xFFFFF0, {kOdd}).code, EcCode::dst_null_object);
  EXPECT_EQ(copy_to(source, client->open_folder(inbox)).code, EcCode::not_supported);
  EXPECT_EQ(copy_to(source, client->logon).code, EcCode::not_supported);
  rop::CopyTo::Request same;
  same.source = same.destination = 0;
  const auto answer = client->send({rop::RopRequest::of<rop::CopyTo>(0, same)}, {source});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->rops[0].code, EcCode::invalid_parameter);
}

TEST_F(Copies, DepthCannotBeBuiltUpByCopying) {
  ContextLimits limits;
  limits.embedded_depth = 3;
  client = std::make_unique<Client>(connect(limits));
  auto whole = client->create_message(inbox);
  EcCode code = EcCode::none;
  int depth = 0;
  for (; depth < 10 && code == EcCode::none; ++depth) {
    const auto next = client->create_message(inbox);
    const auto made = client->call<rop::CreateAttachment>({0, 1}, next).handle;
    const auto inner = client->call<rop::OpenEmbeddedMessage>({0, 1, rop::kLogonCodePage, 2}, made).handle;
    code = copy_to(whole, inner).code;
    if (code != EcCode::none) break;
    client->save(inner);
    code = client->call<rop::SaveChangesAttachment>({1, 0, 0}, made).code;
    whole = next;
  }
  EXPECT_EQ(code, EcCode::not_enough_memory);
  EXPECT_EQ(depth, 3);
}

}  // namespace
}  // namespace oxb::session
