// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Zones as the binary properties of calendar items [MS-OXOCAL] 2.2.1.39 to 2.2.1.43, and back.
#include "convert/timezone_rules.h"

namespace oxb::convert {

struct ZoneBlobs {
  Bytes time_zone_struct;  // PidLidTimeZoneStruct
  Bytes display;           // PidLidAppointmentTimeZoneDefinitionStartDisplay and ...EndDisplay
  Bytes recur;             // PidLidAppointmentTimeZoneDefinitionRecur
};
// The rules of first_year and the 20 years behind it; effective_year's is the one that counts for clients that know
// only one. Cached; any thread.
Result<ZoneBlobs> zone_blobs(const TimeZone& zone, int first_year, int effective_year);

// What a definition or struct says, as a hint for best_zone().
ZoneHint hint_of(const mapi::TimeZoneDefinition& definition);
ZoneHint hint_of(const mapi::TimeZoneStruct& zone);
// The rule of a definition that counts: the effective one, else the newest.
ZoneRule effective_rule(const mapi::TimeZoneDefinition& definition);

}  // namespace oxb::convert
