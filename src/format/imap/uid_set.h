// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// Sets of message numbers as IMAP writes them: "1:5,7,9:*" (RFC 3501 section 9, sequence-set).
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oxb::imap {

class UidSet {
 public:
  struct Range {
    std::uint32_t first{}, last{};  // both inclusive
    bool operator==(const Range&) const = default;
  };

  UidSet() = default;
  static UidSet of(std::uint32_t first, std::uint32_t last);
  static UidSet of(std::vector<std::uint32_t> uids);
  // "*" stands for largest; zero and white space are malformed. At most max_ranges ranges.
  static Result<UidSet> parse(std::string_view text, std::uint32_t largest = 0xffff'ffff,
                              std::size_t max_ranges = 1'000'000);

  void add(std::uint32_t first, std::uint32_t last);
  void add(std::uint32_t uid) { add(uid, uid); }
  void add(const UidSet& other);
  void remove(const UidSet& other);
  bool contains(std::uint32_t uid) const;
  bool empty() const { return ranges_.empty(); }
  std::uint64_t count() const;
  const std::vector<Range>& ranges() const { return ranges_; }  // ascending, disjoint, not adjacent
  std::uint32_t largest() const { return ranges_.empty() ? 0 : ranges_.back().last; }
  // Every member, ascending; limit: more than that many is an error, since ranges off the wire may be huge.
  Result<std::vector<std::uint32_t>> members(std::size_t limit) const;
  UidSet intersection(const UidSet& other) const;

  std::string text() const;  // empty for the empty set
  // The same in pieces of at most max_length characters each (longer only where one range is), ascending.
  std::vector<std::string> texts(std::size_t max_length) const;

  bool operator==(const UidSet&) const = default;

 private:
  std::vector<Range> ranges_;
};

}  // namespace oxb::imap
