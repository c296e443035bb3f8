// SPDX-License-Identifier: GPL-3.0-or-later
#include "wire/codec_impl.h"

#include <gtest/gtest.h>

#include <random>

using namespace oxb;

namespace {

struct Row {
  std::string name;
  Bytes data;
  static void describe(auto& v, auto& m) {
    v("Name", wire::priv(wire::utf16z(m.name)));
    v("Data", wire::blob<std::uint16_t>(m.data));
  }
  bool operator==(const Row&) const = default;
};

struct Demo {
  static constexpr std::string_view kName = "Demo";
  std::uint32_t id{};
  std::uint16_t swapped{};
  bool flag{};
  Row row;
  std::vector<Row> more;
  std::vector<std::uint32_t> numbers;
  std::optional<Row> maybe;
  std::string ansi;
  std::string counted_text;
  std::int32_t signed_number{};
  double real{};

  static void describe(auto& v, auto& m) {
    v("Id", m.id);
    v("Swapped", wire::big_endian(m.swapped));
    v("Flag", wire::bool8(m.flag));
    v("Row", wire::sized<std::uint16_t>(m.row));
    v("More", wire::counted<std::uint8_t>(m.more));
    v("Numbers", wire::counted<std::uint16_t>(m.numbers));
    v("Maybe", wire::present(m.maybe));
    v("Ansi", wire::string8z(m.ansi));
    v("Text", wire::utf16<std::uint32_t>(m.counted_text));
    v("Signed", m.signed_number);
    v("Real", m.real);
  }
  bool operator==(const Demo&) const = default;
};

struct Deep {
  static constexpr std::string_view kName = "Deep";
  std::vector<Deep> inner;
  static void describe(auto& v, auto& m) { v("Inner", wire::counted<std::uint8_t>(m.inner)); }
};

struct Width {
  std::uint32_t value = 0;
};
struct Contextual {
  static constexpr std::string_view kName = "Contextual";
  std::uint16_t narrow{};
  std::uint32_t wide{};
  static void describe(auto& v, auto& m) {
    const auto* width = v.template parameter<Width>();
    if (width != nullptr && width->value == 4)
      v("Wide", m.wide);
    else
      v("Narrow", m.narrow);
  }
  bool operator==(const Contextual&) const = default;
};

}  // namespace

TEST(Wire, EveryGeneratedStructSurvives) {
  std::mt19937 random(42);
  for (int i = 0; i < 3000; ++i) {
    Bytes seed(random() % 120);
    for (auto& b : seed) b = static_cast<std::byte>(random());
    auto m = wire::generate<Demo>(seed);
    if (m.real != m.real) m.real = 0;
    const auto bytes = wire::encode(m).value();
    const auto back = wire::decode<Demo>(bytes);
    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(*back, m);
    if (i < 100)
      for (std::size_t cut = 0; cut < bytes.size(); ++cut) EXPECT_FALSE(wire::decode<Demo>(ByteView(bytes).first(cut)));
  }
}

TEST(Wire, AnErrorNamesOffsetAndPath) {
  Demo m;
  m.more.resize(2);
  auto bytes = wire::encode(m).value();
  const auto e = wire::decode<Demo>(ByteView(bytes).first(19));
  ASSERT_FALSE(e);
  EXPECT_EQ(e.error().code, Errc::malformed);
  EXPECT_EQ(e.error().what, "string without terminator at byte 18 in Demo.More[1].Name");
}

TEST(Wire, TrailingBytesAreMalformed) {
  auto bytes = wire::encode(Demo{}).value();
  bytes.push_back(std::byte{0});
  const auto e = wire::decode<Demo>(bytes);
  ASSERT_FALSE(e);
  EXPECT_EQ(e.error().what.substr(0, 16), "1 trailing bytes");
}

TEST(Wire, ASizedBlockMustBeUsedUp) {
  // Id, Swapped, Flag, then a row of 5 bytes where 4 are described.
  const auto bytes = from_hex("00000000 0000 00 0500 0000 0000 ff").value();
  const auto e = wire::decode<Demo>(bytes);
  ASSERT_FALSE(e);
  EXPECT_NE(e.error().what.find("1 unused bytes"), std::string::npos) << e.error().what;
}

TEST(Wire, AHostileCountReservesNothing) {
  const auto e = wire::decode<Demo>(from_hex("00000000 0000 00 0400 0000 0000 00 ffff").value());
  ASSERT_FALSE(e);
  EXPECT_NE(e.error().what.find("count 65535 exceeds"), std::string::npos) << e.error().what;
}

TEST(Wire, DepthAndElementsAreBounded) {
  Bytes nested(200, std::byte{1});
  const auto deep = wire::decode<Deep>(nested);
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().code, Errc::limit);

  wire::Limits limits;
  limits.elements = 10;
  Demo m;
  m.numbers.resize(11);
  const auto many = wire::decode<Demo>(wire::encode(m).value(), {}, limits);
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, Errc::limit);
}

TEST(Wire, ALengthThatDoesNotFitIsAnErrorNotACut) {
  Demo m;
  m.numbers.resize(70000);
  const auto e = wire::encode(m);
  ASSERT_FALSE(e);
  EXPECT_EQ(e.error().what, "count 70000 does not fit 2 bytes in Demo.Numbers");
}

TEST(Wire, ParametersChangeTheForm) {
  const Width width{4};
  const auto bytes = wire::encode(Contextual{0, 7}, wire::Parameters{}.set(width)).value();
  EXPECT_EQ(bytes.size(), 4u);
  EXPECT_EQ(wire::encode(Contextual{}).value().size(), 2u);
  EXPECT_EQ(wire::decode<Contextual>(bytes, wire::Parameters{}.set(width)).value().wide, 7u);
}

TEST(Wire, PrintsNestedAndHidesPrivateFields) {
  Demo m;
  m.id = 7;
  m.row = {"secret", {std::byte{1}}};
  m.numbers = {1, 20};
  EXPECT_EQ(wire::dump(m).substr(0, 104),
            "Demo:\n  Id: 7\n  Swapped: 0\n  Flag: false\n  Row:\n    Name: <private>\n    Data: (1) 01\n  More: 0 "
            "items\n  N");
  EXPECT_NE(wire::dump(m, wire::Privacy::show).find("Name: \"secret\""), std::string::npos);
}

TEST(Wire, TextTravelsAsUtf16) {
  Demo m;
  m.row.name = "a\xC3\xA4\xF0\x9F\x93\xA7";
  const auto bytes = wire::encode(m).value();
  EXPECT_NE(to_hex(bytes).find("6100e4003dd8e7dc0000"), std::string::npos);
  EXPECT_EQ(wire::decode<Demo>(bytes).value().row.name, m.row.name);
}
