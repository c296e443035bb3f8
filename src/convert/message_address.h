// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// People of a mail as MAPI shows them: property groups of five or six, one-off entry ids, recipient rows
// [MS-OXOMSG] 2.2.1, [MS-OXCMAIL] 2.2.1.
#include "format/mime/message.h"
#include "proto/mapi/content.h"
#include "proto/mapi/property.h"

#include <string>
#include <vector>

namespace oxb::convert {

Bytes one_off_entry_id(std::string_view name, std::string_view address);
Bytes address_search_key(std::string_view address);  // "SMTP:A@B" and a zero byte

struct PersonTags {
  mapi::PropTag name, type, address, entry_id, search_key, smtp;
};
extern const PersonTags kSender, kSentRepresenting, kReceivedBy, kReceivedRepresenting, kReadReceipt;
// All properties of the group, or none where the mailbox has neither name nor address.
void set_person(mapi::PropertyBag& bag, const PersonTags& tags, const mime::Mailbox& person);

enum class RecipientType : std::int32_t { originator = 0, to = 1, cc = 2, bcc = 3 };
mapi::Recipient make_recipient(const mime::Mailbox& person, RecipientType type, std::size_t order);

// What stands for a person in a list: the display name, else the address.
const std::string& shown_name(const mime::Mailbox& person);
std::string shown_names(const std::vector<mime::Mailbox>& people);  // joined with "; "

// PidTagReplyRecipientEntries and -Names; Outlook wants as many names as entries, and splits names at semicolons.
void set_reply_recipients(mapi::PropertyBag& bag, const std::vector<mime::Mailbox>& people);

bool is_one_of(const mime::Mailbox& person, const std::vector<std::string>& addresses);

}  // namespace oxb::convert
