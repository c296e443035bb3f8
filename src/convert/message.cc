// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/message.h"

#include "base/text.h"
#include "convert/body.h"
#include "convert/message_address.h"
#include "convert/message_parts.h"
#include "proto/mapi/tags.h"

#include <fmt/format.h>

namespace oxb::convert {

using namespace mapi;

MessageContext context_of(const model::MailSummary& summary, MessageContext base) {
  base.received = summary.received;
  base.size = summary.size;
  base.flags = summary.flags;
  if (base.search_key_seed.empty()) base.search_key_seed = summary.global_id;
  return base;
}

namespace {

void add_recipients(Content& out, const People& people) {
  const auto add = [&](const std::vector<mime::Mailbox>& list, RecipientType type) {
    for (const auto& person : list) out.recipients.push_back(make_recipient(person, type, out.recipients.size()));
  };
  add(people.to, RecipientType::to);
  add(people.cc, RecipientType::cc);
  add(people.bcc, RecipientType::bcc);
}

// What was found out on the way: files that the structure did not show.
void settle_attachments(Content& out) {
  auto& p = out.properties;
  const auto* shown = p.get<bool>(tag::kHasAttachments);
  if (out.attachments.empty() || (shown && *shown)) return;
  p.set(tag::kHasAttachments, true);
  p.set(tag::kMessageFlags, *p.get<std::int32_t>(tag::kMessageFlags) | message_flag::kHasAttach);
}

Content convert_part(const mime::Part& root, const MessageContext& context);

// A message inside another one: read, and nobody's own.
Content convert_embedded(const mime::Part& message) {
  MessageContext context;
  context.size = message.raw.size();
  context.flags.seen = true;
  context.search_key_seed = std::string(message.headers.block.substr(0, 4096));
  return convert_part(message, context);
}

void add_tnef(Content& out, const Plan& plan, Instant time) {
  if (!plan.tnef) return;
  const auto& part = *plan.tnef->part;
  const auto data = part.content();
  if (merge_tnef(out, data, time)) return;
  auto name = part.file_name.empty() ? std::string("winmail.dat") : part.file_name;
  out.attachments.push_back(file_attachment(std::move(name), part.type, data, time));
}

Content convert_part(const mime::Part& root, const MessageContext& context) {
  Content out;
  const auto node = node_of(root);
  const auto plan = plan_mail(node);
  const auto people = people_of(root.headers);
  set_envelope(out, root.headers, people, outline_of(plan, root.headers), context);
  set_header_properties(out, root.headers);
  add_recipients(out, people);
  set_bodies(out, plan);
  const auto time = received_time(root.headers, context);
  switch (plan.kind) {
    case MailKind::smime:
    case MailKind::smime_signed:
      add_protected_entity(out, root, plan.kind, time);
      break;
    case MailKind::delivery_report:
    case MailKind::receipt:
      add_files(out, plan, time, convert_embedded);
      set_report(out, plan, time);
      break;
    case MailKind::note:
      add_files(out, plan, time, convert_embedded);
      add_tnef(out, plan, time);
      break;
  }
  settle_attachments(out);
  return out;
}

MessageContext sized(const MessageContext& context, std::size_t size) {
  auto out = context;
  if (out.size == 0) out.size = size;
  return out;
}

}  // namespace

Result<Content> message_from_mime(ByteView bytes, const MessageContext& context) {
  OXB_TRY(const auto root, mime::parse(as_text(bytes)));
  return convert_part(root, sized(context, bytes.size()));
}

namespace {

// The outline when there is no structure: what the header says.
Outline guessed_outline(const mime::Headers& headers) {
  mime::Part part;
  part.headers = headers;
  mime::read_content_fields(part);
  Outline out;
  const auto plan = plan_mail(node_of(part));
  out.kind = plan.kind;
  const bool mixed = part.is("multipart/mixed") || part.is("multipart/report");
  const bool related = part.is("multipart/related");
  out.has_files = mixed || related || (!part.is_multipart() && !plan.files.empty()) ||
                  ascii_iequals(headers.text("X-MS-Has-Attach"), "yes") || plan.kind == MailKind::smime ||
                  plan.kind == MailKind::smime_signed;
  out.has_visible_files = out.has_files && !related;
  return out;
}

}  // namespace

Content message_summary(const model::MailSummary& summary, const MessageContext& context) {
  Content out;
  const auto parsed = mime::parse_headers(as_text(summary.headers));
  const auto headers = parsed ? *parsed : mime::Headers{};
  Outline outline;
  if (summary.structure) {
    const auto node = node_of(*summary.structure);
    outline = outline_of(plan_mail(node), headers);
  } else {
    outline = guessed_outline(headers);
  }
  set_envelope(out, headers, people_of(headers), outline, context_of(summary, context));
  return out;
}

Content flag_properties(const model::MailFlags& flags, std::int32_t message_flags) {
  Content out;
  set_flags(out, flags, message_flags);
  return out;
}

Content flag_properties(const model::MailFlags& flags, Attachments attachments) {
  const auto kept = message_flag::kUnmodified | message_flag::kInternet |
                    (attachments == Attachments::present ? message_flag::kHasAttach : 0);
  return flag_properties(flags, kept);
}

Content message_placeholder(ByteView raw, std::string_view reason, const MessageContext& context) {
  // Of a mail that is split or nested beyond reason the header can still be read; of others nothing is taken for
  // granted.
  Content out;
  const auto parsed = mime::parse_headers(as_text(raw.first(std::min<std::size_t>(raw.size(), 1U << 20))));
  const auto headers = parsed ? *parsed : mime::Headers{};
  const auto people = people_of(headers);
  Outline outline;
  outline.has_files = outline.has_visible_files = true;
  set_envelope(out, headers, people, outline, sized(context, raw.size()));
  add_recipients(out, people);
  set_text_body(
      out.properties,
      fmt::format("This message could not be shown: {}.\r\n\r\nThe original is attached; other mail programs may be "
                  "able to open it.\r\n",
                  reason));
  out.attachments.push_back(
      file_attachment("message.eml", "message/rfc822", Bytes(raw.begin(), raw.end()), received_time(headers, context)));
  return out;
}

std::optional<CalendarPart> calendar_part(ByteView bytes) {
  const auto root = mime::parse(as_text(bytes));
  if (!root) return std::nullopt;
  const auto node = node_of(*root);
  const auto plan = plan_mail(node);
  if (!plan.calendar) return std::nullopt;
  const auto& part = *plan.calendar->part;
  return CalendarPart{ascii_lower(part.parameter("method")), part.text()};
}

}  // namespace oxb::convert
