// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/ox/writer.h"

#include "format/oxjson/limits.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace oxb::backend::ox {

Result<std::string> stamp_of(const model::Version& version) {
  const auto& text = version.value;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.size() > 18 || !std::all_of(text.begin(), text.end(), is_digit))
    return fail(Errc::invalid, "a change without the version it is based on");
  return text;
}

Request writing(std::string module, std::string action, std::vector<std::pair<std::string, std::string>> parameters,
                std::optional<json::value> body) {
  Request out{std::move(module), std::move(action), std::move(parameters), std::move(body)};
  out.parameters.emplace_back("timezone", "UTC");
  out.writes = true;
  return out;
}

Result<> require_written(const oxjson::Answer& answer, std::string_view doing, const json::object& sent,
                         std::span<const oxjson::Column> columns) {
  if (!answer.error) return {};
  auto error = oxjson::to_error(*answer.error, doing);
  if (const auto field = oxjson::too_long_field(*answer.error, sent, columns); !field.empty()) {
    const auto& problem = answer.error->problematic.front();
    error.what += fmt::format(": field {} is too long ({} of at most {})", field, problem.length.value_or(0),
                              problem.max_size.value_or(0));
  }
  return tl::unexpected(std::move(error));
}

Result<model::Version> version_in(const oxjson::Answer& answer, std::string_view doing) {
  if (!answer.timestamp) return fail(Errc::unavailable, fmt::format("{}: no timestamp in the answer", doing));
  return model::Version{std::to_string(*answer.timestamp)};
}

bool is_unknown(const Error& error) {
  return error.code == Errc::unavailable || error.code == Errc::cancelled || error.code == Errc::unauthenticated;
}

std::vector<Upload> uploads_of(const std::vector<model::FileData>& files) {
  std::vector<Upload> out;
  for (const auto& file : files)
    if (file.data) out.push_back({file.name, file.mime_type, *file.data});
  return out;
}

namespace {

class OxGroupwareWriter final : public GroupwareWriter {
 public:
  explicit OxGroupwareWriter(Context context) : context_(std::move(context)) {}

  Task<Result<Written>> create(const model::Folder& folder, const Item& item, Wait wait) override {
    if (!fits(folder, item)) return refuse<Written>(folder);
    if (const auto* series = std::get_if<model::Series>(&item))
      return calendar::create(context_, folder, *series, std::move(wait));
    return rows::create(context_, folder, item, std::move(wait));
  }

  Task<Result<Written>> update(const model::Folder& folder, const Item& before, const Item& after, Wait wait) override {
    if (!fits(folder, before) || before.index() != after.index()) return refuse<Written>(folder);
    if (const auto* series = std::get_if<model::Series>(&before))
      return calendar::update(context_, folder, *series, std::get<model::Series>(after), std::move(wait));
    return rows::update(context_, folder, before, after, std::move(wait));
  }

  Task<Result<Written>> change_files(const model::Folder& folder, const Item& item, FileChanges changes,
                                     Wait wait) override {
    if (!fits(folder, item) || std::holds_alternative<model::DistributionList>(item)) return refuse<Written>(folder);
    const bool all_there =
        std::all_of(changes.add.begin(), changes.add.end(), [](const auto& file) { return file.data.has_value(); });
    if (!all_there) return refuse<Written>(folder);
    if (const auto* series = std::get_if<model::Series>(&item))
      return calendar::change_files(context_, folder, *series, std::move(changes), std::move(wait));
    return rows::change_files(context_, folder, item, std::move(changes), std::move(wait));
  }

  Task<Result<std::vector<Result<>>>> remove(const model::Folder& folder, std::vector<Written> items,
                                             Wait wait) override {
    if (folder.kind == model::FolderKind::calendar)
      return calendar::remove(context_, folder, std::move(items), std::move(wait));
    if (has_rows(folder)) return rows::remove(context_, folder, std::move(items), std::move(wait));
    return refuse<std::vector<Result<>>>(folder);
  }

  Task<Result<std::vector<Result<Written>>>> move(const model::Folder& from, std::vector<Written> items,
                                                  const model::Folder& to, Wait wait) override {
    if (from.kind != to.kind) return refuse<std::vector<Result<Written>>>(to);
    if (from.id == to.id) return stay(std::move(items));
    if (from.kind == model::FolderKind::calendar)
      return calendar::move(context_, from, std::move(items), to, std::move(wait));
    if (has_rows(from)) return rows::move(context_, from, std::move(items), to, std::move(wait));
    return refuse<std::vector<Result<Written>>>(from);
  }

  Task<Result<std::optional<RemoteId>>> find(const model::Folder& folder, const std::string& uid, Wait wait) override {
    if (folder.kind == model::FolderKind::calendar) return calendar::find(context_, folder, uid, std::move(wait));
    if (has_rows(folder)) return rows::find(context_, folder, uid, std::move(wait));
    return refuse<std::optional<RemoteId>>(folder);
  }

  Task<Result<RemoteId>> create_folder(const model::Folder& parent, std::string name, model::FolderKind kind,
                                       Wait wait) override {
    return ox::create_folder(context_, parent, std::move(name), kind, std::move(wait));
  }
  Task<Result<>> change_folder(const model::Folder& folder, const RemoteId& parent, std::string name,
                               Wait wait) override {
    return ox::change_folder(context_, folder, parent, std::move(name), std::move(wait));
  }
  Task<Result<>> delete_folder(const model::Folder& folder, Wait wait) override {
    return ox::delete_folder(context_, folder, std::move(wait));
  }

 private:
  static bool has_rows(const model::Folder& folder) {
    return folder.kind == model::FolderKind::contacts || folder.kind == model::FolderKind::tasks;
  }
  static bool fits(const model::Folder& folder, const Item& item) {
    if (std::holds_alternative<model::Series>(item)) return folder.kind == model::FolderKind::calendar;
    if (std::holds_alternative<model::Task>(item)) return folder.kind == model::FolderKind::tasks;
    return folder.kind == model::FolderKind::contacts;
  }
  static Task<Result<std::vector<Result<Written>>>> stay(std::vector<Written> items) {
    std::vector<Result<Written>> out;
    for (auto& item : items) out.emplace_back(std::move(item));
    co_return out;
  }
  template <class T>
  static Task<Result<T>> refuse(model::Folder folder) {
    co_return fail(Errc::invalid, "folder " + folder.id.value + " cannot hold that");
  }

  Context context_;
};

}  // namespace

std::unique_ptr<GroupwareWriter> make_groupware_writer(Context context) {
  return std::make_unique<OxGroupwareWriter>(std::move(context));
}

}  // namespace oxb::backend::ox
