// parts: format model base
// SPDX-License-Identifier: GPL-3.0-or-later
// Answers of a hostile or broken server: nothing crashes, and what was read survives being written and read again.
#include "format/oxjson/contact.h"
#include "format/oxjson/envelope.h"
#include "format/oxjson/event.h"
#include "format/oxjson/folder.h"
#include "format/oxjson/json.h"
#include "format/oxjson/principal.h"
#include "format/oxjson/rows.h"
#include "format/oxjson/task.h"

#include <boost/json.hpp>

#include <cstdlib>

using namespace oxb;          // NOLINT
using namespace oxb::oxjson;  // NOLINT

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

void object_of_all_kinds(const json::object& object) {
  if (const auto event = event_of(object)) {
    const auto written = json_of(*event, Form::full);
    const auto again = event_of(written);
    require(again.has_value() && json_of(*again, Form::full) == written);
    (void)json_of(*event, Form::writable);
  }
  if (const auto contact = contact_of(object)) {
    std::visit([](const auto& c) { require(contact_of(json_of(c, Form::full)).has_value()); }, *contact);
  }
  if (const auto task = task_of(object)) require(task_of(json_of(*task, Form::full)).has_value());
  if (const auto folder = folder_of(object)) require(folder_of(json_of(*folder, Form::full)).has_value());
  (void)user_of(object);
  (void)group_of(object);
  (void)resource_of(object);
  (void)attachment_of(object);
}

void walk(const json::value& value, int depth) {
  if (depth > 4) return;
  if (value.is_object()) {
    object_of_all_kinds(value.get_object());
    for (const auto& [key, inner] : value.get_object()) walk(inner, depth + 1);
  } else if (value.is_array()) {
    (void)object_of_row(contact_request(), value);
    if (auto row = object_of_row(task_request(), value)) object_of_all_kinds(*row);
    for (const auto& inner : value.get_array()) walk(inner, depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)recurrence_id_of(text);
  (void)duration_of(text);
  auto value = parse(text);
  if (!value) return 0;
  walk(*value, 0);
  (void)answer_of(std::move(*value));
  return 0;
}
