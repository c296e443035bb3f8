// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What a client sends to make one object into another: the members that differ, and null (or an empty value) for what
// is gone. Never the id, the folder, the UID or fields the model does not name, so these stay as they are.
#include "model/contact.h"
#include "model/event.h"
#include "model/task.h"

#include <boost/json/object.hpp>

namespace oxb::oxjson {

boost::json::object changes_of(const model::Contact& before, const model::Contact& after);
boost::json::object changes_of(const model::DistributionList& before, const model::DistributionList& after);
boost::json::object changes_of(const model::Task& before, const model::Task& after);
// Neither the organizer nor deleted occurrences: those are changed by other actions.
boost::json::object changes_of(const model::Event& before, const model::Event& after);

}  // namespace oxb::oxjson
