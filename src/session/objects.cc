// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/objects.h"

namespace oxb::session {

mapi::PropertyBag& Message::change() {
  if (!draft) {
    draft = content ? std::make_shared<mapi::Content>(*content) : std::make_shared<mapi::Content>();
    draft->properties.merge(row.properties);
    row.properties = {};
    content = draft;
  }
  bodies.clear();
  return draft->properties;
}

}  // namespace oxb::session
