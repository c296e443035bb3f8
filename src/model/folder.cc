// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/folder.h"

namespace oxb::model {

Rights full_rights() {
  return {Rights::FolderLevel::create_folders, Rights::ItemLevel::all, Rights::ItemLevel::all, Rights::ItemLevel::all, true};
}

}  // namespace oxb::model
