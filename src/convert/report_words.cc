// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/report_words.h"

#include "base/text.h"

#include <fmt/format.h>

#include <array>

namespace oxb::convert {
namespace {
constexpr std::array kActions = {ReportAction{"failed", "NDR", 5}, ReportAction{"delayed", "Delayed.DR", 4},
                                 ReportAction{"relayed", "Relayed.DR", 3}, ReportAction{"expanded", "Expanded.DR", 2},
                                 ReportAction{"delivered", "DR", 1}};
}  // namespace

const ReportAction* report_action(std::string_view value) {
  for (const auto& a : kActions)
    if (value.starts_with(a.name)) return &a;
  return nullptr;
}

const ReportAction* action_of_class(std::string_view message_class) {
  if (!message_class.starts_with("report.")) return nullptr;
  for (const auto& a : kActions)
    if (message_class.ends_with("." + ascii_lower(a.suffix))) return &a;
  return nullptr;
}

std::string status_text(std::int32_t code, const ReportAction* action) {
  if (code >= 200 && code <= 599) return fmt::format("{}.{}.{}", code / 100, code / 10 % 10, code % 10);
  if (action && action->severity == 5) return "5.0.0";
  return action && action->severity == 4 ? "4.0.0" : "2.0.0";
}

}  // namespace oxb::convert
