// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/message_envelope.h"

#include "base/guid.h"
#include "base/text.h"
#include "convert/message_address.h"
#include "convert/message_fields.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"

#include <openssl/evp.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>

namespace oxb::convert {

using namespace mapi;

mapi::PropertyName smart_no_attachment() { return {set::kCommon, 0x8514U}; }

People people_of(const mime::Headers& headers) {
  return {mime::parse_addresses(headers, "To"), mime::parse_addresses(headers, "Cc"),
          mime::parse_addresses(headers, "Bcc")};
}

Outline outline_of(const Plan& plan, const mime::Headers& headers) {
  Outline out{plan.kind, !plan.files.empty(), plan.has_visible_files()};
  if (plan.kind == MailKind::smime || plan.kind == MailKind::smime_signed) out.has_files = out.has_visible_files = true;
  // Only the sender's word tells whether a winmail.dat holds files.
  if (plan.tnef && ascii_iequals(headers.text("X-MS-Has-Attach"), "yes")) out.has_files = out.has_visible_files = true;
  return out;
}

SubjectParts split_subject(std::string_view subject) {
  std::size_t at = 0;
  for (int characters = 0; characters <= 3 && at < subject.size(); ++characters) {
    if (subject[at] == ':') {
      if (characters == 0 || at + 1 >= subject.size() || subject[at + 1] != ' ') break;
      return {subject.substr(0, at + 2), trim(subject.substr(at + 2))};
    }
    if ((subject[at] >= '0' && subject[at] <= '9') || subject[at] == ' ') break;
    for (++at; at < subject.size() && (static_cast<unsigned char>(subject[at]) & 0xC0) == 0x80; ++at) {
    }
  }
  return {{}, subject};
}

Bytes conversation_id(std::string_view topic) {
  const auto text = utf16_from_utf8(topic);
  const auto upper = icu::UnicodeString(text.data(), static_cast<int32_t>(text.size())).toUpper(icu::Locale::getRoot());
  Bytes wide;
  for (int32_t i = 0; i < upper.length(); ++i) {
    wide.push_back(static_cast<std::byte>(upper[i] & 255));
    wide.push_back(static_cast<std::byte>(upper[i] >> 8));
  }
  Bytes out(16);
  unsigned size = 0;
  EVP_Digest(wide.data(), wide.size(), reinterpret_cast<unsigned char*>(out.data()), &size, EVP_md5(), nullptr);
  return out;
}

Instant received_time(const mime::Headers& headers, const MessageContext& context) {
  if (context.received != Instant{}) return context.received;
  const auto received = headers.raw("Received");
  const auto semicolon = received.rfind(';');
  if (semicolon != std::string_view::npos)
    if (const auto date = mime::parse_date(received.substr(semicolon + 1))) return date->time;
  if (const auto date = mime::parse_date(headers.raw("Date"))) return date->time;
  return {};
}

namespace {

void set_subject(Content& out, const mime::Headers& headers) {
  const auto subject = headers.text("Subject");
  const auto parts = split_subject(subject);
  out.properties.set(tag::kSubject, subject);
  out.properties.set(tag::kSubjectPrefix, std::string(parts.prefix));
  out.properties.set(tag::kNormalizedSubject, std::string(parts.normalized));
  auto topic = headers.text("Thread-Topic");
  if (topic.empty()) topic = parts.normalized;
  // An empty topic would throw all such mails into one conversation.
  if (!topic.empty()) {
    out.properties.set(tag::kConversationTopic, topic);
    out.properties.set(tag::kConversationId, conversation_id(topic));
  }
  auto coded = headers.text("Thread-Index");
  std::erase(coded, ' ');  // of folded lines
  if (const auto index = from_base64(coded); index && index->size() >= 22 && index->size() <= kLongestThreadIndex)
    out.properties.set(tag::kConversationIndex, *index);
}

void set_ids(Content& out, const mime::Headers& headers, const MessageContext& context) {
  const auto id = mime::parse_message_id(headers.raw("Message-ID"));
  if (!id.empty()) out.properties.set(tag::kInternetMessageId, id);
  const auto reply_to = mime::parse_message_id(headers.raw("In-Reply-To"));
  if (!reply_to.empty()) out.properties.set(tag::kInReplyToId, reply_to);
  const auto references = headers.text("References");
  if (!references.empty()) out.properties.set(tag::kInternetReferences, references);
  const auto seed = !context.search_key_seed.empty() ? context.search_key_seed
                    : !id.empty()                    ? id
                                                     : std::string(headers.block);
  const auto key = named_guid("search key of " + seed);
  out.properties.set(tag::kSearchKey, Bytes(key.bytes.begin(), key.bytes.end()));
}

void set_people(Content& out, const mime::Headers& headers, const People& people, const MessageContext& context) {
  auto& p = out.properties;
  const auto from = mime::parse_addresses(headers, "From");
  const auto senders = mime::parse_addresses(headers, "Sender");
  mime::Mailbox author = !from.empty() ? from.front() : !senders.empty() ? senders.front() : mime::Mailbox{};
  if (author.address.empty() && author.name.empty()) author.name = headers.text("From");
  set_person(p, kSentRepresenting, author);
  set_person(p, kSender, !senders.empty() && !senders.front().address.empty() ? senders.front() : author);
  if (!context.own_addresses.empty()) {
    const mime::Mailbox owner{context.owner_name, context.own_addresses.front(), {}};
    set_person(p, kReceivedBy, owner);
    set_person(p, kReceivedRepresenting, owner);
  }
  p.set(tag::kDisplayTo, shown_names(people.to));
  p.set(tag::kDisplayCc, shown_names(people.cc));
  p.set(tag::kDisplayBcc, shown_names(people.bcc));
  const auto mine = [&](const mime::Mailbox& m) { return is_one_of(m, context.own_addresses); };
  const bool to_me = std::any_of(people.to.begin(), people.to.end(), mine);
  const bool cc_me = !to_me && std::any_of(people.cc.begin(), people.cc.end(), mine);
  p.set(tag::kMessageToMe, to_me);
  p.set(tag::kMessageCcMe, cc_me);
  p.set(tag::kMessageRecipientMe, to_me || cc_me || std::any_of(people.bcc.begin(), people.bcc.end(), mine));
  const auto reply_to = mime::parse_addresses(headers, "Reply-To");
  const bool only_author = reply_to.size() == 1 && ascii_iequals(reply_to.front().address, author.address);
  if (!only_author) set_reply_recipients(p, reply_to);
}

void set_receipts(Content& out, const mime::Headers& headers) {
  auto& p = out.properties;
  auto notify = mime::parse_addresses(headers, "Disposition-Notification-To");
  if (notify.empty()) notify = mime::parse_addresses(headers, "X-Confirm-Reading-To");
  p.set(tag::kReadReceiptRequested, !notify.empty());
  if (!notify.empty()) {
    p.set(tag::kNonReceiptNotificationRequested, true);
    set_person(p, kReadReceipt, notify.front());
  }
  p.set(tag::kOriginatorDeliveryReportRequested, headers.find("Return-Receipt-To") != nullptr);
}

void set_times(Content& out, const mime::Headers& headers, const MessageContext& context) {
  auto& p = out.properties;
  const auto received = received_time(headers, context);
  const auto date = mime::parse_date(headers.raw("Date"));
  p.set(tag::kClientSubmitTime, file_time(date ? date->time : received));
  p.set(tag::kMessageDeliveryTime, file_time(received));
  p.set(tag::kCreationTime, file_time(received));
  p.set(tag::kLastModificationTime, file_time(received));
  const auto optional = [&](std::string_view field, PropTag tag) {
    if (const auto time = mime::parse_date(headers.raw(field))) p.set(tag, file_time(time->time));
  };
  optional("Expires", tag::kExpiryTime);
  optional("Expiry-Date", tag::kExpiryTime);
  optional("Reply-By", tag::kReplyTime);
  optional("Deferred-Delivery", tag::kDeferredSendTime);
}

// Forms that senders name in Content-Class [MS-OXCMAIL] 2.2.3.2.9.
std::string class_of(const mime::Headers& headers, MailKind kind) {
  std::string out(message_class(kind));
  if (kind != MailKind::note) return out;

  const auto content_class = headers.text("Content-Class");
  if (ascii_lower(content_class).starts_with(kCustomContentClass) && content_class.size() < 120) {
    const auto name = content_class.substr(kCustomContentClass.size());
    const auto valid = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
             c == '_';
    };
    if (!name.empty() && name.back() != '.' && std::all_of(name.begin(), name.end(), valid)) out += ".Custom." + name;
  }
  return out;
}

}  // namespace

