// SPDX-License-Identifier: GPL-3.0-or-later
#include "front/address_view.h"

#include "proto/mapi/tags.h"

#include <gmock/gmock.h>

namespace oxb::front {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
namespace tag = mapi::tag;

AddressEntry entry(std::uint32_t mid, std::string name, std::string smtp, std::vector<std::string> others = {}) {
  AddressEntry made;
  made.mid = mid;
  made.dn = "/o=Test/cn=Recipients/cn=1-u" + std::to_string(mid);
  made.properties.set(tag::kDisplayName, std::move(name));
  made.properties.set(tag::kAccount, smtp.substr(0, smtp.find('@')));
  std::vector<std::string> proxies = {"SMTP:" + smtp};
  for (auto& other : others) proxies.push_back("smtp:" + other);
  made.properties.set(tag::kSmtpAddress, std::move(smtp));
  made.properties.set(tag::kAddressBookProxyAddresses, std::move(proxies));
  made.properties.set(tag::kDisplayType, std::int32_t{0});
  return made;
}

const AddressView& company() {
  static const AddressView kView({
      entry(0x10, "Zoë Zimmer", "zoe@example.test"),
      entry(0x11, "Andreas Beck", "a.beck@example.test", {"andi@example.test"}),
      entry(0x12, "Andrea Becker", "becker@example.test"),
      entry(0x13, "Émile Ångström", "emile@example.test"),
      entry(0x14, "anna", "anna@example.test"),
  });
  return kView;
}

TEST(AddressView, EntriesStandInTheOrderOfTheirNames) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < company().size(); ++i)
    names.push_back(*company().at(i).properties.get<std::string>(tag::kDisplayName));
  EXPECT_THAT(names, ElementsAre("Andrea Becker", "Andreas Beck", "anna", "Émile Ångström", "Zoë Zimmer"));
  EXPECT_EQ(company().position_of(0x10), 4U);
  EXPECT_EQ(company().position_of(0x99), 5U);
  EXPECT_LT(company().compare(0x12, 0x11), 0);
  EXPECT_EQ(company().compare(0x12, 0x12), 0);
  EXPECT_EQ(company().lower_bound("e"), 3U);
  EXPECT_EQ(company().lower_bound("zz"), 5U);
  EXPECT_EQ(company().lower_bound(""), 0U);
}

TEST(AddressView, NamesResolveByAnyBeginning) {
  EXPECT_THAT(company().resolve("and bec"), UnorderedElementsAre(0x11, 0x12));
  EXPECT_THAT(company().resolve("beck and"), UnorderedElementsAre(0x11, 0x12));
  EXPECT_THAT(company().resolve("Beck, Andreas"), ElementsAre(0x11));
  EXPECT_THAT(company().resolve("zoe"), ElementsAre(0x10));
  EXPECT_THAT(company().resolve("ang"), ElementsAre(0x13));
  EXPECT_THAT(company().resolve("A.Beck"), ElementsAre(0x11));
  EXPECT_THAT(company().resolve("nobody"), IsEmpty());
  EXPECT_THAT(company().resolve("  "), IsEmpty());
}

TEST(AddressView, ExactMatchesWin) {
  // "anna" is a whole name although others could begin like it.
  EXPECT_THAT(company().resolve("Anna"), ElementsAre(0x14));
  EXPECT_THAT(company().resolve("=SMTP:andi@EXAMPLE.test"), ElementsAre(0x11));
  EXPECT_THAT(company().resolve("SMTP:becker@example.test"), ElementsAre(0x12));
  EXPECT_THAT(company().resolve("EX:/O=TEST/CN=RECIPIENTS/CN=1-U16"), ElementsAre(0x10));
  EXPECT_THAT(company().resolve("/o=Test/cn=Recipients/cn=1-u17"), ElementsAre(0x11));
  EXPECT_THAT(company().resolve("=and"), IsEmpty());
}

TEST(AddressView, AddressesOfOthersAreFound) {
  EXPECT_EQ(company().find_address("ANDI@example.test")->mid, 0x11U);
  EXPECT_EQ(company().find_address("nobody@example.test"), nullptr);
}

Result<std::vector<std::uint32_t>> match(mapi::Restriction restriction, std::size_t limit = 100) {
  return company().match(restriction, limit);
}

mapi::Restriction content(mapi::PropTag which, std::string text, std::uint16_t how) {
  return {mapi::ContentRestriction{how, mapi::kIgnoreCase, which, {which, mapi::PropertyValue(std::move(text))}}};
}

TEST(AddressView, RestrictionsSelect) {
  EXPECT_THAT(*match(content(tag::kDisplayName, "ANDREA", mapi::kPrefix)), ElementsAre(0x12, 0x11));
  EXPECT_THAT(*match(content(tag::kDisplayName, "ngstr", mapi::kSubstring)), ElementsAre(0x13));
  EXPECT_THAT(*match(content(tag::kDisplayName, "anna", mapi::kFullString)), ElementsAre(0x14));
  EXPECT_THAT(*match(content(tag::kAddressBookProxyAddresses, "smtp:andi@example.test", mapi::kFullString)),
              ElementsAre(0x11));
  mapi::AndRestriction both;
  both.parts = {content(tag::kDisplayName, "and", mapi::kPrefix),
                {mapi::NotRestriction{content(tag::kAccount, "becker", mapi::kFullString)}}};
  EXPECT_THAT(*match({both}), ElementsAre(0x11));
  EXPECT_THAT(*match({mapi::PropertyRestriction{
                  mapi::RelationalOperator::equal, tag::kAnr, {tag::kAnr, std::string("and bec")}}}),
              ElementsAre(0x12, 0x11));
  EXPECT_THAT(
      *match({mapi::PropertyRestriction{
          mapi::RelationalOperator::greater_or_equal, tag::kDisplayName, {tag::kDisplayName, std::string("F")}}}),
      ElementsAre(0x10));
  EXPECT_EQ(match({mapi::ExistRestriction{tag::kAccount}})->size(), 5U);
  EXPECT_EQ(match({mapi::ExistRestriction{tag::kAccount}}, 2)->size(), 3U);  // one more than asked: too many
}

TEST(AddressView, RestrictionsOfOtherPlacesAreRefused) {
  EXPECT_EQ(match({mapi::SizeRestriction{mapi::RelationalOperator::less, tag::kAccount, 3}}).error().code,
            Errc::unsupported);
}

}  // namespace
}  // namespace oxb::front
