// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "replica/replica.h"

namespace oxb::sync {

// Makes the folders that a mailbox has whatever the backend holds: the thirteen of the logon answer [MS-OXCSTOR]
// 2.2.1.1.3, Freebusy Data, Notes, Journal and Sync Issues with its three folders. Repeating it changes nothing.
Result<> ensure_skeleton(replica::WriteTx& tx);

// "IPF.Note", "IPF.Appointment" ... of a source [MS-OXOCAL] 2.2.11, [MS-OXOCNTC] 2.2.3 ...
std::string_view container_class(replica::Source source);

}  // namespace oxb::sync
