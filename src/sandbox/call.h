// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// One API call (a request of its own, or an entry of `multiple`) and its answer.
#include "net/http.h"
#include "sandbox/database.h"
#include "sandbox/error.h"
#include "sandbox/zones.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oxb::sandbox {

class Sandbox;
struct Session;

struct Answer {
  Answer() = default;
  Answer(json::value value, std::optional<std::int64_t> stamp = std::nullopt)  // NOLINT: every handler ends with one
      : data(std::move(value)), timestamp(stamp) {}

  std::optional<json::value> data;
  std::optional<std::int64_t> timestamp;
  std::vector<OxError> warnings;
  std::optional<net::HttpResponse> raw;  // a download; the rest is ignored
  bool bare = false;                     // data is the whole body, without envelope
};

// One part of a multipart/form-data body.
struct Part {
  std::string name;
  std::string file_name;
  std::string content_type;
  Bytes content;
};

class Call {
 public:
  Call(Sandbox& sandbox_value, Database& database, const Session* session_value);

  Sandbox& sandbox;
  Database& db;
  const Session* session;  // null only for actions that need none
  std::int64_t context = 0;
  std::int64_t user = 0;
  std::string module;  // "contacts", "config/folder/tasks"
  std::string action;
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> parameters;
  std::vector<Part> parts;
  const net::HttpRequest* http = nullptr;  // null inside `multiple`
  std::string host = "localhost";
  bool importing = false;     // an attendee may write what the organizer wrote
  bool keep_changes = false;  // an error answer keeps what was done before it

  const std::string* param(std::string_view name) const;
  std::string param_or(std::string_view name, std::string_view otherwise) const;
  bool flag(std::string_view name) const;
  Ox<std::string> need(std::string_view name) const;          // SVL-0002
  Ox<std::int64_t> need_number(std::string_view name) const;  // SVL-0002, SVL-0010
  Ox<std::optional<std::int64_t>> number(std::string_view name) const;
  Ox<std::vector<int>> columns(std::string_view name = "columns") const;  // empty when missing

  void set_body(std::string text) { body_text_ = std::move(text); }
  void set_body(json::value value) { body_ = std::move(value); }
  const std::string& body_text() const { return body_text_; }
  Ox<json::value> body() const;          // SVL-0023, SVL-0009 ("data"), SVL-0029
  Ox<json::object> body_object() const;  // SVL-0011 for another type
  Ox<json::array> body_array() const;

  const Zone& zone() const;  // parameter timezone, else the user's
  // Kind Time of the API: UTC ms plus the offset of the request's zone.
  std::int64_t to_time(std::int64_t utc) const { return utc + zone().offset_at_utc(utc); }
  std::int64_t from_time(std::int64_t time) const { return time - zone().offset_at_local(time); }
  std::int64_t stamp();                               // a new last-modified value of this context
  std::int64_t sandbox_id(std::string_view counter);  // a new id of this context
  std::int64_t sandbox_now() const;
  void count_mail(std::string_view kind);  // a scheduling mail that a real server would have sent

 private:
  std::string body_text_;
  std::optional<json::value> body_;
  mutable std::optional<Zone> zone_;
};

std::optional<std::int64_t> parse_number(std::string_view text);
// Numbers, and numbers in strings.
std::optional<std::int64_t> as_number(const json::value& value);
std::optional<std::int64_t> as_number(const json::object& object, std::string_view key);
std::string as_string(const json::object& object, std::string_view key);
// Ids arrive as strings or numbers.
std::string as_id(const json::value& value);
std::string as_id(const json::object& object, std::string_view key);
bool is_true(std::string_view text);
json::value parse_json(std::string_view text);  // what we stored ourselves; null if it is damaged
json::object parse_object(std::string_view text);
// SVL-0011 with the text a failed cast has.
tl::unexpected<OxError> wrong_type(std::string_view have, std::string_view want);

}  // namespace oxb::sandbox
