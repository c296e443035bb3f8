// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <compare>
#include <cstddef>
#include <functional>

namespace oxb {

// A distinct type over a plain value. No implicit conversion in either direction.
template <class Rep, class Tag>
struct Strong {
  Rep value{};
  auto operator<=>(const Strong&) const = default;
};

}  // namespace oxb

template <class Rep, class Tag>
struct std::hash<oxb::Strong<Rep, Tag>> {
  std::size_t operator()(const oxb::Strong<Rep, Tag>& x) const { return std::hash<Rep>{}(x.value); }
};
