// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/message_header.h"

#include "base/text.h"
#include "proto/mapi/tags.h"
#include "session/properties.h"

#include <algorithm>
#include <array>

namespace oxb::session {
namespace {

namespace tag = mapi::tag;
namespace flag = mapi::recipient_flag;

constexpr std::size_t kMostRecipientsPerAnswer = 255;  // the count is one byte

// Beside what a RecipientRow says itself.
constexpr std::array kColumns = {
    tag::kObjectType,       tag::kDisplayType,    tag::kSmtpAddress,          tag::kEntryId,
    tag::kSearchKey,        tag::kDisplayTypeEx,  tag::kSendRichInfo,         tag::kRecipientDisplayName,
    tag::kRecipientEntryId, tag::kRecipientFlags, tag::kRecipientTrackStatus, tag::kRecipientTrackStatusTime,
    tag::kRecipientOrder,
};

constexpr std::array kInRow = {tag::kRecipientType, tag::kDisplayName,    tag::kAddressType,
                               tag::kEmailAddress,  tag::kResponsibility, tag::kTransmittableDisplayName};
constexpr std::size_t kMostColumns = 64;

std::string text(const mapi::PropertyBag& bag, mapi::PropTag t) {
  const auto* value = bag.get<std::string>(t);
  return value != nullptr ? *value : std::string();
}

std::uint8_t recipient_type(const mapi::PropertyBag& bag) {
  const auto* value = bag.get<std::int32_t>(tag::kRecipientType);
  const auto bits = static_cast<std::uint32_t>(value != nullptr ? *value : 1);
  return static_cast<std::uint8_t>((bits & 0x0FU) | (bits >> 24U & 0xF0U));
}

mapi::RecipientRow recipient_row(const mapi::PropertyBag& bag, const std::vector<mapi::PropTag>& columns) {
  mapi::RecipientRow row;
  row.flags = flag::kUnicode;
  auto type = text(bag, tag::kAddressType);
  const auto address = text(bag, tag::kEmailAddress);
  if (type.empty() && address.find('@') != std::string::npos) type = "SMTP";
  if (ascii_iequals(type, "EX") && !address.empty()) {
    row.flags |= static_cast<std::uint16_t>(mapi::RecipientAddress::x500);
    row.x500_dn = address;
    const auto* display_type = bag.get<std::int32_t>(tag::kDisplayType);
    row.display_type = static_cast<std::uint8_t>(display_type != nullptr ? *display_type : 0);
  } else if (ascii_iequals(type, "SMTP")) {
    row.flags |= static_cast<std::uint16_t>(mapi::RecipientAddress::smtp) | flag::kEmailAddress;
    row.email_address = address;
  } else {
    if (!type.empty()) row.flags |= flag::kOutOfStandard;
    row.address_type = type;
    if (!address.empty()) row.flags |= flag::kEmailAddress;
    row.email_address = address;
  }
  row.display_name = text(bag, tag::kDisplayName);
  if (row.display_name.empty()) row.display_name = address;
  row.flags |= flag::kDisplayName | flag::kSameAsDisplayName;
  row.column_count = static_cast<std::uint16_t>(columns.size());
  row.properties = mapi::make_row(columns, bag, static_cast<std::uint32_t>(EcCode::not_found));
  return row;
}

// Calls add(index, type, row) for recipients from `first` on until one does not fit.
template <class Add>
void fitting(const Message& message, std::size_t first, std::size_t room, std::size_t fields, Add add) {
  const auto& recipients = message.content->recipients;
  const auto end = std::min(recipients.size(), first + kMostRecipientsPerAnswer);
  for (auto i = first; i < end; ++i) {
    auto row = recipient_row(recipients[i].properties, message.recipient_columns);
    const auto size = fields + mapi::recipient_size(row, message.recipient_columns);
    if (size > room) return;
    room -= size;
    add(i, recipient_type(recipients[i].properties), std::move(row));
  }
}

rop::TypedString typed(const PropertySource& source, mapi::PropTag t) {
  const auto value = find_as(source, t, 1252);
  const auto* utf8 = value ? std::get_if<std::string>(&*value) : nullptr;
  return utf8 != nullptr ? rop::TypedString::of(*utf8) : rop::TypedString{};
}

}  // namespace

std::vector<mapi::PropTag> recipient_columns(const mapi::Content& content) {
  std::vector<mapi::PropTag> out;
  for (const auto column : kColumns) {
    const auto has = [&](const mapi::Recipient& r) { return r.properties.find(column) != nullptr; };
    if (std::any_of(content.recipients.begin(), content.recipients.end(), has)) out.push_back(column);
  }
  // What a client wrote beside those comes back as well.
  for (const auto& recipient : content.recipients) {
    for (const auto& property : recipient.properties.all()) {
      if (out.size() >= kMostColumns) return out;
      const auto same = [&](mapi::PropTag t) { return t.id() == property.tag.id(); };
      if (std::any_of(kInRow.begin(), kInRow.end(), same) || std::any_of(out.begin(), out.end(), same)) continue;
      out.push_back(property.tag);
    }
  }
  return out;
}

Answer<rop::MessageHeader> message_header(Call& call, Message& message, std::size_t room) {
  constexpr std::size_t kFields = 1 + 2 + 2 + 2 + 1;
  constexpr std::size_t kRecipientFields = 1 + 2 + 2 + 2;
  rop::MessageHeader header;
  const auto shared = std::shared_ptr<Object>(std::shared_ptr<Object>(), &message);
  OXB_CHECK(with_properties(call, shared, [&](const PropertySource& source) -> Result<> {
    const auto tags = source.tags();
    header.has_named_properties = std::any_of(tags.begin(), tags.end(), [](auto t) { return t.is_named(); });
    header.subject_prefix = typed(source, tag::kSubjectPrefix);
    header.normalized_subject = typed(source, tag::kNormalizedSubject);
    return {};
  }));
  message.recipient_columns = recipient_columns(*message.content);
  header.recipient_columns = message.recipient_columns;
  header.recipient_count =
      static_cast<std::uint16_t>(std::min<std::size_t>(message.content->recipients.size(), 0xFFFF));
  const auto used = kFields + 4 * header.recipient_columns.size() + 2 * (header.subject_prefix.text.size() + 1) +
                    2 * (header.normalized_subject.text.size() + 1);
  fitting(message, 0, room > used ? room - used : 0, kRecipientFields,
          [&](std::size_t, std::uint8_t type, mapi::RecipientRow row) {
            header.recipients.push_back({type, static_cast<std::uint16_t>(message.code_page), 0, std::move(row)});
          });
  return header;
}

std::vector<rop::ReadRecipients::Row> recipient_rows(const Message& message, std::size_t first, std::size_t room) {
  constexpr std::size_t kFields = 4 + 1 + 2 + 2 + 2;
  std::vector<rop::ReadRecipients::Row> out;
  fitting(message, first, room, kFields, [&](std::size_t index, std::uint8_t type, mapi::RecipientRow row) {
    out.push_back(
        {message.recipient_ids()[index], type, static_cast<std::uint16_t>(message.code_page), 0, std::move(row)});
  });
  return out;
}

}  // namespace oxb::session
