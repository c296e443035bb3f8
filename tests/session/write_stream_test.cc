// SPDX-License-Identifier: GPL-3.0-or-later
// Streams that write: bodies and other long properties of drafts [MS-OXCPRPT] 2.2.14 - 2.2.27.
#include "tests/session/fixture.h"

namespace oxb::session {
namespace {

using mapi::PropType;
constexpr std::uint8_t kReadWrite = 1, kCreate = 2, kBest = 3;

class WrittenStreams : public SessionTest {
 protected:
  const mapi::PropertyBag& saved() { return mailbox->writer().last->content->properties; }
  bool names(mapi::PropTag t) { return mailbox->writer().last->changed.contains(t.id()); }
  Outcome<rop::OpenStream> open(std::uint32_t object, mapi::PropTag t, std::uint8_t mode) {
    return client->call<rop::OpenStream>({0, 1, t, mode}, object);
  }
  MessageId add_html(std::string html) {
    mapi::Content content;
    content.properties.set(tag::kNativeBody, std::int32_t{3});
    content.properties.set(tag::kInternetCodepage, std::int32_t{65001});
    content.properties.set(tag::kHtml, to_bytes(html));
    return add_mail(inbox, {.content = content});
  }
};

const Bytes kWide = from_hex("48 00 69 00").value();  // "Hi"

TEST_F(WrittenStreams, OpeningDecidesWhatHappensToTheValue) {
  const auto message = client->create_message(inbox);
  EXPECT_EQ(open(message, tag::kComment, kReadWrite).code, EcCode::not_found) << "it does not create";
  EXPECT_EQ(open(message, tag::kComment, kBest).code, EcCode::not_found);
  EXPECT_EQ(client->write_stream(message, tag::kComment, kWide, kCreate), EcCode::none);
  const auto again = open(message, tag::kComment, kReadWrite);
  EXPECT_EQ(again->size, 4U);
  client->call<rop::SeekStream>({0, 2, 0}, again.handle);
  client->call<rop::WriteStream>({0, from_hex("21 00").value()}, again.handle);
  client->call<rop::CommitStream>({}, again.handle);
  EXPECT_EQ(text(client->get(message, tag::kComment)), "Hi!");
  EXPECT_EQ(open(message, tag::kComment, kCreate)->size, 0U) << "truncated";
  EXPECT_EQ(open(message, tag::kComment, 7).code, EcCode::invalid_parameter);
  EXPECT_EQ(open(message, tag::kImportance, kReadWrite).code, EcCode::not_supported);
  EXPECT_EQ(open(0xFFFFFF, tag::kComment, kReadWrite).code, EcCode::null_object);
}

TEST_F(WrittenStreams, NothingIsSeenBeforeTheCommit) {
  const auto message = client->create_message(inbox);
  const auto stream = open(message, tag::kComment, kCreate).handle;
  client->call<rop::WriteStream>({0, kWide}, stream);
  EXPECT_EQ(error_of(client->get(message, tag::kComment)), kNotFound);
  client->call<rop::CommitStream>({}, stream);
  EXPECT_EQ(text(client->get(message, tag::kComment)), "Hi");
}

TEST_F(WrittenStreams, AnOddNumberOfBytesIsNoText) {
  const auto message = client->create_message(inbox);
  const auto stream = open(message, tag::kComment, kCreate).handle;
  client->call<rop::WriteStream>({0, Bytes(3, std::byte{65})}, stream);
  EXPECT_NE(client->call<rop::CommitStream>({}, stream).code, EcCode::none);
}

TEST_F(WrittenStreams, OneBodyReplacesTheOthers) {
  const auto message = client->open_message(inbox, add_html("<p>old</p>"), rop::kOpenReadWrite);
  EXPECT_NE(text(client->get(message, tag::kBody)).find("old"), std::string::npos);
  EXPECT_EQ(client->write_stream(message, tag::kBody, kWide), EcCode::none);
  EXPECT_EQ(text(client->get(message, tag::kBody)), "Hi");
  EXPECT_EQ(as<std::int32_t>(client->get(message, tag::kNativeBody)), 1);
  EXPECT_FALSE(as<bool>(client->get(message, tag::kRtfInSync)));
  ASSERT_EQ(client->save(message).code, EcCode::none);
  EXPECT_FALSE(saved().has(tag::kHtml)) << "it said something else";
  EXPECT_TRUE(names(tag::kHtml));
  EXPECT_TRUE(names(tag::kBody));

  EXPECT_EQ(client->write_stream(message, tag::kHtml, as_bytes("<p>new</p>")), EcCode::none);
  EXPECT_EQ(as<std::int32_t>(client->get(message, tag::kNativeBody)), 3);
  EXPECT_EQ(text(client->get(message, tag::kBody)).substr(0, 3), "new") << "made from the new one";
  ASSERT_EQ(client->save(message).code, EcCode::none);
  EXPECT_FALSE(saved().has(tag::kBody));
  EXPECT_EQ(as_text(*saved().get<Bytes>(tag::kHtml)), "<p>new</p>");
}

TEST_F(WrittenStreams, BodiesThatAClientWritesTogetherStandTogether) {
  const auto message = client->create_message(inbox);
  const Bytes rtf(30, std::byte{1});
  EXPECT_EQ(client->write_stream(message, tag::kRtfCompressed, rtf), EcCode::none);
  EXPECT_EQ(as<std::int32_t>(client->get(message, tag::kNativeBody)), 2);
  EXPECT_TRUE(as<bool>(client->get(message, tag::kRtfInSync)));
  EXPECT_EQ(client->set(message, {{tag::kBody, std::string("plain")}}), EcCode::none);
  EXPECT_EQ(as<std::int32_t>(client->get(message, tag::kNativeBody)), 2) << "in sync: rich text says more";
  ASSERT_EQ(client->save(message).code, EcCode::none);
  EXPECT_TRUE(saved().has(tag::kRtfCompressed));
  EXPECT_TRUE(saved().has(tag::kBody));
  EXPECT_EQ(client->set(message, {{tag::kBody, std::string("later")}}), EcCode::none);
  ASSERT_EQ(client->save(message).code, EcCode::none);
  EXPECT_FALSE(saved().has(tag::kRtfCompressed)) << "after a save a new body is the only one";
}

TEST_F(WrittenStreams, SizesSeekingAndCopying) {
  const mapi::PropTag one(0x6720, PropType::binary), two(0x6721, PropType::binary);
  const auto message = client->create_message(inbox);
  const auto from = open(message, one, kCreate).handle;
  const auto to = open(message, two, kCreate).handle;
  EXPECT_EQ(client->call<rop::WriteAndCommitStream>({0, to_bytes("0123456789")}, from)->written, 10);
  EXPECT_EQ(client->call<rop::SetStreamSize>({0, 6}, from).code, EcCode::none);
  EXPECT_EQ(client->call<rop::GetStreamSize>({}, from)->size, 6U);
  EXPECT_EQ(client->call<rop::SeekStream>({0, 1, 0}, from)->position, 6U)
      << "the pointer does not stand behind the end";
  client->call<rop::SeekStream>({0, 0, 2}, from);
  const auto copied = client->transfer<rop::CopyToStream>({0, 1, 100}, from, to);
  EXPECT_EQ(copied.code, EcCode::none);
  EXPECT_EQ(copied->read, 4U);
  EXPECT_EQ(copied->written, 4U);
  EXPECT_EQ(client->call<rop::SeekStream>({0, 0, 6}, to)->position, 6U);
  client->call<rop::WriteStreamExtended>({0, to_bytes("x")}, to);
  client->call<rop::CommitStream>({}, to);
  EXPECT_EQ(as<Bytes>(client->get(message, two)), from_hex("32 33 34 35 00 00 78").value()) << "the hole is zero";
  EXPECT_EQ(client->transfer<rop::CopyToStream>({0, 1, 1}, from, rop::kNoHandle).code, EcCode::dst_null_object);
  EXPECT_EQ(client->transfer<rop::CopyToStream>({0, 1, 1}, from, message).code, EcCode::not_supported);
  EXPECT_EQ(client->call<rop::LockRegionStream>({0, 0, 10, 1}, from).code, EcCode::none);
  EXPECT_EQ(client->call<rop::UnlockRegionStream>({0, 0, 10, 1}, from).code, EcCode::none);
  EXPECT_EQ(client->call<rop::LockRegionStream>({}, message).code, EcCode::not_supported);
}

TEST_F(WrittenStreams, ReadersMayNotWrite) {
  const auto message = client->open_message(inbox, add_html("<p>x</p>"), rop::kOpenReadOnly);
  EXPECT_EQ(open(message, tag::kHtml, kReadWrite).code, EcCode::access_denied);
  EXPECT_EQ(open(message, tag::kHtml, kCreate).code, EcCode::access_denied);
  const auto stream = open(message, tag::kHtml, kBest).handle;
  EXPECT_EQ(static_cast<std::uint32_t>(client->call<rop::SetStreamSize>({0, 1}, stream).code), 0x80030005U);
  EXPECT_EQ(static_cast<std::uint32_t>(client->call<rop::WriteStream>({0, Bytes(1)}, stream).code), 0x80030005U);
  EXPECT_EQ(client->call<rop::CommitStream>({}, stream).code, EcCode::none) << "nothing to do";
}

TEST_F(WrittenStreams, AStreamOfAMessageThatWasSavedReadOnlyFails) {
  const auto message = client->create_message(inbox);
  const auto stream = open(message, tag::kComment, kCreate).handle;
  client->call<rop::WriteStream>({0, kWide}, stream);
  client->save(message, rop::SaveChangesMessage::kKeepOpenReadOnly);
  EXPECT_EQ(client->call<rop::CommitStream>({}, stream).code, EcCode::access_denied);
}

}  // namespace
}  // namespace oxb::session
