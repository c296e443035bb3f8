// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Unsaved messages: what they have from the beginning, and where they go when they are saved.
#include "session/call.h"

namespace oxb::session {

// What a new message has from the beginning [MS-OXCMSG] 3.2.5.2. container_class decides its class.
mapi::PropertyBag new_message_properties(const Call& call, std::uint32_t code_page, std::string_view container_class);

enum class Save : std::uint8_t { refuse_conflicts, overwrite };
// Puts the draft, if there is one, where it belongs: an embedded message into its attachment's draft, a message that
// the replica alone holds into the replica, any other through the mailbox's writer. object_modified, object_deleted.
// Afterwards the object is as stored.
Task<Answer<void>> save_message(Call& call, Message& message, Save how);

}  // namespace oxb::session
