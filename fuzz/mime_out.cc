// parts: convert format model proto wire base
// SPDX-License-Identifier: GPL-3.0-or-later
// A message made from the input, or read from it as a mail, written as a mail: it reads back with the same subject and
// as many files, has no field that nobody put there, and its lines end as lines of a mail do.
#include "convert/mime_out.h"

#include "base/text.h"
#include "convert/body.h"
#include "convert/message_flags.h"
#include "format/mime/message.h"
#include "proto/mapi/named.h"
#include "proto/mapi/tags.h"
#include "wire/generator.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace {

using namespace oxb;
using namespace oxb::mapi;

void require(bool holds) {
  if (!holds) std::abort();
}

// Hostile more often than not.
std::string text(wire::Generator& g) {
  static constexpr std::array<std::string_view, 12> kPieces = {
      "\r\n", "\r\nBcc: x@y\r\n", "=?UTF-8?Q?", "?=", "\xED\xA0\x80", "<", ">", "\"", "@", " ", ";", "--=_"};
  std::string out;
  for (auto n = g.pick(6); n > 0; --n) {
    if (g.pick(2) == 0)
      out += g.utf8(40);
    else
      out += kPieces[g.pick(kPieces.size())];
  }
  if (g.pick(16) == 0) out += as_text(g.blob(20));
  return out;
}

PropertyValue value_for(wire::Generator& g, PropType type) {
  switch (type) {
    case PropType::string:
      return text(g);
    case PropType::integer32:
      return static_cast<std::int32_t>(g.pick(3) == 0 ? g.number<std::uint32_t>() : g.pick(8));
    case PropType::boolean:
      return g.pick(2) == 0;
    case PropType::time:
      return FileTime{g.number<std::uint64_t>()};
    default:
      return g.blob(40);
  }
}

void fill(wire::Generator& g, PropertyBag& bag, const std::vector<PropTag>& tags) {
  for (auto n = g.pick(10); n > 0; --n) {
    const auto tag = tags[g.pick(tags.size())];
    bag.set(tag, value_for(g, tag.type()));
  }
}

const std::vector<PropTag>& message_tags() {
  static const std::vector<PropTag> tags = {tag::kSubject,
                                            tag::kBody,
                                            tag::kHtml,
                                            tag::kRtfCompressed,
                                            tag::kNativeBody,
                                            tag::kMessageFlags,
                                            tag::kImportance,
                                            tag::kPriority,
                                            tag::kSensitivity,
                                            tag::kInternetMessageId,
                                            tag::kInReplyToId,
                                            tag::kInternetReferences,
                                            tag::kConversationIndex,
                                            tag::kConversationTopic,
                                            tag::kClientSubmitTime,
                                            tag::kExpiryTime,
                                            tag::kReadReceiptRequested,
                                            tag::kOriginatorDeliveryReportRequested,
                                            tag::kSenderName,
                                            tag::kSenderEmailAddress,
                                            tag::kSenderEntryId,
                                            tag::kSentRepresentingName,
                                            tag::kSentRepresentingSmtpAddress,
                                            tag::kReplyRecipientEntries,
                                            tag::kTransportMessageHeaders,
                                            tag::kMessageLocaleId,
                                            tag::kAutoResponseSuppress,
                                            tag::kFlagStatus,
                                            tag::kLastVerbExecuted,
                                            tag::kListUnsubscribe};
  return tags;
}
const std::vector<PropTag>& file_tags() {
  static const std::vector<PropTag> tags = {tag::kAttachLongFilename,    tag::kAttachFilename,  tag::kAttachMimeTag,
                                            tag::kAttachContentId,       tag::kAttachFlags,     tag::kAttachDataBinary,
                                            tag::kAttachContentLocation, tag::kAttachRendering, tag::kDisplayName,
                                            tag::kAttachLongPathname};
  return tags;
}
const std::vector<PropTag>& recipient_tags() {
  static const std::vector<PropTag> tags = {tag::kRecipientType, tag::kDisplayName, tag::kAddressType,
                                            tag::kEmailAddress,  tag::kSmtpAddress, tag::kEntryId};
  return tags;
}

