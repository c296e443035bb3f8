// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/properties.h"

#include "base/text.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/tags.h"

#include <fmt/format.h>

namespace oxb::directory {
namespace {

using mapi::PropertyBag, mapi::PropTag;
using model::ContactField;

struct TextField {
  ContactField field;
  PropTag tag;
};

namespace tag = mapi::tag;

constexpr std::array kTexts = {
    TextField{ContactField::first_name, tag::kGivenName},
    TextField{ContactField::last_name, tag::kSurname},
    TextField{ContactField::second_name, tag::kMiddleName},
    TextField{ContactField::suffix, tag::kGeneration},
    TextField{ContactField::nickname, tag::kNickname},
    TextField{ContactField::profession, tag::kProfession},
    TextField{ContactField::spouse_name, tag::kSpouseName},
    TextField{ContactField::company, tag::kCompanyName},
    TextField{ContactField::department, tag::kDepartmentName},
    TextField{ContactField::position, tag::kTitle},
    TextField{ContactField::room_number, tag::kOfficeLocation},
    TextField{ContactField::manager_name, tag::kManagerName},
    TextField{ContactField::assistant_name, tag::kAssistant},
    TextField{ContactField::telephone_assistant, tag::kAssistantTelephoneNumber},
    TextField{ContactField::telephone_business1, tag::kBusinessTelephoneNumber},
    TextField{ContactField::telephone_business2, tag::kBusiness2TelephoneNumber},
    TextField{ContactField::telephone_home1, tag::kHomeTelephoneNumber},
    TextField{ContactField::telephone_home2, tag::kHome2TelephoneNumber},
    TextField{ContactField::cellular_telephone1, tag::kMobileTelephoneNumber},
    TextField{ContactField::telephone_other, tag::kOtherTelephoneNumber},
    TextField{ContactField::telephone_pager, tag::kPagerTelephoneNumber},
    TextField{ContactField::telephone_callback, tag::kCallbackTelephoneNumber},
    TextField{ContactField::telephone_car, tag::kCarTelephoneNumber},
    TextField{ContactField::telephone_company, tag::kCompanyMainTelephoneNumber},
    TextField{ContactField::telephone_isdn, tag::kIsdnNumber},
    TextField{ContactField::telephone_primary, tag::kPrimaryTelephoneNumber},
    TextField{ContactField::telephone_radio, tag::kRadioTelephoneNumber},
    TextField{ContactField::telephone_telex, tag::kTelexNumber},
    TextField{ContactField::telephone_ttytdd, tag::kTelecommunicationsDeviceForDeafTelephoneNumber},
    TextField{ContactField::fax_business, tag::kBusinessFaxNumber},
    TextField{ContactField::fax_other, tag::kPrimaryFaxNumber},
    TextField{ContactField::fax_home, tag::kHomeFaxNumber},
    TextField{ContactField::street_business, tag::kStreetAddress},
    TextField{ContactField::city_business, tag::kLocality},
    TextField{ContactField::state_business, tag::kStateOrProvince},
    TextField{ContactField::postal_code_business, tag::kPostalCode},
    TextField{ContactField::country_business, tag::kCountry},
    TextField{ContactField::street_home, tag::kHomeAddressStreet},
    TextField{ContactField::city_home, tag::kHomeAddressCity},
    TextField{ContactField::state_home, tag::kHomeAddressStateOrProvince},
    TextField{ContactField::postal_code_home, tag::kHomeAddressPostalCode},
    TextField{ContactField::country_home, tag::kHomeAddressCountry},
    TextField{ContactField::url, tag::kBusinessHomePage},
    TextField{ContactField::yomi_first_name, tag::kAddressBookPhoneticGivenName},
    TextField{ContactField::yomi_last_name, tag::kAddressBookPhoneticSurname},
    TextField{ContactField::yomi_company, tag::kAddressBookPhoneticCompanyName},
};

// The part of a LegacyDN before "/cn=Recipients": of everything in this installation.
std::string_view organization(const std::string& dn) {
  return std::string_view(dn).substr(0, dn.find("/cn=Recipients"));
}

void set_kind(const Entry& entry, PropertyBag& out) {
  const bool group = entry.entity.kind == EntityKind::group;
  constexpr std::int32_t kMailUser = 6, kDistributionList = 8;  // [MS-OXOABK] 2.2.3.10
  out.set(tag::kObjectType, group ? kDistributionList : kMailUser);
  out.set(tag::kDisplayType, group ? kDisplayTypeList : kDisplayTypeUser);
  const auto extended = group ? kDisplayTypeExGroup
                              : (entry.entity.kind == EntityKind::resource ? kDisplayTypeExRoom : kDisplayTypeExUser);
  out.set(tag::kDisplayTypeEx, extended);
  out.set(tag::kAddressBookDisplayTypeExtended, extended);
  if (group) {
    out.set(tag::kAddressBookDistributionListMemberCount, static_cast<std::int32_t>(entry.data.members.size()));
  }
}

void set_ids(const Entry& entry, PropertyBag& out) {
  const auto id = entry_id_of(entry);
  out.set(tag::kEntryId, id);
  out.set(tag::kRecordKey, id);
  out.set(tag::kTemplateId, id);
  Bytes instance;
  for (unsigned shift = 0; shift < 32; shift += 8)
    instance.push_back(static_cast<std::byte>(entry.minimal_id >> shift & 255));
  out.set(tag::kInstanceKey, instance);
  out.set(tag::kSearchKey, mapi::search_key("EX", entry.dn));
  const auto& provider = mapi::provider::kAddressBook.bytes;
  out.set(tag::kMappingSignature, Bytes(provider.begin(), provider.end()));
  const auto guid = named_guid("oxbridge address book object " + ascii_lower(entry.dn));
  out.set(tag::kAddressBookObjectGuid, Bytes(guid.bytes.begin(), guid.bytes.end()));
  out.set(tag::kAddressBookObjectDistinguishedName, entry.dn);
}

void set_addresses(const Entry& entry, const PropertyContext& context, PropertyBag& out) {
  const auto& data = entry.data;
  out.set(tag::kAddressType, std::string("EX"));
  out.set(tag::kEmailAddress, entry.dn);
  if (!data.email.empty()) out.set(tag::kSmtpAddress, data.email);
  std::vector<std::string> proxies;
  if (!data.email.empty()) proxies.push_back("SMTP:" + data.email);
  for (const auto& alias : data.aliases) proxies.push_back("smtp:" + alias);
  if (!proxies.empty()) out.set(tag::kAddressBookProxyAddresses, proxies);
  if (context.server.empty() || entry.entity.kind == EntityKind::group) return;
  out.set(tag::kAddressBookHomeMessageDatabase,
          fmt::format("{}/cn=Configuration/cn=Servers/cn={}/cn=Microsoft Private MDB", organization(entry.dn),
                      context.server));
  out.set(tag::kAddressBookNetworkAddress,
          std::vector<std::string>{"ncacn_ip_tcp:" + context.server, "ncacn_http:" + context.server});
}

mapi::FileTime midnight(const model::Date& date) {
  const auto days = std::chrono::sys_days(std::chrono::year(date.year) / date.month / date.day);
  return mapi::file_time(std::chrono::time_point_cast<Ticks>(days));
}

void set_details(const Entry& entry, PropertyBag& out) {
  const auto& details = entry.data.details;
  for (const auto& text : kTexts) {
    if (!details[text.field].empty()) out.set(text.tag, details[text.field]);
  }
  if (details.birthday) out.set(tag::kBirthday, midnight(*details.birthday));
  if (details.anniversary) out.set(tag::kWeddingAnniversary, midnight(*details.anniversary));
  const auto& comment = entry.data.description.empty() ? details[ContactField::note] : entry.data.description;
  if (!comment.empty()) out.set(tag::kComment, comment);
  if (entry.data.modified) out.set(tag::kLastModificationTime, mapi::file_time(*entry.data.modified));
  if (details.created) out.set(tag::kCreationTime, mapi::file_time(*details.created));
}

}  // namespace

Bytes entry_id_of(const Entry& entry) {
  mapi::AddressBookEntryId id;
  id.type = entry.entity.kind == EntityKind::group ? mapi::AddressBookEntryId::kDistributionList
                                                   : mapi::AddressBookEntryId::kUser;
  id.dn = entry.dn;
  return mapi::to_bytes(mapi::EntryId(id));
}

PropertyBag properties_of(const Entry& entry, const PropertyContext& context) {
  PropertyBag out;
  set_kind(entry, out);
  set_ids(entry, out);
  set_addresses(entry, context, out);
  set_details(entry, out);
  out.set(tag::kDisplayName, entry.data.display_name);
  out.set(tag::kTransmittableDisplayName, entry.data.display_name);
  out.set(tag::kAddressBookDisplayNamePrintable, entry.data.display_name);
  if (!entry.data.login.empty()) out.set(tag::kAccount, entry.data.login);
  out.set(tag::kSendRichInfo, true);
  return out;
}

const Entry* entry_by_id(const View& view, ByteView entry_id) {
  const auto id = mapi::parse_entry_id(entry_id);
  if (!id) return nullptr;
  if (const auto* permanent = std::get_if<mapi::AddressBookEntryId>(&*id)) return view.by_dn(permanent->dn);
  if (const auto* one_off = std::get_if<mapi::OneOffEntryId>(&*id)) {
    if (ascii_iequals(one_off->address_type, "SMTP")) return view.by_address(one_off->email_address);
    if (ascii_iequals(one_off->address_type, "EX")) return view.by_dn(one_off->email_address);
  }
  return nullptr;
}

}  // namespace oxb::directory
