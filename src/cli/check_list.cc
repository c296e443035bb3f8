// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/check_list.h"

#include "base/text.h"

#include <cstdio>

namespace oxb::cli {

void CheckList::add(std::string_view state, std::string_view step, std::string_view detail, std::string_view mend) {
  if (state == "ok") ++good_;
  // Parts of a detail may come from a server.
  const auto clean = printable(detail, 400);
  if (form_ == Report::Form::text) {
    fmt::print("{:<4} {}{}{}\n", state, step, clean.empty() ? "" : ": ", clean);
    if (!mend.empty()) fmt::print("       mend: {}\n", mend);
    std::fflush(stdout);
  }
  boost::json::object one{{"step", step}, {"state", ascii_lower(state)}, {"detail", clean}};
  if (!mend.empty()) one["mend"] = mend;
  json_.push_back(std::move(one));
}

int CheckList::finish() {
  if (form_ == Report::Form::json) {
    const boost::json::object all{{"ok", failures_ == 0},
                                  {"failures", failures_},
                                  {"warnings", warnings_},
                                  {"skipped", skipped_},
                                  {"steps", json_}};
    fmt::print("{}\n", boost::json::serialize(all));
  } else {
    fmt::print("\n{} ok, {} warnings, {} failures, {} skipped.\n", good_, warnings_, failures_, skipped_);
  }
  std::fflush(stdout);
  return failures_ == 0 ? 0 : 1;
}

}  // namespace oxb::cli
