// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// From a parsed ROP to its handler and back.
#include "proto/rop/buffer.h"
#include "session/call.h"

namespace oxb::session {

// Never fails: what goes wrong is the response's return value. RopRelease is not for this function, it has no response.
Task<rop::RopResponse> dispatch(Call& call, const rop::RopRequest& request);

}  // namespace oxb::session