void set_envelope(Content& out, const mime::Headers& headers, const People& people, const Outline& outline,
                  const MessageContext& context) {
  auto& p = out.properties;
  set_subject(out, headers);
  set_ids(out, headers, context);
  set_people(out, headers, people, context);
  set_receipts(out, headers);
  set_times(out, headers, context);
  p.set(tag::kMessageClass, class_of(headers, outline.kind));
  const auto importance = importance_of(headers);
  p.set(tag::kImportance, importance);
  p.set(tag::kPriority, priority_of(headers, importance));
  p.set(tag::kSensitivity, sensitivity_of(headers));
  p.set(tag::kHasAttachments, outline.has_files);
  if (outline.has_files && !outline.has_visible_files) out.set_named(smart_no_attachment(), true);
  const auto size = std::min<std::uint64_t>(context.size, 0x7FFF'FFFF);
  p.set(tag::kMessageSize, static_cast<std::int32_t>(size));
  p.set(tag::kMessageSizeExtended, static_cast<std::int64_t>(context.size));
  if (const auto suppress = suppressed_responses(headers.text("X-Auto-Response-Suppress")); suppress != 0)
    p.set(tag::kAutoResponseSuppress, suppress);
  auto bits = message_flag::kUnmodified | message_flag::kInternet;
  if (outline.has_files) bits |= message_flag::kHasAttach;
  if (const auto* sender = p.get<std::string>(tag::kSenderSmtpAddress);
      sender && is_one_of({{}, *sender, {}}, context.own_addresses))
    bits |= message_flag::kFromMe;
  if (*p.get<bool>(tag::kReadReceiptRequested)) bits |= message_flag::kNotifyRead | message_flag::kNotifyUnread;
  set_flags(out, context.flags, bits);
}

void set_header_properties(Content& out, const mime::Headers& headers) {
  auto& p = out.properties;
  std::string block;
  for (const char c : headers.block) {
    if (c == '\r') continue;
    if (c == '\n') block.push_back('\r');
    block.push_back(c);
  }
  p.set(tag::kTransportMessageHeaders, mime::text_from_charset(block, {}));
  const auto list = [&](std::string_view field, PropTag tag) {
    const auto value = headers.text(field);
    if (!value.empty()) p.set(tag, value);
  };
  list("List-Help", tag::kListHelp);
  list("List-Subscribe", tag::kListSubscribe);
  list("List-Unsubscribe", tag::kListUnsubscribe);
  std::vector<std::string> done;
  for (const auto& field : headers.fields) {
    auto name = ascii_lower(field.name);
    if (!is_named_header(name) || std::find(done.begin(), done.end(), name) != done.end()) continue;
    auto value = mime::decode_text(field.raw);
    if (!value.empty()) out.set_named({set::kInternetHeaders, name}, std::move(value));
    done.push_back(std::move(name));
  }
}

}  // namespace oxb::convert
