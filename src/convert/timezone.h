// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Wall-clock arithmetic and the zones of tzdata, under the names that the converters use.
#include "format/ical/zone.h"

namespace oxb::convert {

using ical::date_of;
using ical::date_time;
using ical::find_zone;
using ical::from_outlook_minutes;
using ical::is_valid;
using ical::local_day;
using ical::local_time;
using ical::LocalDay;
using ical::LocalTime;
using ical::outlook_minutes;
using ical::TimeZone;
using ical::to_instant;
using ical::utc_date_time;
using ical::zone_of;

}  // namespace oxb::convert
