// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <span>

namespace oxb::sandbox {

// Numbered from 1, applied in order, frozen once released.
std::span<const char* const> schema_migrations();

}  // namespace oxb::sandbox
