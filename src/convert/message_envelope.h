// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What the header fields say [MS-OXCMAIL] 2.2.3.1, 2.2.3.2; shared by whole mails and listings, which therefore agree.
#include "convert/message.h"
#include "convert/message_plan.h"
#include "format/mime/message.h"

namespace oxb::convert {

struct People {
  std::vector<mime::Mailbox> to, cc, bcc;
};
People people_of(const mime::Headers& headers);

// What the structure tells a listing.
struct Outline {
  MailKind kind = MailKind::note;
  bool has_files = false;          // PidTagHasAttachments
  bool has_visible_files = false;  // else PidLidSmartNoAttachment
};
Outline outline_of(const Plan& plan, const mime::Headers& headers);

// All properties of the envelope, with those of flag_properties.
void set_envelope(mapi::Content& out, const mime::Headers& headers, const People& people, const Outline& outline,
                  const MessageContext& context);
// The named properties of the set for internet headers, and the whole header as text: only in whole mails.
void set_header_properties(mapi::Content& out, const mime::Headers& headers);
// kept: the bits of PidTagMessageFlags that the backend's flags do not decide.
void set_flags(mapi::Content& out, const model::MailFlags& flags, std::int32_t kept);

// PidTagMessageFlags [MS-OXCMSG] 2.2.1.6
namespace message_flag {
inline constexpr std::int32_t kRead = 1, kUnmodified = 2, kUnsent = 8, kHasAttach = 0x10, kFromMe = 0x20,
                              kNotifyRead = 0x100, kNotifyUnread = 0x200, kEverRead = 0x400, kInternet = 0x2000;
}

// "RE: " and its kin: one to three characters that are no digits, a colon and a space [MS-OXCMSG] 2.2.1.9.
struct SubjectParts {
  std::string_view prefix, normalized;
};
SubjectParts split_subject(std::string_view subject);
Bytes conversation_id(std::string_view topic);  // [MS-OXOMSG] 2.2.1.2, from the topic

Instant received_time(const mime::Headers& headers, const MessageContext& context);
mapi::PropertyName smart_no_attachment();  // PidLidSmartNoAttachment

}  // namespace oxb::convert
