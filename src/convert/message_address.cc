// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/message_address.h"

#include "base/text.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/tags.h"

#include <algorithm>

namespace oxb::convert {

using namespace mapi;

namespace {

void put_le(Bytes& out, std::uint32_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) out.push_back(static_cast<std::byte>(value >> (8 * i) & 255U));
}
}  // namespace

Bytes one_off_entry_id(std::string_view name, std::string_view address) {
  OneOffEntryId id;
  id.display_name = name;
  id.email_address = address;
  return to_bytes(EntryId(std::move(id)));
}

Bytes address_search_key(std::string_view address) { return search_key("SMTP", address); }

const PersonTags kSender = {tag::kSenderName,    tag::kSenderAddressType, tag::kSenderEmailAddress,
                            tag::kSenderEntryId, tag::kSenderSearchKey,   tag::kSenderSmtpAddress};
const PersonTags kSentRepresenting = {tag::kSentRepresentingName,         tag::kSentRepresentingAddressType,
                                      tag::kSentRepresentingEmailAddress, tag::kSentRepresentingEntryId,
                                      tag::kSentRepresentingSearchKey,    tag::kSentRepresentingSmtpAddress};
const PersonTags kReceivedBy = {tag::kReceivedByName,    tag::kReceivedByAddressType, tag::kReceivedByEmailAddress,
                                tag::kReceivedByEntryId, tag::kReceivedBySearchKey,   tag::kReceivedBySmtpAddress};
const PersonTags kReceivedRepresenting = {
    tag::kReceivedRepresentingName,    tag::kReceivedRepresentingAddressType, tag::kReceivedRepresentingEmailAddress,
    tag::kReceivedRepresentingEntryId, tag::kReceivedRepresentingSearchKey,   tag::kReceivedRepresentingSmtpAddress};
const PersonTags kReadReceipt = {tag::kReadReceiptName,    tag::kReadReceiptAddressType, tag::kReadReceiptEmailAddress,
                                 tag::kReadReceiptEntryId, tag::kReadReceiptSearchKey,   tag::kReadReceiptSmtpAddress};

const std::string& shown_name(const mime::Mailbox& person) {
  return person.name.empty() ? person.address : person.name;
}

void set_person(PropertyBag& bag, const PersonTags& tags, const mime::Mailbox& person) {
  if (person.name.empty() && person.address.empty()) return;
  bag.set(tags.name, shown_name(person));
  bag.set(tags.type, std::string("SMTP"));
  bag.set(tags.address, person.address);
  bag.set(tags.entry_id, one_off_entry_id(shown_name(person), person.address));
  bag.set(tags.search_key, address_search_key(person.address));
  bag.set(tags.smtp, person.address);
}

Recipient make_recipient(const mime::Mailbox& person, RecipientType type, std::size_t order) {
  constexpr std::int32_t kMailUser = 6, kSendable = 1;
  Recipient out;
  auto& p = out.properties;
  const auto entry_id = one_off_entry_id(shown_name(person), person.address);
  p.set(tag::kRecipientType, static_cast<std::int32_t>(type));
  p.set(tag::kDisplayName, shown_name(person));
  p.set(tag::kTransmittableDisplayName, shown_name(person));
  p.set(tag::kRecipientDisplayName, shown_name(person));
  p.set(tag::kAddressType, std::string("SMTP"));
  p.set(tag::kEmailAddress, person.address);
  p.set(tag::kSmtpAddress, person.address);
  p.set(tag::kEntryId, entry_id);
  p.set(tag::kRecipientEntryId, entry_id);
  p.set(tag::kSearchKey, address_search_key(person.address));
  p.set(tag::kObjectType, kMailUser);
  p.set(tag::kDisplayType, std::int32_t{0});
  p.set(tag::kResponsibility, true);
  p.set(tag::kSendRichInfo, false);
  p.set(tag::kRecipientFlags, kSendable);
  p.set(tag::kRecipientTrackStatus, std::int32_t{0});
  p.set(tag::kRecipientOrder, static_cast<std::int32_t>(order));
  return out;
}

std::string shown_names(const std::vector<mime::Mailbox>& people) {
  std::string out;
  for (const auto& p : people) {
    if (!out.empty()) out += "; ";
    out += shown_name(p);
  }
  return out;
}

void set_reply_recipients(PropertyBag& bag, const std::vector<mime::Mailbox>& people) {
  std::string names;
  Bytes entries;
  std::uint32_t count = 0;
  for (const auto& p : people) {
    if (p.address.empty() || count >= 100) continue;
    auto name = shown_name(p);
    std::replace(name.begin(), name.end(), ';', ',');
    names += (names.empty() ? "" : "; ") + name;
    const auto id = one_off_entry_id(name, p.address);
    put_le(entries, static_cast<std::uint32_t>(id.size()), 4);  // FLATENTRY, padded to four bytes [MS-OXCDATA] 2.3.3
    entries.insert(entries.end(), id.begin(), id.end());
    entries.resize((entries.size() + 3) / 4 * 4);
    ++count;
  }
  if (count == 0) return;
  Bytes list;
  put_le(list, count, 4);
  put_le(list, static_cast<std::uint32_t>(entries.size()), 4);
  list.insert(list.end(), entries.begin(), entries.end());
  bag.set(tag::kReplyRecipientNames, names);
  bag.set(tag::kReplyRecipientEntries, list);
}

bool is_one_of(const mime::Mailbox& person, const std::vector<std::string>& addresses) {
  return !person.address.empty() && std::any_of(addresses.begin(), addresses.end(),
                                                [&](const std::string& a) { return ascii_iequals(a, person.address); });
}

}  // namespace oxb::convert
