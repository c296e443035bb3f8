// SPDX-License-Identifier: GPL-3.0-or-later
// REPORT messages: receipts (RFC 8098) and delivery reports (RFC 3464) [MS-OXCMAIL] 2.1.3.6.
#include "base/text.h"
#include "convert/mime_out_parts.h"
#include "convert/report_words.h"
#include "proto/mapi/tags.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxb::convert {

using namespace mapi;

namespace {

enum class Report { none, read, unread, delivery };

Report report_kind(const Content& content) {
  const auto name = ascii_lower(text_value(content.properties, tag::kMessageClass));
  if (!name.starts_with("report.")) return Report::none;
  if (name.ends_with(".ipnrn")) return Report::read;
  if (name.ends_with(".ipnnrn")) return Report::unread;
  return action_of_class(name) ? Report::delivery : Report::none;
}

std::string one_address(const mime::Mailbox& person) { return "rfc822; " + person.address; }

mime::Entity fields_entity(std::string_view type, const std::string& text) {
  // The fields are 7-bit as FieldWriter writes them.
  return mime::plain_entity(type, text).value_or(mime::binary_entity("application/octet-stream", as_bytes(text)));
}

mime::Entity receipt(const Content& content, const MimeContext& context, Level level, Report kind) {
  const auto& p = content.properties;
  const auto author = author_of(content, context, level);
  const auto& reader = mime::is_deliverable(author.sender.address) ? author.sender : author.from;
  mime::FieldWriter fields;
  if (mime::is_deliverable(reader.address)) fields.words("Final-Recipient", one_address(reader));
  fields.words("Original-Message-ID", mime::parse_message_id(text_value(p, tag::kOriginalMessageId)));
  fields.words("Disposition", kind == Report::read ? "manual-action/MDN-sent-manually; displayed"
                                                   : "automatic-action/MDN-sent-automatically; deleted");
  if (const auto* key = p.get<Bytes>(tag::kParentKey); key && !key->empty() && key->size() <= 200)
    fields.words("X-MSExch-Correlation-Key", to_base64(*key));
  fields.text("X-Display-Name", reader.name);
  return fields_entity("message/disposition-notification", fields.block());
}

mime::Entity delivery_report(const Content& content, const MimeContext& context) {
  const auto& p = content.properties;
  const auto* action = action_of_class(ascii_lower(text_value(p, tag::kMessageClass)));
  mime::FieldWriter fields;
  const auto mta = text_value(p, tag::kReportingMessageTransferAgent);
  fields.words("Reporting-MTA", "dns; " + (mta.empty() ? std::string("localhost") : mta));
  auto text = fields.block();
  for (const auto& recipient : content.recipients) {
    const auto person = person_of(recipient, context);
    if (!mime::is_deliverable(person.address)) continue;
    const auto& r = recipient.properties;
    mime::FieldWriter group;
    group.words("Final-Recipient", one_address(person));
    group.words("Action", action ? action->name : "failed");
    group.words("Status", status_text(number_value(r, tag::kNonDeliveryReportStatusCode, 0), action));
    const auto info = text_value(r, tag::kSupplementaryInfo);
    if (!info.empty()) group.text("Diagnostic-Code", "smtp; " + info);
    const auto remote = text_value(r, tag::kRemoteMessageTransferAgent);
    if (!remote.empty()) group.words("Remote-MTA", "dns; " + remote);
    group.text("X-Display-Name", person.name);
    text.append("\r\n").append(group.block());
  }
  return fields_entity("message/delivery-status", text);
}

}  // namespace

std::optional<WrittenReport> report_of(const Content& content, const MimeContext& context, Level level) {
  switch (report_kind(content)) {
    case Report::read:
    case Report::unread:
      return WrittenReport{"disposition-notification", receipt(content, context, level, report_kind(content))};
    case Report::delivery:
      return WrittenReport{"delivery-status", delivery_report(content, context)};
    case Report::none:
      break;
  }
  return std::nullopt;
}

std::string report_text(const Content& content, const MimeContext& context, Level level) {
  const auto& p = content.properties;
  if (const auto text = text_value(p, tag::kReportText); !text.empty()) return text;
  const auto kind = report_kind(content);
  const auto author = author_of(content, context, level);
  if (kind == Report::delivery) {
    std::string out = "A report on the delivery of your message.\r\n";
    for (const auto& recipient : content.recipients)
      out += fmt::format("\r\n{}\r\n{}\r\n", shown_name(person_of(recipient, context)),
                         text_value(recipient.properties, tag::kSupplementaryInfo));
    return out;
  }
  return fmt::format("Your message\r\n\r\n  Subject: {}\r\n\r\n{} {}.\r\n", text_value(p, tag::kOriginalSubject),
                     kind == Report::read ? "was read by" : "was deleted without being read by",
                     shown_name(author.from));
}

}  // namespace oxb::convert
