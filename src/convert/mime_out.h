// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// A MAPI message as a mail: the way back from message.h [MS-OXCMAIL] 2.1.3, [MS-OXOSMIME] 2.1.3.2. Pure functions: the
// same content and context give the same bytes for ever; any thread may call them.
//
// Whatever the properties hold, the mail is well-formed: no value reaches a header field with a line break, a zero byte
// or broken UTF-8 in it. Never a winmail.dat.
//
// What a mail cannot say, so that who keeps the message must keep it beside the mail:
// - class and form: PidTagMessageClass other than IPM.Note, IPM.Note.Custom.*, S/MIME and reports, with all properties
//   and named properties of that form; PidTagIconIndex but for answered and forwarded;
// - named and unknown properties of every kind but PS_INTERNET_HEADERS texts and PidNameKeywords; those of recipients
//   and attachments; PidTagMessageLocaleId, PidTagMessageCodepage;
// - follow-up (PidLidFlagRequest, PidLidTaskStartDate and its kin, PidTagFlagStatus "completed", PidTagFollowupIcon,
//   PidTagSwappedToDo..., reminders) beyond the flag itself, and categories that are no IMAP keyword (is_keyword);
// - votes (PidLidVerbStream, PidLidVerbResponse), PidTagReplyRecipientNames where they differ from the entries' own,
//   PidTagLastVerbExecutionTime, PidTagSentMailEntryId, PidTagDeleteAfterSubmit, PidTagTargetEntryId;
// - the body's other forms and its native one when that is RTF (the mail has HTML made from it), the code page of the
//   HTML, PidTagRtfInSync; a plain text that does not end with a line break gains one;
// - recipients: entry ids, PidTagRecipientFlags, tracking, the display type, rows of no type to, cc or bcc, addresses
// of
//   other types than SMTP where an SMTP address is known, and more than 5,000 of a kind;
// - attachments: links (methods 2, 3, 4, 7) become a shortcut file, an OLE object its picture or a file of its data,
//   PidTagAttachRendering, PidTagRenderingPosition, times, PidTagAttachmentHidden of a file that the HTML does not
//   show, the order of inline pictures among the files; embedded items of other classes than mail but for the text that
//   MimeContext::item_file makes of them;
// - bits of PidTagMessageFlags other than read and unsent; entry ids and search keys of senders; all times but the
//   header fields Date, Expires, Reply-By and Deferred-Delivery say, and of those what is less than a second.
#include "base/bytes.h"
#include "base/clock.h"
#include "convert/message.h"
#include "format/mime/message.h"
#include "model/mail.h"
#include "proto/mapi/content.h"

#include <functional>

namespace oxb::convert {

// send: Bcc and what only the owner may know is left out. store: drafts, sent copies, the Outbox, received mail that
// was changed: as much is kept as a mail can hold, the header fields of PidTagTransportMessageHeaders included.
enum class Purpose : std::uint8_t { send, store };

// An embedded item that is no mail, as the file that other mail programs know (contact: vCard, appointment: iCalendar).
struct ItemFile {
  std::string name, type;
  std::string text;
};

struct MimeContext {
  Purpose purpose = Purpose::store;
  mime::Mailbox sender;    // who writes: From where the message names nobody, Sender where it is sent for somebody else
  std::string message_id;  // where PidTagInternetMessageId is absent; "<id@host>"
  Instant now{};           // Date where PidTagClientSubmitTime is absent
  int offset_minutes = 0;  // of the dates written, east of UTC
  std::string boundary_seed;  // should be different for every mail and hard to guess
  std::vector<std::pair<std::string, std::string>> extra_fields;  // name and text; e.g. the mark of an upload
  std::optional<CalendarPart> calendar;                           // of a meeting message: written beside the bodies
  // The SMTP address of a person of address type EX, by distinguished name; may be empty, and may answer nullopt.
  std::function<std::optional<std::string>(std::string_view dn)> smtp_address;
  std::function<std::optional<ItemFile>(const mapi::Content& item)> item_file;
};

// invalid: a mail to be sent whose author has no address, or an S/MIME message without the entity that it must have.
// limit: larger, nested deeper or in more parts than
// message_from_mime would take.
Result<Bytes> mime_from_message(const mapi::Content& content, const MimeContext& context);

// Who a message goes to and who it comes from, as SMTP needs it.
struct Envelope {
  mime::Mailbox from;                   // whom it is sent for; the address is empty where none is known
  mime::Mailbox sender;                 // who sends it; the same as from, but for "on behalf of"
  std::vector<std::string> recipients;  // deliverable addresses of to, cc and bcc in order, each once
  std::vector<std::string> unknown;     // display names (or whatever there is) of recipients without such an address
  bool delivery_report = false;         // PidTagOriginatorDeliveryReportRequested: NOTIFY=SUCCESS (RFC 3461)
};
Envelope envelope_of(const mapi::Content& content, const MimeContext& context);

}  // namespace oxb::convert
