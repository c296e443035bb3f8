// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Distribution lists of a contact folder as personal distribution lists [MS-OXOCNTC] 2.2.2.
#include "convert/pim_context.h"
#include "model/contact.h"
#include "proto/mapi/content.h"

#include <functional>
#include <optional>

namespace oxb::convert {

// Message entry ids of contacts in this mailbox; nothing where the contact is not there. May be empty.
using FindContactEntryId = std::function<std::optional<Bytes>(const RemoteId& contact, const RemoteId& folder)>;

// A member that refers to a contact with a known entry id is wrapped around it, any other is a one-off address.
Result<mapi::Content> distribution_list_from_item(const model::DistributionList& list, const PimContext& context,
                                                  const FindContactEntryId& find_contact = {});

// PidLidDistributionListChecksum: the CRC over all members.
std::uint32_t distribution_list_checksum(const std::vector<Bytes>& members);

}  // namespace oxb::convert
