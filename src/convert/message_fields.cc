// SPDX-License-Identifier: GPL-3.0-or-later
#include "convert/message_fields.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace oxb::convert {
namespace {

struct Word {
  std::int32_t value;
  std::string_view word;  // as it is written
};
constexpr std::array kImportance = {Word{2, "high"}, Word{0, "low"}, Word{1, "normal"}};
constexpr std::array kXPriority = {Word{2, "1"}, Word{0, "5"}, Word{1, "3"}};
constexpr std::array kPriority = {Word{1, "urgent"}, Word{-1, "non-urgent"}, Word{0, "normal"}};
constexpr std::array kSensitivity = {Word{1, "Personal"}, Word{2, "Private"}, Word{3, "Company-Confidential"}};
constexpr std::array<std::pair<std::string_view, std::uint32_t>, 6> kResponses = {
    {{"DR", 1}, {"NDR", 2}, {"RN", 4}, {"NRN", 8}, {"OOF", 16}, {"AutoReply", 32}}};

template <class Table>
std::optional<std::int32_t> value_of(const Table& table, std::string_view word) {
  for (const auto& row : table)
    if (ascii_iequals(row.word, word)) return row.value;
  return std::nullopt;
}
template <class Table>
std::string_view word_of(const Table& table, std::int32_t value) {
  for (const auto& row : table)
    if (row.value == value) return row.word;
  return {};
}

}  // namespace

std::int32_t importance_of(const mime::Headers& headers) {
  if (const auto named = value_of(kImportance, headers.text("Importance"))) return *named;
  const auto priority = headers.text("X-Priority");
  if (!priority.empty()) return x_priority_importance(priority);
  const auto ms = ascii_lower(headers.text("X-MSMail-Priority"));
  if (ms == "high") return 2;
  if (ms == "low") return 0;
  return value_of(kPriority, headers.text("Priority")).value_or(0) + 1;
}

std::int32_t x_priority_importance(std::string_view value) {
  const char c = value.empty() ? '3' : value[0];
  return c == '1' || c == '2' ? 2 : c == '4' || c == '5' ? 0 : 1;
}

std::int32_t priority_of(const mime::Headers& headers, std::int32_t importance) {
  return value_of(kPriority, headers.text("Priority")).value_or(importance - 1);
}

std::int32_t sensitivity_of(const mime::Headers& headers) {
  return value_of(kSensitivity, headers.text("Sensitivity")).value_or(0);
}

std::int32_t suppressed_responses(std::string_view list) {
  std::uint32_t out = 0;
  while (!list.empty()) {
    const auto comma = list.find(',');
    const auto word = trim(list.substr(0, comma));
    if (ascii_iequals(word, "all")) out = 0xFFFFFFFF;
    for (const auto& [name, bit] : kResponses)
      if (ascii_iequals(word, name)) out |= bit;
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
  return static_cast<std::int32_t>(out);
}

std::string_view importance_word(std::int32_t importance) {
  return importance == 1 ? std::string_view{} : word_of(kImportance, importance);
}
std::string_view x_priority_word(std::int32_t importance) {
  return importance == 1 ? std::string_view{} : word_of(kXPriority, importance);
}
std::string_view priority_word(std::int32_t priority, std::int32_t importance) {
  return priority == importance - 1 ? std::string_view{} : word_of(kPriority, priority);
}
std::string_view sensitivity_word(std::int32_t sensitivity) { return word_of(kSensitivity, sensitivity); }

std::string suppress_list(std::int32_t bits) {
  if (bits == -1) return "All";
  std::string out;
  for (const auto& [name, bit] : kResponses)
    if (static_cast<std::uint32_t>(bits) & bit) out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

bool is_named_header(std::string_view lower_name) {
  // A mailbox has 32,766 named properties in all its life and never gives one back [MS-OXCPRPT] 3.2.5.10, and anybody
  // can send mail with invented fields: so only these get one. All fields can be read in PidTagTransportMessageHeaders.
  static constexpr std::array<std::string_view, 38> kNamed = {"accept-language",
                                                              "authentication-results",
                                                              "auto-submitted",
                                                              "content-class",
                                                              "content-language",
                                                              "feedback-id",
                                                              "list-archive",
                                                              "list-id",
                                                              "list-owner",
                                                              "list-post",
                                                              "list-unsubscribe-post",
                                                              "organization",
                                                              "precedence",
                                                              "received-spf",
                                                              "return-path",
                                                              "user-agent",
                                                              "x-auto-response-suppress",
                                                              "x-forefront-antispam-report",
                                                              "x-mailer",
                                                              "x-message-flag",
                                                              "x-microsoft-antispam",
                                                              "x-mimeole",
                                                              "x-ms-exchange-organization-scl",
                                                              "x-ms-has-attach",
                                                              "x-ms-tnef-correlator",
                                                              "x-originating-ip",
                                                              "x-priority",
                                                              "x-sharing-browse-url",
                                                              "x-sharing-capabilities",
                                                              "x-sharing-config-url",
                                                              "x-sharing-instance-guid",
                                                              "x-sharing-local-type",
                                                              "x-sharing-provider-guid",
                                                              "x-sharing-remote-name",
                                                              "x-sharing-remote-path",
                                                              "x-spam-flag",
                                                              "x-spam-score",
                                                              "x-spam-status"};
  return std::find(kNamed.begin(), kNamed.end(), lower_name) != kNamed.end();
}

}  // namespace oxb::convert
