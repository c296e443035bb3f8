// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What surrounds every answer: data, timestamp, errors and warnings.
#include "base/result.h"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <vector>

namespace oxb::oxjson {

struct Problem {        // what a value was refused for
  std::int64_t id = 0;  // column; 0 where the server does not say
  std::string field;
  std::optional<std::int64_t> length, max_size;
};

struct ServerError {
  std::string code;           // "CON-0125"
  int category = 0;           // 1 user input ... 13 warning
  std::string error_id;       // finds the server's own log line
  boost::json::array params;  // may hold content: never logged
  std::vector<Problem> problematic;
  std::vector<std::int64_t> truncated;
};

// Which of our codes an error of the server is. By code where the code says more than its category.
Errc errc_of(const ServerError& error);
// Code, category and the server's log reference; never its texts or parameters.
Error to_error(const ServerError& error, std::string_view doing);
// The session is gone: sign in again and repeat once.
bool is_session_error(const ServerError& error);

struct Answer {
  boost::json::value data;                // null when absent
  std::optional<std::int64_t> timestamp;  // absent: keep the old one
  std::optional<ServerError> error;       // set: the call failed
  std::optional<ServerError> warning;     // the call succeeded, with a reservation: a list may be incomplete
};

// One answer object, top level or an element of a multiple answer.
Result<Answer> answer_of(boost::json::value value);

}  // namespace oxb::oxjson
