// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "model/directory.h"

namespace oxb::directory {

// The stored form of an entry: a version byte, then lengths and texts. Pictures' bytes and raw fields stay out.
Bytes encode_entry(const model::DirectoryEntry& entry);
// unsupported: a version from the future. malformed: damaged.
Result<model::DirectoryEntry> decode_entry(ByteView bytes);

}  // namespace oxb::directory
