// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Rows of numbered columns.
#include "base/result.h"
#include "format/oxjson/columns.h"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace oxb::oxjson {

using Columns = std::vector<Column>;

// What a client asks for, per module: everything that carries content. Left out are columns that break rows (217,
// 224-229, 304, 306, 310, 311 in tasks), serve sorting only, or hold an image's bytes.
const Columns& contact_request();
const Columns& contact_request_basic();  // releases before 7.10: without formatted addresses and phonetic names
const Columns& user_request();
const Columns& task_request();
const Columns& folder_request();
const Columns& attachment_request();

std::string column_list(const Columns& columns);  // "1,20,500"

// A row as an object; nulls are left out. malformed: not an array, or not as long as the columns asked for.
Result<boost::json::object> object_of_row(const Columns& columns, const boost::json::value& row);
// A row of module `user`. There each parameter that the module does not know becomes one more element, after those
// asked for; inside `multiple` some always do. They are cut off.
Result<boost::json::object> object_of_user_row(const Columns& columns, const boost::json::value& row);

}  // namespace oxb::oxjson
