// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// What a command found: steps that held or failed, and what there was to see. For people, or as one JSON object.
#include "base/clock.h"
#include "base/result.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <string>
#include <string_view>

namespace oxb::cli {

// Text from a server as it may go to a terminal: control characters become blanks, length is cut at `most` characters.
std::string printable(std::string_view utf8, std::size_t most = 200);
// "Wed 2026-11-25 10:30", local time of this machine.
std::string local_time_text(Instant instant);

class Report {
 public:
  enum class Form : std::uint8_t { text, json };
  explicit Report(Form form) : form_(form) {}

  void heading(std::string_view text);
  void line(std::string_view text);
  // One step: its detail when it held, why not when it did not. Returns whether it held.
  bool step(std::string_view name, const Result<std::string>& outcome);
  boost::json::object& data() { return data_; }
  bool all_held() const { return failures_ == 0; }
  // Prints the sum, or the JSON object. 0 when every step held.
  int finish();

 private:
  Form form_;
  unsigned steps_ = 0;
  unsigned failures_ = 0;
  boost::json::array json_steps_;
  boost::json::object data_;
};

}  // namespace oxb::cli
