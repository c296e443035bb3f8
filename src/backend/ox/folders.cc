// SPDX-License-Identifier: GPL-3.0-or-later
// The folders a user sees: his own, shared and public ones of calendar, contacts and tasks.
#include "backend/ox/reader.h"
#include "format/oxjson/folder.h"

#include <boost/json.hpp>

#include <set>

namespace oxb::backend::ox {
namespace {

Request all_visible(std::string_view content) {
  return {"folders",
          "allVisible",
          {{"content_type", std::string(content)},
           {"columns", oxjson::column_list(oxjson::folder_request())},
           {"tree", "0"},
           {"all", "true"},
           {"timezone", "UTC"}},
          {}};
}

Result<> read_sections(const json::value& data, std::vector<model::Folder>& out) {
  if (data.is_null()) return {};
  if (!data.is_object()) return fail(Errc::unavailable, "folders allVisible: not an object");
  for (const auto& [section, rows] : data.get_object()) {
    if (!rows.is_array()) return fail(Errc::unavailable, "folders allVisible: section is not a list");
    for (const auto& row : rows.get_array()) {
      const auto object = oxjson::object_of_row(oxjson::folder_request(), row);
      if (!object) return fail(Errc::unavailable, "folders allVisible: " + object.error().what);
      auto folder = oxjson::folder_of(*object);
      if (!folder) return fail(Errc::unavailable, "folders allVisible: " + folder.error().what);
      out.push_back(std::move(*folder));
    }
  }
  return {};
}

bool may_be_missing(const oxjson::Answer& answer) {
  if (!answer.error) return false;
  const auto code = oxjson::errc_of(*answer.error);
  // No access to the module, or a release that does not know the content type.
  return code == Errc::access_denied || code == Errc::unsupported;
}

// Parents that are not in the list are the server's own roots.
void cut_loose(std::vector<model::Folder>& folders) {
  std::set<RemoteId> known;
  for (const auto& folder : folders) known.insert(folder.id);
  std::set<RemoteId> parents;
  for (auto& folder : folders) {
    if (!known.contains(folder.parent) || folder.parent == folder.id) folder.parent = {};
    parents.insert(folder.parent);
  }
  for (auto& folder : folders) folder.has_subfolders = parents.contains(folder.id);
}

// The configuration knows better than the folders' own marks, which "Collected addresses" shares with the default
// contacts folder.
void apply_roles(const std::map<std::string, model::FolderRole>& roles, std::vector<model::Folder>& folders) {
  std::set<model::FolderRole> configured;
  for (const auto& [id, role] : roles) configured.insert(role);
  for (auto& folder : folders) {
    if (folder.scope != model::FolderScope::own) continue;
    if (const auto it = roles.find(plain_id(folder.id.value)); it != roles.end()) {
      folder.role = it->second;
    } else if (configured.contains(folder.role)) {
      const bool collected =
          folder.role == model::FolderRole::contacts && !configured.contains(model::FolderRole::collected_addresses);
      folder.role = collected ? model::FolderRole::collected_addresses : model::FolderRole::none;
    }
  }
}

}  // namespace

Task<Result<std::vector<model::Folder>>> read_folders(Context context, std::map<std::string, model::FolderRole> roles,
                                                      Wait wait) {
  const auto& capabilities = *context.capabilities;
  std::vector<Request> requests;
  const std::vector<std::string_view> types = {capabilities.has(Feature::chronos) ? "event" : "calendar",
                                               capabilities.has(Feature::addressbooks) ? "addressdata" : "contacts",
                                               "tasks"};
  for (const auto type : types) requests.push_back(all_visible(type));
  OXB_CO_TRY(auto answers, co_await context.session->multiple(std::move(requests), wait));
  if (capabilities.has(Feature::addressbooks) && answers[1].error &&
      oxjson::errc_of(*answers[1].error) == Errc::unsupported) {
    context.capabilities->lacks(Feature::addressbooks);
    OXB_CO_TRY(answers[1], co_await context.session->ask(all_visible("contacts"), wait));
  }
  std::vector<model::Folder> out;
  for (const auto& answer : answers) {
    if (may_be_missing(answer)) continue;
    OXB_CO_CHECK(require_good(answer, "folders allVisible"));
    OXB_CO_CHECK(read_sections(answer.data, out));
  }
  apply_roles(roles, out);
  cut_loose(out);
  co_return out;
}

}  // namespace oxb::backend::ox
