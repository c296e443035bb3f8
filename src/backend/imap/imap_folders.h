// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "backend/imap/imap_connection.h"
#include "model/folder.h"

#include <vector>

namespace oxb::backend {

// Every mail folder the user may see, with role, scope, rights and counts. A folder's id is its name in UTF-8. Levels
// that the server does not list are added, so that every parent is there. What others share hangs below a folder with
// the role shared_root, or below the owner's Inbox where that is shared, too. raw["state"] is a text that changes with
// every change in the folder, where the server has mod-sequences; two equal ones mean that nothing is to be read.
Task<Result<std::vector<model::Folder>>> list_folders(ImapConnection& connection, ImapSettings settings, Wait wait);

// Where a folder of that name belongs: the namespace with the longest prefix that fits; null where there is none.
const imap::Namespace* namespace_of(const std::string& folder, const imap::Namespaces& namespaces);

// RFC 4314 letters on Open-Xchange's levels.
model::Rights rights_from_letters(std::string_view letters);

}  // namespace oxb::backend
