// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// iCalendar UID <-> PidLidGlobalObjectId [MS-OXOCAL] 2.2.1.27, [MS-OXCICAL] 2.1.3.1.1.20.26: a bijection, kept for
// ever.
//
// A UID that is the upper-case hexadecimal form of an id made by Outlook is that id; any other UID is wrapped
// ("vCal-Uid"). An id whose wrapped text would not lead back to the same bytes is spelled out in hexadecimal instead.
#include "base/bytes.h"
#include "model/common.h"

#include <optional>
#include <string>
#include <string_view>

namespace oxb::convert {

// The id of a whole item (no instance), or of one occurrence of a series on that day.
Bytes global_object_id(std::string_view uid, std::optional<model::Date> instance = std::nullopt);
// malformed: not a global object id. The instance date is ignored.
Result<std::string> uid_of_global_object_id(ByteView id);
// The same id without instance date: PidLidCleanGlobalObjectId.
Result<Bytes> clean_global_object_id(ByteView id);
std::optional<model::Date> instance_of_global_object_id(ByteView id);
// PidTagOwnerAppointmentId: positive, the same for every copy of the meeting.
std::int32_t owner_appointment_id(std::string_view uid);

}  // namespace oxb::convert
