// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/contact.h"
#include "proto/mapi/tags.h"

#include <fmt/format.h>

#include <array>

namespace oxb::convert {
namespace {

namespace tag = mapi::tag;
namespace lid = mapi::lid;
using F = model::ContactField;

// Fields with code of their own.
constexpr std::array kSpecial = {F::email1, F::email2, F::email3, F::note, F::sort_name};

std::vector<ContactRow> make_rows() {
  std::vector<ContactRow> rows = {
      {F::display_name, tag::kDisplayName},
      {F::first_name, tag::kGivenName},
      {F::last_name, tag::kSurname},
      {F::second_name, tag::kMiddleName},
      {F::suffix, tag::kGeneration},
      {F::title, tag::kDisplayNamePrefix},
      {F::nickname, tag::kNickname},
      {F::yomi_first_name, lid::kYomiFirstName},
      {F::yomi_last_name, lid::kYomiLastName},
      {F::yomi_company, lid::kYomiCompanyName},
      {F::street_home, tag::kHomeAddressStreet},
      {F::postal_code_home, tag::kHomeAddressPostalCode},
      {F::city_home, tag::kHomeAddressCity},
      {F::state_home, tag::kHomeAddressStateOrProvince},
      {F::country_home, tag::kHomeAddressCountry},
      {F::street_business, lid::kWorkAddressStreet},
      {F::postal_code_business, lid::kWorkAddressPostalCode},
      {F::city_business, lid::kWorkAddressCity},
      {F::state_business, lid::kWorkAddressState},
      {F::country_business, lid::kWorkAddressCountry},
      {F::street_other, tag::kOtherAddressStreet},
      {F::postal_code_other, tag::kOtherAddressPostalCode},
      {F::city_other, tag::kOtherAddressCity},
      {F::state_other, tag::kOtherAddressStateOrProvince},
      {F::country_other, tag::kOtherAddressCountry},
      {F::address_home, lid::kHomeAddress},
      {F::address_business, lid::kWorkAddress},
      {F::address_other, lid::kOtherAddress},
      {F::profession, tag::kProfession},
      {F::spouse_name, tag::kSpouseName},
      {F::department, tag::kDepartmentName},
      {F::position, tag::kTitle},
      {F::room_number, tag::kOfficeLocation},
      {F::commercial_register, tag::kOrganizationalIdNumber},
      {F::manager_name, tag::kManagerName},
      {F::assistant_name, tag::kAssistant},
      {F::company, tag::kCompanyName},
      {F::telephone_business1, tag::kBusinessTelephoneNumber},
      {F::telephone_business2, tag::kBusiness2TelephoneNumber},
      {F::fax_business, tag::kBusinessFaxNumber},
      {F::telephone_callback, tag::kCallbackTelephoneNumber},
      {F::telephone_car, tag::kCarTelephoneNumber},
      {F::telephone_company, tag::kCompanyMainTelephoneNumber},
      {F::telephone_home1, tag::kHomeTelephoneNumber},
      {F::telephone_home2, tag::kHome2TelephoneNumber},
      {F::fax_home, tag::kHomeFaxNumber},
      {F::cellular_telephone1, tag::kMobileTelephoneNumber},
      {F::telephone_other, tag::kOtherTelephoneNumber},
      {F::fax_other, tag::kPrimaryFaxNumber},
      {F::telephone_isdn, tag::kIsdnNumber},
      {F::telephone_pager, tag::kPagerTelephoneNumber},
      {F::telephone_primary, tag::kPrimaryTelephoneNumber},
      {F::telephone_radio, tag::kRadioTelephoneNumber},
      {F::telephone_telex, tag::kTelexNumber},
      {F::telephone_ttytdd, tag::kTelecommunicationsDeviceForDeafTelephoneNumber},
      {F::telephone_assistant, tag::kAssistantTelephoneNumber},
      {F::url, tag::kBusinessHomePage},
      {F::instant_messenger1, lid::kInstantMessagingAddress},
      {F::userfield01, lid::kContactUserField1},
      {F::userfield02, lid::kContactUserField2},
      {F::userfield03, lid::kContactUserField3},
      {F::userfield04, lid::kContactUserField4},
      {F::file_as, lid::kFileUnder},
  };
  std::array<bool, model::kContactFields> known{};
  for (const auto& row : rows) known[static_cast<std::size_t>(row.field)] = true;
  for (const auto field : kSpecial) known[static_cast<std::size_t>(field)] = true;
  for (std::size_t i = 0; i < model::kContactFields; ++i) {
    if (known[i]) continue;
    const auto field = static_cast<F>(i);
    rows.push_back({field, fmt::format("urn:oxbridge:contact:{}", model::name(field))});
  }
  return rows;
}

}  // namespace

std::span<const ContactRow> contact_rows() {
  static const std::vector<ContactRow> rows = make_rows();
  return rows;
}

}  // namespace oxb::convert
