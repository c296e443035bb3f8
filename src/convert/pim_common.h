// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What calendar, contact and task items have in common.
#include "convert/pim_context.h"
#include "proto/mapi/content.h"

#include <string>
#include <string_view>
#include <vector>

namespace oxb::convert {

// Sets a named property, replacing an earlier value.
void put(mapi::Content& content, const mapi::PropertyName& name, mapi::PropertyValue value);
// PidTagSubject and what follows from it.
void set_subject(mapi::Content& content, std::string_view subject);
// Plain text as PidTagBody, with CRLF; nothing where empty.
void set_body(mapi::Content& content, std::string_view text);
// PidNameKeywords; nothing where empty.
void set_categories(mapi::Content& content, const std::vector<std::string>& categories);
enum class Privacy : std::uint8_t { open, private_item };
void set_privacy(mapi::Content& content, Privacy privacy);
void set_times(mapi::Content& content, std::optional<Instant> created, std::optional<Instant> modified);
// PidTagMessageFlags and PidTagHasAttachments, from the attachments that are not hidden.
void set_flags(mapi::Content& content);

// A visible attachment. Without bytes and link only its name and size are known yet.
mapi::Attachment file_attachment(const model::FileData& file);

// Who an attendee is: the address book's entry where there is one.
Person person_of(const model::Attendee& attendee, const PimContext& context);
Person owner_of(const PimContext& context);
bool is_owner(const model::Attendee& attendee, const PimContext& context);
// Entry id of a person: address book where there is a legacy DN, else one-off.
Bytes entry_id_of(const Person& person);

enum class RecipientKind : std::int32_t { to = 1, cc = 2, bcc = 3 };
mapi::Recipient recipient_of(const Person& person, RecipientKind kind);
// PidTagSentRepresenting... and PidTagSender...
void set_sender(mapi::Content& content, const Person& represented, const Person& sender);

// "data:..."-free file name for AttachFilename: 8.3, upper-case extension kept.
std::string short_file_name(std::string_view name);

}  // namespace oxb::convert
