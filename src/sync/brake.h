// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "replica/replica.h"

namespace oxb::sync {

// The deletion brake (design, decision 3) for deletions that are inferred from a listing, not told by the backend.
// More than max(50, 20 % of the folder) at once pause: nothing is deleted until the same reading came again, unchanged,
// at least 15 minutes after the first one.
enum class Brake : std::uint8_t { released, holding };

struct Inferred {
  std::vector<std::string> missing;  // remote ids, proven gone one by one
  std::size_t total = 0;             // what the folder held before
};

// key names the folder; the state lies in the replica's notes.
Result<Brake> brake(replica::WriteTx& tx, const std::string& key, Inferred inferred, Instant now);

}  // namespace oxb::sync
