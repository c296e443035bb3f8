// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Events of the backend as calendar objects [MS-OXOCAL] 2.2.1, 2.2.2, 2.2.10. Pure; any thread.
#include "convert/pim_context.h"
#include "model/event.h"
#include "proto/mapi/content.h"

#include <vector>

namespace oxb::convert {

// One item. Someone who is invited to single occurrences only has a series without master and exactly one exception: a
// single appointment with the occurrence's date in its global object id (see split_series).
// malformed: dates that no calendar has. not_found: a time zone that tzdata does not have. unsupported: a recurrence
// that Outlook cannot express (the text says why); such an item is to be quarantined. invalid: no event at all.
Result<mapi::Content> appointment_from_event(const model::Series& series, const PimContext& context);

// A series without master falls apart into one series per exception; others stay whole.
std::vector<model::Series> split_series(model::Series series);

}  // namespace oxb::convert
