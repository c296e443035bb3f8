// SPDX-License-Identifier: GPL-3.0-or-later
#include "sync/items.h"

namespace oxb::sync {

Result<mapi::Content> convert_item(const backend::Item&, const ConvertContext&) {
  return fail(Errc::unsupported, "items of this kind cannot be shown yet");
}

}  // namespace oxb::sync
