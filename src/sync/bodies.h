// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "proto/mapi/property.h"

#include <optional>

namespace oxb::sync {

// PidTagBody, PidTagHtml, PidTagBodyHtml and PidTagRtfCompressed: an item carries its native body, the others are made
// from it when a client asks [MS-OXBBODY] 2.1.3.1.
bool is_body_property(mapi::PropId id);
// nullopt where the item has no body, or this form cannot be made.
std::optional<mapi::PropertyValue> body_property(const mapi::PropertyBag& item, mapi::PropTag tag);

}  // namespace oxb::sync
