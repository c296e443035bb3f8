// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/tags.h"
#include "proto/rop/buffer.h"
#include "proto/rop/rops.h"
#include "wire/codec_impl.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

using namespace oxb;
using namespace oxb::rop;

namespace {

Bytes random_bytes(std::mt19937& random, std::size_t bound) {
  Bytes out(random() % bound);
  for (auto& b : out) b = static_cast<std::byte>(random());
  return out;
}

const mapi::Columns kColumns{{mapi::tag::kSubject, mapi::tag::kMid, mapi::tag::kHasAttachments,
                              mapi::tag::kMessageDeliveryTime.with(mapi::PropType::unspecified)}};

// Generated bodies survive, whole prefixes of their bytes never parse as the whole.
void round_trip(const BodyInfo& info, std::string_view name, LogonKind kind) {
  std::mt19937 random(1);
  wire::Parameters parameters;
  parameters.set(kColumns).set(kind);
  for (int i = 0; i < 300; ++i) {
    const auto seed = random_bytes(random, 150);
    wire::Generator g(seed, parameters);
    const auto body = info.make(g, name);
    wire::Writer w(parameters);
    info.write(w, name, body);
    const auto bytes = std::move(w).finish();
    ASSERT_TRUE(bytes) << name << ": " << bytes.error().what;
    wire::Reader r(*bytes, parameters);
    const auto back = info.read(r, name);
    const auto ended = r.finish();
    ASSERT_TRUE(ended) << ended.error().what;
    EXPECT_TRUE(info.equal(body, back)) << name << " " << to_hex(*bytes);
    wire::Printer p(wire::Privacy::show, parameters);
    info.print(p, name, body);
    EXPECT_FALSE(p.text().empty());
    if (i >= 60) continue;
    for (std::size_t cut = 0; cut < bytes->size(); ++cut) {
      wire::Reader shorter(ByteView(*bytes).first(cut), parameters);
      const auto partial = info.read(shorter, name);
      // Bodies that take the rest of the buffer may be complete at any length, but never crash or differ silently.
      if (shorter.finish() && name != "RopBufferTooSmall") ADD_FAILURE() << name << " complete at " << cut;
    }
  }
}

}  // namespace

TEST(RopBodies, EveryRequestSurvives) {
  for (const auto* info : all_rops())
    if (info->request)
      for (const auto kind : {LogonKind::private_mailbox, LogonKind::public_folders})
        round_trip(info->request, info->name, kind);
}

TEST(RopBodies, EveryResponseSurvives) {
  for (const auto* info : all_rops()) {
    round_trip(info->response, info->name, LogonKind::private_mailbox);
    if (info->failure) round_trip(info->failure, info->name, LogonKind::private_mailbox);
  }
}

TEST(RopList, HoldsTheIdsOfTheSpecification) {
  // [MS-OXCROPS] 2.2.2, without the reserved ones.
  const std::set<int> expected = {
      0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x13,
      0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26,
      0x27, 0x29, 0x2A, 0x2B, 0x2C, 0x2D, 0x2E, 0x2F, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A,
      0x3B, 0x3E, 0x3F, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F,
      0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x5B, 0x5C, 0x5D, 0x5E, 0x5F, 0x60, 0x61, 0x63,
      0x64, 0x66, 0x67, 0x68, 0x69, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79,
      0x7A, 0x7B, 0x7E, 0x7F, 0x80, 0x81, 0x82, 0x86, 0x89, 0x90, 0x91, 0x92, 0x93, 0x9D, 0xA3, 0xF9, 0xFE, 0xFF};
  std::set<int> found;
  for (const auto* info : all_rops()) found.insert(info->id);
  EXPECT_EQ(found, expected);
}

TEST(RequestBuffer, IsSplitIntoRopsAndHandles) {
  RequestBuffer buffer;
  buffer.handles = {7, kNoHandle};
  buffer.rops.push_back(RopRequest::of<OpenFolder>(0, {0, 1, Eid::of(FolderId{5}), 0}));
  buffer.rops.push_back(RopRequest::of<GetHierarchyTable>(0, {1, 1, kTableDepth}));
  const auto bytes = encode_request_buffer(buffer).value();
  const auto back = parse_request_buffer(bytes);
  ASSERT_TRUE(back) << back.error().what;
  ASSERT_EQ(back->rops.size(), 2u);
  EXPECT_EQ(back->handles, buffer.handles);
  EXPECT_EQ(back->rops[0].as<OpenFolder>().folder, Eid::of(FolderId{5}));
  EXPECT_EQ(back->rops[0].input, 0);
  EXPECT_EQ(back->rops[0].reply, 1);
  EXPECT_EQ(back->rops[1].as<GetHierarchyTable>().flags, kTableDepth);
  EXPECT_EQ(back->from(1).size(), 5u);
}

TEST(RequestBuffer, OneBrokenRopFailsTheWhole) {
  RequestBuffer buffer;
  buffer.rops.push_back(RopRequest::of<Release>(0, {0}));
  auto bytes = encode_request_buffer(buffer).value();
  bytes.push_back(std::byte{0x02});
  bytes[0] = static_cast<std::byte>(bytes.size());
  EXPECT_EQ(parse_request_buffer(bytes).error().code, Errc::malformed);
  bytes.back() = std::byte{0x83};  // reserved
  bytes.push_back(std::byte{0});
  bytes[0] = static_cast<std::byte>(bytes.size());
  EXPECT_EQ(parse_request_buffer(bytes).error().code, Errc::malformed);
}

