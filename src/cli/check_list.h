// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The steps of `oxbridge check`: one line each, and a second one that says how to mend what is wrong.
#include "cli/report.h"

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace oxb::cli {

class CheckList {
 public:
  explicit CheckList(Report::Form form) : form_(form) {}

  void good(std::string_view step, std::string_view detail = {}) { add("ok", step, detail, {}); }
  void warning(std::string_view step, std::string_view detail, std::string_view mend) {
    ++warnings_;
    add("warn", step, detail, mend);
  }
  void failure(std::string_view step, std::string_view detail, std::string_view mend) {
    ++failures_;
    add("FAIL", step, detail, mend);
  }
  // Was not tried, because of something else.
  void skipped(std::string_view step, std::string_view why) {
    ++skipped_;
    add("skip", step, why, {});
  }
  // Prints the sum, or the JSON object. 0: nothing failed.
  int finish();

 private:
  void add(std::string_view state, std::string_view step, std::string_view detail, std::string_view mend);

  Report::Form form_;
  unsigned good_ = 0, warnings_ = 0, failures_ = 0, skipped_ = 0;
  boost::json::array json_;
};

}  // namespace oxb::cli
