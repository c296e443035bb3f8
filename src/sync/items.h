// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Backend items as rows of the replica: pure conversion, run off the mailbox's queue.
#include "backend/connector.h"
#include "replica/replica.h"
#include "sync/mailbox.h"

namespace oxb::sync {

// What converters need to know about the mailbox.
struct ConvertContext {
  Owner owner;
  Instant now;
  const directory::Installation* installation = nullptr;  // never null
};

// Occurrences to which somebody was invited without the rest of their series are items of their own.
std::vector<backend::Item> split_item(backend::Item item);

// Full content of a calendar, contact or task item. An error is a reason for quarantine, in words for people.
Result<mapi::Content> convert_item(const backend::Item& item, const ConvertContext& context);

// Changes when anything of the item changed, the exceptions of a series included.
std::string version_of_item(const backend::Item& item);
// UID or other id that survives moves; empty where there is none.
std::string identity_of_item(const backend::Item& item);
// True when attachments or a picture are named but their bytes are not there yet.
bool lacks_bytes(const backend::Item& item);

// A row without folder and id. Bodies and other large values stay in the content.
replica::WriteTx::MessageChange row_of(const backend::Item& item, const mapi::Content& content);

struct MailRow {
  std::uint32_t uid{};
  bool hidden = false;       // marked \Deleted: not shown
  bool flags_only = false;   // row has only what follows from the flags
  std::optional<Guid> mark;  // of an upload of the gateway
  replica::WriteTx::MessageChange change;
};
MailRow row_of(const model::MailSummary& mail, const ConvertContext& context);

// Recognises a mail under another UID or UIDVALIDITY.
std::string identity_of_mail(const model::MailSummary& mail);

Result<mapi::Content> convert_mail(ByteView raw, const replica::MessageRow& row, const ConvertContext& context);

}  // namespace oxb::sync
