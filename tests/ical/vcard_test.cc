// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/vcard/vcard.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace oxb::vcard {
namespace {

using F = model::ContactField;

model::Contact card(std::string_view lines) {
  const auto cards = read("BEGIN:VCARD\n" + std::string(lines) + "\nEND:VCARD\n");
  if (!cards || cards->contacts.size() != 1) {
    ADD_FAILURE() << "no card";
    return {};
  }
  return cards->contacts.front();
}

std::string data(const char* name) {
  const char* root = std::getenv("OXBRIDGE_DATA");
  const auto path =
      std::filesystem::path(root != nullptr ? root : OXB_SOURCE_DIR "/../shared/data") / "contacts" / name;
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Vcard, Version21) {
  const auto c = card(
      "VERSION:2.1\nN;LANGUAGE=de;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg;;Dr.;\nFN;CHARSET=UTF-8;"
      "ENCODING=QUOTED-PRINTABLE:J=C3=B6rg=\n M=C3=BCller\n"
      "TEL;WORK;VOICE:1\nTEL;HOME;FAX:2\nTEL;CELL:3\nADR;WORK;PREF:;R 2;Weg "
      "1;Ulm;BW;89073;Germany\nPHOTO;JPEG;BASE64:\n aGVs\n bG8=\n\nNOTE;QUOTED-PRINTABLE:a=0D=0Ab");
  EXPECT_EQ(c[F::last_name], "Müller");
  EXPECT_EQ(c[F::first_name], "Jörg");
  EXPECT_EQ(c[F::title], "Dr.");
  EXPECT_EQ(c[F::telephone_business1], "1");
  EXPECT_EQ(c[F::fax_home], "2");
  EXPECT_EQ(c[F::cellular_telephone1], "3");
  EXPECT_EQ(c[F::street_business], "Weg 1\nR 2");
  EXPECT_EQ(c[F::postal_code_business], "89073");
  EXPECT_EQ(c.default_address, 1);
  EXPECT_EQ(as_text(*c.image->data), "hello");
  EXPECT_EQ(c.image->mime_type, "image/jpeg");
}

TEST(Vcard, Version4) {
  const auto c = card(
      "VERSION:4.0\nFN:Simon Perreault\nN:Perreault;Simon;;;ing. "
      "jr,M.Sc.\nBDAY:19850412\nANNIVERSARY:20090808T1430-0500\nORG;TYPE=work:Viagenie;R\\, D\n"
      "TEL;VALUE=uri;TYPE=\"work,voice\";PREF=1:tel:+1-418-656-9254;ext=102\nEMAIL;TYPE=work:s@example.com\nEMAIL:t@"
      "example.com\nEMAIL:u@example.com\nEMAIL:v@example.com\n"
      "IMPP:xmpp:s@example.com\nRELATED;TYPE=spouse;VALUE=text:Kim\nCATEGORIES:a,b\\,c\nPHOTO:data:image/"
      "png;base64,aGVsbG8=\nUID:urn:uuid:1");
  EXPECT_EQ(c[F::telephone_other], "");
  EXPECT_EQ(c[F::telephone_business1], "+1-418-656-9254 ext. 102");
  EXPECT_EQ(c[F::company], "Viagenie");
  EXPECT_EQ(c[F::department], "R, D");
  EXPECT_EQ(c.birthday, (model::Date{1985, 4, 12}));
  EXPECT_EQ(c.anniversary, (model::Date{2009, 8, 8}));
  EXPECT_EQ(c[F::email1], "s@example.com");
  EXPECT_EQ(c[F::email2], "t@example.com");
  EXPECT_EQ(c[F::email3], "u@example.com");
  EXPECT_EQ(c[F::note], "E-mail: v@example.com") << "what has no field is not lost";
  EXPECT_EQ(c[F::spouse_name], "Kim");
  EXPECT_EQ(c.categories, (std::vector<std::string>{"a", "b,c"}));
  EXPECT_EQ(c.image->mime_type, "image/png");
}

TEST(Vcard, ListsNameTheirMembers) {
  const auto cards = read(
      "BEGIN:VCARD\nVERSION:3.0\nUID:1-a\nFN:Anna\nEMAIL:anna@example.com\nEND:VCARD\nBEGIN:VCARD\nVERSION:4.0\nKIND:"
      "group\nFN:Team\nMEMBER:urn:uuid:1-A\n"
      "MEMBER:mailto:ext@example.org\nMEMBER:urn:uuid:gone\nEND:VCARD\n");
  ASSERT_TRUE(cards);
  ASSERT_EQ(cards->lists.size(), 1U);
  ASSERT_EQ(cards->lists[0].members.size(), 2U);
  EXPECT_EQ(cards->lists[0].members[0].email, "anna@example.com");
  EXPECT_EQ(cards->lists[0].members[0].name, "Anna");
}

TEST(Vcard, EveryFieldComesBack) {
  model::Contact contact;
  for (std::size_t i = 0; i < model::kContactFields; ++i)
    contact.text[i] = "value; of, " + std::string(model::name(static_cast<F>(i))) + "\\\nsecond ü";
  for (const auto field : {F::email1, F::email2, F::email3})
    contact[field] = std::string(model::name(field)) + "@example.com";
  contact.uid = "u1";
  contact.birthday = model::Date{1985, 4, 12};
  contact.categories = {"a", "b,c"};
  contact.secret = true;
  contact.image = model::Contact::Image{"image/png", "", std::nullopt, to_bytes("png")};
  model::DistributionList list;
  list.name = "Team";
  list.members = {{model::DistributionList::Member::Kind::external, {}, {}, "Ext, E", "ext@example.org"}};
  const auto cards = read(write({{contact}, {list}, {}}));
  ASSERT_TRUE(cards);
  ASSERT_EQ(cards->contacts.size(), 1U);
  const auto& back = cards->contacts[0];
  for (std::size_t i = 0; i < model::kContactFields; ++i) {
    if (static_cast<F>(i) == F::sort_name) continue;
    EXPECT_EQ(back.text[i], contact.text[i]) << model::name(static_cast<F>(i));
  }
  EXPECT_EQ(back.birthday, contact.birthday);
  EXPECT_EQ(back.categories, contact.categories);
  EXPECT_TRUE(back.secret);
  EXPECT_EQ(*back.image->data, to_bytes("png"));
  EXPECT_EQ(cards->lists[0].members, list.members);
}

TEST(Vcard, WhatIsNoCardIsRefused) {
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read("BEGIN:VCALENDAR\nEND:VCALENDAR"));
  const auto cards = read("BEGIN:VCARD\nVERSION:3.0\nEND:VCARD");
  ASSERT_TRUE(cards);
  EXPECT_EQ(cards->rejected.size(), 1U);
}

