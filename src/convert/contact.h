// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Contacts of the backend as contact objects [MS-OXOCNTC] 2.2.1, by one table that works both ways.
#include "convert/pim_context.h"
#include "model/contact.h"
#include "proto/mapi/content.h"
#include "proto/mapi/named.h"

#include <span>
#include <variant>

namespace oxb::convert {

// One row of the table: a text field and the property that is its home. Fields that Outlook has no form field for are
// string-named properties ("urn:oxbridge:contact:marital_status"), so that nothing gets lost.
struct ContactRow {
  model::ContactField field;
  std::variant<mapi::PropTag, mapi::Lid, std::string> property;
};
// Every field that is a plain text property. E-mail addresses and the note have code of their own.
std::span<const ContactRow> contact_rows();

// Attachments: the picture first, where there is one, then the files in their order; without bytes where these are not
// fetched yet.
Result<mapi::Content> contact_from_item(const model::Contact& contact, const PimContext& context);

// The fields that follow from the table, e-mail addresses, dates, note, categories and privacy.
model::Contact contact_from_content(const mapi::Content& content, const PimContext& context);

}  // namespace oxb::convert
