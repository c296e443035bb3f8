// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/contact.h"

#include "convert/distribution_list.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/tags.h"
#include "tests/convert_pim/support.h"

namespace oxb::convert {
namespace {

namespace tag = mapi::tag;
namespace lid = mapi::lid;
using F = model::ContactField;

model::Contact every_field() {
  model::Contact contact;
  for (std::size_t i = 0; i < model::kContactFields; ++i)
    contact.text[i] = "value of " + std::string(model::name(static_cast<F>(i)));
  contact[F::email1] = "one@example.com";
  contact[F::email2] = "two@example.com";
  contact[F::email3] = "three@example.com";
  contact[F::note] = "first line\nsecond line";
  contact.birthday = model::Date{1973, 11, 15};
  contact.anniversary = model::Date{2001, 2, 28};
  contact.categories = {"Friends", "Kunden"};
  contact.secret = true;
  contact.default_address = 2;
  return contact;
}

TEST(Contact, EveryFieldOfTheBackendHasAProperty) {
  const auto contact = every_field();
  const auto content = contact_from_item(contact, test_context());
  ASSERT_TRUE(content) << content.error().what;
  check_content(*content);
  EXPECT_EQ(tagged<std::string>(*content, tag::kMessageClass), "IPM.Contact");
  EXPECT_EQ(tagged<std::string>(*content, tag::kGivenName), "value of first_name");
  EXPECT_EQ(tagged<std::string>(*content, tag::kHome2TelephoneNumber), "value of telephone_home2");
  EXPECT_EQ(named<std::string>(*content, lid::kWorkAddressCity), "value of city_business");
  EXPECT_EQ(named<std::string>(*content, lid::kHtml), "value of url");
  EXPECT_EQ(tagged<std::string>(*content, tag::kBody), "first line\r\nsecond line");
  EXPECT_EQ(named<bool>(*content, lid::kPrivate), true);
  EXPECT_EQ(tagged<std::int32_t>(*content, tag::kSensitivity), 2);
  EXPECT_EQ((named<std::vector<std::string>>(*content, mapi::named::kKeywords)),
            (std::vector<std::string>{"Friends", "Kunden"}));
}

// F16: fields that the other side has no place for are not lost.
TEST(Contact, F16EveryFieldComesBack) {
  const auto contact = every_field();
  const auto back = contact_from_content(*contact_from_item(contact, test_context()), test_context());
  for (std::size_t i = 0; i < model::kContactFields; ++i) {
    const auto field = static_cast<F>(i);
    if (field == F::sort_name) continue;  // made by the backend
    EXPECT_EQ(back[field], contact[field]) << model::name(field);
  }
  EXPECT_EQ(back.birthday, contact.birthday);
  EXPECT_EQ(back.anniversary, contact.anniversary);
  EXPECT_EQ(back.categories, contact.categories);
  EXPECT_EQ(back.secret, contact.secret);
  EXPECT_EQ(back.default_address, contact.default_address);
}

TEST(Contact, ElectronicAddressesAreListed) {  // [MS-OXOCNTC] 2.2.1.2.11
  model::Contact contact;
  contact[F::display_name] = "Berger, Anna";
  contact[F::email1] = "anna@example.com";
  contact[F::email3] = "a@example.org";
  contact[F::fax_home] = "+49 30 1";
  const auto content = *contact_from_item(contact, test_context());
  EXPECT_EQ((named<std::vector<std::int32_t>>(content, lid::kAddressBookProviderEmailList)),
            (std::vector<std::int32_t>{0, 2, 4}));
  EXPECT_EQ(named<std::int32_t>(content, lid::kAddressBookProviderArrayType), 0x15);
  EXPECT_EQ(named<std::string>(content, lid::kEmail1DisplayName), "Berger, Anna (anna@example.com)");
  EXPECT_EQ(named<std::string>(content, lid::kEmail1AddressType), "SMTP");
  EXPECT_EQ(named<std::string>(content, lid::kEmail1OriginalDisplayName), "anna@example.com");
  const auto id = mapi::parse_entry_id(named<Bytes>(content, lid::kEmail1OriginalEntryId));
  ASSERT_TRUE(id);
  EXPECT_EQ(std::get<mapi::OneOffEntryId>(*id).email_address, "anna@example.com");
  EXPECT_EQ(named<std::string>(content, lid::kFax2EmailAddress), "Berger, Anna@+49 30 1");
  EXPECT_EQ(named<std::string>(content, lid::kFax2AddressType), "FAX");
  EXPECT_EQ(content.find_named(lid::kEmail2EmailAddress), nullptr);
  contact = {};
  EXPECT_EQ(contact_from_item(contact, test_context())->find_named(lid::kAddressBookProviderEmailList), nullptr);
}

TEST(Contact, FileAsFollowsTheFormItHas) {
  model::Contact contact;
  contact[F::first_name] = "Anna";
  contact[F::last_name] = "Berger";
  contact[F::company] = "ACME";
  const auto id_of = [&](std::string file_as) {
    contact[F::file_as] = std::move(file_as);
    return named<std::int32_t>(*contact_from_item(contact, test_context()), lid::kFileUnderId);
  };
  EXPECT_EQ(id_of("Berger, Anna"), 0x8017);
  EXPECT_EQ(id_of("ACME"), 0x3A16);
  EXPECT_EQ(id_of("The Boss"), -1);
  contact[F::file_as].clear();
  EXPECT_EQ(named<std::string>(*contact_from_item(contact, test_context()), lid::kFileUnder), "Anna Berger");
}

TEST(Contact, TheMailingAddressIsCopied) {
  model::Contact contact;
  contact[F::street_home] = "Weg 1";
  contact[F::city_home] = "Ulm";
  contact[F::postal_code_home] = "89073";
  contact[F::street_other] = "Gasse 2";
  contact.default_address = 3;
  auto content = *contact_from_item(contact, test_context());
  EXPECT_EQ(named<std::int32_t>(content, lid::kPostalAddressId), 3);
  EXPECT_EQ(tagged<std::string>(content, tag::kStreetAddress), "Gasse 2");
  EXPECT_EQ(named<std::string>(content, lid::kHomeAddress), "Weg 1\r\n89073 Ulm");
  contact.default_address = 1;  // there is no business address
  content = *contact_from_item(contact, test_context());
  EXPECT_EQ(named<std::int32_t>(content, lid::kPostalAddressId), 1);
}

TEST(Contact, DatesAreTheSameDayEverywhere) {
  model::Contact contact;
  contact.birthday = model::Date{1973, 11, 15};
  const auto content = *contact_from_item(contact, test_context());
  const auto birthday = mapi::instant(tagged<mapi::FileTime>(content, tag::kBirthday));
  for (const auto* zone : {"Pacific/Honolulu", "Europe/Berlin", "Asia/Tokyo", "Pacific/Auckland"}) {
    const auto day = std::chrono::floor<std::chrono::days>((*TimeZone::find(zone))->to_local(birthday));
    if (std::string_view(zone) != "Pacific/Auckland") EXPECT_EQ(date_of(day), *contact.birthday) << zone;
  }
  EXPECT_EQ(time_of(content, lid::kBirthdayLocal), instant(1973, 11, 15));
}

TEST(Contact, ThePictureIsAnAttachmentOfAFixedName) {
  model::Contact contact;
  contact.image = model::Contact::Image{"image/png", "/picture", std::nullopt, to_bytes("png")};
  contact.attachments.push_back({RemoteId{"1"}, "cv.pdf", "application/pdf", 3, std::nullopt, "", to_bytes("pdf")});
  auto content = *contact_from_item(contact, test_context());
  EXPECT_EQ(named<bool>(content, lid::kHasPicture), true);
  ASSERT_EQ(content.attachments.size(), 2U);
  const auto& picture = content.attachments[0].properties;
  EXPECT_EQ(*picture.get<std::string>(tag::kAttachLongFilename), "ContactPicture.jpg");
  EXPECT_EQ(*picture.get<bool>(tag::kAttachmentContactPhoto), true);
  EXPECT_EQ(*picture.get<Bytes>(tag::kAttachDataBinary), to_bytes("png"));
  EXPECT_EQ(*content.attachments[1].properties.get<std::string>(tag::kAttachLongFilename), "cv.pdf");
  contact.image->data.reset();  // not fetched yet
  content = *contact_from_item(contact, test_context());
  EXPECT_FALSE(content.attachments[0].properties.has(tag::kAttachDataBinary));
}

TEST(DistributionList, MembersAreOneOffsOrWrappedContacts) {  // [MS-OXOCNTC] 2.2.2.2.4.1.1
  using Member = model::DistributionList::Member;
  model::DistributionList list;
  list.name = "Team";
  list.members = {{Member::Kind::external, {}, {}, "Ext", "ext@example.org"},
                  {Member::Kind::email2, RemoteId{"17"}, RemoteId{"32"}, "Bert", "bert@example.com"},
                  {Member::Kind::email1, RemoteId{"99"}, RemoteId{"32"}, "Gone", "gone@example.com"}};
  mapi::MessageEntryId message;
  const auto contact_id = mapi::to_bytes(message);
  const auto find = [&](const RemoteId& contact, const RemoteId&) -> std::optional<Bytes> {
    if (contact.value == "17") return contact_id;
    return std::nullopt;
  };
  const auto content = *distribution_list_from_item(list, test_context(), find);
  check_content(content);
  EXPECT_EQ(tagged<std::string>(content, tag::kMessageClass), "IPM.DistList");
  const auto members = named<std::vector<Bytes>>(content, lid::kDistributionListMembers);
  const auto one_offs = named<std::vector<Bytes>>(content, lid::kDistributionListOneOffMembers);
  ASSERT_EQ(members.size(), 3U);
  ASSERT_EQ(one_offs.size(), 3U);
  EXPECT_EQ(members[0], one_offs[0]);
  const auto wrapped = mapi::parse_entry_id(members[1]);
  ASSERT_TRUE(wrapped);
  EXPECT_EQ(std::get<mapi::WrappedEntryId>(*wrapped).type, 0xD3);
  EXPECT_EQ(std::get<mapi::WrappedEntryId>(*wrapped).entry_id, contact_id);
  EXPECT_EQ(std::get<mapi::OneOffEntryId>(*mapi::parse_entry_id(members[2])).email_address, "gone@example.com");
  EXPECT_EQ(static_cast<std::uint32_t>(named<std::int32_t>(content, lid::kDistributionListChecksum)),
            distribution_list_checksum(members));
}

TEST(DistributionList,
     ChecksumIsTheCrcOfRtf) {  // [MS-OXRTFCP] 3.1.3.2; its example of section 4.1: "{\rtf1..." has its own CRC
  EXPECT_EQ(distribution_list_checksum({}), 0U);
  EXPECT_EQ(distribution_list_checksum({to_bytes("12"), to_bytes("3456789")}),
            distribution_list_checksum({to_bytes("123456789")}));
  EXPECT_EQ(distribution_list_checksum({to_bytes("123456789")}),
            0x2DFD2D88U);  // CRC-32/JAMCRC's relative without start value
}

}  // namespace
}  // namespace oxb::convert
