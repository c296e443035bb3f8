// SPDX-License-Identifier: GPL-3.0-or-later
#include "sync/bodies.h"

#include "convert/body.h"

namespace oxb::sync {

bool is_body_property(mapi::PropId id) { return convert::is_body_property(id); }
std::optional<mapi::PropertyValue> body_property(const mapi::PropertyBag& item, mapi::PropTag tag) {
  return convert::body_property(item, tag);
}

}  // namespace oxb::sync
