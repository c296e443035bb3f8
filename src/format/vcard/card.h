// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Inside of the vCard reader.
#include "format/ical/content_line.h"
#include "model/contact.h"

namespace oxb::vcard::detail {

Result<model::Contact> contact_of(const ical::Component& card);

}  // namespace oxb::vcard::detail