TEST(Vcard, CardsOfRealAddressBooks) {
  if (data("outlook-2007.vcf").empty()) GTEST_SKIP() << "no test data";
  auto cards = read(data("outlook-2007.vcf"));
  ASSERT_TRUE(cards);
  ASSERT_EQ(cards->contacts.size(), 1U);
  const auto& c = cards->contacts[0];
  EXPECT_EQ(c[F::display_name], "Mr. Michael Angstadt Jr.");
  EXPECT_EQ(c[F::telephone_callback], "(111) 555-4444");
  EXPECT_EQ(c[F::fax_business], "(111) 555-3333");
  EXPECT_EQ(c[F::address_business], "222 Broadway\r\nNew York, NY 99999\r\nUSA");
  EXPECT_EQ(c.birthday, (model::Date{1922, 3, 10}));
  EXPECT_EQ(c.anniversary, (model::Date{2012, 8, 1}));
  EXPECT_EQ(c[F::email1], "mike.angstadt@gmail.com");
  EXPECT_EQ(c[F::instant_messenger1], "im@aim.com");
  ASSERT_TRUE(c.image);
  EXPECT_GT(c.image->data->size(), 1000U);
  EXPECT_EQ(read(data("gmail-list.vcf"))->contacts.size(), 3U);
  const auto single = read(data("gmail-single2.vcf"))->contacts.at(0);
  EXPECT_EQ(single[F::email1], "workemail@example.com");
  EXPECT_EQ(single[F::email2], "homeemail@example.com");
  EXPECT_EQ(single[F::telephone_primary], "5555551116");
  EXPECT_EQ(single.anniversary, (model::Date{1930, 3, 20}));
  EXPECT_NE(single[F::note].find("customcategory@example.com"), std::string::npos);
  for (const auto* name : {"John_Doe_BLACK_BERRY.vcf", "John_Doe_GMAIL.vcf", "John_Doe_LOTUS_NOTES.vcf",
                           "John_Doe_MS_OUTLOOK.vcf", "rfc6350-example.vcf"}) {
    cards = read(data(name));
    ASSERT_TRUE(cards) << name;
    EXPECT_EQ(cards->contacts.size(), 1U) << name;
    EXPECT_TRUE(cards->rejected.empty()) << name;
  }
}

}  // namespace
}  // namespace oxb::vcard
