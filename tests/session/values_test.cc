// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/values.h"

#include "base/text.h"
#include "proto/mapi/tags.h"

#include <gtest/gtest.h>

namespace oxb::session {
namespace {

using mapi::PropertyValue;
using mapi::PropType;
namespace tag = mapi::tag;

std::string key(PropertyValue value) { return sort_key(Value(std::move(value)), 1252); }

TEST(SortKey, OrdersAsTheValuesDo) {
  const std::vector<std::vector<PropertyValue>> columns = {
      {std::int32_t{-5}, std::int32_t{0}, std::int32_t{7}, std::int32_t{0x7FFFFFFF}},
      {std::int64_t{INT64_MIN}, std::int64_t{-1}, std::int64_t{0}, std::int64_t{INT64_MAX}},
      {-1.5, -0.25, 0.0, 3.0, 1e300},
      {std::string(""), std::string("a"), std::string("a b"), std::string("B"), std::string("z"), std::string("Ω")},
      {false, true},
      {mapi::FileTime{1}, mapi::FileTime{2}, mapi::FileTime{0xFFFF'FFFF'FFFF'FFFF}},
      {Bytes{}, Bytes{std::byte{0}}, Bytes{std::byte{0}, std::byte{0}}, Bytes{std::byte{0}, std::byte{1}},
       Bytes{std::byte{1}}},
  };
  for (const auto& column : columns)
    for (std::size_t i = 0; i + 1 < column.size(); ++i) EXPECT_LT(key(column[i]), key(column[i + 1])) << i;
}

TEST(SortKey, AbsentComesFirstAndCaseDoesNotCount) {
  EXPECT_LT(sort_key(Value(), 1252), key(std::string()));
  EXPECT_EQ(key(std::string("Straße")), key(std::string("STRAßE")));
  EXPECT_NE(key(std::string("Muller")), key(std::string("Müller")));
}

TEST(Compare, BinariesByLengthFirst) {
  const PropertyValue longer = Bytes{std::byte{0}, std::byte{0}};
  const PropertyValue larger = Bytes{std::byte{9}};
  EXPECT_GT(*compare(longer, larger, 1252), 0);
  EXPECT_EQ(*compare(larger, larger, 1252), 0);
}

TEST(Compare, StringsWithoutCaseAndAcrossStringTypes) {
  EXPECT_EQ(*compare(std::string("ABC"), std::string("abc"), 1252), 0);
  EXPECT_EQ(*compare(std::string("Ä"), mapi::String8{"\xE4"}, 1252), 0);
  EXPECT_LT(*compare(std::string("abc"), std::string("abd"), 1252), 0);
}

TEST(Compare, DifferentKindsCannotBeCompared) {
  EXPECT_FALSE(compare(std::string("1"), std::int32_t{1}, 1252));
  EXPECT_FALSE(compare(mapi::FileTime{1}, std::int64_t{1}, 1252));
  EXPECT_EQ(*compare(std::int16_t{1}, std::int64_t{1}, 1252), 0);
}

TEST(FindAs, ConvertsStringsAndNothingElse) {
  mapi::PropertyBag bag;
  bag.set(tag::kSubject, std::string("Grüße"));
  bag.set(tag::kImportance, std::int32_t{1});
  const BagSource source(bag);
  EXPECT_EQ(std::get<mapi::String8>(*find_as(source, tag::kSubject.with(PropType::string8), 1252)).bytes,
            "Gr\xFC\xDF"
            "e");
  EXPECT_EQ(std::get<std::string>(*find_as(source, tag::kSubject.with(PropType::unspecified), 1252)), "Grüße");
  EXPECT_FALSE(find_as(source, tag::kSubject.with(PropType::binary), 1252));
  EXPECT_FALSE(find_as(source, tag::kImportance.with(PropType::integer64), 1252));
  EXPECT_FALSE(find_as(source, tag::kBody, 1252));
}

TEST(CutForRow, KeepsWholeCharacters) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "😀";  // two UTF-16 units each
  const auto cut = std::get<std::string>(cut_for_row(text));
  EXPECT_EQ(cut.size(), 127U * 4);
  EXPECT_TRUE(is_valid_utf8(cut));
  EXPECT_EQ(std::get<std::string>(cut_for_row(std::string(300, 'x'))).size(), 255U);
  EXPECT_EQ(std::get<Bytes>(cut_for_row(Bytes(600))).size(), 510U);
  EXPECT_EQ(std::get<std::int32_t>(cut_for_row(std::int32_t{5})), 5);
}

}  // namespace
}  // namespace oxb::session
