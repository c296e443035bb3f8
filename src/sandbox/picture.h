// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace oxb::sandbox {

// A small bar chart as PNG bytes (uncompressed inside), the same for the same heights.
std::string bar_chart_png(std::span<const std::uint8_t> heights, std::uint32_t rgb);

}  // namespace oxb::sandbox
