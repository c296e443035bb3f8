// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// How the modules calendar, contacts and tasks are written: functions over one Context, like those of reader.h.
#include "backend/ox/reader.h"
#include "backend/writing.h"
#include "format/oxjson/columns.h"

namespace oxb::backend::ox {

// Later than every version: for what was checked or made by this very call before.
inline constexpr const char* kAnyVersion = "9999999999999";

// The stamp to be sent with a change; invalid: not a version of this backend.
Result<std::string> stamp_of(const model::Version& version);
// A request that is sent once.
Request writing(std::string module, std::string action, std::vector<std::pair<std::string, std::string>> parameters,
                std::optional<json::value> body);
// Fails with what the server said; a text that is too long is named. A warning is no failure: the change was made.
Result<> require_written(const oxjson::Answer& answer, std::string_view doing, const json::object& sent = {},
                         std::span<const oxjson::Column> columns = {});
// The version that a change made. unavailable: the answer has none.
Result<model::Version> version_in(const oxjson::Answer& answer, std::string_view doing);
// Nothing is known of what the server did.
bool is_unknown(const Error& error);
std::vector<Upload> uploads_of(const std::vector<model::FileData>& files);

namespace calendar {
Task<Result<Written>> create(Context context, model::Folder folder, model::Series series, Wait wait);
Task<Result<Written>> update(Context context, model::Folder folder, model::Series before, model::Series after,
                             Wait wait);
Task<Result<Written>> change_files(Context context, model::Folder folder, model::Series series, FileChanges changes,
                                   Wait wait);
Task<Result<std::vector<Result<>>>> remove(Context context, model::Folder folder, std::vector<Written> items,
                                           Wait wait);
Task<Result<std::vector<Result<Written>>>> move(Context context, model::Folder from, std::vector<Written> items,
                                                model::Folder to, Wait wait);
Task<Result<std::optional<RemoteId>>> find(Context context, model::Folder folder, std::string uid, Wait wait);
}  // namespace calendar

namespace rows {
Task<Result<Written>> create(Context context, model::Folder folder, Item item, Wait wait);
Task<Result<Written>> update(Context context, model::Folder folder, Item before, Item after, Wait wait);
Task<Result<Written>> change_files(Context context, model::Folder folder, Item item, FileChanges changes, Wait wait);
Task<Result<std::vector<Result<>>>> remove(Context context, model::Folder folder, std::vector<Written> items,
                                           Wait wait);
Task<Result<std::vector<Result<Written>>>> move(Context context, model::Folder from, std::vector<Written> items,
                                                model::Folder to, Wait wait);
Task<Result<std::optional<RemoteId>>> find(Context context, model::Folder folder, std::string uid, Wait wait);
}  // namespace rows

Task<Result<RemoteId>> create_folder(Context context, model::Folder parent, std::string name, model::FolderKind kind,
                                     Wait wait);
Task<Result<>> change_folder(Context context, model::Folder folder, RemoteId parent, std::string name, Wait wait);
Task<Result<>> delete_folder(Context context, model::Folder folder, Wait wait);

std::unique_ptr<GroupwareWriter> make_groupware_writer(Context context);

}  // namespace oxb::backend::ox
