// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Header fields whose words stand for numbers [MS-OXCMAIL] 2.2.3.2, and which fields become named properties: one table
// for both directions.
#include "format/mime/message.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace oxb::convert {

inline constexpr std::size_t kLongestThreadIndex = 4096;  // bytes of PidTagConversationIndex that a mail carries

std::int32_t importance_of(const mime::Headers& headers);
std::int32_t priority_of(const mime::Headers& headers, std::int32_t importance);
std::int32_t sensitivity_of(const mime::Headers& headers);
std::int32_t suppressed_responses(std::string_view list);  // X-Auto-Response-Suppress [MS-OXCMAIL] 2.2.3.2.14

// The reverse. Empty: the field is not written, because its absence says the same.
std::string_view importance_word(std::int32_t importance);
std::string_view x_priority_word(std::int32_t importance);
std::int32_t x_priority_importance(std::string_view value);
std::string_view priority_word(std::int32_t priority, std::int32_t importance);
std::string_view sensitivity_word(std::int32_t sensitivity);
std::string suppress_list(std::int32_t bits);

// Whether a field of that name, in lower case, gets a named property when a mail is read.
bool is_named_header(std::string_view lower_name);

// "urn:content-class:custom.": the form that a mail names follows [MS-OXCMAIL] 2.2.3.2.9.
inline constexpr std::string_view kCustomContentClass = "urn:content-class:custom.";

}  // namespace oxb::convert
