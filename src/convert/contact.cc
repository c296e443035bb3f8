// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/contact.h"

#include "base/text.h"
#include "convert/pim_common.h"
#include "convert/timezone.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/tags.h"

#include <fmt/format.h>

#include <array>

namespace oxb::convert {
namespace {

namespace tag = mapi::tag;
namespace lid = mapi::lid;
using F = model::ContactField;
using model::Contact;

struct EmailRow {
  F field;
  mapi::Lid display, type, address, original_display, entry_id;
};
constexpr std::array kEmails = {
    EmailRow{F::email1, lid::kEmail1DisplayName, lid::kEmail1AddressType, lid::kEmail1EmailAddress,
             lid::kEmail1OriginalDisplayName, lid::kEmail1OriginalEntryId},
    EmailRow{F::email2, lid::kEmail2DisplayName, lid::kEmail2AddressType, lid::kEmail2EmailAddress,
             lid::kEmail2OriginalDisplayName, lid::kEmail2OriginalEntryId},
    EmailRow{F::email3, lid::kEmail3DisplayName, lid::kEmail3AddressType, lid::kEmail3EmailAddress,
             lid::kEmail3OriginalDisplayName, lid::kEmail3OriginalEntryId},
};
// [MS-OXOCNTC] 2.2.1.2: the first fax address is the business fax, the second the one at home, the third the primary
// one.
constexpr std::array kFaxes = {
    EmailRow{F::fax_business, lid::kFax1DisplayName, lid::kFax1AddressType, lid::kFax1EmailAddress,
             lid::kFax1OriginalDisplayName, lid::kFax1OriginalEntryId},
    EmailRow{F::fax_home, lid::kFax2DisplayName, lid::kFax2AddressType, lid::kFax2EmailAddress,
             lid::kFax2OriginalDisplayName, lid::kFax2OriginalEntryId},
    EmailRow{F::fax_other, lid::kFax3DisplayName, lid::kFax3AddressType, lid::kFax3EmailAddress,
             lid::kFax3OriginalDisplayName, lid::kFax3OriginalEntryId},
};

struct AddressRow {
  F street, postal_code, city, state, country, whole;
  mapi::Lid whole_lid;
  std::int32_t id;  // PidLidPostalAddressId
};
constexpr std::array kAddresses = {
    AddressRow{F::street_business, F::postal_code_business, F::city_business, F::state_business, F::country_business,
               F::address_business, lid::kWorkAddress, 2},
    AddressRow{F::street_home, F::postal_code_home, F::city_home, F::state_home, F::country_home, F::address_home,
               lid::kHomeAddress, 1},
    AddressRow{F::street_other, F::postal_code_other, F::city_other, F::state_other, F::country_other, F::address_other,
               lid::kOtherAddress, 3},
};

std::string full_name(const Contact& c) {
  if (!c[F::display_name].empty()) return c[F::display_name];
  std::string name;
  for (const auto field : {F::title, F::first_name, F::second_name, F::last_name, F::suffix}) {
    if (c[field].empty()) continue;
    if (!name.empty()) name += ' ';
    name += c[field];
  }
  if (!name.empty()) return name;
  for (const auto field : {F::company, F::nickname, F::email1, F::email2, F::email3})
    if (!c[field].empty()) return c[field];
  return {};
}

std::string join_words(std::string_view a, std::string_view b, std::string_view separator) {
  if (a.empty()) return std::string(b);
  if (b.empty()) return std::string(a);
  return fmt::format("{}{}{}", a, separator, b);
}

std::string last_first(const Contact& c) {
  return join_words(c[F::last_name], join_words(c[F::first_name], c[F::second_name], " "), ", ");
}

// PidLidFileUnderId [MS-OXOCNTC] 2.2.1.1.12: how FileUnder is made, so that Outlook keeps it up to date.
std::int32_t file_under_id(const Contact& c, std::string_view file_as) {
  constexpr std::int32_t kLastFirst = 0x8017, kFirstLast = 0x8037, kCompany = 0x3A16, kDisplayName = 0x3001, kUser = -1;
  if (file_as == last_first(c)) return kLastFirst;
  if (file_as == join_words(join_words(c[F::first_name], c[F::second_name], " "), c[F::last_name], " "))
    return kFirstLast;
  if (file_as == c[F::company]) return kCompany;
  if (file_as == c[F::display_name]) return kDisplayName;
  return kUser;
}

std::string address_text(const Contact& c, const AddressRow& row) {
  if (!c[row.whole].empty()) return c[row.whole];
  std::string text = c[row.street];
  const auto line = join_words(join_words(c[row.postal_code], c[row.city], " "), c[row.state], ", ");
  for (const auto& part : {line, c[row.country]})
    if (!part.empty()) text = join_words(text, part, "\r\n");
  return text;
}

// The OX field counts 1 business, 2 home, 3 other; Outlook's 1 home, 2 business, 3 other.
const AddressRow* mailing_address(const Contact& c) {
  if (c.default_address && *c.default_address >= 1 && *c.default_address <= 3) {
    const auto& chosen = kAddresses[static_cast<std::size_t>(*c.default_address - 1)];
    if (!address_text(c, chosen).empty()) return &chosen;
  }
  for (const auto& row : kAddresses)
    if (!address_text(c, row).empty()) return &row;
  return nullptr;
}

void set_addresses(mapi::Content& content, const Contact& c) {
  for (const auto& row : kAddresses)
    if (auto text = address_text(c, row); !text.empty()) put(content, row.whole_lid, std::move(text));
  const auto* mailing = mailing_address(c);
  put(content, lid::kPostalAddressId, mailing == nullptr ? 0 : mailing->id);
  if (mailing == nullptr) return;
  auto& p = content.properties;
  const auto set = [&](mapi::PropTag property, const std::string& text) {
    if (!text.empty()) p.set(property, text);
  };
  set(tag::kPostalAddress, address_text(c, *mailing));
  set(tag::kStreetAddress, c[mailing->street]);
  set(tag::kLocality, c[mailing->city]);
  set(tag::kStateOrProvince, c[mailing->state]);
  set(tag::kPostalCode, c[mailing->postal_code]);
  set(tag::kCountry, c[mailing->country]);
}

// E-mail and fax addresses, and the two lists without which the contact is not in the address book.
void set_electronic_addresses(mapi::Content& content, const Contact& c, const std::string& name) {
  std::vector<std::int32_t> list;
  std::int32_t bits = 0;
  const auto defined = [&](std::int32_t index) {
    list.push_back(index);
    bits |= std::int32_t{1} << index;
  };
  for (std::size_t i = 0; i < kEmails.size(); ++i) {
    const auto& row = kEmails[i];
    const auto address = std::string(trim(c[row.field]));
    if (address.empty()) continue;
    put(content, row.display, name.empty() || name == address ? address : fmt::format("{} ({})", name, address));
    put(content, row.type, std::string("SMTP"));
    put(content, row.address, address);
    put(content, row.original_display, address);
    put(content, row.entry_id, entry_id_of({name, address, {}}));
    defined(static_cast<std::int32_t>(i));
  }
  for (std::size_t i = 0; i < kFaxes.size(); ++i) {
    const auto& row = kFaxes[i];
    const auto number = std::string(trim(c[row.field]));
    if (number.empty()) continue;
    const auto address = fmt::format("{}@{}", name, number);
    put(content, row.display, name);
    put(content, row.type, std::string("FAX"));
    put(content, row.address, address);
    put(content, row.original_display, name);
    mapi::OneOffEntryId id;
    id.display_name = name;
    id.address_type = "FAX";
    id.email_address = address;
    put(content, row.entry_id, mapi::to_bytes(id));
    defined(static_cast<std::int32_t>(i + kEmails.size()));
  }
  if (list.empty()) return;  // a list without elements must not be set
  put(content, lid::kAddressBookProviderEmailList, std::move(list));
  put(content, lid::kAddressBookProviderArrayType, bits);
}

// A date at 11:59 UTC is the same day nearly everywhere.
mapi::FileTime noon(const model::Date& date) {
  return mapi::file_time(TimeZone::utc()->to_utc(LocalTime(local_day(date)) + std::chrono::minutes(11 * 60 + 59)));
}
mapi::FileTime midnight(const model::Date& date) {
  return mapi::file_time(TimeZone::utc()->to_utc(LocalTime(local_day(date))));
}

void set_dates(mapi::Content& content, const Contact& c) {
  if (c.birthday) {
    content.properties.set(tag::kBirthday, noon(*c.birthday));
    put(content, lid::kBirthdayLocal, midnight(*c.birthday));
  }
  if (c.anniversary) {
    content.properties.set(tag::kWeddingAnniversary, noon(*c.anniversary));
    put(content, lid::kWeddingAnniversaryLocal, midnight(*c.anniversary));
  }
}

void set_picture(mapi::Content& content, const Contact& c) {
  put(content, lid::kHasPicture, c.image.has_value());
  if (!c.image) return;
  model::FileData file;
  file.name = "ContactPicture.jpg";  // whatever the format: Outlook looks for this name
  file.mime_type = c.image->mime_type.empty() ? "image/jpeg" : c.image->mime_type;
  file.created = c.image->modified;
  file.data = c.image->data;
  auto attachment = file_attachment(file);
  attachment.properties.set(tag::kAttachmentContactPhoto, true);
  content.attachments.push_back(std::move(attachment));
}

void set_field(mapi::Content& content, const ContactRow& row, const std::string& text) {
  if (const auto* property = std::get_if<mapi::PropTag>(&row.property))
    content.properties.set(*property, text);
  else if (const auto* named = std::get_if<mapi::Lid>(&row.property))
    put(content, *named, text);
  else
    put(content, mapi::PropertyName{mapi::set::kPublicStrings, std::get<std::string>(row.property)}, text);
}

const std::string* text_of(const mapi::PropertyValue* value) {
  return value == nullptr ? nullptr : std::get_if<std::string>(value);
}

const std::string* field_text(const mapi::Content& content, const ContactRow& row) {
  if (const auto* property = std::get_if<mapi::PropTag>(&row.property))
    return content.properties.get<std::string>(*property);
  if (const auto* named = std::get_if<mapi::Lid>(&row.property)) return text_of(content.find_named(*named));
  return text_of(content.find_named({mapi::set::kPublicStrings, std::get<std::string>(row.property)}));
}

std::optional<model::Date> date_of_property(const mapi::Content& content, const mapi::Lid& local, mapi::PropTag utc,
                                            const PimContext& context) {
  if (const auto* value = content.find_named(local)) {
    if (const auto* time = std::get_if<mapi::FileTime>(value))
      return date_of(std::chrono::floor<std::chrono::days>(TimeZone::utc()->to_local(mapi::instant(*time))));
  }
  const auto* time = content.properties.get<mapi::FileTime>(utc);
  if (time == nullptr) return std::nullopt;
  const auto zone = TimeZone::find(context.default_zone);
  const auto& used = zone ? *zone : TimeZone::utc();
  return date_of(std::chrono::floor<std::chrono::days>(used->to_local(mapi::instant(*time))));
}

}  // namespace

Result<mapi::Content> contact_from_item(const Contact& contact, const PimContext& context) {
  mapi::Content content;
  auto& p = content.properties;
  const auto name = full_name(contact);
  p.set(tag::kMessageClass, std::string("IPM.Contact"));
  p.set(tag::kIconIndex, std::int32_t{0x200});
  p.set(tag::kImportance, std::int32_t{1});
  put(content, lid::kSideEffects, std::int32_t{0x110});
  set_subject(content, name);
  for (const auto& row : contact_rows())
    if (!contact[row.field].empty()) set_field(content, row, contact[row.field]);
  p.set(tag::kDisplayName, name);
  const auto file_as = contact[F::file_as].empty() ? name : contact[F::file_as];
  put(content, lid::kFileUnder, file_as);
  put(content, lid::kFileUnderId, file_under_id(contact, file_as));
  if (!contact[F::url].empty()) put(content, lid::kHtml, contact[F::url]);
  if (!contact[F::department].empty()) put(content, lid::kDepartment, contact[F::department]);
  set_addresses(content, contact);
  set_electronic_addresses(content, contact, name);
  set_dates(content, contact);
  set_body(content, contact[F::note]);
  set_categories(content, contact.categories);
  set_privacy(content, contact.secret ? Privacy::private_item : Privacy::open);
  set_times(content, contact.created, contact.modified);
  if (contact.color_label)
    put(content, mapi::PropertyName{mapi::set::kPublicStrings, std::string("urn:oxbridge:contact:color_label")},
        *contact.color_label);
  if (!contact.uid.empty())
    put(content, mapi::PropertyName{mapi::set::kPublicStrings, std::string("urn:oxbridge:contact:uid")}, contact.uid);
  set_sender(content, owner_of(context), owner_of(context));
  set_picture(content, contact);
  for (const auto& file : contact.attachments) content.attachments.push_back(file_attachment(file));
  set_flags(content);
  return content;
}

model::Contact contact_from_content(const mapi::Content& content, const PimContext& context) {
  Contact contact;
  for (const auto& row : contact_rows())
    if (const auto* text = field_text(content, row)) contact[row.field] = *text;
  for (const auto& row : kEmails) {
    const auto* type = text_of(content.find_named(row.type));
    if (type != nullptr && !ascii_iequals(*type, "SMTP")) continue;
    if (const auto* address = text_of(content.find_named(row.address))) contact[row.field] = *address;
  }
  if (const auto* body = content.properties.get<std::string>(tag::kBody)) {
    auto& note = contact[F::note];
    for (const char c : *body)
      if (c != '\r') note += c;
  }
  contact.birthday = date_of_property(content, lid::kBirthdayLocal, tag::kBirthday, context);
  contact.anniversary = date_of_property(content, lid::kWeddingAnniversaryLocal, tag::kWeddingAnniversary, context);
  if (const auto* value = content.find_named(mapi::named::kKeywords))
    if (const auto* names = std::get_if<std::vector<std::string>>(value)) contact.categories = *names;
  if (const auto* value = content.find_named(lid::kPrivate))
    if (const auto* flag = std::get_if<bool>(value)) contact.secret = *flag;
  if (const auto* value = content.find_named(lid::kPostalAddressId)) {
    if (const auto* id = std::get_if<std::int32_t>(value)) {
      for (std::size_t i = 0; i < kAddresses.size(); ++i)
        if (kAddresses[i].id == *id) contact.default_address = static_cast<std::int32_t>(i + 1);
    }
  }
  return contact;
}

}  // namespace oxb::convert
