// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Tasks of the backend as task objects [MS-OXOTASK] 2.2.2.
#include "convert/pim_context.h"
#include "model/task.h"
#include "proto/mapi/content.h"
#include "proto/mapi/recurrence.h"

namespace oxb::convert {

// unsupported, malformed: a recurrence that no pattern can hold.
Result<mapi::Content> task_from_item(const model::Task& task, const PimContext& context);

// first: the day from which the recurrence counts.
Result<mapi::RecurrencePattern> pattern_from_task(const model::TaskRecurrence& recurrence, model::Date first);
// The pattern's deleted and modified dates, which tasks do not have, are left out.
Result<model::TaskRecurrence> task_recurrence_from_pattern(const mapi::RecurrencePattern& pattern);

}  // namespace oxb::convert
