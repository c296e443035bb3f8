// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What an upload is made of, and how it is recognised. Pure but for the look at the replica's names.
#include "model/mail.h"
#include "replica/replica.h"
#include "sync/writer.h"

#include <string_view>

namespace oxb::sync {

// The header field of an uploaded mail that holds the token of its intent, so that it is found again when the answer
// was lost, and known when a pull meets it.
inline constexpr std::string_view kMarkField = "X-Oxbridge-Upload";
// The token in a header block; nullopt where there is none.
std::optional<Guid> mark_in(ByteView headers);

// The content as converters want it: named properties by their names, at every depth.
Result<mapi::Content> with_names(replica::ReadTx& tx, const mapi::Content& content);

// The same for two contents that would become the same item, whenever they were saved.
std::string digest_of(const mapi::Content& content);

// Properties that follow from what the mail server keeps beside a mail: flags and keywords.
bool is_flag_property(replica::ReadTx& tx, mapi::PropId id);

// Whether a change of a stored mail makes another mail of it [design, decision 4]: flags, categories and what only MAPI
// knows do not. A draft is what its author says; of a mail that was received or sent only body, recipients and
// attachments count.
bool is_rewritten(replica::ReadTx& tx, const SavedMessage& message, const replica::MessageRow& stored);

// What the stored mail cannot say of the saved content: set beside it in the replica.
std::vector<mapi::Property> beside(replica::ReadTx& tx, const mapi::Content& saved, const mapi::Content& stored);

// What must be told to the server so that the first flags become the second.
struct FlagDifference {
  std::vector<std::string> add, remove;  // IMAP spelling
  bool empty() const { return add.empty() && remove.empty(); }
};
FlagDifference difference(const model::MailFlags& from, const model::MailFlags& to);

}  // namespace oxb::sync
