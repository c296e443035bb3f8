// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Actions of delivery reports and the classes that they lead to [MS-OXCMAIL] 2.2.3.7.1.1; one table for both
// directions.
#include <cstdint>
#include <string>
#include <string_view>

namespace oxb::convert {

struct ReportAction {
  std::string_view name, suffix;  // REPORT.IPM.Note. + suffix
  int severity;
};
// By the value of an Action field, in lower case; by a message class in lower case. nullptr where it is none of them.
const ReportAction* report_action(std::string_view value);
const ReportAction* action_of_class(std::string_view message_class);

// "5.1.1" for 511; where there is no code, what the action says.
std::string status_text(std::int32_t code, const ReportAction* action);

}  // namespace oxb::convert
