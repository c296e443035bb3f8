// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The zones that iCalendar files describe (VTIMEZONE).
#include "convert/timezone_rules.h"
#include "format/ical/ical.h"

namespace oxb::convert {

// The best IANA zone: by name, else by the rules of the description. Empty: nothing fits.
std::string zone_of_description(const ical::ZoneDescription& description, std::string_view preferred);
// For ical::read: zones by name and by rule, `default_zone` for floating times, where nothing fits, and of several
// zones with the same rules.
ical::ReadOptions calendar_options(std::string default_zone);

}  // namespace oxb::convert