Content message(wire::Generator& g, int depth) {
  static constexpr std::array<std::string_view, 7> kClasses = {"IPM.Note",
                                                               "REPORT.IPM.Note.NDR",
                                                               "REPORT.IPM.Note.IPNRN",
                                                               "IPM.Note.SMIME",
                                                               "IPM.Note.SMIME.MultipartSigned",
                                                               "IPM.Note.Custom.x",
                                                               "IPM.Task"};
  Content out;
  out.properties.set(tag::kMessageClass, std::string(kClasses[g.pick(2) == 0 ? 0 : g.pick(kClasses.size())]));
  fill(g, out.properties, message_tags());
  if (g.pick(3) == 0) out.properties.set(tag::kHtml, to_bytes("<img src='cid:a'>" + text(g)));
  for (auto n = g.count(4); n > 0; --n) fill(g, out.recipients.emplace_back().properties, recipient_tags());
  for (auto n = g.count(4); n > 0; --n)
    out.set_named({set::kInternetHeaders, g.pick(2) == 0 ? text(g) : "x-" + g.ascii(6)}, text(g));
  for (auto n = g.count(4); n > 0; --n) {
    auto& file = out.attachments.emplace_back();
    fill(g, file.properties, file_tags());
    file.properties.set(tag::kAttachMethod, static_cast<std::int32_t>(1 + g.pick(6)));
    if (g.pick(4) == 0) file.properties.set(tag::kAttachContentId, std::string("a"));
    if (depth < 4 && g.pick(3) == 0) {
      file.properties.set(tag::kAttachMethod, std::int32_t{5});
      file.embedded = std::make_shared<Content>(message(g, depth + 1));
    }
  }
  return out;
}

std::string text_of(const Content& c, PropTag tag) {
  const auto* value = c.properties.get<std::string>(tag);
  return value ? *value : std::string();
}

// What a header field can hold of a text.
std::string on_a_line(std::string_view raw) {
  auto out = make_valid_utf8(raw);
  for (auto& c : out)
    if (c == '\t' || c == '\r' || c == '\n') c = ' ';
  std::erase_if(out, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
  return std::string(trim(out));
}

bool is_link(const Attachment& a) {
  const auto* method = a.properties.get<std::int32_t>(tag::kAttachMethod);
  return method && (*method == 2 || *method == 3 || *method == 4);
}

// Of the mail or one inside it.
bool names_bcc(const mime::Part& part) {
  return part.headers.find("Bcc") || std::any_of(part.children.begin(), part.children.end(), names_bcc);
}

void check(const Content& content, convert::Purpose purpose) {
  convert::MimeContext context;
  context.purpose = purpose;
  context.sender = {"Ada", "ada@example.com", {}};
  context.boundary_seed = "seed";
  static_cast<void>(convert::envelope_of(content, context));
  static_cast<void>(convert::flags_of(content));
  const auto mail = convert::mime_from_message(content, context);
  if (!mail) return;
  const auto bytes = as_text(*mail);
  const auto smime = text_of(content, tag::kMessageClass).starts_with("IPM.Note.SMIME");
  if (!smime) {
    require(bytes.find('\0') == std::string_view::npos);
    for (std::size_t i = 0, line = 0; i < bytes.size(); ++i) {
      line = bytes[i] == '\n' ? 0 : line + 1;
      require(line <= 999);
      if (bytes[i] == '\n') require(i > 0 && bytes[i - 1] == '\r');
      if (bytes[i] == '\r') require(i + 1 < bytes.size() && bytes[i + 1] == '\n');
    }
  }
  const auto back = convert::message_from_mime(*mail, {});
  require(back.has_value());
  const auto subject = on_a_line(text_of(content, tag::kSubject));
  if (subject.size() < 30'000) require(text_of(*back, tag::kSubject) == subject);
  if (const auto root = mime::parse(bytes); root && purpose == convert::Purpose::send && !smime)
    require(!names_bcc(*root));
  // Links may lead nowhere, the body may hold files in the form of uuencode, and a protected entity is what it is.
  std::size_t files = 0, links = 0;
  for (const auto& a : content.attachments) (is_link(a) ? links : files) += 1;
  const auto text = convert::body_as_text(content.properties).value_or("");
  if (!smime && text.find("begin ") == std::string::npos)
    require(back->attachments.size() >= files && back->attachments.size() <= files + links);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto purpose = data[0] & 1 ? convert::Purpose::send : convert::Purpose::store;
  if (data[0] & 2) {
    if (const auto content = convert::message_from_mime(bytes.subspan(1), {})) check(*content, purpose);
  } else {
    wire::Generator g(bytes.subspan(1));
    check(message(g, 0), purpose);
  }
  return 0;
}