TEST(RequestBuffer, SizesThatLieAreMalformed) {
  EXPECT_FALSE(parse_request_buffer({}));
  EXPECT_FALSE(parse_request_buffer(from_hex("0100").value()));
  EXPECT_FALSE(parse_request_buffer(from_hex("0500 0000").value()));
  EXPECT_FALSE(parse_request_buffer(from_hex("0200 000000").value()));
  EXPECT_TRUE(parse_request_buffer(from_hex("0200").value()));
}

TEST(RequestBuffer, ALogonInTheBufferDecidesTheFormOfLaterRops) {
  RequestBuffer buffer;
  buffer.rops.push_back(RopRequest::of<Logon>(3, {0, 0, kOpenPublic, 0, ""}));
  auto bytes = encode_request_buffer(buffer).value();
  bytes.resize(bytes[0] == std::byte{0} ? 0 : bytes.size());
  // RopSetMessageReadFlag with the 24 bytes that only public folders have.
  const auto tail = from_hex("11 03 00 00 00" + std::string(48, '0')).value();
  bytes.insert(bytes.end(), tail.begin(), tail.end());
  bytes[0] = static_cast<std::byte>(bytes.size());
  const auto back = parse_request_buffer(bytes);
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(back->rops[1].as<SetMessageReadFlag>().client_data.size(), 24u);
}

TEST(Responses, CarryABodyOnlyWhereTheReturnValueSaysSo) {
  EXPECT_EQ(to_hex(encode_response(RopResponse::failed(OpenFolder::kId, 2, EcCode::not_found)).value()),
            "02020f010480");
  EXPECT_EQ(to_hex(encode_response(RopResponse::failed(DeleteFolder::kId, 2, EcCode::access_denied)).value()),
            "1d020500078000");
  EXPECT_EQ(to_hex(encode_response(RopResponse::failed_with<MoveCopyMessages>(1, {9, false})).value()),
            "330103050000"
            "0900000000");
  EXPECT_EQ(to_hex(encode_response(RopResponse::ok<GetMessageStatus>(1, {5})).value()), "20010000000005000000");
  EXPECT_EQ(to_hex(encode_response(RopResponse::from_server<Pending>({1})).value()), "6e0100");
  EXPECT_TRUE(encode_response(RopResponse::ok<Release>(0, {})).value().empty());
}

TEST(Responses, RowsAreReadWithTheColumnsOfTheRequest) {
  RequestBuffer request;
  request.handles = {5};
  request.rops.push_back(RopRequest::of<SetColumns>(0, {0, 0, kColumns.tags}));
  request.rops.push_back(RopRequest::of<QueryRows>(0, {0, 0, true, 10}));
  request.rops.push_back(RopRequest::of<Release>(0, {0}));
  request.rops.push_back(RopRequest::of<GetPropertiesSpecific>(0, {0, 0, 1, {mapi::tag::kSubject}}));
  const auto columns = std::make_shared<const mapi::Columns>(kColumns);
  mapi::PropertyRow row;
  row.values = {std::string("Hi"), std::int64_t{5}, true, mapi::FileTime{1}};
  ResponseWriter writer(4096, 1);
  EXPECT_TRUE(writer.add(RopResponse::ok<SetColumns>(0, {})).value());
  EXPECT_TRUE(writer.add(RopResponse::ok<QueryRows>(0, {Bookmark::end, {row}}, columns)).value());
  mapi::PropertyRow one;
  one.values = {mapi::ErrorValue{0x8004'010F}};
  one.flagged = true;
  const auto one_column = std::make_shared<const mapi::Columns>(mapi::Columns{{mapi::tag::kSubject}});
  EXPECT_TRUE(writer.add(RopResponse::ok<GetPropertiesSpecific>(0, {one}, one_column)).value());
  EXPECT_TRUE(writer.add(RopResponse::from_server<Notify>({5, 0, {}})).value());
  const auto bytes = std::move(writer).finish({5});
  const auto back = parse_response_buffer(bytes, {&request.rops, &request.handles, {}});
  ASSERT_TRUE(back) << back.error().what;
  ASSERT_EQ(back->rops.size(), 4u);
  EXPECT_EQ(back->rops[1].as<QueryRows>().rows.at(0), row);
  EXPECT_EQ(back->rops[2].as<GetPropertiesSpecific>().row, one);
  EXPECT_EQ(back->rops[3].as<Notify>().handle, 5u);
  EXPECT_FALSE(parse_response_buffer(bytes, {}));  // columns unknown
}

TEST(ResponseWriter, RefusesWhatDoesNotFitAndAddsTheRest) {
  ResponseWriter writer(2 + 6 + 4, 1);
  EXPECT_EQ(writer.room(), 6u);
  EXPECT_FALSE(writer.add(RopResponse::ok<SetColumns>(0, {})).value());
  EXPECT_TRUE(writer.add(RopResponse::failed(SetColumns::kId, 0, EcCode::null_object)).value());
  EXPECT_EQ(writer.room(), 0u);
  EXPECT_EQ(to_hex(std::move(writer).finish({1})),
            "0800"
            "1200b9040000"
            "01000000");
  ResponseWriter small(100, 0);
  EXPECT_TRUE(small.add_too_small(20, to_bytes("abc")).value());
  EXPECT_EQ(to_hex(std::move(small).finish({})),
            "0800"
            "ff1400"
            "616263");
}

TEST(Text, HidesContentUnlessAsked) {
  RequestBuffer buffer;
  buffer.rops.push_back(RopRequest::of<CreateFolder>(0, {0, 1, 1, true, false, 0, "Secret name", ""}));
  EXPECT_EQ(to_text(buffer, wire::Privacy::hide).find("Secret"), std::string::npos);
  EXPECT_NE(to_text(buffer, wire::Privacy::show).find("Secret"), std::string::npos);
}
