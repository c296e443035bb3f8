// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Unsaved changes of messages and attachments: what may be changed, what follows from a change, and what of it is
// told to the writer. Everything is bounded by ContextLimits.
#include "session/call.h"

namespace oxb::session {

// Roughly the memory that they take.
std::size_t size_of(const mapi::PropertyValue& value);
std::size_t size_of(const mapi::PropertyBag& bag);
std::size_t size_of(const mapi::Attachment& attachment);
std::size_t size_of(const mapi::Content& content);

// The draft, made from the loaded content where there is none yet. access_denied: opened for reading;
// not_enough_memory: the context has no room for it, with that many bytes more.
Answer<mapi::Content*> edit(Call& call, Message& message, std::size_t more = 0);
Answer<mapi::Attachment*> edit(Call& call, Attachment& attachment, std::size_t more = 0);
// Counts what a draft takes after a change.
void count(Message& message);
void count(Attachment& attachment);

// Sets and erases properties, as stored; subject and bodies are kept consistent [MS-OXCMSG] 2.2.1.46,
// [MS-OXBBODY] 2.1.3.1.
struct DraftChange {
  std::vector<mapi::Property> set;
  std::vector<mapi::PropTag> erase;
};
Answer<void> apply(Call& call, Message& message, DraftChange change);
Answer<void> apply(Call& call, Attachment& attachment, DraftChange change);

// By row id: replaces, adds, or (without properties) deletes [MS-OXCMSG] 3.2.5.5.
struct RecipientChange {
  std::uint32_t row_id{};
  std::optional<mapi::PropertyBag> properties;
};
Answer<void> apply(Call& call, Message& message, std::vector<RecipientChange> changes);
Answer<void> remove_recipients(Call& call, Message& message);

// Puts an attachment's draft into its message's.
Answer<void> put_attachment(Call& call, Attachment& attachment);
Answer<void> remove_attachment(Call& call, Message& message, std::uint32_t number);
// Puts one message's list in the place of another's.
Answer<void> copy_recipients(Call& call, const Message& from, Message& to);
Answer<void> copy_attachments(Call& call, const Message& from, Message& to);
// PidTagHasAttachments and PidTagDisplayTo, Cc, Bcc follow from the lists.
void follow_lists(mapi::Content& content);

// Forgets everything that was not saved.
void drop_draft(Message& message);

}  // namespace oxb::session
