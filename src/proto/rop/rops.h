// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Every ROP. The lists are the only registration: dispatch, tests, fuzzing and `oxbridge decode` are made from them.
#include "proto/rop/fast_transfer.h"
#include "proto/rop/folder.h"
#include "proto/rop/logon.h"
#include "proto/rop/message.h"
#include "proto/rop/notification.h"
#include "proto/rop/permission.h"
#include "proto/rop/property.h"
#include "proto/rop/stream.h"
#include "proto/rop/synchronization.h"
#include "proto/rop/table.h"
#include "proto/rop/transport.h"

namespace oxb::rop {

// ROPs that a client may send.
using All = Concat<LogonRops, FolderRops, TableRops, MessageRops, TransportRops, PropertyRops, StreamRops,
                   PermissionRops, FastTransferRops, SynchronizationRops, NotificationRops>::type;

}  // namespace oxb::rop
