// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Bodies, attachments and reports of a mail being converted. Used by message.cc only.
#include "convert/message_envelope.h"

#include <functional>

namespace oxb::convert {

// The joined body of the planned texts; what is found inside them (uuencoded files) is appended to out.attachments.
void set_bodies(mapi::Content& out, const Plan& plan);

struct AttachmentNumbering {
  int unnamed = 0;  // how many got a made-up name so far
};
using Embed = std::function<mapi::Content(const mime::Part& message)>;
// Appends the planned files; embed converts a message/rfc822. time stands where a file names none.
void add_files(mapi::Content& out, const Plan& plan, Instant time, const Embed& embed);
mapi::Attachment file_attachment(std::string name, std::string_view mime_type, Bytes data, Instant time);

// S/MIME: the whole protected entity as the only attachment [MS-OXOSMIME] 2.1.3.
void add_protected_entity(mapi::Content& out, const mime::Part& root, MailKind kind, Instant time);

// Class, report properties and per-recipient rows of a delivery report or receipt [MS-OXCMAIL] 2.2.3.7.
void set_report(mapi::Content& out, const Plan& plan, Instant time);

// winmail.dat [MS-OXTNEF]: its properties, body and attachments. false where it cannot be read; it then stays a file.
bool merge_tnef(mapi::Content& out, ByteView tnef, Instant time);

}  // namespace oxb::convert
