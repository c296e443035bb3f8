// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Users, groups and resources.
#include "model/directory.h"

#include <boost/json/object.hpp>

namespace oxb::oxjson {

// An object of module user, or a row of user_request() made into one. Guests are told by guest_created_by > 0.
Result<model::DirectoryEntry> user_of(const boost::json::object& object);
bool is_guest(const boost::json::object& user);
Result<model::DirectoryEntry> group_of(const boost::json::object& object);
Result<model::DirectoryEntry> resource_of(const boost::json::object& object);

}  // namespace oxb::oxjson
