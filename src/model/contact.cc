// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/contact.h"

namespace oxb::model {

std::string_view name(ContactField field) {
  static constexpr std::array<std::string_view, kContactFields> kNames = {
      "display_name", "first_name", "last_name", "second_name", "suffix", "title", "nickname", "yomiFirstName",
      "yomiLastName", "yomiCompany", "street_home", "postal_code_home", "city_home", "state_home", "country_home",
      "street_business", "postal_code_business", "city_business", "state_business", "country_business", "street_other",
      "postal_code_other", "city_other", "state_other", "country_other", "addressHome", "addressBusiness",
      "addressOther", "marital_status", "number_of_children", "profession", "spouse_name", "employee_type",
      "department", "position", "room_number", "number_of_employees", "sales_volume", "tax_id", "commercial_register",
      "branches", "business_category", "info", "manager_name", "assistant_name", "company", "telephone_business1",
      "telephone_business2", "fax_business", "telephone_callback", "telephone_car", "telephone_company",
      "telephone_home1", "telephone_home2", "fax_home", "cellular_telephone1", "cellular_telephone2",
      "telephone_other", "fax_other", "telephone_isdn", "telephone_pager", "telephone_primary", "telephone_radio",
      "telephone_telex", "telephone_ttytdd", "telephone_ip", "telephone_assistant", "email1", "email2", "email3",
      "url", "instant_messenger1", "instant_messenger2", "userfield01", "userfield02", "userfield03", "userfield04",
      "userfield05", "userfield06", "userfield07", "userfield08", "userfield09", "userfield10", "userfield11",
      "userfield12", "userfield13", "userfield14", "userfield15", "userfield16", "userfield17", "userfield18",
      "userfield19", "userfield20", "note", "file_as", "sort_name"};
  static_assert(!kNames.back().empty());
  return kNames[static_cast<std::size_t>(field)];
}

}  // namespace oxb::model
