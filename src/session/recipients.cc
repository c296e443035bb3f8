// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/recipients.h"

#include "base/text.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/tags.h"
#include "session/values.h"

namespace oxb::session {
namespace {

namespace tag = mapi::tag;
namespace flag = mapi::recipient_flag;

constexpr std::size_t kMostValueBytes = 0x4000;  // a value must fit the rows of later answers
constexpr std::int32_t kMailUser = 6;            // PidTagObjectType

void set_missing(mapi::PropertyBag& bag, mapi::PropTag t, mapi::PropertyValue value) {
  if (!bag.has(t)) bag.set(t, std::move(value));
}

void set_columns(mapi::PropertyBag& bag, const mapi::RecipientRow& row, const std::vector<mapi::PropTag>& columns,
                 std::uint32_t code_page) {
  const auto count = std::min<std::size_t>({row.column_count, row.properties.values.size(), columns.size()});
  for (std::size_t i = 0; i < count; ++i) {
    const auto& value = row.properties.values[i];
    if (std::holds_alternative<std::monostate>(value) || std::holds_alternative<mapi::ErrorValue>(value) ||
        std::holds_alternative<mapi::ObjectValue>(value) || std::holds_alternative<mapi::RestrictionValue>(value))
      continue;
    if (mapi::value_size(value) > kMostValueBytes) continue;
    auto type = mapi::type_of(value);
    if (type == mapi::PropType::string8) type = mapi::PropType::string;
    if (type == mapi::PropType::multi_string8) type = mapi::PropType::multi_string;
    if (auto kept = converted(Value(&value), type, code_page)) bag.set(columns[i].with(type), std::move(kept).take());
  }
}

// Address type and address, from wherever the row has them.
struct Address {
  std::string type, text;
};
Address address_of(const mapi::RecipientRow& row, const std::string& email, const mapi::PropertyBag& columns) {
  switch (row.address()) {
    case mapi::RecipientAddress::x500:
      return {"EX", row.x500_dn};
    case mapi::RecipientAddress::smtp:
      return {"SMTP", email};
    case mapi::RecipientAddress::ms_mail:
      return {"MS", email};
    case mapi::RecipientAddress::fax:
      return {"FAX", email};
    case mapi::RecipientAddress::professional_office_system:
      return {"PROFS", email};
    case mapi::RecipientAddress::personal_dl_1:
    case mapi::RecipientAddress::personal_dl_2:
      return {"MAPIPDL", email};
    case mapi::RecipientAddress::none:
      break;
  }
  Address out{row.address_type, email};
  const auto* smtp = columns.get<std::string>(tag::kSmtpAddress);
  if (out.text.empty() && smtp != nullptr) out = {"SMTP", *smtp};
  // Without a type, or with "NONE", an address is what it looks like.
  const bool is_untyped = out.type.empty() || ascii_iequals(out.type, "NONE");
  if (is_untyped && out.text.find('@') != std::string::npos) out.type = "SMTP";
  if (is_untyped && out.text.starts_with("/o=")) out.type = "EX";
  return out;
}

Bytes entry_id(const Address& address, const std::string& name, bool is_rich) {
  if (ascii_iequals(address.type, "EX")) {
    mapi::AddressBookEntryId id;
    id.dn = address.text;
    return mapi::to_bytes(mapi::EntryId(id));
  }
  mapi::OneOffEntryId id;
  if (is_rich) id.one_off_flags = mapi::OneOffEntryId::kUnicode;
  id.display_name = name;
  id.address_type = address.type;
  id.email_address = address.text;
  return mapi::to_bytes(mapi::EntryId(id));
}

std::optional<std::string> smtp_of(const Store& store, const std::string& dn) {
  if (ascii_iequals(dn, store.owner().legacy_dn)) return store.owner().email;
  return store.mailbox().address_of(dn);
}

}  // namespace

mapi::PropertyBag recipient_properties(const Store& store, const mapi::RecipientRow& row,
                                       const std::vector<mapi::PropTag>& columns, std::uint8_t type,
                                       std::uint32_t code_page) {
  const auto text = [&](const std::string& raw) {
    return (row.flags & flag::kUnicode) != 0 ? raw : utf8_from_code_page(raw, code_page).value_or(raw);
  };
  mapi::PropertyBag bag;
  set_columns(bag, row, columns, code_page);
  const auto email = text(row.email_address);
  const auto address = address_of(row, email, bag);
  auto name = text(row.display_name);
  if (name.empty()) name = text(row.simple_display_name);
  if (name.empty()) name = email;
  constexpr unsigned kTypeBits = 0x0F, kFlagBits = 0xF0, kFlagShift = 24;
  bag.set(tag::kRecipientType, static_cast<std::int32_t>((type & kTypeBits) | (type & kFlagBits) << kFlagShift));
  bag.set(tag::kDisplayName, name);
  bag.set(tag::kAddressType, address.type);
  bag.set(tag::kEmailAddress, address.text);
  if ((row.flags & flag::kTransmittableDisplayName) != 0)
    bag.set(tag::kTransmittableDisplayName, text(row.transmittable_display_name));
  if ((row.flags & flag::kResponsible) != 0) bag.set(tag::kResponsibility, true);
  const bool is_rich = (row.flags & flag::kNonRich) == 0;
  set_missing(bag, tag::kSendRichInfo, is_rich);
  set_missing(bag, tag::kObjectType, kMailUser);
  set_missing(bag, tag::kDisplayType, std::int32_t{row.display_type});
  if (ascii_iequals(address.type, "SMTP")) set_missing(bag, tag::kSmtpAddress, address.text);
  if (ascii_iequals(address.type, "EX") && !bag.has(tag::kSmtpAddress))
    if (auto known = smtp_of(store, address.text)) bag.set(tag::kSmtpAddress, *std::move(known));
  const auto* known = bag.get<Bytes>(tag::kEntryId);
  if (known == nullptr || known->empty())
    bag.set(tag::kEntryId, row.entry_id.empty() ? entry_id(address, name, is_rich) : row.entry_id);
  if (!row.search_key.empty()) set_missing(bag, tag::kSearchKey, row.search_key);
  set_missing(bag, tag::kSearchKey, mapi::search_key(address.type, address.text));
  return bag;
}

}  // namespace oxb::session
