// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// How properties and contents lie in the store's blobs: our own compact, versioned form, not a wire format.
#include "proto/mapi/content.h"

namespace oxb::replica {

// unsupported: a restriction value, which the store does not keep.
Result<Bytes> encode_bag(const mapi::PropertyBag& bag);
Result<mapi::PropertyBag> decode_bag(ByteView bytes);
// named must be empty throughout (mapped to ids before).
Result<Bytes> encode_content(const mapi::Content& content);
Result<mapi::Content> decode_content(ByteView bytes);

}  // namespace oxb::replica
