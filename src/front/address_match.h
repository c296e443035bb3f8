// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Restrictions over address book entries [MS-OXNSPI] 3.1.4.4.2.1: an own, small evaluator, because address books
// compare text without case and resolve PidTagAnr.
#include "directory/properties.h"
#include "proto/mapi/restriction.h"

#include <set>

namespace oxb::front {

class AddressMatcher {
 public:
  AddressMatcher(const directory::View& view, const directory::PropertyContext& context, std::uint32_t code_page)
      : view_(view), context_(context), code_page_(code_page) {}

  // Minimal ids in row order, at most limit + 1 of them. unsupported: a restriction that address books do not have.
  Result<std::vector<std::uint32_t>> match(const mapi::Restriction& restriction, std::size_t limit);

 private:
  struct Candidate {
    std::uint32_t minimal_id{};
    mapi::PropertyBag properties;
  };
  struct Visitor;
  Result<bool> matches(const Candidate& entry, const mapi::Restriction& restriction);
  Result<bool> content(const Candidate& entry, const mapi::ContentRestriction& restriction);
  Result<bool> property(const Candidate& entry, const mapi::PropertyRestriction& restriction);
  bool resolves(const Candidate& entry, const std::string& name);
  std::optional<std::string> pattern(const mapi::PropertyValue& value) const;

  const directory::View& view_;
  const directory::PropertyContext& context_;
  const std::uint32_t code_page_;
  std::map<std::string, std::set<std::uint32_t>> resolved_;
};

}  // namespace oxb::front
