// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Contacts and distribution lists of modules contacts and addressbooks.
#include "format/oxjson/form.h"
#include "model/contact.h"

#include <boost/json/object.hpp>

#include <variant>

namespace oxb::oxjson {

using ContactObject = std::variant<model::Contact, model::DistributionList>;

// From an object, or a row made into one (rows.h). malformed: a field of an impossible type, or no id.
Result<ContactObject> contact_of(const boost::json::object& object);
// The contact's fields only, whatever mark_as_distributionlist says: for user entries.
Result<model::Contact> plain_contact_of(const boost::json::object& object);

// The picture's bytes are written (image1, base64) when they are there and the form is writable.
boost::json::object json_of(const model::Contact& contact, Form form);
boost::json::object json_of(const model::DistributionList& list, Form form);

}  // namespace oxb::oxjson
