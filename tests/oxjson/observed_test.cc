// SPDX-License-Identifier: GPL-3.0-or-later
// Every object that a real server answered is understood, and written back without loss.
#include "format/oxjson/contact.h"
#include "format/oxjson/envelope.h"
#include "format/oxjson/event.h"
#include "format/oxjson/json.h"
#include "format/oxjson/principal.h"
#include "format/oxjson/task.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

namespace oxb::oxjson {
namespace {

std::filesystem::path observed() {
  const char* set = std::getenv("OXBRIDGE_DATA");
  return std::filesystem::path(set != nullptr ? set : OXB_SOURCE_DIR "/../shared/data") / "ox-observed";
}

struct Seen {
  int events = 0, contacts = 0, tasks = 0, users = 0, errors = 0;
};

// Keys that the model leaves to the connector, or writes in their shorter form.
json::object comparable(json::object object) {
  for (const auto* derived :
       {"confirmations", "users", "participants", "number_of_distribution_list", "start_date", "end_date",
        "last_modified", "useCount", "sort_name", "modified_by", "distribution_list", "user_id", "default_address",
        "number_of_images", "number_of_attachments", "private_flag", "color_label"}) {
    object.erase(derived);
  }
  if (const auto* transparency = object.if_contains("transp"); transparency != nullptr && *transparency == "OPAQUE") {
    object.erase("transp");  // the default, which few answers leave out
  }
  for (auto it = object.begin(); it != object.end();) {
    const bool empty = it->value().is_null() || (it->value().is_array() && it->value().get_array().empty()) ||
                       (it->value().is_string() && it->value().get_string().empty());
    it = empty ? object.erase(it) : std::next(it);
  }
  return object;
}

void look(const json::value& value, Seen& seen, const std::string& where) {
  if (value.is_array()) {
    for (const auto& inner : value.get_array()) look(inner, seen, where);
    return;
  }
  if (!value.is_object()) return;
  const auto& object = value.get_object();
  if (object.contains("startDate") && object.contains("id") && object.contains("timestamp") &&
      object.contains("endDate")) {
    const auto event = event_of(object);
    ASSERT_TRUE(event) << where << event.error().what;
    EXPECT_EQ(json::value(comparable(json_of(*event, Form::full))), json::value(comparable(object))) << where;
    ++seen.events;
    return;
  }
  if (object.contains("useCount") && object.contains("folder_id") && !object.contains("login_info")) {
    const auto contact = contact_of(object);
    ASSERT_TRUE(contact) << where << contact.error().what;
    const auto written = std::visit([](const auto& c) { return json_of(c, Form::full); }, *contact);
    EXPECT_EQ(json::value(comparable(written)), json::value(comparable(object))) << where;
    ++seen.contacts;
    return;
  }
  if (object.contains("login_info")) {
    ASSERT_TRUE(user_of(object)) << where;
    ++seen.users;
    return;
  }
  if (object.contains("full_time") && object.contains("recurrence_type") && object.contains("creation_date")) {
    const auto task = task_of(object);
    ASSERT_TRUE(task) << where << task.error().what;
    EXPECT_EQ(json::value(comparable(json_of(*task, Form::full))), json::value(comparable(object))) << where;
    ++seen.tasks;
    return;
  }
  if (object.contains("code") && object.contains("error_id")) {
    const auto answer = answer_of(value);
    ASSERT_TRUE(answer && (answer->error || answer->warning)) << where;
    ++seen.errors;
  }
  for (const auto& [key, inner] : object) look(inner, seen, where);
}

TEST(OxObserved, EveryObjectIsUnderstood) {
  if (!std::filesystem::exists(observed())) GTEST_SKIP() << "no recorded answers at " << observed();
  Seen seen;
  for (const auto& file : std::filesystem::directory_iterator(observed())) {
    if (file.path().extension() != ".json") continue;
    std::ifstream in(file.path());
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    const auto recorded = parse(text);
    ASSERT_TRUE(recorded) << file.path();
    int index = 0;
    for (const auto& entry : recorded->get_array()) {
      const auto& answer = entry.at("answer");
      look(answer, seen, file.path().filename().string() + " entry " + std::to_string(index++) + ": ");
    }
  }
  EXPECT_GT(seen.events, 60);
  EXPECT_GT(seen.contacts, 5);
  EXPECT_GT(seen.tasks, 10);
  EXPECT_GT(seen.users, 1);
  EXPECT_GT(seen.errors, 150);
}

}  // namespace
}  // namespace oxb::oxjson
