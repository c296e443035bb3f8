// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/oxjson/changes.h"

#include "format/oxjson/contact.h"
#include "format/oxjson/event.h"
#include "format/oxjson/task.h"

#include <boost/json.hpp>

#include <array>
#include <initializer_list>

namespace oxb::oxjson {
namespace {

namespace json = boost::json;

// What stands for "none" where null does not.
json::value none_of(std::string_view field) {
  if (field == "private_flag") return false;
  if (field == "recurrence_type") return 0;
  if (field == "participants" || field == "distribution_list" || field == "attendees") return json::array();
  return nullptr;
}

json::object difference(const json::object& before, const json::object& after) {
  json::object out;
  for (const auto& [field, value] : after) {
    const auto* old = before.if_contains(field);
    if (old == nullptr || *old != value) out[field] = value;
  }
  for (const auto& [field, value] : before) {
    if (!after.contains(field)) out[field] = none_of(field);
  }
  return out;
}

void leave_out(json::object& changes, std::initializer_list<std::string_view> fields) {
  for (const auto field : fields) changes.erase(field);
}

// Fields that the server judges together: when one of them changes, all are named.
template <std::size_t N>
void complete(json::object& changes, const json::object& after, const std::array<std::string_view, N>& group) {
  if (std::none_of(group.begin(), group.end(), [&](std::string_view field) { return changes.contains(field); })) return;
  for (const auto field : group) {
    const auto* value = after.if_contains(field);
    if (value != nullptr) changes[field] = *value;
  }
}

constexpr std::array<std::string_view, 2> kNames = {"display_name", "file_as"};  // the one follows the other
constexpr std::array<std::string_view, 2> kProgress = {"status", "percent_completed"};
constexpr std::array<std::string_view, 3> kSpan = {"full_time", "start_time", "end_time"};
constexpr std::array<std::string_view, 7> kRecurrence = {"recurrence_type", "interval", "days",       "day_in_month",
                                                         "month",           "until",    "occurrences"};
constexpr std::array<std::string_view, 2> kTimes = {"startDate", "endDate"};

}  // namespace

json::object changes_of(const model::Contact& before, const model::Contact& after) {
  auto old = before, now = after;
  old.image.reset();
  now.image.reset();
  const auto after_object = json_of(now, Form::writable);
  auto out = difference(json_of(old, Form::writable), after_object);
  leave_out(out, {"folder_id", "uid"});
  complete(out, after_object, kNames);
  if (before.image && !after.image) out["image1"] = nullptr;
  if (after.image && after.image->data && (!before.image || before.image->data != after.image->data)) {
    out["image1"] = to_base64(*after.image->data);
    if (!after.image->mime_type.empty()) out["image1_content_type"] = after.image->mime_type;
  }
  return out;
}

json::object changes_of(const model::DistributionList& before, const model::DistributionList& after) {
  auto out = difference(json_of(before, Form::writable), json_of(after, Form::writable));
  leave_out(out, {"folder_id", "uid"});
  return out;
}

json::object changes_of(const model::Task& before, const model::Task& after) {
  const auto after_object = json_of(after, Form::writable);
  auto out = difference(json_of(before, Form::writable), after_object);
  leave_out(out, {"folder_id", "uid"});
  complete(out, after_object, kProgress);
  complete(out, after_object, kSpan);
  complete(out, after_object, kRecurrence);
  return out;
}

json::object changes_of(const model::Event& before, const model::Event& after) {
  const auto after_object = json_of(after, Form::writable);
  auto out = difference(json_of(before, Form::writable), after_object);
  leave_out(out, {"uid", "organizer", "deleteExceptionDates"});
  complete(out, after_object, kTimes);
  return out;
}

}  // namespace oxb::oxjson
