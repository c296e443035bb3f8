// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Events of module chronos.
#include "format/oxjson/form.h"
#include "model/event.h"

#include <boost/json/object.hpp>

namespace oxb::oxjson {

// "20240131", "20240131T090000" with or without a zone, "20240131T080000Z".
Result<model::DateTime> date_time_of(const boost::json::value& value);  // {"value", "tzid"}
boost::json::object json_of(const model::DateTime& time);

// "Europe/Berlin:20240205T090000", "20240205T080000Z", "20240205T090000", "20240205".
Result<model::DateTime> recurrence_id_of(std::string_view text);
std::string text_of_recurrence_id(const model::DateTime& time);

// RFC 5545 3.3.6: "-PT15M", "P1DT2H", "P1W".
Result<std::chrono::seconds> duration_of(std::string_view text);
std::string text_of_duration(std::chrono::seconds duration);

// malformed: a field of an impossible type, a missing id or start, an unreadable time.
Result<model::Event> event_of(const boost::json::object& object);
boost::json::object json_of(const model::Event& event, Form form);
boost::json::object json_of(const model::FileData& attachment);
std::string text_of_status(model::Attendee::Status status);  // "NEEDS-ACTION"

}  // namespace oxb::oxjson
