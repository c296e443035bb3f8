// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/mapi/tags.h"
#include "proto/mapihttp/bodies.h"
#include "proto/nspi/requests.h"

#include <gtest/gtest.h>

#include <random>

using namespace oxb;

namespace {

template <class Body>
void round_trip() {
  std::mt19937 random(3);
  for (int i = 0; i < 400; ++i) {
    Bytes seed(random() % 220);
    for (auto& b : seed) b = static_cast<std::byte>(random());
    if (i % 2 == 0 && seed.size() > 4)  // half of the responses succeed
      for (std::size_t k = 0; k < 4; ++k) seed[k] = std::byte{0};
    const auto body = wire::generate<Body>(seed);
    const auto bytes = wire::encode(body);
    ASSERT_TRUE(bytes) << Body::kName << ": " << bytes.error().what;
    const auto back = wire::decode<Body>(*bytes);
    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(*back, body) << Body::kName;
    if (i < 60)
      for (std::size_t cut = 0; cut < bytes->size(); ++cut)
        EXPECT_FALSE(wire::decode<Body>(ByteView(*bytes).first(cut))) << Body::kName << " complete at " << cut;
  }
}

template <class... Requests>
void all(nspi::TypeList<Requests...>) {
  (round_trip<typename Requests::Request>(), ...);
  (round_trip<typename Requests::Response>(), ...);
}

}  // namespace

TEST(NspiBodies, EveryBodySurvives) { all(nspi::All{}); }

TEST(MapiHttpBodies, EveryBodySurvives) {
  all(nspi::TypeList<mapihttp::Connect, mapihttp::Execute, mapihttp::Disconnect, mapihttp::NotificationWait>{});
}

TEST(NspiBodies, AFailedResponseEndsBehindItsStatus) {
  nspi::QueryRows::Response response;
  response.status = 5;
  EXPECT_EQ(to_hex(wire::encode(response).value()), "0500000000000000");
  EXPECT_EQ(to_hex(mapihttp::failure_body(5)), "0500000000000000");
}

// [MS-OXCMAPIHTTP] 2.2.1.1: HasValue in front of strings, LE32 counts; 2.2.1.7: flagged rows.
TEST(NspiBodies, RowsCarryPresenceBytes) {
  nspi::RowSet rows;
  rows.columns = {mapi::tag::kDisplayName, mapi::tag::kObjectType};
  rows.rows = {{{std::string("A"), std::int32_t{6}}, false},
               {{std::monostate{}, std::int32_t{6}}, false},
               {{mapi::ErrorValue{0x8004'010F}, std::int32_t{6}}, true}};
  nspi::QueryRows::Response response;
  response.rows = rows;
  EXPECT_EQ(to_hex(wire::encode(response).value()),
            "00000000"
            "00000000"
            "00"
            "ff"
            "02000000"
            "1f000130"
            "0300fe0f"
            "03000000"
            "00"
            "ff41000000"
            "06000000"
            "00"
            "00"
            "06000000"
            "01"
            "0a0f010480"
            "0006000000"
            "00000000");
}

TEST(NspiBodies, ARestrictionsValueHasItsOwnPresenceByte) {
  nspi::GetMatches::Request request;
  request.filter = mapi::Restriction{
      mapi::PropertyRestriction{mapi::RelationalOperator::equal, mapi::tag::kAnr, {mapi::tag::kAnr, std::string("x")}}};
  const auto bytes = wire::encode(request).value();
  EXPECT_NE(to_hex(bytes).find("ff"
                               "0404"
                               "1f000c36"
                               "ff"
                               "1f000c36"
                               "ff"
                               "78000000"),
            std::string::npos)
      << to_hex(bytes);
  EXPECT_EQ(wire::decode<nspi::GetMatches::Request>(bytes).value(), request);
}

TEST(NspiBodies, PrintByRequestType) {
  const auto bytes = wire::encode(nspi::Bind::Request{}).value();
  const auto text = nspi::body_text("bind", nspi::Direction::request, bytes, wire::Privacy::hide);
  ASSERT_TRUE(text) << text.error().what;
  EXPECT_EQ(*text, "BindRequest:\n  Flags: 0\n  State: absent\n  AuxiliaryBuffer: (0) \n");
  EXPECT_EQ(nspi::body_text("nothing", nspi::Direction::request, bytes, wire::Privacy::hide).error().code,
            Errc::unsupported);
}
