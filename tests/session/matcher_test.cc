// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/matcher.h"

#include "proto/mapi/tags.h"

#include <gtest/gtest.h>

namespace oxb::session {
namespace {

using namespace mapi;

class Matching : public testing::Test {
 protected:
  Matching() {
    bag_.set(tag::kSubject, std::string("Größe und Preis"));
    bag_.set(tag::kMessageFlags, std::int32_t{0x11});
    bag_.set(tag::kMessageSize, std::int32_t{500});
    bag_.set(tag::kSearchKey, Bytes{std::byte{1}, std::byte{2}, std::byte{3}});
    bag_.set(kKeywords, std::vector<std::string>{"Red", "Blue"});
    bag_.set(tag::kSenderName, std::string("A"));
    bag_.set(tag::kSentRepresentingName, std::string("a"));
  }
  bool matches(Restriction restriction) const {
    Matcher matcher(std::move(restriction), 1252);
    return matcher(BagSource(bag_));
  }
  bool content(PropTag t, PropertyValue value, std::uint16_t low, std::uint16_t high) const {
    const auto value_tag = t.with(type_of(value));
    return matches({ContentRestriction{low, high, t, {value_tag, std::move(value)}}});
  }
  bool property(RelationalOperator op, PropTag t, PropertyValue value) const {
    const auto value_tag = t.with(type_of(value));
    return matches({PropertyRestriction{op, t, {value_tag, std::move(value)}}});
  }
  static constexpr PropTag kKeywords{0x8001, PropType::multi_string};
  PropertyBag bag_;
};

TEST_F(Matching, FuzzyLevels) {
  EXPECT_TRUE(content(tag::kSubject, std::string("Größe und Preis"), kFullString, 0));
  EXPECT_FALSE(content(tag::kSubject, std::string("größe und preis"), kFullString, 0));
  EXPECT_TRUE(content(tag::kSubject, std::string("größe und preis"), kFullString, kIgnoreCase));
  EXPECT_FALSE(content(tag::kSubject, std::string("grosse"), kPrefix, kIgnoreCase));
  EXPECT_TRUE(content(tag::kSubject, std::string("große"), kPrefix, kIgnoreNonSpace));
  EXPECT_TRUE(content(tag::kSubject, std::string("UND"), kSubstring, kLoose));
  EXPECT_FALSE(content(tag::kSubject, std::string("und"), kPrefix, kLoose));
  EXPECT_TRUE(content(tag::kSearchKey, Bytes{std::byte{2}, std::byte{3}}, kSubstring, 0));
  EXPECT_FALSE(content(tag::kBody, std::string(""), kSubstring, 0)) << "an absent value has no content";
}

TEST_F(Matching, ComparisonsAndAbsentValues) {
  EXPECT_TRUE(property(RelationalOperator::greater, tag::kMessageSize, std::int32_t{499}));
  EXPECT_TRUE(property(RelationalOperator::less_or_equal, tag::kMessageSize, std::int32_t{500}));
  EXPECT_FALSE(property(RelationalOperator::not_equal, tag::kMessageSize, std::int32_t{500}));
  EXPECT_TRUE(property(RelationalOperator::equal, tag::kSubject, std::string("GRÖSSE UND PREIS")) ||
              property(RelationalOperator::equal, tag::kSubject, std::string("größe und preis")));
  EXPECT_TRUE(property(RelationalOperator::less, tag::kImportance, std::int32_t{-1000}));
  EXPECT_TRUE(property(RelationalOperator::not_equal, tag::kImportance, std::int32_t{1}));
  EXPECT_FALSE(property(RelationalOperator::greater, tag::kImportance, std::int32_t{-1000}));
  EXPECT_FALSE(property(RelationalOperator::equal, tag::kImportance, std::int32_t{0}));
}

TEST_F(Matching, AnyMemberOfAMultiValue) {
  EXPECT_TRUE(property(RelationalOperator::equal, kKeywords, std::string("blue")));
  EXPECT_FALSE(property(RelationalOperator::equal, kKeywords, std::string("green")));
  EXPECT_FALSE(property(RelationalOperator::not_equal, kKeywords, std::string("red")));
  EXPECT_TRUE(content(kKeywords, std::string("lu"), kSubstring, 0));
}

TEST_F(Matching, BitsSizeExistenceAndTwoProperties) {
  EXPECT_TRUE(matches({BitMaskRestriction{true, tag::kMessageFlags, 0x1}}));
  EXPECT_FALSE(matches({BitMaskRestriction{false, tag::kMessageFlags, 0x10}}));
  EXPECT_TRUE(matches({BitMaskRestriction{false, tag::kMessageFlags, 0x20}}));
  EXPECT_FALSE(matches({BitMaskRestriction{false, tag::kImportance, 0x20}}));
  EXPECT_TRUE(matches({SizeRestriction{RelationalOperator::equal, tag::kSearchKey, 3}}));
  EXPECT_TRUE(matches({ExistRestriction{tag::kSubject.with(PropType::string8)}}));
  EXPECT_FALSE(matches({ExistRestriction{tag::kBody}}));
  EXPECT_TRUE(matches({CompareRestriction{RelationalOperator::equal, tag::kSenderName, tag::kSentRepresentingName}}));
}

TEST_F(Matching, Logic) {
  const Restriction yes{ExistRestriction{tag::kSubject}};
  const Restriction no{ExistRestriction{tag::kBody}};
  EXPECT_TRUE(matches({AndRestriction{{yes, yes}}}));
  EXPECT_FALSE(matches({AndRestriction{{yes, no}}}));
  EXPECT_TRUE(matches({OrRestriction{{no, yes}}}));
  EXPECT_FALSE(matches({OrRestriction{{}}}));
  EXPECT_TRUE(matches({NotRestriction{no}}));
  EXPECT_TRUE(matches({CommentRestriction{{}, NestedRestriction(yes)}}));
  EXPECT_FALSE(matches({CommentRestriction{{}, NestedRestriction(no)}}));
  EXPECT_TRUE(matches({NoRestriction{}}));
}

TEST_F(Matching, CountStopsAfterSoMany) {
  Matcher matcher({CountRestriction{2, NestedRestriction(Restriction{ExistRestriction{tag::kSubject}})}}, 1252);
  const BagSource source(bag_);
  EXPECT_TRUE(matcher(source));
  EXPECT_TRUE(matcher(source));
  EXPECT_FALSE(matcher(source));
}

TEST_F(Matching, RegularExpressionsAreRefusedBeforehand) {
  const Restriction restriction{NotRestriction{Restriction{
      PropertyRestriction{RelationalOperator::regular_expression, tag::kSubject, {tag::kSubject, std::string("a")}}}}};
  const auto status = check_restriction(restriction);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::unsupported);
}

class WithChildren final : public PropertySource {
 public:
  Value find(PropTag) const override { return {}; }
  std::vector<PropTag> tags() const override { return {}; }
  std::vector<const PropertyBag*> children(PropTag which) const override {
    return which.id() == tag::kMessageRecipients.id() ? std::vector<const PropertyBag*>{&first, &second}
                                                      : std::vector<const PropertyBag*>{};
  }
  PropertyBag first, second;
};

TEST_F(Matching, SubObjectsMatchOneChildAtATime) {
  WithChildren message;
  message.first.set(tag::kDisplayName, std::string("Max"));
  message.second.set(tag::kRecipientType, std::int32_t{2});
  const Restriction named{
      ContentRestriction{kFullString, 0, tag::kDisplayName, {tag::kDisplayName, std::string("Max")}}};
  const Restriction copied{
      PropertyRestriction{RelationalOperator::equal, tag::kRecipientType, {tag::kRecipientType, std::int32_t{2}}}};
  const auto matches_child = [&](PropTag which, Restriction inner) {
    return Matcher({SubObjectRestriction{which, NestedRestriction(std::move(inner))}}, 1252)(message);
  };
  EXPECT_TRUE(matches_child(tag::kMessageRecipients, named));
  EXPECT_TRUE(matches_child(tag::kMessageRecipients, copied));
  EXPECT_FALSE(matches_child(tag::kMessageRecipients, {AndRestriction{{named, copied}}}));
  EXPECT_FALSE(matches_child(tag::kMessageAttachments, named));
}

}  // namespace
}  // namespace oxb::session
