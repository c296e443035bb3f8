// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"
#include "convert/message_envelope.h"
#include "convert/message_fields.h"
#include "convert/mime_out_parts.h"
#include "convert/report_words.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"

#include <unicode/uloc.h>

#include <algorithm>
#include <array>

namespace oxb::convert {

using namespace mapi;

namespace {

// "<id>" as a header field can hold it; empty where it cannot.
std::string message_id(std::string_view value) {
  if (value.size() > 900) return {};
  auto id = mime::parse_message_id(value);
  const bool plain = std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  return plain ? id : std::string();
}

std::optional<Instant> time_value(const PropertyBag& p, PropTag tag) {
  const auto* value = p.get<FileTime>(tag);
  // "None" is written as zero or as the year 4501.
  constexpr std::uint64_t kNone = 0x0CB34557A3DD4000;
  if (!value || value->ticks == 0 || value->ticks >= kNone) return std::nullopt;
  return instant(*value);
}

struct Receivers {
  std::vector<mime::Mailbox> to, cc, bcc;
};
Receivers recipients_of(const Content& content, const MimeContext& context) {
  Receivers out;
  for (const auto& recipient : content.recipients) {
    const auto type = recipient_type(recipient);
    if (!type) continue;
    auto& list = *type == RecipientType::to ? out.to : *type == RecipientType::cc ? out.cc : out.bcc;
    list.push_back(person_of(recipient, context));
  }
  return out;
}

// The recipients of a delivery report are those that the report is about; it goes to who got it
// [MS-OXCMAIL] 2.1.3.1.1.1.
Receivers receivers_of_report(const Content& content, const MimeContext& context) {
  Receivers out;
  const auto& p = content.properties;
  const auto block = text_value(p, tag::kTransportMessageHeaders);
  if (const auto headers = mime::parse_headers(block); headers && context.purpose == Purpose::store) {
    out.to = mime::parse_addresses(*headers, "To");
    out.cc = mime::parse_addresses(*headers, "Cc");
    out.bcc = mime::parse_addresses(*headers, "Bcc");
    if (!block.empty()) return out;
  }
  auto receiver = person_of(p, kReceivedRepresenting, context);
  if (receiver.address.empty()) receiver = person_of(p, kReceivedBy, context);
  out.to.push_back(std::move(receiver));
  return out;
}

bool same_address(const mime::Mailbox& a, const mime::Mailbox& b) { return ascii_iequals(a.address, b.address); }

void write_people(mime::FieldWriter& out, const Content& content, const MimeContext& context, Level level) {
  using Nameless = mime::FieldWriter::Nameless;
  const auto keep = context.purpose == Purpose::store ? Nameless::keep : Nameless::leave_out;
  const auto author = author_of(content, context, level);
  out.addresses("From", {author.from}, Nameless::keep);
  if (!author.sender.address.empty() && !same_address(author.sender, author.from))
    out.addresses("Sender", {author.sender});
  out.addresses("Reply-To", reply_recipients(content.properties, context));
  const auto people = action_of_class(ascii_lower(text_value(content.properties, tag::kMessageClass)))
                          ? receivers_of_report(content, context)
                          : recipients_of(content, context);
  out.addresses("To", people.to, keep);
  out.addresses("Cc", people.cc, keep);
  // Not even in mails inside this one [MS-OXCMAIL] 2.1.3.1.1.2.
  if (context.purpose == Purpose::store) out.addresses("Bcc", people.bcc, keep);
}

void write_threading(mime::FieldWriter& out, const Content& content, const MimeContext& context, Level level) {
  const auto& p = content.properties;
  auto id = message_id(text_value(p, tag::kInternetMessageId));
  if (id.empty() && level == Level::top) id = message_id(context.message_id);
  out.words("Message-ID", id);
  out.words("In-Reply-To", message_id(text_value(p, tag::kInReplyToId)));
  out.words("References", text_value(p, tag::kInternetReferences));
  const auto* index = p.get<Bytes>(tag::kConversationIndex);
  const bool has_index = index && index->size() >= 22 && index->size() <= kLongestThreadIndex;
  const auto topic = text_value(p, tag::kConversationTopic);
  const auto subject = text_value(p, tag::kSubject);
  if (has_index || topic != split_subject(subject).normalized) out.text("Thread-Topic", topic);
  if (has_index) {
    // In pieces that can be folded; readers take the blanks out.
    std::string pieces;
    const auto coded = to_base64(*index);
    for (std::size_t at = 0; at < coded.size(); at += 60) pieces.append(at ? " " : "").append(coded, at, 60);
    out.words("Thread-Index", pieces);
  }
}

void write_importance(mime::FieldWriter& out, const Content& content) {
  const auto& p = content.properties;
  const auto importance = number_value(p, tag::kImportance, 1);
  const auto priority = number_value(p, tag::kPriority, importance - 1);
  out.words("Importance", importance_word(importance));
  // The number that the mail came with, while it still says the same.
  const auto given = named_text(content, named::kXPriority);
  out.words("X-Priority", !given.empty() && x_priority_importance(given) == importance ? std::string_view(given)
                                                                                       : x_priority_word(importance));
  out.words("Priority", priority_word(priority, importance));
  out.words("Sensitivity", sensitivity_word(number_value(p, tag::kSensitivity, 0)));
}

// [MS-OXCMAIL] 2.1.3.1.5, 2.1.3.1.6
void write_receipts(mime::FieldWriter& out, const Content& content, const MimeContext& context, Level level) {
  const auto& p = content.properties;
  const bool read = flag_value(p, tag::kReadReceiptRequested);
  const bool delivery = flag_value(p, tag::kOriginatorDeliveryReportRequested);
  if (!read && !delivery) return;
  const auto author = author_of(content, context, level);
  auto to = person_of(p, kReadReceipt, context);
  for (const auto& other : {author.sender, author.from})
    if (!mime::is_deliverable(to.address)) to = other;
  if (read) out.addresses("Disposition-Notification-To", {to});
  if (delivery) out.addresses("Return-Receipt-To", {to});
}

void write_times(mime::FieldWriter& out, const Content& content, const MimeContext& context) {
  const auto& p = content.properties;
  const auto optional = [&](std::string_view name, PropTag tag) {
    if (const auto time = time_value(p, tag)) out.date(name, *time, context.offset_minutes);
  };
  optional("Expires", tag::kExpiryTime);
  optional("Reply-By", tag::kReplyTime);
  if (p.has(tag::kDeferredSendTime))
    optional("Deferred-Delivery", tag::kDeferredSendTime);
  else
    optional("Deferred-Delivery", tag::kDeferredDeliveryTime);
}

void write_date(mime::FieldWriter& out, const Content& content, const MimeContext& context, Level level) {
  auto time = time_value(content.properties, tag::kClientSubmitTime);
  if (!time && level == Level::top && context.now != Instant{}) time = context.now;
  if (!time) time = time_value(content.properties, tag::kMessageDeliveryTime);
  if (time) out.date("Date", *time, context.offset_minutes);
}

// [MS-OXCMAIL] 2.1.3.2.17
void write_classification(mime::FieldWriter& out, const Content& content) {
  const auto is_set = [&](const PropertyName& name) {
    const auto* value = content.find_named(name);
    const auto* flag = value ? std::get_if<bool>(value) : nullptr;
    return flag && *flag;
  };
  if (!is_set(lid::kClassified)) return;
  out.words("X-Microsoft-Classified", "true");
  if (is_set(lid::kClassificationKeep)) out.words("X-Microsoft-ClassKeep", "true");
  out.text("X-Microsoft-Classification", named_text(content, lid::kClassification));
  out.text("X-Microsoft-ClassDesc", named_text(content, lid::kClassificationDescription));
  out.text("X-Microsoft-ClassID", named_text(content, lid::kClassificationGuid));
}

void write_language(mime::FieldWriter& out, const Content& content) {
  if (content.find_named({set::kInternetHeaders, std::string("content-language")})) return;
  const auto lcid = number_value(content.properties, tag::kMessageLocaleId, 0);
  if (lcid <= 0) return;
  std::array<char, 64> locale{}, language{};
  UErrorCode status = U_ZERO_ERROR;
  uloc_getLocaleForLCID(static_cast<std::uint32_t>(lcid), locale.data(), static_cast<int>(locale.size()) - 1, &status);
  uloc_toLanguageTag(locale.data(), language.data(), static_cast<int>(language.size()) - 1, true, &status);
  if (U_SUCCESS(status)) out.words("Content-Language", language.data());
}

void write_class(mime::FieldWriter& out, const Content& content) {
  constexpr std::string_view kCustom = "IPM.Note.Custom.";
  const auto name = text_value(content.properties, tag::kMessageClass);
  if (name.size() > kCustom.size() && name.size() < 200 && ascii_iequals(name.substr(0, kCustom.size()), kCustom))
    out.words("Content-Class", std::string(kCustomContentClass) + name.substr(kCustom.size()));
}

}  // namespace

void write_headers(mime::FieldWriter& out, const Content& content, const MimeContext& context, Level level) {
  const auto& p = content.properties;
  write_people(out, content, context, level);
  auto subject = text_value(p, tag::kSubject);
  if (!p.has(tag::kSubject)) subject = text_value(p, tag::kSubjectPrefix) + text_value(p, tag::kNormalizedSubject);
  out.text("Subject", subject);
  write_date(out, content, context, level);
  write_threading(out, content, context, level);
  write_importance(out, content);
  write_receipts(out, content, context, level);
  write_times(out, content, context);
  out.words("X-Auto-Response-Suppress", suppress_list(number_value(p, tag::kAutoResponseSuppress, 0)));
  // A flag for those who get the mail; the owner's own one is no part of it [MS-OXCMAIL] 2.1.3.2.13.
  if (context.purpose == Purpose::send && number_value(p, tag::kFlagStatus, 0) == 2)
    out.text("X-Message-Flag", named_text(content, lid::kFlagRequest));
  out.text("List-Help", text_value(p, tag::kListHelp));
  out.text("List-Subscribe", text_value(p, tag::kListSubscribe));
  out.text("List-Unsubscribe", text_value(p, tag::kListUnsubscribe));
  write_classification(out, content);
  write_language(out, content);
  write_class(out, content);
  if (level == Level::embedded && (number_value(p, tag::kMessageFlags, 0) & message_flag::kUnsent))
    out.words("X-Unsent", "1");
  if (level == Level::top)
    for (const auto& [name, value] : context.extra_fields) out.text(name, value);
}

namespace {

// Fields that other properties decide, whether they led to a field or not, and those that belong to the content.
bool is_decided(std::string_view name) {
  static constexpr std::array<std::string_view, 33> kNames = {"from",
                                                              "sender",
                                                              "reply-to",
                                                              "to",
                                                              "cc",
                                                              "bcc",
                                                              "subject",
                                                              "date",
                                                              "message-id",
                                                              "in-reply-to",
                                                              "references",
                                                              "thread-topic",
                                                              "thread-index",
                                                              "importance",
                                                              "x-priority",
                                                              "priority",
                                                              "x-msmail-priority",
                                                              "sensitivity",
                                                              "disposition-notification-to",
                                                              "x-confirm-reading-to",
                                                              "return-receipt-to",
                                                              "expires",
                                                              "expiry-date",
                                                              "reply-by",
                                                              "deferred-delivery",
                                                              "x-auto-response-suppress",
                                                              "mime-version",
                                                              "x-ms-has-attach",
                                                              "x-ms-tnef-correlator",
                                                              "x-unsent",
                                                              "list-help",
                                                              "list-subscribe",
                                                              "list-unsubscribe"};
  if (name == "content-language" || name == "content-class") return false;
  return name.starts_with("content-") || std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// Fields that say how a mail came here, or what a filter thought of it.
bool is_trace(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "authentication-results", "received-spf",     "return-path", "x-forefront-antispam-report",
      "x-microsoft-antispam",   "x-originating-ip", "x-spam-flag", "x-spam-score",
      "x-spam-status"};
  return name.starts_with("x-ms-exchange-organization-") || name.starts_with("x-ms-exchange-forest-") ||
         name.starts_with("x-microsoft-exchange-") || std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// Signatures over a mail that is no longer the one that was signed.
bool is_signature(std::string_view name) {
  return name == "dkim-signature" || name == "domainkey-signature" || name.starts_with("arc-") ||
         name == "x-google-dkim-signature";
}

// "x-mailer" as mails have it.
std::string customary(std::string name) {
  bool start = true;
  for (auto& c : name) {
    if (start && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    start = c == '-';
  }
  return name;
}

void write_received_fields(mime::FieldWriter& out, const Content& content) {
  const auto block = text_value(content.properties, tag::kTransportMessageHeaders);
  const auto headers = mime::parse_headers(block);
  if (!headers) return;
  mime::FieldWriter more;
  for (const auto& field : headers->fields) {
    const auto name = ascii_lower(field.name);
    // Several fields of one name are all kept, and all go when one of that name was written already.
    if (is_decided(name) || is_signature(name) || out.has(name)) continue;
    more.text(field.name, mime::decode_text(field.raw));
  }
  out.verbatim({}, more.block());
}

}  // namespace

void write_other_headers(mime::FieldWriter& out, const Content& content, const MimeContext& context, Level level) {
  for (const auto& property : content.named) {
    const auto* name = std::get_if<std::string>(&property.name.id);
    if (property.name.set != set::kInternetHeaders || !name) continue;
    const auto lower = ascii_lower(*name);
    if (is_decided(lower) || out.has(lower)) continue;
    if (context.purpose == Purpose::send && is_trace(lower)) continue;
    out.text(customary(lower), named_text(content, property.name));
  }
  const bool unsent = number_value(content.properties, tag::kMessageFlags, 0) & message_flag::kUnsent;
  if (context.purpose == Purpose::store && level == Level::top && !unsent) write_received_fields(out, content);
}

}  // namespace oxb::convert
