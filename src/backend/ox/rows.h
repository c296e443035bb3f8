// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What reading and writing of contacts and tasks have in common.
#include "backend/ox/reader.h"
#include "format/oxjson/rows.h"

namespace oxb::backend::ox::rows {

struct Module {
  model::FolderKind kind;
  std::string reading;   // module for everything but updates
  std::string folder;    // the id that module wants
  std::string updating;  // module for updates; empty: it has none
  std::string plain_folder;
  std::string attachment_module;
};

Module module_of(const Context& context, const model::Folder& folder);
oxjson::Columns some_columns(const Module& module, std::initializer_list<int> numbers);
Request base_request(const std::string& module, std::string action, const oxjson::Columns& columns);
json::array list_body(const Module& module, std::span<const std::string> ids);

}  // namespace oxb::backend::ox::rows
