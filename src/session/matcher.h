// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Does an object meet a restriction? [MS-OXCDATA] 2.12. An absent value compares as less than any value; a condition on
// the content, bits or size of an absent value does not hold.
#include "proto/mapi/restriction.h"
#include "session/values.h"

namespace oxb::session {

// unsupported: the restriction holds something that no table can evaluate (a regular expression).
Result<> check_restriction(const mapi::Restriction& restriction);

// True where the answer for one object depends on those asked before it (Count).
bool depends_on_order(const mapi::Restriction& restriction);

class Matcher {
 public:
  Matcher(mapi::Restriction restriction, std::uint32_t code_page)
      : restriction_(std::move(restriction)), code_page_(code_page) {}
  // Counts for a Count restriction: one matcher serves one pass over a table.
  bool operator()(const PropertySource& object);
  const mapi::Restriction& restriction() const { return restriction_; }

 private:
  mapi::Restriction restriction_;
  std::uint32_t code_page_;
  std::uint32_t counted_ = 0;
};

}  // namespace oxb::session
