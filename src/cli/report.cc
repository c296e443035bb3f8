// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/report.h"

#include "base/text.h"

#include <cstdio>
#include <ctime>

namespace oxb::cli {

std::string printable(std::string_view utf8, std::size_t most) {
  const auto valid = make_valid_utf8(utf8);
  std::string out;
  std::size_t characters = 0;
  bool blank = false;
  for (std::size_t i = 0; i < valid.size();) {
    const auto lead = static_cast<unsigned char>(valid[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    // C0, DEL and C1 (which begin with 0xC2 in UTF-8): terminals obey them.
    const bool control = lead < 0x20 || lead == 0x7F ||
                         (lead == 0xC2 && i + 1 < valid.size() && static_cast<unsigned char>(valid[i + 1]) < 0xA0);
    if (control || lead == ' ') {
      blank = !out.empty();
    } else {
      if (characters >= most) return out + "...";
      if (blank) out += ' ';
      blank = false;
      out.append(valid, i, size);
      ++characters;
    }
    i += size;
  }
  return out;
}

std::string local_time_text(Instant instant) {
  const auto seconds =
      static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(instant.time_since_epoch()).count());
  std::tm fields{};
  if (localtime_r(&seconds, &fields) == nullptr) return "?";
  char text[64];
  const auto size = std::strftime(text, sizeof text, "%a %Y-%m-%d %H:%M", &fields);
  return std::string(text, size);
}

void Report::heading(std::string_view text) {
  if (form_ == Form::text) fmt::print("\n{}{}", text, text.empty() ? "" : "\n");
}

void Report::line(std::string_view text) {
  if (form_ == Form::text) fmt::print("  {}\n", text);
}

bool Report::step(std::string_view name, const Result<std::string>& outcome) {
  ++steps_;
  if (!outcome) ++failures_;
  const auto& detail = outcome ? *outcome : outcome.error().what;
  if (form_ == Form::text)
    fmt::print("{:<4} {}{}{}\n", outcome ? "ok" : "FAIL", name, detail.empty() ? "" : ": ", detail);
  json_steps_.push_back({{"step", name}, {"ok", outcome.has_value()}, {"detail", detail}});
  std::fflush(stdout);
  return outcome.has_value();
}

int Report::finish() {
  if (form_ == Form::json) {
    boost::json::object all;
    all["ok"] = all_held();
    all["steps"] = json_steps_;
    for (auto& [key, value] : data_) all[key] = value;
    fmt::print("{}\n", boost::json::serialize(all));
  } else if (all_held()) {
    fmt::print("\nEverything held: {} steps.\n", steps_);
  } else {
    fmt::print("\n{} of {} steps failed.\n", failures_, steps_);
  }
  std::fflush(stdout);
  return all_held() ? 0 : 1;
}

}  // namespace oxb::cli
