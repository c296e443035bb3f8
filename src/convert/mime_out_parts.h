// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Pieces of mime_out.cc: people, header fields, files and reports of a message being written.
#include "convert/message_address.h"
#include "convert/mime_out.h"
#include "format/mime/writer.h"

namespace oxb::convert {

// A message inside another one knows no sender, id or time but its own.
enum class Level : std::uint8_t { top, embedded };

// Text of a property, whether it is kept as text or as bytes in some code page; empty where absent.
std::string text_value(const mapi::PropertyBag& bag, mapi::PropTag tag);
std::int32_t number_value(const mapi::PropertyBag& bag, mapi::PropTag tag, std::int32_t otherwise);
bool flag_value(const mapi::PropertyBag& bag, mapi::PropTag tag);
std::string named_text(const mapi::Content& content, const mapi::PropertyName& name);

// The person of a property group [MS-OXCMAIL] 2.1.3.1.1; both texts are empty where the group is absent.
mime::Mailbox person_of(const mapi::PropertyBag& bag, const PersonTags& tags, const MimeContext& context);
mime::Mailbox person_of(const mapi::Recipient& recipient, const MimeContext& context);
// None where the type is none of the three.
std::optional<RecipientType> recipient_type(const mapi::Recipient& recipient);
std::vector<mime::Mailbox> reply_recipients(const mapi::PropertyBag& bag, const MimeContext& context);
struct Author {
  mime::Mailbox from, sender;
};
Author author_of(const mapi::Content& content, const MimeContext& context, Level level);

void write_headers(mime::FieldWriter& out, const mapi::Content& content, const MimeContext& context, Level level);
// Header fields that come last: named properties, and those of the mail as it was received.
void write_other_headers(mime::FieldWriter& out, const mapi::Content& content, const MimeContext& context, Level level);

// One file of the mail; inline where the HTML shows it.
struct WrittenFile {
  mime::Entity entity;
  bool is_inline = false;
};
// How a message inside an attachment is written.
using WriteEmbedded = std::function<Result<mime::Entity>(const mapi::Content&)>;
// html: the body that may refer to them.
Result<std::vector<WrittenFile>> files_of(const mapi::Content& content, std::string_view html,
                                          const MimeContext& context, const WriteEmbedded& embed);

// The machine-readable part of a REPORT message, and the report-type; nullopt for other messages.
struct WrittenReport {
  std::string type;
  mime::Entity entity;
};
std::optional<WrittenReport> report_of(const mapi::Content& content, const MimeContext& context, Level level);
// What a report says to people when it has no text of its own.
std::string report_text(const mapi::Content& content, const MimeContext& context, Level level);

}  // namespace oxb::convert
