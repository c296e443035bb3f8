// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/pim_common.h"

#include "base/text.h"
#include "proto/mapi/entry_id.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"

#include <algorithm>

namespace oxb::convert {
namespace {

namespace tag = mapi::tag;

std::string with_crlf(std::string_view text) {
  std::string result;
  result.reserve(text.size() + 16);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\0') continue;
    if (c == '\r') {
      result += "\r\n";
      if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
    } else if (c == '\n') {
      result += "\r\n";
    } else {
      result += c;
    }
  }
  return result;
}

std::string extension_of(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == name.npos || dot + 1 == name.size() || name.size() - dot > 16) return {};
  return std::string(name.substr(dot));
}

std::string one_line(std::string_view text) {
  std::string result(text);
  std::replace_if(
      result.begin(), result.end(), [](char c) { return c == '\r' || c == '\n' || c == '\t' || c == '\0'; }, ' ');
  return result;
}

}  // namespace

void put(mapi::Content& content, const mapi::PropertyName& name, mapi::PropertyValue value) {
  for (auto& property : content.named) {
    if (property.name == name) {
      property.value = std::move(value);
      return;
    }
  }
  content.set_named(name, std::move(value));
}

void set_subject(mapi::Content& content, std::string_view subject) {
  const auto line = one_line(subject);
  content.properties.set(tag::kSubject, line);
  content.properties.set(tag::kNormalizedSubject, line);
  content.properties.set(tag::kSubjectPrefix, std::string());
  content.properties.set(tag::kConversationTopic, line);
}

void set_body(mapi::Content& content, std::string_view text) {
  if (text.empty()) return;
  content.properties.set(tag::kBody, with_crlf(text));
  content.properties.set(tag::kNativeBody, std::int32_t{1});
  content.properties.set(tag::kInternetCodepage, std::int32_t{65001});
}

void set_categories(mapi::Content& content, const std::vector<std::string>& categories) {
  std::vector<std::string> names;
  for (const auto& category : categories) {
    auto name = std::string(trim(category));
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  if (!names.empty()) put(content, mapi::named::kKeywords, std::move(names));
}

void set_privacy(mapi::Content& content, Privacy privacy) {
  const bool is_private = privacy == Privacy::private_item;
  content.properties.set(tag::kSensitivity, std::int32_t{is_private ? 2 : 0});
  put(content, mapi::lid::kPrivate, is_private);
}

void set_times(mapi::Content& content, std::optional<Instant> created, std::optional<Instant> modified) {
  if (created) content.properties.set(tag::kCreationTime, mapi::file_time(*created));
  if (modified) content.properties.set(tag::kLastModificationTime, mapi::file_time(*modified));
}

void set_flags(mapi::Content& content) {
  const bool has_files =
      std::any_of(content.attachments.begin(), content.attachments.end(), [](const auto& attachment) {
        const auto* hidden = attachment.properties.template get<bool>(tag::kAttachmentHidden);
        return hidden == nullptr || !*hidden;
      });
  content.properties.set(tag::kMessageFlags, std::int32_t{has_files ? 0x11 : 0x01});  // read, has attachments
  content.properties.set(tag::kHasAttachments, has_files);
}

std::string short_file_name(std::string_view name) {
  const auto extension = extension_of(name);
  std::string stem;
  for (const char c : name.substr(0, name.size() - extension.size())) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7F && std::string_view("\"*+,./:;<=>?[\\]|").find(c) == std::string_view::npos)
      stem += c;
  }
  std::string tail;
  for (const char c : extension)
    if (static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F && tail.size() < 4) tail += c;
  if (stem.empty()) stem = "FILE";
  if (stem.size() > 8) stem = stem.substr(0, 6) + "~1";
  return stem + tail;
}

