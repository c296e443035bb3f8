// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Module `folders`: opening by name, and the writing actions.
#include "sandbox/folders.h"

#include <functional>

namespace oxb::sandbox {

struct OpenedFolder {
  Folder folder;
  FolderView view;
};
// By any name form. FLD-1004, FLD-0008, FLD-0003.
Ox<OpenedFolder> open_folder(const Call& call, std::string_view id);

struct ContentType {
  std::string_view module;  // as stored
  FolderView::Name name = FolderView::Name::plain;
};
Ox<ContentType> content_type(std::string_view name);  // FLD-1018

Ox<Answer> create_folder(Call& call);
Ox<Answer> update_folder(Call& call);
Ox<Answer> delete_folders(Call& call);
Ox<Answer> clear_folders(Call& call);

}  // namespace oxb::sandbox
