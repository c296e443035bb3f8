// SPDX-License-Identifier: GPL-3.0-or-later
#include "sandbox/call.h"

#include "base/text.h"
#include "sandbox/principals.h"
#include "sandbox/sandbox.h"
#include "sandbox/sessions.h"

#include <boost/json/parse.hpp>

#include <charconv>

namespace oxb::sandbox {

Call::Call(Sandbox& sandbox_value, Database& database, const Session* session_value)
    : sandbox(sandbox_value), db(database), session(session_value) {
  if (session) {
    context = session->context;
    user = session->user;
  }
}

const std::string* Call::param(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string Call::param_or(std::string_view name, std::string_view otherwise) const {
  const auto* value = param(name);
  return value ? *value : std::string(otherwise);
}

bool Call::flag(std::string_view name) const {
  const auto* value = param(name);
  return value && is_true(*value);
}

Ox<std::string> Call::need(std::string_view name) const {
  const auto* value = param(name);
  if (!value) return ox_fail("SVL-0002", name);
  return *value;
}

Ox<std::int64_t> Call::need_number(std::string_view name) const {
  OXB_TRY(const auto text, need(name));
  const auto value = parse_number(text);
  if (!value) return ox_fail("SVL-0010", name, text);
  return *value;
}

Ox<std::optional<std::int64_t>> Call::number(std::string_view name) const {
  if (!param(name)) return std::optional<std::int64_t>();
  OXB_TRY(const auto value, need_number(name));
  return std::optional(value);
}

Ox<std::vector<int>> Call::columns(std::string_view name) const {
  std::vector<int> out;
  const auto* text = param(name);
  if (!text) return out;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const auto value = parse_number(trim(rest.substr(0, comma)));
    if (!value || *value < 0 || *value > 1'000'000 || out.size() > 1000) return ox_fail("SVL-0010", name, *text);
    out.push_back(static_cast<int>(*value));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return out;
}

Ox<json::value> Call::body() const {
  if (body_) return *body_;
  if (!http || http->method == "GET") return ox_fail("SVL-0023");
  if (trim(body_text_).empty()) return ox_fail("SVL-0009", "data");
  boost::system::error_code code;
  auto value = json::parse(body_text_, code, {}, {.max_depth = 64});
  if (code) return ox_fail("SVL-0029");
  return value;
}

Ox<json::object> Call::body_object() const {
  OXB_TRY(auto value, body());
  if (!value.is_object()) return wrong_type(value.is_array() ? "JSONArray" : "String", "JSONObject");
  return std::move(value.get_object());
}

Ox<json::array> Call::body_array() const {
  OXB_TRY(auto value, body());
  if (!value.is_array()) return wrong_type(value.is_object() ? "JSONObject" : "String", "JSONArray");
  return std::move(value.get_array());
}

const Zone& Call::zone() const {
  if (!zone_) {
    const auto* name = param("timezone");
    zone_ = Zone::find(name ? *name : user_time_zone(db, context, user)).value_or(Zone());
  }
  return *zone_;
}

std::int64_t Call::stamp() { return sandbox.stamp(context); }
std::int64_t Call::sandbox_id(std::string_view counter) { return sandbox.next_id(context, counter); }
std::int64_t Call::sandbox_now() const { return sandbox.now_ms(); }
void Call::count_mail(std::string_view kind) { sandbox.faults().count_mail(kind); }

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> as_number(const json::value& value) {
  if (const auto* n = value.if_int64()) return *n;
  if (const auto* n = value.if_uint64()) return static_cast<std::int64_t>(*n);
  if (const auto* n = value.if_double()) {
    if (*n > -9e18 && *n < 9e18) return static_cast<std::int64_t>(*n);
    return std::nullopt;
  }
  if (const auto* text = value.if_string()) return parse_number(*text);
  return std::nullopt;
}

std::optional<std::int64_t> as_number(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value ? as_number(*value) : std::nullopt;
}

std::string as_string(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (!value || !value->is_string()) return {};
  return std::string(value->get_string());
}

std::string as_id(const json::value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  if (const auto number = as_number(value)) return std::to_string(*number);
  return {};
}

std::string as_id(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value ? as_id(*value) : std::string();
}

bool is_true(std::string_view text) {
  for (const auto* word : {"true", "1", "yes", "y", "on"}) {
    if (ascii_iequals(text, word)) return true;
  }
  return false;
}

json::value parse_json(std::string_view text) {
  boost::system::error_code code;
  auto value = json::parse(text, code);
  return code ? json::value() : value;
}

json::object parse_object(std::string_view text) {
  auto value = parse_json(text);
  return value.is_object() ? std::move(value.get_object()) : json::object();
}

tl::unexpected<OxError> wrong_type(std::string_view have, std::string_view want) {
  return ox_fail("SVL-0011", fmt::format("class {} cannot be cast to class {}", have, want));
}

}  // namespace oxb::sandbox