mapi::Attachment file_attachment(const model::FileData& file) {
  mapi::Attachment result;
  auto& p = result.properties;
  const std::string name = file.name.empty() ? "attachment" : one_line(file.name);
  p.set(tag::kAttachLongFilename, name);
  p.set(tag::kAttachFilename, short_file_name(name));
  p.set(tag::kDisplayName, name);
  if (const auto extension = extension_of(name); !extension.empty()) p.set(tag::kAttachExtension, extension);
  if (!file.mime_type.empty()) p.set(tag::kAttachMimeTag, file.mime_type);
  p.set(tag::kRenderingPosition, std::int32_t{-1});
  p.set(tag::kAttachFlags, std::int32_t{0});
  p.set(tag::kAttachmentHidden, false);
  if (file.created) {
    p.set(tag::kCreationTime, mapi::file_time(*file.created));
    p.set(tag::kLastModificationTime, mapi::file_time(*file.created));
  }
  if (file.data || file.uri.empty()) {
    p.set(tag::kAttachMethod, std::int32_t{1});  // afByValue
    const auto size = file.data ? file.data->size() : file.size;
    p.set(tag::kAttachSize, static_cast<std::int32_t>(std::min<std::uint64_t>(size, 0x7FFF'FFFF)));
    if (file.data) p.set(tag::kAttachDataBinary, *file.data);
  } else {
    p.set(tag::kAttachMethod, std::int32_t{7});  // afByWebReference
    p.set(tag::kAttachLongPathname, file.uri);
    p.set(tag::kAttachSize, std::int32_t{0});
  }
  return result;
}

bool is_owner(const model::Attendee& attendee, const PimContext& context) {
  if (!attendee.entity.value.empty() && attendee.kind == model::Attendee::Kind::individual &&
      attendee.entity == context.owner_entity) {
    return true;
  }
  if (attendee.email.empty()) return false;
  if (ascii_iequals(attendee.email, context.owner_email)) return true;
  return std::any_of(context.owner_addresses.begin(), context.owner_addresses.end(),
                     [&](const std::string& address) { return ascii_iequals(address, attendee.email); });
}

Person owner_of(const PimContext& context) {
  return {context.owner_name, context.owner_email, context.owner_legacy_dn};
}

Person person_of(const model::Attendee& attendee, const PimContext& context) {
  if (context.find_person) {
    if (auto found = context.find_person(attendee)) {
      if (found->name.empty()) found->name = attendee.name;
      if (found->email.empty()) found->email = attendee.email;
      return std::move(*found);
    }
  }
  if (is_owner(attendee, context)) return owner_of(context);
  Person person{attendee.name, attendee.email, {}};
  if (person.email.empty() && ascii_lower(attendee.uri).starts_with("mailto:")) person.email = attendee.uri.substr(7);
  if (person.name.empty()) person.name = person.email;
  return person;
}

Bytes entry_id_of(const Person& person) {
  if (!person.legacy_dn.empty()) {
    mapi::AddressBookEntryId id;
    id.dn = person.legacy_dn;
    return mapi::to_bytes(id);
  }
  mapi::OneOffEntryId id;
  id.display_name = one_line(person.name.empty() ? person.email : person.name);
  id.email_address = one_line(person.email);
  return mapi::to_bytes(id);
}

namespace {

struct Address {
  std::string type, address;
  Bytes key;
};
Address address_of(const Person& person) {
  const bool internal = !person.legacy_dn.empty();
  Address result{internal ? "EX" : "SMTP", internal ? person.legacy_dn : person.email, {}};
  result.key = mapi::search_key(result.type, result.address);
  return result;
}

}  // namespace

mapi::Recipient recipient_of(const Person& person, RecipientKind kind) {
  mapi::Recipient result;
  auto& p = result.properties;
  const auto address = address_of(person);
  const auto name = one_line(person.name.empty() ? person.email : person.name);
  const auto entry_id = entry_id_of(person);
  p.set(tag::kRecipientType, static_cast<std::int32_t>(kind));
  p.set(tag::kDisplayName, name);
  p.set(tag::kRecipientDisplayName, name);
  p.set(tag::kTransmittableDisplayName, name);
  p.set(tag::kAddressType, address.type);
  p.set(tag::kEmailAddress, address.address);
  if (!person.email.empty()) p.set(tag::kSmtpAddress, person.email);
  p.set(tag::kSearchKey, address.key);
  p.set(tag::kEntryId, entry_id);
  p.set(tag::kRecipientEntryId, entry_id);
  p.set(tag::kObjectType, std::int32_t{6});  // MAPI_MAILUSER
  p.set(tag::kDisplayType, std::int32_t{0});
  p.set(tag::kSendRichInfo, false);
  p.set(tag::kResponsibility, true);
  return result;
}

void set_sender(mapi::Content& content, const Person& represented, const Person& sender) {
  auto& p = content.properties;
  const auto name = [](const Person& person) { return one_line(person.name.empty() ? person.email : person.name); };
  const auto from = address_of(represented);
  p.set(tag::kSentRepresentingName, name(represented));
  p.set(tag::kSentRepresentingAddressType, from.type);
  p.set(tag::kSentRepresentingEmailAddress, from.address);
  p.set(tag::kSentRepresentingEntryId, entry_id_of(represented));
  p.set(tag::kSentRepresentingSearchKey, from.key);
  if (!represented.email.empty()) p.set(tag::kSentRepresentingSmtpAddress, represented.email);
  const auto by = address_of(sender);
  p.set(tag::kSenderName, name(sender));
  p.set(tag::kSenderAddressType, by.type);
  p.set(tag::kSenderEmailAddress, by.address);
  p.set(tag::kSenderEntryId, entry_id_of(sender));
  p.set(tag::kSenderSearchKey, by.key);
  if (!sender.email.empty()) p.set(tag::kSenderSmtpAddress, sender.email);
}

}  // namespace oxb::convert
