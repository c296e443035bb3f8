// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Folders and packed permission bits.
#include "format/oxjson/form.h"
#include "model/folder.h"

#include <boost/json/object.hpp>

namespace oxb::oxjson {

// Five packed levels: folder, read, write and delete in seven bits each, and the administrator's bit. A level the
// server does not have (3 ...) means none, as the server stores it.
model::Rights rights_of(std::uint32_t bits);
std::uint32_t bits_of(const model::Rights& rights);

// kind follows the id's prefix (cal://, con://, default<n>) before the module's name. role is set for the caller's own
// default folders, the global address book and the birthdays calendar.
Result<model::Folder> folder_of(const boost::json::object& object);
boost::json::object json_of(const model::Folder& folder, Form form);

}  // namespace oxb::oxjson
