// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/message_parts.h"

namespace oxb::convert {

bool merge_tnef(mapi::Content&, ByteView, Instant) { return false; }

}  // namespace oxb::convert
