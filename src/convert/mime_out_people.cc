// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "convert/message_envelope.h"
#include "convert/mime_out_parts.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/tags.h"

#include <unicode/idna.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <set>

namespace oxb::convert {

using namespace mapi;

std::string text_value(const PropertyBag& bag, PropTag tag) {
  const auto* p = bag.find(tag.id());
  if (!p) return {};
  if (const auto* text = std::get_if<std::string>(&p->value)) return *text;
  if (const auto* narrow = std::get_if<String8>(&p->value)) return mime::text_from_charset(narrow->bytes, {});
  return {};
}

std::int32_t number_value(const PropertyBag& bag, PropTag tag, std::int32_t otherwise) {
  const auto* value = bag.get<std::int32_t>(tag);
  return value ? *value : otherwise;
}

bool flag_value(const PropertyBag& bag, PropTag tag) {
  const auto* value = bag.get<bool>(tag);
  return value && *value;
}

std::string named_text(const Content& content, const PropertyName& name) {
  const auto* value = content.find_named(name);
  if (!value) return {};
  if (const auto* narrow = std::get_if<String8>(value)) return mime::text_from_charset(narrow->bytes, {});
  const auto* text = std::get_if<std::string>(value);
  return text ? *text : std::string();
}

namespace {

// The domain in ASCII (UTS 46); unchanged where it cannot be.
std::string ascii_domain(std::string_view address) {
  const auto sign = address.rfind('@');
  if (sign == std::string_view::npos || address.size() > 500) return std::string(address);
  const auto domain = address.substr(sign + 1);
  const auto ascii_text = [](std::string_view t) {
    return std::all_of(t.begin(), t.end(), [](char c) { return c > 0; });
  };
  if (ascii_text(domain) || !ascii_text(address.substr(0, sign))) return std::string(address);
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::IDNA> idna(icu::IDNA::createUTS46Instance(UIDNA_DEFAULT, status));
  if (U_FAILURE(status)) return std::string(address);
  icu::IDNAInfo info;
  icu::UnicodeString ascii;
  const icu::StringPiece piece(domain.data(), static_cast<std::int32_t>(domain.size()));
  idna->nameToASCII(icu::UnicodeString::fromUTF8(piece), ascii, info, status);
  if (U_FAILURE(status) || info.hasErrors()) return std::string(address);
  std::string out(address.substr(0, sign + 1));
  ascii.toUTF8String(out);
  return out;
}

// An address as people and clients leave it there: with brackets, a scheme or blanks around it.
std::string plain_address(std::string_view raw) {
  auto text = trim(raw);
  for (const std::string_view scheme : {"mailto:", "smtp:"})
    if (text.size() > scheme.size() && ascii_iequals(text.substr(0, scheme.size()), scheme))
      text = trim(text.substr(scheme.size()));
  if (text.size() > 2 && text.front() == '<' && text.back() == '>') text = trim(text.substr(1, text.size() - 2));
  if (text.size() > 2 && text.front() == '\'' && text.back() == '\'') text = trim(text.substr(1, text.size() - 2));
  return ascii_domain(text);
}

struct Raw {
  std::string name, type, address, smtp;
  const Bytes* entry_id = nullptr;
};

std::string by_name(const MimeContext& context, std::string_view dn) {
  if (!context.smtp_address || dn.empty()) return {};
  const auto found = context.smtp_address(dn);
  return found ? plain_address(*found) : std::string();
}

// Name and address of what an entry id stands for.
mime::Mailbox person_of_entry(ByteView bytes, const MimeContext& context) {
  const auto id = parse_entry_id(bytes);
  if (!id) return {};
  if (const auto* one_off = std::get_if<OneOffEntryId>(&*id)) {
    const bool wide = one_off->one_off_flags & OneOffEntryId::kUnicode;
    const auto text = [&](const std::string& t) { return wide ? t : mime::text_from_charset(t, {}); };
    mime::Mailbox out{text(one_off->display_name), {}, {}};
    if (ascii_iequals(one_off->address_type, "SMTP")) out.address = plain_address(text(one_off->email_address));
    if (ascii_iequals(one_off->address_type, "EX")) out.address = by_name(context, one_off->email_address);
    return out;
  }
  if (const auto* entry = std::get_if<AddressBookEntryId>(&*id)) return {{}, by_name(context, entry->dn), {}};
  return {};
}

mime::Mailbox person_of(const Raw& raw, const MimeContext& context) {
  mime::Mailbox out{std::string(trim(raw.name)), {}, {}};
  const auto take = [&](std::string address) {
    if (!mime::is_deliverable(out.address) && !address.empty()) out.address = std::move(address);
  };
  take(plain_address(raw.smtp));
  if (ascii_iequals(raw.type, "EX")) {
    take(by_name(context, raw.address));
  } else if (raw.type.empty() || ascii_iequals(raw.type, "SMTP")) {
    take(plain_address(raw.address));
  }
  if (!mime::is_deliverable(out.address) && raw.entry_id) {
    const auto entry = person_of_entry(*raw.entry_id, context);
    take(entry.address);
    if (out.name.empty()) out.name = entry.name;
  }
  // What was typed and never resolved.
  if (out.address.empty() && (raw.type.empty() || ascii_iequals(raw.type, "SMTP"))) {
    auto typed = plain_address(raw.name);
    if (mime::is_deliverable(typed)) out.address = std::move(typed);
  }
  // A name that repeats the address, in the quotes that Outlook puts around it, says nothing.
  auto bare = std::string_view(out.name);
  if (bare.size() > 2 && bare.front() == '\'' && bare.back() == '\'') bare = bare.substr(1, bare.size() - 2);
  if (ascii_iequals(bare, out.address)) out.name.clear();
  return out;
}

}  // namespace

mime::Mailbox person_of(const PropertyBag& bag, const PersonTags& tags, const MimeContext& context) {
  return person_of(Raw{text_value(bag, tags.name), text_value(bag, tags.type), text_value(bag, tags.address),
                       text_value(bag, tags.smtp), bag.get<Bytes>(tags.entry_id)},
                   context);
}

mime::Mailbox person_of(const Recipient& recipient, const MimeContext& context) {
  const auto& p = recipient.properties;
  Raw raw{text_value(p, tag::kDisplayName), text_value(p, tag::kAddressType), text_value(p, tag::kEmailAddress),
          text_value(p, tag::kSmtpAddress), p.get<Bytes>(tag::kEntryId)};
  if (raw.name.empty()) raw.name = text_value(p, tag::kRecipientDisplayName);
  if (raw.name.empty()) raw.name = text_value(p, tag::kTransmittableDisplayName);
  if (!raw.entry_id) raw.entry_id = p.get<Bytes>(tag::kRecipientEntryId);
  return person_of(raw, context);
}

std::optional<RecipientType> recipient_type(const Recipient& recipient) {
  // The upper bits say how far an earlier submission came (MAPI_P1, MAPI_SUBMITTED).
  const auto type = number_value(recipient.properties, tag::kRecipientType, 1) & 0x0F;
  if (type < 1 || type > 3) return std::nullopt;
  return static_cast<RecipientType>(type);
}

std::vector<mime::Mailbox> reply_recipients(const PropertyBag& bag, const MimeContext& context) {
  std::vector<mime::Mailbox> out;
  const auto* list = bag.get<Bytes>(tag::kReplyRecipientEntries);
  if (!list || list->size() < 8) return out;
  const ByteView bytes(*list);
  const auto number = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value |= std::to_integer<std::uint32_t>(bytes[at + i]) << (8 * i);
    return value;
  };
  // FLATENTRYLIST [MS-OXCDATA] 2.3.3: each entry padded to four bytes.
  for (std::size_t at = 8; at + 4 <= bytes.size() && out.size() < 1000;) {
    const std::size_t size = number(at);
    at += 4;
    if (size > bytes.size() - at) break;
    auto person = person_of_entry(bytes.subspan(at, size), context);
    if (person.name == person.address) person.name.clear();
    if (!person.address.empty()) out.push_back(std::move(person));
    at += (size + 3) / 4 * 4;
  }
  return out;
}

