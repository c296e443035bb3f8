// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>

#include "model/common.h"

namespace oxb::model {

// Every single-valued text field of an Open-Xchange contact.
enum class ContactField : std::uint8_t {
  display_name, first_name, last_name, second_name, suffix, title, nickname, yomi_first_name, yomi_last_name, yomi_company,
  street_home, postal_code_home, city_home, state_home, country_home,
  street_business, postal_code_business, city_business, state_business, country_business,
  street_other, postal_code_other, city_other, state_other, country_other,
  address_home, address_business, address_other,
  marital_status, number_of_children, profession, spouse_name, employee_type, department, position, room_number,
  number_of_employees, sales_volume, tax_id, commercial_register, branches, business_category, info, manager_name,
  assistant_name, company,
  telephone_business1, telephone_business2, fax_business, telephone_callback, telephone_car, telephone_company,
  telephone_home1, telephone_home2, fax_home, cellular_telephone1, cellular_telephone2, telephone_other, fax_other,
  telephone_isdn, telephone_pager, telephone_primary, telephone_radio, telephone_telex, telephone_ttytdd,
  telephone_ip, telephone_assistant,
  email1, email2, email3, url, instant_messenger1, instant_messenger2,
  userfield01, userfield02, userfield03, userfield04, userfield05, userfield06, userfield07, userfield08, userfield09,
  userfield10, userfield11, userfield12, userfield13, userfield14, userfield15, userfield16, userfield17, userfield18,
  userfield19, userfield20,
  note, file_as, sort_name,
  count_
};
constexpr std::size_t kContactFields = static_cast<std::size_t>(ContactField::count_);
// The field's name in the OX HTTP API ("first_name"); never fails.
std::string_view name(ContactField field);

struct Contact {
  RemoteId id;
  RemoteId folder;
  std::string uid;
  Version version;
  std::optional<Instant> created, modified;
  std::array<std::string, kContactFields> text;  // empty: absent
  std::string& operator[](ContactField f) { return text[static_cast<std::size_t>(f)]; }
  const std::string& operator[](ContactField f) const { return text[static_cast<std::size_t>(f)]; }
  std::optional<Date> birthday, anniversary;
  std::vector<std::string> categories;
  bool secret = false;                            // private_flag
  std::optional<std::int32_t> default_address;    // which e-mail is the default: 1, 2, 3
  std::optional<std::int32_t> color_label;
  std::optional<std::int32_t> use_count;
  RemoteId user;                                  // internal user id, for entries of the global address book
  RemoteId created_by, modified_by;
  std::uint32_t attachment_count{};
  std::vector<FileData> attachments;
  struct Image {
    std::string mime_type;
    std::string url;            // path on the backend
    std::optional<Instant> modified;
    std::optional<Bytes> data;  // absent until fetched
  };
  std::optional<Image> image;
  RawFields raw;
};

struct DistributionList {
  struct Member {
    enum class Kind : std::uint8_t { external, email1, email2, email3 } kind = Kind::external;  // external: one-off
    RemoteId contact;  // for email1 ... email3
    RemoteId contact_folder;
    std::string name;
    std::string email;
    bool operator==(const Member&) const = default;
  };
  RemoteId id;
  RemoteId folder;
  std::string uid;
  Version version;
  std::optional<Instant> created, modified;
  std::string name;
  std::string note;
  std::vector<std::string> categories;
  bool secret = false;
  std::vector<Member> members;
  RawFields raw;
};

}  // namespace oxb::model
