// SPDX-License-Identifier: GPL-3.0-or-later
// Every sample mail, read, written and read again: what people see and what mail programs thread and sort by is the
// same. Deviations that are accepted are named in deviates(), each with its reason.
#include "base/text.h"
#include "convert/body.h"
#include "convert/mime_out.h"
#include "convert/mime_types.h"
#include "format/html/html.h"
#include "proto/mapi/named.h"
#include "tests/convert_mail/mail.h"

#include <algorithm>

namespace oxb::convert::test {
namespace {

using namespace mapi;

MimeContext storing() {
  MimeContext out;
  out.purpose = Purpose::store;
  out.sender = {"Ada Owner", "ada@example.com", {}};
  out.boundary_seed = "seed";
  return out;
}

// What does not come back, and why.
bool deviates(const std::string& sample, const PropertyName& name) {
  // The winmail.dat that the field belongs to has become properties and files.
  return name == PropertyName{set::kInternetHeaders, std::string("x-ms-tnef-correlator")} &&
         sample.ends_with("winmail.eml");
}
bool deviates(const std::string& sample, PropTag tag) {
  // An id with blanks and comments in it (RFC 5322 4.5.4) is not written again.
  return tag == tag::kInternetMessageId && sample == "rfc2822/example13.eml";
}

std::vector<std::string> people(const Content& c) {
  std::vector<std::string> out;
  for (const auto& r : c.recipients)
    out.push_back(std::to_string(number(r.properties, tag::kRecipientType)) + " " +
                  text(r.properties, tag::kDisplayName) + " <" + text(r.properties, tag::kEmailAddress) + ">");
  return out;
}

std::string with_single_blanks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out.push_back(c);
  }
  return std::string(trim(out));
}

std::string type_of(const Attachment& a) {
  auto type = text(a.properties, tag::kAttachMimeTag);
  // What came without a type gets the one of its name.
  if (type == "(absent)") type = type_of_extension(text(a.properties, tag::kAttachExtension));
  return type;
}

std::vector<std::string> files(const Content& c) {
  std::vector<std::string> out;
  for (const auto& a : c.attachments)
    out.push_back(name_of(a) + " | " + type_of(a) + " | " + text(a.properties, tag::kAttachContentId) + " | " +
                  (a.embedded ? "message" : data_of(a)));
  // Pictures come in front of other files.
  std::sort(out.begin(), out.end());
  return out;
}

// Lines end with CR LF in mails, whatever they ended with before; a text gains its last line break.
std::string lines_of(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '\r') out.push_back(c);
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

void expect_same_bodies(const Content& before, const Content& after) {
  const auto native = native_body(before.properties);
  // Of RTF the mail has what was made from it.
  if (native != NativeBody::rtf) EXPECT_EQ(native, native_body(after.properties));
  if (native == NativeBody::html)
    EXPECT_EQ(lines_of(body_as_html(before.properties).value_or("")),
              lines_of(body_as_html(after.properties).value_or("")));
  EXPECT_EQ(lines_of(body_as_text(before.properties).value_or("")),
            lines_of(body_as_text(after.properties).value_or("")));
}

void expect_same(const Content& before, const Content& after, const std::string& name, int depth = 0) {
  SCOPED_TRACE(name);
  for (const auto tag : {tag::kSubject,
                         tag::kNormalizedSubject,
                         tag::kSubjectPrefix,
                         tag::kConversationTopic,
                         tag::kInternetMessageId,
                         tag::kInReplyToId,
                         tag::kSenderName,
                         tag::kSenderEmailAddress,
                         tag::kSentRepresentingName,
                         tag::kSentRepresentingEmailAddress,
                         tag::kDisplayTo,
                         tag::kDisplayCc,
                         tag::kDisplayBcc,
                         tag::kMessageClass,
                         tag::kReplyRecipientNames,
                         tag::kReadReceiptSmtpAddress,
                         tag::kListHelp,
                         tag::kListSubscribe,
                         tag::kListUnsubscribe,
                         tag::kOriginalMessageId,
                         tag::kReportDisposition})
    if (!deviates(name, tag))
      EXPECT_EQ(text(before.properties, tag), text(after.properties, tag)) << std::hex << tag.value;
  EXPECT_EQ(with_single_blanks(text(before.properties, tag::kInternetReferences)),
            with_single_blanks(text(after.properties, tag::kInternetReferences)));
  for (const auto tag : {tag::kImportance, tag::kPriority, tag::kSensitivity, tag::kAutoResponseSuppress})
    EXPECT_EQ(before.properties.has(tag) ? number(before.properties, tag) : -1,
              after.properties.has(tag) ? number(after.properties, tag) : -1)
        << std::hex << tag.value;
  for (const auto tag : {tag::kReadReceiptRequested, tag::kOriginatorDeliveryReportRequested, tag::kHasAttachments})
    EXPECT_EQ(flag(before.properties, tag), flag(after.properties, tag)) << std::hex << tag.value;
  for (const auto tag : {tag::kClientSubmitTime, tag::kExpiryTime, tag::kReplyTime, tag::kDeferredSendTime}) {
    const auto* a = before.properties.get<FileTime>(tag);
    const auto* b = after.properties.get<FileTime>(tag);
    EXPECT_EQ(a ? a->ticks : 0, b ? b->ticks : 0) << std::hex << tag.value;
  }
  for (const auto tag : {tag::kConversationIndex, tag::kConversationId, tag::kReplyRecipientEntries})
    EXPECT_EQ(to_hex(binary(before.properties, tag)), to_hex(binary(after.properties, tag))) << std::hex << tag.value;
  EXPECT_EQ(people(before), people(after));
  expect_same_bodies(before, after);
  EXPECT_EQ(files(before), files(after));
  for (const auto& n : before.named) {
    if (deviates(name, n.name)) continue;
    const auto* value = after.find_named(n.name);
    EXPECT_TRUE(value && *value == n.value) << property_name_text(n.name);
  }
  ASSERT_EQ(before.attachments.size(), after.attachments.size());
  for (std::size_t i = 0; i < before.attachments.size(); ++i)
    if (before.attachments[i].embedded && after.attachments[i].embedded && depth < 20)
      expect_same(*before.attachments[i].embedded, *after.attachments[i].embedded, name + "/" + std::to_string(i),
                  depth + 1);
}

TEST(MimeRoundTrip, EverySampleComesBack) {
  std::size_t count = 0;
  for (const auto& sample : samples()) {
    const auto before = message_from_mime(as_bytes(sample.bytes), context());
    if (!before) continue;
    const auto mime = mime_from_message(*before, storing());
    if (!mime) {
      std::cout << sample.name << ": " << mime.error().what << "\n";
      continue;
    }
    const auto after = message_from_mime(*mime, context());
    ASSERT_TRUE(after) << sample.name << after.error().what;
    expect_same(*before, *after, sample.name);
    ++count;
  }
  std::cout << count << " mails\n";
}

}  // namespace
}  // namespace oxb::convert::test