Author author_of(const Content& content, const MimeContext& context, Level level) {
  const auto& p = content.properties;
  const auto given = [](const mime::Mailbox& m) { return !m.name.empty() || !m.address.empty(); };
  Author out{person_of(p, kSentRepresenting, context), person_of(p, kSender, context)};
  if (!given(out.from)) out.from = out.sender;
  // Of a mail that came from elsewhere nobody here is the author.
  const bool own = context.purpose == Purpose::send ||
                   (number_value(p, tag::kMessageFlags, message_flag::kUnsent) & message_flag::kUnsent) != 0;
  if (level == Level::top && own) {
    if (!given(out.from)) out.from = context.sender;
    if (!given(out.sender) && given(context.sender)) out.sender = context.sender;
  }
  if (!given(out.sender)) out.sender = out.from;
  return out;
}

Envelope envelope_of(const Content& content, const MimeContext& context) {
  Envelope out;
  const auto author = author_of(content, context, Level::top);
  out.from = author.from;
  out.sender = author.sender;
  for (auto* person : {&out.from, &out.sender})
    if (!mime::is_deliverable(person->address)) person->address.clear();
  std::set<std::string> seen;
  for (const auto& recipient : content.recipients) {
    if (!recipient_type(recipient)) continue;
    auto person = person_of(recipient, context);
    if (!mime::is_deliverable(person.address)) {
      auto shown = person.name.empty() ? text_value(recipient.properties, tag::kEmailAddress) : person.name;
      out.unknown.push_back(make_valid_utf8(shown));
      continue;
    }
    if (seen.insert(ascii_lower(person.address)).second) out.recipients.push_back(std::move(person.address));
  }
  out.delivery_report = flag_value(content.properties, tag::kOriginatorDeliveryReportRequested);
  return out;
}

}  // namespace oxb::convert
