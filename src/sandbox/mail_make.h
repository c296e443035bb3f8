// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Believable mail in any number, for demonstrations and measurements. The same options give the same bytes for ever.
#include "base/clock.h"
#include "base/result.h"
#include "format/mime/message.h"

#include <functional>
#include <string>
#include <vector>

namespace oxb::sandbox {

struct MakeOptions {
  std::size_t count = 100;
  std::uint64_t seed = 1;
  mime::Mailbox owner{"Sample Owner", "owner@example.com", {}};
  std::vector<mime::Mailbox> colleagues;            // write, are copied and are answered
  Instant until = from_unix_ms(1'795'536'000'000);  // 2026-11-24 16:00 UTC: the newest mail
  int days = 330;                                   // over which the mails are spread
};

// Calls visit for each mail, oldest first; name is a file name that sorts in that order. The mails carry
// X-Sample-Flags.
Result<> make_mails(const MakeOptions& options,
                    const std::function<Result<>(const std::string& name, const std::string& bytes)>& visit);

std::string date_field(const mime::Date& date);  // "Fri, 21 Nov 1997 09:55:06 -0600"
// UTF-8 as encoded words of a charset (RFC 2047), folded; ASCII stays as it is.
std::string encoded_words(std::string_view text, std::string_view charset, std::uint32_t code_page);

}  // namespace oxb::sandbox
