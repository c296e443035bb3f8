// SPDX-License-Identifier: GPL-3.0-or-later
// Making, renaming, moving and deleting folders of calendars, contacts and tasks.
#include "backend/ox/writer.h"
#include "format/oxjson/json.h"

#include <boost/json.hpp>

namespace oxb::backend::ox {
namespace {

using model::FolderKind, model::FolderScope;

constexpr const char* kPrivateRoot = "1";
constexpr const char* kPublicRoot = "2";

// The server's name of a folder's content, in requests.
Result<std::string> content_of(const Context& context, FolderKind kind) {
  const auto& capabilities = *context.capabilities;
  if (kind == FolderKind::calendar) return std::string(capabilities.has(Feature::chronos) ? "event" : "calendar");
  if (kind == FolderKind::contacts)
    return std::string(capabilities.has(Feature::addressbooks) ? "addressdata" : "contacts");
  if (kind == FolderKind::tasks) return std::string("tasks");
  return fail(Errc::invalid, "folder of another kind");
}

// Calendars lie side by side.
std::string parent_for(const model::Folder& parent, FolderKind kind) {
  if (parent.id.value.empty()) return kPrivateRoot;
  if (kind != FolderKind::calendar || parent.kind != FolderKind::calendar) return parent.id.value;
  if (parent.scope == FolderScope::everyone) return kPublicRoot;
  return parent.scope == FolderScope::own ? kPrivateRoot : parent.id.value;
}

Result<> require_changed(const oxjson::Answer& answer, std::string_view doing, const json::object& sent) {
  return require_written(answer, doing, sent, oxjson::folder_columns());
}

}  // namespace

Task<Result<RemoteId>> create_folder(Context context, model::Folder parent, std::string name, FolderKind kind,
                                     Wait wait) {
  if (!is_folder_name(name)) co_return fail(Errc::invalid, "folder name");
  OXB_CO_TRY(const auto content, content_of(context, kind));
  const json::object folder{{"title", name}, {"module", content}, {"subscribed", true}};
  OXB_CO_TRY(const auto answer, co_await context.session->ask(
                                    writing("folders", "new", {{"folder_id", parent_for(parent, kind)}, {"tree", "0"}},
                                            json::value(json::object{{"folder", folder}})),
                                    wait));
  OXB_CO_CHECK(require_changed(answer, "folders new", folder));
  const auto id = oxjson::text_of(answer.data).value_or("");
  if (id.empty()) co_return fail(Errc::unavailable, "folders new: no id in the answer");
  co_return RemoteId{id};
}

Task<Result<>> change_folder(Context context, model::Folder folder, RemoteId parent, std::string name, Wait wait) {
  if (!is_folder_name(name)) co_return fail(Errc::invalid, "folder name");
  json::object changes;
  if (name != folder.name) changes["title"] = name;
  if (parent != folder.parent) changes["folder_id"] = parent.value.empty() ? kPrivateRoot : parent.value;
  if (changes.empty()) co_return Result<>{};
  OXB_CO_TRY(const auto answer,
             co_await context.session->ask(writing("folders", "update", {{"id", folder.id.value}, {"tree", "0"}},
                                                   json::value(json::object{{"folder", changes}})),
                                           wait));
  co_return require_changed(answer, "folders update", changes);
}

Task<Result<>> delete_folder(Context context, model::Folder folder, Wait wait) {
  OXB_CO_TRY(const auto answer,
             co_await context.session->ask(writing("folders", "delete", {{"failOnError", "true"}, {"tree", "0"}},
                                                   json::value(json::array{json::value(folder.id.value)})),
                                           wait));
  if (answer.error && oxjson::errc_of(*answer.error) == Errc::not_found) co_return Result<>{};
  co_return require_written(answer, "folders delete");
}

}  // namespace oxb::backend::ox
