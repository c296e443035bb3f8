// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Tasks, and attachments of tasks and contacts (module attachment). Times are read as UTC: ask with timezone=UTC.
#include "format/oxjson/form.h"
#include "model/task.h"

#include <boost/json/object.hpp>

namespace oxb::oxjson {

Result<model::Task> task_of(const boost::json::object& object);
boost::json::object json_of(const model::Task& task, Form form);

// An object of module attachment: file name, size, type.
Result<model::FileData> attachment_of(const boost::json::object& object);

}  // namespace oxb::oxjson
