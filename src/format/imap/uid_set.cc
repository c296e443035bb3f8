// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/imap/uid_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace oxb::imap {
namespace {

Result<std::uint32_t> number(std::string_view text, std::uint32_t largest) {
  if (text == "*") return largest;
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0)
    return fail(Errc::malformed, "not a message number");
  return value;
}

// Sorted by first, overlapping or adjacent ranges joined.
void normalise(std::vector<UidSet::Range>& ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::size_t kept = 0;
  for (const auto& range : ranges) {
    if (kept > 0 && (ranges[kept - 1].last == 0xffff'ffff || range.first <= ranges[kept - 1].last + 1))
      ranges[kept - 1].last = std::max(ranges[kept - 1].last, range.last);
    else
      ranges[kept++] = range;
  }
  ranges.resize(kept);
}

}  // namespace

UidSet UidSet::of(std::uint32_t first, std::uint32_t last) {
  UidSet set;
  set.add(first, last);
  return set;
}

UidSet UidSet::of(std::vector<std::uint32_t> uids) {
  UidSet set;
  for (const auto uid : uids)
    if (uid != 0) set.ranges_.push_back({uid, uid});
  normalise(set.ranges_);
  return set;
}

Result<UidSet> UidSet::parse(std::string_view text, std::uint32_t largest, std::size_t max_ranges) {
  UidSet set;
  if (text.empty()) return fail(Errc::malformed, "empty set of message numbers");
  while (true) {
    const auto comma = text.find(',');
    const auto piece = text.substr(0, comma);
    const auto colon = piece.find(':');
    OXB_TRY(auto first, number(piece.substr(0, colon), largest));
    auto last = first;
    if (colon != std::string_view::npos) {
      OXB_TRY(last, number(piece.substr(colon + 1), largest));
    }
    if (first > last) std::swap(first, last);
    if (set.ranges_.size() >= max_ranges) return fail(Errc::limit, "too many ranges in a set of message numbers");
    set.ranges_.push_back({first, last});
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  normalise(set.ranges_);
  return set;
}

void UidSet::add(std::uint32_t first, std::uint32_t last) {
  if (first == 0 || last < first) return;
  ranges_.push_back({first, last});
  // Numbers mostly come in ascending order.
  if (ranges_.size() == 1) return;
  auto& before = ranges_[ranges_.size() - 2];
  if (before.last < first) {
    if (before.last + 1 == first) {
      before.last = last;
      ranges_.pop_back();
    }
    return;
  }
  normalise(ranges_);
}

void UidSet::add(const UidSet& other) {
  ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
  normalise(ranges_);
}

void UidSet::remove(const UidSet& other) {
  std::vector<Range> left;
  auto hole = other.ranges_.begin();
  for (auto range : ranges_) {
    bool open = true;
    while (hole != other.ranges_.end() && hole->last < range.first) ++hole;
    for (auto h = hole; h != other.ranges_.end() && h->first <= range.last; ++h) {
      if (h->first > range.first) left.push_back({range.first, h->first - 1});
      if (h->last >= range.last) {
        open = false;
        break;
      }
      range.first = h->last + 1;
    }
    if (open) left.push_back(range);
  }
  ranges_ = std::move(left);
}

UidSet UidSet::intersection(const UidSet& other) const {
  UidSet result;
  auto a = ranges_.begin();
  auto b = other.ranges_.begin();
  while (a != ranges_.end() && b != other.ranges_.end()) {
    const auto first = std::max(a->first, b->first);
    const auto last = std::min(a->last, b->last);
    if (first <= last) result.ranges_.push_back({first, last});
    if (a->last < b->last)
      ++a;
    else
      ++b;
  }
  return result;
}

bool UidSet::contains(std::uint32_t uid) const {
  const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), uid,
                                      [](std::uint32_t value, const Range& range) { return value < range.first; });
  return after != ranges_.begin() && std::prev(after)->last >= uid;
}

std::uint64_t UidSet::count() const {
  std::uint64_t sum = 0;
  for (const auto& range : ranges_) sum += std::uint64_t{range.last} - range.first + 1;
  return sum;
}

Result<std::vector<std::uint32_t>> UidSet::members(std::size_t limit) const {
  if (count() > limit) return fail(Errc::limit, fmt::format("a set of {} message numbers", count()));
  std::vector<std::uint32_t> all;
  all.reserve(static_cast<std::size_t>(count()));
  for (const auto& range : ranges_)
    for (std::uint64_t uid = range.first; uid <= range.last; ++uid) all.push_back(static_cast<std::uint32_t>(uid));
  return all;
}

std::string UidSet::text() const {
  const auto pieces = texts(std::string::npos);
  return pieces.empty() ? std::string() : pieces.front();
}

std::vector<std::string> UidSet::texts(std::size_t max_length) const {
  std::vector<std::string> pieces;
  for (const auto& range : ranges_) {
    const auto item =
        range.first == range.last ? fmt::format("{}", range.first) : fmt::format("{}:{}", range.first, range.last);
    if (pieces.empty() || pieces.back().size() + 1 + item.size() > max_length)
      pieces.push_back(item);
    else
      pieces.back().append(",").append(item);
  }
  return pieces;
}

}  // namespace oxb::imap
